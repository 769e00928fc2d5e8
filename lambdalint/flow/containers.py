"""Abstract lists, tuples and dictionaries."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambdalint.flow import calls, externals, objects, records
from lambdalint.flow.store import PROCESS
from lambdalint.flow.text import confined_hole, confined_text, has_holes, holes_in, is_hole
from lambdalint.flow.values import (
    SEVERAL,
    UNKNOWN,
    Atom,
    Class,
    External,
    ExternalMethod,
    ExternalObject,
    Function,
    GeneratorCall,
    Instance,
    Items,
    ListOf,
    Mapping,
    Number,
    Opaque,
    PathText,
    Text,
    Truth,
    Value,
    Wrapped,
    bounded,
    is_fresh,
    join,
    join_all,
    request_hole,
    text_of,
)
from lambdalint.model import Hole, HoleKind

if TYPE_CHECKING:
    from lambdalint.flow.machine import Machine

_ORIGIN_LENGTH = 80
_LONGEST_KNOWN = 64
_MOST_LISTS = 8


def new_list(machine: Machine, items: list[Value], *, complete: bool) -> Value:
    """Return a new list; ``complete`` tells that *items* are all its elements, in order."""
    uid = machine.store.new_uid()
    machine.store.set(uid, "*", join_all(items))
    if complete and len(items) <= _LONGEST_KNOWN:
        machine.store.set(uid, "#", (Items(tuple(items)),))
    return (ListOf(uid),)


def new_list_of(machine: Machine, lists: list[tuple[Value, ...]], unordered: Value = ()) -> Value:
    """Return a new list that holds one of several sequences; *unordered* are elements without a known place."""
    uid = machine.store.new_uid()
    placed = [item for items in lists for item in items if item != SEVERAL]
    machine.store.set(uid, "*", join(join_all(placed), unordered))
    _hold(machine, uid, lists)
    return (ListOf(uid),)


def _hold(machine: Machine, uid: int, lists: list[tuple[Value, ...]]) -> None:
    held = list(dict.fromkeys(lists)) if len(lists) > 1 else lists
    if len(held) > _MOST_LISTS or any(len(items) > _LONGEST_KNOWN for items in held):
        held = [_ends_of(held)]
    machine.store.set(uid, "#", tuple(Items(items) for items in held))


def _ends_of(lists: list[tuple[Value, ...]]) -> tuple[Value, ...]:
    """Return what some sequences start and end with alike, and what is between as not known."""
    first, *others = lists
    start = 0
    while start < _LONGEST_KNOWN // 2 and all(items[start : start + 1] == first[start : start + 1] for items in lists):
        if start >= len(first):
            break
        start += 1
    longest = min(_LONGEST_KNOWN // 2, *(len(items) - start for items in lists))
    end = 0
    while end < longest and all(items[-end - 1] == first[-end - 1] for items in others):
        end += 1
    return (*first[:start], SEVERAL, *first[len(first) - end :])


def known_lists(machine: Machine, value: Value) -> list[tuple[Value, ...]]:
    """Return each sequence of elements that a value may hold, with ``SEVERAL`` for those that are not known."""
    found: list[tuple[Value, ...]] = []
    for atom in value:
        held: Value = (atom,) if isinstance(atom, Items) else ()
        if isinstance(atom, ListOf):
            held = machine.store.get(atom.uid, "#") or machine.store.get(atom.uid, "<words>") or ()
        sequences = [items.items for items in held if isinstance(items, Items)]
        found.extend(sequences or [(SEVERAL,)])
    return (list(dict.fromkeys(found)) if len(found) > 1 else found) or [(SEVERAL,)]


def extended(lists: list[tuple[Value, ...]], added: tuple[Value, ...]) -> list[tuple[Value, ...]]:
    """Return each sequence with further elements; what a loop adds again and again is added once, or not at all."""
    if len(lists) > 1 and added and any(items[-len(added) :] == added for items in lists):
        return lists
    return [(*items, *added) for items in lists]


def add_items(machine: Machine, owner: Value, lists: list[tuple[Value, ...]], added: Value) -> None:
    """Add one of several sequences at the end of a list; *added* are all their elements."""
    for atom in owner:
        if isinstance(atom, ListOf):
            known = known_lists(machine, (atom,))
            longer = [items for tail in lists for items in extended(known, tail)]
            machine.store.add(atom.uid, "*", added)
            _hold(machine, atom.uid, longer if len(owner) == 1 else [*known, *longer])
        elif isinstance(atom, Mapping):
            machine.store.add(atom.uid, "*", added)


def forget_order(machine: Machine, uid: int) -> None:
    """Note that the elements of a list were put in another order, or exchanged."""
    machine.store.set(uid, "#", (Items((SEVERAL,)),))


def new_mapping(machine: Machine) -> Value:
    """Return a new, empty dictionary."""
    uid = machine.store.new_uid()
    machine.store.set(uid, "<complete>", UNKNOWN)
    return (Mapping(uid),)


def known_items(machine: Machine, value: Value) -> list[Value] | None:
    """Return the elements one by one where they are known."""
    if len(value) != 1:
        return None
    atom = value[0]
    if isinstance(atom, Items):
        return list(atom.items)
    if isinstance(atom, Instance):
        return records.tuple_items(machine, atom)
    if isinstance(atom, ListOf):
        found = machine.store.get(atom.uid, "#")
        if found and len(found) == 1 and isinstance(found[0], Items) and SEVERAL not in found[0].items:
            return list(found[0].items)
    return None


def extend_origin(hole: Hole, suffix: str, *, confined: bool = False) -> Hole:
    """Return the hole of a part of an unknown value."""
    if hole.kind is HoleKind.UNKNOWN and not hole.origin:
        return hole
    origin = hole.origin + suffix
    if len(origin) > _ORIGIN_LENGTH:
        origin = hole.origin
    # A part or a form of a text that holds no separator holds none.
    confined = confined or hole.confined
    confined = confined or harmless(hole.origin, suffix.strip("[].'\""))
    return Hole(hole.kind, origin, confined, hole.site, hole.fresh)


def part_of(atom: Opaque, key: str) -> Opaque:
    """Return the element of an unknown value under a key or index, written as in the source."""
    hole = atom.hole
    if key.strip("'\"") in _TEMPLATE_KEYS and hole.kind is HoleKind.REQUEST:
        return Opaque(extend_origin(Hole(HoleKind.ENVIRONMENT, hole.origin), f"[{key}]"))
    return Opaque(extend_origin(hole, f"[{key}]"))


_TEMPLATE_KEYS = frozenset({"ResourceProperties", "OldResourceProperties", "ResourceType", "LogicalResourceId"})
"""What an event of a custom resource holds of the template that declares the resource: its author chose it."""


def checked(machine: Machine, atom: Opaque) -> Opaque:
    """Return the value, marked as confined where a test before has checked a value of the same origin."""
    if machine.store.get(PROCESS, f"<checked {atom.hole.origin}>") is None:
        return atom
    return Opaque(confined_hole(atom.hole))


def note_checked(machine: Machine, value: Value) -> None:
    """Remember that a test has checked a value that the sender chose."""
    for atom in value:
        holes = [atom.hole] if isinstance(atom, Opaque) else []
        if isinstance(atom, (Text, PathText)):
            holes = holes_in(atom.text)
        for hole in holes:
            if hole.kind is HoleKind.REQUEST and not hole.confined:
                machine.store.set(PROCESS, f"<checked {hole.origin}>", UNKNOWN)


_CONFINED_KEYS = frozenset(
    {"account", "region", "messageid", "requestid", "awsregion", "eventname", "eventversion", "eventtime", "etag",
     "sequencer", "versionid", "size", "receipthandle", "accountid", "sourceip", "httpmethod", "apiid",
     "approximatearrivaltimestamp"}
)  # fmt: skip


def harmless(origin: str, name: str) -> bool:
    """Tell whether the platform fills this field of an event itself, with a value that holds no separator."""
    if name in ("name", "arn"):
        return origin.endswith(("['bucket']", ".bucket"))
    return name.replace("_", "").lower() in _CONFINED_KEYS


def elements(machine: Machine, value: Value) -> Value:
    """Return what iterating over a value gives, joined."""
    if len(value) == 1:
        return _elements_of(machine, value[0])
    return join_all([_elements_of(machine, atom) for atom in value])


def _elements_of(machine: Machine, atom: Atom) -> Value:
    if isinstance(atom, Items):
        return join_all(list(atom.items))
    if isinstance(atom, ListOf):
        return machine.store.get(atom.uid, "*") or ()
    if isinstance(atom, Mapping):
        keys: list[Value] = [(Text(name[1:-1]),) for name in machine.store.names(atom.uid) if name.startswith("[")]
        if machine.store.get(atom.uid, "*") is not None:
            keys.append(machine.store.get(atom.uid, "<keys>") or UNKNOWN)
        return join_all(keys)
    if isinstance(atom, Opaque):
        return (Opaque(extend_origin(atom.hole, "[]")),)
    if isinstance(atom, GeneratorCall):
        return calls.run_generator(machine, atom)
    if isinstance(atom, Instance):
        method = objects.attribute(machine, (atom,), "__iter__")
        if method:
            return elements(machine, calls.call(machine, method, calls.Arguments()))
        return UNKNOWN
    if isinstance(atom, Text):
        return (Text(confined_text(atom.text)),) if has_holes(atom.text) else UNKNOWN
    if isinstance(atom, ExternalObject):
        return machine.store.get(atom.uid, "<elements>") or (ExternalObject(f"{atom.type}[]", fresh=atom.fresh),)
    if isinstance(atom, (External, ExternalMethod)):
        return get_item(machine, (atom,), UNKNOWN)
    return UNKNOWN


def get_item(machine: Machine, owner: Value, index: Value) -> Value:
    """Return ``owner[index]``."""
    if len(owner) == 1:
        return _item_of(machine, owner[0], index) or UNKNOWN
    return join_all([_item_of(machine, atom, index) for atom in owner]) or UNKNOWN


def _item_of(machine: Machine, atom: Atom, index: Value) -> Value:
    if isinstance(atom, (Items, ListOf)):
        items = known_items(machine, (atom,))
        number = int(index[0].value) if len(index) == 1 and isinstance(index[0], (Number, Truth)) else None
        if items is not None and isinstance(number, int) and -len(items) <= number < len(items):
            return items[number]
        if isinstance(atom, ListOf) and number in (0, -1):
            end = machine.store.get(atom.uid, "<last>" if number else "<first>")
            if end is not None:
                return end
        return _elements_of(machine, atom) or UNKNOWN
    if isinstance(atom, Mapping):
        return mapping_item(machine, atom, index) or UNKNOWN
    if isinstance(atom, Opaque):
        return (checked(machine, part_of(atom, _rendered(index))),)
    if isinstance(atom, Instance):
        method = objects.attribute(machine, (atom,), "__getitem__")
        return calls.call(machine, method, calls.Arguments((index,))) if method else UNKNOWN
    if isinstance(atom, ExternalObject) and machine.store.get(atom.uid, "<items>") is not None:
        return get_item(machine, machine.store.get(atom.uid, "<items>") or (), index)
    if isinstance(atom, ExternalObject):
        stored = machine.store.get(atom.uid, "<elements>")
        return stored or (ExternalObject(f"{atom.type}[]", atom.uid, atom.fresh),)
    if isinstance(atom, (External, ExternalMethod)):
        return objects.external_item(machine, atom, index)
    if isinstance(atom, Text):
        return (Text(confined_text(atom.text)),) if has_holes(atom.text) else UNKNOWN
    return UNKNOWN


def _rendered(index: Value) -> str:
    if len(index) == 1:
        if isinstance(index[0], Number):
            return str(index[0].value)
        rendered = text_of(index[0])
        if rendered is not None and not has_holes(rendered):
            return f"'{rendered}'"
    return ""


def mapping_item(machine: Machine, mapping: Mapping, index: Value) -> Value:
    """Return what a dictionary may hold under a key; ``()`` where it certainly holds nothing."""
    store = machine.store
    others = store.get(mapping.uid, "*") or ()
    keys = [text_of(atom) for atom in index]
    if keys and not any(key is None or has_holes(key) for key in keys):
        return join(join_all([store.get(mapping.uid, f"[{key}]") or () for key in keys]), others)
    values = [store.get(mapping.uid, name) or () for name in store.names(mapping.uid) if name.startswith("[")]
    found = join(join_all(values), others)
    return found if len(values) < 2 or request_hole(index) else _selected(found)


def _selected(value: Value) -> Value:
    """Mark callables that a table yields for a key which neither the code nor the request gives."""
    return tuple(Wrapped("selected", atom) if isinstance(atom, (Function, Class)) else atom for atom in value)


def set_item(machine: Machine, owner: Value, index: Value, value: Value) -> None:
    """Run ``owner[index] = value``."""
    store = machine.store
    for atom in owner:
        if isinstance(atom, Opaque):
            objects.external_item_set(machine, atom, value)
        if isinstance(atom, Mapping):
            key = text_of(index[0]) if len(index) == 1 else None
            if key is not None and not has_holes(key):
                if len(owner) == 1:
                    store.set(atom.uid, f"[{key}]", value)
                else:
                    store.add(atom.uid, f"[{key}]", value)
            else:
                store.add(atom.uid, "*", value)
                store.add(atom.uid, "<keys>", index)
        elif isinstance(atom, ListOf):
            store.add(atom.uid, "*", value)
            forget_order(machine, atom.uid)
        elif isinstance(atom, Instance):
            method = objects.attribute(machine, (atom,), "__setitem__")
            if method:
                calls.call(machine, method, calls.Arguments((index, value)))
        elif isinstance(atom, (External, ExternalMethod, ExternalObject)):
            objects.set_external_item(machine, atom, index, value)


def add_item(machine: Machine, owner: Value, value: Value) -> None:
    """Add an element of unknown position or key."""
    add_items(machine, owner, [(value,)], value)


def slice_of(machine: Machine, owner: Value, lower: Value | None, upper: Value | None) -> Value:
    """Return ``owner[lower:upper]``."""
    cut = _slice(lower, upper)
    result: Value = ()
    for atom in owner:
        items = known_items(machine, (atom,))
        if items is not None and cut is not None:
            result = join(result, (Items(tuple(items[cut])),))
        elif isinstance(atom, Text):
            if cut is not None and not has_holes(atom.text):
                result = join(result, (Text(atom.text[cut]),))
            else:
                result = join(result, _cut_text(atom.text, cut))
        elif isinstance(atom, (ListOf, Items)):
            result = join(result, new_list(machine, [_elements_of(machine, atom)], complete=False))
        elif isinstance(atom, Opaque) or _keeps_type(machine, atom):
            result = join(result, (atom,))
        else:
            result = join(result, (Opaque(Hole(HoleKind.UNKNOWN, fresh=is_fresh(atom))),))
    return bounded(result) or UNKNOWN


def _keeps_type(machine: Machine, atom: Atom) -> bool:
    """Tell whether a slice of an object from elsewhere has its type, or its elements."""
    if not isinstance(atom, (ExternalObject, ExternalMethod)):
        return False
    catalogue = machine.catalogue
    name = catalogue.canonical(externals.type_name(atom))
    return catalogue.receivers.lasting_type(name) is not None or f"{name}[]" in catalogue.aliases


def _cut_text(text: str, cut: slice[int | None, int | None, None] | None) -> Value:
    """Return what is known of a part of a text with holes: the literal ends that the cut leaves, and the holes."""
    holes = holes_in(text)
    if not holes:
        return UNKNOWN
    places = [number for number, character in enumerate(text) if is_hole(character)]
    first, last = places[0], places[-1]
    lower, upper = (cut.start, cut.stop) if cut is not None else (None, None)
    starts = lower in (None, 0) or (lower is not None and 0 < lower <= first)
    ends = upper is None or -len(text) + last < upper < 0 or 0 <= upper <= first
    if cut is not None and starts and ends:
        return (Text(text[cut]),)
    if cut is not None and starts:
        return (Text(text[lower : last + 1]),)
    return (Opaque(holes[-1]),)


def _slice(lower: Value | None, upper: Value | None) -> slice[int | None, int | None, None] | None:
    """Return a slice with literal bounds, or None where one of them is not known."""
    bounds: list[int | None] = []
    for value in (lower, upper):
        if value is None:
            bounds.append(None)
        elif len(value) == 1 and isinstance(value[0], Number) and isinstance(value[0].value, int):
            bounds.append(value[0].value)
        else:
            return None
    return slice(bounds[0], bounds[1], None)
