"""Takes values apart as the patterns of TypeScript do: ``x``, ``{ a, b: c = 1, ...rest }``, ``[k, v]``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from lambdalint.deployment.cdk.expression import Expression, Index, Member, Number, Scope
from lambdalint.deployment.cdk.typescript_values import Choice, Without

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from lambdalint.deployment.cdk.typescript_parser import Parser
    from lambdalint.deployment.cdk.typescript_tokens import Tokens
    from lambdalint.model import Span


class Pattern(msgspec.Struct, frozen=True):
    """Binds names in *scope*; *parser* reads the values that stand for missing ones."""

    tokens: Tokens
    place: Callable[[int, int], Span]
    parser: Parser
    scope: Scope

    def bind(self, at: int, value: Expression | None) -> None:
        """Bind the names of the pattern that starts at a token to what *value* has for them, None if not known."""
        text = self.tokens.text(at)
        if text == "{":
            self._properties(at, value)
        elif text == "[":
            self._elements(at, value)
        elif self.tokens.kind(at) == "name":
            self.scope.bound[text] = value

    def names(self, at: int) -> Iterator[str]:
        """Yield the names of the pattern that starts at a token."""
        end = self.tokens.partner.get(at, at)
        self.tokens.spend(end - at)
        for position in range(at, end + 1):
            if self.tokens.kind(position) == "name" and (position == end or self.tokens.text(position + 1) != ":"):
                yield self.tokens.text(position)

    def _span(self, at: int) -> Span:
        token = self.tokens.listed[at]
        return self.place(token.start, token.end)

    def _elements(self, at: int, value: Expression | None) -> None:
        number = 0
        position = at + 1
        end = self.tokens.partner[at]
        while position < end:
            if self.tokens.text(position) == ",":
                number += 1
            elif self.tokens.kind(position) == "name" or self.tokens.text(position) in {"{", "["}:
                span = self._span(position)
                index = Number(span, float(number))
                self.bind(position, Index(span, value, index) if value is not None else None)
                position = self._behind_element(position, end)
                continue
            position += 1

    def _behind_element(self, position: int, end: int) -> int:
        while position < end and self.tokens.text(position) != ",":
            self.tokens.spend()
            position = self.tokens.partner.get(position, position) + 1
        return position

    def _properties(self, at: int, value: Expression | None) -> None:
        taken: list[str] = []
        position = at + 1
        end = self.tokens.partner[at]
        while position < end:
            span = self._span(position)
            if self.tokens.text(position) == "..." and self.tokens.kind(position + 1) == "name":
                rest = Without(span, value, tuple(taken)) if value is not None else None
                self.scope.bound[self.tokens.text(position + 1)] = rest
            elif self.tokens.kind(position) == "name":
                name = self.tokens.text(position)
                taken.append(name)
                inner = position + 2 if self.tokens.text(position + 1) == ":" else position
                found = Member(span, value, name) if value is not None else None
                self.bind(inner, self._with_default(found, self.tokens.partner.get(inner, inner) + 1))
            position = self._behind_element(position, end) + 1

    def _with_default(self, found: Expression | None, at: int) -> Expression | None:
        if found is None or self.tokens.text(at) != "=":
            return found
        default, _ = self.parser.expression(at + 1)
        return Choice(found.span, found, default)
