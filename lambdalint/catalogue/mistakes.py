"""Finds what is wrong with a single row beyond its types: names, parameter references, patterns, templates."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING

import msgspec

from lambdalint.catalogue import command
from lambdalint.catalogue.library_default_row import LibraryDefaultRow
from lambdalint.catalogue.packaging_rows import RuntimeRow, SharedLayerRow
from lambdalint.catalogue.parameter import parse_parameter
from lambdalint.catalogue.schema import AssetRow, CommandRow, EffectRow, InvokesRow, ReturnsRow, SettingRow

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from lambdalint.catalogue.condition import Condition

Key = tuple["str | int", ...]

_DOTTED = re.compile(r"[^\W\d]\w*(?:\.[^\W\d][\w-]*)+")
_NAME = re.compile(r"[^\W\d]\w*(?:\.[^\W\d][\w-]*|\[\])*")
_DISTRIBUTION = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?")
_PREFIX = re.compile(r"\*\*|\*|\(\)")
_IN_TEXT = re.compile(r"\{([^{}]*)\}")
_WORD = re.compile(r"<([^<>]*)>")
_MAX_PATTERN = 1_000
_MAX_NUMBER = 2**53

_REFERENCE = "a parameter: name@position, name, @position or self"
_CALL = "a dotted name, such as pandas.DataFrame.to_csv"
_WORDS = ("tempdir", "cwd", "home", "unique", "package")
_REFERENCES = {
    "effect": ("path", "moves", "limit"),
    "returns": ("path",),
    "passes": ("value",),
    "stores": ("content",),
    "fetches": ("into",),
    "reads": ("path", "file"),
    "invokes": ("function",),
}
"""The keys that hold one parameter reference, by the table."""
_CHOICES = {"enters": ("self", "value"), "result": ("value", "list", "future", "none")}


class Mistake(msgspec.Struct, frozen=True):
    """What is wrong with the value of a key of a row, what is expected, and which values there are to choose from."""

    key: Key
    problem: str
    expected: str
    choices: tuple[str, ...] = ()


def mistakes(
    table: str, row: msgspec.Struct, defaults: Callable[[], tuple[str, ...]] | None = None
) -> Iterator[Mistake]:
    """Yield what is wrong with a row of *table*.

    *defaults* gives the names that ``library`` may have; without it these are not looked at.
    """
    yield from _names(table, row)
    yield from _numbers(row, ())
    for key in _REFERENCES.get(table, ()):
        yield from _reference((key,), getattr(row, key))
    for name in ("place", "default", "value", "location"):
        text = getattr(row, name, None)
        if table in ("effect", "returns", "library-default") and text is not None:
            yield from _words((name,), text)
    for name, choices in _CHOICES.items():
        text = getattr(row, name, choices[0])
        if text not in choices:
            yield Mistake((name,), f"{text!r} is not valid", "one of " + ", ".join(choices), choices)
    if isinstance(row, SettingRow):
        # The arguments of its conditions are settings.
        for index, condition in enumerate(row.when):
            yield from _pattern(("when", index, "matches"), condition.matches)
    else:
        yield from _conditions(("when",), getattr(row, "when", ()))
    if isinstance(row, EffectRow):
        yield from _of_effect(row, defaults)
    elif isinstance(row, ReturnsRow):
        yield from _of_returns(row)
    elif isinstance(row, InvokesRow):
        for index, text in enumerate(row.arguments):
            yield from _reference(("arguments", index), _PREFIX.sub("", text, count=1) or "@0")
    elif isinstance(row, LibraryDefaultRow):
        yield from _of_default(row)
    elif isinstance(row, CommandRow):
        yield from _of_command(row)
    elif isinstance(row, AssetRow):
        for name in ("arguments", "unless"):
            for index, text in enumerate(getattr(row, name)):
                yield from _reference((name, index), text)
    elif isinstance(row, RuntimeRow):
        yield from _pattern(("runtimes",), row.runtimes)
    elif isinstance(row, SharedLayerRow):
        for index, arn in enumerate(row.arns):
            if not arn.strip():
                yield Mistake(("arns", index), "the pattern is blank", "a pattern of the layer's ARN or name")


def _names(table: str, row: msgspec.Struct) -> Iterator[Mistake]:
    for key in ("call", "calls", "imports", "read-at", "beside"):
        value = getattr(row, key.replace("-", "_"), ())
        is_module = key in ("imports", "read-at", "beside")
        pattern, expected = (_NAME, "the name of a module") if is_module else (_DOTTED, _CALL)
        for index, name in enumerate((value,) if isinstance(value, str) else value):
            if not pattern.fullmatch(name):
                at: Key = (key,) if isinstance(value, str) else (key, index)
                yield Mistake(at, f"{name!r} names no {'module' if is_module else 'callable'}", expected)
    if table in ("alias", "request-source"):
        for key in ("name", "of"):
            name = getattr(row, key, "x")
            # All members of a type: see ``receivers``.
            if not _NAME.fullmatch(name.removesuffix(".*") if (table, key) == ("alias", "name") else name):
                yield Mistake((key,), f"{name!r} is no dotted name", _CALL)
    for key in ("distribution", "requires", "distributions"):
        value = getattr(row, key, ()) or ()
        for index, name in enumerate((value,) if isinstance(value, str) else value):
            if not _DISTRIBUTION.fullmatch(name):
                at = (key,) if isinstance(value, str) else (key, index)
                yield Mistake(at, f"{name!r} is not the name of a distribution", "the name of a distribution")


def _numbers(value: object, key: Key) -> Iterator[Mistake]:
    """Look at all numbers of a row: infinite ones and huge ones mean nothing, and no encoding has them."""
    if isinstance(value, msgspec.Struct):
        for field in msgspec.structs.fields(value):
            yield from _numbers(getattr(value, field.name), (*key, field.encode_name))
    elif isinstance(value, tuple):
        for index, item in enumerate(value):
            yield from _numbers(item, (*key, index))
    elif isinstance(value, (int, float)) and (not math.isfinite(value) or abs(value) > _MAX_NUMBER):
        yield Mistake(key, "is too large", "a smaller number")


def _reference(key: Key, reference: str | None) -> Iterator[Mistake]:
    if reference is None:
        return
    try:
        parse_parameter(reference)
    except ValueError:
        yield Mistake(key, f"{reference!r} is not a parameter reference", _REFERENCE)


def _pattern(key: Key, pattern: str) -> Iterator[Mistake]:
    try:
        if len(pattern) > _MAX_PATTERN:
            yield Mistake(key, f"has more than {_MAX_PATTERN:,} characters", "a shorter pattern")
        else:
            re.compile(pattern)
    except (re.error, OverflowError, RecursionError) as error:
        yield Mistake(key, f"{pattern!r} is no regular expression: {error}", "a pattern for Python's re.search")


def _words(key: Key, text: str) -> Iterator[Mistake]:
    for match in _WORD.finditer(text):
        if match[1] not in _WORDS:
            words = ", ".join(f"<{word}>" for word in _WORDS)
            yield Mistake(key, f"{match[0]} is not known", f"one of {words}", tuple(f"<{word}>" for word in _WORDS))


def _conditions(key: Key, conditions: tuple[Condition, ...]) -> Iterator[Mistake]:
    for index, condition in enumerate(conditions):
        yield from _reference((*key, index, "argument"), condition.argument)
        yield from _pattern((*key, index, "matches"), condition.matches)
        if not condition.matches and condition.given is None:
            yield Mistake((*key, index), "the key matches or given is missing", "a pattern, or true or false")


def _of_effect(row: EffectRow, defaults: Callable[[], tuple[str, ...]] | None) -> Iterator[Mistake]:
    if row.path is None and row.place is None and row.library is None:
        yield Mistake((), "the key path or place is missing", "path (the parameter) or place (where the call writes)")
    if row.default is not None and row.path is None:
        yield Mistake(("default",), "is given without path", "place, for a call without a parameter for the path")
    if row.arity is not None and not 0 <= row.arity[0] <= row.arity[1]:
        yield Mistake(("arity",), f"{list(row.arity)} is no range", "the least and the greatest number of arguments")
    if row.limit_mb is not None and row.limit_mb < 1:
        yield Mistake(("limit-mb",), f"{row.limit_mb} is not valid", "a whole number of at least 1 (MB)")
    for text in _IN_TEXT.findall(row.suffix):
        yield from _reference(("suffix",), text)
    if row.library is not None and defaults is not None:
        known = defaults()
        if row.library not in known:
            problem = f"no library-default has the name {row.library!r}"
            yield Mistake(("library",), problem, "the name of a library-default", known)


def _of_returns(row: ReturnsRow) -> Iterator[Mistake]:
    for key in ("type", "suffix"):
        for text in _IN_TEXT.findall(getattr(row, key) or ""):
            yield from _reference((key,), text)
    for name, reference in row.attributes.items():
        yield from _reference(("attributes", name), reference)
    for index, item in enumerate(row.items):
        yield from _words(("items", index), item)


def _of_default(row: LibraryDefaultRow) -> Iterator[Mistake]:
    for index, reference in enumerate(row.arguments):
        yield from _reference(("arguments", index), reference)
    for index, telling in enumerate(row.told_by):
        if not _DOTTED.fullmatch(telling.call):
            yield Mistake(("told-by", index, "call"), f"{telling.call!r} names no callable", _CALL)
        yield from _conditions(("told-by", index, "when"), telling.when)


def _of_command(row: CommandRow) -> Iterator[Mistake]:
    yield from _pattern(("remote",), row.remote)
    tested = msgspec.structs.replace(row, example=row.example or "x", gives=row.gives or "x")
    wrong = command.check(tested)
    if wrong is not None:
        yield Mistake((), wrong, "options as values, flags and joined list them, and templates of these")
