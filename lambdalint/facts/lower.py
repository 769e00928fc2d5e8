"""Lowers the standard library's syntax tree of a module to facts: statements and definitions."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from lambdalint.facts import ir
from lambdalint.facts.lower_expressions import OPERATORS, ExpressionLowering

if TYPE_CHECKING:
    from collections.abc import Callable


class _ModuleLowering(ExpressionLowering):
    """Lowers one module; functions and classes are collected by index."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.functions: list[ir.FunctionFacts | None] = []
        self.classes: list[ir.ClassFacts | None] = []
        self._scope: list[str] = []
        self._generators: list[bool] = []

    def block(self, statements: list[ast.stmt]) -> tuple[ir.Stmt, ...]:
        lowered: list[ir.Stmt] = []
        for statement in statements:
            lower = _LOWERINGS.get(type(statement))
            if lower is not None:
                result = lower(self, statement)
                if isinstance(result, list):
                    lowered += result
                else:
                    lowered.append(result)
        return tuple(lowered)

    def lower_Expr(self, node: ast.Expr) -> list[ir.Stmt]:
        if isinstance(node.value, ast.Constant):
            return []
        return [ir.ExprStmt(self.expression(node.value))]

    def lower_Assign(self, node: ast.Assign) -> ir.Stmt:
        return ir.Assign(self.expressions(node.targets), self.expression(node.value))

    def lower_AnnAssign(self, node: ast.AnnAssign) -> ir.Stmt:
        value = self.expression(node.value) if node.value else None
        return ir.Assign((self.expression(node.target),), value, self.annotation(node.annotation))

    def lower_AugAssign(self, node: ast.AugAssign) -> ir.Stmt:
        return ir.AugAssign(self.expression(node.target), OPERATORS[type(node.op)], self.expression(node.value))

    def lower_If(self, node: ast.If) -> ir.Stmt:
        return ir.If(self.expression(node.test), self.block(node.body), self.block(node.orelse))

    def lower_While(self, node: ast.While) -> ir.Stmt:
        return ir.While(self.expression(node.test), self.block(node.body), self.block(node.orelse))

    def lower_For(self, node: ast.For | ast.AsyncFor) -> ir.Stmt:
        return ir.For(
            self.expression(node.target),
            self.expression(node.iter),
            self.block(node.body),
            self.block(node.orelse),
        )

    lower_AsyncFor = lower_For

    def lower_With(self, node: ast.With | ast.AsyncWith) -> ir.Stmt:
        items = tuple(
            ir.WithItem(
                self.expression(item.context_expr),
                self.expression(item.optional_vars) if item.optional_vars else None,
            )
            for item in node.items
        )
        return ir.With(items, self.block(node.body))

    lower_AsyncWith = lower_With

    def lower_Try(self, node: ast.Try) -> ir.Stmt:
        handlers = []
        for handler in node.handlers:
            types: tuple[ir.Expr, ...] = ()
            if isinstance(handler.type, ast.Tuple):
                types = self.expressions(handler.type.elts)
            elif handler.type is not None:
                types = (self.expression(handler.type),)
            handlers.append(ir.Handler(types, handler.name or "", self.block(handler.body)))
        return ir.Try(self.block(node.body), tuple(handlers), self.block(node.orelse), self.block(node.finalbody))

    lower_TryStar = lower_Try

    def lower_Return(self, node: ast.Return) -> ir.Stmt:
        return ir.Return(self.expression(node.value) if node.value else None, node.lineno)

    def lower_Raise(self, node: ast.Raise) -> ir.Stmt:
        return ir.Raise(self.expression(node.exc) if node.exc else None, node.lineno)

    def lower_Break(self, node: ast.Break) -> ir.Stmt:
        return ir.Break(node.lineno)

    def lower_Continue(self, node: ast.Continue) -> ir.Stmt:
        return ir.Continue(node.lineno)

    def lower_Import(self, node: ast.Import) -> list[ir.Stmt]:
        return [ir.Import(alias.name, alias.asname or "", self.at(node)) for alias in node.names]

    def lower_ImportFrom(self, node: ast.ImportFrom) -> ir.Stmt:
        names = tuple((alias.name, alias.asname or alias.name) for alias in node.names)
        return ir.ImportFrom(node.module or "", node.level, names, self.at(node))

    def lower_Delete(self, node: ast.Delete) -> ir.Stmt:
        return ir.Delete(self.expressions(node.targets))

    def lower_Global(self, node: ast.Global) -> ir.Stmt:
        return ir.Outer("global", tuple(node.names))

    def lower_Nonlocal(self, node: ast.Nonlocal) -> ir.Stmt:
        return ir.Outer("nonlocal", tuple(node.names))

    def lower_Assert(self, node: ast.Assert) -> ir.Stmt:
        return ir.Assert(self.expression(node.test))

    def lower_Match(self, node: ast.Match) -> ir.Stmt:
        cases = []
        for case in node.cases:
            values = _literal_patterns(case.pattern)
            names = tuple(
                name
                for child in ast.walk(case.pattern)
                if (name := getattr(child, "name", None) or getattr(child, "rest", None))
            )
            lowered = None if values is None else tuple(self.expression(value) for value in values)
            guard = self.expression(case.guard) if case.guard else None
            cases.append(ir.Case(lowered, names, guard, self.block(case.body)))
        return ir.Match(self.expression(node.subject), tuple(cases))

    def lower_FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> ir.Stmt:
        decorators = self.expressions(node.decorator_list)
        index = self.function(node.name, node.args, node.body, decorators, self.at(node), node.returns)
        return ir.Def(index)

    lower_AsyncFunctionDef = lower_FunctionDef

    def function(
        self,
        name: str,
        arguments: ast.arguments,
        body: list[ast.stmt] | ast.expr,
        decorators: tuple[ir.Expr, ...],
        at: ir.At,
        returns: ast.expr | None = None,
    ) -> int:
        index = len(self.functions)
        self.functions.append(None)
        parameters = self._parameters(arguments)
        qualname = ".".join([*self._scope, name])
        self._scope.append(name)
        self._generators.append(False)
        if isinstance(body, list):
            lowered = self.block(body)
        else:
            lowered = (ir.Return(self.expression(body), at[0]),)
        self._scope.pop()
        facts = ir.FunctionFacts(
            name,
            qualname,
            parameters,
            lowered,
            decorators,
            at,
            self._generators.pop(),
            self.annotation(returns) if returns is not None else None,
        )
        self.functions[index] = facts
        return index

    def saw_yield(self) -> None:
        if self._generators:
            self._generators[-1] = True

    def lambda_function(self, node: ast.Lambda) -> int:
        return self.function("<lambda>", node.args, node.body, (), self.at(node))

    def _parameters(self, arguments: ast.arguments) -> tuple[ir.Parameter, ...]:
        parameters: list[ir.Parameter] = []
        positional = [(argument, "positional") for argument in arguments.posonlyargs]
        positional += [(argument, "either") for argument in arguments.args]
        missing = len(positional) - len(arguments.defaults)
        for number, (argument, kind) in enumerate(positional):
            default = arguments.defaults[number - missing] if number >= missing else None
            parameters.append(self._parameter(argument, kind, default))
        if arguments.vararg:
            parameters.append(self._parameter(arguments.vararg, "args", None))
        for argument, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True):
            parameters.append(self._parameter(argument, "keyword", default))
        if arguments.kwarg:
            parameters.append(self._parameter(arguments.kwarg, "kwargs", None))
        return tuple(parameters)

    def _parameter(self, argument: ast.arg, kind: str, default: ast.expr | None) -> ir.Parameter:
        annotation = self.annotation(argument.annotation) if argument.annotation else None
        return ir.Parameter(argument.arg, kind, annotation, self.expression(default) if default else None)

    def lower_ClassDef(self, node: ast.ClassDef) -> ir.Stmt:
        index = len(self.classes)
        self.classes.append(None)
        qualname = ".".join([*self._scope, node.name])
        bases = self.expressions(node.bases)
        decorators = self.expressions(node.decorator_list)
        self._scope.append(node.name)
        body = self.block(node.body)
        self._scope.pop()
        self.classes[index] = ir.ClassFacts(node.name, qualname, bases, body, decorators, self.at(node))
        return ir.Class(index)


