"""Loads the settings of a run, with what the rules and the catalogue let a configuration say."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from lambdalint import config

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lambdalint.config import Loaded, Overrides, RuleOptions


class Batch(msgspec.Struct, frozen=True):
    """Paths for which the same configuration holds, and what it says."""

    paths: tuple[Path, ...]
    loaded: Loaded


def rule_options() -> RuleOptions:
    """Return the codes of all rules, and what gives the options of one; a rule is imported when it is asked for."""
    from lambdalint import rules

    def type_of(code: str) -> type[msgspec.Struct] | None:
        definition = rules.registry().get(code)
        return None if definition is None else definition.Options

    return config.RuleOptions(rules.codes(), type_of)


def platforms() -> list[str]:
    """Return the names that a function's ``platform`` may have."""
    from lambdalint import catalogue

    return list(catalogue.load().platforms)


def load(
    paths: Sequence[Path], *, file: Path | None = None, isolated: bool = False, overrides: Overrides | None = None
) -> tuple[Batch, ...]:
    """Return the settings for a run on *paths*: for each path, the nearest configuration upwards from it holds.

    *file* names the configuration instead; *isolated* reads none.

    Raises:
        ConfigError: a file or a flag says something that is not understood.
    """
    together = [tuple(paths)] if file is not None or isolated else _by_configuration(paths)
    options = rule_options()
    return tuple(
        Batch(
            batch,
            config.load(
                _absolute(batch[0]),
                options,
                platforms=platforms,
                file=file,
                isolated=isolated,
                overrides=overrides,
            ),
        )
        for batch in together
    )


def _by_configuration(paths: Sequence[Path]) -> list[tuple[Path, ...]]:
    if len(paths) == 1:
        return [tuple(paths)]
    nearest: dict[Path, Path | None] = {}
    batches: dict[Path | None, list[Path]] = {}
    for path in paths:
        absolute = _absolute(path)
        folder = absolute if absolute.is_dir() else absolute.parent
        if folder not in nearest:
            nearest[folder] = config.find(folder)
        batches.setdefault(nearest[folder], []).append(path)
    return [tuple(batch) for batch in batches.values()]


def _absolute(path: Path) -> Path:
    return Path(os.path.abspath(path))  # noqa: PTH100 - resolve() would follow symbolic links
