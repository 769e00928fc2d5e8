"""The fixes of temporary files and folders that stay: context managers, and removals in a ``finally`` clause."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst
import msgspec
from msgspec.structs import replace

from lambdalint.model import Edit, Fix, Safety, Span
from lambdalint.rules.fixes.temporary_extent import extent_of
from lambdalint.rules.fixes.temporary_removals import parts_of
from lambdalint.syntax import blocks, known_calls
from lambdalint.syntax.bindings import binding_of
from lambdalint.syntax.callee import own_nodes
from lambdalint.syntax.context_managers import arguments_of, comment_of, enclosed, free_name, moved_lines, text_at
from lambdalint.syntax.elements import without_element
from lambdalint.syntax.imports import Names
from lambdalint.syntax.member_imports import sibling

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from lambdalint.rules.fixes.site import Site
    from lambdalint.rules.fixes.temporary_extent import Extent
    from lambdalint.rules.fixes.temporary_removals import Parts
    from lambdalint.syntax.module import Module, Statement

_FOLDER_NAMES = ("folder", "directory", "temporary_folder")


def temporary_fix(site: Site) -> Fix | None:
    """Return the fix of a temporary object that its maker leaves behind; None where nothing simple is right."""
    function = site.module.function(site.call)
    callees = {effect.callee for effect in site.effects}
    if function is None or function.asynchronous is not None or len(callees) != 1:
        return None
    make = _MAKERS.get(callees.pop())
    return None if make is None else make(site)


class _Assignment(msgspec.Struct, frozen=True):
    """A statement ``target = value`` on a line of its own."""

    line: cst.SimpleStatementLine
    target: cst.BaseExpression
    value: cst.BaseExpression


def _assignment(module: Module, call: cst.Call) -> _Assignment | None:
    """Return the assignment whose value *call* is, or is a part of."""
    line = module.statement(call)
    if not isinstance(line, cst.SimpleStatementLine) or len(line.body) != 1:
        return None
    (statement,) = line.body
    if isinstance(statement, cst.Assign) and len(statement.targets) == 1:
        return _Assignment(line, statement.targets[0].target, statement.value)
    if isinstance(statement, cst.AnnAssign) and statement.value is not None:
        return _Assignment(line, statement.target, statement.value)
    return None


def _folder(site: Site) -> Fix | None:
    """Return the fix of ``mkdtemp()``: a ``TemporaryDirectory`` in a ``with`` statement."""
    module, call = site.module, site.call
    made = _assignment(module, call)
    if made is None or not isinstance(made.target, cst.Name) or not _is_path_of(module, made.value, call):
        return None
    extent = extent_of(site, made.line, made.target)
    parts = None if extent is None else parts_of(module, extent, {made.target.value}, extent.statements)
    named = sibling(module, call, "tempfile", "TemporaryDirectory")
    if extent is None or parts is None or named is None or len(parts.kept) == 1:
        return None
    making, imports = f"{named[0]}{arguments_of(module, call)}", named[1]
    if made.value is call:
        header = f"with {making} as {made.target.value}:{comment_of(made.line)}"
        edit = enclosed(
            module, parts.kept[1:], header, instead_of=made.line, also=parts.removing, changes=parts.dropped
        )
    else:
        folder = free_name(module, _FOLDER_NAMES)
        changes = (*parts.dropped, Edit(module.span(call), folder))
        header = f"with {making} as {folder}:"
        edit = enclosed(module, parts.kept, header, also=parts.removing, changes=changes)
    return Fix("Use a tempfile.TemporaryDirectory() in a with statement", (edit, *imports), _safety(extent, parts))


def _safety(extent: Extent, parts: Parts) -> Safety:
    """Return how safe it is to remove the object in any case."""
    return Safety.UNSAFE if parts.chosen or parts.left else extent.safety


def _is_path_of(module: Module, value: cst.BaseExpression, call: cst.Call) -> bool:
    """Tell whether *value* is what *call* returns, or a path that is made from nothing else that matters."""
    for outer in (call, *module.above(call)):
        if isinstance(outer, cst.Call) and outer is not call:
            if known_calls.qualified_name(module, outer) not in _PATH_MAKERS:
                return False
        elif outer is not call and not isinstance(outer, (cst.Arg, cst.BinaryOperation)):
            return False
        if outer is value:
            return True
    return False


_PATH_MAKERS = frozenset({"pathlib.Path", "os.path.join", "builtins.str", "os.path.realpath", "os.path.abspath"})


def _descriptor(site: Site) -> Fix | None:
    """Return the fix of ``mkstemp()``: a removal of the file in a ``finally`` clause."""
    module = site.module
    made = _assignment(module, site.call)
    if made is None:
        return None
    descriptor, name = None, made.target
    if isinstance(made.target, cst.Tuple) and made.value is site.call and len(made.target.elements) == 2:
        descriptor, name = (element.value for element in made.target.elements)
    elif not (isinstance(made.value, cst.Subscript) and made.value.value is site.call and _is_second(made.value)):
        return None
    if not isinstance(name, cst.Name):
        return None
    descriptor = descriptor if isinstance(descriptor, cst.Name) else None
    extent = extent_of(site, made.line, name, descriptor)
    if extent is None:
        return None
    if descriptor is None or not _is_closed(module, descriptor):
        # Windows does not remove a file that is open.
        extent = replace(extent, safety=Safety.UNSAFE)
    return _removed_after(site, extent, extent.statements[1:], name.value)


def _is_closed(module: Module, descriptor: cst.Name) -> bool:
    """Tell whether something closes the *descriptor*, or makes a file of it."""
    binding = binding_of(module, descriptor)
    calls = [outer for use in binding.reads for outer in [module.nearest(use, cst.Call)]] if binding else []
    return any(call is not None and known_calls.last_name(call) in {"close", "fdopen", "open"} for call in calls)


def _is_second(subscript: cst.Subscript) -> bool:
    element = subscript.slice[0].slice if len(subscript.slice) == 1 else None
    return isinstance(element, cst.Index) and isinstance(element.value, cst.Integer) and element.value.value == "1"


def _removed_after(
    site: Site,
    extent: Extent,
    statements: Sequence[Statement],
    path: str,
    *,
    before: str = "",
    changes: Sequence[Edit] = (),
) -> Fix | None:
    """Return the fix that puts *statements* into a ``try`` with the removal of the file *path* in its ``finally``.

    *before* is the line above the ``try``.
    """
    module = site.module
    parts = parts_of(module, extent, {path}, statements)
    if parts is None or parts.left or not parts.kept:
        return None
    names = Names(module)
    remove = names.of("os", "remove", extent.statements[0])
    if remove is None:
        return None
    margin, unit = (
        blocks.indentation(module, statements[0]),
        blocks.indent_unit(module, blocks.first_line(module, statements[0])),
    )
    header = f"{before}\n{margin}try:" if before else "try:"
    moved = () if parts.chosen else parts.removing
    removing = "".join(moved_lines(module, one) for one in moved) or f"{margin}{unit}{remove}({path})\n"
    imports = () if moved else names.edits()
    edit = enclosed(
        module,
        parts.kept,
        header,
        footer=f"{margin}finally:\n{removing}",
        also=parts.removing,
        changes=(*parts.dropped, *changes),
    )
    return Fix("Remove the temporary file in a finally clause", (edit, *imports), _safety(extent, parts))


def _file(site: Site) -> Fix | None:
    """Return the fix of ``NamedTemporaryFile(delete=False)``."""
    module, call = site.module, site.call
    if _argument_to_drop(call) is None:
        return None
    if isinstance(module.parent(call), cst.WithItem):
        return _file_in_with(site)
    made = _assignment(module, call)
    if made is None or not isinstance(made.target, cst.Name):
        return None
    extent = extent_of(site, made.line, made.target)
    if extent is None:
        return None
    name = made.target.value
    if made.value is call:
        return _closed_by_with(site, made, extent, name) or _removed_after(
            site, extent, extent.statements[1:], f"{name}.name"
        )
    of_name = isinstance(made.value, cst.Attribute) and made.value.value is call and made.value.attr.value == "name"
    return _removed_after(site, extent, extent.statements[1:], name) if of_name else None


def _argument_to_drop(call: cst.Call) -> cst.Arg | None:
    """Return the argument ``delete=False`` of *call*."""
    found = [one for one in call.args if one.keyword is not None and one.keyword.value == "delete"]
    return found[0] if found and isinstance(found[0].value, cst.Name) and found[0].value.value == "False" else None


def _without_delete(module: Module, call: cst.Call) -> Edit:
    """Return the edit that takes ``delete=False`` out of *call*."""
    argument = _argument_to_drop(call)
    assert argument is not None, "the caller has looked for it"
    edits = without_element(module, call.args, argument)
    if edits:
        return edits[0]
    whole = module.span(call)
    arguments = arguments_of(module, call)
    lines = arguments.count("\n")
    column = whole.end_column - len(arguments) if not lines else module.span(call.func).end_column
    return Edit(Span(module.path, whole.end_line - lines, column, whole.end_line, whole.end_column), "()")


def _edited(module: Module, node: cst.CSTNode, edit: Edit) -> str:
    """Return how *node* is written after *edit*, which lies in it."""
    whole, span = module.span(node), edit.span
    before = text_at(module, Span(module.path, whole.line, whole.column, span.line, span.column))
    after = text_at(module, Span(module.path, span.end_line, span.end_column, whole.end_line, whole.end_column))
    return f"{before}{edit.text}{after}"


def _closed_by_with(site: Site, made: _Assignment, extent: Extent, name: str) -> Fix | None:
    """Return the fix of a file that is used until it is closed: a ``with`` statement, which removes it, too."""
    module = site.module
    parts = parts_of(module, extent, {f"{name}.name"}, extent.statements)
    if parts is None or parts.left:
        return None
    kept = list(parts.kept)
    ending = list(parts.removing)
    while len(kept) > 1 and _closes(module, kept[-1], name):
        ending.insert(0, kept.pop())
    after = extent.statements[len(kept) + len(ending) :]
    if len(kept) == 1 or _is_closed_in(module, extent, kept) or not all(_closes(module, one, name) for one in after):
        return None
    header = f"with {_edited(module, site.call, _without_delete(module, site.call))} as {name}:{comment_of(made.line)}"
    edit = enclosed(module, kept[1:], header, instead_of=made.line, also=(*ending, *after), changes=parts.dropped)
    safety = _of_open_file(module, extent)
    return Fix("Use the tempfile.NamedTemporaryFile() in a with statement", (edit,), safety)


def _of_open_file(module: Module, extent: Extent) -> Safety:
    """Return how safe it is that the file is removed when it is closed.

    On Windows, such a file cannot be opened by its name before, so that developers there would see a difference.
    """
    named = any(
        isinstance(outer, cst.Attribute) and outer.attr.value == "name"
        for outer in (module.parent(use) for use in extent.uses)
    )
    return Safety.UNSAFE if named else extent.safety


def _closes(module: Module, statement: Statement, name: str) -> bool:
    """Tell whether *statement* closes the file *name*, and does no more."""
    return (
        isinstance(statement, cst.SimpleStatementLine)
        and len(statement.body) == 1
        and module.code(statement.body[0]) == f"{name}.close()"
    )


def _is_closed_in(module: Module, extent: Extent, statements: Sequence[Statement]) -> bool:
    """Tell whether one of the uses in *statements* closes the file."""
    inside = [use for use in extent.uses if any(one in statements for one in module.above(use))]
    return any(
        isinstance(module.parent(use), cst.WithItem)
        or any(isinstance(one, cst.Call) and known_calls.last_name(one) in _CLOSING for one in module.above(use))
        for use in inside
    )


_CLOSING = frozenset({"close", "closing", "fdopen"})


def _with_of(site: Site) -> tuple[cst.With, cst.Name] | None:
    """Return the ``with`` statement that opens what the site's call returns, and the name that it gets there."""
    item = site.module.parent(site.call)
    statement = None if item is None else site.module.parent(item)
    if not isinstance(item, cst.WithItem) or not isinstance(statement, cst.With) or item.asname is None:
        return None
    name, body = item.asname.name, statement.body
    plain = statement.asynchronous is None and isinstance(body, cst.IndentedBlock)
    return (statement, name) if plain and isinstance(name, cst.Name) else None


