"""Measures what lies on the disk: installed packages, the project's own files, what earlier builds left.

Only files are read and looked at: there is no network access, nothing is run or imported. Sizes are in MB of
1,048,576 bytes, without byte code.
"""

from __future__ import annotations

import csv
import re
from bisect import bisect_left
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from lambdalint.packaging.disk import MAX_FILES, Disk, is_byte_code
from lambdalint.packaging.import_names import import_names, normalised

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from lambdalint.model import Build, Tree, Vendored

BYTES_PER_MB = 1_048_576
_MAX_RECORD_BYTES = 8_000_000
_MAX_METADATA_BYTES = 64_000
_MAX_INSTALLED = 2_000
_MAX_SITE_BYTES = 64_000_000
"""Distributions of one folder, and bytes of all their records."""

_EXTENSIONS = (".so", ".pyd")
_MODULES = (".py", *_EXTENSIONS)
_CHECKED = 20
"""Of how many files, the largest, a stated size is compared with the real one."""
_LIBRARIES = ".libs"
_DIST_INFO = ".dist-info"
_ENVIRONMENTS = (".venv", "venv", "env")
_MINOR = re.compile(r"python3\.(\d{1,3})t?")
_HEADER = re.compile(r"(Name|Version):[ \t]*([\w.!+-]{1,100})[ \t]*", re.IGNORECASE | re.ASCII)


def size_of(tree: Tree, vendored: Vendored) -> float | None:
    """Return the size of an installed package in MB, as its files are on the disk; None if there are none.

    Its ``RECORD`` tells which files belong to it, also of several top-level modules, or of a folder that distributions
    share. Without one its folder or module counts, with the libraries that wheels bring in ``NAME.libs``
    (https://github.com/pypa/auditwheel). Of more than 20,000 files the first count.
    """
    return _measures(tree).vendored(vendored)


def own_size(tree: Tree, folder: str, holds: Callable[[str], bool]) -> float:
    """Return the size in MB of the project's own files below *folder* of which *holds* is true.

    *holds* is asked with paths relative to the folder. Files too large to be analysed count, installed packages with
    their metadata do not.
    """
    return _measures(tree).own(tree, folder, holds)


def installed(tree: Tree, build: Build, folder: str) -> Mapping[str, tuple[str, float]]:
    """Return what earlier builds of *folder* installed: version and size in MB by the distribution's normalised name.

    That is what lies in ``build.elsewhere``; then what a virtual environment (``.venv``, ``venv`` or ``env`` with a
    ``pyvenv.cfg``) in the folder, beside one of the manifests, or in the root holds. Both are read as their
    ``*.dist-info`` tell, and may be older than the manifests: only a version that agrees counts. A distribution that
    lies in a folder in two versions, that is editable, or records no sizes, is left out.
    """
    measures = _measures(tree)
    found: dict[str, tuple[str, float]] = {}
    for site in _sites(measures.disk, build, folder):
        for name, one in measures.site(site).items():
            found.setdefault(name, one)
    return found


