"""Makes the fixes of a project, round after round, and shows what has become of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from literate.project import report_of, settings_for, write_project

from lambdalint.engine.fixes import choose
from lambdalint.engine.targets import Bounds, apply
from lambdalint.model import Safety

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_ALL = frozenset({Safety.SAFE, Safety.UNSAFE})
_MOST_ROUNDS = 10


def fixed(root: Path, files: Mapping[str, str], *codes: str) -> dict[str, str]:
    """Return the files of the project *files*, written to *root*, that the fixes of *codes* change or add.

    Whatever is done, it brings no finding of another rule of the family.
    """
    write_project(root, {path: text.encode() for path, text in files.items()})
    settings = settings_for(("LMB4",))
    before = {one.code for one in report_of(root, settings).findings}
    for _ in range(_MOST_ROUNDS):
        report = report_of(root, settings)
        chosen = choose([one for one in report.findings if one.code in codes], _ALL)
        applied = apply(chosen.changes, report.sources, within=Bounds.of([root]), cwd=root)
        assert applied.problems == ()
        if not applied.counts:
            assert {one.code for one in report.findings} <= before
            return _changed(root, files)
    raise AssertionError("there is no end of fixes")


def left(root: Path) -> list[str]:
    """Return the codes of what is found in the project at *root*."""
    return [one.code for one in report_of(root, settings_for(("LMB4",))).findings]


def _changed(root: Path, files: Mapping[str, str]) -> dict[str, str]:
    after = {
        path.relative_to(root).as_posix(): path.read_bytes().decode() for path in root.rglob("*") if path.is_file()
    }
    return {path: text for path, text in sorted(after.items()) if files.get(path) != text}
