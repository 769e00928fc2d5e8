"""Redirects a library by a variable of the environment, set before the library is imported."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from lambdalint.model import Edit, Fix, Safety, Span
from lambdalint.syntax.imports import Names

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lambdalint.model import Effect, LibraryDefault
    from lambdalint.syntax.module import Module
    from lambdalint.syntax.project import Project


def redirected(effects: Iterable[Effect], project: Project) -> Fix | None:
    """Return the fix that sets the variable of the library's default, wherever the library is imported first.

    There is none where the library knows no such variable, or its import is not seen.
    """
    defaults = [effect.library for effect in effects]
    known = [default for default in defaults if default is not None and default.variable and default.imported]
    if not known or len(known) != len(defaults) or len({default.variable for default in known}) != 1:
        return None
    edits: list[Edit] = []
    for default in sorted(set(known), key=lambda one: str(one.imported)):
        added = _before_import(default, project)
        if added is None:
            return None
        edits += [edit for edit in added if edit not in edits]
    first = known[0]
    return Fix(f"Let {first.variable} name a folder for temporary files", tuple(edits), Safety.SAFE)


def _before_import(default: LibraryDefault, project: Project) -> tuple[Edit, ...] | None:
    """Return the edits that set the variable before the import, with the imports that they need."""
    assert default.imported is not None, "the caller has looked"
    module = project.module(default.imported.path)
    node = None if module is None else _import_at(module, default.imported)
    statement = None if module is None or node is None else module.statement(node)
    if module is None or node is None or not isinstance(statement, cst.SimpleStatementLine):
        return None
    names = Names(module)
    environment = names.of("os", "environ", node)
    makedirs = names.of("os", "makedirs", node) if default.exists else ""
    folder = _folder(default, names, node, project)
    if environment is None or folder is None or makedirs is None:
        return None
    indent = " " * (module.span(statement).column - 1)
    lines = [f'{environment}.setdefault("{default.variable}", {folder})']
    if makedirs:
        lines.append(f'{makedirs}({environment}["{default.variable}"], exist_ok=True)')
    text = "".join(f"{indent}{line}\n" for line in lines)
    at = Span.point(module.path, module.span(statement).line)
    imports = names.edits()
    above = "".join(edit.text for edit in imports if edit.span == at)
    return (*(edit for edit in imports if edit.span != at), Edit(at, above + text))


def _folder(default: LibraryDefault, names: Names, node: cst.CSTNode, project: Project) -> str | None:
    """Return the expression of the new folder."""
    if project.tmp_expression == "literal":
        return f'"/tmp/{default.folder}"'
    join = names.of("os.path", "join", node)
    folder = names.of("tempfile", "gettempdir", node)
    return None if join is None or folder is None else f'{join}({folder}(), "{default.folder}")'


def _import_at(module: Module, span: Span) -> cst.CSTNode | None:
    return module.at(span, cst.Import) or module.at(span, cst.ImportFrom)
