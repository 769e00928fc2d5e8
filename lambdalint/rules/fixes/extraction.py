"""The fix of an archive that is unpacked into the working directory: a temporary directory around all that uses it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from lambdalint.model import Edit, Fix, Safety, Span
from lambdalint.rules.fixes.temporary_extent import index_in
from lambdalint.rules.fixes.unpacked_files import calls_after, unpacked_files
from lambdalint.syntax.context_managers import can_be_enclosed, enclosed, free_name
from lambdalint.syntax.escape import Fate, escape_of
from lambdalint.syntax.imports import Names

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lambdalint.rules.fixes.site import Site
    from lambdalint.syntax.module import Module, Statement

_DESTINATIONS = {
    "zipfile.ZipFile.extract": (1, "path"),
    "zipfile.ZipFile.extractall": (0, "path"),
    "tarfile.TarFile.extract": (1, "path"),
    "tarfile.TarFile.extractall": (0, "path"),
    "shutil.unpack_archive": (1, "extract_dir"),
    "py7zr.SevenZipFile.extract": (0, "path"),
    "py7zr.SevenZipFile.extractall": (0, "path"),
    "rarfile.RarFile.extract": (1, "path"),
    "rarfile.RarFile.extractall": (0, "path"),
}
"""Which parameter of a call is the destination: its position and its name."""


def extraction_fix(site: Site) -> Fix | None:
    """Return the fix of the extraction at *site*; None where what is unpacked may be used where it is not seen."""
    module, call = site.module, site.call
    function, statement = module.function(call), module.statement(call)
    callees = {effect.callee for effect in site.effects}
    parameter = _DESTINATIONS.get(callees.pop()) if len(callees) == 1 else None
    if function is None or function.asynchronous is not None or statement is None or parameter is None:
        return None
    folder = free_name(module, ("folder", "directory", "unpacked"))
    destination = _destination(module, call, parameter, folder)
    results = _results(module, call, statement)
    files = unpacked_files(site, function)
    if destination is None or results is None or files is None:
        return None
    if not (results or files) and any(len(effect.chain) > 1 for effect in site.effects):
        return None  # the function unpacks for its callers
    statements = _enclosing(module, function, statement, [*results, *(use.call for use in files)])
    names = Names(module)
    making = names.of("tempfile", "TemporaryDirectory", statement)
    if statements is None or making is None:
        return None
    changes = [destination]
    for use in files:
        change = use.change(module, names, folder)
        if change is None:
            return None
        changes.append(change)
    edit = enclosed(module, statements, f"with {making}() as {folder}:", changes=changes)
    return Fix("Extract into a tempfile.TemporaryDirectory()", (edit, *names.edits()), Safety.UNSAFE)


def _destination(module: Module, call: cst.Call, parameter: tuple[int, str], folder: str) -> Edit | None:
    """Return the edit that gives *call* its destination; None where a value that is not None may be given."""
    position, name = parameter
    if any(argument.star for argument in call.args):
        return None
    by_position = [argument for argument in call.args if argument.keyword is None]
    by_name = [argument for argument in call.args if argument.keyword is not None and argument.keyword.value == name]
    given = by_name[0] if by_name else by_position[position] if len(by_position) > position else None
    if given is not None:
        nothing = isinstance(given.value, cst.Name) and given.value.value == "None"
        return Edit(module.span(given.value), folder) if nothing else None
    if len(by_position) == position and call.args and by_position:
        end = module.span(by_position[-1])
        return Edit(Span.point(module.path, end.end_line, end.end_column), f", {folder}")
    if len(by_position) == position and call.args:
        start = module.span(call.args[0])
        return Edit(Span.point(module.path, start.line, start.column), f"{folder}, ")
    whole = module.span(call)
    if len(by_position) == position:
        return Edit(Span.point(module.path, whole.end_line, whole.end_column - 1), folder)
    end = module.span(call.args[-1])
    return Edit(Span.point(module.path, end.end_line, end.end_column), f", {name}={folder}")


def _results(module: Module, call: cst.Call, statement: Statement) -> list[cst.CSTNode] | None:
    """Return the uses of what *call* returns; None where that leaves the function, or is not known."""
    if not isinstance(statement, cst.SimpleStatementLine) or len(statement.body) != 1:
        return None
    (alone,) = statement.body
    if isinstance(alone, cst.Expr):
        return []
    if not isinstance(alone, cst.Assign) or alone.value is not call or len(alone.targets) != 1:
        return None
    target = alone.targets[0].target
    if not isinstance(target, cst.Name):
        return None
    escape = escape_of(module, target)
    return list(escape.uses) if escape.fate is not Fate.LEAVES else None


def _enclosing(
    module: Module, function: cst.FunctionDef, statement: Statement, uses: Sequence[cst.CSTNode]
) -> Sequence[Statement] | None:
    """Return the statements of one block that hold *statement* and all *uses*; None if there are none."""
    if not uses and calls_after(module, function, module.span(statement)):
        return None
    while True:
        block = list(module.block(statement))
        start = next(index for index, one in enumerate(block) if one is statement)
        places = [index_in(module, block, use) for use in uses]
        outer = module.parent(module.parent(statement) or statement)
        inside = [place for place in places if place is not None and place >= start]
        repeated = isinstance(outer, cst.For) and not inside
        if len(inside) == len(places) and not repeated:
            found = block[start : max(inside, default=start) + 1]
            return found if can_be_enclosed(module, found) else None
        if not isinstance(outer, (cst.With, cst.For)) or outer.asynchronous is not None:
            return None
        statement = outer
