"""What removes a temporary object now: the calls that a context manager or a ``finally`` clause makes needless."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst
import msgspec

from lambdalint.syntax import known_calls
from lambdalint.syntax.callee import own_nodes
from lambdalint.syntax.context_managers import whole_lines

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from lambdalint.model import Edit
    from lambdalint.rules.fixes.temporary_extent import Extent
    from lambdalint.syntax.module import Module, Statement

_REMOVALS = frozenset({"os.remove", "os.unlink", "os.rmdir", "shutil.rmtree"})
_REMOVING_METHODS = frozenset({"unlink", "rmdir"})
_TESTS = frozenset({"exists", "isfile", "isdir", "lexists", "is_file", "is_dir"})


class Parts(msgspec.Struct, frozen=True):
    """The statements of an extent: those that use the object, and the removals behind them.

    ``dropped`` takes away the removals within the statements, before a ``return`` and the like. ``left`` tells that
    others stay there, ``chosen`` that a condition now decides whether it is removed.
    """

    kept: tuple[Statement, ...]
    removing: tuple[Statement, ...]
    dropped: tuple[Edit, ...]
    left: bool
    chosen: bool


class _Removal(msgspec.Struct, frozen=True):
    """A removal, and the ``statement`` that does no more; ``chosen`` tells that this has a condition of its own."""

    statement: Statement | None
    chosen: bool = False


def parts_of(module: Module, extent: Extent, written: Collection[str], statements: Sequence[Statement]) -> Parts | None:
    """Return the parts of *statements*, which belong to *extent*, where *written* are the ways to write the path.

    None where what removes it stands in a ``finally`` or ``except`` clause, so that the code is better mended by hand.
    """
    calls = list(_removals(module, extent.uses, written))
    if any(_is_in_handler(module, call, statements) for call in calls):
        return None
    found = [_whole(module, call, written) for call in calls]
    end = min((_place(statements, one) for one in found), default=len(statements))
    dropped: list[Edit] = []
    left = chosen = False
    for one in found:
        if _place(statements, one) == end < len(statements):
            chosen = chosen or one.chosen
        elif one.statement is not None and not one.chosen and _leaves_at_once(module, one.statement):
            dropped.append(whole_lines(module, one.statement))
        elif one.statement is not None and not one.chosen and _ends(module, one.statement, statements):
            dropped.append(whole_lines(module, one.statement))
            chosen = True
        else:
            left = True
    return Parts(tuple(statements[:end]), tuple(statements[end : end + 1]), tuple(dropped), left, chosen)


def _place(statements: Sequence[Statement], removal: _Removal) -> int:
    """Return which of *statements* ends the life of the object by *removal*; their number if none does."""
    found = [index for index, one in enumerate(statements) if one is removal.statement]
    last = len(statements) - 1
    return found[0] if found and (not removal.chosen or found[0] == last) else len(statements)


def _removals(module: Module, uses: Iterable[cst.CSTNode], written: Collection[str]) -> Iterable[cst.Call]:
    seen: set[int] = set()
    for use in uses:
        for outer in module.above(use):
            if isinstance(outer, cst.BaseSmallStatement):
                break
            if isinstance(outer, cst.Call) and id(outer) not in seen and _removes(module, outer, written):
                seen.add(id(outer))
                yield outer


def _removes(module: Module, call: cst.Call, written: Collection[str]) -> bool:
    func = call.func
    if known_calls.qualified_name(module, call) in _REMOVALS:
        return bool(call.args) and call.args[0].keyword is None and _is_written(module, call.args[0].value, written)
    method = isinstance(func, cst.Attribute) and func.attr.value in _REMOVING_METHODS
    return method and isinstance(func, cst.Attribute) and _is_written(module, func.value, written)


def _is_written(module: Module, node: cst.BaseExpression, written: Collection[str]) -> bool:
    """Tell whether *node* is one of *written*, or a conversion of it to a path or a text."""
    if isinstance(node, cst.Call) and len(node.args) == 1 and known_calls.last_name(node) in {"Path", "str", "fspath"}:
        node = node.args[0].value
    return module.code(node) in written


def _whole(module: Module, call: cst.Call, written: Collection[str]) -> _Removal:
    """Return the removal by *call*: alone, with a test whether there is something, or with its failure passed over."""
    statement = module.statement(call)
    alone = isinstance(statement, cst.SimpleStatementLine) and len(statement.body) == 1
    if statement is None or not alone or not isinstance(module.parent(call), cst.Expr):
        return _Removal(None)
    chosen = False
    while len(module.block(statement)) == 1:
        block = module.parent(statement)
        outer = None if block is None else module.parent(block)
        if isinstance(outer, cst.If) and outer.orelse is None and module.statement(outer) is outer:
            calls = [node for node in own_nodes(outer.test) if isinstance(node, (cst.Call, cst.NamedExpr))]
            test = outer.test
            if not (isinstance(test, cst.Call) and calls == [test] and _tests(module, test, written)):
                if calls or chosen:
                    break
                chosen = True
        elif not _passes_over(outer):
            break
        assert isinstance(outer, cst.BaseCompoundStatement), "it is an if, a try or a with"
        statement = outer
    return _Removal(statement, chosen)


def _tests(module: Module, test: cst.Call, written: Collection[str]) -> bool:
    """Tell whether *test* asks whether there is something at the path."""
    asked = [one.value for one in test.args]
    if isinstance(test.func, cst.Attribute):
        asked.append(test.func.value)
    return known_calls.last_name(test) in _TESTS and any(_is_written(module, one, written) for one in asked)


def _passes_over(outer: cst.CSTNode | None) -> bool:
    """Tell whether *outer* is a ``try`` that passes over failures, or a ``with suppress()``."""
    if isinstance(outer, cst.Try):
        bodies = [handler.body for handler in outer.handlers]
        passing = all(isinstance(node, _PASSING) for body in bodies for node in body.body)
        return passing and bool(bodies) and outer.orelse is None and outer.finalbody is None
    if isinstance(outer, cst.With):
        calls = [item.item for item in outer.items]
        return all(isinstance(call, cst.Call) and known_calls.last_name(call) == "suppress" for call in calls)
    return False


_PASSING = (cst.SimpleStatementLine, cst.Pass)


def _is_in_handler(module: Module, call: cst.Call, statements: Sequence[Statement]) -> bool:
    for outer in module.above(call):
        if any(outer is statement for statement in statements):
            return False
        if isinstance(outer, (cst.Finally, cst.ExceptHandler)):
            return True
    return False


def _ends(module: Module, statement: Statement, statements: Sequence[Statement]) -> bool:
    """Tell whether nothing of *statements* comes after *statement*, the last one of several in a branch of them."""
    if len(module.block(statement)) == 1:
        return False
    inner: cst.CSTNode = statement
    for outer in module.above(statement):
        if isinstance(outer, cst.IndentedBlock) and outer.body[-1] is not inner:
            return False
        if outer is statements[-1]:
            return True
        if not isinstance(outer, (cst.IndentedBlock, cst.If, cst.Else)):
            return False
        inner = outer
    return False


def _leaves_at_once(module: Module, statement: Statement) -> bool:
    """Tell whether what follows *statement* in its block is a ``return``, ``raise``, ``break`` or ``continue``."""
    block = module.block(statement)
    index = next(index for index, one in enumerate(block) if one is statement)
    following = block[index + 1] if index + 1 < len(block) else None
    jumps = (cst.Return, cst.Raise, cst.Break, cst.Continue)
    return isinstance(following, cst.SimpleStatementLine) and isinstance(following.body[0], jumps)
