"""The options ``--lambdalint-*`` of flake8, and what they mean to lambdalint."""

from __future__ import annotations

import multiprocessing
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

if TYPE_CHECKING:
    import argparse
    import enum
    from collections.abc import Sequence

    from lambdalint.config import Overrides

    _Level = TypeVar("_Level", bound=enum.Enum)

PREFIX = "--lambdalint-"
_FAMILY = "LMB"
_SEVERITIES = ("error", "warning", "info")
_CONFIDENCES = ("high", "medium", "low")


class OptionManager(Protocol):
    """What is used of flake8's class of this name, which has no type information."""

    def add_option(self, *names: str, **settings: Any) -> None:
        """Declare an option."""


def declare(manager: OptionManager) -> None:
    """Add lambdalint's options to those of flake8."""

    def add(name: str, text: str, **settings: Any) -> None:
        manager.add_option(PREFIX + name, parse_from_config=True, help=text, **settings)

    a_file = {"metavar": "FILE", "normalize_paths": True}
    codes = {"metavar": "CODES", "comma_separated_list": True}
    add("config", "Read this configuration of lambdalint, no other.", **a_file)
    add("isolated", "Read no configuration of lambdalint.", action="store_true", default=False)
    add("select", "Rules of lambdalint to run: codes or prefixes.", **codes)
    add("extend-select", "Rules of lambdalint to run besides.", **codes)
    add("ignore", "Rules of lambdalint not to run.", **codes)
    add("min-severity", "Hide findings that are milder.", choices=_SEVERITIES)
    add("min-confidence", "Hide findings that are less certain.", choices=_CONFIDENCES)
    add("baseline", "Hide the findings that this file lists.", **a_file)
    add("jobs", "Worker processes of lambdalint; 0: one for each processor.", metavar="N")
    add("no-cache", "Neither read nor write lambdalint's cache.", action="store_true", default=False)


def may_be_reported(options: argparse.Namespace) -> bool:
    """Tell whether flake8's own ``--select`` and ``--ignore`` let any of our codes through.

    It follows flake8's rule: what the user says beats a default, and of a prefix that selects and one that ignores the
    longer wins. Where the user does not say what to select at all, the defaults are among the prefixes that select.
    """
    chosen = [*(options.select or ()), *(options.extend_select or ())]
    ours = [code for code in chosen if code.startswith(_FAMILY) or _FAMILY.startswith(code)]
    if options.select is not None and not ours:
        return False
    ignored = [*(options.ignore or ()), *(options.extend_ignore or ())]
    longest = max((len(code) for code in ignored if _FAMILY.startswith(code)), default=0)
    if ours and options.select is None:
        ours.append(_FAMILY)
    return not longest or any(len(code) > longest for code in ours)


def configuration_of(options: argparse.Namespace) -> Path | None:
    """Return the configuration file that *options* name, if they name one.

    Raises:
        ConfigError: they also say that none is to be read.
    """
    from lambdalint.config import ConfigError

    if options.lambdalint_config is None:
        return None
    if options.lambdalint_isolated:
        raise ConfigError(f"{PREFIX}config and {PREFIX}isolated exclude each other")
    return Path(options.lambdalint_config)


def overrides_of(options: argparse.Namespace) -> Overrides:
    """Return what *options* say in place of lambdalint's configuration.

    Raises:
        ConfigError: a value, which may stand in a configuration file of flake8, is not understood.
    """
    from lambdalint.config import Overrides
    from lambdalint.model import Confidence, Severity

    return Overrides(
        select=_codes(options.lambdalint_select),
        extend_select=_codes(options.lambdalint_extend_select),
        ignore=_codes(options.lambdalint_ignore),
        min_severity=_level(options.lambdalint_min_severity, Severity, "min-severity"),
        min_confidence=_level(options.lambdalint_min_confidence, Confidence, "min-confidence"),
        baseline=None if options.lambdalint_baseline is None else Path(options.lambdalint_baseline),
        # One of flake8's workers may not have processes of its own.
        jobs=1 if multiprocessing.current_process().daemon else _jobs(options.lambdalint_jobs),
        cache=False if options.lambdalint_no_cache else None,
        # flake8 knows a `noqa` at the end of a line only, lambdalint also one at the end of a statement.
        noqa=False if options.disable_noqa else None,
        prefix=PREFIX,
    )


def _codes(given: Sequence[str] | None) -> tuple[str, ...] | None:
    return None if given is None else tuple(code.upper() for code in given)


def _level(given: str | None, levels: type[_Level], name: str) -> _Level | None:
    from lambdalint.config import ConfigError, nearest

    if given is None:
        return None
    values = [str(level.value) for level in levels]
    if given not in values:
        problem, expected = f"{given!r} is not known", "one of " + ", ".join(values)
        raise ConfigError(problem, key=PREFIX + name, expected=expected, nearest=nearest(given, values))
    return levels(given)


def _jobs(given: str | None) -> int | None:
    from lambdalint.config import ConfigError

    if given is None:
        return None
    if not given.isascii() or not given.isdigit():
        raise ConfigError(f"{given!r} is not a number of processes", key=PREFIX + "jobs", expected="0 or more")
    return int(given)
