"""What one source says, key by key; how sources are laid over each other, and become settings."""

from __future__ import annotations

import os
import posixpath
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec.structs import replace

from lambdalint.config.schema import RawConfig, RawFunction
from lambdalint.config.size import parse_size
from lambdalint.model import Confidence, ExplicitFunction, PerFileIgnore, Settings, Severity, Span
from lambdalint.model.configuration import Origin

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from lambdalint.config.discover import Source
    from lambdalint.config.position import KeyPath

_TABLES = ("per-file-ignores", "sizes", "shared-layers", "catalogue", "functions", "rules")
_JOINED = ("extend-select",)
_NEARER_FIRST = ("catalogue-files",)
"""Keys whose lists are joined, with what counts more in front."""

PLAIN_KEYS = tuple(
    field.encode_name for field in msgspec.structs.fields(RawConfig) if field.encode_name not in (*_TABLES, "extend")
)
"""The keys that hold one value, which a nearer source replaces (or adds to) as a whole."""


class Given(msgspec.Struct, frozen=True):
    """A value as TOML has it, with the keys of files or the flag that it was given by."""

    value: Any
    places: tuple[tuple[Source, KeyPath], ...] = ()
    flag: str | None = None

    @property
    def origins(self) -> tuple[Origin, ...]:
        """Where the value comes from, the first part of a joined list first."""
        found = [Origin(file=str(source.path), line=source.line(key)) for source, key in self.places]
        if self.flag is not None:
            found.append(Origin(flag=self.flag))
        return tuple(found) or (Origin(),)


def as_toml(value: object) -> Any:
    """Return *value* as the parser of TOML would have: tables, lists, and plain values."""
    if isinstance(value, dict):
        return {key: as_toml(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [as_toml(item) for item in value]
    plain = msgspec.to_builtins(value)
    return as_toml(plain) if isinstance(plain, dict) else plain


Layer = dict["KeyPath", Given]
"""The keys of one source, or the effective ones. Tables are split: into ``("sizes", pattern)``,
``("rules", code, option)``, ``("functions", index)``, ``("catalogue", table, index)``."""


def lay_over(nearer: Layer, farther: Layer) -> Layer:
    """Return what holds if *nearer* wins key by key; its own functions, rows and patterns come first."""
    merged = dict(nearer)
    own = {_identity(given) for key, given in nearer.items() if key[0] == "functions"}
    index = sum(key[0] == "functions" for key in nearer)
    said = {name for key, given in nearer.items() if key[0] == "catalogue" for name in _about(key, given)}
    for key, given in farther.items():
        if key[0] == "catalogue":
            if said.isdisjoint(_about(key, given)):
                at = (*key[:2], sum(other[:2] == key[:2] for other in merged))
                merged[at] = given
            continue
        if key[0] == "functions":
            if _identity(given) not in own:
                merged["functions", index] = given
                index += 1
        elif key not in merged:
            merged[key] = given
        elif key[0] in _JOINED:
            merged[key] = join(given, merged[key])
        elif key[0] in _NEARER_FIRST:
            merged[key] = join(merged[key], given)
    return merged


def _about(key: KeyPath, row: Given) -> set[tuple[str, str]]:
    """Return what a row of the catalogue is about: of two files, the nearer one says it all."""
    table = "effect" if key[1] == "neutral" else str(key[1])
    names = next((row.value[name] for name in ("call", "distribution", "names", "name") if name in row.value), "")
    return {(table, name) for name in ([names] if isinstance(names, str) else names)}


def _identity(function: Given) -> tuple[str, str, str | None]:
    """Return what makes two functions the same one: the handler, the folder that is deployed, the name."""
    table = function.value
    return table["handler"], posixpath.normpath(table.get("code-root", "") or "."), table.get("name")


def join(farther: Given, nearer: Given) -> Given:
    """Return the list of both, with all places."""
    return Given((*farther.value, *nearer.value), (*farther.places, *nearer.places), nearer.flag)


def _workers(jobs: int) -> int:
    return jobs or os.cpu_count() or 1


_CONVERTERS: Mapping[str, Callable[[Any], object]] = {
    "min-severity": Severity,
    "min-confidence": Confidence,
    "baseline": Path,
    "jobs": _workers,
}


def to_settings(layer: Layer, config_dir: Path | None) -> Settings:
    """Return the settings that the checked keys of *layer* say; paths in it are relative to *config_dir*."""
    plain: dict[str, Any] = {}
    options: dict[str, dict[str, object]] = {}
    severities: dict[str, Severity] = {}
    for key, given in layer.items():
        name, value = str(key[0]), given.value
        if name in PLAIN_KEYS:
            if name in _CONVERTERS:
                value = _CONVERTERS[name](value)
            plain[name.replace("-", "_")] = tuple(value) if isinstance(value, list) else value
        elif name == "rules" and key[2] == "severity":
            severities[str(key[1])] = Severity(value)
        elif name == "rules":
            options.setdefault(str(key[1]), {})[str(key[2])] = value
    return replace(
        Settings(),
        **plain,
        sizes=tuple((str(key[1]), parse_size(given.value) or 0) for key, given in layer.items() if key[0] == "sizes"),
        shared_layers=tuple(
            (str(key[1]), _canonical(given.value)) for key, given in layer.items() if key[0] == "shared-layers"
        ),
        per_file_ignores=tuple(
            PerFileIgnore(str(key[1]), tuple(given.value))
            for key, given in layer.items()
            if key[0] == "per-file-ignores"
        ),
        functions=tuple(_function(given, config_dir) for key, given in layer.items() if key[0] == "functions"),
        rule_options=options,
        severities=severities,
        config_dir=config_dir,
    )


def _canonical(names: Iterable[str]) -> tuple[str, ...]:
    from lambdalint.packaging.import_names import normalised

    return tuple(map(normalised, names))


def _function(given: Given, config_dir: Path | None) -> ExplicitFunction:
    raw = msgspec.convert(given.value, RawFunction)
    source, key = given.places[0]
    file = source.folder / source.path.name
    return ExplicitFunction(
        handler=raw.handler,
        span=Span.point(relative(file, config_dir or source.folder), source.line(key) or 1),
        name=raw.name,
        code_root=raw.code_root,
        platform=raw.platform,
        runtime=raw.runtime,
        tmp_mb=raw.tmp_mb,
        timeout=raw.timeout,
        env=tuple(raw.env.items()),
        mounts=raw.mounts,
        layers=raw.layers,
        search_path=raw.search_path,
        requirements=raw.requirements,
        vpc=raw.vpc,
    )


def relative(path: Path, folder: Path) -> str:
    """Return *path* relative to *folder*, with ``/``; both are absolute."""
    return os.path.relpath(path, folder).replace(os.sep, "/")
