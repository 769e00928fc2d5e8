"""The expressions of a CDK program, in Python or TypeScript, and what of their values its text shows."""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING

import msgspec

from lambdalint.deployment.cdk.path import ROOT, absolute, join_parts, parent

if TYPE_CHECKING:
    from lambdalint.model import Span

DEEPEST = 60
MOST_STEPS = 5_000
LONGEST = 20_000
"""Bounds: how deep expressions, and the names in them, are followed, in how many steps, and to how long a text."""

_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


class Expression(msgspec.Struct, frozen=True, eq=False):
    """An expression whose value is not known; the other classes are known in part."""

    span: Span


class Text(Expression, frozen=True, eq=False):
    """A string literal."""

    value: str


class Number(Expression, frozen=True, eq=False):
    """A number literal."""

    value: float


class Nothing(Expression, frozen=True, eq=False):
    """``None``, ``null`` or ``undefined``."""


class Name(Expression, frozen=True, eq=False):
    """A name in its scope; an attribute of the instance is written ``self.x``."""

    name: str
    scope: Scope


class Member(Expression, frozen=True, eq=False):
    """An attribute of another expression."""

    of: Expression
    name: str


class Index(Expression, frozen=True, eq=False):
    """An element of another expression."""

    of: Expression
    at: Expression


class Joined(Expression, frozen=True, eq=False):
    """Texts one after the other; ``separated`` for paths that are joined by Python's ``/``."""

    parts: tuple[Expression, ...]
    separated: bool = False


class Sequence(Expression, frozen=True, eq=False):
    """A list; ``complete`` tells that it holds nothing but ``items``."""

    items: tuple[Expression, ...]
    complete: bool = True


class Entry(msgspec.Struct, frozen=True, eq=False):
    """One entry of a mapping; what ``**`` or ``...`` spreads has no name, and one of unknown name no value."""

    name: str | None
    span: Span
    value: Expression | None


class Mapping(Expression, frozen=True, eq=False):
    """A dictionary, or an object literal."""

    entries: tuple[Entry, ...]


class Call(Expression, frozen=True, eq=False):
    """A call, or the making of an object; ``keywords`` are Python's."""

    callee: Expression
    arguments: tuple[Expression, ...]
    keywords: tuple[Entry, ...] = ()


class Scope(msgspec.Struct, eq=False):
    """The names that a part of a program binds; one that is bound twice has no known value."""

    parent: Scope | None = None
    bound: dict[str, Expression | None] = msgspec.field(default_factory=dict)
    imports: dict[str, str] = msgspec.field(default_factory=dict)

    def bind(self, name: str, value: Expression | None) -> None:
        """Bind *name* to *value*, None where it is not known."""
        self.bound[name] = None if name in self.bound else value

    def find(self, name: str) -> tuple[Expression | None, str]:
        """Return the value of *name*, or what an import binds it to; the name itself where nothing binds it."""
        scope: Scope | None = self
        while scope is not None:
            if name in scope.bound:
                return scope.bound[name], ""
            if name in scope.imports:
                return None, scope.imports[name]
            scope = scope.parent
        return None, name


def snake_case(name: str) -> str:
    """Return a property or method of TypeScript as Python names it; classes and constants stay as they are."""
    return _HUMP.sub("_", name).lower() if name[:1].islower() else name


class Properties(msgspec.Struct, frozen=True):
    """The properties of a construct, by their names in Python; ``complete`` tells that there are no others."""

    entries: dict[str, Entry]
    complete: bool = True

    def get(self, name: str) -> Expression | None:
        """Return the value of a property, or None."""
        entry = self.entries.get(name)
        return entry.value if entry is not None else None


