"""Makes the fixes of a case's project, on disk, as ``check --fix`` does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambdalint.engine import fix_rounds
from lambdalint.engine.run import check
from lambdalint.engine.targets import Bounds
from lambdalint.model import Safety
from literate.project import configured

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from lambdalint.engine.fix_rounds import Fixed
    from lambdalint.model import Report, Settings

SAFE = frozenset({Safety.SAFE})
ALL = frozenset({Safety.SAFE, Safety.UNSAFE})


def fix_project(root: Path, settings: Settings, allowed: frozenset[Safety]) -> Fixed:
    """Make the *allowed* fixes in the project at *root*, and write them."""
    settings = configured(root, settings)

    def analyse(overlay: Mapping[Path, bytes]) -> Report:
        return check([root], settings, cwd=root, overlay=overlay)

    fixed = fix_rounds.fix(analyse({}), analyse, allowed, within=Bounds.of([root]), cwd=root)
    applied = fixed.write()
    assert applied.problems == ()
    return fixed


def files_of(root: Path) -> dict[str, bytes]:
    """Return the content of the files below *root*, by their paths."""
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in sorted(root.rglob("*")) if path.is_file()}
