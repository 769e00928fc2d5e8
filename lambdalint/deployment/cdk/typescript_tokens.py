"""Cuts TypeScript and JavaScript into tokens, and finds which brackets belong together."""

from __future__ import annotations

import re

import msgspec

LARGEST = 1_000_000
MOST_TOKENS = 200_000
MOST_STEPS = 2_000_000
DEEPEST_TEMPLATE = 10
"""Bounds: code points of a file, its tokens, the steps of reading them, how deep templates stand in one another."""

_TOKEN = re.compile(
    r"""(?P<blank>(?:\s|//[^\n]*|/\*.*?\*/)+)
    |(?P<name>(?:[^\W\d]|[$\#@])[\w$]*)
    |(?P<number>\d[\w.]*)
    |(?P<string>'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*")
    |(?P<mark>`|=>|\.\.\.|\?\.|\?\?|===|!==|==|!=|<=|>=|&&|\|\||\+\+|--|[+\-*/%&|^]=|[^\w\s])""",
    re.VERBOSE | re.DOTALL,
)
_REGEX = re.compile(r"/(?![*/])(?:[^/\\\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+/[a-z]*")
_ESCAPE = re.compile(r"\\(?:u\{([0-9A-Fa-f]{1,6})\}|u([0-9A-Fa-f]{4})|x([0-9A-Fa-f]{2})|(\r\n|.))", re.DOTALL)
_ESCAPED = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "v": "\v", "0": "\0", "\n": "", "\r\n": ""}
_BEFORE_REGEX = frozenset({"return", "typeof", "case", "in", "of", "await", "yield"})
_CLOSING = {")": "(", "]": "[", "}": "{"}


class CannotReadError(Exception):
    """The text is no TypeScript, or goes past a bound; ``at`` is where in the text."""

    def __init__(self, why: str, at: int = 0) -> None:
        super().__init__(why)
        self.at = at


class Token(msgspec.Struct, frozen=True):
    """One token: ``kind`` is ``name``, ``number``, ``string``, ``template`` or ``mark``.

    ``text`` is a string's value, else what is written. ``parts`` are those of a template: texts, and the tokens of
    each hole.
    """

    kind: str
    text: str
    start: int
    end: int
    parts: tuple[str | Tokens, ...] = ()


class Tokens(msgspec.Struct):
    """Tokens in order; ``partner`` maps a bracket to its other half, ``around`` a token to the bracket around it."""

    listed: list[Token] = msgspec.field(default_factory=list)
    partner: dict[int, int] = msgspec.field(default_factory=dict)
    around: list[int] = msgspec.field(default_factory=list)
    steps: int = 0

    def spend(self, steps: int = 1) -> None:
        """Count *steps* of reading the tokens; raise CannotReadError where they are too many."""
        self.steps += steps
        if self.steps > MOST_STEPS:
            raise CannotReadError("it takes too many steps")

    def text(self, at: int) -> str:
        """Return the mark or name at a position, "" where it is another token or none."""
        if not 0 <= at < len(self.listed) or self.listed[at].kind not in {"mark", "name"}:
            return ""
        return self.listed[at].text

    def kind(self, at: int) -> str:
        """Return the kind of the token at a position, "" where there is none."""
        return self.listed[at].kind if 0 <= at < len(self.listed) else ""


def tokenise(text: str) -> Tokens:
    """Return the tokens of *text*; raise CannotReadError where brackets or quotes do not fit."""
    if len(text) > LARGEST:
        raise CannotReadError(f"larger than {LARGEST:,} characters")
    tokens, end = _tokens(text, 0, 0)
    if end < len(text):
        raise CannotReadError("} closes nothing", end)
    return tokens


def _tokens(text: str, position: int, depth: int) -> tuple[Tokens, int]:
    """Return the tokens from *position* on, to the end or to a brace that closes nothing, and where that is."""
    if depth > DEEPEST_TEMPLATE:
        raise CannotReadError(f"templates are nested more than {DEEPEST_TEMPLATE} deep", position)
    found = Tokens()
    opened: list[int] = []
    while position < len(text):
        match = _regex(text, position, found) or _TOKEN.match(text, position)
        if match is None or len(found.listed) > MOST_TOKENS:
            why = "a character that is not expected" if match is None else f"more than {MOST_TOKENS:,} words and marks"
            raise CannotReadError(why, position)
        if text.startswith("/*", match.start()) and match.lastgroup == "mark":
            raise CannotReadError("a comment that is not closed", position)
        kind, written = match.lastgroup or "regex", match[0]
        if kind == "blank":
            position = match.end()
            continue
        if kind == "mark" and written == "}" and not opened:
            return found, position
        end = match.end()
        parts: tuple[str | Tokens, ...] = ()
        if written == "`":
            kind = "template"
            parts, end = _template(text, match.end(), depth)
        elif kind == "string":
            written = unescape(written[1:-1])
        elif kind == "mark" and written in {'"', "'"}:
            raise CannotReadError("a text that is not closed", position)
        at = len(found.listed)
        found.listed.append(Token(kind, written, position, end, parts))
        if kind == "mark" and written in _CLOSING:
            if not opened or found.listed[opened[-1]].text != _CLOSING[written]:
                raise CannotReadError(f"{written} closes nothing", position)
            found.partner[opened[-1]] = at
            found.partner[at] = opened.pop()
        found.around.append(opened[-1] if opened else -1)
        if kind == "mark" and written in {"(", "[", "{"}:
            opened.append(at)
        position = end
    if opened:
        raise CannotReadError("this is not closed", found.listed[opened[-1]].start)
    return found, position


def _regex(text: str, position: int, found: Tokens) -> re.Match[str] | None:
    """Return a regular expression that starts here; after a value, a slash divides."""
    if text[position] != "/":
        return None
    last = found.listed[-1] if found.listed else None
    if last is not None and (
        (last.kind in {"name", "number", "string", "template"} and last.text not in _BEFORE_REGEX)
        or last.text in {")", "]", "}"}
    ):
        return None
    return _REGEX.match(text, position)


def _template(text: str, position: int, depth: int) -> tuple[tuple[str | Tokens, ...], int]:
    """Return the parts of a template string whose text starts at *position*, and where it ends."""
    parts: list[str | Tokens] = []
    start = position
    while position < len(text):
        character = text[position]
        if character == "\\":
            position += 2
        elif character == "`":
            return (*parts, unescape(text[start:position])), position + 1
        elif character == "$" and text.startswith("${", position):
            hole, end = _tokens(text, position + 2, depth + 1)
            if end >= len(text):
                raise CannotReadError("a text that is not closed", start)
            parts += [unescape(text[start:position]), hole]
            position = start = end + 1
        else:
            position += 1
    raise CannotReadError("a text that is not closed", start)


def unescape(text: str) -> str:
    """Return the value of a string literal's *text*."""
    return _ESCAPE.sub(_unescaped, text) if "\\" in text else text


def _unescaped(match: re.Match[str]) -> str:
    code = match[1] or match[2] or match[3]
    if code is None:
        return _ESCAPED.get(match[4], match[4])
    point = int(code, 16)
    return chr(point) if point <= 0x10FFFF and not 0xD800 <= point <= 0xDFFF else "\ufffd"
