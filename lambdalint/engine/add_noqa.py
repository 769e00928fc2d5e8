"""Works out the comments that silence the findings of a report."""

from __future__ import annotations

import re
import tokenize
import unicodedata
from bisect import bisect_right
from collections import defaultdict
from itertools import product
from typing import TYPE_CHECKING

import msgspec
from msgspec.structs import replace

from lambdalint.engine.comments import (
    BLANKS,
    Comment,
    Format,
    YamlScalar,
    bears_comments,
    comments_of,
    format_of,
    is_pipeline,
    python_comments,
    python_tokens,
    strings_of,
    yaml_scalars,
)
from lambdalint.engine.edits import line_starts
from lambdalint.engine.fixes import Change
from lambdalint.engine.script_strings import joined_lines
from lambdalint.engine.source_text import split_lines
from lambdalint.engine.suppression_comments import Kind, parts_of, with_codes
from lambdalint.model import NOT_JUDGED, Edit, Problem, Span

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from lambdalint.model import Finding

_HOLE = re.compile(r"\$\{[^}\n]*\}")
_WITHOUT_REASON = "LMB902"
_NO_TEXT = frozenset({"Cc", "Cs", "Zl", "Zp"})
"""Categories of Unicode that hold what ends a line, controls a terminal, or cannot be written."""
_OPENING = {getattr(tokenize, name, None) for name in ("FSTRING_START", "TSTRING_START")}
_CLOSING = {getattr(tokenize, name, None) for name in ("FSTRING_END", "TSTRING_END")}


class ReasonError(Exception):
    """A reason that cannot stand in a comment; the message is for the user."""


class Additions(msgspec.Struct, frozen=True):
    """The changes that add comments, and the findings that no comment can silence."""

    changes: tuple[Change, ...]
    problems: tuple[Problem, ...]


def checked_reason(reason: str) -> str:
    """Return *reason* as it stands in a comment.

    Raises:
        ReasonError: it is empty, is more than one line, or would be read as a code or as another comment.
    """
    if any(unicodedata.category(sign) in _NO_TEXT for sign in reason.strip()):
        raise ReasonError("the reason is more than one line of text")
    for marker, head in product(("#", "//"), ("noqa: LMB102", "lambdalint: ignore[LMB102]")):
        first, *further = parts_of(f"{marker} {head} {reason}", alone=False)
        if len(first.words) > 1:
            raise ReasonError(f"the reason begins with {first.words[1].code!r}, which would be read as a code")
        if further:
            raise ReasonError(f"the reason holds a {marker!r}, which would begin another comment")
        reason = first.reason
    if not reason:
        raise ReasonError("the reason is empty")
    return reason


def additions(findings: Iterable[Finding], sources: Mapping[str, str], reason: str) -> Additions:
    """Return what silences *findings* of a report, with *reason*, which is a checked one.

    *sources* are the texts of the files by their paths. What says that something was not judged is never silenced.
    """
    by_file: defaultdict[str, list[Finding]] = defaultdict(list)
    for finding in findings:
        if finding.code not in NOT_JUDGED:
            by_file[finding.span.path].append(finding)
    changes: list[Change] = []
    problems: list[Problem] = []
    for path, found in sorted(by_file.items()):
        file = _file(path, sources.get(path))
        spots: dict[_Spot, list[Finding]] = {}
        for finding in found:
            spot = file.spot(finding.span.line)
            if spot is None or (spot.in_template and "${" in reason):
                problems.append(Problem(finding.span, f"no comment can silence {finding.code} here"))
            else:
                spots.setdefault(spot, []).append(finding)
        changes += (_change(path, spot, there, reason) for spot, there in spots.items())
    return Additions(tuple(changes), tuple(problems))


class _Spot(msgspec.Struct, frozen=True):
    """Where a comment can stand: the one that is there, or a place for a new one.

    ``margin`` is what goes before a new comment, ``end`` what goes behind it; ``marker`` is what it begins with.
    ``in_template`` tells that it is one of code in a template.
    """

    line: int
    column: int
    comment: Comment | None
    is_python: bool
    margin: str = "  "
    end: str = ""
    marker: str = "#"
    in_template: bool = False


def _change(path: str, spot: _Spot, findings: Sequence[Finding], reason: str) -> Change:
    codes = sorted({finding.code for finding in findings} - {_WITHOUT_REASON})
    comment = spot.comment
    if comment is None:
        at = Span.point(path, spot.line, spot.column)
        text = spot.margin + _new(codes, reason, spot.marker, noqa=spot.is_python) + spot.end
    else:
        at = Span(path, comment.line, comment.column, comment.line, comment.column + len(comment.text))
        bare = {finding.span.column - comment.column for finding in findings if finding.code == _WITHOUT_REASON}
        text = _extended(comment, codes, bare, reason, noqa=spot.is_python)
    return Change((Edit(at, text),), tuple(finding.code for finding in findings), findings[0].span)


def _new(codes: Sequence[str], reason: str, marker: str, *, noqa: bool) -> str:
    named = ", ".join(codes)
    return f"{marker} noqa: {named} {reason}" if noqa else f"{marker} lambdalint: ignore[{named}] {reason}"


