"""The shell's language, as far as it tells which words each command of a script is given.

A script is text with holes (see ``lambdalint.flow.text``); a hole is part of a word, as a name would be.
"""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING

import msgspec
from msgspec.structs import replace

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
_OPENING = frozenset({"if", "while", "until", "{"})
_CLOSING = frozenset({"fi", "done", "esac", "}", "]]"})
_CONDITIONS = frozenset({"if", "elif", "while", "until"})
_TESTS = frozenset({"[", "test", "[[", "which", "command", "type", "hash", "grep", "!"})
"""Commands that are run for their exit status."""
_REPORTING = frozenset({"echo", "printf", "logger", "exit", "return", "false"})
"""Commands behind ``||`` that are no other way to go on."""
_DECLARING = frozenset({"export", "local", "readonly", "declare", "typeset"})
_ASSIGNMENT = re.compile(r"([A-Za-z_]\w*)\+?=", re.ASCII)


class Redirection(msgspec.Struct, frozen=True):
    """A file that the shell opens for a command: ``>``, ``>>`` or ``<``."""

    operator: str
    target: str


class Command(msgspec.Struct, frozen=True):
    """One simple command: its words, the files it is redirected to, and the directory that it runs in.

    ``directory`` is relative to the directory that the script starts in; ``""`` is that directory. ``expected`` tells
    that the script goes on by another way where the command fails, ``conditional`` that it is run only if another
    command succeeds or fails, ``noticed`` that the script fails for certain where the command does. ``variables`` are
    those that the script has set, with their values.
    """

    words: tuple[Word, ...]
    redirections: tuple[Redirection, ...] = ()
    directory: str = ""
    expected: bool = False
    conditional: bool = False
    noticed: bool = True
    variables: tuple[tuple[str, str], ...] = ()


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
        self._outcome = _Outcome(self._commands)

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
                self._commands.extend(replace(command, noticed=False) for command in inner.run(script))

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
            self._outcome.open("(")
            return
        self._command()
        self._words = []
        self._redirections = []
        if separator == ")":
            if self._directories:
                self._directory = self._directories.pop()
            self._outcome.close()
        else:
            self._outcome.separate(separator)
        if len(self._commands) >= _MOST_COMMANDS:
            raise _Unsupported

    def _command(self) -> None:
        words = self._words
        while words and words[0].plain and words[0].text in _LEADING:
            self._outcome.lead(words[0].text)
            words = words[1:]
        if words and words[0].plain:
            first = words[0].text
            if first in ("case", "select", "function", "[["):
                if first == "[[":
                    self._outcome.run(first)
                    return
                raise _Unsupported
            if first == "for":
                self._outcome.open(first)
                self._loop(words[1:])
                return
            if first in _CLOSING:
                self._outcome.close()
                words = []
        assigned = 0
        while assigned < len(words) and _ASSIGNMENT.match(words[assigned].text):
            assigned += 1
        if assigned == len(words) or words[0].text in _DECLARING:
            self._assign(words)
            words = []
        own = [(word.text.partition("=")[0], word.text.partition("=")[2]) for word in words[:assigned]]
        words = words[assigned:]
        if len(words) > 1 and words[0].text in ("source", ".") and words[1].text.endswith("/bin/activate"):
            self._variables["VIRTUAL_ENV"] = words[1].text.removesuffix("/bin/activate")
        if words and words[0].text in ("cd", "pushd", "popd"):
            self._change_directory(words)
            words = []
        if words and words[0].text == "set":
            self._outcome.set(words[1:])
        if words or self._redirections:
            expected, conditional = self._outcome.run(words[0].text if words else "")
            self._commands.append(
                Command(
                    tuple(words),
                    tuple(self._redirections),
                    self._directory,
                    expected=expected,
                    conditional=conditional,
                    variables=(*self._variables.items(), *own),
                )
            )

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


