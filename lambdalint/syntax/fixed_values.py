"""Tells whether an expression has the same value in each invocation, by what stands around it."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import libcst as cst

from lambdalint.syntax.names_in_scope import nodes_in

if TYPE_CHECKING:
    from collections.abc import Sequence

_FIXED_CALLS = frozenset({"os.getenv", "os.environ.get", "getenv", "environ.get", "os.path.join"})
_TESTS = frozenset({"exists", "isfile", "isdir", "is_file", "is_dir", "lexists", "find_spec", "listdir", "iterdir"})
_MAX_DEPTH = 20


class Surroundings:
    """The nodes above those of one module, and what is known of the names there."""

    def __init__(self, module: cst.Module) -> None:
        self._parents: dict[cst.CSTNode, cst.CSTNode] = {}
        pending: list[cst.CSTNode] = [module]
        while pending:
            node = pending.pop()
            for child in node.children:
                self._parents[child] = node
                pending.append(child)
        self._values: dict[cst.CSTNode | None, FixedValues] = {}
        self._tests: dict[cst.CSTNode | None, list[cst.Call]] = {}

    def above(self, node: cst.CSTNode) -> list[cst.CSTNode]:
        """Return the nodes above *node*, the outermost first."""
        found: list[cst.CSTNode] = []
        above = self._parents.get(node)
        while above is not None:
            found.append(above)
            above = self._parents.get(above)
        return found[::-1]

    def values(self, node: cst.CSTNode) -> FixedValues:
        """Return what is known of the names around *node*."""
        functions = [one for one in self.above(node) if isinstance(one, (cst.FunctionDef, cst.Lambda))]
        loops = [one for one in self.above(node) if isinstance(one, cst.For)]
        inner = functions[-1] if functions else next(iter(loops), None)
        if inner not in self._values:
            self._values[inner] = FixedValues(functions, functions[0] if functions else inner)
        return self._values[inner]

    def looks_for_files(self, call: cst.Call) -> bool:
        """Tell whether the function around *call*, or an ``if`` of the module, tests whether something else is there.

        What is tested is something else if it is no argument of the call, and no literal path in ``/tmp``.
        """
        functions = [one for one in self.above(call) if isinstance(one, cst.FunctionDef)]
        branches = [one for one in self.above(call) if isinstance(one, (cst.If, cst.IfExp))]
        searched = functions[-1] if functions else next(iter(branches), None)
        if searched not in self._tests:
            calls = [one for one in nodes_in(searched) if isinstance(one, cst.Call)] if searched is not None else []
            self._tests[searched] = [one for one in calls if dotted(one.func).rpartition(".")[2] in _TESTS]
        return any(not _is_of_call(test, call) and not _is_in_tmp(test) for test in self._tests[searched])


class FixedValues:
    """What is known of the names in *outer*, the outermost of the *functions* around an expression, or a loop.

    Names that nothing there binds are those of the module, which are bound when it is imported.
    """

    def __init__(self, functions: Sequence[cst.FunctionDef | cst.Lambda], outer: cst.CSTNode | None) -> None:
        self._values: defaultdict[str, list[cst.BaseExpression]] = defaultdict(list)
        self._unknown: set[str] = set()
        self._answers: dict[str, bool] = {}
        for function in functions:
            self._unknown.update(node.name.value for node in nodes_in(function.params) if isinstance(node, cst.Param))
        for node in nodes_in(outer) if outer is not None else ():
            self._bind(node)

    def _bind(self, node: cst.CSTNode) -> None:
        if isinstance(node, cst.Assign):
            for target in node.targets:
                self._take(target.target, node.value)
        elif isinstance(node, (cst.AnnAssign, cst.NamedExpr)) and node.value is not None:
            self._take(node.target, node.value)
        elif isinstance(node, (cst.For, cst.CompFor)):
            self._take(node.target, node.iter)
        elif isinstance(node, (cst.AugAssign, cst.AsName)):
            self._take(node.target if isinstance(node, cst.AugAssign) else node.name, None)

    def _take(self, target: cst.BaseExpression, value: cst.BaseExpression | None) -> None:
        if isinstance(target, cst.Name) and value is not None:
            self._values[target.value].append(value)
        else:
            self._unknown.update(one.value for one in nodes_in(target) if isinstance(one, cst.Name))

    def is_fixed(self, expression: cst.BaseExpression, depth: int = 0) -> bool:
        """Tell whether *expression* is a literal, a constant of the module, or made of such."""
        if depth > _MAX_DEPTH:
            return False
        if isinstance(expression, (cst.SimpleString, cst.Integer, cst.Float)):
            return True
        if isinstance(expression, cst.Name):
            return self._is_fixed_name(expression.value, depth)
        if isinstance(expression, (cst.Attribute, cst.Subscript)):
            return self._is_setting(expression)
        if isinstance(expression, cst.Call):
            known = dotted(expression.func) in _FIXED_CALLS
            return known and all(not one.star and self.is_fixed(one.value, depth + 1) for one in expression.args)
        parts = _parts(expression)
        return parts is not None and all(self.is_fixed(part, depth + 1) for part in parts)

    def _is_fixed_name(self, name: str, depth: int) -> bool:
        if name in self._unknown:
            return False
        if name not in self._answers:
            self._answers[name] = True  # what is made of its own former value alone
            self._answers[name] = all(self.is_fixed(value, depth + 1) for value in self._values.get(name, ()))
        return self._answers[name]

    def _is_setting(self, expression: cst.Attribute | cst.Subscript) -> bool:
        """Tell whether an attribute or an item is one of the environment, or has the name of a constant."""
        inner: cst.BaseExpression = expression
        names: list[str] = []
        while isinstance(inner, (cst.Attribute, cst.Subscript)):
            if isinstance(inner, cst.Attribute):
                names.append(inner.attr.value)
            inner = inner.value
        if not isinstance(inner, cst.Name) or inner.value in self._unknown or inner.value in self._values:
            return False
        return any(name.isupper() or name == "environ" for name in (*names, inner.value))


def _is_of_call(test: cst.Call, call: cst.Call) -> bool:
    tested = [one.value for one in test.args]
    if isinstance(test.func, cst.Attribute):
        tested.append(test.func.value)
    return any(one.deep_equals(argument.value) for one in tested for argument in call.args)


def _is_in_tmp(test: cst.Call) -> bool:
    values = [one.value.evaluated_value for one in test.args if isinstance(one.value, cst.SimpleString)]
    return any(isinstance(value, str) and value.startswith("/tmp") for value in values)


def dotted(expression: cst.BaseExpression) -> str:
    """Return the name that an expression is, with its dots; of another one what is behind its last part in dots."""
    names: list[str] = []
    while isinstance(expression, cst.Attribute):
        names.append(expression.attr.value)
        expression = expression.value
    names.append(expression.value if isinstance(expression, cst.Name) else "")
    return ".".join(reversed(names))


def _parts(expression: cst.BaseExpression) -> list[cst.BaseExpression] | None:
    if isinstance(expression, cst.ConcatenatedString):
        return [expression.left, expression.right]
    if isinstance(expression, cst.FormattedString):
        return [one.expression for one in expression.parts if isinstance(one, cst.FormattedStringExpression)]
    if isinstance(expression, (cst.List, cst.Tuple, cst.Set)):
        return [one.value for one in expression.elements]
    if isinstance(expression, cst.BinaryOperation):
        return [expression.left, expression.right]
    if isinstance(expression, cst.IfExp):
        return [expression.body, expression.orelse]
    return None