class _Measures:
    """What was measured of one tree, which it must not hold, for it lives as long; each folder is read once."""

    def __init__(self, tree: Tree) -> None:
        self.disk = Disk(tree.root, tree)
        self._sizes: dict[str, int] = dict(tree.large)
        self._known: dict[Vendored, float | None] = {}
        self._sites: dict[str, dict[str, tuple[str, float]]] = {}
        self._claimed = frozenset(f"{_prefix(one.directory)}{one.metadata}" for one in tree.vendored if one.metadata)
        self._by_directory: dict[str, list[Vendored]] = {}
        for one in tree.vendored:
            self._by_directory.setdefault(one.directory, []).append(one)
        installed = self._installed_among(tree)
        self._listed = frozenset(path for path in (*tree.files, *tree.large) if not _lies_in(path, installed))
        self._directories = frozenset(path for path in tree.directories if not _lies_in(path, installed))
        self._own = sorted(path for path in self._listed if not self._is_claimed(path) and not is_byte_code(path))

    def _installed_among(self, tree: Tree) -> frozenset[str]:
        """Return the folders and modules of installed packages that are listed, as what is asked for by name is."""
        beside: dict[str, set[str]] = {directory: set() for directory in self._by_directory}
        for path in (*tree.files, *tree.large, *tree.directories):
            directory, _, name = path.rpartition("/")
            if directory in beside and path:
                beside[directory].add(name)
        found: set[str] = set()
        for directory, group in self._by_directory.items():
            entries = {entry for entry in beside[directory] if "." not in entry or entry.endswith(_MODULES)}
            for one in group if entries else ():
                names = {one.name, *self._top_level(one), *self._recorded_packages(one)}
                found |= {_prefix(directory) + entry for entry in entries if entry.partition(".")[0] in names}
        return frozenset(found)

    def _recorded_packages(self, one: Vendored) -> set[str]:
        """Return the import names of which the record of *one* names Python files."""
        paths = [name for name, _ in self._rows_of(one) if name.endswith(".py")]
        return {path.partition("/")[0].removesuffix(".py") for path in paths}

    def _rows_of(self, one: Vendored) -> list[tuple[str, int | None]]:
        if one.metadata is None or not one.metadata.endswith(_DIST_INFO):
            return []
        return list(_rows(self.disk.read(f"{_prefix(one.directory)}{one.metadata}/RECORD", _MAX_RECORD_BYTES) or b""))

    def vendored(self, one: Vendored) -> float | None:
        if one not in self._known:
            total = self._recorded(one) or sum(dict(self._found(one)).values())
            self._known[one] = total / BYTES_PER_MB if total else None
        return self._known[one]

    def own(self, tree: Tree, folder: str, holds: Callable[[str], bool]) -> float:
        prefix = _prefix(folder)
        total = 0
        for index in range(bisect_left(self._own, prefix), len(self._own)):
            path = self._own[index]
            if not path.startswith(prefix):
                break
            if holds(path[len(prefix) :]):
                total += self._size(tree, path)
        return total / BYTES_PER_MB

    def site(self, folder: str) -> dict[str, tuple[str, float]]:
        if folder not in self._sites:
            self._sites[folder] = _read_site(self.disk, folder)
        return self._sites[folder]

    def _size(self, tree: Tree, path: str) -> int:
        """Return the size of a listed file; one that is not saved yet is not on the disk."""
        if path not in self._sizes:
            size = self.disk.size(path)
            self._sizes[path] = len(tree.read(path) or b"") if size is None else size
        return self._sizes[path]

    def _is_claimed(self, path: str) -> bool:
        """Tell whether a listed file is one of an installed package: of its metadata, or of its libraries."""
        if "-info" not in path and _LIBRARIES not in path:
            return False
        end = path.find("/")
        while end >= 0:
            above = path[:end]
            if above in self._claimed:
                return True
            directory, _, name = above.rpartition("/")
            if name.endswith(_LIBRARIES) and any(
                _are_libraries(name, one) for one in self._by_directory.get(directory, ())
            ):
                return True
            end = path.find("/", end + 1)
        return path in self._claimed

    def _recorded(self, one: Vendored) -> int:
        """Return the bytes of the files that the record names and that are there; 0 without any record."""
        prefix = _prefix(one.directory)
        total = code = 0
        for name, _ in self._rows_of(one):
            path = prefix + name
            if path in self._listed and not self._is_claimed(path):
                continue
            size = self.disk.size(path) or 0
            total += size
            code += 0 if name.startswith(f"{one.metadata}/") else size
        return total if code else 0

    def _found(self, one: Vendored) -> Iterator[tuple[str, int]]:
        """Yield the files of a package that has no record."""
        prefix = _prefix(one.directory)
        names = {one.name, *import_names(one.distribution), *self._top_level(one)}
        entries = self.disk.names(one.directory)
        for entry in entries:
            path = prefix + entry
            is_module = entry.endswith(_MODULES) and entry.partition(".")[0] in names
            if is_module and path not in self._listed:
                size = self.disk.size(path)
                if size is not None:
                    yield path, size
            is_package = entry in names and path not in self._directories
            if is_package or entry == one.metadata or _are_libraries(entry, one):
                yield from self.disk.sizes(path)

    def _top_level(self, one: Vendored) -> list[str]:
        if one.metadata is None:
            return []
        path = f"{_prefix(one.directory)}{one.metadata}/top_level.txt"
        return (self.disk.read(path, _MAX_METADATA_BYTES) or b"").decode("utf-8", "replace").split()


_KNOWN: WeakKeyDictionary[Tree, _Measures] = WeakKeyDictionary()


def _measures(tree: Tree) -> _Measures:
    found = _KNOWN.get(tree)
    if found is None:
        found = _KNOWN[tree] = _Measures(tree)
    return found


def _lies_in(path: str, folders: frozenset[str]) -> bool:
    """Tell whether *path* is one of *folders*, or lies below one."""
    if not folders:
        return False
    end = path.find("/")
    while end >= 0:
        if path[:end] in folders:
            return True
        end = path.find("/", end + 1)
    return path in folders


