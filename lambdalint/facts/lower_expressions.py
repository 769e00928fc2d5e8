"""Lowers expressions of the standard library's syntax tree."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from lambdalint.facts import ir

if TYPE_CHECKING:
    from collections.abc import Callable

OPERATORS: dict[type[ast.operator], str] = {
    ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.MatMult: "@", ast.Div: "/", ast.Mod: "%", ast.Pow: "**",
    ast.LShift: "<<", ast.RShift: ">>", ast.BitOr: "|", ast.BitXor: "^", ast.BitAnd: "&", ast.FloorDiv: "//",
}  # fmt: skip
_COMPARISONS: dict[type[ast.cmpop], str] = {
    ast.Eq: "==", ast.NotEq: "!=", ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Is: "is",
    ast.IsNot: "is not", ast.In: "in", ast.NotIn: "not in",
}  # fmt: skip
_UNARY: dict[type[ast.unaryop], str] = {ast.Not: "not", ast.USub: "-", ast.UAdd: "+", ast.Invert: "~"}
_COMPREHENSIONS = {ast.ListComp: "list", ast.SetComp: "set", ast.GeneratorExp: "generator"}
_LARGEST_INTEGER = 2**63


class ExpressionLowering:
    """The part of lowering that knows expressions; statements and functions come from the subclass."""

    def __init__(self, text: str) -> None:
        self._lines: list[bytes] | None = None if text.isascii() else text.encode().split(b"\n")
        self._names: dict[str, ir.Name] = {}

    def at(self, node: ast.stmt | ast.expr) -> ir.At:
        """Return a node's place; the tree counts columns in bytes."""
        line, end_line = node.lineno, node.end_lineno or node.lineno
        end = node.end_col_offset or 0
        if self._lines is None:
            return line, node.col_offset + 1, end_line, end + 1
        return line, self._column(line, node.col_offset), end_line, self._column(end_line, end)

    def _column(self, line: int, offset: int) -> int:
        assert self._lines is not None
        before = self._lines[line - 1][:offset]
        return (len(before) if before.isascii() else len(before.decode(errors="replace"))) + 1

    def saw_yield(self) -> None:
        raise AssertionError("the statement lowering defines this")

    def lambda_function(self, node: ast.Lambda) -> int:
        raise AssertionError("the statement lowering defines this")

    def annotation(self, node: ast.expr) -> ir.Expr:
        """Lower an annotation; one that is written as text is parsed."""
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            try:
                return self.expression(ast.parse(node.value, mode="eval").body)
            except (SyntaxError, ValueError):
                return ir.Const(None)
        return self.expression(node)

    def expression(self, node: ast.expr) -> ir.Expr:
        """Lower one expression."""
        lower = _LOWERINGS.get(type(node))
        if lower is not None:
            return lower(self, node)
        return ir.Other(self.expressions([one for one in ast.iter_child_nodes(node) if isinstance(one, ast.expr)]))

    def expressions(self, nodes: list[ast.expr]) -> tuple[ir.Expr, ...]:
        """Lower expressions in their order."""
        return tuple([self.expression(node) for node in nodes]) if nodes else ()

    def lower_Constant(self, node: ast.Constant) -> ir.Expr:
        value = node.value
        if isinstance(value, str):
            return ir.Const(value if value.isascii() else value.encode(errors="replace").decode())
        if isinstance(value, bytes):
            return ir.Const(value.decode(errors="replace"))
        if value is None or isinstance(value, (bool, float)):
            return ir.Const(value)
        if isinstance(value, int) and abs(value) < _LARGEST_INTEGER:
            return ir.Const(value)
        return ir.Other(())

    def lower_Name(self, node: ast.Name) -> ir.Expr:
        known = self._names.get(node.id)
        if known is None:
            known = self._names[node.id] = ir.Name(node.id)
        return known

    def lower_Attribute(self, node: ast.Attribute) -> ir.Expr:
        return ir.Attr(self.expression(node.value), node.attr)

    def lower_Starred(self, node: ast.Starred) -> ir.Expr:
        return ir.Star(self.expression(node.value))

    def lower_Await(self, node: ast.Await) -> ir.Expr:
        return self.expression(node.value)

    def lower_Call(self, node: ast.Call) -> ir.Expr:
        args = self.expressions(node.args)
        spans = [self.at(argument) for argument in node.args]
        keywords: tuple[tuple[str, ir.Expr], ...] = ()
        if node.keywords:
            keywords = tuple([(keyword.arg or "", self.expression(keyword.value)) for keyword in node.keywords])
            spans += [self.at(keyword.value) for keyword in node.keywords]
        return ir.Call(self.expression(node.func), args, keywords, self.at(node), tuple(spans))

    def lower_JoinedStr(self, node: ast.JoinedStr) -> ir.Expr:
        return ir.Join(self.expressions(node.values))

    lower_TemplateStr = lower_JoinedStr

    def lower_FormattedValue(self, node: ast.FormattedValue) -> ir.Expr:
        spec = ""
        if isinstance(node.format_spec, ast.JoinedStr) and len(node.format_spec.values) == 1:
            literal = node.format_spec.values[0]
            spec = literal.value if isinstance(literal, ast.Constant) and isinstance(literal.value, str) else ""
        conversion = chr(node.conversion) if node.conversion > 0 else ""
        if not spec and conversion in ("", "s"):
            return self.expression(node.value)
        return ir.Formatted(self.expression(node.value), conversion, spec)

    lower_Interpolation = lower_FormattedValue

    def lower_BinOp(self, node: ast.BinOp) -> ir.Expr:
        # A long chain of + leans left: lower it in a loop, so that its length costs no recursion.
        chain: list[tuple[str, ast.expr]] = []
        left: ast.expr = node
        while isinstance(left, ast.BinOp):
            chain.append((OPERATORS[type(left.op)], left.right))
            left = left.left
        lowered = self.expression(left)
        for operator, right in reversed(chain):
            lowered = ir.BinOp(operator, lowered, self.expression(right))
        return lowered

    def lower_UnaryOp(self, node: ast.UnaryOp) -> ir.Expr:
        return ir.Unary(_UNARY[type(node.op)], self.expression(node.operand))

    def lower_BoolOp(self, node: ast.BoolOp) -> ir.Expr:
        operator = "and" if isinstance(node.op, ast.And) else "or"
        return ir.Bool(operator, self.expressions(node.values))

    def lower_Compare(self, node: ast.Compare) -> ir.Expr:
        operators = tuple([_COMPARISONS[type(operator)] for operator in node.ops])
        rights = self.expressions(node.comparators)
        return ir.Compare(self.expression(node.left), operators, rights)

    def lower_IfExp(self, node: ast.IfExp) -> ir.Expr:
        return ir.IfExp(self.expression(node.test), self.expression(node.body), self.expression(node.orelse))

    def lower_List(self, node: ast.List) -> ir.Expr:
        return ir.Seq("list", self.expressions(node.elts))

    def lower_Tuple(self, node: ast.Tuple) -> ir.Expr:
        return ir.Seq("tuple", self.expressions(node.elts))

    def lower_Set(self, node: ast.Set) -> ir.Expr:
        return ir.Seq("set", self.expressions(node.elts))

    def lower_Dict(self, node: ast.Dict) -> ir.Expr:
        keys = tuple([self.expression(key) if key else None for key in node.keys])
        return ir.DictDisplay(keys, self.expressions(node.values))

    def lower_Subscript(self, node: ast.Subscript) -> ir.Expr:
        return ir.Subscript(self.expression(node.value), self.expression(node.slice))

    def lower_Slice(self, node: ast.Slice) -> ir.Expr:
        lower, upper, step = (self.expression(part) if part else None for part in (node.lower, node.upper, node.step))
        return ir.Slice(lower, upper, step)

    def lower_Lambda(self, node: ast.Lambda) -> ir.Expr:
        return ir.Lambda(self.lambda_function(node))

    def lower_ListComp(self, node: ast.ListComp | ast.SetComp | ast.GeneratorExp) -> ir.Expr:
        kind = _COMPREHENSIONS[type(node)]
        return ir.Comprehension(kind, self.expression(node.elt), None, self._generators_of(node.generators))

    lower_SetComp = lower_ListComp
    lower_GeneratorExp = lower_ListComp

    def lower_DictComp(self, node: ast.DictComp) -> ir.Expr:
        generators = self._generators_of(node.generators)
        return ir.Comprehension("dict", self.expression(node.value), self.expression(node.key), generators)

    def _generators_of(self, generators: list[ast.comprehension]) -> tuple[ir.Generator, ...]:
        return tuple(
            ir.Generator(
                self.expression(generator.target),
                self.expression(generator.iter),
                self.expressions(generator.ifs),
            )
            for generator in generators
        )

    def lower_Yield(self, node: ast.Yield) -> ir.Expr:
        self.saw_yield()
        return ir.Yield(self.expression(node.value) if node.value else None, delegates=False)

    def lower_YieldFrom(self, node: ast.YieldFrom) -> ir.Expr:
        self.saw_yield()
        return ir.Yield(self.expression(node.value), delegates=True)

    def lower_NamedExpr(self, node: ast.NamedExpr) -> ir.Expr:
        return ir.Walrus(node.target.id, self.expression(node.value))


_LOWERINGS: dict[type, Callable[[ExpressionLowering, Any], ir.Expr]] = {
    kind: lower
    for name, lower in vars(ExpressionLowering).items()
    if name.startswith("lower_") and (kind := getattr(ast, name.removeprefix("lower_"), None)) is not None
}
"""By the type of a node, what lowers it: some types are new in a version of Python."""
