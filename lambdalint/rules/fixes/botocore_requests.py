"""Imports requests itself instead of the copy that botocore once had, and asks for it in the requirements."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from lambdalint.model import Edit, Fix, Safety, Span
from lambdalint.rules import shipped
from lambdalint.rules.vendored_requests import REQUESTS, brings
from lambdalint.syntax.blocks import indentation, owns_its_lines
from lambdalint.syntax.names_in_scope import nodes_in
from lambdalint.syntax.requirements_text import RequirementsText

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lambdalint.model import Finding, FunctionPackage
    from lambdalint.syntax.module import Module
    from lambdalint.syntax.project import Project

_VENDORED = "botocore.vendored"
_NEW = "requests"


def to_requests(finding: Finding, project: Project) -> Fix | None:
    """Return the fix that imports requests instead of botocore's copy, in the whole file of *finding*.

    All imports of the copy change together: the exceptions of the one are not those of the other. Where the
    requirements file of a function is known, it gets requests, too.
    """
    module = project.module(finding.span.path)
    if module is None or _binds_otherwise(module) or _is_hidden(finding, project):
        return None
    edits: list[Edit] = []
    for statement in _imports(module):
        changed = _changed(module, statement)
        if changed is None:
            return None
        edits += changed
    asked = _asked_for(finding, project)
    if not edits or asked is None:
        return None
    return Fix("Import requests itself", (*dict.fromkeys([*edits, *asked]),), Safety.UNSAFE)


def _imports(module: Module) -> list[cst.Import | cst.ImportFrom]:
    """Return the statements that import something of ``botocore.vendored``."""
    return [
        node
        for node in nodes_in(module.tree)
        if (isinstance(node, cst.Import) and any(_is_vendored(_dotted(one.name)) for one in node.names))
        or (isinstance(node, cst.ImportFrom) and _is_vendored(_source(node)))
        or (isinstance(node, cst.ImportFrom) and _source(node) == "botocore" and "vendored" in _members(node))
    ]


def _changed(module: Module, statement: cst.Import | cst.ImportFrom) -> list[Edit] | None:
    """Return the edits that let one import bring requests itself; None where that does not mean the same."""
    if module.nearest(statement, cst.Try) is not None:
        return None
    if isinstance(statement, cst.Import):
        return _changed_import(module, statement)
    source = _source(statement)
    if statement.module is not None and _is_copy(source):
        return [Edit(module.span(statement.module), source.removeprefix(f"{_VENDORED}."))]
    if source != _VENDORED or isinstance(statement.names, cst.ImportStar):
        return None
    wanted = [one for one in statement.names if _dotted(one.name) == _NEW]
    kept = [one for one in statement.names if _dotted(one.name) != _NEW]
    if not wanted:
        return []
    text = "import " + ", ".join(_named(_NEW, one) for one in wanted)
    if kept:
        line = module.statement(statement)
        if line is None or not owns_its_lines(module, line):
            return None
        others = ", ".join(_named(_dotted(one.name), one) for one in kept)
        text += f"\n{indentation(module, line)}from {_VENDORED} import {others}"
    return [Edit(module.span(statement), text)]


def _changed_import(module: Module, statement: cst.Import) -> list[Edit] | None:
    edits: list[Edit] = []
    for alias in statement.names:
        dotted = _dotted(alias.name)
        if not _is_vendored(dotted):
            continue
        if not _is_copy(dotted):
            return None
        new = dotted.removeprefix(f"{_VENDORED}.")
        if alias.asname is None:
            uses = _renamed_uses(module, statement)
            if uses is None:
                return None
            edits += uses
        edits.append(Edit(_without_comma(module, alias), _named(new, alias)))
    return edits


def _renamed_uses(module: Module, statement: cst.Import) -> list[Edit] | None:
    """Return the edits of all uses of ``botocore.vendored.requests`` by this name; None where one is not clear."""
    line = module.statement(statement)
    if line is None or not isinstance(module.parent(line), cst.Module):
        return None
    edits = []
    for node in nodes_in(module.tree):
        if isinstance(node, cst.Attribute) and _dotted(node) == REQUESTS and not _is_imported(module, node):
            edits.append(Edit(module.span(node), _NEW))
        elif isinstance(node, cst.Name) and _is_read(module, node):
            if node.value == _NEW:
                return None
            if node.value == "botocore" and not _is_in_chain(module, node):
                return None
    return edits


def _is_in_chain(module: Module, name: cst.Name) -> bool:
    """Tell whether *name* begins ``botocore.vendored.requests``."""
    return any(isinstance(one, cst.Attribute) and _dotted(one) == REQUESTS for one in module.above(name))


def _is_read(module: Module, name: cst.Name) -> bool:
    """Tell whether a name stands for itself: it is no attribute, no keyword and no part of an import."""
    outer = module.parent(name)
    if isinstance(outer, cst.Attribute) and outer.attr is name:
        return False
    return not (isinstance(outer, cst.Arg) and outer.keyword is name) and not _is_imported(module, name)


def _is_imported(module: Module, node: cst.CSTNode) -> bool:
    return module.nearest(node, (cst.Import, cst.ImportFrom)) is not None


def _binds_otherwise(module: Module) -> bool:
    """Tell whether the file imports requests itself, too, or gives its name to something else."""
    for node in nodes_in(module.tree):
        if isinstance(node, cst.Import) and any(_dotted(one.name).partition(".")[0] == _NEW for one in node.names):
            return True
        target = node.target if isinstance(node, (cst.AssignTarget, cst.AnnAssign)) else None
        if isinstance(target, cst.Name) and target.value == _NEW:
            return True
        if isinstance(node, cst.Param) and node.name.value == _NEW:
            return True
    return False


def _is_hidden(finding: Finding, project: Project) -> bool:
    """Tell whether a module of the project may answer to the name first."""
    roots = {project.functions[name].code_root for name in finding.functions if name in project.functions}
    folders = {finding.span.path.rpartition("/")[0], *roots}
    own = (f"{folder}/{one}".lstrip("/") for folder in folders for one in (f"{_NEW}.py", f"{_NEW}/__init__.py"))
    return any(path in project.tree for path in own)


def _asked_for(finding: Finding, project: Project) -> list[Edit] | None:
    """Return the edits that add requests to the requirements of the functions; None if a known file cannot get it."""
    edits: list[Edit] = []
    for name, package in sorted(project.packages.items()):
        concerned = name in finding.functions or shipped.lies_in(package, finding.span.path)
        if not concerned or package.function.inline is not None or brings(package, _NEW):
            continue
        build = package.function.build
        if build.requirements or build.make is not None or len(build.manifests) > 1:
            return None
        path = build.manifests[0].path if build.manifests else _taken_by_sam(package)
        if path is None:
            continue
        if path not in project.tree:
            edits.append(Edit(Span.point(path), f"{_NEW}\n"))
            continue
        text = project.text_of(path)
        there = RequirementsText.read(project.tree, path, text) if text is not None and path.endswith(".txt") else None
        if there is None:
            return None
        if all(one.name != _NEW for one in there.requirements):
            edits.append(there.added([_NEW]))
    return edits


def _taken_by_sam(package: FunctionPackage) -> str | None:
    """Return the file that ``sam build`` would install if it were there; None where that is not certain."""
    function = package.function
    if function.declared_by != "sam" or function.inline is not None or function.build.elsewhere is None:
        return None
    path = f"{function.code_root}/requirements.txt".lstrip("/")
    return path if function.build.complete and function.build.confidence == "high" else None


def _is_vendored(dotted: str) -> bool:
    return dotted == _VENDORED or dotted.startswith(f"{_VENDORED}.")


def _is_copy(dotted: str) -> bool:
    return dotted == REQUESTS or dotted.startswith(f"{REQUESTS}.")


def _source(statement: cst.ImportFrom) -> str:
    return _dotted(statement.module) if statement.module is not None and not statement.relative else ""


def _members(statement: cst.ImportFrom) -> Sequence[str]:
    names = statement.names
    return [] if isinstance(names, cst.ImportStar) else [_dotted(one.name) for one in names]


def _dotted(node: cst.CSTNode) -> str:
    """Return the dotted name that *node* is; the empty text for any other node."""
    parts: list[str] = []
    while isinstance(node, cst.Attribute):
        parts.append(node.attr.value)
        node = node.value
    return ".".join([node.value, *reversed(parts)]) if isinstance(node, cst.Name) else ""


def _named(new: str, alias: cst.ImportAlias) -> str:
    """Return *new* with the name that *alias* binds."""
    bound = alias.asname.name.value if alias.asname is not None and isinstance(alias.asname.name, cst.Name) else None
    return new if bound is None or bound == new else f"{new} as {bound}"


def _without_comma(module: Module, alias: cst.ImportAlias) -> Span:
    first = module.span(alias.name)
    last = module.span(alias.asname.name) if alias.asname is not None else first
    return Span(first.path, first.line, first.column, last.end_line, last.end_column)