def _file_in_with(site: Site) -> Fix | None:
    """Return the fix of ``with NamedTemporaryFile(delete=False) as name``."""
    module, opened = site.module, _with_of(site)
    extent = None if opened is None else extent_of(site, *opened)
    if opened is None or extent is None:
        return None
    statement, name = opened
    path = f"{name.value}.name"
    if len(extent.statements) == 1:
        body = module.block(next(one for one in own_nodes(statement.body) if module.statement(one) is one))
        parts = parts_of(module, extent, {path}, body)
        if parts is None:
            return None
        if not (_is_closed_in(module, extent, body) or parts.left or parts.removing or parts.dropped):
            return _removed_by_with(site, _of_open_file(module, extent))
        return _removed_after(site, extent, body, path)
    header = _header(module, statement)
    if header is None or len(statement.items) > 1:
        return None
    made = f"{name.value} = {text_at(module, module.span(site.call))}"
    shorter = Edit(header, f"with {name.value}:")
    return _removed_after(site, extent, extent.statements, path, before=made, changes=[shorter])


def _removed_by_with(site: Site, safety: Safety) -> Fix:
    """Return the fix of what is used in its ``with`` statement only: that removes it, if it is not told otherwise."""
    return Fix("Let the with statement remove it", (_without_delete(site.module, site.call),), safety)


