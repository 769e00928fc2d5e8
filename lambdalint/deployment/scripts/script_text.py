"""The text of a script inside a file, and the paths that scripts speak of while they are followed.

A path is text whose unknown parts are single characters of a private-use plane: the same unknown thing is the same
character throughout a run, so that what is put into ``$BUILD`` is found when ``$BUILD`` is packed.
"""

from __future__ import annotations

from bisect import bisect_right

import msgspec

from lambdalint.model import Span

ROOT = "\ue000"
"""The project's root, at the start of a path."""
MAX_PATH = 1_000
_FIRST = 0xE001
_LAST = 0xF8FF


class ScriptText(msgspec.Struct, frozen=True):
    """A script with the places of its characters.

    ``lines`` holds, for each line of the script, the offset that it starts at and the line and column of the file
    that its first character has. A script whose characters have no places of their own stands at ``fixed``. ``base``
    is added to each offset, for a script inside a script.
    """

    path: str
    text: str
    lines: tuple[tuple[int, int, int], ...] = ()
    fixed: Span | None = None
    base: int = 0

    @classmethod
    def of_file(cls, path: str, text: str) -> ScriptText:
        """Return a script that is a file."""
        lines = [(0, 1, 1)]
        at = text.find("\n")
        while at >= 0:
            lines.append((at + 1, len(lines) + 1, 1))
            at = text.find("\n", at + 1)
        return cls(path, text, tuple(lines))

    def part(self, text: str, start: int) -> ScriptText:
        """Return *text*, which stands in this script from *start* on, as a script."""
        return ScriptText(self.path, text, self.lines, self.fixed, self.base + start)

    def at(self, text: str, span: Span) -> ScriptText:
        """Return a script that stands somewhere in *span*."""
        return ScriptText(self.path, text, fixed=span)

    def span(self, start: int, end: int) -> Span:
        """Return the place of what stands between two offsets."""
        if self.fixed is not None:
            return self.fixed
        line, column = self._place(start)
        end_line, end_column = self._place(end)
        return Span(self.path, line, column, end_line, end_column)

    def _place(self, offset: int) -> tuple[int, int]:
        if not self.lines:
            return 1, 1
        offset += self.base
        start, line, column = self.lines[max(bisect_right(self.lines, (offset, 1 << 60, 0)) - 1, 0)]
        return line, column + offset - start


class Unknowns(msgspec.Struct):
    """The unknown things of one run, each with its character."""

    _characters: dict[str, str] = msgspec.field(default_factory=dict)

    def named(self, name: str) -> str:
        """Return the character of the thing *name*, the same each time."""
        if name not in self._characters:
            code = min(_FIRST + len(self._characters), _LAST)
            self._characters[name] = chr(code)
        return self._characters[name]

    def new(self) -> str:
        """Return a character of its own."""
        return self.named(f"\0{len(self._characters)}")


def readable(data: bytes) -> str:
    """Return the text of a script, without characters that mean something here."""
    text = data.decode("utf-8", "replace").replace("\r\n", "\n")
    if text.isascii():
        return text
    return "".join("\ufffd" if "\ue000" <= character <= "\uf8ff" else character for character in text)


def has_unknown(text: str) -> bool:
    """Tell whether a part of *text* is not known."""
    return not text.isascii() and any(_FIRST <= ord(character) <= _LAST for character in text)


def is_absolute(path: str) -> bool:
    """Tell whether a path does not depend on the working directory; one that starts with something unknown does not."""
    return path.startswith("/") or "\ue000" <= path[:1] <= "\uf8ff"


def joined(folder: str, path: str) -> str:
    """Return *path* as seen from *folder*, without ``.`` and ``..`` where these can be resolved."""
    whole = path if is_absolute(path) else f"{folder}/{path}"
    leading = "/" if whole.startswith("/") else ""
    parts: list[str] = []
    for part in whole[: MAX_PATH * 2].split("/"):
        if part in ("", "."):
            continue
        if part == ".." and parts and parts[-1] != ".." and parts[-1].isascii():
            parts.pop()
        elif part != ".." or not leading or parts:
            parts.append(part)
    return leading + "/".join(parts)


def in_project(path: str) -> str | None:
    """Return a path relative to the root, or None where it is not known or leads elsewhere."""
    if not path.startswith(ROOT) or path[1:2] not in ("", "/"):
        return None
    relative = path[2:]
    if has_unknown(relative) or ROOT in relative or ".." in relative.split("/"):
        return None
    return relative


def is_below(path: str, folder: str) -> bool:
    """Tell whether *path* is *folder* or lies in it."""
    return path == folder or path.startswith(folder if folder.endswith("/") else f"{folder}/")
