"""Methods of lists, tuples and dictionaries."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambdalint.flow.containers import (
    add_item,
    add_items,
    elements,
    forget_order,
    known_items,
    known_lists,
    mapping_item,
    new_list,
    new_mapping,
    set_item,
)
from lambdalint.flow.values import NOTHING, UNKNOWN, External, Items, ListOf, Mapping, Text, Value, join, join_all

if TYPE_CHECKING:
    from collections.abc import Callable

    from lambdalint.flow.external_call import ExternalCall


def _receiver(call: ExternalCall) -> Value:
    return (call.receiver,) if call.receiver is not None else ()


def _append(call: ExternalCall) -> Value | None:
    add_item(call.machine, _receiver(call), call.arguments.at_position(0) or UNKNOWN)
    return NOTHING


def _insert(call: ExternalCall) -> Value | None:
    owner = call.receiver
    if isinstance(owner, ListOf):
        call.machine.store.add(owner.uid, "*", call.arguments.at_position(1) or UNKNOWN)
        forget_order(call.machine, owner.uid)
    return NOTHING


def _extend(call: ExternalCall) -> Value | None:
    machine = call.machine
    given = call.arguments.at_position(0) or UNKNOWN
    add_items(machine, _receiver(call), known_lists(machine, given), elements(machine, given) or UNKNOWN)
    return NOTHING


def _pop(call: ExternalCall) -> Value | None:
    return elements(call.machine, _receiver(call)) or UNKNOWN


def _copy(call: ExternalCall) -> Value | None:
    return _receiver(call)


def _same_elements(call: ExternalCall) -> Value | None:
    return new_list(call.machine, [elements(call.machine, _receiver(call))], complete=False)


def _mapping(call: ExternalCall) -> Mapping | None:
    return call.receiver if isinstance(call.receiver, Mapping) else None


def _get(call: ExternalCall) -> Value | None:
    mapping = _mapping(call)
    if mapping is None:
        return UNKNOWN
    found = mapping_item(call.machine, mapping, call.arguments.at_position(0) or UNKNOWN)
    if found and call.machine.store.get(mapping.uid, "*") is None:
        return found
    return join(found, call.argument("default@1") or NOTHING)


def _set_default(call: ExternalCall) -> Value | None:
    mapping = _mapping(call)
    if mapping is None:
        return UNKNOWN
    key = call.arguments.at_position(0) or UNKNOWN
    found = mapping_item(call.machine, mapping, key)
    if found:
        return found
    default = call.argument("default@1") or NOTHING
    set_item(call.machine, (mapping,), key, default)
    return default


def _values(call: ExternalCall) -> Value | None:
    mapping = _mapping(call)
    if mapping is None:
        return UNKNOWN
    store = call.machine.store
    names = [name for name in store.names(mapping.uid) if name.startswith("[")]
    items = [store.get(mapping.uid, name) or UNKNOWN for name in names]
    if store.get(mapping.uid, "*") is None:
        return new_list(call.machine, items, complete=True)
    return new_list(call.machine, [*items, store.get(mapping.uid, "*") or UNKNOWN], complete=False)


def _items(call: ExternalCall) -> Value | None:
    mapping = _mapping(call)
    if mapping is None:
        return UNKNOWN
    store = call.machine.store
    names = [name for name in store.names(mapping.uid) if name.startswith("[")]
    pairs: list[Value] = [(Items(((Text(name[1:-1]),), store.get(mapping.uid, name) or UNKNOWN)),) for name in names]
    if store.get(mapping.uid, "*") is None:
        return new_list(call.machine, pairs, complete=True)
    others: Value = (Items((store.get(mapping.uid, "<keys>") or UNKNOWN, store.get(mapping.uid, "*") or UNKNOWN)),)
    return new_list(call.machine, [*pairs, others], complete=False)


def _keys(call: ExternalCall) -> Value | None:
    return new_list(call.machine, [elements(call.machine, _receiver(call))], complete=False)


def _update(call: ExternalCall) -> Value | None:
    owner = _receiver(call)
    store = call.machine.store
    for name, value in call.arguments.keywords.items():
        set_item(call.machine, owner, (Text(name),), value)
    for atom in call.arguments.at_position(0) or ():
        if isinstance(atom, Mapping):
            for name in store.names(atom.uid):
                if name.startswith("["):
                    set_item(call.machine, owner, (Text(name[1:-1]),), store.get(atom.uid, name) or UNKNOWN)
            others = store.get(atom.uid, "*")
            if others is not None:
                add_item(call.machine, owner, others)
        else:
            add_item(call.machine, owner, UNKNOWN)
    return NOTHING


def _dict(call: ExternalCall) -> Value | None:
    made = new_mapping(call.machine)
    for name, value in call.arguments.keywords.items():
        set_item(call.machine, made, (Text(name),), value)
    given = call.arguments.at_position(0)
    if given is not None and given == (External("os.environ"),):
        return given
    if given is not None:
        if len(given) == 1 and isinstance(given[0], Mapping) and not call.arguments.keywords:
            return _copied(call, given[0])
        pairs = elements(call.machine, given)
        add_item(
            call.machine,
            made,
            join_all([atom.items[1] for atom in pairs if isinstance(atom, Items) and len(atom.items) == 2]) or UNKNOWN,
        )
    return made


def _copied(call: ExternalCall, mapping: Mapping) -> Value:
    made = new_mapping(call.machine)
    store = call.machine.store
    for atom in made:
        if isinstance(atom, Mapping):
            for name in store.names(mapping.uid):
                store.set(atom.uid, name, store.get(mapping.uid, name) or UNKNOWN)
    return made


def _list(call: ExternalCall) -> Value | None:
    given = call.arguments.at_position(0)
    if given is None:
        return new_list(call.machine, [], complete=True)
    items = known_items(call.machine, given)
    if items is not None:
        return new_list(call.machine, items, complete=True)
    return new_list(call.machine, [elements(call.machine, given)], complete=False)


MODELS: dict[str, Callable[[ExternalCall], Value | None]] = {
    "list.append": _append,
    "list.add": _append,
    "list.appendleft": _append,
    "list.put": _append,
    "list.insert": _insert,
    "list.extend": _extend,
    "list.update": _extend,
    "list.union": _same_elements,
    "list.pop": _pop,
    "list.popleft": _pop,
    "list.copy": _copy,
    "list.sort": lambda call: NOTHING,
    "list.reverse": lambda call: NOTHING,
    "dict.get": _get,
    "dict.pop": _get,
    "dict.setdefault": _set_default,
    "dict.values": _values,
    "dict.items": _items,
    "dict.keys": _keys,
    "dict.update": _update,
    "dict.from_mapping": _update,
    "dict.copy": _copy,
    "builtins.dict": _dict,
    "collections.OrderedDict": _dict,
    "pydantic_settings.SettingsConfigDict": _dict,
    "pydantic.ConfigDict": _dict,
    "builtins.list": _list,
    "builtins.set": _list,
    "builtins.frozenset": _list,
    "builtins.tuple": _list,
    "builtins.sorted": _list,
    "builtins.reversed": _list,
    "builtins.iter": _list,
    "collections.deque": _list,
    "collections.defaultdict": lambda call: new_mapping(call.machine),
}
