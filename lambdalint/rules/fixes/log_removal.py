"""Removes a log file's handler where what it logs is printed anyway."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import libcst as cst

from lambdalint.rules.fixes.call_arguments import keyword_of
from lambdalint.rules.fixes.cuts import Cuts, is_imported_from, remove_unused
from lambdalint.rules.fixes.other_uses import mentions
from lambdalint.syntax.bindings import binding_of

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from lambdalint.model import Edit
    from lambdalint.rules.fixes.site import Site
    from lambdalint.syntax.module import Module, Statement

_HANDLERS_ARE_CHANGED = (
    r"\bpropagate\b|\.handlers\b\s*(=|\.clear|\.remove|\.pop|\[)|\bdictConfig\b|\bfileConfig\b"
    r"|\bforce\s*=|\bfor\s+\w+\s+in\b.*\.handlers\b|\bdel\b.*\.handlers\b|\bdisable_existing_loggers\b"
)
"""What may take the runtime's handler from the root logger, or a logger's records from that handler."""
_SINKS_ARE_CHANGED = r"\blogger\.(remove|configure|opt|bind|patch)\(|LOGURU_AUTOINIT|\bloguru\b.*\bas\b"
_NEUTRAL = frozenset({"close", "flush", "setFormatter"})


def removal_of_handler(site: Site) -> tuple[Edit, ...] | None:
    """Return the edits that remove a handler which is added to a logger and nothing else; None of any other.

    Where the code gives the logger another handler of a stream, the one of the file may have a formatter.
    """
    cuts = Cuts(site.module)
    removed = _element_beside_stream(site, cuts)
    if removed is None:
        statements = _statements_that_add(site)
        if statements is None or not cuts.remove_statements(statements):
            return None
        removed = statements
    remove_unused(cuts, site.project, removed)
    return cuts.edits()


def _element_beside_stream(site: Site, cuts: Cuts) -> Sequence[cst.CSTNode] | None:
    """Remove the handler from a list that holds one of a stream, too; return what is gone."""
    element = site.module.parent(site.call)
    outer = None if element is None else site.module.parent(element)
    if not isinstance(element, cst.Element) or not isinstance(outer, (cst.List, cst.Tuple)):
        return None
    others = [one.value for one in outer.elements if one is not element]
    if not any(isinstance(one, cst.Call) and site.module.code(one.func).endswith("StreamHandler") for one in others):
        return None
    if isinstance(outer, cst.Tuple) and len(others) == 1:
        return None
    cuts.remove_items(outer.elements, [list(outer.elements).index(element)])
    return [element]


def removal_of_sink(site: Site, options: Collection[str]) -> tuple[Edit, ...] | None:
    """Return the edits that remove a sink of loguru that has none of *options*, beside its first one."""
    module, call = site.module, site.call
    statement = _own_statement(module, call)
    if statement is None or any(argument.star or keyword_of(argument) in options for argument in call.args):
        return None
    cuts = Cuts(module)
    if mentions(site.project, _SINKS_ARE_CHANGED) or not cuts.remove_statements([statement]):
        return None
    remove_unused(cuts, site.project, call.args)
    return cuts.edits()


def _statements_that_add(site: Site) -> list[Statement] | None:
    """Return the statements that make the handler and add it, if they do nothing else, and it is one too many."""
    module, call = site.module, site.call
    parent = module.parent(call)
    if isinstance(parent, cst.Arg):
        adding = module.parent(parent)
        statement = _own_statement(module, adding) if _passes_to(adding, "addHandler") else None
        return [statement] if statement is not None and _is_one_too_many(site, "") else None
    if not isinstance(parent, cst.Assign) or len(parent.targets) != 1:
        return None
    target, made = parent.targets[0].target, module.statement(parent)
    binding = binding_of(module, target) if isinstance(target, cst.Name) else None
    if binding is None or made is None or not isinstance(target, cst.Name):
        return None
    if module.function(parent) is None and is_imported_from(site.project, module, target.value):
        return None
    statements = [made]
    loggers = []
    has_formatter = False
    for read in binding.reads:
        user = module.parent(read)
        if isinstance(user, cst.Attribute):
            has_formatter |= user.attr.value == "setFormatter"
            using = module.parent(user) if user.attr.value in _NEUTRAL else None
        else:
            using = None if user is None else module.parent(user)
            if not _passes_to(using, "addHandler", "removeHandler"):
                return None
            if isinstance(using, cst.Call) and isinstance(using.func, cst.Attribute):
                loggers += [module.code(using.func.value)] if using.func.attr.value == "addHandler" else []
        statement = _own_statement(module, using)
        if statement is None:
            return None
        statements.append(statement)
    if len(loggers) != 1:
        return None
    if _has_stream(module, call, loggers[0]):
        return statements
    return statements if not has_formatter and _is_one_too_many(site, target.value) else None


def _has_stream(module: Module, call: cst.Call, logger: str) -> bool:
    """Tell whether the code around *call* gives *logger* a second handler, and has one of a stream."""
    code = module.code(module.function(call) or module.tree)
    return (
        "StreamHandler(" in code
        and code.count(f"{logger}.addHandler(") > 1
        and "setLevel" not in code.replace(f"{logger}.setLevel", "")
    )


def _is_one_too_many(site: Site, name: str) -> bool:
    """Tell whether the runtime's handler prints what the one called *name* gets, as far as the project shows."""
    changed = rf"{_HANDLERS_ARE_CHANGED}|\.removeHandler\((?!{re.escape(name)}\))"
    return _has_handler_of_runtime(site) and not mentions(site.project, changed)


def _has_handler_of_runtime(site: Site) -> bool:
    """Tell whether all functions concerned run where the root logger has a handler before the code is imported."""
    functions = [package.function for package in site.project.packages.values()]
    return all(function.room.platform == "aws-lambda" for function in functions)


def _passes_to(node: cst.CSTNode | None, *methods: str) -> bool:
    """Tell whether *node* is a call of one of *methods* with one argument."""
    return (
        isinstance(node, cst.Call)
        and isinstance(node.func, cst.Attribute)
        and node.func.attr.value in methods
        and len(node.args) == 1
    )


def _own_statement(module: Module, node: cst.CSTNode | None) -> Statement | None:
    """Return the statement that consists of *node* alone."""
    expression = None if node is None else module.parent(node)
    if not isinstance(expression, cst.Expr) or not isinstance(node, cst.Call):
        return None
    statement = module.statement(node)
    return statement if isinstance(statement, cst.SimpleStatementLine) and len(statement.body) == 1 else None
