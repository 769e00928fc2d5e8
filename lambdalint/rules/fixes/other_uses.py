"""What else in the project may use a file, or a name: by the effects, and by the text of all Python files."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from lambdalint.model import Base, EffectKind, HoleKind

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lambdalint.model import Effect, Place
    from lambdalint.syntax.project import Project

_MAX_FILES = 2_000
"""Of larger projects, it is not known what they mention."""
PYTHON = ("*.py", "*.pyi")
"""The names of Python files."""
_CONFIGURATION = (
    *("*.yaml", "*.yml", "*.json", "*.toml", "*.ini", "*.cfg", "*.conf", "*.env", "*.tf", "*.service"),
    *("*.sh", "*.js", "*.ts", "Dockerfile*", "Makefile"),
)
_READING = frozenset({EffectKind.READ, EffectKind.STORE, EffectKind.EXEC})


def may_meet(one: Place, other: Place) -> bool:
    """Tell whether two places may be the same, or one may lie in the other."""
    if Base.UNKNOWN in {one.base, other.base}:
        return False
    if one.base is not other.base:
        return False
    first, second = _ends(one), _ends(other)
    if any(is_new_name(new) and not old.holes and not _is_above(old, new) for new, old in ((one, other), (other, one))):
        return False
    return _begins_alike(first[0], second[0], closed=not (one.holes or other.holes)) and (
        not (one.holes or other.holes) or _ends_alike(first[1], second[1])
    )


def is_new_name(place: Place) -> bool:
    """Tell whether no other path is the same unless it is made of the same parts: a new value is one of them."""
    return any(hole.kind is HoleKind.UNIQUE for hole in place.holes)


def _is_above(one: Place, other: Place) -> bool:
    """Tell whether *one*, all of which is known, is a folder that *other* lies in."""
    return other.path.startswith(one.path.rstrip("/") + "/") or one.path.rstrip("/") == ""


def _ends(place: Place) -> tuple[str, str]:
    """Return the literal text before the first hole of a place, and that after the last one."""
    parts = place.parts
    if not place.holes:
        return place.path.rstrip("/"), place.path.rstrip("/")
    first = parts[0] if isinstance(parts[0], str) else ""
    last = parts[-1] if isinstance(parts[-1], str) else ""
    return first, last


def _begins_alike(one: str, other: str, *, closed: bool) -> bool:
    if closed:
        return one == other or one.startswith(other + "/") or other.startswith(one + "/")
    return one.startswith(other) or other.startswith(one)


def _ends_alike(one: str, other: str) -> bool:
    # A folder that one of them names may hold the other.
    return "." not in one or "." not in other or one.endswith(other) or other.endswith(one)


def is_read(effects: Iterable[Effect], place: Place) -> bool:
    """Tell whether one of *effects* reads what lies at *place*, runs it, or sends it to a durable place."""
    return any(effect.kind in _READING and may_meet(effect.place, place) for effect in effects)


def is_surveyable(project: Project) -> bool:
    """Tell whether the project has so few files that all of them can be searched."""
    return sum(1 for _ in project.tree.named(*PYTHON)) <= _MAX_FILES


def mentions(project: Project, pattern: str, *, except_in: str = "") -> bool:
    """Tell whether a Python file of the project, *except_in* left out, has text that matches *pattern*."""
    if not is_surveyable(project):
        return True
    return any(path != except_in for path, _ in project.matching(PYTHON, pattern))


def count_in_code(project: Project, name: str) -> int:
    """Return how often *name* occurs as a word of its own in the project's Python files."""
    word = _word(name)
    return sum(len(re.findall(word, text)) for _, text in project.matching(PYTHON, word))


def is_in_configuration(project: Project, name: str) -> bool:
    """Tell whether configuration, a script, or code of another language mentions *name*."""
    return any(True for _ in project.matching(_CONFIGURATION, _word(name)))


def _word(name: str) -> str:
    return rf"(?<![\w.-]){re.escape(name)}(?![\w-])"