def _header(module: Module, statement: cst.With) -> Span | None:
    """Return where *statement* has what comes before its block, with the colon."""
    start, end = module.span(statement), module.span(statement.items[-1])
    rest = "".join(module.lines[end.end_line - 1 : module.span(statement.body).line])[end.end_column - 1 :]
    between, colon, _ = rest.partition(":")
    if not colon or between.strip(" \t\r\n),"):
        return None
    line, column = end.end_line, end.end_column
    for sign in between + colon:
        line, column = (line + 1, 1) if sign == "\n" else (line, column + 1)
    return Span(module.path, start.line, start.column, line, column)


def _kept_folder(site: Site) -> Fix | None:
    """Return the fix of ``with TemporaryDirectory(delete=False) as name``."""
    opened = _with_of(site)
    if opened is None or _argument_to_drop(site.call) is None:
        return None
    extent = extent_of(site, *opened)
    return _removed_by_with(site, extent.safety) if extent is not None and len(extent.statements) == 1 else None


_MAKERS: Mapping[str, Callable[[Site], Fix | None]] = {
    "tempfile.mkdtemp": _folder,
    "tempfile.mkstemp": _descriptor,
    "tempfile.NamedTemporaryFile": _file,
    "tempfile.TemporaryDirectory": _kept_folder,
}
