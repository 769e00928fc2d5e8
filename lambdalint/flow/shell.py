"""The shell's language, as far as it tells which words each command of a script is given.

A script is text with holes (see ``lambdalint.flow.text``); a hole is part of a word, as a name would be.
"""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lambdalint.flow.shell_words import Operator, Word, WordReader
from lambdalint.flow.text import hole_text
from lambdalint.model import Hole, HoleKind

if TYPE_CHECKING:
    from collections.abc import Callable

_LONGEST_SCRIPT = 20_000
_MOST_COMMANDS = 100
_DEEPEST = 4
_SEPARATORS = frozenset({"\n", ";", ";;", "&", "&&", "|", "||", "|&", "(", ")"})
_LEADING = frozenset({"if", "then", "elif", "else", "while", "until", "do", "!", "{", "time", "coproc"})
"""Reserved words that a command may follow."""
_CLOSING = frozenset({"fi", "done", "esac", "}", "]]"})
_DECLARING = frozenset({"export", "local", "readonly", "declare", "typeset"})
_ASSIGNMENT = re.compile(r"([A-Za-z_]\w*)\+?=", re.ASCII)


@dataclass(frozen=True, slots=True)
class Redirection:
    """A file that the shell opens for a command: ``>``, ``>>`` or ``<``."""

    operator: str
    target: str


@dataclass(frozen=True, slots=True)
class Command:
    """One simple command: its words, the files it is redirected to, and the directory that it runs in.

    ``directory`` is relative to the directory that the script starts in; ``""`` is that directory.
    """

    words: tuple[Word, ...]
    redirections: tuple[Redirection, ...] = ()
    directory: str = ""


class _Unsupported(Exception):
    """The script uses what is not modelled; what was read so far stands."""


def commands_of(script: str, variable: Callable[[str], str]) -> list[Command]:
    """Return the commands of a script, in order; *variable* gives the value of a variable by its name."""
    if len(script) > _LONGEST_SCRIPT:
        return []
    return _Script(variable, {}, "", 0).run(script)


def below(directory: str, path: str) -> str:
    """Return a path as seen from where the directory is; an absolute one stands for itself."""
    return posixpath.join(directory, path) if directory else path


class _Script:
    """One run over a script, with the variables and the working directory that it sets."""

    def __init__(self, variable: Callable[[str], str], variables: dict[str, str], directory: str, depth: int) -> None:
        self._outer = variable
        self._variables = variables
        self._directory = directory
        self._depth = depth
        self._directories: list[str] = []
        self._commands: list[Command] = []
        self._words: list[Word] = []
        self._redirections: list[Redirection] = []

    def run(self, script: str) -> list[Command]:
        operator = ""
        try:
            for token in WordReader(script, self._variable):
                if isinstance(token, Operator):
                    if token.text in _SEPARATORS:
                        self._end(token.text)
                        operator = ""
                    else:
                        operator = token.text
                    continue
                self._substitute(token)
                if operator:
                    self._redirect(operator, token)
                    operator = ""
                else:
                    self._words.append(token)
            self._end("\n")
        except _Unsupported:
            pass
        return self._commands

    def _variable(self, name: str) -> str:
        return self._variables[name] if name in self._variables else self._outer(name)

    def _substitute(self, word: Word) -> None:
        """Run the scripts inside a word, ``$(...)``, in a copy of the state."""
        for script in word.inner:
            if self._depth < _DEEPEST:
                inner = _Script(self._outer, dict(self._variables), self._directory, self._depth + 1)
                self._commands.extend(inner.run(script))

    def _redirect(self, operator: str, word: Word) -> None:
        if operator == "<<<" or (operator in (">&", "<&") and (word.text.isdigit() or word.text == "-")):
            return
        kind = "<" if operator == "<" else (">>" if operator in (">>", "&>>") else ">")
        self._redirections.append(Redirection(kind, word.text))

    def _end(self, separator: str) -> None:
        """End a simple command."""
        if separator == "(":
            if self._words:
                # A function's definition, or an array.
                raise _Unsupported
            self._directories.append(self._directory)
            return
        self._command()
        self._words = []
        self._redirections = []
        if separator == ")" and self._directories:
            self._directory = self._directories.pop()
        if len(self._commands) >= _MOST_COMMANDS:
            raise _Unsupported

    def _command(self) -> None:
        words = self._words
        while words and words[0].plain and words[0].text in _LEADING:
            words = words[1:]
        if words and words[0].plain:
            first = words[0].text
            if first in ("case", "select", "function", "[["):
                if first == "[[":
                    return
                raise _Unsupported
            if first == "for":
                self._loop(words[1:])
                return
            if first in _CLOSING:
                words = []
        assigned = 0
        while assigned < len(words) and _ASSIGNMENT.match(words[assigned].text):
            assigned += 1
        if assigned == len(words) or words[0].text in _DECLARING:
            self._assign(words)
            words = []
        words = words[assigned:] if words else words
        if words and words[0].text in ("cd", "pushd", "popd"):
            self._change_directory(words)
            words = []
        if words or self._redirections:
            self._commands.append(Command(tuple(words), tuple(self._redirections), self._directory))

    def _assign(self, words: list[Word]) -> None:
        for word in words:
            match = _ASSIGNMENT.match(word.text)
            if match:
                self._variables[match[1]] = word.text[match.end() :]

    def _loop(self, words: list[Word]) -> None:
        """``for NAME in WORDS``: the name is one word, or each of several."""
        if not words:
            return
        given = [word.text for word in words[2:]]
        several = hole_text(Hole(HoleKind.LOOP, f"${words[0].text}"))
        self._variables[words[0].text] = given[0] if len(given) == 1 else several

    def _change_directory(self, words: list[Word]) -> None:
        targets = [word.text for word in words[1:] if not word.text.startswith("-")]
        if words[0].text == "popd" or (len(words) > 1 and words[1].text == "-"):
            self._directory = hole_text(Hole(HoleKind.UNKNOWN, "$OLDPWD"))
        elif targets:
            self._directory = below(self._directory, targets[0])
        else:
            self._directory = self._variable("HOME")


def split_words(text: str) -> list[str]:
    """Return the words of a text as ``shlex.split`` does: quotes and backslashes count, nothing is expanded."""
    return [token.text for token in WordReader(text, str, expands=False) if isinstance(token, Word)]


def quoted(text: str) -> str:
    """Return a text as one word of a script, as ``shlex.quote`` does."""
    return text if _SAFE.fullmatch(text) else "'" + text.replace("'", "'\"'\"'") + "'"


_SAFE = re.compile("[A-Za-z0-9_@%+=:,./\U000f0000-\U0010fffd-]+")
"""Text without a character that the shell treats in a special way; a hole counts as a name."""
