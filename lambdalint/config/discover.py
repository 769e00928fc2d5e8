"""Finds and reads the configuration file that holds for a path."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import tomli

from lambdalint.config.error import ConfigError

if TYPE_CHECKING:
    from pathlib import Path

_OWN_FILE = "lambdalint.toml"
_MAX_BYTES = 5_000_000


@dataclass(frozen=True, slots=True)
class Source:
    """A configuration file: its text, its parsed table, and the keys that lead to that table."""

    path: Path
    text: str
    table: dict[str, Any]  # TOML as parsed; the schema types it
    prefix: tuple[str, ...]


def read_source(path: Path) -> Source | None:
    """Read the configuration in *path*; None for a ``pyproject.toml`` that says nothing of lambdalint.

    Raises:
        ConfigError: the file cannot be read or is not TOML.
    """
    try:
        with path.open("rb") as handle:
            text = handle.read(_MAX_BYTES).decode("utf-8-sig")
    except OSError as error:
        raise ConfigError(f"cannot be read: {error.strerror}", file=str(path)) from None
    except UnicodeDecodeError as error:
        raise ConfigError(f"is not UTF-8 (byte {error.start})", file=str(path)) from None
    own = path.name != "pyproject.toml"
    if not own and "lambdalint" not in text:
        return None
    text = text.replace("\r\n", "\n")
    try:
        parsed = tomli.loads(text)
    except tomli.TOMLDecodeError as error:
        raise ConfigError(f"is not TOML: {error}", file=str(path), line=getattr(error, "lineno", None)) from None
    except RecursionError:
        raise ConfigError("is nested too deeply", file=str(path)) from None
    if own:
        return Source(path, text, parsed, ())
    tool = parsed.get("tool", {})
    if not isinstance(tool, dict) or "lambdalint" not in tool:
        return None
    table = tool["lambdalint"]
    if not isinstance(table, dict):
        raise ConfigError("is not a table", file=str(path), key="tool.lambdalint")
    return Source(path, text, table, ("tool", "lambdalint"))


def find_source(start: Path) -> Source | None:
    """Return the configuration nearest to *start*, upwards; in one folder ``lambdalint.toml`` wins."""
    folder = start if start.is_dir() else start.parent
    for candidate in (folder, *folder.parents):
        for name in (_OWN_FILE, "pyproject.toml"):
            path = candidate / name
            if path.is_file():
                source = read_source(path)
                if source is not None:
                    return source
    return None