class _Block(msgspec.Struct, frozen=True):
    """What ``_Outcome`` goes back to where a group of commands ends, and where its first command is."""

    list: int
    pipeline: int
    ended: int
    start: int
    conditional: bool


class _Outcome:
    """Follows what becomes of a command's failure: ``a || b``, ``a | b``, ``if a``, ``set -e``."""

    def __init__(self, commands: list[Command]) -> None:
        self._commands = commands
        self._blocks: list[_Block] = []
        self._list = 0
        """Where the commands start that ``&&`` and ``||`` connect, and below those of the pipeline."""
        self._pipeline = 0
        self._ended = 0
        self._in_condition = False
        self._is_alternative = False
        self._after_test = False
        self._stops = False
        self._pipes_fail = False

    def lead(self, word: str) -> None:
        """Take up a reserved word before a command."""
        if word in _OPENING:
            self.open(word)
        if word in _CONDITIONS or word == "!":
            self._in_condition = True
        elif word in ("then", "do", "else"):
            self._in_condition = False

    def open(self, word: str) -> None:
        """Begin a group of commands."""
        conditional = self._is_alternative or self._after_test or word in _CONDITIONS
        self._blocks.append(_Block(self._list, self._pipeline, self._ended, len(self._commands), conditional))

    def close(self) -> None:
        """End a group, which counts as one command for what follows."""
        if self._blocks:
            block = self._blocks.pop()
            self._list, self._pipeline, self._ended = block.list, block.pipeline, block.ended

    def set(self, words: list[Word]) -> None:
        """Take up the shell's own options."""
        for word in words:
            is_short = word.text.startswith("-") and not word.text.startswith("--")
            self._stops = self._stops or (is_short and "e" in word.text) or word.text == "errexit"
            self._pipes_fail = self._pipes_fail or word.text == "pipefail"

    def run(self, program: str) -> tuple[bool, bool]:
        """Tell of the command that comes next whether its failure is expected, and whether it is conditional."""
        if not self._stops:
            self._change(self._blocks[-1].start if self._blocks else 0, self._ended, noticed=False)
        conditional = self._is_alternative or self._after_test or any(block.conditional for block in self._blocks)
        if self._is_alternative and program not in _REPORTING:
            self._change(self._list, len(self._commands), expected=True)
        self._is_alternative = False
        self._after_test = self._after_test or program in _TESTS
        return self._in_condition, conditional and not self._in_condition

    def separate(self, separator: str) -> None:
        """Take up what stands behind a command."""
        end = len(self._commands)
        if separator in ("|", "|&"):
            if not self._pipes_fail:
                self._change(self._pipeline, end, noticed=False)
            return
        self._pipeline = end
        if separator == "||":
            self._is_alternative = True
        elif separator != "&&":
            if separator == "&":
                self._change(self._list, end, noticed=False)
            self._list = self._ended = end
            self._after_test = self._is_alternative = False
            self._in_condition = self._in_condition and bool(self._blocks)

    def _change(self, start: int, end: int, *, expected: bool | None = None, noticed: bool | None = None) -> None:
        for number in range(start, end):
            command = self._commands[number]
            self._commands[number] = replace(
                command,
                expected=command.expected if expected is None else expected,
                noticed=command.noticed if noticed is None else noticed,
            )


def split_words(text: str) -> list[str]:
    """Return the words of a text as ``shlex.split`` does: quotes and backslashes count, nothing is expanded."""
    return [token.text for token in WordReader(text, str, expands=False) if isinstance(token, Word)]


def quoted(text: str) -> str:
    """Return a text as one word of a script, as ``shlex.quote`` does."""
    return text if _SAFE.fullmatch(text) else "'" + text.replace("'", "'\"'\"'") + "'"


_SAFE = re.compile("[A-Za-z0-9_@%+=:,./\U000f0000-\U0010fffd-]+")
"""Text without a character that the shell treats in a special way; a hole counts as a name."""
