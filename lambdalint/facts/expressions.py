"""The intermediate form of expressions.

``At`` is ``(line, column, end_line, end_column)``, 1-based, columns in code points.
"""

from __future__ import annotations

from typing import TypeAlias

import msgspec

At: TypeAlias = tuple[int, int, int, int]


class Node(msgspec.Struct, frozen=True, array_like=True, gc=False, tag=True):
    """Anything of the intermediate form."""


class Const(Node, frozen=True):
    """A literal; bytes are kept as text."""

    value: bool | int | float | str | None


class Name(Node, frozen=True):
    """A variable."""

    id: str


class Attr(Node, frozen=True):
    """``value.name``."""

    value: Expr
    name: str


class Star(Node, frozen=True):
    """``*value`` in a call or display."""

    value: Expr


class Call(Node, frozen=True):
    """A call; ``keywords`` holds ``**value`` under an empty name. ``spans`` places each argument, keywords last."""

    func: Expr
    args: tuple[Expr, ...]
    keywords: tuple[tuple[str, Expr], ...]
    at: At
    spans: tuple[At, ...]


class Join(Node, frozen=True):
    """A formatted string: the concatenation of its parts."""

    parts: tuple[Expr, ...]


class Formatted(Node, frozen=True):
    """``{value!conversion:spec}`` inside a formatted string; ``spec`` is empty where it is not a literal."""

    value: Expr
    conversion: str
    spec: str


class BinOp(Node, frozen=True):
    """An arithmetic operator, by its symbol."""

    op: str
    left: Expr
    right: Expr


class Unary(Node, frozen=True):
    """``not``, ``-``, ``+`` or ``~``."""

    op: str
    value: Expr


class Bool(Node, frozen=True):
    """``and`` or ``or``."""

    op: str
    values: tuple[Expr, ...]


class Compare(Node, frozen=True):
    """A chain of comparisons."""

    left: Expr
    ops: tuple[str, ...]
    rights: tuple[Expr, ...]


class IfExp(Node, frozen=True):
    """``body if test else orelse``."""

    test: Expr
    body: Expr
    orelse: Expr


class Seq(Node, frozen=True):
    """A display; ``kind`` is ``list``, ``tuple`` or ``set``."""

    kind: str
    items: tuple[Expr, ...]


class DictDisplay(Node, frozen=True):
    """A dictionary display; a None key stands for ``**value``."""

    keys: tuple[Expr | None, ...]
    values: tuple[Expr, ...]


class Subscript(Node, frozen=True):
    """``value[index]``."""

    value: Expr
    index: Expr


class Slice(Node, frozen=True):
    """``lower:upper:step`` as an index."""

    lower: Expr | None
    upper: Expr | None
    step: Expr | None


class Lambda(Node, frozen=True):
    """An anonymous function: an index into the module's functions."""

    function: int


class Comprehension(Node, frozen=True):
    """A comprehension or generator expression; ``key`` is set for a dictionary's."""

    kind: str
    element: Expr
    key: Expr | None
    generators: tuple[Generator, ...]


class Yield(Node, frozen=True):
    """``yield value``, or ``yield from value`` where ``delegates``."""

    value: Expr | None
    delegates: bool


class Walrus(Node, frozen=True):
    """``name := value``."""

    name: str
    value: Expr


class Other(Node, frozen=True):
    """An expression without a model of its own; its children are evaluated for their effects."""

    children: tuple[Expr, ...]


Expr: TypeAlias = (
    Const
    | Name
    | Attr
    | Star
    | Call
    | Join
    | Formatted
    | BinOp
    | Unary
    | Bool
    | Compare
    | IfExp
    | Seq
    | DictDisplay
    | Subscript
    | Slice
    | Lambda
    | Comprehension
    | Yield
    | Walrus
    | Other
)


class Generator(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One ``for target in iterable if ...`` of a comprehension."""

    target: Expr
    iterable: Expr
    conditions: tuple[Expr, ...]
