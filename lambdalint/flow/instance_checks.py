"""``isinstance`` on abstract values."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambdalint.flow.values import (
    EITHER,
    FALSE,
    TRUE,
    Atom,
    Class,
    External,
    ExternalObject,
    Function,
    Instance,
    Items,
    ListOf,
    Mapping,
    Number,
    PathText,
    Text,
    Truth,
    Value,
)

if TYPE_CHECKING:
    from lambdalint.flow.machine import Machine


def is_instance(machine: Machine, atom: Atom, wanted: Value) -> Value:
    """Return the outcome of ``isinstance``."""
    kinds: list[Atom] = []
    for item in wanted:
        if isinstance(item, Items):
            kinds.extend(part for inner in item.items for part in inner)
        else:
            kinds.append(item)
    result = FALSE
    for kind in kinds:
        outcome = _is_of(machine, atom, kind)
        if outcome == TRUE:
            return TRUE
        if outcome != FALSE:
            result = EITHER
    return result


_BUILTIN_ATOMS: dict[str, tuple[type[Atom], ...]] = {
    "builtins.str": (Text,), "builtins.bytes": (Text,), "builtins.dict": (Mapping,), "builtins.list": (ListOf,),
    "builtins.tuple": (Items,), "builtins.int": (Number,), "builtins.float": (Number,), "builtins.bool": (Truth,),
    "pathlib.Path": (PathText,), "pathlib.PurePath": (PathText,), "os.PathLike": (PathText,),
}  # fmt: skip


def _is_of(machine: Machine, atom: Atom, kind: Atom) -> Value:
    if isinstance(kind, Class):
        if isinstance(atom, Instance):
            return TRUE if kind.uid in machine.classes[atom.cls].linear else FALSE
        return FALSE if isinstance(atom, (Text, PathText, Number, Truth, Mapping, ListOf, Items)) else EITHER
    if isinstance(kind, External):
        if isinstance(atom, ExternalObject) and atom.type == machine.catalogue.canonical(kind.name):
            return TRUE
        types = _BUILTIN_ATOMS.get(machine.catalogue.canonical(kind.name))
        if types is not None:
            if isinstance(atom, types):
                return TRUE
            known = (Text, PathText, Number, Truth, Mapping, ListOf, Items, Instance, Function)
            return FALSE if isinstance(atom, known) else EITHER
    return EITHER
