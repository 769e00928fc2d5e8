"""Reads requirements files as pip does, with the files that they include and their constraints.

The format: https://pip.pypa.io/en/stable/reference/requirements-file-format/
"""

from __future__ import annotations

import functools
import re
import shlex
from typing import TYPE_CHECKING

import msgspec
from msgspec.structs import replace

from lambdalint.model import Problem, Requirement, Span, Tree
from lambdalint.packaging.comment_lines import comment_of
from lambdalint.packaging.requirement_lines import decode, logical_lines
from lambdalint.packaging.requirement_syntax import Fault, parse_line

if TYPE_CHECKING:
    import optparse

    from lambdalint.packaging.comment_lines import CommentLine
    from lambdalint.packaging.requirement_lines import LogicalLine

MAX_DEPTH = 10
"""How deep files may include each other."""
MAX_FILES = 100
MAX_REQUIREMENTS = 5_000
MAX_OPTIONS = 10_000
"""How many characters the options of a line may have besides hashes."""
MAX_PROBLEMS = 50

_REMOTE = re.compile(r"(?:https?|file|ftp):", re.IGNORECASE)
_HASHES = re.compile(r"(?:\s*--hash[= ]\w+:\w+(?=\s|$))*\s*")


class _Reading(msgspec.Struct):
    """What was found so far; ``constraints`` are the specifiers and markers for each name."""

    tree: Tree
    requirements: list[Requirement] = msgspec.field(default_factory=list)
    constraints: dict[str, list[tuple[str, str]]] = msgspec.field(default_factory=dict)
    problems: list[Problem] = msgspec.field(default_factory=list)
    read: set[tuple[str, bool]] = msgspec.field(default_factory=set)
    full: bool = False

    def note(self, span: Span, message: str) -> None:
        if len(self.problems) < MAX_PROBLEMS:
            self.problems.append(Problem(span, message, "note"))


def read(
    tree: Tree, path: str, *, asked: Span | None = None, through: tuple[Span, ...] = ()
) -> tuple[tuple[Requirement, ...], tuple[Problem, ...]]:
    """Return the requirements of the file *path* and all that it includes, and what cannot be understood.

    *asked* is where a missing file is reported; *through* are the lines that lead to the file.
    """
    reading = _Reading(tree)
    _read_file(reading, path, through, (path,), constraint=False, asked=asked)
    found = tuple(_constrained(requirement, reading.constraints) for requirement in reading.requirements)
    return found, tuple(reading.problems)


def _constrained(requirement: Requirement, constraints: dict[str, list[tuple[str, str]]]) -> Requirement:
    """Return *requirement*; without a version, it has that of the one constraint that surely holds for it."""
    if requirement.specifier or requirement.reference:
        return requirement
    held = dict.fromkeys(constraints.get(requirement.name, ()))
    if len(held) != 1:
        return requirement
    specifier, marker = next(iter(held))
    return replace(requirement, specifier=specifier) if marker in {"", requirement.marker} else requirement


def _read_file(
    reading: _Reading,
    path: str,
    through: tuple[Span, ...],
    above: tuple[str, ...],
    *,
    constraint: bool,
    asked: Span | None,
) -> None:
    if (path, constraint) in reading.read:
        return
    reading.read.add((path, constraint))
    data = reading.tree.read(path)
    if data is None:
        reading.note(asked or Span.point(path), f"{path} is not among the files of the project, or cannot be read")
        return
    text, fault = decode(data)
    if fault:
        reading.note(Span.point(path), fault)
    lines, comments = logical_lines(path, text)
    for line in lines:
        if reading.full:
            return
        _read_line(reading, line, comments, through, above, constraint=constraint)


def _read_line(
    reading: _Reading,
    line: LogicalLine,
    comments: dict[int, CommentLine],
    through: tuple[Span, ...],
    above: tuple[str, ...],
    *,
    constraint: bool,
) -> None:
    code = _before_options(line.text)
    try:
        options = _options(line.text[len(code) :])
    except ValueError as error:
        reading.note(line.span(0, len(line.text)), f"pip does not understand the line: {error}")
        return
    code = code.rstrip()
    if code:
        _add(reading, line, code, len(code), comments, through, constraint=constraint)
    elif options.editables:
        _add(
            reading, line, options.editables[0], len(line.text), comments, through, constraint=constraint, editable=True
        )
    elif options.requirements or options.constraints:
        nested = not options.requirements
        target = options.constraints[0] if nested else options.requirements[0]
        _include(reading, line.span(0, len(line.text)), target, through, above, constraint=nested)


