"""Makes the fixes of findings: chooses those that go together, and tries out what the files would hold."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from typing import TYPE_CHECKING

import msgspec
from msgspec.structs import replace

from lambdalint.engine.comments import is_yaml
from lambdalint.engine.edits import EditError, apply_edits, exclude_each_other, start_of
from lambdalint.engine.syntax import is_python, parse_problem
from lambdalint.model import Problem, Safety

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from lambdalint.model import Edit, Finding, Span


class Change(msgspec.Struct, frozen=True):
    """Edits that are made together or not at all; ``codes`` are those of the findings at ``span`` that they mend."""

    edits: tuple[Edit, ...]
    codes: tuple[str, ...]
    span: Span

    @property
    def paths(self) -> frozenset[str]:
        """The files that it touches."""
        return frozenset(edit.span.path for edit in self.edits)


class Chosen(msgspec.Struct, frozen=True):
    """Changes that can be made together, and the findings whose fixes have to wait for the next round."""

    changes: tuple[Change, ...]
    waiting: tuple[Finding, ...]


class Prepared(msgspec.Struct, frozen=True):
    """What files will hold, the changes that this makes, and why others are left out."""

    contents: Mapping[str, bytes]
    made: tuple[Change, ...]
    problems: tuple[Problem, ...]


def choose(findings: Iterable[Finding], allowed: frozenset[Safety]) -> Chosen:
    """Choose the fixes of *findings* that are *allowed* and do not exclude each other, the first ones first.

    What is to be shown only is never chosen. Two fixes may share an edit, which is then made once.
    """
    taken: defaultdict[str, _Taken] = defaultdict(_Taken)
    changes: list[Change] = []
    waiting: list[Finding] = []
    for finding in sorted(findings, key=lambda finding: finding.sort_key):
        fix = finding.fix
        if fix is None or not fix.edits or fix.safety not in allowed - {Safety.DISPLAY_ONLY}:
            continue
        edits = tuple(dict.fromkeys(fix.edits))
        if all(taken[edit.span.path].admits(edit) for edit in edits):
            for edit in edits:
                taken[edit.span.path].take(edit)
            changes.append(Change(edits, (finding.code,), finding.span))
        else:
            waiting.append(finding)
    return Chosen(tuple(changes), tuple(waiting))


class _Taken:
    """The edits of one file that are chosen so far."""

    def __init__(self) -> None:
        self._edits: list[Edit] = []
        self._all: set[Edit] = set()

    def admits(self, edit: Edit) -> bool:
        # Chosen edits do not overlap, so that only those beside the place of this one can.
        place = bisect_left(self._edits, start_of(edit), key=start_of)
        return not any(exclude_each_other(edit, other) for other in self._edits[max(place - 1, 0) : place + 2])

    def take(self, edit: Edit) -> None:
        if edit not in self._all:
            self._all.add(edit)
            self._edits.insert(bisect_left(self._edits, start_of(edit), key=start_of), edit)


def prepare(changes: Sequence[Change], contents: Mapping[str, bytes]) -> Prepared:
    """Return what the files hold after *changes*; *contents* has what each of them holds now, nothing for a new file.

    A change is left out, with a problem, if its edits cannot be made, or if a file that could be parsed cannot be
    parsed after it.
    """
    return _prepare_apart(Prepared({}, (), ()), changes, contents)


def _prepare_apart(done: Prepared, changes: Sequence[Change], contents: Mapping[str, bytes]) -> Prepared:
    """Return *done* with those of *changes* that can be made besides; halves are tried, and halves of these."""
    try:
        edited = _edited(_paths(changes), (*done.made, *changes), contents)
    except EditError as error:
        if len(changes) > 1:
            middle = len(changes) // 2
            done = _prepare_apart(done, changes[:middle], contents)
            return _prepare_apart(done, changes[middle:], contents)
        codes = " and ".join(dict.fromkeys(changes[0].codes))
        problem = Problem(changes[0].span, f"the fix of {codes} is left out: {error}")
        return replace(done, problems=(*done.problems, problem))
    return replace(done, contents={**done.contents, **edited}, made=(*done.made, *changes))


def _paths(changes: Iterable[Change]) -> frozenset[str]:
    return frozenset(path for change in changes for path in change.paths)


def _edited(paths: Collection[str], changes: Iterable[Change], contents: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return what those of the files at *paths* hold after *changes*."""
    edits: dict[str, list[Edit]] = {path: [] for path in sorted(paths)}
    for change in changes:
        for edit in change.edits:
            if edit.span.path in edits:
                edits[edit.span.path].append(edit)
    found: dict[str, bytes] = {}
    for path, there in edits.items():
        before = contents[path]
        after = found[path] = apply_edits(path, before, there)
        reason = why_broken(path, after)
        if reason is not None and why_broken(path, before) is None:
            raise EditError(f"{path} could not be parsed any more ({reason})")
    return found


def why_broken(path: str, content: bytes) -> str | None:
    """Return why the file at *path* does not parse with *content*; None if it does, or its format is not known."""
    if is_python(path):
        problem = parse_problem(path, content)
        return None if problem is None else f"line {problem.span.line} {problem.message}"
    if path.endswith(".toml"):
        return _why_broken_toml(content)
    return _why_broken_yaml(content) if is_yaml(path) or path.endswith(".json") else None


def _why_broken_toml(content: bytes) -> str | None:
    import tomli

    try:
        tomli.loads(content.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        return _in_one_line(error)
    return None


def _why_broken_yaml(content: bytes) -> str | None:
    import yaml

    try:
        for _ in yaml.parse(content, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
            pass
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        return _in_one_line(error)
    return None


def _in_one_line(error: Exception) -> str:
    return " ".join(str(error).split())
