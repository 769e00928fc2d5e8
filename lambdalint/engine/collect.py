"""Finds the user's files: what below the given paths is not generated, vendored or ignored."""

from __future__ import annotations

import os
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

import msgspec

from lambdalint.engine.ignorefiles import (
    IgnoreSpec,
    compile_patterns,
    is_ignored,
    read_ignore_file,
    specs_above,
)
from lambdalint.engine.project_root import declares, project_around
from lambdalint.engine.vendored import in_environment, survey
from lambdalint.model import Problem, Span, Tree

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from lambdalint.engine.vendored import Survey
    from lambdalint.model import Vendored

MAX_FILE_BYTES = 5_000_000
_MAX_DEPTH = 60
_MAX_LINKED_FILES = 50_000
_SITE_PACKAGES = "site-packages"
_LEFT_OUT = frozenset(
    {
        ".git",
        ".hg",
        "node_modules",
        ".aws-sam",
        "cdk.out",
        ".serverless",
        ".terraform",
        "__pycache__",
        _SITE_PACKAGES,
    }
)


class PathError(Exception):
    """A path that was asked for cannot be analysed; the message is for the user."""


class Collected(msgspec.Struct, frozen=True):
    """The files of one run.

    ``targets`` are the files that the report is limited to, None for all; ``named`` those that were asked for by name.
    ``links`` maps a file that was reached through a symbolic link to the same file at its own place. ``below`` is
    where the working directory lies below the tree's root, ``way`` leads from a working directory that does not lie
    there to the root; both are ``""`` where paths need no translation. ``projects`` are the folders, relative to the
    root, that were walked.
    """

    tree: Tree
    targets: frozenset[str] | None
    named: frozenset[str]
    links: Mapping[str, str]
    below: str = ""
    way: str = ""
    projects: tuple[str, ...] = (".",)
    problems: tuple[Problem, ...] = ()


