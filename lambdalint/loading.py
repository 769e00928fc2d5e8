"""Loads the settings of a run, with what the rules and the catalogue let a configuration say."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from lambdalint import config

if TYPE_CHECKING:
    from collections.abc import Sequence

    import msgspec

    from lambdalint.config import Loaded, Overrides, RuleOptions


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
) -> Loaded:
    """Return the settings for a run on *paths*; the nearest configuration upwards from the first of them holds.

    *file* names the configuration instead; *isolated* reads none.

    Raises:
        ConfigError: a file or a flag says something that is not understood.
    """
    return config.load(
        Path(os.path.abspath(paths[0])),  # noqa: PTH100 - resolve() would follow symbolic links
        rule_options(),
        platforms=platforms,
        file=file,
        isolated=isolated,
        overrides=overrides,
    )