_LOWERINGS: dict[type, Callable[[_ModuleLowering, Any], ir.Stmt | list[ir.Stmt]]] = {
    kind: lower
    for name, lower in vars(_ModuleLowering).items()
    if name.startswith("lower_") and (kind := getattr(ast, name.removeprefix("lower_"), None)) is not None
}


def _literal_patterns(pattern: ast.pattern) -> list[ast.expr] | None:
    """Return the values that a pattern compares with, or None if it is more than an alternative of values."""
    if isinstance(pattern, ast.MatchValue):
        return [pattern.value]
    if isinstance(pattern, ast.MatchOr):
        values: list[ast.expr] = []
        for part in pattern.patterns:
            found = _literal_patterns(part)
            if found is None:
                return None
            values.extend(found)
        return values
    if isinstance(pattern, ast.MatchAs) and pattern.pattern is not None:
        return _literal_patterns(pattern.pattern)
    return None


def lower_module(path: str, text: str, tree: ast.Module) -> ir.ModuleFacts:
    """Return the facts of a parsed module."""
    lowering = _ModuleLowering(text)
    body = lowering.block(tree.body)
    return ir.ModuleFacts(
        path,
        body,
        tuple(function for function in lowering.functions if function),
        tuple(found for found in lowering.classes if found),
    )
