"""Divides a shell script into words and operators, with quotes, expansions and patterns."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import msgspec

from lambdalint.flow.text import hole_of, hole_text, is_hole
from lambdalint.model import LISTING, Hole, HoleKind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ANY_NAME = Hole(HoleKind.LOOP, LISTING, confined=True)
"""Each name that a pattern matches."""

_OPERATOR = re.compile(r"\d*(?:&>>|&>|>\||>&|<&|>>|<<<|<<-|<<|<>|>|<)|&&|\|\||;;|\|&|[;|&()\n]")
_ENDS_WORD = frozenset(" \t\n;|&()<>")
_NAME = re.compile(r"[A-Za-z_]\w*", re.ASCII)
_PARAMETER = re.compile(r"\{([A-Za-z_]\w*)(?::?[-=](.*))?\}", re.ASCII | re.DOTALL)
_SPECIAL = frozenset("0123456789@*#?!-")
_CHOICE = re.compile(r"\{[^\s{}'\"]*(?:,|\.\.)[^\s{}'\"]*\}")
_BRACKETS = re.compile(r"\[[^\s\]'\"/]+\]")


class Operator(msgspec.Struct, frozen=True):
    """An operator of the shell, a redirection without the number before it, or the end of a line."""

    text: str


class Word(msgspec.Struct, frozen=True):
    """One word. ``inner`` are the scripts that it runs to make its text.

    ``plain`` tells that no part is quoted. ``vague`` tells that all of it is one unknown piece, which the shell may
    divide into several words.
    """

    text: str
    plain: bool = False
    vague: bool = False
    inner: tuple[str, ...] = ()


class WordReader:
    """Reads the words and operators of a script one by one, with the variables as they are at that point.

    Without ``expands`` only quotes and backslashes count, as in ``shlex.split``.
    """

    def __init__(self, script: str, variable: Callable[[str], str], *, expands: bool = True) -> None:
        self._script = script
        self._variable = variable
        self._expands = expands
        self._at = 0
        self._pieces: list[str] = []
        self._inner: list[str] = []
        self._quoted = False
        self._documents: list[str] = []
        self._ends_word = _ENDS_WORD if expands else frozenset(" \t\r\n")

    def __iter__(self) -> Iterator[Word | Operator]:
        script = self._script
        while True:
            self._skip_blanks()
            if self._at >= len(script):
                return
            operator = _OPERATOR.match(script, self._at) if self._expands else None
            substitutes = script.startswith(("<(", ">("), self._at) and self._expands
            if operator and not substitutes:
                yield from self._operator(operator)
                continue
            word = self._word()
            if word.text or not word.plain:
                yield word

    def _skip_blanks(self) -> None:
        script = self._script
        blanks = " \t\r" if self._expands else " \t\r\n"
        while self._at < len(script):
            if script[self._at] in blanks:
                self._at += 1
            elif script.startswith("\\\n", self._at):
                self._at += 2
            elif script[self._at] == "#" and self._expands:
                end = script.find("\n", self._at)
                self._at = len(script) if end < 0 else end
            else:
                return

    def _operator(self, match: re.Match[str]) -> Iterator[Operator]:
        self._at = match.end()
        text = match[0].lstrip("0123456789")
        if text in ("<<", "<<-"):
            self._skip_blanks()
            self._documents.append(self._word().text)
            return
        if text == "\n":
            self._skip_documents()
        yield Operator(text)

    def _skip_documents(self) -> None:
        """Skip the here-documents that start behind this line."""
        for delimiter in self._documents:
            while self._at < len(self._script):
                end = self._script.find("\n", self._at)
                end = len(self._script) if end < 0 else end
                line = self._script[self._at : end]
                self._at = end + 1
                if line.lstrip("\t") == delimiter:
                    break
        self._documents.clear()

    def _word(self) -> Word:
        self._pieces, self._inner, self._quoted = [], [], False
        while self._at < len(self._script):
            character = self._script[self._at]
            if character in self._ends_word and not (character in "<>" and self._script[self._at + 1 :][:1] == "("):
                break
            self._piece(character)
        text = "".join(self._pieces)
        vague = len(text) == 1 and is_hole(text) and not self._quoted and _may_be_several(text)
        return Word(text, plain=not self._quoted, vague=vague and self._expands, inner=tuple(self._inner))

    def _piece(self, character: str) -> None:
        script = self._script
        self._at += 1
        if character == "\\":
            following = script[self._at : self._at + 1]
            self._at += 1
            if following != "\n":
                self._quoted = True
                self._pieces.append(following)
        elif character == "'":
            self._quoted = True
            end = script.find("'", self._at)
            end = len(script) if end < 0 else end
            self._pieces.append(script[self._at : end])
            self._at = end + 1
        elif character == '"':
            self._quoted = True
            self._double_quotes()
        elif self._expands and character in "$`<>":
            self._expansion(character)
        elif self._expands and character in "*?[{~":
            self._pattern(character)
        else:
            self._pieces.append(character)

    def _double_quotes(self) -> None:
        script = self._script
        while self._at < len(script) and script[self._at] != '"':
            character = script[self._at]
            self._at += 1
            if character == "\\" and script[self._at : self._at + 1] in ("$", "`", '"', "\\", "\n"):
                if script[self._at] != "\n":
                    self._pieces.append(script[self._at])
                self._at += 1
            elif self._expands and character in "$`":
                self._expansion(character)
            else:
                self._pieces.append(character)
        self._at += 1

    def _expansion(self, character: str) -> None:
        """Replace a variable by its value, and what another command prints by a hole."""
        script = self._script
        following = script[self._at : self._at + 1]
        if character == "`":
            end = script.find("`", self._at)
            end = len(script) if end < 0 else end
            self._inner.append(script[self._at : end])
            self._at = end + 1
            self._hole("`...`")
        elif following == "(":
            end = _closing(script, self._at)
            body = script[self._at + 1 : end]
            self._at = end + 1
            if body.startswith("("):
                self._hole("$((...))", confined=True)
            else:
                self._inner.append(body)
                self._hole("$(...)")
        elif character != "$":
            self._pieces.append(character)
        elif following == "{":
            end = script.find("}", self._at)
            end = len(script) if end < 0 else end + 1
            match = _PARAMETER.fullmatch(script[self._at : end])
            self._at = end
            if match is None:
                self._hole("${...}")
            else:
                self._pieces.append(self._variable(match[1]) or match[2] or "")
        elif following == "$":
            self._at += 1
            self._hole("$$", confined=True)
        elif following and following in _SPECIAL:
            self._at += 1
            self._hole(f"${following}")
        else:
            name = _NAME.match(script, self._at)
            if name is None:
                self._pieces.append("$")
            else:
                self._at = name.end()
                self._pieces.append(self._variable(name[0]))

    def _pattern(self, character: str) -> None:
        """Replace what the shell matches with names by a hole, and ``~`` by the home directory."""
        script = self._script
        if character in "*?":
            while script[self._at : self._at + 1] == "*":
                self._at += 1
            self._pieces.append(hole_text(ANY_NAME))
            return
        if character == "~":
            starts = not self._pieces and script[self._at : self._at + 1] in ("", "/", " ", "\t", "\n", ";", "&", "|")
            self._pieces.append(self._variable("HOME") if starts else character)
            return
        match = (_BRACKETS if character == "[" else _CHOICE).match(script, self._at - 1)
        if match is None:
            self._pieces.append(character)
            return
        self._at = match.end()
        self._pieces.append(hole_text(ANY_NAME if character == "[" else Hole(HoleKind.LOOP, match[0])))

    def _hole(self, origin: str, *, confined: bool = False) -> None:
        self._pieces.append(hole_text(Hole(HoleKind.UNKNOWN, origin, confined=confined)))


def _may_be_several(text: str) -> bool:
    """Tell whether a hole may hold blanks: what is called a part of an event or a variable is one word."""
    hole = hole_of(text)
    return hole.kind in (HoleKind.UNKNOWN, HoleKind.ENVIRONMENT) and not hole.confined


def _closing(script: str, start: int) -> int:
    """Return where the parenthesis at *start* is closed, or the end of the script."""
    depth = 0
    for position in range(start, len(script)):
        if script[position] == "(":
            depth += 1
        elif script[position] == ")":
            depth -= 1
            if depth == 0:
                return position
    return len(script)