def _include(
    reading: _Reading, span: Span, target: str, through: tuple[Span, ...], above: tuple[str, ...], *, constraint: bool
) -> None:
    if _REMOTE.match(target):
        reading.note(span, "what lies outside the project is not read")
        return
    path = Tree.join(span.path.rpartition("/")[0], target)
    if path is None:
        reading.note(span, "leaves the project: not read")
    elif path in above:
        reading.note(span, f"{path} includes itself")
    elif len(above) >= MAX_DEPTH or len(reading.read) >= MAX_FILES:
        reading.note(span, f"not read: only {MAX_DEPTH} files deep, and {MAX_FILES} files in all, are followed")
    else:
        _read_file(reading, path, (*through, span), (*above, path), constraint=constraint, asked=span)


def _add(
    reading: _Reading,
    line: LogicalLine,
    text: str,
    end: int,
    comments: dict[int, CommentLine],
    through: tuple[Span, ...],
    *,
    constraint: bool,
    editable: bool = False,
) -> None:
    span = line.span(0, end)
    parts = parse_line(text, editable=editable)
    if isinstance(parts, Fault):
        reading.note(span, parts.message)
        return
    if constraint:
        if parts.specifier:
            reading.constraints.setdefault(parts.name, []).append((parts.specifier, parts.marker))
        return
    if len(reading.requirements) >= MAX_REQUIREMENTS:
        reading.full = True
        reading.note(span, f"more than {MAX_REQUIREMENTS} requirements: the rest is not read")
        return
    comment, beside = comment_of(comments, line.first, line.last)
    reading.requirements.append(
        Requirement(
            name=parts.name,
            written=" ".join(line.text[:end].split()),
            span=span,
            specifier=parts.specifier,
            extras=parts.extras,
            marker=parts.marker,
            reference=parts.reference,
            comment=comment,
            beside=beside,
            through=through,
        )
    )


def _before_options(text: str) -> str:
    """Return what stands before the first word that starts with a dash: pip divides words at spaces only."""
    if text.startswith("-"):
        return ""
    dash = text.find(" -")
    return text if dash < 0 else text[: dash + 1]


def _options(text: str) -> optparse.Values:
    """Return the options in *text*; raise ValueError for what pip does not know."""
    parser = _parser()
    hashes = _HASHES.match(text)
    rest = text[hashes.end() :] if hashes is not None else text
    if len(rest) > MAX_OPTIONS:
        raise ValueError(f"more than {MAX_OPTIONS} characters of options")
    values, _ = parser.parse_args(shlex.split(rest), parser.get_default_values())
    return values


@functools.lru_cache(maxsize=1)
def _parser() -> optparse.OptionParser:
    """Return pip's parser of the options of a line, abbreviations included."""
    import optparse

    class Parser(optparse.OptionParser):
        def error(self, msg: str) -> None:  # type: ignore[override]  # the base class says that it does not return
            raise ValueError(msg)

    parser = Parser(add_help_option=False)
    many = (
        ("-r", "--requirement", "requirements"),
        ("-c", "--constraint", "constraints"),
        ("-e", "--editable", "editables"),
    )
    for short, long, name in many:
        parser.add_option(short, long, dest=name, action="append", default=None)
    for option in ("--prefer-binary", "--require-hashes", "--no-require-hashes", "--no-index", "--pre"):
        parser.add_option(option, action="store_true")
    for names in (
        ("-i", "--index-url", "--pypi-url"),
        ("-f", "--find-links"),
        ("-C", "--config-settings", "--config-setting"),
        ("--extra-index-url",),
        ("--no-binary",),
        ("--only-binary",),
        ("--all-releases",),
        ("--only-final",),
        ("--trusted-host",),
        ("--use-feature",),
        ("--hash",),
        ("--global-option",),
        ("--install-option",),
    ):
        parser.add_option(*names, action="store")
    return parser
