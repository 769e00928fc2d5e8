"""Puts the effective settings together: defaults, then the configuration files, then the flags."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import msgspec
from msgspec.structs import replace

from lambdalint.config.discover import find_source, read_source, why_no_file
from lambdalint.config.error import ConfigError, nearest
from lambdalint.config.layer import PLAIN_KEYS, Given, Layer, lay_over, to_settings
from lambdalint.config.reading import Reading, RuleOptions, check_codes
from lambdalint.config.schema import EXPECTED
from lambdalint.model.configuration import dotted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

    from lambdalint.catalogue.user_rows import EncodedRows
    from lambdalint.config.discover import Source
    from lambdalint.model import Confidence, Settings, Severity
    from lambdalint.model.configuration import Origin

_MAX_FILES = 10


class Overrides(msgspec.Struct, frozen=True):
    """What the flags of a program say; None is "not given".

    *prefix* is how the program's flags begin, such as ``--lambdalint-``: messages and origins name a flag by it
    and by the key that it stands for.
    """

    select: tuple[str, ...] | None = None
    extend_select: tuple[str, ...] | None = None
    ignore: tuple[str, ...] | None = None
    min_severity: Severity | None = None
    min_confidence: Confidence | None = None
    baseline: Path | None = None
    jobs: int | None = None
    cache: bool | None = None
    noqa: bool | None = None
    prefix: str = "--"

    def flag(self, key: str) -> str:
        """Return the name of the flag for *key*."""
        return self.prefix + key

    def layer(self) -> Layer:
        """Return what the flags say for keys of the configuration; ``cache`` and ``noqa`` are none."""
        layer: Layer = {}
        for key in PLAIN_KEYS:
            value = getattr(self, key.replace("-", "_"), None)
            if value is not None:
                layer[key,] = Given(getattr(value, "value", value), flag=self.flag(key))
        if self.baseline is not None:
            path = os.path.abspath(self.baseline)  # noqa: PTH100 - resolve() would follow symbolic links
            layer["baseline",] = Given(path, flag=self.flag("baseline"))
        return layer


class Loaded(msgspec.Struct, frozen=True):
    """The effective settings, the file that they come from, and each key that something was given for.

    ``files`` holds that file and those that it extends, the nearest first.
    """

    settings: Settings
    path: Path | None = None
    files: tuple[Path, ...] = ()
    given: Mapping[tuple[str | int, ...], Given] = msgspec.field(default_factory=dict)

    @property
    def origins(self) -> Mapping[str, tuple[Origin, ...]]:
        """The origins of each effective key, as TOML writes it: several where lists were joined."""
        defaults = {key: Given(None).origins for key in PLAIN_KEYS}
        return defaults | {dotted(key): given.origins for key, given in self.given.items()}


def load(
    first: Path,
    rules: RuleOptions,
    *,
    platforms: Callable[[], Iterable[str]] = tuple,
    file: Path | None = None,
    isolated: bool = False,
    overrides: Overrides | None = None,
) -> Loaded:
    """Return the settings for an analysis of which *first* is the first path (absolute).

    *file* names the configuration instead of the search upwards; *isolated* reads none. *platforms* are the
    names that a function's ``platform`` may have.

    Raises:
        ConfigError: a file or a flag says something that is not understood.
    """
    overrides = overrides or Overrides()
    for key in ("select", "extend-select", "ignore"):
        codes = getattr(overrides, key.replace("-", "_"))
        wrong = check_codes(codes or (), rules.codes)
        if wrong is not None:
            raise ConfigError(wrong[1], key=overrides.flag(key), expected=EXPECTED[key], nearest=wrong[2])
    source = None
    if file is not None:
        source = read_source(file)
        if source is None:
            raise ConfigError("has no table [tool.lambdalint]", file=str(file))
    elif not isolated:
        source = find_source(first)
    sources: list[Source] = []
    layer: Layer = {}
    rows: EncodedRows = ()
    while source is not None:
        reading = Reading(source, rules, platforms, sources[0].folder if sources else source.folder)
        own = reading.layer()
        rows += reading.rows()
        layer = lay_over(layer, own)
        sources.append(source)
        source = _extended(reading, sources)
    layer = lay_over(overrides.layer(), layer)
    settings = to_settings(layer, sources[0].folder if sources else None)
    flags = {name: value for name in ("cache", "noqa") if (value := getattr(overrides, name)) is not None}
    files = tuple(one.path for one in sources)
    return Loaded(replace(settings, catalogue_rows=rows, **flags), files[0] if files else None, files, layer)


def _extended(reading: Reading, sources: list[Source]) -> Source | None:
    """Return the file that the last of *sources* extends, if it extends any."""
    path = reading.extended()
    if path is None:
        return None
    key = ("extend",)
    problem = why_no_file(path)
    if problem is not None:
        raise reading.error(f"{path} {problem}", key, nearest=_neighbour(path))
    known = [os.path.realpath(one.path) for one in sources]
    if os.path.realpath(path) in known:
        circle = sources[known.index(os.path.realpath(path)) :]
        way = " -> ".join([*(str(one.path) for one in circle), str(path)])
        raise reading.error(f"the files extend each other: {way}", key, expected="")
    if len(sources) == _MAX_FILES:
        raise reading.error(f"more than {_MAX_FILES} files extend one another", key, expected="")
    found = read_source(path)
    if found is None:
        raise reading.error(f"{path} has no table [tool.lambdalint]", key, expected="")
    return found


def _neighbour(path: Path) -> str | None:
    """Return a TOML file beside *path* whose name is like it."""
    try:
        names = [name for name in os.listdir(path.parent) if name.endswith(".toml")]  # noqa: PTH208 - names only
    except OSError:
        return None
    found = nearest(path.name, names)
    return None if found is None or found == path.name else found
