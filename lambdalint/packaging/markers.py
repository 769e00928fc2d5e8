"""Evaluates markers (PEP 508) for the platform of AWS Lambda: Linux on x86_64, with CPython."""

from __future__ import annotations

import functools
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lambdalint.model import Requirement

SUPPORTED = ("3.8", "3.9", "3.10", "3.11", "3.12", "3.13", "3.14")
"""The versions of Python that functions still run on."""

MAX_LENGTH = 4_000

_VERSION = re.compile(r"3\.\d{1,2}")


def applies(requirement: Requirement, python: str | None) -> bool | None:
    """Tell whether *requirement* is installed for *python*, such as ``3.12``, without any extra.

    None where something else decides, such as the patch version of Python or the kernel. Without *python*, what some
    supported version installs applies. A malformed marker excludes nothing.
    """
    return marker_applies(requirement.marker, python)


def marker_applies(marker: str, python: str | None) -> bool | None:
    """Tell the same of *marker* alone; an empty one always applies."""
    if not marker:
        return True
    if python is not None and _VERSION.fullmatch(python):
        return _evaluated(marker, python)
    return any(_evaluated(marker, version) is not False for version in SUPPORTED)


@functools.lru_cache(maxsize=2048)
def _evaluated(marker: str, python: str) -> bool | None:
    from packaging.markers import InvalidMarker, Marker, UndefinedComparison, UndefinedEnvironmentName

    if len(marker) > MAX_LENGTH:
        return True
    try:
        parsed = Marker(marker)
        answers = {parsed.evaluate(environment) for environment in _environments(python)}
    except (InvalidMarker, UndefinedComparison, UndefinedEnvironmentName, RecursionError, ValueError, KeyError):
        return True
    return answers.pop() if len(answers) == 1 else None


def _environments(python: str) -> Iterator[dict[str, str]]:
    """Yield environments that differ in what is not known: patch version and kernel."""
    for patch, release, version in (("0", "5.10.0", ""), ("99", "6.99.0", "#1 SMP")):
        yield {
            "implementation_name": "cpython",
            "implementation_version": f"{python}.{patch}",
            "os_name": "posix",
            "platform_machine": "x86_64",
            "platform_python_implementation": "CPython",
            "platform_release": release,
            "platform_system": "Linux",
            "platform_version": version,
            "python_full_version": f"{python}.{patch}",
            "python_version": python,
            "sys_platform": "linux",
            "extra": "",
        }
