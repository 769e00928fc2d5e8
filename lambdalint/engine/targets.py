"""The files that may be changed, and how changes get into them: all that belongs together, or nothing."""

from __future__ import annotations

import contextlib
import os
from collections import Counter
from typing import TYPE_CHECKING

import msgspec

from lambdalint.engine.atomic_write import replace_file
from lambdalint.engine.edits import EditError
from lambdalint.engine.fixes import prepare
from lambdalint.engine.source_text import decode_leniently
from lambdalint.model import Problem, Span

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from lambdalint.engine.fixes import Change


class Bounds(msgspec.Struct, frozen=True):
    """What may be changed: the ``files`` themselves, and whatever lies in ``folders``; real paths, links resolved."""

    folders: tuple[Path, ...]
    files: frozenset[Path] = frozenset()

    @classmethod
    def of(cls, paths: Iterable[Path]) -> Bounds:
        """Return the bounds for what was named. A file that is named by a link is not followed to another folder."""
        folders: list[Path] = []
        files: set[Path] = set()
        for path in paths:
            if path.is_dir():
                folders.append(path.resolve())
            else:
                files.add(path.parent.resolve() / path.name)
        return cls(tuple(folders), frozenset(files))

    def hold(self, place: Path) -> bool:
        """Tell whether the file at the real path *place* may be changed."""
        return place in self.files or any(place.is_relative_to(folder) for folder in self.folders)


class Target(msgspec.Struct, frozen=True):
    """A file that may be changed. ``content`` is what it holds; None if it is to be made."""

    place: Path
    content: bytes | None


class Applied(msgspec.Struct, frozen=True):
    """How many findings were mended, by code, in which files, and what could not be done."""

    counts: Mapping[str, int]
    paths: tuple[str, ...]
    problems: tuple[Problem, ...]


def target(path: str, expected: bytes | str | None, bounds: Bounds, cwd: Path) -> Target:
    """Return the file at *path*, relative to *cwd*, which was analysed with the content *expected*, as text or bytes.

    None stands for a file that is not there yet.

    Raises:
        EditError: it must not be touched; the message says why, and is for the user.
    """
    try:
        place = (cwd / path).resolve()
        if not bounds.hold(place):
            raise EditError("it lies outside of the given paths")
        if expected is None:
            if os.path.lexists(place):
                raise EditError("it was not analysed")
            return Target(place, None)
        if not place.is_file():
            raise EditError("it is no file any more")
        content = place.read_bytes()
    except (OSError, ValueError, RuntimeError) as error:  # a NUL in the name; a link that leads to itself
        raise EditError(f"it cannot be read: {_reason(error)}") from None
    if (decode_leniently(path, content) if isinstance(expected, str) else content) != expected:
        raise EditError("it has changed since it was analysed")
    return Target(place, content)


def untouched(path: str, error: EditError) -> Problem:
    """Return the problem that says why the file at *path* is left as it is."""
    return Problem(Span.point(path), f"nothing is changed in this file: {error}")


def apply(changes: Sequence[Change], expected: Mapping[str, bytes | str], *, within: Bounds, cwd: Path) -> Applied:
    """Make *changes* in the files, whose paths are relative to *cwd*.

    *expected* holds what was analysed of each file, as bytes, or as the text of a report's sources. A file that holds
    something else by now is left alone, and so is one outside of the bounds, wherever links lead. Changes that
    share a file are written together: if one of their files cannot be written, the others get their content back.
    """
    targets: dict[str, Target] = {}
    problems: list[Problem] = []
    for path in sorted({path for change in changes for path in change.paths}):
        try:
            targets[path] = target(path, expected.get(path), within, cwd)
        except EditError as error:
            problems.append(untouched(path, error))
    possible = [change for change in changes if change.paths <= targets.keys()]
    prepared = prepare(possible, {path: one.content or b"" for path, one in targets.items()})
    written = write(prepared.made, prepared.contents, targets)
    return Applied(written.counts, written.paths, (*problems, *prepared.problems, *written.problems))


def write(changes: Sequence[Change], contents: Mapping[str, bytes], targets: Mapping[str, Target]) -> Applied:
    """Give the files that *changes* touch their new *contents*: files that a change joins all of them, or none."""
    problems: list[Problem] = []
    counts: Counter[str] = Counter()
    written: list[str] = []
    for together in _groups(changes):
        paths = sorted({path for change in together for path in change.paths})
        failures = _write({path: contents[path] for path in paths}, targets)
        if failures:
            problems += failures
        else:
            counts.update(code for change in together for code in change.codes)
            written += paths
    return Applied(dict(sorted(counts.items())), tuple(sorted(written)), tuple(problems))


def _reason(error: Exception) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or " ".join(str(error).split())


def _groups(changes: Iterable[Change]) -> list[list[Change]]:
    """Divide *changes* so that no file is touched by two groups."""
    by_path: dict[str, list[Change]] = {}
    for change in changes:
        linked = {id(by_path[path]): by_path[path] for path in sorted(change.paths) if path in by_path}
        group, *others = linked.values() or ([],)
        for other in others:
            group += other
            by_path |= {path: group for moved in other for path in moved.paths}
        group.append(change)
        by_path |= dict.fromkeys(change.paths, group)
    return list({id(group): group for _, group in sorted(by_path.items())}.values())


def _write(contents: Mapping[str, bytes], targets: Mapping[str, Target]) -> list[Problem]:
    """Write all files, or, if that fails, none of them: then return why."""
    written: list[str] = []
    made: list[Path] = []
    failed = ""
    try:
        for path, content in contents.items():
            failed, place = path, targets[path].place
            if _content(place) != targets[path].content:
                raise EditError("it has changed since it was analysed")
            made += _missing_folders(place.parent)
            place.parent.mkdir(parents=True, exist_ok=True)
            replace_file(place, content)
            written.append(path)
    except (OSError, EditError) as error:
        problem = Problem(Span.point(failed), f"cannot be written: {_reason(error)}")
        return [problem, *_restore(written, targets, made)]
    except BaseException:
        _restore(written, targets, made)
        raise
    return []


def _content(place: Path) -> bytes | None:
    return place.read_bytes() if os.path.lexists(place) else None


def _missing_folders(folder: Path) -> list[Path]:
    """Return *folder* and those above it that are not there, the outermost first."""
    missing: list[Path] = []
    while not folder.exists():
        missing.insert(0, folder)
        folder = folder.parent
    return missing


def _restore(paths: Iterable[str], targets: Mapping[str, Target], made: Sequence[Path]) -> list[Problem]:
    """Give the files at *paths* their old content back, and remove the folders that were *made* for them."""
    problems: list[Problem] = []
    for path in paths:
        place, content = targets[path].place, targets[path].content
        try:
            if content is None:
                place.unlink()
            else:
                replace_file(place, content)
        except OSError as error:
            problems.append(Problem(Span.point(path), f"cannot be restored: {_reason(error)}"))
    for folder in reversed(made):
        with contextlib.suppress(OSError):
            folder.rmdir()
    return problems