class _Walk(msgspec.Struct):
    """One pass over the folders; collects files by their path relative to ``root``."""

    root: str
    real_root: str
    exclude: tuple[IgnoreSpec, ...]
    files: set[str] = msgspec.field(default_factory=set)
    links: dict[str, str] = msgspec.field(default_factory=dict)
    vendored: set[Vendored] = msgspec.field(default_factory=set)
    large: dict[str, int] = msgspec.field(default_factory=dict)
    problems: list[Problem] = msgspec.field(default_factory=list)

    def relative(self, path: str) -> str:
        return os.path.relpath(path, self.root).replace(os.sep, "/")

    def note(self, path: str, message: str, severity: str = "note") -> None:
        printable = self.relative(path).encode("utf-8", "surrogateescape").decode("utf-8", "replace")
        self.problems.append(Problem(Span.point(printable), message, severity))

    def run(self, start: str) -> None:
        above = specs_above(start)
        if is_ignored(above, start, directory=True):
            above = ()
        pending: list[tuple[str, tuple[IgnoreSpec, ...], int, str | None]] = [(start, above, 0, None)]
        while pending:
            directory, specs, depth, linked = pending.pop()
            if depth > _MAX_DEPTH:
                self.note(directory, f"folders are nested more than {_MAX_DEPTH} deep: not analysed")
                continue
            try:
                with os.scandir(directory) as scan:
                    entries = sorted(scan, key=lambda entry: entry.name)
            except OSError as error:
                self.note(directory, f"folder cannot be read: {error.strerror}", "warning")
                continue
            names = {entry.name for entry in entries}
            if depth and ("pyvenv.cfg" in names or "CACHEDIR.TAG" in names):
                continue
            if ".gitignore" in names:
                own = read_ignore_file(os.path.join(directory, ".gitignore"), directory)
                specs = (*specs, own) if own is not None else specs
            installed = survey(directory, names, self.real_root)
            for entry in reversed(entries):
                below = self.visit(entry, specs, installed, linked)
                if below is not None:
                    pending.append((entry.path, specs, depth + 1, below or None))
            if installed is not None:
                self.record(directory, installed)

    def visit(
        self,
        entry: os.DirEntry[str],
        specs: tuple[IgnoreSpec, ...],
        installed: Survey | None,
        linked: str | None,
    ) -> str | None:
        """List a file; for a folder to descend into return the real path it is linked to, or ``""``."""
        name, path = entry.name, entry.path
        if name in _LEFT_OUT:
            if name == _SITE_PACKAGES:
                self.list_installed(entry, specs)
            return None
        try:
            name.encode("utf-8")
        except UnicodeEncodeError:
            self.note(path, "the name is not valid UTF-8: not analysed", "warning")
            return None
        try:
            real = os.path.join(linked, name) if linked else ""
            if entry.is_symlink():
                resolved = self.resolve(path, linked)
                if resolved is None:
                    return None
                real = resolved
            directory = entry.is_dir()
            if self.ignores(specs, path, directory=directory):
                return None
            if directory:
                if name.endswith(".py"):
                    self.note(path, "a folder with the name of a Python file: not analysed", "warning")
                    return None
                if installed is None or name not in installed.names:
                    return real
                installed.meet(name, file=False)
            elif entry.is_file():
                if installed is None or name.partition(".")[0] not in installed.names:
                    self.list_file(path, entry.stat().st_size, real)
                else:
                    installed.meet(name, file=True)
        except OSError as error:
            self.note(path, f"cannot be read: {error.strerror}", "warning")
        return None

    def record(self, directory: str, installed: Survey) -> None:
        relative = self.relative(directory)
        self.vendored.update(installed.vendored("" if relative == "." else relative))

    def list_installed(self, site_packages: os.DirEntry[str], specs: tuple[IgnoreSpec, ...]) -> None:
        """Take note of what is installed in the folder *site_packages*, as that of a layer; list none of its files."""
        path = site_packages.path
        try:
            if not site_packages.is_dir(follow_symlinks=False) or self.ignores(specs, path) or in_environment(path):
                return
            with os.scandir(path) as scan:
                entries = list(scan)
            installed = survey(path, {entry.name for entry in entries}, self.real_root)
            if installed is None:
                return
            for entry in entries:
                name, directory = entry.name, entry.is_dir(follow_symlinks=False)
                if (name if directory else name.partition(".")[0]) not in installed.names:
                    continue
                if not self.ignores(specs, entry.path, directory=directory):
                    installed.meet(name, file=not directory)
            self.record(path, installed)
        except OSError as error:
            self.note(path, f"folder cannot be read: {error.strerror}", "warning")

    def ignores(self, specs: tuple[IgnoreSpec, ...], path: str, *, directory: bool = True) -> bool:
        return is_ignored(specs, path, directory=directory) or is_ignored(self.exclude, path, directory=directory)

    def resolve(self, path: str, linked: str | None) -> str | None:
        """Return the real path of a symbolic link that may be followed."""
        real = os.path.realpath(path)
        if not os.path.exists(real):
            severity = "warning" if path.endswith(_JUDGED) else "note"
            self.note(path, "symbolic link to nothing: not analysed", severity)
        elif os.path.commonpath([real, self.real_root]) != self.real_root:
            self.note(path, "symbolic link out of the analysed folder: not followed")
        elif os.path.isdir(real) and (
            linked is not None or os.path.commonpath([real, os.path.realpath(os.path.dirname(path))]) == real
        ):
            self.note(path, "symbolic link to a folder above, or below another such link: not followed")
        elif len(self.links) >= _MAX_LINKED_FILES:
            self.note(path, f"more than {_MAX_LINKED_FILES} files behind symbolic links: not followed")
        else:
            return real
        return None

    def list_named(self, path: Path, unsaved: bytes | None) -> None:
        """List a file that was asked for by name; *unsaved* is its content where it is not the one on disk."""
        if unsaved is None:
            self.list_file(str(path), path.stat().st_size, "")
        else:
            self.files.add(self.relative(str(path)))

    def list_file(self, path: str, size: int, real: str) -> None:
        if size > MAX_FILE_BYTES:
            self.large[self.relative(path)] = size
            severity = "warning" if declares([path]) or path.endswith(_TERRAFORM) else "note"
            self.note(path, f"larger than {MAX_FILE_BYTES // 1_000_000} MB: not analysed", severity)
        elif not os.access(path, os.R_OK):
            self.note(path, "cannot be read: permission denied", "warning")
        elif not real or len(self.links) < _MAX_LINKED_FILES:
            relative = self.relative(path)
            self.files.add(relative)
            if real:
                self.links[relative] = os.path.relpath(real, self.real_root).replace(os.sep, "/")


_TERRAFORM = (".tf", ".tofu", ".tf.json")
"""Endings of files that declare functions, whatever their names."""
_JUDGED = (".py", ".yml", ".yaml", ".json", ".template")
"""Endings of files that may hold code or declare functions: one that is missing is worth a warning."""


def _locate(paths: Sequence[Path], cwd: Path, unsaved: Collection[Path]) -> tuple[list[Path], list[Path]]:
    directories: list[Path] = []
    files: list[Path] = []
    for path in paths:
        absolute = Path(os.path.abspath(cwd / path))
        try:
            if absolute.is_dir():
                directories.append(absolute)
            elif absolute in unsaved or absolute.is_file():
                files.append(absolute)
            elif os.path.lexists(absolute):
                raise PathError(f"{path}: neither a file nor a folder")
            else:
                raise PathError(f"{path}: no such file or folder")
        except (OSError, ValueError) as error:
            raise PathError(f"{path}: {getattr(error, 'strerror', None) or error}") from None
    return directories, files