def _prefix(folder: str) -> str:
    return f"{folder}/" if folder else ""


def _are_libraries(name: str, one: Vendored) -> bool:
    """Tell whether *name* is the folder of libraries that a wheel of *one* brings beside its package."""
    owner = normalised(name.removesuffix(_LIBRARIES))
    return name.endswith(_LIBRARIES) and owner in {one.distribution, normalised(one.name)}


def _rows(record: bytes) -> Iterator[tuple[str, int | None]]:
    """Yield each file that a ``RECORD`` names, once, with the size that it states.

    What leaves the folder, such as scripts of an environment, is left out, and so is byte code
    (https://packaging.python.org/en/latest/specifications/recording-installed-packages/).
    """
    seen: set[str] = set()
    try:
        for row in csv.reader(record.decode("utf-8", "replace").splitlines()):
            if not row or row[0] in seen or row[0].startswith("/") or is_byte_code(row[0]):
                continue
            if any(part in {"", ".", ".."} for part in row[0].split("/")):
                continue
            if len(seen) >= MAX_FILES:
                return
            seen.add(row[0])
            stated = row[2] if len(row) > 2 else ""
            yield row[0], int(stated) if stated.isascii() and stated.isdigit() and len(stated) <= 12 else None
    except csv.Error:
        return


def _sites(disk: Disk, build: Build, folder: str) -> Iterator[str]:
    """Yield the folders that may hold what was installed for *folder*, the surest first."""
    if build.elsewhere is not None:
        yield build.elsewhere
        in_layer = f"{_prefix(build.elsewhere)}python"
        yield in_layer
        yield from _site_packages(disk, in_layer)
    beside = (manifest.path.rpartition("/")[0] for manifest in build.manifests)
    for base in dict.fromkeys((folder, *beside, "")):
        for name in _ENVIRONMENTS:
            environment = _prefix(base) + name
            if disk.size(f"{environment}/pyvenv.cfg") is not None:
                yield from _site_packages(disk, environment)


def _site_packages(disk: Disk, above: str) -> Iterator[str]:
    versions = [found for name in disk.names(f"{above}/lib") if (found := _MINOR.fullmatch(name))]
    for one in sorted(versions, key=lambda found: (-int(found[1]), found[0])):
        yield f"{above}/lib/{one[0]}/site-packages"
    yield f"{above}/Lib/site-packages"


def _read_site(disk: Disk, folder: str) -> dict[str, tuple[str, float]]:
    """Return version and size of each distribution that is installed in *folder*."""
    found: dict[str, tuple[str, float] | None] = {}
    budget = _MAX_SITE_BYTES
    names = [name for name in disk.names(folder) if name.endswith(_DIST_INFO)]
    for name in names[:_MAX_INSTALLED]:
        headers = _headers(disk.read(f"{_prefix(folder)}{name}/METADATA", _MAX_METADATA_BYTES) or b"")
        record = disk.read(f"{_prefix(folder)}{name}/RECORD", min(_MAX_RECORD_BYTES, budget)) or b""
        budget -= len(record)
        distribution, version = normalised(headers.get("name", "")), headers.get("version", "")
        size = _stated_size(disk, _prefix(folder), record, name)
        if distribution and version and size:
            twice = distribution in found
            found[distribution] = None if twice else (version, size / BYTES_PER_MB)
    return {name: one for name, one in found.items() if one is not None}


def _headers(metadata: bytes) -> dict[str, str]:
    found: dict[str, str] = {}
    for line in metadata.decode("utf-8", "replace").splitlines():
        if not line:
            break
        header = _HEADER.fullmatch(line)
        if header is not None:
            found.setdefault(header[1].lower(), header[2])
    return found


def _stated_size(disk: Disk, prefix: str, record: bytes, metadata: str) -> int:
    """Return the bytes that a record states; 0 if it names no code, as that of an editable install.

    Where one of the largest files is not as large as stated, all are looked at.
    """
    sizes = {path: size or 0 for path, size in _rows(record)}
    largest = sorted(sizes, key=lambda path: -sizes[path])[:_CHECKED]
    if any(sizes[path] > (disk.size(prefix + path) or 0) for path in largest):
        sizes = {path: min(size, disk.size(prefix + path) or 0) for path, size in sizes.items()}
    told = (f"{metadata}/", "__editable__")
    has_code = any(size for path, size in sizes.items() if not path.startswith(told) and not path.endswith(".pth"))
    return sum(sizes.values()) if has_code else 0
