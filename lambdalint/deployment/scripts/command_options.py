"""Splits the words of a command into its options and the rest."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lambdalint.deployment.scripts.shell_run import Field


class Option(msgspec.Struct, frozen=True):
    """An option with the field that holds its value; ``text`` is the value alone."""

    name: str
    text: str
    given: Field


class Options(msgspec.Struct):
    """The options of a command, in order, and its other words."""

    found: list[Option] = msgspec.field(default_factory=list)
    rest: list[Field] = msgspec.field(default_factory=list)

    def values(self, *names: str) -> list[Option]:
        """Return the options with one of these names."""
        return [option for option in self.found if option.name in names]

    def last(self, *names: str) -> str | None:
        """Return the value of the last option with one of these names."""
        return next((option.text for option in reversed(self.found) if option.name in names), None)

    def has(self, *names: str) -> bool:
        """Tell whether one of these options is given."""
        return any(option.name in names for option in self.found)


def read_options(
    fields: Sequence[Field], short: str, long: frozenset[str], *, abbreviated: tuple[str, ...] = (), stop: bool = False
) -> Options:
    """Read the words behind a command's name.

    *short* are the letters and *long* the names, without dashes, of options that take a value. *abbreviated* are
    long names whose first three letters or more will do. With *stop*, a word that is no option ends the options.
    """
    options = Options()
    position = 0
    while position < len(fields):
        given = fields[position]
        position += 1
        text = given.text
        if text == "--" or (stop and not text.startswith("-")):
            options.rest.extend(fields[position - (text != "--") :])
            break
        if text.startswith("--"):
            name, equals, value = text[2:].partition("=")
            if name not in long and len(name) > 2:
                name = next((each for each in abbreviated if each.startswith(name)), name)
            if equals:
                options.found.append(Option(name, value, given))
            elif name in long and position < len(fields):
                options.found.append(Option(name, fields[position].text, fields[position]))
                position += 1
            else:
                options.found.append(Option(name, "", given))
        elif text.startswith("-") and len(text) > 1:
            for index in range(1, len(text)):
                letter = text[index]
                if letter not in short:
                    options.found.append(Option(letter, "", given))
                    continue
                value = text[index + 1 :].removeprefix("=")
                if not value and position < len(fields):
                    options.found.append(Option(letter, fields[position].text, fields[position]))
                    position += 1
                else:
                    options.found.append(Option(letter, value, given))
                break
        else:
            options.rest.append(given)
    return options
