"""The intermediate form of a module: a small language of expressions and statements.

It keeps what an abstract interpreter needs and drops the rest; it is encoded with msgspec, so it can be cached and
can cross a process.
"""

from __future__ import annotations

from typing import TypeAlias

import msgspec

from lambdalint.facts.expressions import (
    At,
    Attr,
    BinOp,
    Bool,
    Call,
    Compare,
    Comprehension,
    Const,
    DictDisplay,
    Expr,
    Formatted,
    Generator,
    IfExp,
    Join,
    Lambda,
    Name,
    Node,
    Other,
    Seq,
    Slice,
    Star,
    Subscript,
    Unary,
    Walrus,
    Yield,
)

__all__ = [
    "Assert",
    "Assign",
    "At",
    "Attr",
    "AugAssign",
    "BinOp",
    "Bool",
    "Break",
    "Call",
    "Case",
    "Class",
    "ClassFacts",
    "Compare",
    "Comprehension",
    "Const",
    "Continue",
    "Def",
    "Delete",
    "DictDisplay",
    "Expr",
    "ExprStmt",
    "For",
    "Formatted",
    "FunctionFacts",
    "Generator",
    "Handler",
    "If",
    "IfExp",
    "Import",
    "ImportFrom",
    "Join",
    "Lambda",
    "Match",
    "ModuleFacts",
    "Name",
    "Node",
    "Other",
    "Outer",
    "Parameter",
    "Raise",
    "Return",
    "Seq",
    "Slice",
    "Star",
    "Stmt",
    "Subscript",
    "Try",
    "Unary",
    "Walrus",
    "While",
    "With",
    "WithItem",
    "Yield",
]


class ExprStmt(Node, frozen=True):
    """An expression on a line of its own."""

    value: Expr


class Assign(Node, frozen=True):
    """An assignment; ``annotation`` is set for an annotated one, whose ``value`` may be missing."""

    targets: tuple[Expr, ...]
    value: Expr | None
    annotation: Expr | None = None


class AugAssign(Node, frozen=True):
    """``target op= value``."""

    target: Expr
    op: str
    value: Expr


class If(Node, frozen=True):
    """A conditional statement."""

    test: Expr
    body: tuple[Stmt, ...]
    orelse: tuple[Stmt, ...]


class While(Node, frozen=True):
    """A ``while`` loop."""

    test: Expr
    body: tuple[Stmt, ...]
    orelse: tuple[Stmt, ...]


class For(Node, frozen=True):
    """A ``for`` loop."""

    target: Expr
    iterable: Expr
    body: tuple[Stmt, ...]
    orelse: tuple[Stmt, ...]


class WithItem(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One context of a ``with`` statement."""

    context: Expr
    target: Expr | None


class With(Node, frozen=True):
    """A ``with`` statement."""

    items: tuple[WithItem, ...]
    body: tuple[Stmt, ...]


class Handler(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One ``except`` clause; ``types`` is empty for a bare one."""

    types: tuple[Expr, ...]
    name: str
    body: tuple[Stmt, ...]


class Try(Node, frozen=True):
    """A ``try`` statement."""

    body: tuple[Stmt, ...]
    handlers: tuple[Handler, ...]
    orelse: tuple[Stmt, ...]
    final: tuple[Stmt, ...]


class Return(Node, frozen=True):
    """``return value``."""

    value: Expr | None
    line: int


class Raise(Node, frozen=True):
    """``raise value``."""

    value: Expr | None
    line: int


class Break(Node, frozen=True):
    """``break``."""

    line: int


class Continue(Node, frozen=True):
    """``continue``."""

    line: int


class Import(Node, frozen=True):
    """``import module as name``; ``name`` is empty where there is no ``as``."""

    module: str
    name: str
    at: At


class ImportFrom(Node, frozen=True):
    """``from module import name as alias``."""

    module: str
    level: int
    names: tuple[tuple[str, str], ...]
    at: At


class Def(Node, frozen=True):
    """A function definition: an index into the module's functions."""

    function: int


class Class(Node, frozen=True):
    """A class definition: an index into the module's classes."""

    index: int


class Delete(Node, frozen=True):
    """``del`` of targets."""

    targets: tuple[Expr, ...]


class Outer(Node, frozen=True):
    """``global`` or ``nonlocal`` names."""

    kind: str
    names: tuple[str, ...]


class Case(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One case of a ``match``: the literal values it matches (None: anything), and the names that it binds."""

    values: tuple[Expr, ...] | None
    names: tuple[str, ...]
    guard: Expr | None
    body: tuple[Stmt, ...]


class Match(Node, frozen=True):
    """A ``match`` statement."""

    subject: Expr
    cases: tuple[Case, ...]


class Assert(Node, frozen=True):
    """``assert test``."""

    test: Expr


Stmt: TypeAlias = (
    ExprStmt
    | Assign
    | AugAssign
    | If
    | While
    | For
    | With
    | Try
    | Return
    | Raise
    | Break
    | Continue
    | Import
    | ImportFrom
    | Def
    | Class
    | Delete
    | Outer
    | Match
    | Assert
)


class Parameter(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A parameter; ``kind`` is one of ``positional``, ``either``, ``keyword``, ``args``, ``kwargs``."""

    name: str
    kind: str
    annotation: Expr | None
    default: Expr | None


class FunctionFacts(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A function definition; a lambda's name is ``<lambda>``."""

    name: str
    qualname: str
    parameters: tuple[Parameter, ...]
    body: tuple[Stmt, ...]
    decorators: tuple[Expr, ...]
    at: At
    is_generator: bool
    returns: Expr | None = None


class ClassFacts(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A class definition."""

    name: str
    qualname: str
    bases: tuple[Expr, ...]
    body: tuple[Stmt, ...]
    decorators: tuple[Expr, ...]
    at: At


class ModuleFacts(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One source file. ``path`` is the file's path, or an inline source's virtual path."""

    path: str
    body: tuple[Stmt, ...]
    functions: tuple[FunctionFacts, ...]
    classes: tuple[ClassFacts, ...]
