"""Finds the classes, functions and loops of a TypeScript file, whose names stand for something else each time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lambdalint.deployment.cdk.typescript_tokens import Tokens

FARTHEST_TYPE = 60
"""How many tokens a type may have between a name and its value, or between parameters and a body."""

_NO_FUNCTION = frozenset({"if", "for", "await", "while", "switch", "catch", "with"})
_EACH = frozenset({"forEach", "map", "flatMap"})
_STATEMENT = frozenset({"const", "let", "var", "return", "export", "class", "function", "if", "for", "import", "throw"})
_ENDS = frozenset({",", ";", ")", "]", "}", ""})
_MODIFIERS = frozenset({"private", "public", "protected", "readonly", "override"})


class Parameter(msgspec.Struct, frozen=True):
    """A parameter: its pattern starts at the token ``at`` and ends before ``end``; ``kept`` ones are attributes too."""

    at: int
    end: int
    kept: bool = False


class Body(msgspec.Struct, frozen=True):
    """The tokens from ``first`` to before ``last``, whose names depend on who runs them.

    ``kind`` is ``function``, or ``loop`` where ``over`` is the token at which the list starts. The whole construct
    starts at ``start``; ``owner`` is the bracket of the class whose method it is, or -1.
    """

    kind: str
    start: int
    first: int
    last: int
    name: str = ""
    parameters: tuple[Parameter, ...] = ()
    owner: int = -1
    over: int = -1


class Class(msgspec.Struct, frozen=True):
    """A class: its body starts at ``bracket``, and what it extends at ``base``, or -1."""

    at: int
    bracket: int
    name: str
    base: int


def classes(tokens: Tokens) -> dict[int, Class]:
    """Return the classes of a file, by the brackets of their bodies."""
    found: dict[int, Class] = {}
    for at, token in enumerate(tokens.listed):
        if token.kind != "name" or token.text != "class" or tokens.text(at - 1) == ".":
            continue
        base = -1
        for behind in range(at + 1, at + 1 + FARTHEST_TYPE):
            if tokens.text(behind) == "extends" and base < 0 and tokens.kind(behind) == "name":
                base = behind + 1
            elif tokens.text(behind) == "{":
                name = tokens.text(at + 1) if tokens.kind(at + 1) == "name" else ""
                found[behind] = Class(at, behind, "" if name in {"extends", "implements"} else name, base)
                break
    return found


def bodies(tokens: Tokens, known: dict[int, Class]) -> tuple[Body, ...]:
    """Return the functions and loops of a file, in order of their first tokens."""
    found: list[Body] = []
    for at, token in enumerate(tokens.listed):
        if token.kind == "name" and token.text == "for":
            body = _for(tokens, at)
        elif token.kind != "mark" or token.text not in {"=>", "{"}:
            continue
        else:
            body = _arrow(tokens, at) if token.text == "=>" else _block(tokens, at, known)
        if body is not None:
            found.append(body)
    return tuple(sorted(found, key=lambda body: body.first))


def _block(tokens: Tokens, at: int, known: dict[int, Class]) -> Body | None:
    """Return the function, method or loop whose body starts with the brace at a position."""
    closing = _parameters_end(tokens, at - 1)
    if closing is None:
        return None
    opening = tokens.partner[closing]
    before = opening - 1
    if tokens.text(before) == ">":
        before = _behind_generics(tokens, before)
    name = tokens.text(before) if tokens.kind(before) == "name" else ""
    end = tokens.partner[at]
    if name in _NO_FUNCTION or not name:
        return None
    owner = tokens.around[before] if tokens.around[before] in known else -1
    if name == "function":
        return Body("function", before, at + 1, end, "", tuple(parameters(tokens, opening)))
    start = before - 1 if tokens.text(before - 1) == "function" else before
    if owner < 0 and start == before:
        name = ""
    return Body("function", start, at + 1, end, name, tuple(parameters(tokens, opening)), owner)


def _for(tokens: Tokens, start: int) -> Body | None:
    """Return the loop ``for (const x of list)`` that starts at a position."""
    opening = start + 2 if tokens.text(start + 1) == "await" else start + 1
    if tokens.text(opening) != "(" or tokens.text(opening + 1) not in {"const", "let", "var"}:
        return None
    closing = tokens.partner[opening]
    first, last = closing + 1, _expression_end(tokens, closing + 1)
    if tokens.text(closing + 1) == "{":
        first, last = closing + 2, tokens.partner[closing + 1]
    position = opening + 2
    while position < closing:
        if tokens.text(position) == "of" and tokens.kind(position) == "name":
            parameter = Parameter(opening + 2, position)
            return Body("loop", start, first, last, "", (parameter,), -1, position + 1)
        position = tokens.partner.get(position, position) + 1
    return None


def _arrow(tokens: Tokens, at: int) -> Body | None:
    before = at - 1
    closing = before if tokens.text(before) == ")" else _parameters_end(tokens, before)
    if closing is not None:
        start = tokens.partner[closing]
        listed = tuple(parameters(tokens, start))
    elif tokens.kind(before) == "name":
        start = before
        listed = (Parameter(before, at),)
    else:
        return None
    if tokens.text(start - 1) == "async":
        start -= 1
    first, last = at + 1, _expression_end(tokens, at + 1)
    if tokens.text(at + 1) == "{":
        first, last = at + 2, tokens.partner[at + 1]
    if tokens.text(start - 1) == "(" and tokens.text(start - 2) in _EACH and tokens.text(start - 3) in {".", "?."}:
        over = chain_start(tokens, start - 4)
        return Body("loop", start, first, last, "", listed[:1], -1, over)
    return Body("function", start, first, last, "", listed)


def _expression_end(tokens: Tokens, at: int) -> int:
    while tokens.text(at) not in _ENDS or tokens.kind(at) in {"string", "number", "template", "regex"}:
        tokens.spend()
        if tokens.kind(at) == "name" and tokens.text(at) in _STATEMENT:
            break
        at = tokens.partner.get(at, at) + 1
    return at


def _parameters_end(tokens: Tokens, before: int) -> int | None:
    """Return the closing bracket of parameters that only a type may separate from what stands behind a position."""
    for _ in range(FARTHEST_TYPE):
        text = tokens.text(before)
        if text == ")":
            return before
        if text in {"]", "}"}:
            before = tokens.partner[before]
        elif (tokens.kind(before) != "name" and text not in {":", ".", "<", ">", "|"}) or text in _STATEMENT:
            return None
        before -= 1
    return None


def _behind_generics(tokens: Tokens, before: int) -> int:
    for _ in range(FARTHEST_TYPE):
        if tokens.text(before) == "<":
            return before - 1
        before -= 1
    return before


def chain_start(tokens: Tokens, at: int) -> int:
    """Return where the expression starts that ends with the token at a position, behind which a method is called."""
    for _ in range(FARTHEST_TYPE):
        tokens.spend()
        if tokens.text(at) in {")", "]"}:
            at = tokens.partner[at]
            if tokens.kind(at - 1) == "name" and tokens.text(at - 1) not in _STATEMENT:
                at -= 1
                continue
            return at
        if tokens.text(at - 1) in {".", "?."}:
            at -= 2
            continue
        return at
    return at


def parameters(tokens: Tokens, opening: int) -> Iterator[Parameter]:
    """Yield the parameters between two brackets."""
    end = tokens.partner[opening]
    at = opening + 1
    while at < end:
        kept = False
        while tokens.text(at) in _MODIFIERS and tokens.kind(at + 1) == "name":
            kept, at = True, at + 1
        start = at
        while at < end and tokens.text(at) != ",":
            tokens.spend()
            at = tokens.partner.get(at, at) + 1
        if at > start:
            yield Parameter(start, at, kept)
        at += 1


def bound_name(tokens: Tokens, body: Body) -> str:
    """Return the name that a function without one of its own is the value of."""
    at = body.start - 1
    if tokens.text(at) != "=":
        return ""
    for before in range(at - 1, max(at - 60, 0), -1):
        if tokens.text(before - 1) in {"const", "let", "var"}:
            return tokens.text(before)
        if tokens.text(before) in {";", "="}:
            break
    return tokens.text(at - 1) if tokens.kind(at - 1) == "name" else ""
