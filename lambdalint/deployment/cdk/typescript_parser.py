"""Reads single expressions of TypeScript; of what it does not know, it finds the end."""

from __future__ import annotations

import math
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
)
from lambdalint.deployment.cdk.typescript_values import Choice

if TYPE_CHECKING:
    from collections.abc import Callable

    from lambdalint.deployment.cdk.typescript_tokens import Tokens
    from lambdalint.model import Span

_ENDS = frozenset({",", ";", ")", "]", "}", ""})
_LEADING = frozenset({"await", "void", "typeof", "!", "-", "+", "~", "delete", "async", "function", "class", "yield"})
_LONGEST_TYPE = 60


class Parser:
    """Reads expressions from tokens.

    *span* places them, *scope* gives the scope at a token, *function* what stands for the function at a token.
    """

    def __init__(
        self,
        tokens: Tokens,
        span: Callable[[int, int], Span],
        scope: Callable[[int], Scope],
        function: Callable[[int], Expression | None] = lambda _: None,
    ) -> None:
        self._tokens = tokens
        self._place = span
        self._scope = scope
        self._function = function

    def expression(self, at: int, depth: int = 0) -> tuple[Expression, int]:
        """Return the expression that starts at a position, and where it ends."""
        start = at
        if depth >= DEEPEST:
            return self._unknown(start, at)
        parts: list[Expression] = []
        while True:
            part, at = self._operand(at, depth)
            parts.append(part)
            text = self._text(at)
            if text == "+":
                at += 1
                continue
            if text in {"??", "||"}:
                left = part if len(parts) == 1 else Joined(self._span(start, at), tuple(parts))
                right, at = self.expression(at + 1, depth + 1)
                return Choice(self._span(start, at), left, right), at
            if text in _ENDS or (self._starts_line(at) and self._tokens.kind(at) != "mark"):
                whole = part if len(parts) == 1 else Joined(self._span(start, at), tuple(parts))
                return whole, at
            return self._unknown(start, at)

    def expression_before(self, at: int, stop: int) -> Expression:
        """Return the expression from a position to before the one at *stop*, where it goes on."""
        return self._operand(at, 0, stop)[0]

    def arguments(self, at: int) -> tuple[Expression, ...] | None:
        """Return the arguments between the brackets that start at a position; None where they are not all known."""
        found, complete = self._listed(at, 0)
        return tuple(found) if complete else None

    def chain(self, at: int) -> tuple[Expression | None, int]:
        """Return the dotted name that starts at a position, and where it ends."""
        if self._tokens.kind(at) != "name":
            return None, at
        found: Expression = Name(self._span(at, at + 1), self._tokens.text(at), self._scope(at))
        at += 1
        while self._text(at) in {".", "?."} and self._tokens.kind(at + 1) == "name":
            found = self._member(found, at + 1, at + 1)
            at += 2
        return found, at

    def _text(self, at: int) -> str:
        """Return a mark, a name, or "" at the end; another token's kind."""
        kind = self._tokens.kind(at)
        return self._tokens.text(at) if kind in {"mark", "name", ""} else kind

    def _span(self, start: int, end: int) -> Span:
        listed = self._tokens.listed
        first = min(start, len(listed) - 1)
        last = min(max(end - 1, first), len(listed) - 1)
        return self._place(listed[first].start, listed[last].end)

    def _starts_line(self, at: int) -> bool:
        """Tell whether a token stands on another line than the one before it."""
        listed = self._tokens.listed
        return self._place(listed[at - 1].end, listed[at].start).line != self._place(listed[at].start, 0).line

    def _unknown(self, start: int, at: int) -> tuple[Expression, int]:
        """Return an unknown expression, and the end of it: the next mark that ends any."""
        while self._text(at) not in _ENDS:
            self._tokens.spend()
            at = self._tokens.partner.get(at, at) + 1
        return Expression(self._span(start, at)), at

    def _operand(self, at: int, depth: int, stop: int = -1) -> tuple[Expression, int]:
        start, text, kind = at, self._text(at), self._tokens.kind(at)
        self._tokens.spend()
        function = self._function(at) if kind in {"name", "mark"} else None
        if function is not None:
            return function, self._unknown(start, at)[1]
        if text in _LEADING and kind in {"name", "mark"}:
            return self._unknown(start, at)
        if text == "new" and kind == "name":
            found, at = self._made(at, depth)
        else:
            found, at = self._primary(at, depth)
        while at != stop:
            text = self._text(at)
            if text in {".", "?."} and self._tokens.kind(at + 1) == "name":
                found = self._member(found, start, at + 1)
                at += 2
            elif text == "!" and self._text(at + 1) != "=":
                at += 1
            elif text == "(" and not self._starts_line(at):
                arguments = self._arguments(at, depth)
                at = self._tokens.partner[at] + 1
                found = Call(self._span(start, at), found, arguments)
            elif text == "[" and not self._starts_line(at):
                inner, _ = self.expression(at + 1, depth + 1)
                at = self._tokens.partner[at] + 1
                found = Index(self._span(start, at), found, inner)
            elif text in {"as", "satisfies"} and not self._starts_line(at):
                at = self._behind_type(at + 1)
            else:
                break
        return found, at

    def _member(self, of: Expression, start: int, at: int) -> Expression:
        name = self._tokens.text(at)
        if isinstance(of, Name) and of.name == "this":
            return Name(self._span(start, at + 1), f"self.{name}", of.scope)
        return Member(self._span(start, at + 1), of, name)

    def _behind_type(self, at: int) -> int:
        for _ in range(_LONGEST_TYPE):
            if self._text(at) in {"(", "[", "{"}:
                at = self._tokens.partner[at] + 1
            elif self._tokens.kind(at) == "name" or self._text(at) in {".", "<", ">", "|"}:
                at += 1
            else:
                break
        return at

    def _made(self, at: int, depth: int) -> tuple[Expression, int]:
        """Read ``new a.B<T>(...)``."""
        start = at
        callee, at = self.chain(at + 1)
        if callee is None:
            return self._unknown(start, at)
        if self._text(at) == "<":
            at = self._behind_type(at)
        if self._text(at) != "(":
            return Call(self._span(start, at), callee, ()), at
        arguments = self._arguments(at, depth)
        at = self._tokens.partner[at] + 1
        return Call(self._span(start, at), callee, arguments), at

    def _arguments(self, at: int, depth: int) -> tuple[Expression, ...]:
        return tuple(self._listed(at, depth)[0])

    def _listed(self, at: int, depth: int) -> tuple[list[Expression], bool]:
        """Return what stands between brackets, and whether that is all: nothing is spread."""
        end = self._tokens.partner[at]
        at += 1
        found: list[Expression] = []
        complete = True
        while at < end:
            if self._text(at) == "...":
                complete = False
                _, at = self.expression(at + 1, depth + 1)
            elif self._text(at) == ",":
                at += 1
            else:
                start = at
                one, at = self.expression(at, depth + 1)
                found.append(one)
                if at == start or self._text(at) not in {",", ")", "]"}:
                    return found, False
        return found, complete

    def _primary(self, at: int, depth: int) -> tuple[Expression, int]:
        tokens, span = self._tokens, self._span(at, at + 1)
        kind, text = tokens.kind(at), self._text(at)
        if kind == "string":
            return Text(span, tokens.listed[at].text), at + 1
        if kind == "number":
            return _number(tokens.listed[at].text, span), at + 1
        if kind == "template":
            return self._template(at, span, depth), at + 1
        if text == "[":
            items, complete = self._listed(at, depth)
            end = tokens.partner[at] + 1
            return Sequence(self._span(at, end), tuple(items), complete), end
        if text == "{":
            end = tokens.partner[at] + 1
            return Mapping(self._span(at, end), self._entries(at, depth)), end
        if text == "(":
            end = tokens.partner[at] + 1
            if self._text(end) in {"=>", ":"}:
                return self._unknown(at, end)
            inner, behind = self.expression(at + 1, depth + 1)
            return (inner if behind == end - 1 else Expression(self._span(at, end))), end
        if kind == "name":
            if text in {"null", "undefined"}:
                return Nothing(span), at + 1
            if text in {"true", "false"}:
                return Expression(span), at + 1
            return Name(span, text, self._scope(at)), at + 1
        return self._unknown(at, at)

    def _template(self, at: int, span: Span, depth: int) -> Expression:
        scope = self._scope(at)
        parts: list[Expression] = []
        for part in self._tokens.listed[at].parts:
            if isinstance(part, str):
                parts.append(Text(span, part))
                continue
            found, end = Parser(part, self._place, lambda _: scope).expression(0, depth + 1)
            parts.append(found if part.listed and end == len(part.listed) else Expression(span))
        return Joined(span, tuple(parts))

    def _entries(self, at: int, depth: int) -> tuple[Entry, ...]:
        """Return the entries of an object literal."""
        tokens, end = self._tokens, self._tokens.partner[at]
        at += 1
        found: list[Entry] = []
        while at < end:
            start, span, text, kind = at, self._span(at, at + 1), self._text(at), tokens.kind(at)
            if text == ",":
                at += 1
                continue
            if text == "...":
                value, at = self.expression(at + 1, depth + 1)
                found.append(Entry(None, span, value))
            elif kind in {"name", "string"} and self._text(at + 1) == ":":
                value, at = self.expression(at + 2, depth + 1)
                found.append(Entry(tokens.listed[start].text, span, value))
            elif kind == "name" and self._text(at + 1) in {",", "}"}:
                found.append(Entry(text, span, Name(span, text, self._scope(at))))
                at += 1
            elif kind == "name" and self._text(at + 1) == "(":
                found.append(Entry(text, span, Expression(span)))
                _, at = self._unknown(at, at)
            else:
                found.append(Entry(None, span, None))
                _, at = self._unknown(at, at)
            if at <= start:
                at = start + 1
        return tuple(found)


def _number(text: str, span: Span) -> Expression:
    try:
        value = float(text.replace("_", ""))
    except ValueError:
        return Expression(span)
    return Number(span, value) if math.isfinite(value) else Expression(span)