class Values(msgspec.Struct):
    """Evaluates the expressions of one file, *path*; *directory* is where its program runs, None if not known.

    *candidates* are then the folders that it may run in.
    """

    path: str
    directory: str | None
    candidates: tuple[str, ...] = ()
    _steps: int = 0

    def _is_far(self, depth: int) -> bool:
        """Count a step at a *depth*, and tell whether the evaluation has to end; each starts at depth zero."""
        self._steps = self._steps + 1 if depth else 0
        return depth > DEEPEST or self._steps > MOST_STEPS

    def follow(self, expression: Expression | None) -> Expression | None:
        """Return what a name stands for; the expression itself where it is none, or an import's."""
        for _ in range(DEEPEST):
            if not isinstance(expression, Name):
                return expression
            value, imported = expression.scope.find(expression.name)
            if imported:
                return expression
            expression = value
        return None

    def dotted(self, expression: Expression | None) -> str:
        """Return the dotted name of what is imported, as in Python; "" where it is no such name."""
        parts: list[str] = []
        for _ in range(DEEPEST):
            expression = self.follow(expression)
            if isinstance(expression, Member):
                parts.append(snake_case(expression.name))
                expression = expression.of
                continue
            if not isinstance(expression, Name):
                return ""
            parts.append(expression.scope.find(expression.name)[1])
            whole = ".".join(reversed(parts))
            return whole.replace("aws_cdk.core.", "aws_cdk.", 1)
        return ""

    def called(self, expression: Expression | None) -> tuple[str, Call] | None:
        """Return a call with the dotted name of what is called, or None."""
        expression = self.follow(expression)
        return (self.dotted(expression.callee), expression) if isinstance(expression, Call) else None

    def argument(self, call: Call, position: int, name: str) -> Expression | None:
        """Return the argument of *call* at *position*, or with the *name*."""
        if position < len(call.arguments):
            return call.arguments[position]
        return next((one.value for one in call.keywords if one.name == name), None)

    def properties(self, expression: Expression | None, depth: int = 0) -> Properties | None:
        """Return the properties that an object literal, a dictionary or a call with keywords holds."""
        expression = self.follow(expression)
        if self._is_far(depth):
            return None
        if isinstance(expression, Mapping):
            return self._merged(expression.entries, depth, overrides=True)
        if isinstance(expression, Call) and not expression.arguments:
            return self._merged(expression.keywords, depth, overrides=False)
        return None

    def keywords(self, call: Call) -> Properties:
        """Return the keywords of a call as properties, with those that are spread."""
        return self._merged(call.keywords, 0, overrides=False)

    def _merged(self, entries: tuple[Entry, ...], depth: int, *, overrides: bool) -> Properties:
        """Return *entries* as properties; *overrides* tells that a spread replaces what stands before it."""
        found: dict[str, Entry] = {}
        complete = True
        for entry in entries:
            if entry.name is not None:
                found[snake_case(entry.name)] = entry
                continue
            spread = self.properties(entry.value, depth + 1)
            if spread is None or not spread.complete:
                complete = False
                if overrides:
                    found = {name: Entry(one.name, one.span, Expression(one.span)) for name, one in found.items()}
            found.update(spread.entries if spread is not None else {})
        return Properties(found, complete)

    def number(self, expression: Expression | None) -> float | None:
        """Return the value of a number, or None."""
        expression = self.follow(expression)
        return expression.value if isinstance(expression, Number) else None

    def texts(self, expression: Expression | None, depth: int = 0) -> list[str | None]:
        """Return the texts of a list, None for each that is not known; nothing for what is no list."""
        expression = self.follow(expression)
        return [self.text(one, depth) for one in expression.items] if isinstance(expression, Sequence) else []

    def text(self, expression: Expression | None, depth: int = 0, hole: str | None = None) -> str | None:
        """Return a text or a path; *hole* takes the place of a part that is not known, else the whole is None."""
        expression = self.follow(expression)
        if self._is_far(depth) or expression is None:
            return hole
        found: str | None = None
        if isinstance(expression, Text):
            found = expression.value
        elif isinstance(expression, Number):
            found = f"{expression.value:g}"
        elif isinstance(expression, Joined):
            parts = [self.text(part, depth + 1, hole) for part in expression.parts]
            known = [part for part in parts if part is not None]
            if len(known) == len(parts):
                found = posixpath.join(*known) if expression.separated else "".join(known)
        elif isinstance(expression, Name):
            found = self._own_place(expression.scope.find(expression.name)[1])
        elif isinstance(expression, Member):
            found = self._member(expression, depth)
        elif isinstance(expression, Index):
            found = self._above(expression, depth)
        elif isinstance(expression, Call):
            found = self._result(expression, depth)
        return hole if found is None or len(found) > LONGEST else found

    def _own_place(self, name: str) -> str | None:
        if name in {"__file__", "__filename"}:
            return f"{ROOT}/{self.path}"
        return parent(f"{ROOT}/{self.path}") if name == "__dirname" else None

    def _member(self, member: Member, depth: int) -> str | None:
        constant = {"os.sep": "/", "path.sep": "/", "os.pardir": "..", "os.curdir": "."}.get(self.dotted(member))
        if constant is not None or member.name != "parent":
            return constant
        of = self.text(member.of, depth + 1)
        return parent(of) if of is not None else None

    def _above(self, index: Index, depth: int) -> str | None:
        """Return the folder that ``path.parents[n]`` is."""
        count = self.number(index.at)
        if not isinstance(index.of, Member) or index.of.name != "parents" or count is None or not 0 <= count < DEEPEST:
            return None
        found = self.text(index.of.of, depth + 1)
        for _ in range(int(count) + 1):
            found = parent(found) if found is not None else None
        return found

    def _result(self, call: Call, depth: int) -> str | None:
        """Return the path or text that a call makes."""
        name = self.dotted(call.callee)
        if name in {"os.getcwd", "process.cwd", "pathlib.Path.cwd"}:
            return absolute(".", self.directory)
        known = [one for one in (self.text(part, depth + 1) for part in call.arguments) if one is not None]
        if len(known) == len(call.arguments):
            made = join_parts(name, known, self.directory)
            if made is not None:
                return made
        if isinstance(call.callee, Member):
            return self._method(call.callee, call, known, depth)
        return None

    def _method(self, method: Member, call: Call, known: list[str], depth: int) -> str | None:
        if method.name == "join" and len(call.arguments) <= 1:
            listed, separator = method.of, ",".join(known)
            if call.arguments and isinstance(self.follow(call.arguments[0]), Sequence):
                listed, separator = call.arguments[0], self.text(method.of, depth + 1) or ""
            items = self.texts(listed, depth + 1)
            texts = [one for one in items if one is not None]
            return separator.join(texts) if items and len(texts) == len(items) else None
        if len(known) < len(call.arguments):
            return None
        of = self.text(method.of, depth + 1)
        if of is None:
            return None
        if method.name in {"resolve", "absolute"}:
            return absolute(of, self.directory)
        if method.name == "joinpath":
            return posixpath.join(of, *known)
        return of if method.name in {"as_posix", "__str__", "toString"} else None
