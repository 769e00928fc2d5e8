"""Reads the comments that suppress findings, and decides which findings they silence."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import msgspec

from lambdalint.engine.comments import bears_comments, comments_of, python_comments
from lambdalint.engine.suppression_comments import Kind, Word, parts_of
from lambdalint.model import Span

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from lambdalint.engine.comments import Comment
    from lambdalint.model import Finding, InlineSource

ON_SUPPRESSIONS = frozenset({"LMB901", "LMB902"})
"""Codes of findings on suppressions themselves, which only a comment silences that names the whole code."""


class Mention(msgspec.Struct, frozen=True):
    """A code, or the prefix of one, that a comment suppresses, in capitals; the span is that of its text."""

    code: str
    span: Span


class Suppression(msgspec.Struct, frozen=True):
    """What one part of a comment silences.

    Without ``mentions`` it silences everything; ``lines`` is None for the whole file. ``span`` is that of the part,
    from its marker to the end of its ``reason``, which is "" where none is given.
    """

    kind: Kind
    mentions: tuple[Mention, ...]
    lines: range | None
    span: Span
    reason: str
    comment: Comment

    def covers(self, code: str, line: int) -> bool:
        """Tell whether a finding of *code* that starts on *line* is silenced."""
        return self._is_about(code, line) and (not self.mentions or bool(self.naming(code)))

    def naming(self, code: str) -> tuple[Mention, ...]:
        """Return the mentions that stand for *code*."""
        if code in ON_SUPPRESSIONS:
            return tuple(one for one in self.mentions if one.code == code)
        return tuple(one for one in self.mentions if code.startswith(one.code))

    def _is_about(self, code: str, line: int) -> bool:
        if code in ON_SUPPRESSIONS and not self.mentions:
            return False
        # a comment that stands alone is about the statement below, but its own line may stand for the file
        return self.lines is None or line in self.lines or line == self.comment.line

    def word(self, mention: Mention) -> Word:
        """Return where one of the mentions stands in the comment."""
        start = self.comment.column
        return Word(mention.code, mention.span.column - start, mention.span.end_column - start)


class Suppressions(msgspec.Struct, frozen=True):
    """All suppressions of one file."""

    entries: tuple[Suppression, ...] = ()

    def cover(self, code: str, line: int, *, noqa: bool = True) -> bool:
        """Tell whether a comment, ``noqa`` or not, silences a finding of *code* that starts on *line*."""
        return any(entry.covers(code, line) and (noqa or not entry.kind.is_noqa) for entry in self.entries)


class Located(msgspec.Struct, frozen=True):
    """A finding as the analysis names its place, and as the tree does."""

    found: Finding
    moved: Finding


class Silenced(msgspec.Struct, frozen=True):
    """Findings, those that comments leave and those that they silence, and the mentions that stand for one of them."""

    kept: tuple[Located, ...]
    silenced: tuple[Located, ...]
    used: frozenset[Mention]


def silence(located: Iterable[Located], suppressions: Mapping[str, Suppressions], *, noqa: bool) -> Silenced:
    """Divide findings by what the *suppressions* of each file say of them.

    A finding in code inside a template is silenced by a comment of either. Without *noqa* the comments of that name
    silence nothing, for the caller judges them; what they name counts as used all the same.
    """
    files = {path: _File(found.entries, noqa=noqa) for path, found in suppressions.items()}
    kept: list[Located] = []
    silenced: list[Located] = []
    for item in located:
        places = dict.fromkeys((finding.span.path, finding.span.line) for finding in (item.found, item.moved))
        silent = [files[path].silences(item.found.code, line) for path, line in places if path in files]
        (silenced if any(silent) else kept).append(item)
    return Silenced(tuple(kept), tuple(silenced), frozenset(one for file in files.values() for one in file.used))


class _File:
    """The suppressions of one file, so arranged that many findings can be looked up."""

    def __init__(self, entries: Iterable[Suppression], *, noqa: bool) -> None:
        self._noqa = noqa
        self._by_lines: defaultdict[range | None, list[Suppression]] = defaultdict(list)
        self._by_comment: defaultdict[int, list[Suppression]] = defaultdict(list)
        for entry in entries:
            self._by_lines[entry.lines].append(entry)
            self._by_comment[entry.comment.line].append(entry)
        # Statements do not overlap, so that these are not many more than the file has lines.
        self._around: defaultdict[int, list[range]] = defaultdict(list)
        for lines in filter(None, self._by_lines):
            for line in lines:
                self._around[line].append(lines)
        self._known: dict[tuple[str, range | int | None], bool] = {}
        self.used: set[Mention] = set()

    def silences(self, code: str, line: int) -> bool:
        """Tell whether a finding of *code* on *line* is silenced, and note what names it."""
        silent = [
            self._silent_by(code, lines, self._by_lines.get(lines, ()), lines.start if lines else line)
            for lines in (None, *self._around.get(line, ()))
        ]
        silent.append(self._silent_by(code, line, self._by_comment.get(line, ()), line))
        return any(silent)

    def _silent_by(self, code: str, which: range | int | None, entries: Iterable[Suppression], line: int) -> bool:
        """Ask *entries*, which are those of *which*, about a finding on *line*: once for each code."""
        key = code, which
        if key not in self._known:
            covering = [entry for entry in entries if entry.covers(code, line)]
            self.used.update(mention for entry in covering for mention in entry.naming(code))
            self._known[key] = any(self._noqa or not entry.kind.is_noqa for entry in covering)
        return self._known[key]


def read_suppressions(texts: Mapping[str, str], inline: Iterable[InlineSource] = ()) -> dict[str, Suppressions]:
    """Return the suppressions in files, by path, and in code inside templates, by its virtual path."""
    found = {source.virtual_path: python_suppressions(source.text, source.virtual_path) for source in inline}
    found |= {path: suppressions_of(path, text) for path, text in texts.items() if bears_comments(path, text)}
    return found


def suppressions_of(path: str, text: str) -> Suppressions:
    """Read the suppressions in the comments of the file at *path*."""
    return _gather(path, comments_of(path, text)) if _may_suppress(text) else Suppressions()


def python_suppressions(text: str, path: str = "") -> Suppressions:
    """Read the suppressions of Python source, whatever its *path*."""
    return _gather(path, python_comments(text)) if _may_suppress(text) else Suppressions()


def may_suppress(content: bytes) -> bool:
    """Tell whether a file with this content may suppress anything, which is quicker than to read its comments."""
    lowered = content.lower()
    return b"noqa" in lowered or b"lambdalint:" in lowered


def _may_suppress(text: str) -> bool:
    lowered = text.lower()
    return "noqa" in lowered or "lambdalint:" in lowered


def _gather(path: str, comments: Iterable[Comment]) -> Suppressions:
    return Suppressions(tuple(found for comment in comments for found in _suppressions(path, comment)))


def _suppressions(path: str, comment: Comment) -> Iterator[Suppression]:
    def span(start: int, end: int) -> Span:
        return Span(path, comment.line, comment.column + start, comment.line, comment.column + end)

    for part in parts_of(comment.text, alone=comment.alone):
        if part.kind is None:
            continue
        lines = None if part.kind.is_of_file else comment.lines if part.kind is Kind.NOQA else comment.below
        mentions = tuple(Mention(word.code, span(word.start, word.end)) for word in part.words)
        yield Suppression(part.kind, mentions, lines, span(part.start, part.end), part.reason, comment)
