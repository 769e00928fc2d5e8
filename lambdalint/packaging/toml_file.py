"""Reads TOML files of the project, with the places of what they hold and the comments beside it."""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING, cast

from lambdalint.model import Problem, Requirement, Span
from lambdalint.model.toml_places import TomlPlaces
from lambdalint.packaging.comment_lines import CommentLine, comment_of

if TYPE_CHECKING:
    from lambdalint.model import Tree
    from lambdalint.model.toml_places import KeyPath
    from lambdalint.packaging.requirement_syntax import Parts

_AT_LINE = re.compile(r"\(at (?:line (\d+), column \d+|end of document)\)$")


class TomlFile:
    """A valid TOML file: ``table`` is its content, everything else is found out when it is asked for."""

    def __init__(self, path: str, content: str, table: dict[str, object]) -> None:
        self.path = path
        self.table = table
        self._content = content

    @cached_property
    def places(self) -> TomlPlaces:
        """Where its keys and elements stand."""
        return TomlPlaces(self.path, self._content)

    @cached_property
    def _comments(self) -> dict[int, CommentLine]:
        return {line: CommentLine(text, alone) for line, text, alone in self.places.comments()}

    def requirement(
        self, key: KeyPath, parts: Parts, *, written: str = "", through: tuple[Span, ...] = ()
    ) -> Requirement:
        """Return the requirement at *key*, which says *parts*; *written* is its text, if it is not the whole entry."""
        whole = self.places.whole(key)
        comment, beside = comment_of(self._comments, whole.line, whole.end_line)
        return Requirement(
            name=parts.name,
            written=" ".join((written or self.places.written(key)).split()),
            span=self.places.key(key),
            specifier=parts.specifier,
            extras=parts.extras,
            marker=parts.marker,
            reference=parts.reference,
            comment=comment,
            beside=beside,
            through=through,
        )


def load(tree: Tree, path: str, *, asked: Span | None = None) -> TomlFile | Problem:
    """Return the TOML file *path*, or why it cannot be read; *asked* is where a missing file is reported."""
    import tomli

    data = tree.read(path)
    if data is None:
        return Problem(
            asked or Span.point(path), f"{path} is not among the files of the project, or cannot be read", "note"
        )
    try:
        text = data.decode("utf-8-sig")
        return TomlFile(path, text, cast("dict[str, object]", tomli.loads(text)))
    except UnicodeDecodeError as error:
        return Problem(
            Span.point(path, data.count(b"\n", 0, error.start) + 1), "not UTF-8: nothing of it is read", "note"
        )
    except tomli.TOMLDecodeError as error:
        return _not_toml(path, text, str(error))
    except (RecursionError, ValueError) as error:
        return Problem(Span.point(path), f"not TOML: {str(error)[:200]}", "note")


def _not_toml(path: str, text: str, message: str) -> Problem:
    at = _AT_LINE.search(message)
    line = int(at[1]) if at is not None and at[1] else text.count("\n") + 1
    said = message[: at.start()].strip() if at is not None else message
    return Problem(Span.point(path, line), f"not TOML: {said[:1].lower()}{said[1:200]}", "note")


def table(value: object, *keys: str) -> dict[str, object]:
    """Return the table that *keys* lead to from *value*; an empty one if there is none."""
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value if isinstance(value, dict) else {}


def array(value: object) -> list[object]:
    """Return *value* if it is an array, else an empty one."""
    return value if isinstance(value, list) else []


def texts(value: object) -> list[str]:
    """Return the texts of an array."""
    return [one for one in array(value) if isinstance(one, str)]


def text(value: object) -> str:
    """Return *value* if it is a text, else an empty one."""
    return value if isinstance(value, str) else ""
