"""Reads the lock files of uv, Poetry, PDM and Pipenv, and ``pylock.toml`` (PEP 751), into one form."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import msgspec
from msgspec.structs import replace

from lambdalint.packaging.import_names import normalised
from lambdalint.packaging.requirement_syntax import Fault, parse
from lambdalint.packaging.toml_file import array, table, text, texts

if TYPE_CHECKING:
    from collections.abc import Mapping

MAX_PACKAGES = 10_000
MAX_DEPENDENCIES = 1_000

_GROUP_MARKER = re.compile(r"\b(?:extras|dependency_groups)\b")
_POETRY_EXTRA = re.compile(r"\s*([A-Za-z0-9][A-Za-z0-9._-]*)\s*(?:\[([^\]]*)\])?")
_ALWAYS = "os_name == 'posix'"
_OF_EXTRA = re.compile(r"""\bextra\s*==\s*["'][^"']*["']""")


class LockError(Exception):
    """The lock is of another generation, or malformed."""


class Dependency(msgspec.Struct, frozen=True):
    """That a distribution brings *name* with *extras*, where *marker* holds."""

    name: str
    extras: tuple[str, ...] = ()
    marker: str = ""


class Package(msgspec.Struct, frozen=True):
    """One distribution of a lock.

    ``optional`` are what its extras bring besides. ``local`` is the folder that it is taken from, relative to the
    lock's, and None for one from an index; a ``virtual`` one is never installed, only what it brings.
    """

    name: str
    version: str
    dependencies: tuple[Dependency, ...] = ()
    optional: tuple[tuple[str, tuple[Dependency, ...]], ...] = ()
    marker: str = ""
    local: str | None = None
    virtual: bool = False


def _extras(names: object) -> tuple[str, ...]:
    return tuple(dict.fromkeys(map(normalised, texts(names))))


def _generation(found: object, *known: str) -> None:
    """Raise LockError unless the version *found* starts with one of the *known* numbers."""
    written = str(found) if isinstance(found, (str, int)) and not isinstance(found, bool) else ""
    if not written:
        raise LockError("not a lock that is understood: its version is missing")
    if written.split(".")[0] not in known:
        raise LockError(f"a lock of version {written[:20]}, which is not understood: expected {' or '.join(known)}")


def _entries(value: object) -> list[dict[str, object]]:
    """Return the tables of an array of packages."""
    if value is None:
        return []
    if not isinstance(value, list):
        raise LockError("not a lock that is understood: expected an array of packages")
    return [entry for entry in value[:MAX_PACKAGES] if isinstance(entry, dict) and text(entry.get("name"))]


def read_uv(lock: Mapping[str, object]) -> list[Package]:
    """Read ``uv.lock``: https://docs.astral.sh/uv/concepts/projects/layout/#the-lockfile."""
    _generation(lock.get("version"), "1")
    found = []
    for entry in _entries(lock.get("package")):
        source = table(entry, "source")
        local = next((text(source.get(key)) for key in ("editable", "virtual", "directory") if key in source), None)
        optional = table(entry, "optional-dependencies")
        found.append(
            Package(
                normalised(text(entry["name"])),
                text(entry.get("version")),
                _uv_dependencies(entry.get("dependencies")),
                tuple((normalised(extra), _uv_dependencies(value)) for extra, value in optional.items()),
                _any_of(texts(entry.get("resolution-markers"))),
                local,
                "virtual" in source,
            )
        )
    return found


def _uv_dependencies(value: object) -> tuple[Dependency, ...]:
    return tuple(
        Dependency(normalised(text(one.get("name"))), _extras(one.get("extra")), text(one.get("marker")))
        for one in array(value)[:MAX_DEPENDENCIES]
        if isinstance(one, dict) and text(one.get("name"))
    )


def _any_of(markers: list[str]) -> str:
    if len(markers) < 2:
        return "".join(markers)
    return " or ".join(f"({marker})" for marker in markers)


def read_poetry(lock: Mapping[str, object]) -> list[Package]:
    """Read ``poetry.lock``, whose form is that of Poetry's ``Locker``.

    https://github.com/python-poetry/poetry/blob/main/src/poetry/packages/locker.py
    """
    _generation(table(lock, "metadata").get("lock-version"), "1", "2")
    found = []
    for entry in _entries(lock.get("package")):
        plain, optional = _poetry_dependencies(entry)
        markers = entry.get("markers")
        marker = text(markers.get("main")) if isinstance(markers, dict) else text(markers)
        source = table(entry, "source")
        local = text(source.get("url")) if source.get("type") == "directory" else None
        found.append(
            Package(normalised(text(entry["name"])), text(entry.get("version")), plain, optional, marker, local)
        )
    return found


