"""Writes a case to disk as a project, and compares what is reported of it with what the case expects."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from msgspec.structs import replace

from lambdalint.config import RuleOptions, load
from lambdalint.engine.run import check
from lambdalint.model import Confidence, Settings

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from lambdalint.model import Finding, Report
    from literate.expectation import Expectation


def write_project(root: Path, files: Mapping[str, bytes]) -> None:
    """Write *files*, by relative path, below the directory *root*, which is created."""
    root.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        target = root / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)


@dataclass(frozen=True, slots=True)
class Verdict:
    """How reports differ from expectations, each as ``path:line CODE``."""

    unreported: tuple[str, ...]
    unexpected: tuple[str, ...]
    found_after_all: tuple[str, ...]

    @property
    def agrees(self) -> bool:
        """Whether nothing differs. A known miss that is found is a difference: its comment has to change."""
        return not (self.unreported or self.unexpected or self.found_after_all)

    def __str__(self) -> str:
        parts = (
            ("not reported", self.unreported),
            ("reported without reason", self.unexpected),
            ("marked as missed, but reported", self.found_after_all),
        )
        return "\n".join(f"{label}: {row}" for label, rows in parts for row in rows) or "as expected"


def settings_for(codes: Iterable[str], *, jobs: int = 1, cache_dir: str | None = None) -> Settings:
    """Return settings that select the prefixes *codes* and show every confidence."""
    return Settings(
        select=tuple(codes),
        min_confidence=Confidence.LOW,
        jobs=jobs,
        cache=cache_dir is not None,
        cache_dir=cache_dir or ".lambdalint_cache",
    )


def report_of(root: Path, settings: Settings) -> Report:
    """Check the project at *root*, with the sizes, functions and rows that its own configuration gives."""
    return check([root], configured(root, settings), cwd=root)


def configured(root: Path, settings: Settings) -> Settings:
    """Return *settings* with what the project at *root* says in a configuration of its own."""
    file = root / "lambdalint.toml"
    if not file.is_file():
        return settings
    given = load(root, RuleOptions((), lambda code: None), file=file).settings
    return replace(settings, sizes=given.sizes, functions=given.functions, catalogue_rows=given.catalogue_rows)


def judge(findings: Iterable[Finding], expectations: Iterable[Expectation]) -> Verdict:
    """Compare *findings* with *expectations* by file, line and code."""
    found = {(item.span.path, item.span.line, item.code): item.message for item in findings}
    wanted = {(item.path, item.line, item.code) for item in expectations if not item.missed}
    missed = {(item.path, item.line, item.code) for item in expectations if item.missed}

    def rows(keys: Iterable[tuple[str, int, str]]) -> tuple[str, ...]:
        return tuple(
            f"{path}:{line} {code} {found.get((path, line, code), '')}".rstrip() for path, line, code in sorted(keys)
        )

    return Verdict(
        unreported=rows(wanted - found.keys()),
        unexpected=rows(found.keys() - wanted - missed),
        found_after_all=rows(missed & found.keys()),
    )
