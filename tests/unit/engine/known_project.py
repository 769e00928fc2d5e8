"""A project with a baseline, and what a run would find in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambdalint.engine import baseline
from lambdalint.model import BASELINE_NAME, Confidence, Finding, Report, Severity, Span, Summary

if TYPE_CHECKING:
    from pathlib import Path

    from lambdalint.engine.baseline import Baseline, Split

APP = """\
import os

def handler(event, context):
    open("a.csv", "w")
    open("b.csv", "w")
    open("a.csv", "w")
"""


def finding(line: int, path: str = "app.py", code: str = "LMB102", message: str = "writes") -> Finding:
    span = Span(path, line, 5, line, 20)
    return Finding(code, "a-rule", message, Severity.ERROR, Confidence.HIGH, span)


def report(*findings: Finding, **sources: str) -> Report:
    texts = {name.replace("__", "/") + ".py": text for name, text in sources.items()}
    return Report("lambdalint", findings, (), Summary(0, 0, 0, 0, 0), sources=texts)


class Project:
    """A folder with a baseline, and what a run finds in it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.files: dict[str, str] = {}

    def write(self, path: str, text: str) -> None:
        (self.root / path).parent.mkdir(parents=True, exist_ok=True)
        (self.root / path).write_text(text)
        self.files[path] = text

    def remove(self, path: str) -> None:
        (self.root / path).unlink()
        del self.files[path]

    @property
    def lines(self) -> dict[str, list[str]]:
        return {path: text.split("\n") for path, text in self.files.items()}

    def found(self) -> list[Finding]:
        """A finding for each line with an open()."""
        return [
            finding(number, path)
            for path, lines in sorted(self.lines.items())
            for number, line in enumerate(lines, 1)
            if "open(" in line
        ]

    def create(self) -> Baseline:
        made = baseline.create(
            Report("lambdalint", tuple(self.found()), (), Summary(0, 0, 0, 0, 0), sources=self.files),
            base=self.root,
            folder=self.root,
        )
        file = self.root / BASELINE_NAME
        file.write_bytes(baseline.encode(made))
        return baseline.read(file)

    def split(self, known: Baseline, *only: str) -> Split:
        """What a run on the files *only*, or on all, makes of the baseline."""
        found = [one for one in self.found() if not only or one.span.path in only]
        return known.split(found, self.lines, base=self.root, covers=lambda path, code: not only or path in only)
