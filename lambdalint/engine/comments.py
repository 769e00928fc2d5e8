"""Finds the comments of the files that findings stand in, and the lines that each of them belongs to."""

from __future__ import annotations

import enum
import io
import re
import tokenize
from bisect import bisect_right
from typing import TYPE_CHECKING

import msgspec

from lambdalint.engine.edits import line_starts
from lambdalint.engine.script_strings import (
    joined_lines,
    strings_in_javascript,
    strings_in_makefile,
    strings_in_shell,
    strings_in_terraform,
)
from lambdalint.engine.source_text import split_lines

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

BLANKS = " \t\f"
_HASH = re.compile(r"(?:^|(?<=\s))#")
_SLASHES = re.compile("//")
_HASH_OR_SLASHES = re.compile(r"(?:^|(?<=\s))#|//")
_SHELL_START = re.compile(r"#![^\n]*\b(?:ba|da|z|k)?sh\b")
_LINE_END = re.compile(r"\r\n|\r|\n")
_TOML = re.compile(r'"""(?:\\.|[^\\])*?"""|\'\'\'.*?\'\'\'|"(?:\\.|[^"\\\r\n])*"|\'[^\'\r\n]*\'|#[^\r\n]*', re.DOTALL)
_LAYOUT = frozenset({tokenize.NL, tokenize.INDENT, tokenize.DEDENT, tokenize.ENCODING, tokenize.ENDMARKER})
_PIPELINE = re.compile(
    r"(?:.*/)?(?:[^/]*buildspec[^/]*\.ya?ml|[^/]*\.gitlab-ci\.yml|bitbucket-pipelines\.yml|azure-pipelines[^/]*\.ya?ml"
    r"|\.travis\.yml|\.github/workflows/[^/]+\.ya?ml|\.circleci/[^/]+\.ya?ml)"
)
_NO_SCRIPTS = frozenset({"LICENSE"})


class Format(enum.Enum):
    """The formats whose comments are read, by what the name of a file ends with."""

    PYTHON = (".py",)
    YAML = (".yaml", ".yml", ".template")
    REQUIREMENTS = (".txt", ".in")
    TOML = (".toml", "/Pipfile")
    MAKEFILE = (".mk", "/Makefile", "/makefile", "/GNUmakefile")
    SHELL = (".sh", ".bash")
    JAVASCRIPT = (".ts", ".mts", ".cts", ".js", ".mjs", ".cjs")
    TERRAFORM = (".tf", ".tofu")
    DOCKERFILE = ("/Dockerfile", ".Dockerfile", ".dockerfile")

    @property
    def marker(self) -> str:
        """What a comment begins with."""
        return "//" if self is Format.JAVASCRIPT else "#"

    @property
    def is_joined(self) -> bool:
        """Whether a line that ends with a backslash is one with the next."""
        return self in (Format.MAKEFILE, Format.SHELL, Format.DOCKERFILE)

    @property
    def begins(self) -> re.Pattern[str]:
        """What a comment may begin with, behind code or not."""
        if self is Format.TERRAFORM:
            return _HASH_OR_SLASHES
        return _SLASHES if self is Format.JAVASCRIPT else _HASH


class Comment(msgspec.Struct, frozen=True):
    """A comment, from its ``#`` or ``//`` to the last character that is no blank; line and column count from 1.

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


class YamlScalar(msgspec.Struct, frozen=True):
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


def format_of(path: str) -> Format | None:
    """Return the format of the file at *path* by its name, None for one whose comments are not read.

    That of a template may be JSON; a file without a suffix is a shell script if its first line says so.
    """
    named = f"/{path}"
    found = next((one for one in Format if named.endswith(one.value)), None)
    name = path.rpartition("/")[2]
    if found is None and name.startswith("Dockerfile."):
        return Format.DOCKERFILE
    return Format.SHELL if found is None and "." not in name and name not in _NO_SCRIPTS else found


def is_yaml(path: str) -> bool:
    """Tell whether the file at *path* holds YAML by its name; that of a template may be JSON."""
    return format_of(path) is Format.YAML


def is_pipeline(path: str) -> bool:
    """Tell whether the YAML file at *path* is a pipeline by its name: its literal blocks hold commands of a shell."""
    return _PIPELINE.fullmatch(path) is not None


def bears_comments(path: str, text: str) -> bool:
    """Tell whether the comments of the file at *path*, which holds *text*, are read."""
    form = format_of(path)
    is_certain = form is not Format.SHELL or "." in path.rpartition("/")[2]
    return form is not None and (is_certain or _SHELL_START.match(text) is not None)


def comments_of(path: str, text: str) -> list[Comment]:
    """Return the comments of the file at *path*, in order; a file of another format has none."""
    form = format_of(path)
    if form is Format.PYTHON:
        return python_comments(text)
    return list(_line_comments(text, form, strings_of(path, text))) if form and bears_comments(path, text) else []


def strings_of(path: str, text: str) -> Regions:
    """Return where no comment starts in the file at *path*, which is not Python."""
    form = format_of(path)
    if form is Format.YAML:
        return Regions(_strings_in_yaml(text, with_scripts=is_pipeline(path)))
    if form is Format.TOML:
        return Regions(match.span() for match in _TOML.finditer(text) if not match[0].startswith("#"))
    scripts = {
        Format.SHELL: strings_in_shell,
        Format.MAKEFILE: strings_in_makefile,
        Format.JAVASCRIPT: strings_in_javascript,
        Format.TERRAFORM: strings_in_terraform,
    }
    return Regions(scripts[form](text) if form in scripts else ())


def _strings_in_yaml(text: str, *, with_scripts: bool) -> Iterator[tuple[int, int]]:
    for one in yaml_scalars(text):
        if with_scripts and one.style == "|":
            script = text[one.start : one.end]
            yield from ((one.start + start, one.start + end) for start, end in strings_in_shell(script))
        else:
            yield one.start, one.end


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


def _line_comments(text: str, form: Format, strings: Regions) -> Iterator[Comment]:
    """Yield what stands behind a marker on each line; where it stands alone, it belongs to the next line, too."""
    written = split_lines(text)
    joined = joined_lines(written) if form.is_joined else (range(one, one + 1) for one in range(1, len(written) + 1))
    statements = [lines for lines in joined for _ in lines]
    for number, (start, line) in enumerate(zip(line_starts(text), written, strict=True), 1):
        for match in form.begins.finditer(line):
            before = line[: match.start()]
            is_alone = not before.strip(BLANKS)
            if form is Format.DOCKERFILE and not is_alone:
                break  # an argument of the instruction
            if not strings.hold(start + match.start()):
                lines = statements[number - 1]
                if is_alone:
                    lines = range(number, statements[number].stop if number < len(written) else number + 2)
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
