"""Finds the comments of Python, YAML, TOML and requirements files, and the lines that each of them belongs to."""

from __future__ import annotations

import io
import re
import tokenize
from bisect import bisect_right
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lambdalint.engine.edits import line_starts
from lambdalint.engine.source_text import split_lines
from lambdalint.engine.syntax import is_python

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

BLANKS = " \t\f"
_HASH = re.compile(r"(?:^|(?<=\s))#")
_LINE_END = re.compile(r"\r\n|\r|\n")
_TOML = re.compile(r'"""(?:\\.|[^\\])*?"""|\'\'\'.*?\'\'\'|"(?:\\.|[^"\\\r\n])*"|\'[^\'\r\n]*\'|#[^\r\n]*', re.DOTALL)
_LAYOUT = frozenset({tokenize.NL, tokenize.INDENT, tokenize.DEDENT, tokenize.ENCODING, tokenize.ENDMARKER})
_YAML_SUFFIXES = (".yaml", ".yml", ".template")
_REQUIREMENTS_SUFFIXES = (".txt", ".in")


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment, from its ``#`` to the last character that is no blank; line and column count from 1.

    ``gap`` is the number of blanks before it; ``alone`` tells that nothing else stands on its line. ``lines`` are those
    of the statement that it stands in, ``below`` those of the one that it stands above; without one, it is the same.
    """

    text: str
    line: int
    column: int
    gap: int
    alone: bool
    lines: range
    below: range


@dataclass(frozen=True, slots=True)
class YamlScalar:
    """A scalar of a YAML file, by offsets into its text; ``style`` is ``|``, ``>``, a quote, or empty."""

    start: int
    end: int
    style: str


class Regions:
    """Stretches of a text that do not overlap, by their offsets; the ends are exclusive."""

    def __init__(self, regions: Iterable[tuple[int, int]]) -> None:
        self._regions = sorted(regions)
        self._starts = [start for start, _ in self._regions]

    def hold(self, offset: int) -> bool:
        """Tell whether *offset* lies in one of them."""
        position = bisect_right(self._starts, offset) - 1
        return position >= 0 and offset < self._regions[position][1]


def is_yaml(path: str) -> bool:
    """Tell whether the file at *path* holds YAML by its name; that of a template may be JSON."""
    return path.endswith(_YAML_SUFFIXES)


def bears_comments(path: str) -> bool:
    """Tell whether the comments of the file at *path* are read."""
    return is_python(path) or is_yaml(path) or path.endswith((*_REQUIREMENTS_SUFFIXES, ".toml"))


def comments_of(path: str, text: str) -> list[Comment]:
    """Return the comments of the file at *path*, in order; a file of another format has none."""
    if is_python(path):
        return python_comments(text)
    return list(_line_comments(text, strings_of(path, text))) if bears_comments(path) else []


def strings_of(path: str, text: str) -> Regions:
    """Return where a ``#`` starts no comment in the file at *path*, which is not Python."""
    if is_yaml(path):
        return Regions((one.start, one.end) for one in yaml_scalars(text))
    if path.endswith(".toml"):
        return Regions(match.span() for match in _TOML.finditer(text) if not match[0].startswith("#"))
    return Regions(())


def python_tokens(text: str) -> Iterator[tokenize.TokenInfo]:
    """Yield the tokens of Python source, as far as there are any."""
    # Python ends a line at a lone carriage return too; tokenize does not.
    lines = io.StringIO("\n".join(split_lines(text)))
    try:
        yield from tokenize.generate_tokens(lines.readline)
    except (tokenize.TokenError, SyntaxError, ValueError):
        return


def python_comments(text: str) -> list[Comment]:
    """Return the comments of Python source; of a file that breaks off half-way, those above the break."""
    lines = split_lines(text)
    found: list[Comment] = []
    inside: list[tokenize.TokenInfo] = []
    standing: list[tokenize.TokenInfo] = []
    first: int | None = None
    for token in python_tokens(text):
        line = token.start[0]
        if token.type == tokenize.COMMENT:
            (standing if first is None else inside).append(token)
        elif token.type == tokenize.NEWLINE:
            statement = range(first or line, line + 1)
            found += (_python_comment(one, lines, None, statement) for one in standing)
            found += (_python_comment(one, lines, statement, statement) for one in inside)
            inside, standing, first = [], [], None
        elif token.type not in _LAYOUT and first is None:
            first = line
    found += (_python_comment(one, lines, None, None) for one in (*standing, *inside))
    return found


def _python_comment(
    token: tokenize.TokenInfo, lines: Sequence[str], statement: range | None, below: range | None
) -> Comment:
    row, start = token.start
    own = statement or range(row, row + 1)
    return _comment(lines[row - 1][:start], token.string, row, own, below or own)


def _comment(before: str, text: str, line: int, lines: range, below: range) -> Comment:
    code = before.rstrip(BLANKS)
    return Comment(text.rstrip(BLANKS), line, len(before) + 1, len(before) - len(code), not code, lines, below)


def _line_comments(text: str, strings: Regions) -> Iterator[Comment]:
    """Yield what stands behind a ``#`` on each line; where it stands alone, it belongs to the next line, too."""
    for number, (start, line) in enumerate(zip(line_starts(text), split_lines(text), strict=True), 1):
        for match in _HASH.finditer(line):
            if not strings.hold(start + match.start()):
                before = line[: match.start()]
                lines = range(number, number + (1 if before.strip(BLANKS) else 2))
                yield _comment(before, line[match.start() :], number, lines, lines)
                break


def yaml_scalars(text: str) -> list[YamlScalar]:
    """Return the scalars of a YAML file; of one that is not valid, those above the error.

    The header of a block scalar, which a comment may follow, is left out.
    """
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    found: list[YamlScalar] = []
    try:
        for token in yaml.scan(text, Loader=loader):
            if isinstance(token, yaml.ScalarToken):
                start, end, style = token.start_mark.index, token.end_mark.index, token.style or ""
                if style in ("|", ">"):
                    header = _LINE_END.search(text, start)
                    start = header.end() if header else end
                found.append(YamlScalar(start, max(start, end), style))
    except (yaml.YAMLError, UnicodeError, ValueError):
        pass
    return found
