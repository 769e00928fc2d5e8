"""The expressions and blocks of Terraform's language, with their places, as the reader sees them."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import msgspec

if TYPE_CHECKING:
    from lambdalint.model import Span

Plain: TypeAlias = "str | int | float | bool | None"


class Literal(msgspec.Struct, frozen=True):
    """A text without holes, a number, ``true``, ``false`` or ``null``."""

    span: Span
    value: Plain


class Heredoc(msgspec.Struct, frozen=True):
    """A text between markers.

    ``text`` has lost the indentation that ``<<-`` removes; ``margin`` is its width, and ``first_line`` the line of the
    file that the text starts on. ``plain`` tells that there are no holes in it.
    """

    span: Span
    text: str
    first_line: int
    margin: int
    plain: bool


class Template(msgspec.Struct, frozen=True):
    """A text with holes: literal parts and expressions."""

    span: Span
    parts: tuple[str | Expression, ...]


class Name(msgspec.Struct, frozen=True):
    """A root name, such as ``var``, or the variable of a ``for``."""

    span: Span
    name: str


class Attribute(msgspec.Struct, frozen=True):
    """``target.name``."""

    span: Span
    target: Expression
    name: str


class Index(msgspec.Struct, frozen=True):
    """``target[key]``."""

    span: Span
    target: Expression
    key: Expression


class Splat(msgspec.Struct, frozen=True):
    """``target[*].a.b`` or ``target.*.a``: ``steps`` are taken from each element."""

    span: Span
    target: Expression
    steps: tuple[str | Expression, ...]


class Call(msgspec.Struct, frozen=True):
    """A call of a built-in function; ``spread`` tells that the last argument ends in ``...``."""

    span: Span
    name: str
    arguments: tuple[Expression, ...]
    spread: bool


class ListOf(msgspec.Struct, frozen=True):
    """``[a, b]``."""

    span: Span
    items: tuple[Expression, ...]


class MapOf(msgspec.Struct, frozen=True):
    """``{ key = value }``; a key that is a bare name is a literal."""

    span: Span
    pairs: tuple[tuple[Expression, Expression], ...]


class Loop(msgspec.Struct, frozen=True):
    """A ``for`` expression; ``key`` is set where it makes an object, ``grouped`` where ``...`` collects values."""

    span: Span
    names: tuple[str, ...]
    collection: Expression
    key: Expression | None
    value: Expression
    condition: Expression | None
    grouped: bool


class Conditional(msgspec.Struct, frozen=True):
    """``condition ? chosen : otherwise``."""

    span: Span
    condition: Expression
    chosen: Expression
    otherwise: Expression


class Operation(msgspec.Struct, frozen=True):
    """An operator with one operand or two."""

    span: Span
    operator: str
    operands: tuple[Expression, ...]


class Opaque(msgspec.Struct, frozen=True):
    """What is not read."""

    span: Span


Expression: TypeAlias = (
    "Literal | Heredoc | Template | Name | Attribute | Index | Splat | Call | ListOf | MapOf | Loop | Conditional"
    " | Operation | Opaque"
)


class Argument(msgspec.Struct, frozen=True):
    """One argument of a block: ``span`` is that of its name."""

    span: Span
    value: Expression


class Block(msgspec.Struct, frozen=True):
    """A block with its arguments and the blocks in it; ``span`` is that of its last label, or of its type."""

    kind: str
    labels: tuple[str, ...]
    span: Span
    arguments: dict[str, Argument] = msgspec.field(default_factory=dict)
    blocks: tuple[Block, ...] = ()

    def value(self, name: str) -> Expression | None:
        """Return the expression of the argument *name*, or None."""
        argument = self.arguments.get(name)
        return argument.value if argument is not None else None

    def nested(self, kind: str) -> tuple[Block, ...]:
        """Return the blocks of *kind* right in this one."""
        return tuple(block for block in self.blocks if block.kind == kind)


def address(expression: Expression) -> str:
    """Return a reference as it is written, ``data.aws_region.current.name``; "" for anything else.

    Indices are left out.
    """
    names: list[str] = []
    while True:
        if isinstance(expression, Attribute):
            names.append(expression.name)
            expression = expression.target
        elif isinstance(expression, (Index, Splat)):
            if isinstance(expression, Splat):
                names.extend(step for step in reversed(expression.steps) if isinstance(step, str))
            expression = expression.target
        elif isinstance(expression, Name):
            return ".".join((expression.name, *reversed(names)))
        else:
            return ""
