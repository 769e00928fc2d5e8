"""A clock that can be put forward, so that names which are made of the time differ between invocations."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

_IN_C = ("_datetime", "_zoneinfo")
"""Modules that read the system's clock themselves. Without them, the standard library takes its versions in Python."""

_OF_SECONDS = ("ctime", "gmtime", "localtime")
_OF_PARTS = {"asctime": 0, "strftime": 1}
"""Functions of ``time`` that take the present unless a time is given, and the position of that argument."""

_HOUR_S = 3600


class Clock:
    """Takes the place of the process's clock from its creation on.

    It begins with the current hour, so that a series of a few minutes does not cross into the next.
    """

    def __init__(self) -> None:
        self._present = time.time
        self._shift_s = -(time.time() % _HOUR_S)
        replaced: dict[str, Callable[..., Any]] = {
            "time": self._time,
            "time_ns": lambda: int(self._time() * 1_000_000_000),
            **{name: self._defaulted(name, 0, self._time) for name in _OF_SECONDS},
        }
        replaced.update(
            {name: self._defaulted(name, at, replaced["localtime"]) for name, at in _OF_PARTS.items()},
        )
        vars(time).update(replaced)
        for name in ("datetime", "_pydatetime", "zoneinfo"):
            sys.modules.pop(name, None)
        for name in _IN_C:
            sys.modules[name] = None  # type: ignore[assignment]  # importing it fails from now on

    def advance(self, seconds: float) -> None:
        """Put the clock forward."""
        self._shift_s += seconds

    def _time(self) -> float:
        return self._present() + self._shift_s

    @staticmethod
    def _defaulted(name: str, position: int, default: Callable[[], object]) -> Callable[..., object]:
        """Return the function *name* of ``time``, which gets *default*'s value where it is given none."""
        original: Callable[..., object] = getattr(time, name)

        def function(*arguments: object) -> object:
            given = len(arguments) > position and arguments[position] is not None
            return original(*arguments) if given else original(*arguments[:position], default())

        return function