def collect(
    paths: Sequence[Path],
    *,
    cwd: Path,
    exclude: Sequence[str] = (),
    config_dir: Path | None = None,
    overlay: Mapping[Path, bytes] | None = None,
) -> Collected:
    """Collect the files to analyse for *paths*; raise PathError for a path that does not exist.

    What is analysed is the project around each path; the report is limited to the paths. A folder that holds
    templates is a project of its own. Paths that are asked for by name are taken although ``.gitignore`` mentions
    them; *exclude* holds for them too. *exclude* holds patterns in the syntax of ``.gitignore``, relative to
    *config_dir*, the configuration's folder (by default the root). *overlay* maps absolute paths to the content that
    is analysed in place of what is on disk, which need not be there.
    """
    cwd = Path(os.path.abspath(cwd))
    unsaved = {Path(os.path.abspath(path)): content for path, content in (overlay or {}).items()}
    directories, files = _locate(paths, cwd, unsaved)
    around = {path: project_around(path, cwd=cwd, config_dir=config_dir) for path in (*directories, *files)}
    for directory in directories:
        if around[directory] != directory and _is_project(directory):
            around[directory] = directory
    starts = _outermost(around.values())
    inside = all(path == cwd or cwd in path.parents for path in (*directories, *files))
    try:
        root = Path(os.path.commonpath([str(cwd), *map(str, starts)] if inside else starts))
    except ValueError as error:
        raise PathError(f"the paths have no folder in common: {error}") from None
    spec = compile_patterns(os.path.abspath(config_dir or root), exclude)
    walk = _Walk(str(root), os.path.realpath(root), (spec,) if spec is not None else ())
    for start in starts:
        walk.run(str(start))
    for directory in directories:
        prefix = walk.relative(str(directory))
        if directory not in starts and not any(file.startswith(prefix + "/") for file in walk.files):
            walk.run(str(directory))
    for file in files:
        is_new = file in unsaved or walk.relative(str(file)) not in walk.files
        if is_new and not is_ignored(walk.exclude, str(file), directory=False):
            walk.list_named(file, unsaved.get(file))
    for file in sorted(unsaved.keys() - set(files)):
        if any(start in file.parents for start in starts) and not file.exists():
            walk.list_named(file, unsaved[file])
    contents = {walk.relative(str(path)): content for path, content in unsaved.items()}
    vendored = tuple(sorted(_outer(walk.vendored), key=_vendored_order))
    tree = Tree(root, tuple(walk.files), contents, vendored=vendored, large=walk.large)
    named = frozenset(walk.relative(str(file)) for file in files) & walk.files
    targets: frozenset[str] | None = None
    if files or not set(directories) >= set(starts):
        prefixes = [walk.relative(str(directory)) for directory in directories]
        targets = frozenset(
            path
            for path in (*tree.files, *(one.mark for one in tree.vendored))
            if path in named or any(prefix == "." or path.startswith(prefix + "/") for prefix in prefixes)
        )
    links = {path: real for path, real in walk.links.items() if real in tree}
    below = cwd.relative_to(root).as_posix() if root in cwd.parents else ""
    way = "" if root == cwd or below else os.path.relpath(root, cwd).replace(os.sep, "/")
    projects = tuple(sorted(walk.relative(str(start)) for start in starts))
    problems = tuple(sorted(set(walk.problems), key=_problem_order))
    return Collected(tree, targets, named, links, below, way, projects, problems)


def _is_project(directory: Path) -> bool:
    """Tell whether the files below *directory* say by themselves what is deployed."""
    probe = _Walk(str(directory), os.path.realpath(directory), ())
    probe.run(str(directory))
    return declares(probe.files)


def _outermost(folders: Iterable[Path]) -> list[Path]:
    """Return those of *folders* that no other one contains, sorted."""
    distinct = set(folders)
    return sorted(folder for folder in distinct if distinct.isdisjoint(folder.parents))


def _problem_order(problem: Problem) -> tuple[Span, str]:
    return problem.span, problem.message


def _outer(vendored: Collection[Vendored]) -> list[Vendored]:
    """Return those that do not lie in another one, which is walked only where it is asked for by name."""
    folders = {f"{one.directory}/{one.name}".lstrip("/") for one in vendored if not one.file}
    return [
        one
        for one in vendored
        if one.directory not in folders and folders.isdisjoint(map(str, PurePosixPath(one.directory).parents))
    ]


def _vendored_order(one: Vendored) -> tuple[str, str, str, str]:
    return one.directory, one.distribution, one.name, one.metadata or ""
