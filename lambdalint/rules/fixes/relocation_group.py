"""Which effects stand and fall together: those at one path, below a folder that is made, or at that folder."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import msgspec

from lambdalint.model import Base, EffectKind, Guard, HoleKind, Phase
from lambdalint.model.place import LISTING
from lambdalint.rules.read_only import by_command

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from lambdalint.model import Effect, Place
    from lambdalint.syntax.project import Project

_BASES = frozenset({Base.TASK, Base.PACKAGE, Base.HOME, Base.ABSOLUTE, Base.LAYER})
_MOVABLE = frozenset(
    {
        EffectKind.WRITE,
        EffectKind.CREATE_DIR,
        EffectKind.DELETE,
        EffectKind.RENAME,
        EffectKind.METADATA,
        EffectKind.READ,
        EffectKind.STORE,
    }
)
_MAKING = frozenset({EffectKind.WRITE, EffectKind.RENAME})
_OF_TREES = frozenset({EffectKind.READ, EffectKind.STORE, EffectKind.DELETE, EffectKind.RENAME, EffectKind.EXTRACT})
"""Kinds of effects that may concern all that lies in a folder."""
_NEEDS_ABSENCE = re.compile(r"(?:copytree|symlink|symlink_to|hardlink_to|link|mkfifo|mknod)$")
_MOST_CALLS = 60
"""What more calls have to do with is not followed."""
_FIXED = frozenset({HoleKind.ENVIRONMENT, HoleKind.LOOP})
"""Kinds of holes that do not make a new name in each invocation."""


class Group(msgspec.Struct, frozen=True):
    """Effects whose paths have to be moved together; ``functions`` are the deployed functions that have them."""

    effects: tuple[Effect, ...]
    functions: frozenset[str]


def group_of(project: Project, effects: Sequence[Effect]) -> Group | None:
    """Return the group of *effects*; None where the path is the root itself, or what belongs together is unclear."""
    members = [one for one in project.effects if one.place.base in _BASES]
    chosen = {id(one): one for one in effects}
    functions: set[str] = set()
    while True:
        before = len(chosen), len(functions)
        spans = {one.span for one in chosen.values()}
        functions |= {one.entry.function for one in members if one.span in spans}
        files = {one.place.parts for one in chosen.values()}
        paths = [one.place.path for one in chosen.values()]
        folders = {_folder(one) for one in chosen.values() if one.kind is EffectKind.CREATE_DIR}
        for one in members:
            if one.entry.function not in functions:
                continue
            holds = one.kind is EffectKind.CREATE_DIR and any(_below(path, _folder(one)) for path in paths)
            if holds or one.place.parts in files or any(_below(one.place.path, folder) for folder in folders):
                chosen[id(one)] = one
        if before == (len(chosen), len(functions)):
            break
        if len({one.span for one in chosen.values()}) > _MOST_CALLS:
            return None
    others = [one for one in members if one.entry.function in functions and id(one) not in chosen]
    if any(_folder(one) in _roots(project, functions) or "/" not in _folder(one)[1:] for one in chosen.values()):
        return None
    found = sorted(chosen.values(), key=lambda one: (one.span, one.kind.value, one.place.path, str(one.entry)))
    return None if _touched_by(others, found) else Group(tuple(found), frozenset(functions))


def _roots(project: Project, functions: Iterable[str]) -> set[str]:
    """Return the folders that paths are moved from."""
    rooms = [project.functions[name].room for name in functions if name in project.functions]
    return {"/var/task", *(folder for room in rooms for folder in (room.task_root, room.cwd, room.home) if folder)}


def _folder(effect: Effect) -> str:
    return effect.place.path.rstrip("/")


def _below(path: str, folder: str) -> bool:
    return path.rstrip("/") == folder or path.startswith(f"{folder}/")


def _touched_by(others: Iterable[Effect], group: Sequence[Effect]) -> bool:
    """Tell whether *others* may concern the same files: in a folder above them, or under a name that is not known."""
    for other in others:
        path = _folder(other)
        pattern = pattern_of(other.place)
        for one in group:
            if _folder(one).startswith(f"{path}/") and other.kind in _OF_TREES:
                return True
            if other.place.holes and pattern.fullmatch(one.place.path):
                return True
            if one.place.holes and pattern_of(one.place).fullmatch(path):
                return True
    return False


def pattern_of(place: Place) -> re.Pattern[str]:
    """Return a pattern of the paths that *place* may be."""
    return re.compile("".join(re.escape(part) if isinstance(part, str) else "[^/]*" for part in place.parts))


def can_move(group: Group) -> bool:
    """Tell whether what the effects of *group* do is right in the folder for temporary files, too."""
    if not all(_can_move(one) for one in group.effects):
        return False
    return _is_made_before_it_is_read(group)


def _can_move(effect: Effect) -> bool:
    if effect.kind not in _MOVABLE or effect.defaulted or (by_command(effect) and effect.kind.modifies):
        return False
    if _NEEDS_ABSENCE.search(effect.callee) and effect.kind is not EffectKind.READ:
        return False
    return all(
        hole.kind in _FIXED and hole.confined and not hole.fresh and hole.origin != LISTING
        for hole in effect.place.holes
    )


def _is_made_before_it_is_read(group: Group) -> bool:
    """Tell whether each entry point that reads a file makes it, or the import of its module does."""
    for one in group.effects:
        if one.kind in {EffectKind.READ, EffectKind.STORE} and not any(
            made.kind in {*_MAKING, EffectKind.CREATE_DIR}
            and made.place.parts == one.place.parts
            and made.entry.function == one.entry.function
            and (made.entry == one.entry or made.phase is Phase.INIT)
            for made in group.effects
        ):
            return False
    return True


def is_read_back(group: Group) -> bool:
    """Tell whether something reads a file of *group*."""
    return any(one.kind in {EffectKind.READ, EffectKind.STORE} for one in group.effects)


def is_certain(group: Group) -> bool:
    """Tell whether all effects of *group* happen at these places and nowhere else."""
    return not any(one.guards & {Guard.MAYBE, Guard.SELECTED, Guard.FALLBACK} for one in group.effects)


def is_shipped(project: Project, group: Group) -> bool:
    """Tell whether the project has a file at one of the paths of *group*, which would be missing in another folder."""
    roots = sorted(_roots(project, group.functions), key=len, reverse=True)
    folders = _code_roots(project, group)
    above = "(?:.*/)?" if folders is None else f"(?:{'|'.join(map(re.escape, folders))})"
    for one in group.effects:
        root = next((root for root in roots if one.place.path.startswith(f"{root}/")), None)
        if root is None or one.kind is EffectKind.CREATE_DIR:
            continue
        ending = re.compile(above + pattern_of(one.place).pattern.removeprefix(re.escape(root) + "/"))
        if any(ending.fullmatch(file) for file in project.tree.files):
            return True
    return False


def _code_roots(project: Project, group: Group) -> list[str] | None:
    """Return the folders, with a slash at their ends, that become the task root; None where they are not certain."""
    found: set[str] = set()
    for name in group.functions:
        package = project.packages.get(name)
        function = None if package is None else package.function
        if function is None or function.confidence != "high" or function.prefix or function.room.package_type != "zip":
            return None
        found.add(f"{function.code_root}/" if function.code_root else "")
    return sorted(found)


def needs_folder(group: Group, effect: Effect, tail: str | None) -> bool:
    """Tell whether *effect* makes something in a folder of the new place that nothing creates.

    *tail* is the path below the folder for temporary files, None where it is not known.
    """
    makes = effect.kind in _MAKING or (effect.kind is EffectKind.CREATE_DIR and "makedirs" not in effect.callee)
    if not makes or (tail is not None and "/" not in tail.strip("/")):
        return False
    parent = _folder(effect).rpartition("/")[0]
    return not any(
        one.kind is EffectKind.CREATE_DIR
        and _below(_folder(one), parent)
        and one is not effect
        and one.entry.function == effect.entry.function
        and (one.entry == effect.entry or one.phase is Phase.INIT)
        for one in group.effects
    )