def _poetry_dependencies(
    entry: Mapping[str, object],
) -> tuple[tuple[Dependency, ...], tuple[tuple[str, tuple[Dependency, ...]], ...]]:
    """Return what a package brings always, and what its extras bring."""
    plain: list[Dependency] = []
    optional: dict[str, Dependency] = {}
    for name, value in list(table(entry, "dependencies").items())[:MAX_DEPENDENCIES]:
        for one in value if isinstance(value, list) else [value]:
            details = table(one)
            dependency = Dependency(normalised(name), _extras(details.get("extras")), text(details.get("markers")))
            if details.get("optional") is True:
                # The table of extras tells the extra, so that the rest of the marker decides: this holds on Lambda.
                marker = _OF_EXTRA.sub(_ALWAYS, dependency.marker)
                optional[dependency.name] = replace(dependency, marker="" if marker == _ALWAYS else marker)
            else:
                plain.append(dependency)
    extras = []
    for extra, requirements in list(table(entry, "extras").items())[:MAX_DEPENDENCIES]:
        brought = []
        for requirement in texts(requirements)[:MAX_DEPENDENCIES]:
            match = _POETRY_EXTRA.match(requirement)
            if match is not None:
                name, more = normalised(match[1]), _extras((match[2] or "").split(",") if match[2] else [])
                known = optional.get(name, Dependency(name))
                brought.append(replace(known, extras=tuple(dict.fromkeys((*known.extras, *more)))))
        extras.append((normalised(extra), tuple(brought)))
    return tuple(plain), tuple(extras)


def read_pdm(lock: Mapping[str, object]) -> list[Package]:
    """Read ``pdm.lock``, where each extra of a distribution is an entry of its own.

    https://github.com/pdm-project/pdm/blob/main/src/pdm/project/lockfile/pdmlock.py
    """
    _generation(table(lock, "metadata").get("lock_version"), "4")
    found: dict[tuple[str, str], Package] = {}
    for entry in _entries(lock.get("package")):
        name, version = normalised(text(entry["name"])), text(entry.get("version"))
        dependencies = _requirements(entry.get("dependencies"))
        package = found.get((name, version), Package(name, version))
        extras = _extras(entry.get("extras"))
        if extras:
            package = replace(package, optional=(*package.optional, *((extra, dependencies) for extra in extras)))
        else:
            local = text(entry["path"]) if "path" in entry else None
            package = replace(package, dependencies=dependencies, marker=text(entry.get("marker")), local=local)
        found[name, version] = package
    return list(found.values())


def _requirements(value: object) -> tuple[Dependency, ...]:
    found = []
    for one in texts(value)[:MAX_DEPENDENCIES]:
        parts = parse(one)
        if not isinstance(parts, Fault):
            found.append(Dependency(parts.name, tuple(map(normalised, parts.extras)), parts.marker))
    return tuple(found)


def read_pylock(lock: Mapping[str, object]) -> list[Package]:
    """Read ``pylock.toml``: https://packaging.python.org/en/latest/specifications/pylock-toml/.

    What only an extra or a group asks for is left out.
    """
    _generation(lock.get("lock-version"), "1")
    found = []
    for entry in _entries(lock.get("packages")):
        marker, directory = text(entry.get("marker")), table(entry, "directory")
        if _GROUP_MARKER.search(marker):
            continue
        dependencies = _uv_dependencies(entry.get("dependencies"))
        local = text(directory.get("path")) if directory else None
        found.append(
            Package(normalised(text(entry["name"])), text(entry.get("version")), dependencies, (), marker, local)
        )
    return found


def read_pipenv(data: bytes, categories: tuple[str, ...]) -> list[Package]:
    """Read the *categories* of a ``Pipfile.lock``: https://pipenv.pypa.io/en/latest/pipfile.html."""
    try:
        lock = json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        raise LockError("not JSON: nothing of it is read") from None
    _generation(table(lock, "_meta").get("pipfile-spec"), "6")
    found = []
    for category in categories:
        for name, entry in list(table(lock, category).items())[:MAX_PACKAGES]:
            version = text(table(entry).get("version")).removeprefix("==")
            local = text(table(entry).get("path")) if "path" in table(entry) else None
            found.append(Package(normalised(name), version, marker=text(table(entry).get("markers")), local=local))
    return found
