"""What stands around a call that starts a child process: handlers of its failure, and what chooses its words."""

from __future__ import annotations

import builtins
from itertools import pairwise
from typing import TYPE_CHECKING

import libcst as cst

from lambdalint.syntax.fixed_values import dotted
from lambdalint.syntax.names_in_scope import nodes_in

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_OTHER_FAILURES = frozenset({"TimeoutExpired", "ClientError", *vars(builtins)})


def is_handled(call: cst.CSTNode, above: Sequence[cst.CSTNode]) -> bool:
    """Tell whether a clause for the failure of a command goes on by another way; *above* are the nodes around *call*.

    One that raises, returns or only reports is none. ``CalledProcessError`` may have been imported under another name.
    """
    path = [*above, call]
    return any(
        isinstance(node, cst.Try) and inside is node.body and any(_goes_on(handler) for handler in node.handlers)
        for node, inside in pairwise(path)
    )


def depends_on_caller(call: cst.Call, above: Sequence[cst.CSTNode]) -> bool:
    """Tell whether an argument of *call* is made of a parameter of a function around it, such as the event."""
    functions = [node for node in above if isinstance(node, (cst.FunctionDef, cst.Lambda))]
    parameters = {
        node.name.value for function in functions for node in nodes_in(function.params) if isinstance(node, cst.Param)
    }
    sources = _sources([argument.value for argument in call.args], functions)
    return any(name in parameters for source in sources for name in _names(source))


def sets_home(call: cst.Call, above: Sequence[cst.CSTNode]) -> bool:
    """Tell whether the environment that *call* gives to its command names a home, however it is put together."""
    given = [argument.value for argument in call.args if argument.keyword and argument.keyword.value == "env"]
    functions = [node for node in above if isinstance(node, (cst.FunctionDef, cst.Lambda))]
    return any(
        (isinstance(node, cst.SimpleString) and node.evaluated_value == "HOME")
        or (isinstance(node, cst.Arg) and node.keyword is not None and node.keyword.value == "HOME")
        for source in _sources(given, functions)
        for node in nodes_in(source)
    )


def texts_in(call: cst.Call) -> Iterator[str]:
    """Yield the literal texts among the arguments of *call*."""
    for argument in call.args:
        for node in nodes_in(argument.value):
            if isinstance(node, cst.SimpleString) and isinstance(node.evaluated_value, str):
                yield node.evaluated_value


def _sources(
    expressions: Sequence[cst.BaseExpression], functions: Sequence[cst.FunctionDef | cst.Lambda]
) -> list[cst.BaseExpression]:
    """Return *expressions*, and all that the outermost of *functions* assigns to names in them."""
    assigned = list(_assigned(functions[0])) if functions else []
    found = list(expressions)
    seen: set[str] = set()
    for source in found:  # which grows
        names = set(_names(source)) - seen
        seen |= names
        found += [value for target, value in assigned if target in names]
    return found


def _goes_on(handler: cst.ExceptHandler | cst.ExceptStarHandler) -> bool:
    given = handler.type
    types = [one.value for one in given.elements] if isinstance(given, cst.Tuple) else [given]
    names = {dotted(one).rpartition(".")[2] for one in types if one is not None}
    inner = list(nodes_in(handler.body))
    if names <= _OTHER_FAILURES or any(isinstance(node, (cst.Raise, cst.Return)) for node in inner):
        return False
    ignores = all(isinstance(node, cst.Pass) for line in handler.body.body for node in _statements(line))
    return ignores or any(isinstance(node, (cst.Assign, cst.With, cst.Try)) for node in inner)


def _statements(line: cst.CSTNode) -> Sequence[cst.CSTNode]:
    return line.body if isinstance(line, cst.SimpleStatementLine) else [line]


def _assigned(function: cst.CSTNode) -> Iterator[tuple[str, cst.BaseExpression]]:
    for node in nodes_in(function):
        if isinstance(node, cst.Assign):
            for target in node.targets:
                yield from ((name, node.value) for name in _names(target.target))
        elif isinstance(node, (cst.AugAssign, cst.AnnAssign, cst.NamedExpr)) and node.value is not None:
            value = node.value
            yield from ((name, value) for name in _names(node.target))
        elif isinstance(node, (cst.For, cst.CompFor)):
            yield from ((name, node.iter) for name in _names(node.target))


def _names(expression: cst.CSTNode) -> Iterator[str]:
    return (node.value for node in nodes_in(expression) if isinstance(node, cst.Name))
