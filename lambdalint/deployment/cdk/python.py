"""Reads CDK programs in Python: what they bind to names, and the constructs that they make."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from lambdalint.deployment.cdk.expression import (
    DEEPEST,
    Call,
    Entry,
    Expression,
    Index,
    Joined,
    Mapping,
    Member,
    Name,
    Nothing,
    Number,
    Scope,
    Sequence,
    Text,
    Values,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lambdalint.deployment.cdk.program.source import Source
    from lambdalint.model import Span

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


def calls(source: Source, wanted: frozenset[str]) -> tuple[Call, ...]:
    """Return the calls of the *wanted* dotted names in a file."""
    return tuple(_Reader(source).read(source.module, wanted))


class _Reader:
    """Reads one module."""

    def __init__(self, source: Source) -> None:
        self._span = source.span
        self._values = Values(source.path, None)

    def read(self, module: ast.Module, wanted: frozenset[str]) -> Iterator[Call]:
        """Yield the calls of *wanted* names; a name may be bound behind its use, so all are bound first."""
        top = Scope()
        waiting: list[tuple[ast.AST, Scope, Scope]] = [(module, top, top)]
        bodies: set[int] = set()
        found: list[tuple[ast.Call, Scope]] = []
        while waiting:
            node, scope, instance = waiting.pop()
            if isinstance(node, ast.ClassDef):
                # What a class body binds is seen inside of methods by way of the instance only.
                scope.bind(node.name, None)
                instance = Scope(scope)
                self._class_attributes(node, instance)
                scope = Scope(instance)
                bodies.add(id(scope))
            elif isinstance(node, _FUNCTIONS):
                if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                    scope.bind(node.name, None)
                scope = _parameters(node.args, instance if id(scope) in bodies else scope)
            elif isinstance(node, _COMPREHENSIONS):
                scope = Scope(scope)
                for generator in node.generators:
                    _unknown(generator.target, scope)
            elif isinstance(node, ast.Call):
                found.append((node, scope))
            else:
                self._bindings(node, scope, instance)
            waiting.extend((child, scope, instance) for child in reversed(list(ast.iter_child_nodes(node))))
        for call, scope in found:
            if self._values.dotted(self._lower(call.func, scope)) in wanted:
                lowered = self._lower(call, scope)
                if isinstance(lowered, Call):
                    yield lowered

    def _class_attributes(self, node: ast.ClassDef, scope: Scope) -> None:
        """Bind the attributes of a class to its instances; their names are not seen inside of methods."""
        for statement in node.body:
            if isinstance(statement, ast.Assign):
                for target in statement.targets:
                    if isinstance(target, ast.Name):
                        scope.bind(f"self.{target.id}", self._lower(statement.value, scope))
            elif isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name) and statement.value:
                scope.bind(f"self.{statement.target.id}", self._lower(statement.value, scope))

    def _bindings(self, node: ast.AST, scope: Scope, instance: Scope) -> None:
        if isinstance(node, ast.Assign):
            for target in node.targets:
                self._bind(target, node.value, scope, instance)
        elif isinstance(node, (ast.AnnAssign, ast.NamedExpr)):
            if node.value is not None:
                self._bind(node.target, node.value, scope, instance)
        elif isinstance(node, (ast.AugAssign, ast.For, ast.AsyncFor)):
            # What adds to a name makes its value unknown.
            for _ in range(2):
                _unknown(node.target, scope, instance)
        elif isinstance(node, ast.withitem) and node.optional_vars is not None:
            _unknown(node.optional_vars, scope, instance)
        elif isinstance(node, ast.ExceptHandler) and node.name:
            scope.bind(node.name, None)
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            _import(node, scope)

    def _bind(self, target: ast.expr, value: ast.expr, scope: Scope, instance: Scope) -> None:
        name = _bound_name(target)
        if name is None:
            _unknown(target, scope, instance)
        else:
            (instance if "." in name else scope).bind(name, self._lower(value, scope))

    def _lower(self, node: ast.expr, scope: Scope) -> Expression:
        return self._lowered(node, self._span(node), scope, 0)

    def _lowered(self, node: ast.expr, span: Span, scope: Scope, depth: int) -> Expression:
        if depth >= DEEPEST:
            return Expression(span)
        if isinstance(node, ast.Constant):
            return _constant(node, span)
        name = _bound_name(node)
        if name is not None:
            return Name(span, name, scope)
        if isinstance(node, ast.Attribute):
            return Member(span, self._below(node.value, scope, depth), node.attr)
        if isinstance(node, ast.Subscript):
            return Index(span, self._below(node.value, scope, depth), self._below(node.slice, scope, depth))
        if isinstance(node, ast.JoinedStr):
            return Joined(span, tuple(self._formatted(part, scope, depth) for part in node.values))
        if isinstance(node, ast.BinOp) and isinstance(node.op, (ast.Add, ast.Div)):
            parts = (self._below(node.left, scope, depth), self._below(node.right, scope, depth))
            return Joined(span, parts, isinstance(node.op, ast.Div))
        if isinstance(node, (ast.List, ast.Tuple)):
            plain = [item for item in node.elts if not isinstance(item, ast.Starred)]
            items = tuple(self._below(item, scope, depth) for item in plain)
            return Sequence(span, items, len(plain) == len(node.elts))
        if isinstance(node, ast.Dict):
            return Mapping(span, tuple(self._entries(node, scope, depth)))
        if isinstance(node, ast.Call):
            keywords = tuple(
                Entry(one.arg, self._span(one), self._below(one.value, scope, depth)) for one in node.keywords
            )
            arguments = tuple(self._below(one, scope, depth) for one in node.args)
            return Call(span, self._below(node.func, scope, depth), arguments, keywords)
        return Expression(span)

    def _below(self, node: ast.expr, scope: Scope, depth: int) -> Expression:
        return self._lowered(node, self._span(node), scope, depth + 1)

    def _formatted(self, part: ast.expr, scope: Scope, depth: int) -> Expression:
        if isinstance(part, ast.FormattedValue):
            if part.format_spec is not None or part.conversion not in {-1, ord("s")}:
                return Expression(self._span(part))
            part = part.value
        return self._below(part, scope, depth)

    def _entries(self, node: ast.Dict, scope: Scope, depth: int) -> Iterator[Entry]:
        for key, value in zip(node.keys, node.values, strict=True):
            if key is None:
                yield Entry(None, self._span(value), self._below(value, scope, depth))
            elif isinstance(key, ast.Constant) and isinstance(key.value, str):
                yield Entry(key.value, self._span(key), self._below(value, scope, depth))
            else:
                yield Entry(None, self._span(key), None)


def _parameters(arguments: ast.arguments, outer: Scope) -> Scope:
    scope = Scope(outer)
    named = (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)
    for one in (*named, arguments.vararg, arguments.kwarg):
        if one is not None:
            scope.bind(one.arg, None)
    return scope


def _constant(node: ast.Constant, span: Span) -> Expression:
    if isinstance(node.value, str):
        return Text(span, node.value)
    if isinstance(node.value, (int, float)) and not isinstance(node.value, bool):
        # A number of thousands of digits is no float.
        return Number(span, float(node.value)) if abs(node.value) < 1e15 else Expression(span)
    return Nothing(span) if node.value is None else Expression(span)


def _bound_name(node: ast.expr) -> str | None:
    """Return a name, or an attribute of ``self`` as ``self.x``."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "self":
        return f"self.{node.attr}"
    return None


def _unknown(target: ast.expr, scope: Scope, instance: Scope | None = None) -> None:
    """Bind the names of a *target* to what is not known."""
    for node in ast.walk(target):
        name = _bound_name(node) if isinstance(node, ast.expr) else None
        if name is not None:
            (instance if "." in name and instance is not None else scope).bind(name, None)


def _import(node: ast.Import | ast.ImportFrom, scope: Scope) -> None:
    if isinstance(node, ast.Import):
        for alias in node.names:
            top = alias.name.partition(".")[0]
            scope.imports[alias.asname or top] = alias.name if alias.asname else top
        return
    source = "." * node.level + (node.module or "")
    for alias in node.names:
        scope.imports[alias.asname or alias.name] = f"{source}{'' if source.endswith('.') else '.'}{alias.name}"
