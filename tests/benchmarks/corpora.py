"""The projects that are measured: generated ones, and copies of given checkouts."""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING

from benchmarks.monorepo import generate

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from benchmarks.monorepo import Options

SMALL_FILES = 110
"""A project of at most so many files is that of a few functions, and judged as one."""
_LEFT_OUT = (".git", ".lambdalint_cache", ".mypy_cache", ".ruff_cache", "__pycache__", ".venv", "node_modules")


@dataclass(frozen=True)
class Corpus:
    """A project in a folder of the benchmark's own."""

    name: str
    folder: Path
    files: int
    """Python files."""
    lines: int
    generated: bool
    planted: int | None = None
    """The number of findings that a generated project has."""

    @property
    def small(self) -> bool:
        """Tell whether this is a single small project."""
        return self.files <= SMALL_FILES


def generated(options: Options, work: Path) -> Corpus:
    """Write the project that *options* ask for below *work*."""
    made = generate(options)
    folder = _empty(work / f"generated-{options.lines}")
    made.write(folder)
    files, lines = _size(folder)
    return Corpus(f"generated {options.lines:,}", folder, files, lines, generated=True, planted=len(made.planted))


def given(path: Path, work: Path, number: int = 1) -> Corpus:
    """Copy a checkout below *work*, the one of this *number*, without what tools left in it."""
    folder = _empty(work / f"given-{number}-{path.name}")
    shutil.copytree(path, folder, symlinks=True, ignore=shutil.ignore_patterns(*_LEFT_OUT), dirs_exist_ok=True)
    files, lines = _size(folder)
    return Corpus(path.name, folder, files, lines, generated=False)


def python_files(folder: Path) -> Iterator[Path]:
    """Yield the Python files of a project, in order."""
    return (path for path in sorted(folder.rglob("*.py")) if path.is_file() and not path.is_symlink())


def sample_files(folder: Path, with_findings: set[str]) -> tuple[str, str | None, str]:
    """Return a file of middle size without a finding, one with a finding, and the module most others import."""
    sized = sorted((path.stat().st_size, path.relative_to(folder).as_posix()) for path in python_files(folder))
    named = [name for _, name in sized if not name.endswith("__init__.py")]
    clean = [name for name in named if name not in with_findings and "test" not in name]
    flagged = [name for name in named if name in with_findings]
    clean = clean or named or [name for _, name in sized]
    return clean[len(clean) // 2], flagged[len(flagged) // 2] if flagged else None, _most_imported(folder, clean)


def _most_imported(folder: Path, names: list[str]) -> str:
    counts: dict[str, int] = {}
    for path in python_files(folder):
        for words in re.findall(r"^\s*(?:from|import) ([\w., ]+)", path.read_text("utf-8", "replace"), re.MULTILINE):
            for word in set(re.split(r"\W+", words)):
                counts[word] = counts.get(word, 0) + 1
    stems = {name: name.rpartition("/")[2].removesuffix(".py") for name in names}
    return max(names, key=lambda name: (counts.get(stems[name], 0), name))


def _empty(folder: Path) -> Path:
    if folder.exists():
        shutil.rmtree(folder)
    folder.mkdir(parents=True)
    return folder


def _size(folder: Path) -> tuple[int, int]:
    texts = [path.read_bytes() for path in python_files(folder)]
    return len(texts), sum(text.count(b"\n") for text in texts)
