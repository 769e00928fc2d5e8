"""Recognises a loop that does nothing but remove what a listing of ``/tmp`` yields."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from lambdalint.model import EffectKind
from lambdalint.rules.fixes.cuts import names_in
from lambdalint.syntax.bindings import binding_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lambdalint.rules.fixes.site import Site
    from lambdalint.syntax.module import Module

_LISTINGS = frozenset({"listdir", "scandir", "glob", "iglob", "rglob", "iterdir", "walk"})
_TESTS = frozenset({"isfile", "isdir", "islink", "is_file", "is_dir", "is_symlink", "exists", "lexists"})
_PATHS = frozenset({"join", "Path", "PurePath", "str", "format", "print", "fspath", "abspath", "basename"})
_LOGS = frozenset({"debug", "info", "warning", "warn", "error", "exception", "log"})
_PARTS = (cst.For, cst.If, cst.Else, cst.Try, cst.ExceptHandler, cst.IndentedBlock, cst.SimpleStatementLine)
_SIMPLE = (cst.Expr, cst.Assign, cst.Pass, cst.Continue)


def loop_that_wipes(site: Site) -> cst.For | None:
    """Return the outermost loop around the call at *site* that lists a folder and does nothing but remove."""
    found = None
    for outer in site.module.above(site.call):
        if isinstance(outer, (cst.FunctionDef, cst.ClassDef, cst.Lambda)):
            break
        if isinstance(outer, cst.For):
            if not _only_removes(site, outer):
                break
            found = outer if _lists(site.module, outer.iter) else found
    return found if found is not None and not _leaves_names(site.module, found) else None


def _only_removes(site: Site, loop: cst.For) -> bool:
    """Tell whether the statements of *loop* do nothing but look for names, tell of them, and remove them."""
    if loop.orelse is not None or loop.asynchronous is not None:
        return False
    waiting: list[cst.CSTNode] = [loop.body]
    while waiting:
        node = waiting.pop()
        if isinstance(node, cst.If) and not _is_test_of_kind(node.test):
            return False
        if isinstance(node, cst.Try) and node.finalbody is not None:
            return False
        if isinstance(node, _PARTS):
            waiting.extend(child for child in node.children if isinstance(child, (*_PARTS, cst.BaseSmallStatement)))
            if isinstance(node, cst.SimpleStatementLine) and not all(isinstance(one, _SIMPLE) for one in node.body):
                return False
        elif not isinstance(node, _SIMPLE):
            return False
    return all(_is_harmless(site, call) for call in _calls(loop.body))


def _is_harmless(site: Site, call: cst.Call) -> bool:
    name = _called(call)
    if name in _LISTINGS | _TESTS | _PATHS | _LOGS:
        return True
    effects = site.project.effects_at(site.module.span(call))
    return bool(effects) and all(effect.kind is EffectKind.DELETE for effect in effects)


def _is_test_of_kind(test: cst.BaseExpression) -> bool:
    """Tell whether *test* asks how something is to be removed, not whether."""
    if isinstance(test, cst.BooleanOperation):
        return _is_test_of_kind(test.left) and _is_test_of_kind(test.right)
    return isinstance(test, cst.Call) and _called(test) in _TESTS


def _lists(module: Module, listed: cst.BaseExpression) -> bool:
    """Tell whether *listed*, or what the name is bound to, is what a listing yields."""
    if isinstance(listed, cst.Name):
        binding = binding_of(module, listed)
        value = None if binding is None else binding.assigned(module)
        return value is not None and not isinstance(value, cst.Name) and _lists(module, value)
    return isinstance(listed, cst.Call) and _called(listed) in _LISTINGS


def _leaves_names(module: Module, loop: cst.For) -> bool:
    """Tell whether a name that *loop* binds is read after it."""
    inside = set(names_in(loop))
    bound: list[cst.CSTNode] = [loop.target]
    waiting: list[cst.CSTNode] = [loop.body]
    while waiting:
        node = waiting.pop()
        if isinstance(node, cst.AssignTarget):
            bound.append(node.target)
        elif isinstance(node, cst.For):
            bound.append(node.target)
            waiting.append(node.body)
        else:
            waiting.extend(node.children)
    for target in bound:
        for name in names_in(target):
            scope = module.scope(name)
            if scope is None:
                return True
            for assignment in scope[name.value]:
                if any(
                    access.node not in inside and not _is_bound_by_loop(module, access.node, name.value)
                    for access in assignment.references
                ):
                    return True
    return False


def _is_bound_by_loop(module: Module, node: cst.CSTNode, name: str) -> bool:
    """Tell whether a loop around *node* binds *name* anew."""
    return any(
        isinstance(outer, cst.For) and any(one.value == name for one in names_in(outer.target))
        for outer in module.above(node)
    )


def _called(call: cst.Call) -> str:
    last = call.func.attr if isinstance(call.func, cst.Attribute) else call.func
    return last.value if isinstance(last, cst.Name) else ""


def _calls(node: cst.CSTNode) -> Iterator[cst.Call]:
    waiting: list[cst.CSTNode] = [node]
    while waiting:
        node = waiting.pop()
        if isinstance(node, cst.Call):
            yield node
        waiting.extend(node.children)
