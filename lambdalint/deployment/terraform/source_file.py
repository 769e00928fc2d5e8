"""Cuts a configuration file into its top-level blocks, so that each can be parsed by itself, when it is needed."""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import TYPE_CHECKING

import msgspec

from lambdalint.deployment.document import decode
from lambdalint.model import Problem, Span

if TYPE_CHECKING:
    from lambdalint.model import Tree

LARGEST = 1_000_000
DEEPEST = 60
MAX_BLOCKS = 10_000
"""Bounds of one file: bytes, how deep brackets and strings are nested, and top-level blocks."""

_TOKEN = re.compile(
    r"(?P<comment>\#[^\n]*|//[^\n]*)|(?P<long>/\*)|(?P<quote>\")"
    r"|(?P<heredoc><<(?P<trim>-?)(?P<mark>[^\W\d][\w.-]*)[ \t\r]*\n)"
    r"|(?P<open>[{(\[])|(?P<close>[})\]])"
)
_IN_STRING = re.compile(r"\\.|\$\$\{|%%\{|(?P<hole>[$%]\{)|(?P<quote>\")|(?P<newline>\n)")
_HEADER = re.compile(r"([^\W\d][\w-]*)((?:[ \t]+(?:\"[^\"\n]*\"|[^\W\d][\w-]*))*)[ \t]*\r?\n?[ \t]*$")
_LABEL = re.compile(r"\"([^\"\n]*)\"|([^\W\d][\w-]*)")
_RESTART = re.compile(
    r"^(?:(?:resource|data)[ \t]+\"?[\w-]+\"?[ \t]+\"?[\w-]+\"?|(?:module|variable|output|provider)[ \t]+\"?[\w.-]+\"?"
    r"|locals|terraform)[ \t]*\{",
    re.MULTILINE,
)
_PAIRS = {"}": "{", ")": "(", "]": "["}
_VISIBLE = re.compile(r"[^\n]")


class HeredocText(msgspec.Struct, frozen=True):
    """The text of a heredoc: where it starts and ends, and whether ``<<-`` trims it."""

    start: int
    end: int
    trimmed: bool


class RawBlock(msgspec.Struct, frozen=True):
    """A top-level block, not parsed: its type and labels, and where it starts and ends in the file's text."""

    kind: str
    labels: tuple[str, ...]
    start: int
    end: int


class SourceFile(msgspec.Struct):
    """A file's text, the same with comments and heredocs blanked, and its top-level blocks.

    A heredoc is blanked to a string of the same length, so that all places stay where they are. ``fixed`` is the place
    of a text that stands inside another file.
    """

    path: str
    text: str
    blanked: str = ""
    heredocs: dict[int, HeredocText] = msgspec.field(default_factory=dict)
    blocks: list[RawBlock] = msgspec.field(default_factory=list)
    problem: Problem | None = None
    fixed: Span | None = None
    _starts: list[int] = msgspec.field(default_factory=list)

    def span(self, start: int, end: int) -> Span:
        """Return the place of the text from *start* to *end*."""
        if self.fixed is not None:
            return self.fixed
        line, column = self.position(start)
        end_line, end_column = self.position(end)
        return Span(self.path, line, column, end_line, end_column)

    def position(self, offset: int) -> tuple[int, int]:
        """Return the line and the column of an *offset*."""
        if not self._starts:
            self._starts = [0, *(match.end() for match in re.finditer("\n", self.text))]
        line = bisect_right(self._starts, offset)
        return line, offset - self._starts[line - 1] + 1


def read_file(tree: Tree, path: str) -> SourceFile | None:
    """Return the file at *path*; None if it cannot be read. One that is not well-formed keeps what else it holds."""
    content = tree.read(path)
    if content is None:
        return None
    if len(content) > LARGEST:
        message = f"larger than {LARGEST:,} bytes; it is not read"
        return SourceFile(path, "", problem=Problem(Span.point(path), message))
    text, unreadable = decode(path, content)
    file = SourceFile(path, text, problem=unreadable[0] if unreadable else None)
    scan = _Scan(file)
    scan.run(restarting=False)
    if scan.error is not None:
        # Something is not closed. Where blocks start at the beginning of a line, the others are known all the same.
        scan = _Scan(file)
        scan.run(restarting=True)
        line, column = file.position(scan.error[0] if scan.error is not None else 0)
        reason = scan.error[1] if scan.error is not None else "not well-formed"
        file.problem = Problem(Span.point(path, line, column), f"not valid Terraform: {reason}")
    file.blanked = scan.blanked().replace("\r", " ")
    file.heredocs = scan.heredocs
    file.blocks = scan.blocks
    return file


