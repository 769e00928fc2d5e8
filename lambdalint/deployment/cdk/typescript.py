"""Reads CDK programs in TypeScript and JavaScript: what they bind to names, and the constructs that they make."""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import TYPE_CHECKING

from lambdalint.deployment.cdk.expression import Call, Expression, Name, Scope, Values
from lambdalint.deployment.cdk.typescript_parser import Parser
from lambdalint.deployment.cdk.typescript_tokens import CannotReadError, tokenise
from lambdalint.deployment.document import decode
from lambdalint.model import Span

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lambdalint.deployment.cdk.typescript_tokens import Tokens
    from lambdalint.model import Tree

_BREAK = re.compile("\r\n|\r|\n")
_DECLARING = frozenset({"const", "let", "var"})
_ASSIGNING = frozenset({"+=", "-=", "*=", "/=", "++", "--", "&&=", "||=", "??="})
_FARTHEST_TYPE = 60
"""How many tokens a type may have between a name and its value, or between parameters and a body."""


def calls(tree: Tree, path: str, wanted: frozenset[str]) -> tuple[Call, ...] | None:
    """Return the objects of the *wanted* classes, by dotted name, that the file at *path* makes.

    Modules are named as in Python (``aws_cdk.aws_lambda``). None where the file cannot be read.
    """
    content = tree.read(path)
    if content is None:
        return None
    text, _ = decode(path, content)
    try:
        return tuple(_Reader(path, text, tokenise(text)).read(wanted))
    except CannotReadError:
        return None


