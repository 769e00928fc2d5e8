"""Tells whether a finding stands on changed lines, where a run reads several projects."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lambdalint.engine import changed_lines

if TYPE_CHECKING:
    from lambdalint.engine.changed_lines import ChangedLines
    from lambdalint.engine.collect import Collected
    from lambdalint.model import Span


@dataclass(frozen=True, slots=True)
class ChangedProjects:
    """The changed lines of each project, by its folder relative to the root."""

    by_project: tuple[tuple[str, ChangedLines], ...]

    @classmethod
    def since(cls, rev: str, collected: Collected) -> ChangedProjects:
        """Return what changed since the projects' branches left *rev*; raise GitError where that is not known."""
        root = collected.tree.root
        return cls(tuple((folder, changed_lines.read(rev, root=root / folder)) for folder in collected.projects))

    def touch(self, span: Span) -> bool:
        """Tell whether a line of *span*, whose path is relative to the root, changed."""
        for folder, changed in self.by_project:
            if folder == "." or span.path.startswith(folder + "/"):
                path = span.path if folder == "." else span.path[len(folder) + 1 :]
                return changed.touches(path, span.line, span.end_line)
        return True
