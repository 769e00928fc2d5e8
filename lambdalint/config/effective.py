"""Lists the effective settings, each with its value as TOML has it and where that comes from."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec.structs import replace

from lambdalint.config.layer import PLAIN_KEYS, Given, as_toml
from lambdalint.config.schema import RawFunction
from lambdalint.model import Settings
from lambdalint.model.configuration import Configuration, Origin, Setting

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lambdalint.config.load import Loaded
    from lambdalint.config.position import KeyPath
    from lambdalint.config.reading import RuleOptions

_DEFAULT = Given(None).origins


def show(loaded: Loaded, rules: RuleOptions, *, cwd: Path) -> Configuration:
    """Return what holds: every key with its value, those of *loaded* and the defaults of the others.

    Paths are relative to the folder of the configuration, as if all had been written in its file; the files
    themselves are relative to *cwd* where that is shorter. Of a function, or a row of the
    catalogue, only the keys that are given are listed, of the rules the options and the severities that are given.
    """
    settings = [*_plain(loaded), *_tables(loaded), *_rows(loaded), *_functions(loaded), *_rules(loaded, rules)]
    return Configuration(
        files=tuple(_shown(path, cwd) for path in loaded.files),
        settings=tuple(
            replace(one, origins=tuple(_shown_origin(origin, cwd) for origin in one.origins)) for one in settings
        ),
    )


def _plain(loaded: Loaded) -> Iterator[Setting]:
    defaults = Settings()
    for key in PLAIN_KEYS:
        given = loaded.given.get((key,))
        if given is None:
            default = getattr(defaults, key.replace("-", "_"))
            yield Setting((key,), as_toml(default), _DEFAULT)
        elif key == "baseline":
            yield Setting((key,), _within(given.value, loaded.settings.config_dir), given.origins)
        else:
            yield Setting((key,), as_toml(given.value), given.origins)


def _tables(loaded: Loaded) -> Iterator[Setting]:
    for table in ("per-file-ignores", "sizes", "shared-layers"):
        entries = [Setting(key, one.value, one.origins) for key, one in loaded.given.items() if key[0] == table]
        yield from entries or [Setting((table,), {}, _DEFAULT)]


def _rows(loaded: Loaded) -> Iterator[Setting]:
    rows = [(key, given) for key, given in loaded.given.items() if key[0] == "catalogue"]
    if not rows:
        yield Setting(("catalogue",), {}, _DEFAULT)
    for key, given in sorted(rows, key=lambda item: (list(map(str, item[0][:2])), item[0][2])):
        source, written = given.places[0]
        for name, value in given.value.items():
            yield Setting((*key, name), value, Given(None, ((source, (*written, name)),)).origins)


def _functions(loaded: Loaded) -> Iterator[Setting]:
    functions = [(key, given) for key, given in loaded.given.items() if key[0] == "functions"]
    if not functions:
        yield Setting(("functions",), [], _DEFAULT)
    order = [item.encode_name for item in msgspec.structs.fields(RawFunction)]
    for key, given in functions:
        source, written = given.places[0]
        for name in sorted(given.value, key=order.index):
            yield Setting((*key, name), given.value[name], Given(None, ((source, (*written, name)),)).origins)


def _rules(loaded: Loaded, rules: RuleOptions) -> Iterator[Setting]:
    for code in rules.codes:
        defaults = _default_options(rules.type_of(code))
        for name in ("severity", *sorted(defaults)):
            key: KeyPath = ("rules", code, name)
            given = loaded.given.get(key)
            if given is not None:
                yield Setting(key, given.value, given.origins)
            elif name in defaults:
                yield Setting(key, defaults[name], _DEFAULT)


def _default_options(model: type[Any] | None) -> dict[str, object]:
    if model is None:
        return {}
    values: dict[str, object] = as_toml(model())
    return values


def _within(path: str, folder: Path | None) -> str:
    if folder is None or not Path(path).is_relative_to(folder):
        return path
    return str(Path(path).relative_to(folder)).replace(os.sep, "/")


def _shown(path: str | Path, cwd: Path) -> str:
    absolute = os.path.abspath(cwd / path)  # noqa: PTH100 - resolve() would follow symbolic links
    return min(os.path.relpath(absolute, cwd), absolute, key=len)


def _shown_origin(origin: Origin, cwd: Path) -> Origin:
    return origin if origin.file is None else replace(origin, file=_shown(origin.file, cwd))
