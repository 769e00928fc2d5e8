"""Which arguments of a call are paths, and what the call does with other ones, as the catalogue knows it."""

from __future__ import annotations

import enum
from functools import lru_cache
from typing import TYPE_CHECKING

import libcst as cst

from lambdalint import catalogue
from lambdalint.catalogue import parse_parameter
from lambdalint.syntax.known_calls import last_name, qualified_name

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lambdalint.catalogue import Catalogue
    from lambdalint.catalogue.user_rows import EncodedRows
    from lambdalint.syntax.module import Module
    from lambdalint.syntax.project import Project


class Role(enum.Enum):
    """What an argument is for a call."""

    PATH = enum.auto()
    """The path of a file or folder that the call uses."""
    MESSAGE = enum.auto()
    """Text for people: it may say another path."""
    OTHER = enum.auto()
    """Known to be something else, such as the key of an object: its value must stay."""
    UNKNOWN = enum.auto()


_SPEAKING = frozenset("critical debug error exception fatal info log print warn warning".split())  # noqa: SIM905 -- a list of words
_ASKING = frozenset({"os.path.basename", "builtins.len", "builtins.isinstance", "builtins.bool", "builtins.type"})
"""Calls whose result is the same for a path in another folder."""


def role_of(project: Project, module: Module, call: cst.Call, argument: cst.BaseExpression) -> Role:
    """Return what *argument*, or the object whose method is called, is for *call*."""
    if qualified_name(module, call) in _ASKING:
        return Role.MESSAGE
    ways = _ways(project, module, call)
    found = {any(argument is _argument(call, reference) for reference in way) for way in ways}
    if len(found) == 1:
        return Role.PATH if True in found else Role.OTHER
    given = any(one.value is argument for one in call.args)
    if given and (last_name(call) in _SPEAKING or isinstance(module.parent(call), cst.Raise)):
        return Role.MESSAGE
    return Role.UNKNOWN


def path_arguments(project: Project, module: Module, call: cst.Call) -> tuple[cst.BaseExpression, ...]:
    """Return the arguments of *call* that are paths for certain, with the object whose method it is."""
    given = [one.value for one in call.args]
    if isinstance(call.func, cst.Attribute):
        given.insert(0, call.func.value)
    return tuple(one for one in given if role_of(project, module, call, one) is Role.PATH)


def read_argument(project: Project, call: cst.Call, callee: str) -> cst.BaseExpression | None:
    """Return the argument of *call*, which is one of *callee*, that names what it reads."""
    known = catalogue.in_use(project.catalogue_rows)
    for row in known.reads.get(known.canonical(callee), ()):
        found = _argument(call, row.path)
        if found is not None:
            return found
    return None


def _ways(project: Project, module: Module, call: cst.Call) -> list[tuple[str, ...]]:
    """Return the parameters that are paths, for each of the callables that *call* may mean."""
    known = catalogue.in_use(project.catalogue_rows)
    names = {effect.callee for effect in project.effects_at(module.span(call))} | {qualified_name(module, call)}
    ways = [_references(known, known.canonical(name)) for name in sorted(names) if name]
    certain = [way for way in ways if way is not None]
    if certain:
        return [tuple(dict.fromkeys(reference for way in certain for reference in way))]
    if not isinstance(call.func, cst.Attribute):
        return []
    imported = _imported_packages(module)
    return [way for package, way in _methods(project.catalogue_rows).get(last_name(call), ()) if package in imported]


def _imported_packages(module: Module) -> set[str]:
    scope = module.scope(module.tree)
    names: set[str] = set()
    for assignment in scope.assignments if scope is not None else ():
        for one in assignment.get_qualified_names_for(assignment.name):
            names.add(one.name.partition(".")[0])
    return names


def _argument(call: cst.Call, reference: str) -> cst.BaseExpression | None:
    parameter = parse_parameter(reference)
    if parameter.receiver:
        return call.func.value if isinstance(call.func, cst.Attribute) else None
    for one in call.args:
        if parameter.name and one.keyword is not None and one.keyword.value == parameter.name:
            return one.value
    positional = [one for one in call.args if one.keyword is None and not one.star]
    if parameter.position is not None and parameter.position < len(positional):
        return positional[parameter.position].value
    return None


def _references(known: Catalogue, name: str) -> tuple[str, ...] | None:
    """Return the parameters of the call *name* that are paths; None if there is no row for it."""
    effects = known.effects.get(name, ())
    reads = known.reads.get(name, ())
    stores = known.stores.get(name, ())
    if not effects and not reads and not stores and name not in known.fetches:
        return None
    return _paths_of(effects, reads, stores)


def _paths_of(effects: Iterable[object], reads: Iterable[object], stores: Iterable[object]) -> tuple[str, ...]:
    found: list[str | None] = []
    for row in effects:
        found += [getattr(row, "path", None), getattr(row, "moves", None)]
    found += [getattr(row, "path", None) for row in reads]
    found += [getattr(row, "content", None) for row in stores if getattr(row, "by_path", False)]
    return tuple(dict.fromkeys(one for one in found if one is not None))


@lru_cache(maxsize=4)
def _methods(rows: EncodedRows) -> dict[str, tuple[tuple[str, tuple[str, ...]], ...]]:
    """Return the parameters that are paths by the bare names of methods, each with the package it belongs to."""
    known = catalogue.in_use(rows)
    found: dict[str, list[tuple[str, tuple[str, ...]]]] = {}
    for name in sorted({*known.effects, *known.reads, *known.stores, *known.fetches}):
        owner, _, method = name.rpartition(".")
        if "." in owner:
            references = _references(known, name)
            assert references is not None, "the name comes from a row"
            found.setdefault(method, []).append((name.partition(".")[0], references))
    return {method: tuple(each) for method, each in found.items()}


_COMMANDS = (
    "subprocess.",
    "os.system",
    "os.popen",
    "os.exec",
    "os.spawn",
    "asyncio.create_subprocess",
    "pexpect.",
    "sh.",
)


def in_command(module: Module, node: cst.CSTNode) -> bool:
    """Tell whether *node* is, or is a part of, what a child process is given."""
    for outer in module.above(node):
        if isinstance(outer, cst.Call):
            return qualified_name(module, outer).startswith(_COMMANDS)
        if isinstance(outer, (cst.BaseSmallStatement, cst.BaseCompoundStatement)):
            return False
    return False