class _Reader:
    """Reads one file; each bracket is a scope."""

    def __init__(self, path: str, text: str, tokens: Tokens) -> None:
        self._path = path
        self._tokens = tokens
        self._starts = [0, *(match.end() for match in _BREAK.finditer(text))]
        self._values = Values(path, None)
        self._scopes: dict[int, Scope] = {-1: Scope()}
        self._classes = self._class_bodies()
        self._parser = Parser(tokens, self._span, self._scope_at)

    def read(self, wanted: frozenset[str]) -> Iterator[Call]:
        """Yield the objects of *wanted* classes."""
        made: list[int] = []
        for at, token in enumerate(self._tokens.listed):
            if token.kind == "name":
                if token.text == "new":
                    made.append(at)
                elif token.text in _DECLARING:
                    self._declaration(at)
                elif token.text == "import":
                    self._import(at)
                else:
                    self._assignment(at)
            elif token.text == "=>" and token.kind == "mark":
                self._arrow(at)
            elif token.text == "{" and token.kind == "mark":
                self._parameters(at)
        for at in made:
            name, _ = self._parser.chain(at + 1)
            if self._values.dotted(name) in wanted:
                expression, _ = self._parser.expression(at)
                if isinstance(expression, Call):
                    yield expression

    def _span(self, start: int, end: int) -> Span:
        first, last = bisect_right(self._starts, start), bisect_right(self._starts, end)
        return Span(self._path, first, start - self._starts[first - 1] + 1, last, end - self._starts[last - 1] + 1)

    def _scope_at(self, at: int) -> Scope:
        """Return the scope of the bracket around the token at a position."""
        return self._scope_of(self._tokens.around[at])

    def _scope_of(self, bracket: int) -> Scope:
        missing: list[int] = []
        while bracket not in self._scopes:
            missing.append(bracket)
            bracket = self._tokens.around[bracket]
        for inner in reversed(missing):
            self._scopes[inner] = Scope(self._scopes[bracket])
            bracket = inner
        return self._scopes[bracket]

    def _class_bodies(self) -> frozenset[int]:
        found: set[int] = set()
        for at, token in enumerate(self._tokens.listed):
            if token.kind == "name" and token.text == "class" and self._tokens.text(at - 1) != ".":
                for behind in range(at + 1, at + 1 + _FARTHEST_TYPE):
                    if self._tokens.text(behind) == "{":
                        found.add(behind)
                        break
        return frozenset(found)

    def _declaration(self, at: int) -> None:
        """Read ``const x: T = value, y = ...``."""
        scope = self._scope_at(at)
        at += 1
        while True:
            if self._tokens.text(at) in {"{", "["}:
                end = self._tokens.partner[at]
                self._destructured(at, end, scope)
                name, at = "", end + 1
            elif self._tokens.kind(at) == "name":
                name, at = self._tokens.text(at), at + 1
            else:
                return
            value, at = self._value(at)
            if name:
                self._bind(name, value, scope)
            if self._tokens.text(at) != ",":
                return
            at += 1

    def _value(self, at: int) -> tuple[Expression | None, int]:
        """Return the value behind a name and its type, and where it ends; None where there is no value."""
        if self._tokens.text(at) == "!":
            at += 1
        if self._tokens.text(at) == ":":
            at = self._behind_type(at)
        return self._parser.expression(at + 1) if self._tokens.text(at) == "=" else (None, at)

    def _behind_type(self, at: int) -> int:
        for _ in range(_FARTHEST_TYPE):
            at += 1
            text = self._tokens.text(at)
            if text in {"=", ";", ",", ")", "}", ""} and self._tokens.kind(at) in {"mark", ""}:
                break
            if text in {"(", "[", "{"}:
                at = self._tokens.partner[at]
        return at

    def _bind(self, name: str, value: Expression | None, scope: Scope) -> None:
        required = self._required(value)
        if required is not None:
            scope.imports[name] = required
        else:
            scope.bind(name, value)

    def _required(self, value: Expression | None) -> str | None:
        """Return the module that ``require("...")`` gives, as Python names it."""
        if not isinstance(value, Call) or len(value.arguments) != 1 or not isinstance(value.callee, Name):
            return None
        text = self._values.text(value.arguments[0])
        return _module(text) if value.callee.name == "require" and text is not None else None

    def _destructured(self, at: int, end: int, scope: Scope) -> None:
        """Bind the names of ``{ a, b: c } =``; those of a required module are imports."""
        value, _ = self._value(end + 1)
        module = self._required(value)
        for outer, inner in self._names_between(at, end):
            if module is not None:
                scope.imports[inner] = f"{module}.{outer}"
            else:
                scope.bind(inner, None)

    def _names_between(self, at: int, end: int) -> Iterator[tuple[str, str]]:
        """Yield the names between two braces, with what they are called outside (``a as b``, ``a: b``)."""
        position = at + 1
        self._tokens.spend(end - at)
        while position < end:
            if self._tokens.kind(position) != "name":
                position += 1
                continue
            outer = self._tokens.text(position)
            if outer == "type" and self._tokens.kind(position + 1) == "name":
                position += 1
                continue
            if self._tokens.text(position + 1) in {"as", ":"} and self._tokens.kind(position + 2) == "name":
                position += 2
            yield outer, self._tokens.text(position)
            position += 1

    def _import(self, at: int) -> None:
        """Read ``import * as x from "m"``, ``import { a as b } from "m"``, ``import x = require("m")``."""
        tokens, scope = self._tokens, self._scopes[-1]
        behind = at + 1
        if tokens.text(behind) == "type":
            behind += 1
        if tokens.kind(behind) == "name" and tokens.text(behind + 1) == "=":
            value, _ = self._parser.expression(behind + 2)
            self._bind(tokens.text(behind), value, scope)
            return
        names: list[tuple[str, str]] = []
        for _ in range(_FARTHEST_TYPE):
            text = tokens.text(behind)
            if text == "*" and tokens.text(behind + 1) == "as":
                names.append(("", tokens.text(behind + 2)))
                behind += 3
            elif text == "{":
                names.extend(self._names_between(behind, tokens.partner[behind]))
                behind = tokens.partner[behind] + 1
            elif text == "from" and tokens.kind(behind + 1) == "string":
                module = _module(tokens.listed[behind + 1].text)
                scope.imports.update({inner: f"{module}.{outer}".rstrip(".") for outer, inner in names})
                return
            elif text == "," or tokens.kind(behind) == "name":
                if text != ",":
                    names.append(("", text))
                behind += 1
            else:
                return

    def _assignment(self, at: int) -> None:
        """Read ``this.x = value``, ``x = value``, and the ``x = value`` of a class's body."""
        tokens = self._tokens
        if tokens.text(at - 1) in {".", "?."}:
            return
        name, behind = tokens.text(at), at + 1
        if name == "this" and tokens.text(behind) == "." and tokens.kind(behind + 1) == "name":
            name, behind = f"self.{tokens.text(behind + 1)}", behind + 2
        elif tokens.around[at] in self._classes and tokens.text(behind) in {"=", ":", "!"}:
            value, _ = self._value(behind)
            if value is not None:
                self._scope_at(at).bind(f"self.{name}", value)
            return
        if tokens.text(behind) == "=" and tokens.text(at - 1) not in {*_DECLARING, "import", ",", ":", "type"}:
            value, _ = self._parser.expression(behind + 1)
        elif tokens.text(behind) in _ASSIGNING:
            value = None
            self._bind(name, None, self._holder(name, at))
        else:
            return
        self._bind(name, value, self._holder(name, at))

    def _holder(self, name: str, at: int) -> Scope:
        """Return the scope that an assignment at a position changes: the instance's class, or where it is declared."""
        bracket = self._tokens.around[at]
        if name.startswith("self."):
            while bracket != -1 and bracket not in self._classes:
                bracket = self._tokens.around[bracket]
            return self._scope_of(bracket)
        scope: Scope | None = self._scope_of(bracket)
        while scope is not None and name not in scope.bound:
            scope = scope.parent
        return scope or self._scope_at(at)

    def _arrow(self, at: int) -> None:
        """Bind the parameters of an arrow function."""
        tokens = self._tokens
        before = at - 1
        for _ in range(_FARTHEST_TYPE):
            if tokens.text(before) == ")" or tokens.text(before - 1) not in {":", ".", "<", ">", "|"}:
                break
            before -= 1
        scope = self._scope_of(at + 1) if tokens.text(at + 1) == "{" else self._scope_at(at)
        if tokens.text(before) == ")":
            self._bind_parameters(tokens.partner[before], before, scope)
        elif tokens.kind(before) == "name":
            scope.bind(tokens.text(before), None)

    def _parameters(self, at: int) -> None:
        """Bind the parameters of a method or function whose body starts here; ``for`` and ``if`` have none."""
        before = at - 1
        for _ in range(_FARTHEST_TYPE):
            text = self._tokens.text(before)
            if text == ")":
                self._bind_parameters(self._tokens.partner[before], before, self._scope_of(at))
                return
            if self._tokens.kind(before) != "name" and text not in {":", ".", "<", ">", "|", "[", "]"}:
                return
            before -= 1

    def _bind_parameters(self, start: int, end: int, scope: Scope) -> None:
        self._tokens.spend(end - start)
        for at in range(start + 1, end):
            token = self._tokens.listed[at]
            is_name = token.kind == "name" and self._tokens.text(at - 1) in {"(", ",", "{", "[", "...", "readonly"}
            is_name = is_name or self._tokens.text(at - 1) in {"private", "public", "protected", "const", "let"}
            if token.kind == "name" and is_name and scope.bound.get(token.text, token) is not None:
                scope.bound[token.text] = None


def _module(name: str) -> str:
    """Return a module of Node as Python names it: ``aws-cdk-lib/aws-lambda`` is ``aws_cdk.aws_lambda``."""
    name = name.removeprefix("node:")
    if name in {"aws-cdk-lib", "@aws-cdk/core", "aws-cdk-lib/core"}:
        return "aws_cdk"
    for prefix in ("@aws-cdk/", "aws-cdk-lib/"):
        if name.startswith(prefix):
            return "aws_cdk." + name.removeprefix(prefix).replace("-", "_").replace("/", ".")
    return name
