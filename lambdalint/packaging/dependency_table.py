"""Reads the tables of Poetry and Pipenv, where the key is the name of a distribution."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from lambdalint.packaging.poetry_constraints import python_marker, to_specifier
from lambdalint.packaging.requirement_syntax import Fault, Parts, parse
from lambdalint.packaging.toml_file import text, texts

if TYPE_CHECKING:
    from collections.abc import Mapping

_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?")
_COMPARES = re.compile(r"\s*[<>=!~]")
_MARKER_KEYS = (
    "os_name",
    "sys_platform",
    "platform_machine",
    "platform_python_implementation",
    "platform_release",
    "platform_system",
    "platform_version",
    "python_version",
    "python_full_version",
    "implementation_name",
    "implementation_version",
)


def poetry_parts(name: str, value: object) -> Parts | Fault:
    """Return what one constraint of Poetry says, a text or a table."""
    if not _NAME.fullmatch(name):
        return Fault(f"not the name of a distribution: {name[:100]!r}")
    if isinstance(value, str):
        return _parts(name, to_specifier(value), (), "", "")
    if not isinstance(value, dict):
        return Fault(f"expected a version or a table for {name}")
    reference = _reference(value)
    specifier = "" if reference else to_specifier(text(value.get("version", "*")))
    platform = text(value.get("platform"))
    markers = [
        text(value.get("markers")),
        python_marker(text(value.get("python"))),
        f'sys_platform == "{platform}"' if re.fullmatch(r"\w+", platform) else "",
    ]
    return _parts(name, specifier, tuple(texts(value.get("extras"))), _joined(markers), reference)


def pipenv_parts(name: str, value: object) -> Parts | Fault:
    """Return what one entry of a Pipfile says, a text or a table.

    A version without an operator is exact; see ``dependency_as_pip_install_line`` in
    https://github.com/pypa/pipenv/blob/main/pipenv/utils/dependencies.py.
    """
    if not _NAME.fullmatch(name):
        return Fault(f"not the name of a distribution: {name[:100]!r}")
    if isinstance(value, str):
        return _parts(name, _pipenv_version(value), (), "", "")
    if not isinstance(value, dict):
        return Fault(f"expected a version or a table for {name}")
    reference = _reference(value)
    specifier = "" if reference else _pipenv_version(text(value.get("version", "*")))
    markers = [text(value.get("markers")), *(f"{key} {text(value[key])}" for key in _MARKER_KEYS if key in value)]
    return _parts(name, specifier, tuple(texts(value.get("extras"))), _joined(markers), reference)


def _pipenv_version(written: str) -> str:
    if written.strip() in {"*", ""}:
        return ""
    return written if _COMPARES.match(written) else f"=={written}"


def _reference(value: Mapping[str, object]) -> str:
    """Return the path or URL of a table."""
    for key in ("git", "hg", "svn", "bzr"):
        if url := text(value.get(key)):
            return url if url.startswith(f"{key}+") else f"{key}+{url}"
    return next((found for key in ("path", "file", "url") if (found := text(value.get(key)))), "")


def _joined(markers: list[str]) -> str:
    kept = [marker for marker in markers if marker.strip()]
    return kept[0] if len(kept) == 1 else " and ".join(f"({marker})" for marker in kept)


def _parts(name: str, specifier: str | None, extras: tuple[str, ...], marker: str, reference: str) -> Parts | Fault:
    """Return the parts in their normal form. A constraint that PEP 440 has no words for leaves any version."""
    written = f"{name}[{','.join(extras)}]" if extras else name
    read = parse(f"{written}{specifier or ''}; {marker}" if marker else f"{written}{specifier or ''}")
    if isinstance(read, Fault):
        return read
    return Parts(read.name, read.specifier, read.extras, read.marker, reference)