def _extended(comment: Comment, codes: Sequence[str], bare: Collection[int], reason: str, *, noqa: bool) -> str:
    """Return the comment with *codes* besides its own, and with *reason* for its parts that start at *bare*."""
    parts = parts_of(comment.text, alone=comment.alone)
    target = next((part for part in parts if part.words and part.kind and not part.kind.is_of_file), None)
    text = comment.text
    if codes and target is None:
        # only the first noqa of a comment is read
        marker = "//" if text.startswith("//") else "#"
        text += "  " + _new(codes, reason, marker, noqa=noqa and all(part.kind is not Kind.NOQA for part in parts))
    for part in reversed(parts):
        added = codes if part is target else ()
        if added or part.start in bare:
            text = with_codes(text, part, added, reason)
    return text


class _File:
    """A file in which no comment can stand, or none that is read."""

    def spot(self, line: int) -> _Spot | None:
        """Return where a comment can stand that silences a finding on *line*."""
        del line
        return None


class _PythonFile(_File):
    """Python source; in a template it begins behind *above* lines and *indentation* characters."""

    def __init__(self, text: str, above: int = 0, indentation: int = 0) -> None:
        self._lines = split_lines(text)
        self._rows = _last_rows(text)
        self._comments = {comment.line: comment for comment in python_comments(text)}
        self._above = above
        self._indentation = indentation

    def spot(self, line: int) -> _Spot | None:
        row = self._rows.get(line - self._above)
        if row is None:
            return None
        column = len(self._lines[row - 1].rstrip(BLANKS)) + 1 + self._indentation
        comment = self._comments.get(row)
        if comment is not None:
            comment = replace(comment, line=row + self._above, column=comment.column + self._indentation)
        return _Spot(row + self._above, column, comment, is_python=True, in_template=self._indentation > 0)


def _last_rows(text: str) -> dict[int, int]:
    """Return, for each line of Python source, the next one at whose end a comment can stand.

    That is the line itself, unless it ends within a string or with a backslash. A ``noqa`` there is what flake8, too,
    takes for one of that line.
    """
    rows: dict[int, int] = {}
    first: int | None = None
    depth = 0
    for token in python_tokens(text):
        if token.type in (tokenize.ENDMARKER, tokenize.DEDENT):
            continue
        first = token.start[0] if first is None else first
        depth += (token.type in _OPENING) - (token.type in _CLOSING)
        # older versions of Python allow no comment within a formatted string
        if token.type in (tokenize.NL, tokenize.NEWLINE) and not depth:
            rows |= dict.fromkeys(range(first, token.start[0] + 1), token.start[0])
            first = None
    return rows


class _LinesFile(_File):
    """Any other text with comments; *code* finds the source in a template that a line is part of."""

    def __init__(self, path: str, form: Format, text: str) -> None:
        self._form = form
        self._lines = split_lines(text)
        self._starts = line_starts(text)
        self._strings = strings_of(path, text)
        has_code = form is Format.YAML and not is_pipeline(path)
        self._blocks = [one for one in yaml_scalars(text) if one.style == "|"] if has_code else []
        self._code: dict[YamlScalar, _PythonFile] = {}
        self._text = text
        self._comments = {comment.line: comment for comment in comments_of(path, text)}
        joined = joined_lines(self._lines) if form.is_joined else ()
        self._first = {line: lines.start for lines in joined for line in lines}

    def spot(self, line: int) -> _Spot | None:
        if line > len(self._lines):
            return None
        start = self._starts[line - 1]
        for block in self._blocks:
            if block.start <= start < block.end:
                if block not in self._code:
                    self._code[block] = self._python_in(block)
                return self._code[block].spot(line)
        content = self._lines[line - 1].rstrip(BLANKS)
        marker = self._form.marker
        if self._may_end_with_comment(line):
            behind = self._comments.get(line)
            marker = "//" if behind is not None and behind.text.startswith("//") else marker
            return _Spot(line, len(content) + 1, behind, is_python=False, marker=marker)
        line = self._first.get(line, line)
        if self._strings.hold(self._starts[line - 1]) or (line > 1 and self._lines[line - 2].endswith("\\")):
            return None
        above = self._comments.get(line - 1)
        if above is not None and above.alone and any(part.words for part in parts_of(above.text, alone=True)):
            return _Spot(line - 1, above.column, above, is_python=False, marker=marker)
        content = self._lines[line - 1]
        margin = content[: len(content) - len(content.lstrip(BLANKS))]
        return _Spot(line, 1, None, is_python=False, margin=margin, end="\n", marker=marker)

    def _may_end_with_comment(self, line: int) -> bool:
        written = self._lines[line - 1]
        if self._strings.hold(self._starts[line - 1] + len(written)) or written.rstrip(BLANKS).endswith("\\"):
            return False
        # make takes the blanks before a new comment for part of a variable's value
        in_recipe = self._lines[self._first.get(line, line) - 1].startswith("\t")
        if self._form is Format.DOCKERFILE:
            return False
        return self._form is not Format.MAKEFILE or in_recipe or line in self._comments

    def _python_in(self, block: YamlScalar) -> _PythonFile:
        text = self._text[block.start : block.end]
        lines = split_lines(text)
        indentation = min((len(line) - len(line.lstrip(" ")) for line in lines if line.strip()), default=0)
        code = "\n".join(line[indentation:] for line in lines)
        code = _HOLE.sub(lambda hole: "_" * len(hole[0]), code)
        return _PythonFile(code, bisect_right(self._starts, block.start) - 1, indentation)


def _file(path: str, text: str | None) -> _File:
    form = format_of(path)
    if text is None or form is None or not bears_comments(path, text):
        return _File()
    if form is Format.PYTHON:
        return _PythonFile(text)
    if path.endswith(".template") and text.lstrip().startswith("{"):
        return _File()  # JSON
    return _LinesFile(path, form, text)
