"""Applies the catalogue's rows to a call: the effects it has, and what it returns."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from lambdalint.flow.defaults import place_of
from lambdalint.flow.effect_log import places_of
from lambdalint.flow.fresh import new_hole
from lambdalint.flow.operators import join_paths, product
from lambdalint.flow.path_templates import expanded
from lambdalint.flow.row_conditions import hold
from lambdalint.flow.text import has_holes, hole_text
from lambdalint.flow.values import (
    NOTHING,
    UNKNOWN,
    ExternalObject,
    Items,
    Nothing,
    Number,
    Opaque,
    PathText,
    Text,
    Truth,
    Value,
    bounded,
    confined,
    join,
    texts_of,
)
from lambdalint.model import EffectKind, Guard, Hole, HoleKind

if TYPE_CHECKING:
    from lambdalint.catalogue.schema import EffectRow, ReturnsRow
    from lambdalint.flow.external_call import Called, ExternalCall

_PARSING = frozenset({"load", "load_all", "safe_load", "full_load", "parse"})
"""Names of functions that return what a file holds, not the file."""
_REFERENCE = re.compile(r"\{([^}]+)\}")


def emits(called: Called) -> bool:
    """Tell whether the catalogue gives effects to what is called."""
    catalogue, name = called.catalogue, called.name
    if name in catalogue.neutral:
        return False
    by_name = called.is_method_of_object and called.method in catalogue.effect_methods
    return name in catalogue.effects or by_name or name in catalogue.reads


def emit_effects(external: ExternalCall) -> None:
    """Note the effects that the catalogue gives a call."""
    catalogue = external.machine.catalogue
    rows = catalogue.effects.get(external.name)
    by_name = False
    if rows is None and external.receiver is not None and not isinstance(external.receiver, (Text, PathText)):
        rows = catalogue.effect_methods.get(external.method)
        by_name = True
    applying = [row for row in rows or () if _applies(external, row)]
    if any(row.rotates for row in applying):
        applying = [row for row in applying if row.rotates or row.kind is not EffectKind.LOG]
    for row in applying:
        _emit(external, row, by_name=by_name)
    modified = {row.path for row in applying if row.kind.modifies}
    for read in catalogue.reads.get(external.name, ()):
        path = external.argument(read.path)
        if path is not None and read.file is not None:
            names = texts_of(external.argument(read.file) or UNKNOWN)
            path = bounded(tuple(Text(text) for text in join_paths(texts_of(path), names)))
        if path and not read.exists and read.path not in modified:
            external.machine.log.add(external.machine, EffectKind.READ, external.name, path, external.span)


def _applies(external: ExternalCall, row: EffectRow) -> bool:
    if row.arity is not None and not row.arity[0] <= external.count <= row.arity[1]:
        return False
    return hold(external, row.when)


def _emit(external: ExternalCall, row: EffectRow, *, by_name: bool) -> None:
    machine = external.machine
    path: Value | None = None
    argument = None
    library = None
    defaulted = False
    if row.path == "self":
        path = external.argument("self")
        if isinstance(external.receiver, ExternalObject):
            path = machine.store.get(external.receiver.uid, "<path>")
            if path is None:
                return
    elif row.path is not None:
        path = external.argument(row.path)
        argument = external.argument_span(row.path)
    if path is not None:
        path = tuple(atom for atom in path if not isinstance(atom, Nothing)) or None
    if path is None:
        template = row.place if row.place is not None else row.default
        if template is not None:
            path = expand(external, template)
        elif row.library is None or (found := place_of(machine, row.library)) is None:
            return
        else:
            (path, library), template = found, ""
        defaulted = row.path is not None or not template.startswith("/dev/")
    if by_name and not any(isinstance(atom, (Text, PathText)) for atom in path):
        return
    suffix = "" if defaulted else "".join(texts_of(_filled(external, row.suffix)))
    guards: frozenset[Guard] = frozenset()
    if row.kind is EffectKind.CREATE_DIR and _exist_ok(external):
        guards = frozenset({Guard.EXIST_OK})
    if row.kind is EffectKind.DELETE and _ignores_errors(external):
        guards |= {Guard.FALLBACK}
    machine.log.add(
        machine,
        row.kind,
        row.call,
        path,
        external.span,
        argument=argument,
        defaulted=defaulted,
        guards=guards,
        suffix=suffix,
        raises=row.raises,
        cleans_up=row.temporary == "removed",
        limited=_is_limited(external, row),
        tree=row.tree,
        library=library,
        failure=row.failure,
    )
    if row.moves is not None:
        moved = external.argument(row.moves)
        if moved is not None:
            machine.ledger.remove(machine, places_of(machine, moved), external.span, tree=True, moved=True)


def _is_limited(external: ExternalCall, row: EffectRow) -> bool:
    """Tell whether a log or cache bounds itself."""
    if row.kind is EffectKind.LOG:
        return row.rotates
    if row.kind is not EffectKind.CACHE:
        return False
    given = external.argument(row.limit) if row.limit is not None else None
    return row.limited if given is None else not all(atom in (*NOTHING, Number(0)) for atom in given)


def _exist_ok(external: ExternalCall) -> bool:
    value = external.arguments.keywords.get("exist_ok")
    return value is not None and Truth(value=True) in value


def _ignores_errors(external: ExternalCall) -> bool:
    value = external.arguments.keywords.get("ignore_errors")
    if value is None and external.name == "shutil.rmtree":
        value = external.arguments.at_position(1)
    return value is not None and Truth(value=True) in value


def _filled(external: ExternalCall, template: str) -> Value:
    """Replace ``{parameter}`` in a template by the argument's text, and the room's own words."""
    value = template
    for match in _REFERENCE.finditer(template):
        argument = external.argument(match[1])
        found = texts_of(argument)[:1] if argument else []
        value = value.replace(match[0], found[0] if found else hole_text(Hole(HoleKind.UNKNOWN)))
    return expand(external, value)


def expand(external: ExternalCall, template: str) -> Value:
    """Return the text of a template; ``<unique>`` in it is new in each call."""
    unique = new_hole(external) if "<unique>" in template else None
    return (Text(expanded(external.machine, template, unique)),)


def returns(called: Called) -> bool:
    """Tell whether the catalogue may say what a call returns."""
    catalogue, name = called.catalogue, called.name
    by_name = called.receiver is Opaque and called.method in catalogue.pass_methods
    return name in catalogue.passes or by_name or name in catalogue.returns


def returned(external: ExternalCall) -> Value | None:
    """Return what the catalogue says that a call returns, or None if it says nothing."""
    catalogue = external.machine.catalogue
    passes = catalogue.passes.get(external.name)
    if passes is None and isinstance(external.receiver, Opaque):
        passes = catalogue.pass_methods.get(external.method)
    if passes:
        value = external.argument(passes[0].value)
        if value is None:
            return UNKNOWN
        if external.method in _PARSING:
            value = tuple(atom if isinstance(atom, (Text, Opaque)) else UNKNOWN[0] for atom in value)
        return confined(value) if passes[0].confined else value
    rows = catalogue.returns.get(external.name)
    return _build(external, rows[0]) if rows else None


def _build(external: ExternalCall, row: ReturnsRow) -> Value:
    machine = external.machine
    if row.unique:
        return (Opaque(new_hole(external), truthy=True),)
    path = _returned_path(external, row)
    if row.items:
        items = [path if item.startswith("<") and path else _item(external, item) for item in row.items]
        return (Items(tuple(items)),)
    if row.type is None:
        if path is not None:
            return confined(path) if row.confined else path
        return (Opaque(Hole(HoleKind.UNKNOWN, external.method, confined=row.confined)),)
    kind = "".join(texts_of(_filled(external, row.type)))
    if has_holes(kind):
        kind = kind[: next(i for i, character in enumerate(kind) if has_holes(character))].rstrip(".")
    uid = machine.store.new_uid()
    result: Value = (ExternalObject(machine.catalogue.canonical(kind), uid),)
    for name, reference in row.attributes.items():
        given = external.argument(reference)
        if given is not None:
            machine.store.set(uid, name, given)
    if path is not None:
        machine.store.set(uid, "<path>", path)
        if row.value is not None or row.type.startswith(("io.", "tempfile.")):
            machine.store.set(uid, "name", path)
        if row.enters == "value":
            machine.store.set(uid, "<enter>", path)
    return result


def _item(external: ExternalCall, item: str) -> Value:
    if item == "unknown":
        return UNKNOWN
    if item.startswith("<"):
        return expand(external, item)
    return (ExternalObject(item, external.machine.store.new_uid()),)


def _returned_path(external: ExternalCall, row: ReturnsRow) -> Value | None:
    """Return the path that a result stands for: below a given directory, or by the template."""
    template = row.value or next((item for item in row.items if item.startswith("<")), None)
    given = external.argument(row.path) if row.path is not None else None
    given = tuple(atom for atom in given if not isinstance(atom, Nothing)) if given else None
    if given and row.suffix:
        suffixes = texts_of(_filled(external, row.suffix))
        return bounded(tuple(Text(text) for text in product(texts_of(given), suffixes)))
    if template is None:
        return given
    own = expand(external, template)
    if not given:
        return own
    name = "".join(texts_of(own)).rpartition("/")[2]
    result: Value = ()
    for text in texts_of(given):
        result = join(result, (Text(f"{text.rstrip('/')}/{name}"),))
    return result
