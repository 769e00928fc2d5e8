"""Reads what a TypeScript file binds to names: each bracket is a scope; a body is read anew for each call."""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import TYPE_CHECKING

from lambdalint.deployment.cdk.expression import (
    Call,
    Entry,
    Expression,
    Mapping,
    Name,
    Nothing,
    Scope,
    Text,
)
from lambdalint.deployment.cdk.path import ROOT, parent
from lambdalint.deployment.cdk.typescript_bodies import FARTHEST_TYPE, bodies, classes
from lambdalint.deployment.cdk.typescript_imports import imports, names_between, passed_on
from lambdalint.deployment.cdk.typescript_parser import Parser
from lambdalint.deployment.cdk.typescript_patterns import Pattern
from lambdalint.deployment.cdk.typescript_values import Choice, ClassDefinition, Definition
from lambdalint.model import Span

if TYPE_CHECKING:
    from collections.abc import Callable

    from lambdalint.deployment.cdk.typescript_bodies import Body, Parameter
    from lambdalint.deployment.cdk.typescript_tokens import Tokens

_BREAK = re.compile("\r\n|\r|\n")
_DECLARING = frozenset({"const", "let", "var"})
_ASSIGNING = frozenset({"+=", "-=", "*=", "/=", "++", "--", "&&=", "||=", "??="})
_BEFORE_TYPE = frozenset({":", "|", "&", "<", ",", "as", "new"})
_CLASS = "class"
"""What a scope of a class binds the class to."""


class File:
    """A file with its tokens; *imported* gives what a module exports by a name, or its dotted name as in Python."""

    def __init__(self, path: str, text: str, tokens: Tokens, imported: Callable[[str, str], Expression | str]) -> None:
        self.path = path
        self.tokens = tokens
        self.imported = imported
        self.stars: list[str] = []
        self.classes = classes(tokens)
        self.bodies = bodies(tokens, self.classes)
        self._by_start = {body.start: number for number, body in enumerate(self.bodies) if body.kind == "function"}
        self._starts = [0, *(match.end() for match in _BREAK.finditer(text))]
        place = Span.point(path)
        here = f"{ROOT}/{path}"
        folder = Text(place, parent(here))
        url = {"url": Text(place, here), "filename": Text(place, here), "dirname": folder}
        meta = Mapping(place, tuple(Entry(name, place, value) for name, value in url.items()))
        outermost = Scope(bound={"__dirname": folder, "__filename": Text(place, here)})
        outermost.bound["import"] = Mapping(place, (Entry("meta", place, meta),))
        self.outermost = outermost
        self.top = Scope(outermost)
        self.static: Pass | None = None

    def read(self) -> None:
        """Bind the names of the whole file."""
        if self.static is None:
            self.static = Pass(self, None, 0, len(self.tokens.listed), self.top)
            self.static.read()

    def span(self, start: int, end: int) -> Span:
        """Return the place of the text from *start* to *end*."""
        first, last = bisect_right(self._starts, start), bisect_right(self._starts, end)
        return Span(self.path, first, start - self._starts[first - 1] + 1, last, end - self._starts[last - 1] + 1)

    def innermost(self, at: int) -> int | None:
        """Return the number of the innermost body that a token lies in, or None."""
        found = [number for number, body in enumerate(self.bodies) if body.first <= at < body.last]
        return min(found, key=lambda number: self.bodies[number].last - self.bodies[number].first, default=None)

    def function_at(self, at: int) -> Expression | None:
        """Return the function that starts at a token, or None."""
        number = self._by_start.get(at)
        if number is None or (self.bodies[number].name and self.tokens.text(at) != "function"):
            return None
        token = self.tokens.listed[at]
        return Definition(self.span(token.start, token.end), self.path, number)

    def class_around(self, at: int) -> int:
        """Return the bracket of the innermost class that a token lies in, or -1."""
        bracket = self.tokens.around[at]
        while bracket != -1 and bracket not in self.classes:
            bracket = self.tokens.around[bracket]
        return bracket


