"""The effective configuration, as TOML that says where each value comes from, and as JSON."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from lambdalint.model.configuration import dotted, plain, quoted
from lambdalint.output import json_report
from lambdalint.output.escape import escape

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from lambdalint.model import Configuration, Origin, Setting

_PREFIX = ("tool", "lambdalint")
_COMMENT_COLUMN = 48


def render_text(configuration: Configuration) -> str:
    """Return the settings as TOML for a ``pyproject.toml`` beside the configuration; it says the same there."""
    return "\n".join([*_head(configuration.files), *_tables(configuration.settings)]) + "\n"


def render_json(configuration: Configuration) -> str:
    """Return the files and the settings as a JSON object."""
    return json_report.dump(
        {
            "files": list(configuration.files),
            "settings": [
                {
                    "key": dotted(setting.key),
                    "value": setting.value,
                    "origins": [_object(origin) for origin in setting.origins],
                }
                for setting in configuration.settings
            ],
        }
    )


def _object(origin: Origin) -> dict[str, object]:
    if origin.flag is not None:
        return {"kind": "flag", "flag": origin.flag}
    if origin.file is not None:
        return {"kind": "file", "file": origin.file, "line": origin.line}
    return {"kind": "default"}


def _head(files: Sequence[str]) -> Iterator[str]:
    if not files:
        yield "# no configuration file"
    for position, file in enumerate(files):
        yield f"# {'extends' if position else 'read from'} {escape(file)}"


def _tables(settings: Sequence[Setting]) -> Iterator[str]:
    yield "\n[tool.lambdalint]"
    yield from (_line(setting) for setting in settings if len(setting.key) == 1)
    in_tables = (setting for setting in settings if len(setting.key) > 1)
    for table, members in groupby(in_tables, key=lambda setting: setting.key[:-1]):
        yield "\n" + _header(table)
        yield from map(_line, members)


def _header(table: tuple[str | int, ...]) -> str:
    names = ".".join(plain(step) for step in (*_PREFIX, *table) if isinstance(step, str))
    return f"[[{names}]]" if isinstance(table[-1], int) else f"[{names}]"


def _line(setting: Setting) -> str:
    name = plain(str(setting.key[-1]))
    assignment = f"# {name} is not set" if setting.value is None else f"{name} = {_value(setting.value)}"
    origins = ", ".join(map(_origin, setting.origins))
    return f"{assignment.ljust(_COMMENT_COLUMN)}  # {origins}"


def _origin(origin: Origin) -> str:
    if origin.flag is not None:
        return escape(origin.flag)
    if origin.file is not None:
        return escape(origin.file) + (f":{origin.line}" if origin.line else "")
    return "default"


def _value(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return repr(value)
    if isinstance(value, dict):
        inner = ", ".join(f"{plain(str(key))} = {_value(item)}" for key, item in value.items())
        return f"{{ {inner} }}" if inner else "{}"
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(map(_value, value))}]"
    return quoted(str(value))