class _Scan:
    """One walk over the brackets, strings, comments and heredocs of a file."""

    def __init__(self, file: SourceFile) -> None:
        self.blocks: list[RawBlock] = []
        self.heredocs: dict[int, HeredocText] = {}
        self.error: tuple[int, str] | None = None
        self._text = file.text
        self._stack: list[tuple[str, int]] = []
        self._blanks: list[tuple[int, int, str]] = []
        self._header = (0, 0)
        self._headers_blanks = 0

    def run(self, *, restarting: bool) -> None:
        """Find the blocks; with *restarting*, begin anew at each line that looks like the start of one."""
        ends = [match.start() for match in _RESTART.finditer(self._text)] if restarting else []
        position = 0
        for end in (*ends, len(self._text)):
            if end < position:
                continue
            self._stack = []
            self._stretch(position, end)
            if self._stack:
                self._fail(self._stack[0][1], "this is not closed")
            if self.error is not None and not restarting:
                return
            position = end

    def blanked(self) -> str:
        """Return the text with comments and heredocs blanked."""
        parts: list[str] = []
        position = 0
        for start, end, replacement in self._blanks:
            if start < position:
                continue
            parts += (self._text[position:start], replacement)
            position = end
        return "".join((*parts, self._text[position:]))

    def _fail(self, offset: int, reason: str) -> None:
        if self.error is None:
            self.error = offset, reason

    def _stretch(self, position: int, end: int) -> None:
        last = position
        while position < end:
            if self._stack and self._stack[-1][0] == '"':
                match = _IN_STRING.search(self._text, position, end)
                if match is None:
                    return
                position = match.end()
                if match["quote"]:
                    self._stack.pop()
                elif match["newline"]:
                    self._fail(self._stack[-1][1], "a text that is not closed")
                    return
                elif match["hole"]:
                    self._stack.append(("{", match.start()))
                continue
            match = _TOKEN.search(self._text, position, end)
            if match is None:
                return
            position = match.end()
            if match["quote"]:
                self._stack.append(('"', match.start()))
            elif match["open"]:
                if not self._stack and match["open"] == "{":
                    self._header = last, match.start()
                self._stack.append((match["open"], match.start()))
            elif match["close"]:
                if not self._stack or self._stack[-1][0] != _PAIRS[match["close"]]:
                    self._stack = []
                    self._fail(match.start(), f"{match['close']} closes nothing")
                    return
                self._stack.pop()
                if not self._stack and match["close"] == "}":
                    self._block(position)
                    last = position
            else:
                following = self._blank(match, end)
                if following is None:
                    return
                position = following
            if len(self._stack) > DEEPEST:
                self._fail(match.start(), f"nested more than {DEEPEST} deep")
                return

    def _blank(self, match: re.Match[str], end: int) -> int | None:
        """Blank the comment or heredoc that *match* starts, and return where it ends; None if it does not."""
        start = match.start()
        if match["heredoc"]:
            closing = re.compile(rf"^[ \t]*{re.escape(match['mark'])}[ \t\r]*$", re.MULTILINE)
            found = closing.search(self._text, match.end(), end)
            if found is None:
                self._stack = []
                self._fail(start, f"the text up to {match['mark']} is not closed")
                return None
            stop = found.end()
            self.heredocs[start] = HeredocText(match.end(), found.start(), bool(match["trim"]))
            body = _VISIBLE.sub(" ", self._text[start:stop])
            self._blanks.append((start, stop, f'"{body[1:-1]}"'))
            return stop
        stop = match.end()
        if match["long"]:
            stop = self._text.find("*/", stop, end) + 2
            if stop == 1:
                self._stack = []
                self._fail(start, "a comment that is not closed")
                return None
        self._blanks.append((start, stop, _VISIBLE.sub(" ", self._text[start:stop])))
        return stop

    def _block(self, end: int) -> None:
        first, brace = self._header
        head = self._text[first:brace]
        for start, stop, replacement in self._blanks[self._headers_blanks :]:
            if first <= start and stop <= brace:
                head = head[: start - first] + replacement + head[stop - first :]
        self._headers_blanks = len(self._blanks)
        match = _HEADER.search(head[-500:])
        if match is None or len(self.blocks) >= MAX_BLOCKS:
            return
        labels = tuple(label[1] or label[2] or "" for label in _LABEL.finditer(match[2]))
        start = first + max(0, len(head) - 500) + match.start()
        self.blocks.append(RawBlock(match[1], labels, start, end))
