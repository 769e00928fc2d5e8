"""Tells whether a finding stands on changed lines, where a run reads several projects."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from lambdalint.engine import changed_lines

if TYPE_CHECKING:
    from pathlib import Path

    from lambdalint.engine.changed_lines import ChangedLines
    from lambdalint.engine.collect import Collected
    from lambdalint.model import Span


class ChangedProjects(msgspec.Struct, frozen=True):
    """The changed lines of each project, by its folder relative to the root."""

    by_project: tuple[tuple[str, ChangedLines], ...]

    @classmethod
    def since(cls, rev: str, collected: Collected) -> ChangedProjects:
        """Return what changed since the projects' branches left *rev*; raise GitError where that is not known."""
        tree = collected.tree
        by_project: list[tuple[str, ChangedLines]] = []
        for folder in collected.projects:
            changed = changed_lines.read(rev, root=tree.root / folder)
            for path in tree.replaced:
                inside = _below(folder, path)
                if inside is not None:
                    changed = changed.after(inside, _on_disk(tree.root / path), tree.read(path) or b"")
            by_project.append((folder, changed))
        return cls(tuple(by_project))

    def touch(self, span: Span) -> bool:
        """Tell whether a line of *span*, whose path is relative to the root, changed."""
        for folder, changed in self.by_project:
            path = _below(folder, span.path)
            if path is not None:
                return changed.touches(path, span.line, span.end_line)
        return True


def _below(folder: str, path: str) -> str | None:
    """Return *path* relative to *folder*; None if it does not lie there."""
    if folder == ".":
        return path
    return path[len(folder) + 1 :] if path.startswith(folder + "/") else None


def _on_disk(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError:
        return b""
