"""Lowers expressions of the standard library's syntax tree."""

from __future__ import annotations

import ast

from lambdalint.facts import ir

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

    def at(self, node: ast.stmt | ast.expr) -> ir.At:
        """Return a node's place; the tree counts columns in bytes."""
        end_line = node.end_lineno or node.lineno
        end_column = node.end_col_offset or 0
        return (
            node.lineno,
            self._column(node.lineno, node.col_offset),
            end_line,
            self._column(end_line, end_column),
        )

    def _column(self, line: int, offset: int) -> int:
        if self._lines is None:
            return offset + 1
        return len(self._lines[line - 1][:offset].decode(errors="replace")) + 1

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
        method = getattr(self, "lower_" + type(node).__name__, None)
        if method is not None:
            lowered: ir.Expr = method(node)
            return lowered
        children = [child for child in ast.iter_child_nodes(node) if isinstance(child, ast.expr)]
        return ir.Other(tuple(self.expression(child) for child in children))

    def lower_Constant(self, node: ast.Constant) -> ir.Expr:
        value = node.value
        if isinstance(value, bytes):
            return ir.Const(value.decode(errors="replace"))
        if isinstance(value, str):
            return ir.Const(value.encode(errors="replace").decode())
        if value is None or isinstance(value, (bool, float)):
            return ir.Const(value)
        if isinstance(value, int) and abs(value) < _LARGEST_INTEGER:
            return ir.Const(value)
        return ir.Other(())

    def lower_Name(self, node: ast.Name) -> ir.Expr:
        return ir.Name(node.id)

    def lower_Attribute(self, node: ast.Attribute) -> ir.Expr:
        return ir.Attr(self.expression(node.value), node.attr)

    def lower_Starred(self, node: ast.Starred) -> ir.Expr:
        return ir.Star(self.expression(node.value))

    def lower_Await(self, node: ast.Await) -> ir.Expr:
        return self.expression(node.value)

    def lower_Call(self, node: ast.Call) -> ir.Expr:
        args = tuple(self.expression(argument) for argument in node.args)
        keywords = tuple((keyword.arg or "", self.expression(keyword.value)) for keyword in node.keywords)
        spans = [self.at(argument) for argument in node.args]
        spans += [self.at(keyword.value) for keyword in node.keywords]
        return ir.Call(self.expression(node.func), args, keywords, self.at(node), tuple(spans))

    def lower_JoinedStr(self, node: ast.JoinedStr) -> ir.Expr:
        return ir.Join(tuple(self.expression(part) for part in node.values))

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
        return ir.Bool(operator, tuple(self.expression(value) for value in node.values))

    def lower_Compare(self, node: ast.Compare) -> ir.Expr:
        operators = tuple(_COMPARISONS[type(operator)] for operator in node.ops)
        rights = tuple(self.expression(right) for right in node.comparators)
        return ir.Compare(self.expression(node.left), operators, rights)

    def lower_IfExp(self, node: ast.IfExp) -> ir.Expr:
        return ir.IfExp(self.expression(node.test), self.expression(node.body), self.expression(node.orelse))

    def lower_List(self, node: ast.List) -> ir.Expr:
        return ir.Seq("list", tuple(self.expression(item) for item in node.elts))

    def lower_Tuple(self, node: ast.Tuple) -> ir.Expr:
        return ir.Seq("tuple", tuple(self.expression(item) for item in node.elts))

    def lower_Set(self, node: ast.Set) -> ir.Expr:
        return ir.Seq("set", tuple(self.expression(item) for item in node.elts))

    def lower_Dict(self, node: ast.Dict) -> ir.Expr:
        keys = tuple(self.expression(key) if key else None for key in node.keys)
        return ir.DictDisplay(keys, tuple(self.expression(value) for value in node.values))

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
                tuple(self.expression(condition) for condition in generator.ifs),
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
