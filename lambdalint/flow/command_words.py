"""Reads a command's words by its catalogue row: options with their values, and the arguments that are no options."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import msgspec

from lambdalint.catalogue.command import options_of
from lambdalint.flow.text import has_holes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lambdalint.catalogue.command import Options
    from lambdalint.catalogue.schema import CommandRow
    from lambdalint.flow.shell_words import Word

_NUMBER = re.compile(r"-\d+(?:\.\d+)?")
_PAIR = re.compile(r"[A-Za-z_][\w-]*=")


class Argument(msgspec.Struct, frozen=True):
    """A word that is no option.

    ``certain`` is false behind an option that is not known, which may take the word as its value. ``vague`` tells that
    it is one unknown piece of a shell script, which may be several words or options.
    """

    text: str
    certain: bool = True
    vague: bool = False


class Words(msgspec.Struct):
    """The words of one command, as its row reads them.

    ``options`` holds the values of each given option, by its first spelling. ``rest`` is the command that a launcher
    runs. ``sure`` tells that no option can hide in what is not known.
    """

    arguments: list[Argument] = msgspec.field(default_factory=list)
    options: dict[str, list[str]] = msgspec.field(default_factory=dict)
    rest: tuple[Word, ...] = ()
    sure: bool = True

    def given(self, option: str) -> bool:
        """Tell whether an option is given."""
        return option in self.options


def read_words(row: CommandRow, words: Sequence[Word], subcommand: int) -> Words:
    """Read the words behind a program's name; *subcommand* counts the words that name the subcommand."""
    return _Reader(row, options_of(row), list(words), subcommand).read()


class _Reader:
    def __init__(self, row: CommandRow, options: Options, words: list[Word], subcommand: int) -> None:
        self._row = row
        self._options = options
        self._words = words
        self._subcommand = subcommand
        self._at = 0
        self._certain = True
        self._found = Words()

    def read(self) -> Words:
        row, words, found = self._row, self._words, self._found
        ended = False
        while self._at < len(words):
            word = words[self._at]
            text = word.text
            self._at += 1
            if (
                row.runs is not None
                and len(found.arguments) >= row.runs + self._subcommand
                and not self._optional(text)
            ):
                found.rest = tuple(words[self._at - 1 :])
                break
            if text == "--" and row.style == "short" and not ended:
                ended = True
            elif ended or not self._is_option(word):
                self._argument(word)
            elif not self._option(text):
                break
        return found

    def _is_option(self, word: Word) -> bool:
        row = self._row
        if row.style == "pairs":
            return _PAIR.match(word.text) is not None
        if row.bundle and self._at == 1 and word.text.isalpha():
            return True
        return self._optional(word.text)

    def _optional(self, text: str) -> bool:
        """Tell whether a word is an option by its look."""
        return len(text) > 1 and (
            text[0] == "-" or (self._row.style == "long" and text[0] == "+" and text[1].isalpha())
        )

    def _argument(self, word: Word) -> None:
        vague = word.vague and self._at < len(self._words)
        self._found.sure = self._found.sure and not vague
        self._found.arguments.append(Argument(word.text, self._certain, vague))
        self._certain = True

    def _add(self, option: str, value: str | None = None) -> None:
        values = self._found.options.setdefault(self._options.first.get(option, option), [])
        if value is not None:
            values.append(value)

    def _next(self, option: str) -> None:
        """Give an option the next word as its value."""
        if self._at < len(self._words):
            self._add(option, self._words[self._at].text)
            self._at += 1
        else:
            self._add(option)

    def _option(self, text: str) -> bool:
        """Read one option; return False where the rest of the words is another command."""
        row, options = self._row, self._options
        self._certain = True
        if text in row.runs_after:
            self._found.rest = tuple(self._words[self._at :])
            self._add(text)
            return False
        name, equals, value = text.partition("=")
        if text in options.values or (row.style == "long" and name.partition(":")[0] in options.values and not equals):
            self._next(text)
        elif text in options.flags or text in options.joined:
            self._add(text)
        elif equals and name in options.first:
            self._add(name, value)
        elif row.style == "short" and not text.startswith("--") and self._bundle(text.lstrip("-")):
            pass
        elif not self._joined(text):
            self._other(text, equals)
        return True

    def _bundle(self, letters: str) -> bool:
        """Read options of one letter that share a hyphen; tell whether all of them are known."""
        known = self._options.first
        read: list[tuple[str, str | None]] = []
        for number, letter in enumerate(letters):
            option = f"-{letter}"
            if option not in known:
                return False
            following = letters[number + 1 :]
            if option in self._options.values or (option in self._options.joined and following):
                read.append((option, following or None))
                break
            read.append((option, None))
        for option, value in read:
            if value is None and option in self._options.values:
                self._next(option)
            else:
                self._add(option, value)
        return True

    def _joined(self, text: str) -> bool:
        for option in self._options.joined:
            if text.startswith(option):
                self._add(option, text[len(option) :].removeprefix("="))
                return True
        return False

    def _other(self, text: str, equals: str) -> None:
        """Read an option that the row does not list."""
        if has_holes(text.partition("=")[0]):
            self._found.sure = False
        if _NUMBER.fullmatch(text) or equals or self._row.others == "flag" or self._row.style == "pairs":
            return
        if self._row.others == "value":
            self._at += 1
        else:
            self._certain = False