class Pass:
    """The scopes of the tokens from *first* to before *last*, which lie in *base*; *outer* has those around.

    ``made`` is where the object is made whose class this is.
    """

    def __init__(self, file: File, outer: Pass | None, first: int, last: int, base: Scope) -> None:
        self.file = file
        self.outer = outer
        self.first = first
        self.last = last
        self.base = base
        self.made: Span | None = None
        self._tokens = file.tokens
        self._given: dict[int, tuple[Body, tuple[Expression, ...] | None]] = {}
        self._bracket = file.tokens.around[first] if first < len(file.tokens.around) else -1
        self._scopes: dict[int, Scope] = {self._bracket: base}
        self.parser = Parser(file.tokens, file.span, self.scope_at, file.function_at)

    def give(self, body: Body, arguments: tuple[Expression, ...] | None) -> None:
        """Bind the parameters of a *body* in these tokens to *arguments* when its scope is made."""
        self._given[self._tokens.around[body.first]] = body, arguments

    def read(self) -> None:
        """Bind the names of these tokens."""
        self._tokens.spend(self.last - self.first)
        if self._bracket in self.file.classes and self.outer is not None:
            self._class(self._bracket, self.base)
        for bracket in self._given:
            self.scope_of(bracket)
        for at in range(self.first, self.last):
            token = self._tokens.listed[at]
            if token.kind == "name":
                if token.text in _DECLARING:
                    self._declaration(at)
                elif token.text == "import":
                    self._import(at)
                elif token.text == "export":
                    self._export(at)
                elif token.text == "enum" and self._tokens.text(at + 2) == "{":
                    self._enum(at)
                else:
                    self._assignment(at)
            elif token.text == "{" and token.kind == "mark" and at in self.file.classes:
                self._class(at, self.scope_of(at))
        for number, body in enumerate(self.file.bodies):
            if self.first <= body.start and body.last <= self.last:
                self._body(number, body)

    def scope_at(self, at: int) -> Scope:
        """Return the scope of the bracket around the token at a position."""
        return self.scope_of(self._tokens.around[at])

    def scope_of(self, bracket: int) -> Scope:
        """Return the scope of a bracket."""
        missing: list[int] = []
        while bracket not in self._scopes and self.first <= bracket < self.last:
            missing.append(bracket)
            bracket = self._tokens.around[bracket]
        if bracket not in self._scopes:
            return self.outer.scope_of(bracket) if self.outer is not None else self.base
        for inner in reversed(missing):
            scope = self._scopes[inner] = Scope(self._scopes[bracket])
            bracket = inner
            if inner in self._given:
                body, arguments = self._given[inner]
                self.bind_parameters(body, arguments, scope)
        return self._scopes[bracket]

    def bind_parameters(self, body: Body, arguments: tuple[Expression, ...] | None, scope: Scope) -> None:
        """Bind the parameters of a *body* in *scope*; those that are kept are the instance's, too.

        *arguments* is None where they are not known.
        """
        parser = Parser(self._tokens, self.file.span, lambda _: scope, self.file.function_at)
        pattern = Pattern(self._tokens, self.file.span, parser, scope)
        for number, parameter in enumerate(body.parameters):
            absent = arguments is not None and number >= len(arguments)
            value = arguments[number] if arguments is not None and not absent else None
            self._parameter(pattern, parameter, value, absent=absent)
            if parameter.kept and scope.parent is not None:
                name = self._tokens.text(parameter.at)
                scope.parent.bound[f"self.{name}"] = scope.bound.get(name)

    def _parameter(self, pattern: Pattern, parameter: Parameter, value: Expression | None, *, absent: bool) -> None:
        behind = self._tokens.partner.get(parameter.at, parameter.at) + 1
        default = self._default(pattern, behind + 1 if self._tokens.text(behind) == "?" else behind)
        if absent:
            token = self._tokens.listed[parameter.at]
            value = default or Nothing(self.file.span(token.start, token.end))
        pattern.bind(parameter.at, value if default is None or value is None else Choice(value.span, value, default))

    def _default(self, pattern: Pattern, at: int) -> Expression | None:
        """Return the value that stands behind a parameter and its type, which may name parameters before it."""
        if self._tokens.text(at) == ":":
            at = self._behind_type(at)
        return pattern.parser.expression(at + 1)[0] if self._tokens.text(at) == "=" else None

    def _body(self, number: int, body: Body) -> None:
        """Bind the parameters of a function or loop to what is not known, and its name to itself."""
        bracket = self._tokens.around[body.first]
        if bracket not in self._given:
            own = self._tokens.text(body.first - 1) == "{"
            scope = self.scope_of(bracket)
            for parameter in body.parameters:
                for name in Pattern(self._tokens, self.file.span, self.parser, scope).names(parameter.at):
                    if own or name not in scope.bound:
                        scope.bound[name] = None
        if body.kind == "function" and body.name and body.name != "constructor":
            token = self._tokens.listed[body.start]
            found = Definition(self.file.span(token.start, token.end), self.file.path, number)
            if body.owner >= 0:
                self.scope_of(body.owner).bound[f"self.{body.name}"] = found
            else:
                self.scope_at(body.start).bound[body.name] = found

    def _class(self, bracket: int, scope: Scope) -> None:
        found = self.file.classes[bracket]
        if _CLASS in scope.bound:
            return
        base = self.parser.chain(found.base)[0] if found.base >= 0 else None
        span = self.file.span(self._tokens.listed[found.at].start, self._tokens.listed[found.at].end)
        definition = ClassDefinition(span, self.file.path, bracket, found.name, scope, base)
        scope.bound[_CLASS] = definition
        if found.name and self.outer is None:
            self.scope_at(found.at).bound[found.name] = definition

    def _enum(self, at: int) -> None:
        entries = []
        end = self._tokens.partner[at + 2]
        position = at + 3
        while position < end:
            token = self._tokens.listed[position]
            value, behind = self._value(position + 1)
            entries.append(Entry(token.text, self.file.span(token.start, token.end), value))
            position = max(behind, position + 1)
            while position < end and self._tokens.text(position) != ",":
                position += 1
            position += 1
        span = self.file.span(self._tokens.listed[at].start, self._tokens.listed[at].end)
        self.scope_at(at).bind(self._tokens.text(at + 1), Mapping(span, tuple(entries)))

    def _declaration(self, at: int) -> None:
        """Read ``const x: T = value, y = ...``."""
        scope = self.scope_at(at)
        at += 1
        while True:
            if self._tokens.text(at) in {"{", "["}:
                end = self._tokens.partner[at]
                value, behind = self._value(end + 1)
                self._destructured(at, value, scope)
                at = behind
            elif self._tokens.kind(at) == "name" and self._tokens.text(at) != "enum":
                name = self._tokens.text(at)
                value, at = self._value(at + 1)
                self._bind(name, value, scope)
            else:
                return
            if self._tokens.text(at) != ",":
                return
            at += 1

    def _value(self, at: int) -> tuple[Expression | None, int]:
        """Return the value behind a name and its type, and where it ends; None where there is no value."""
        if self._tokens.text(at) == "!":
            at += 1
        if self._tokens.text(at) == ":":
            at = self._behind_type(at)
        return self.parser.expression(at + 1) if self._tokens.text(at) == "=" else (None, at)

    def _behind_type(self, at: int) -> int:
        for _ in range(FARTHEST_TYPE):
            at += 1
            text = self._tokens.text(at)
            if text in {"=", ";", ",", ")", "}", ""} and self._tokens.kind(at) in {"mark", ""}:
                break
            if text in {"(", "[", "{"}:
                at = self._tokens.partner[at]
            elif text == "<":
                at = self.behind_arguments(at)
        return at

    def behind_arguments(self, at: int) -> int:
        """Return the closing half of ``<``; the position itself where there is none."""
        depth = 0
        for behind in range(at, at + FARTHEST_TYPE):
            text = self._tokens.text(behind)
            depth += {"<": 1, ">": -1}.get(text, 0)
            if depth == 0:
                return behind
            if text in {";", ""} and self._tokens.kind(behind) in {"mark", ""}:
                break
        return at

    def _bind(self, name: str, value: Expression | None, scope: Scope) -> None:
        required = self._required(value)
        if required is None:
            scope.bind(name, value)
        else:
            self._bind_imported(name, required, "", scope)

    def _bind_imported(self, name: str, module: str, exported: str, scope: Scope) -> None:
        found = self.file.imported(module, exported)
        if isinstance(found, str):
            scope.imports[name] = found
        else:
            scope.bound[name] = found

    def _required(self, value: Expression | None) -> str | None:
        """Return the module that ``require("...")`` gives."""
        if not isinstance(value, Call) or len(value.arguments) != 1 or not isinstance(value.callee, Name):
            return None
        text = value.arguments[0]
        return text.value if value.callee.name == "require" and isinstance(text, Text) else None

    def _destructured(self, at: int, value: Expression | None, scope: Scope) -> None:
        """Bind the names of ``{ a, b: c } =``; those of a required module are imports."""
        module = self._required(value)
        if module is not None:
            for outer, inner in names_between(self._tokens, at):
                self._bind_imported(inner, module, outer, scope)
        else:
            Pattern(self._tokens, self.file.span, self.parser, scope).bind(at, value)

    def _import(self, at: int) -> None:
        """Read ``import x = require("m")``, and the other imports."""
        tokens, scope = self._tokens, self.file.top
        if tokens.kind(at + 1) == "name" and tokens.text(at + 2) == "=":
            value, _ = self.parser.expression(at + 3)
            self._bind(tokens.text(at + 1), value, scope)
            return
        for one in imports(tokens, at):
            self._bind_imported(one.name, one.module, one.exported, scope)

    def _export(self, at: int) -> None:
        """Read ``export default x``, and what is passed on from other modules."""
        tokens, scope = self._tokens, self.file.top
        for one in passed_on(tokens, at):
            if one.name:
                self._bind_imported(one.name, one.module, one.exported, scope)
            else:
                self.file.stars.append(one.module)
        if tokens.text(at + 1) != "default":
            return
        if tokens.text(at + 2) not in {"class", "function", "abstract"}:
            scope.bound["default"] = self.parser.expression(at + 2)[0]
            return
        name = next((tokens.text(one) for one in (at + 3, at + 4) if tokens.text(one) not in {"class", "*"}), "")
        span = self.file.span(tokens.listed[at].start, tokens.listed[at].end)
        scope.bound["default"] = Name(span, name, scope)

    def _assignment(self, at: int) -> None:
        """Read ``this.x = value``, ``x = value``, and the ``x = value`` of a class's body."""
        tokens = self._tokens
        if tokens.text(at - 1) in {".", "?."}:
            return
        name, behind = tokens.text(at), at + 1
        if name == "this" and tokens.text(behind) == "." and tokens.kind(behind + 1) == "name":
            name, behind = f"self.{tokens.text(behind + 1)}", behind + 2
        elif tokens.around[at] in self.file.classes and tokens.text(behind) in {"=", ":", "!"}:
            value, _ = self._value(behind)
            if value is not None:
                self.scope_at(at).bind(f"self.{name}", value)
            return
        if tokens.text(at - 1) not in _BEFORE_TYPE and self._is_changed(behind):
            self._holder(name, at).bound[name] = None
            return
        if tokens.text(behind) == "=" and tokens.text(at - 1) not in {*_DECLARING, "import", ",", ":", "type"}:
            value, _ = self.parser.expression(behind + 1)
        elif tokens.text(behind) in _ASSIGNING:
            value = None
            self._bind(name, None, self._holder(name, at))
        else:
            return
        self._bind(name, value, self._holder(name, at))

    def _is_changed(self, behind: int) -> bool:
        """Tell whether the list or object whose name ends before a position gets another element."""
        tokens = self._tokens
        if tokens.text(behind) == "[":
            return tokens.text(tokens.partner[behind] + 1) == "="
        if tokens.text(behind) != "." or tokens.kind(behind + 1) != "name":
            return False
        added = tokens.text(behind + 1) in {"push", "unshift", "splice"}
        return tokens.text(behind + 2) == "=" or (added and tokens.text(behind + 2) == "(")

    def _holder(self, name: str, at: int) -> Scope:
        """Return the scope that an assignment at a position changes: the instance's class, or where it is declared."""
        if name.startswith("self."):
            return self.scope_of(self.file.class_around(at))
        scope: Scope | None = self.scope_at(at)
        while scope is not None and name not in scope.bound:
            scope = scope.parent
        return scope or self.scope_at(at)
