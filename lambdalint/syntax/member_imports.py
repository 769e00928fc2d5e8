"""Another member of the module that a call's function comes from, and the change of its import."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from lambdalint.model import Edit, Span
from lambdalint.syntax.elements import without_element
from lambdalint.syntax.imports import Names

if TYPE_CHECKING:
    from lambdalint.syntax.module import Module


def sibling(module: Module, call: cst.Call, origin: str, member: str) -> tuple[str, tuple[Edit, ...]] | None:
    """Return how the code at *call*, which calls a function of the module *origin*, can name its *member* instead.

    With it come the edits of the imports. Where ``from origin import function`` names the function for this call alone,
    the member takes its place. None where the member cannot be named here.
    """
    func = call.func
    if isinstance(func, cst.Name):
        statement, alias = _imported_by(module, func, origin)
        if statement is not None and alias is not None:
            return _beside(module, statement, alias, func, member)
    names = Names(module)
    written = names.of(origin, member, call)
    return None if written is None else (written, names.edits())


def _imported_by(module: Module, name: cst.Name, origin: str) -> tuple[cst.ImportFrom | None, cst.ImportAlias | None]:
    """Return the one ``from origin import name`` that binds *name*, if there is no more to it."""
    scope = module.scope(name)
    found = [getattr(one, "node", None) for one in scope[name.value]] if scope else []
    statement = found[0] if len(found) == 1 else None
    if not isinstance(statement, cst.ImportFrom) or isinstance(statement.names, cst.ImportStar):
        return None, None
    if statement.relative or statement.module is None or module.code(statement.module) != origin:
        return None, None
    aliases = [one for one in statement.names if one.asname is None and one.evaluated_name == name.value]
    return statement, aliases[0] if len(aliases) == 1 else None


def _beside(
    module: Module, statement: cst.ImportFrom, alias: cst.ImportAlias, name: cst.Name, member: str
) -> tuple[str, tuple[Edit, ...]] | None:
    scope = module.scope(name)
    assert scope is not None, "_imported_by looked at it"
    assert not isinstance(statement.names, cst.ImportStar), "_imported_by looked at them"
    uses = sum(len(one.references) for one in scope[name.value])
    last_use = uses == 1 and "__all__" not in module.text
    bound = list(scope[member])
    if any(getattr(one, "node", None) is not statement for one in bound):
        return None
    if bound:
        return member, without_element(module, statement.names, alias) if last_use else ()
    names = [module.code(one.with_changes(comma=cst.MaybeSentinel.DEFAULT)) for one in statement.names]
    first, last = module.span(statement.names[0]), module.span(statement.names[-1])
    in_order = names == sorted(names, key=_order)
    if first.line != last.end_line or not in_order:
        text = member if last_use else f"{member}, {name.value}"
        return member, (Edit(module.span(alias), text),)
    changed = [one for one in names if one != name.value or not last_use] + [member]
    span = Span(module.path, first.line, first.column, last.end_line, last.end_column)
    return member, (Edit(span, ", ".join(sorted(changed, key=_order))),)


def _order(name: str) -> tuple[int, str]:
    """Return by what linters sort the names of an import: constants, classes, then functions."""
    return 0 if name.isupper() and len(name) > 1 else 1 if name[:1].isupper() else 2, name
