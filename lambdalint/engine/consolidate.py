"""Makes a report's findings of what the rules said: translated, merged, ordered, fingerprinted."""

from __future__ import annotations

import hashlib
import posixpath
import re
from collections import Counter
from typing import TYPE_CHECKING

import msgspec
from msgspec.structs import replace

from lambdalint.engine.suppression_comments import parts_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from lambdalint.model import Finding, InlineSource, Span

_STATEMENT_LINES = 20
_STATEMENT_CHARACTERS = 4000
_SPACING = re.compile(
    r'''("""(?:[^\\]|\\.)*?"""|"(?:[^"\\\n]|\\.)*"|'''
    r"""'''(?:[^\\]|\\.)*?'''|'(?:[^'\\\n]|\\.)*')|(?:(?<=\s)|^)#[^\n]*|\s+""",
    re.DOTALL | re.MULTILINE,
)
"""A string, a comment, or spacing. It need not be right in every language: it must only say the same each time."""


class Places(msgspec.Struct, frozen=True):
    """Translates places of the analysis into places of the report.

    ``inline`` maps a virtual path to the code inside a template; ``links`` a file behind a symbolic link to
    the file itself; ``below`` is where the working directory lies below the root, ``way`` leads from one that does not
    lie there to the root; ``projects`` are the folders of the projects in the tree.
    """

    inline: Mapping[str, InlineSource]
    links: Mapping[str, str]
    below: str = ""
    way: str = ""
    projects: tuple[str, ...] = (".",)

    def in_tree(self, span: Span) -> Span:
        """Return where *span* stands in a file of the tree."""
        source = self.inline.get(span.path)
        if source is not None and source.lines:
            span = source.translate(span)
        path = self.links.get(span.path)
        return span if path is None else replace(span, path=path)

    def path_shown(self, path: str) -> str:
        """Return *path*, relative to the root, as a path relative to the working directory."""
        if not self.below:
            return posixpath.normpath(f"{self.way}/{path}") if self.way else path
        if path.startswith(self.below + "/"):
            return path[len(self.below) + 1 :]
        ours, theirs = self.below.split("/"), path.split("/")
        shared = 0
        while shared < len(ours) and shared < len(theirs) - 1 and ours[shared] == theirs[shared]:
            shared += 1
        return "/".join([".."] * (len(ours) - shared) + theirs[shared:])

    def in_project(self, path: str) -> str:
        """Return *path*, relative to the root, as a path relative to the project that it lies in."""
        for project in self.projects:
            if path.startswith(project + "/"):
                return path[len(project) + 1 :]
        return path

    def shown(self, span: Span) -> Span:
        """Return a *span* of the tree as the report names it."""
        return replace(span, path=self.path_shown(span.path)) if self.below or self.way else span


def without_inline_fix(finding: Finding, inline: Mapping[str, InlineSource]) -> Finding:
    """Drop a fix of code inside a template: new lines would need its indentation and quoting."""
    if finding.fix is not None and any(edit.span.path in inline for edit in finding.fix.edits):
        return replace(finding, fix=None)
    return finding


def merge(findings: Iterable[Finding]) -> list[Finding]:
    """Unite findings of one code at one span, and order them.

    Their functions are united; the trace and the message of the first stay; the most severe and the most
    certain judgement wins. "First" is by message, then by functions, never by the order of work.
    """
    merged: dict[tuple[str, Span], Finding] = {}
    for finding in sorted(findings, key=lambda item: (*item.sort_key, item.functions, _trace_key(item))):
        key = finding.code, finding.span
        first = merged.get(key)
        if first is None:
            merged[key] = replace(finding, functions=tuple(sorted(set(finding.functions))))
            continue
        merged[key] = replace(
            first,
            functions=tuple(sorted({*first.functions, *finding.functions})),
            severity=min(first.severity, finding.severity, key=lambda item: item.rank),
            confidence=min(first.confidence, finding.confidence, key=lambda item: item.rank),
        )
    return sorted(merged.values(), key=lambda item: item.sort_key)


def _trace_key(finding: Finding) -> tuple[int, tuple[tuple[Span, str], ...]]:
    return len(finding.trace), tuple((step.span, step.text) for step in finding.trace)


def statement_hash(finding: Finding, lines: Sequence[str]) -> str:
    """Return 32 hexadecimal digits for the code of *finding* and its statement, wherever that stands.

    *lines* are those of the finding's file. Of the statement count the lines that the finding spans, without comments
    and without spacing, except in strings. Where they hold nothing else, comments count, but not what they suppress;
    without any line, the message takes its place.
    """
    span = finding.span
    first = span.line - 1
    written = lines[first : min(span.end_line, first + _STATEMENT_LINES)]
    text = "\n".join(written)
    if len(text) > _STATEMENT_CHARACTERS:
        start = max(span.column - 1, 0) if len(written[0]) > _STATEMENT_CHARACTERS else 0
        text = text[start : start + _STATEMENT_CHARACTERS]
    statement = _SPACING.sub(_in_string, text) or " ".join(_without_suppressions(text).split())
    return _digest(finding.code, statement if written else finding.message)


def _without_suppressions(text: str) -> str:
    comments = (line.strip() for line in text.split("\n"))
    return "\n".join(
        comment[part.start : part.end]
        for comment in comments
        for part in parts_of(comment, alone=True)
        if part.kind is None
    )


def _in_string(match: re.Match[str]) -> str:
    return " ".join(match[1].split()) if match[1] else ""


def _digest(*parts: str) -> str:
    return hashlib.blake2b("\0".join(parts).encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def fingerprint(
    findings: Iterable[Finding], lines: Mapping[str, Sequence[str]], *, path_of: Callable[[str], str] = str
) -> list[Finding]:
    """Give each of the ordered *findings* a fingerprint of its own, which stays when its statement moves in the file.

    *lines* holds the lines of each file; *path_of* says how a file is called wherever lambdalint runs. The fingerprint
    is made of code, path, the text of the statement, and which of several such findings in the file it is.
    """
    seen: Counter[tuple[str, str]] = Counter()
    found: list[Finding] = []
    for finding in findings:
        path = path_of(finding.span.path)
        statement = statement_hash(finding, lines.get(finding.span.path, ()))
        earlier = seen[path, statement]
        seen[path, statement] += 1
        found.append(replace(finding, fingerprint=_digest(statement, path, str(earlier))))
    return found
