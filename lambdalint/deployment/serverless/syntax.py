"""The syntax of the Serverless Framework's variables: text with ``${source, default}`` in it, nested."""

from __future__ import annotations

import re
from typing import TypeAlias

import msgspec

MAX_NESTING = 20


class Variable(msgspec.Struct, frozen=True):
    """What stands between ``${`` and ``}``."""

    pieces: tuple[Piece, ...]


Piece: TypeAlias = "str | Variable"

_TOKEN = re.compile(r"\$\{|\}")
_SEPARATOR = re.compile(r"[,()'\"]")


def parse(text: str) -> tuple[Piece, ...] | None:
    """Split *text* into plain text and variables; None if they are nested too deep to mean anything.

    Braces without a partner are plain text.
    """
    stack: list[list[Piece]] = [[]]
    position = 0
    for token in _TOKEN.finditer(text):
        if token.start() > position:
            stack[-1].append(text[position : token.start()])
        position = token.end()
        if token[0] == "${":
            stack.append([])
            if len(stack) > MAX_NESTING:
                return None
        elif len(stack) > 1:
            variable = Variable(tuple(stack.pop()))
            stack[-1].append(variable)
        else:
            stack[-1].append("}")
    if position < len(text):
        stack[-1].append(text[position:])
    while len(stack) > 1:
        rest = stack.pop()
        stack[-1].extend(("${", *rest))
    return tuple(stack[0])


def sources(variable: Variable) -> list[tuple[Piece, ...]]:
    """Split a variable at its commas into the source and its defaults.

    Commas in quotes or parentheses do not count.
    """
    found: list[list[Piece]] = [[]]
    quote = ""
    depth = 0
    for piece in variable.pieces:
        if isinstance(piece, Variable):
            found[-1].append(piece)
            continue
        start = 0
        for mark in _SEPARATOR.finditer(piece):
            character = mark[0]
            if quote:
                quote = "" if character == quote else quote
            elif character in "'\"":
                quote = character
            elif character != ",":
                depth += 1 if character == "(" else -1
            elif depth <= 0:
                found[-1].append(piece[start : mark.start()])
                found.append([])
                start = mark.end()
        found[-1].append(piece[start:])
    return [_trimmed(pieces) for pieces in found]


def _trimmed(pieces: list[Piece]) -> tuple[Piece, ...]:
    """Drop blank text around a single variable, so that it stands alone."""
    kept = [piece for piece in pieces if not isinstance(piece, str) or piece.strip()]
    return tuple(kept) if len(kept) <= 1 else tuple(pieces)
