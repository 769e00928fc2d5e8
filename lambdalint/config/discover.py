"""Finds and reads the configuration file that holds for a path."""

from __future__ import annotations

import os
import re
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import tomli

from lambdalint import rerun
from lambdalint.config.error import ConfigError
from lambdalint.config.position import key_lines, nearest_line, statements
from lambdalint.model.configuration import dotted

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lambdalint.config.position import KeyPath

OWN_FILE = "lambdalint.toml"
_PROJECT_FILE = "pyproject.toml"
_TABLE = "lambdalint"
_MAX_BYTES = 5_000_000
_HEADER = re.compile(r"""^[ \t]*\[+[ \t]*(tool[ \t]*\.[ \t]*)?["']?([\w-]{7,14})["']?[ \t]*[\].]""", re.MULTILINE)
_AT_LINE = re.compile(r" \(at (?:line (?P<line>\d+), column \d+|end of document)\)$")


class Source(msgspec.Struct, frozen=True, dict=True):
    """A configuration file: its text, its parsed table, and the keys that lead to that table."""

    path: Path
    text: str
    table: dict[str, Any]  # TOML as parsed; the schema types it
    prefix: tuple[str, ...]

    @cached_property
    def folder(self) -> Path:
        """The absolute folder that the file's paths are relative to."""
        return Path(os.path.abspath(self.path)).parent  # noqa: PTH100 - resolve() would follow symbolic links

    @cached_property
    def _lines(self) -> Mapping[KeyPath, int]:
        return key_lines(self.text)

    def line(self, key: KeyPath) -> int | None:
        """Return the line of *key*, which is relative to the table, or else of the nearest table around it."""
        return nearest_line(self._lines, (*self.prefix, *key))


def read_source(path: Path) -> Source | None:
    """Read the configuration in *path*; None for a ``pyproject.toml`` that says nothing of lambdalint.

    Raises:
        ConfigError: the file cannot be read, is not TOML, or has our table under a wrong name.
    """
    text = _read(path)
    own = path.name != _PROJECT_FILE
    misspelt = None if own else _misspelt(text)
    if not own and misspelt is None and _TABLE not in text:
        return None
    parsed = _parse(path, text)
    if own:
        if isinstance(parsed.get("tool"), dict):
            raise ConfigError(
                f"this table belongs in {_PROJECT_FILE}",
                file=str(path),
                line=nearest_line(key_lines(text), ("tool",)),
                key="tool",
                expected="the keys of the configuration, without a table around them",
            )
        return Source(path, text, parsed, ())
    if misspelt is not None and _leads_to_table(parsed, misspelt[0]):
        raise ConfigError(
            "no table of that name is read",
            file=str(path),
            line=misspelt[1],
            key=dotted(misspelt[0]),
            nearest=f"tool.{_TABLE}",
        )
    tool = parsed.get("tool", {})
    if not isinstance(tool, dict) or _TABLE not in tool:
        return None
    table = tool[_TABLE]
    prefix = ("tool", _TABLE)
    if not isinstance(table, dict):
        line = nearest_line(key_lines(text), prefix)
        raise ConfigError("is not a table", file=str(path), line=line, key=dotted(prefix))
    return Source(path, text, table, prefix)


def read_tables(path: Path) -> tuple[str, dict[str, Any]]:
    """Return the text of the TOML file *path*, and its tables.

    Raises:
        ConfigError: the file cannot be read, or is not TOML.
    """
    text = _read(path)
    return text, _parse(path, text)


def find_source(start: Path) -> Source | None:
    """Return the configuration nearest to *start*, upwards; in one folder ``lambdalint.toml`` wins.

    Raises:
        ConfigError: what has the name of a configuration file cannot be read as one.
    """
    folder = start if start.is_dir() else start.parent
    for candidate in (folder, *folder.parents):
        for name in (OWN_FILE, _PROJECT_FILE):
            path = candidate / name
            rerun.looks_for(path)
            if not os.path.lexists(path):
                continue
            problem = why_no_file(path)
            if problem is not None:
                raise ConfigError(problem, file=str(path))
            source = read_source(path)
            if source is not None:
                return source
    return None


def find(start: Path) -> Path | None:
    """Return the configuration file that holds for *start*, as ``find_source`` does."""
    source = find_source(start)
    return None if source is None else source.path


def why_no_file(path: Path) -> str | None:
    """Tell why there is no file to read at *path*; None if there is one. A pipe would never end."""
    try:
        if path.is_file():
            return None
        if path.is_dir():
            return "is a folder, not a file"
        if path.is_symlink() and not path.exists():
            return "is a link to a file that does not exist"
        return "is no regular file" if path.exists() else "does not exist"
    except OSError as error:
        return f"cannot be read: {error.strerror}"


def _read(path: Path) -> str:
    try:
        with path.open("rb") as handle:
            content = handle.read(_MAX_BYTES + 1)
    except OSError as error:
        raise ConfigError(f"cannot be read: {error.strerror}", file=str(path)) from None
    if len(content) > _MAX_BYTES:
        raise ConfigError(f"is larger than {_MAX_BYTES // 1_000_000} MB", file=str(path))
    try:
        return content.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise ConfigError(f"is not UTF-8 (byte {error.start})", file=str(path), line=line) from None


def _parse(path: Path, text: str) -> dict[str, Any]:
    try:
        return tomli.loads(text)
    except tomli.TOMLDecodeError as error:
        raise _not_toml(path, text, str(error)) from None
    except RecursionError:
        raise ConfigError("is nested too deeply", file=str(path)) from None


def _not_toml(path: Path, text: str, message: str) -> ConfigError:
    at = _AT_LINE.search(message)
    problem = message[: at.start()] if at else message
    line = int(at["line"]) if at and at["line"] else text.count("\n") + 1
    if problem.startswith(("Cannot overwrite", "Cannot declare")):
        # What stands before the mistake is valid, so that its keys are found: the last one is the mistake.
        found = list(statements("\n".join(text.split("\n")[:line])))
        key, again = found[-1]
        first = next(number for place, number in found if place[: len(key)] == key)
        before = f", first in line {first}" if first < again else ""
        return ConfigError(f"is given twice{before}", file=str(path), line=again, key=dotted(key))
    return ConfigError(f"is not TOML: {problem[:1].lower()}{problem[1:]}", file=str(path), line=line)


def _misspelt(text: str) -> tuple[tuple[str, ...], int] | None:
    """Return a header that probably means ``[tool.lambdalint]``, with its line."""
    for match in _HEADER.finditer(text):
        in_tool, name = bool(match[1]), match[2]
        if (name != _TABLE if in_tool else True) and _is_near(name):
            key = ("tool", name) if in_tool else (name,)
            return key, text.count("\n", 0, match.start(2)) + 1
    return None


def _is_near(name: str) -> bool:
    folded = re.sub("[-_]", "", name).casefold()
    if folded == _TABLE:
        return True
    if abs(len(folded) - len(_TABLE)) > 1:
        return False
    from difflib import SequenceMatcher

    return SequenceMatcher(None, folded, _TABLE).ratio() >= 0.9  # one letter is wrong, or two are swapped


def _leads_to_table(parsed: dict[str, Any], key: tuple[str, ...]) -> bool:
    """Tell whether *key* is a table indeed: a header may also stand in a text of several lines."""
    value: object = parsed
    for step in key:
        value = value.get(step) if isinstance(value, dict) else None
    return isinstance(value, (dict, list))
