"""How a command's row is read: its options under all their spellings, and its path templates."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from lambdalint.catalogue.schema import CommandRow

_REFERENCE = re.compile(r"\{([^{}]+?)(?::(name|stem|bare|repository|format|sent))?\}")
_POSITIONS = re.compile(r"\d+|last|all|but-first|but-last|after \S+")


class Reference(msgspec.Struct, frozen=True):
    """An argument that a template names: which one, and the form that its text takes."""

    argument: str
    form: str = ""


@cache
def parse_template(template: str) -> tuple[str | Reference, ...]:
    """Divide a path template into literal text and references."""
    parts: list[str | Reference] = []
    end = 0
    for match in _REFERENCE.finditer(template):
        if match.start() > end:
            parts.append(template[end : match.start()])
        parts.append(Reference(match[1], match[2] or ""))
        end = match.end()
    if end < len(template):
        parts.append(template[end:])
    return tuple(parts)


class Options(msgspec.Struct, frozen=True):
    """A command's options: each spelling with the first one of its entry, and how the option takes a value."""

    first: dict[str, str]
    values: frozenset[str]
    flags: frozenset[str]
    joined: tuple[str, ...]
    """Spellings, the longest first."""


@cache
def options_of(row: CommandRow) -> Options:
    """Return the options of a row."""
    first: dict[str, str] = {}
    for entry in (*row.values, *row.flags, *row.joined):
        spellings = entry.split()
        first.update(dict.fromkeys(spellings, spellings[0]))
    joined = sorted(
        (spelling for entry in row.joined for spelling in entry.split()), key=lambda text: (-len(text), text)
    )
    return Options(
        first=first,
        values=frozenset(spelling for entry in row.values for spelling in entry.split()),
        flags=frozenset(spelling for entry in row.flags for spelling in entry.split()),
        joined=tuple(sorted(joined, key=len, reverse=True)),
    )


def check(row: CommandRow) -> str | None:
    """Return what is wrong with a row, or None."""
    options = options_of(row)
    launches = row.runs is not None or row.runs_after or row.script
    if not row.names or not (row.effect or launches):
        return "names, and one of effect, runs, runs-after and script are needed"
    if launches and not (row.example and row.gives):
        return "a launcher needs an example and what it gives"
    named = [row.directory, row.script, *row.runs_after]
    templates = [row.runs_each]
    for effect in row.effect:
        templates += [effect.path, effect.default, effect.into, effect.remote, effect.endless, *effect.size]
        named += [option for entry in effect.has for option in entry.split()]
        named += [*effect.lacks, *effect.exist_ok]
    for option in named:
        if option and option not in options.first:
            return f"{option!r} is not among its options"
    for template in templates:
        for part in parse_template(template):
            if isinstance(part, str):
                if "{" in part or "}" in part:
                    return f"{template!r} is not a template"
                continue
            if not _POSITIONS.fullmatch(part.argument) and part.argument not in options.first:
                return f"{part.argument!r} in {template!r} is no argument and not among its options"
    return None
