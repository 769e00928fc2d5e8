"""The values that the evaluator of a CDK program knows; whatever else there is, is ``Unknown``."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, TypeAlias

import msgspec

from lambdalint.deployment.cdk.path import ROOT

if TYPE_CHECKING:
    import ast
    from collections.abc import Iterable

    from lambdalint.model import Span

MAX_OPTIONS = 4
MAX_ITEMS = 2_000
Key: TypeAlias = "str | int | float | bytes | None"
"""A key of a mapping, or the name of an attribute or variable."""

OPEN = "\0open"
CONTENT = "\0content"
MADE = "\0made"
VARIABLE = "\0variable:"
LAYERS = "\0layers"
"""Keys of cells that no program can name: a mapping has unknown entries; the items of a list; the construct that an
instance is; a variable, and the layers, that are added to a function."""


class Exhausted(Exception):
    """The run has to end here."""


class Raised(Exception):
    """The program raises an exception, or ends, at this point."""


class Value(msgspec.Struct, frozen=True, eq=False, kw_only=True):
    """A value; ``span`` is where the program states it."""

    span: Span | None = None


Cells: TypeAlias = "dict[Key, Value]"
"""What can be changed: the variables of a scope, the attributes of an object, the entries of a mapping."""


class Unknown(Value, frozen=True, eq=False):
    """A value of which nothing is known."""


class Constant(Value, frozen=True, eq=False):
    """A text, a number, a truth value or ``None``."""

    value: str | int | float | bytes | bool | None


class Partial(Value, frozen=True, eq=False):
    """A text of which some parts are not known."""

    parts: tuple[str | None, ...]


class PathValue(Value, frozen=True, eq=False):
    """A path of ``pathlib``."""

    text: str


class FileValue(Value, frozen=True, eq=False):
    """A file of the project, opened for reading; ``path`` is relative to the root."""

    path: str


class Items(Value, frozen=True, eq=False):
    """The content of a list at one time; ``complete`` tells that there is no other item."""

    values: tuple[Value, ...] = ()
    complete: bool = True


class ListValue(Value, frozen=True, eq=False):
    """A list, a tuple or a set; its items are in its one cell."""

    cells: Cells
    fixed: bool = False

    @classmethod
    def of(
        cls, values: Iterable[Value], *, complete: bool = True, fixed: bool = False, span: Span | None = None
    ) -> ListValue:
        """Return a list of *values*, of the first of them if there are very many."""
        kept = tuple(islice(values, MAX_ITEMS + 1))
        return cls({CONTENT: Items(kept[:MAX_ITEMS], complete and len(kept) <= MAX_ITEMS)}, fixed, span=span)

    @property
    def content(self) -> Items:
        """The items that the list holds now."""
        items = self.cells.get(CONTENT)
        return items if isinstance(items, Items) else Items((), complete=False)


class DictValue(Value, frozen=True, eq=False):
    """A mapping; ``spans`` says where its keys are written."""

    cells: Cells = msgspec.field(default_factory=dict)
    spans: dict[Key, Span] = msgspec.field(default_factory=dict)

    @property
    def complete(self) -> bool:
        """Whether there are no other entries."""
        return OPEN not in self.cells

    def entries(self) -> list[tuple[Key, Value]]:
        """Return the entries that are known, in order."""
        return [(key, value) for key, value in self.cells.items() if key != OPEN]


class Imported(Value, frozen=True, eq=False):
    """What comes from outside of the project, by its dotted name; what is built into Python is in ``builtins``."""

    name: str


class Attribute(Value, frozen=True, eq=False):
    """An attribute of something from outside whose value is not known."""

    of: Value
    name: str


class Made(Value, frozen=True, eq=False):
    """What a call of something from outside returns.

    ``span`` is that of the call, ``callee`` that of what is called. ``complete`` tells that there are no other
    arguments. ``cells`` hold what the program sets on it later.
    """

    name: str
    callee: Span
    arguments: tuple[Value, ...] = ()
    keywords: DictValue = msgspec.field(default_factory=DictValue)
    complete: bool = True
    cells: Cells = msgspec.field(default_factory=dict)

    def argument(self, position: int, name: str) -> Value | None:
        """Return the argument at *position*, or with the *name*."""
        if 0 <= position < len(self.arguments):
            return self.arguments[position]
        return self.keywords.cells.get(name)


class Choice(Value, frozen=True, eq=False):
    """One of several values, depending on what is not known."""

    options: tuple[Value, ...]


class ModuleValue(Value, frozen=True, eq=False):
    """A module of the project; ``name`` is its dotted name from ``folder``."""

    path: str
    name: str
    folder: str = ""
    cells: Cells = msgspec.field(default_factory=dict)


class FunctionValue(Value, frozen=True, eq=False):
    """A function of the project, with the frame that it was defined in, and the class, if it is a method."""

    node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
    frame: Frame
    defaults: tuple[tuple[str, Value], ...] = ()
    kind: str = ""
    """``property``, ``classmethod`` or ``staticmethod``."""
    owner: ClassValue | None = None


class BoundMethod(Value, frozen=True, eq=False):
    """A method of the project, with what it is called on."""

    function: FunctionValue
    instance: Value


class ClassValue(Value, frozen=True, eq=False):
    """A class of the project; its attributes are in ``cells``. ``fields`` are those of a data class, in order."""

    name: str
    bases: tuple[Value, ...]
    cells: Cells
    fields: tuple[str, ...] | None = None
    path: str = ""
    node: ast.ClassDef | None = None


class Instance(Value, frozen=True, eq=False):
    """An object of a class of the project."""

    cls: ClassValue
    cells: Cells = msgspec.field(default_factory=dict)

    @property
    def made(self) -> Made | None:
        """The construct that the object is, for a class that extends one."""
        made = self.cells.get(MADE)
        return made if isinstance(made, Made) else None


class Super(Value, frozen=True, eq=False):
    """``super()`` in a method: the attributes of the classes behind *owner*."""

    owner: ClassValue
    instance: Value


class Frame(msgspec.Struct, eq=False):
    """The run of a function, a class body or a module."""

    cells: Cells
    module: ModuleValue
    outer: Frame | None = None
    function: FunctionValue | None = None
    instance: Value | None = None
    is_class: bool = False
    returned: list[Value] = msgspec.field(default_factory=list)
    yielded: list[Value] = msgspec.field(default_factory=list)
    elsewhere: set[str] = msgspec.field(default_factory=set)
    """The names that the function declares as ``global`` or ``nonlocal``."""


UNKNOWN = Unknown()


def same(first: Value, second: Value) -> bool:
    """Tell whether two values are one for certain."""
    if first is second:
        return True
    if isinstance(first, Constant) and isinstance(second, Constant):
        return type(first.value) is type(second.value) and first.value == second.value
    if isinstance(first, PathValue) and isinstance(second, PathValue):
        return first.text == second.text
    if isinstance(first, Imported) and isinstance(second, Imported):
        return first.name == second.name
    if isinstance(first, Partial) and isinstance(second, Partial):
        return first.parts == second.parts
    return isinstance(first, Unknown) and isinstance(second, Unknown)


def options_of(value: Value) -> tuple[Value, ...]:
    """Return the values that *value* may be."""
    return value.options if isinstance(value, Choice) else (value,)


def join(values: Iterable[Value]) -> Value:
    """Return the value that is one of *values*."""
    found: list[Value] = []
    for value in values:
        for option in options_of(value):
            if not any(same(option, other) for other in found):
                found.append(option)
    if len(found) == 1:
        return found[0]
    if found and all(isinstance(one, Items) for one in found):
        return _joined_items([one for one in found if isinstance(one, Items)])
    if not found or len(found) > MAX_OPTIONS or all(isinstance(one, Unknown) for one in found):
        return UNKNOWN
    return Choice(tuple(found))


def _joined_items(lists: list[Items]) -> Items:
    shortest = min(lists, key=lambda one: len(one.values))
    count = 0
    for number, value in enumerate(shortest.values):
        if not all(same(value, one.values[number]) for one in lists):
            break
        count = number + 1
    return Items(shortest.values[:count], complete=False)


def snapshot(value: Value) -> Value:
    """Return a list or a mapping as it is now; another value as it is."""
    if isinstance(value, DictValue):
        return DictValue(dict(value.cells), dict(value.spans), span=value.span)
    return ListValue(dict(value.cells), value.fixed, span=value.span) if isinstance(value, ListValue) else value


def text_of(value: Value | None) -> str | None:
    """Return the text that ``str`` makes of a value, or None."""
    if isinstance(value, Constant):
        if isinstance(value.value, bytes):
            return None
        return value.value if isinstance(value.value, str) else str(value.value)
    if isinstance(value, PathValue):
        return value.text
    if isinstance(value, Instance):
        return text_of(member_value(value))
    return None


def member_value(value: Instance) -> Value | None:
    """Return the value of a member of an enumeration whose members are texts or numbers, too; else None."""
    mixed = any(isinstance(base, Imported) and base.name in _MIXED for base in value.cls.bases)
    return value.cells.get("value") if mixed else None


_MIXED = frozenset({"builtins.str", "enum.StrEnum", "enum.IntEnum", "builtins.int"})


def constant_of(value: Value | None) -> str | int | float | bytes | bool | None:
    """Return the Python value of a constant; ``None`` also for what is none."""
    if isinstance(value, Instance):
        value = member_value(value)
    return value.value if isinstance(value, Constant) else None


def truth(value: Value) -> bool | None:
    """Tell whether a value counts as true; None where that is not known."""
    if isinstance(value, Constant):
        return bool(value.value)
    if isinstance(value, ListValue):
        content = value.content
        return True if content.values else (False if content.complete else None)
    if isinstance(value, DictValue):
        return True if value.entries() else (False if value.complete else None)
    if isinstance(value, Partial):
        return True if any(value.parts) else None
    if isinstance(value, Choice):
        found = {truth(option) for option in value.options}
        return found.pop() if len(found) == 1 else None
    if isinstance(value, Made):
        return True if value.name.startswith("aws_cdk.") else None
    known = (PathValue, FunctionValue, BoundMethod, ClassValue, Instance, ModuleValue, FileValue)
    return True if isinstance(value, known) else None


def normal(name: str) -> str:
    """Return a dotted name of the CDK's first version as the second has it."""
    return name.replace("aws_cdk.core.", "aws_cdk.", 1)


def import_name(value: Value | None) -> str:
    """Return the dotted name of what comes from outside, or ""."""
    return normal(value.name) if isinstance(value, Imported) else ""


def absolute_text(path: str) -> str:
    """Return a path of the project as programs see it."""
    return f"{ROOT}/{path}" if path else ROOT
