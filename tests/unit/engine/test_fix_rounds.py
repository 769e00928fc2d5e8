"""Rounds of fixes on a toy analysis, which finds words in text files and knows by what to replace them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace

from lambdalint.engine import fix_rounds
from lambdalint.engine.targets import Bounds
from lambdalint.model import Confidence, Edit, Finding, Fix, Report, Safety, Severity, Span, Summary

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from lambdalint.engine.fix_rounds import Fixed

WORDS = {
    "bad": ("T1", "good"),
    "ill": ("T2", "hot"),  # brings a T3
    "hot": ("T3", None),
    "stuck": ("T4", "stuck"),  # does not go away
    "first": ("T5", "second"),
    "second": ("T6", "third"),
    "risky": ("T7", "calm"),
}
SAFE = frozenset({Safety.SAFE})
ALL = frozenset({Safety.SAFE, Safety.UNSAFE})


@dataclass
class Words:
    """An analysis of all text files in a folder; each finding concerns one word."""

    folder: Path
    runs: int = 0

    def __call__(self, overlay: Mapping[Path, bytes]) -> Report:
        self.runs += 1
        files = {**{path: path.read_bytes() for path in self.folder.glob("*.txt")}, **overlay}
        sources = {path.name: content.decode() for path, content in sorted(files.items())}
        findings = [found for name, text in sources.items() for found in self.findings(name, text)]
        summary = Summary(len(files), 0, len(findings), 0, 0)
        return Report("toy", tuple(findings), (), summary, sources=sources)

    def findings(self, name: str, text: str) -> list[Finding]:
        found = []
        for number, line in enumerate(text.splitlines(), 1):
            for match in re.finditer(r"\w+", line):
                code, better = WORDS.get(match[0], ("", None))
                span = Span(name, number, match.start() + 1, number, match.end() + 1)
                safety = Safety.UNSAFE if match[0] == "risky" else Safety.SAFE
                fix = None if better is None else Fix(f"Write {better}", (Edit(span, better),), safety)
                if code:
                    fingerprint = f"{code}-{name}-{match[0]}-{number}-{match.start()}"
                    one = Finding(code, "word", "a word", Severity.ERROR, Confidence.HIGH, span, fix=fix)
                    found.append(replace(one, fingerprint=fingerprint))
        return found


def fixed(folder: Path, files: dict[str, str], allowed: frozenset[Safety] = SAFE) -> Fixed:
    for name, text in files.items():
        (folder / name).write_text(text)
    words = Words(folder)
    return fix_rounds.fix(words({}), words, allowed, within=Bounds.of([folder]), cwd=folder)


def texts(done: Fixed) -> dict[str, str]:
    return {path: after.decode() for path, (_, after) in done.files.items()}


def messages(done: Fixed) -> list[str]:
    return [f"{problem.span}: {problem.message}" for problem in done.problems]


def test_all_fixes_are_made_and_nothing_is_written(tmp_path: Path) -> None:
    done = fixed(tmp_path, {"a.txt": "bad and bad\n", "b.txt": "bad\n", "c.txt": "well\n"})
    assert texts(done) == {"a.txt": "good and good\n", "b.txt": "good\n"}
    assert (done.counts, done.report.findings, messages(done)) == ({"T1": 3}, (), [])
    assert (tmp_path / "a.txt").read_text() == "bad and bad\n"
    assert done.write().paths == ("a.txt", "b.txt")
    assert (tmp_path / "a.txt").read_text() == "good and good\n"


def test_what_a_fix_uncovers_is_left_out_with_it(tmp_path: Path) -> None:
    """A fix that brings another finding is taken back, although that one could be mended, too."""
    done = fixed(tmp_path, {"a.txt": "first\n"})
    assert texts(done) == {}
    assert messages(done) == ["a.txt:1:1: the fix of T5 is left out: it would bring T6 in a.txt"]


@pytest.mark.parametrize(("word", "why"), [("ill", "it would bring T3 in a.txt"), ("stuck", "the finding would stay")])
def test_a_fix_that_does_no_good_is_left_out_and_the_others_are_made(tmp_path: Path, word: str, why: str) -> None:
    done = fixed(tmp_path, {"a.txt": f"bad {word} bad\n", "b.txt": "bad\n"})
    assert texts(done) == {"a.txt": f"good {word} good\n", "b.txt": "good\n"}
    code = WORDS[word][0]
    assert messages(done) == [f"a.txt:1:6: the fix of {code} is left out: {why}"]
    assert done.counts == {"T1": 3}


def test_unsafe_fixes_are_made_where_they_are_allowed(tmp_path: Path) -> None:
    assert texts(fixed(tmp_path, {"a.txt": "risky\n"})) == {}
    assert texts(fixed(tmp_path, {"a.txt": "risky\n"}, ALL)) == {"a.txt": "calm\n"}


def test_a_second_run_changes_nothing(tmp_path: Path) -> None:
    done = fixed(tmp_path, {"a.txt": "bad ill stuck first\n"})
    done.write()
    words = Words(tmp_path)
    again = fix_rounds.fix(words({}), words, SAFE, within=Bounds.of([tmp_path]), cwd=tmp_path)
    assert (again.files, messages(again)) == ({}, messages(done))


def test_trying_out_has_a_bound(tmp_path: Path) -> None:
    for number in range(60):
        (tmp_path / f"{number}.txt").write_text("ill\n")
    words = Words(tmp_path)
    done = fix_rounds.fix(words({}), words, SAFE, within=Bounds.of([tmp_path]), cwd=tmp_path)
    assert done.files == {}
    assert words.runs < 40


def test_a_file_that_changed_since_the_analysis_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("bad\n")
    (tmp_path / "b.txt").write_text("bad\n")
    words = Words(tmp_path)
    report = words({})
    (tmp_path / "a.txt").write_text("bad, but new\n")
    done = fix_rounds.fix(report, words, SAFE, within=Bounds.of([tmp_path]), cwd=tmp_path)
    assert texts(done) == {"b.txt": "good\n"}
    assert messages(done) == [
        "a.txt:1:1: nothing is changed in this file: it has changed since it was analysed",
    ]


def test_a_file_that_changes_before_it_is_written_is_left_alone(tmp_path: Path) -> None:
    done = fixed(tmp_path, {"a.txt": "bad\n", "b.txt": "bad\n"})
    (tmp_path / "a.txt").write_text("bad, but new\n")
    applied = done.write()
    assert applied.paths == ("b.txt",)
    assert [problem.message for problem in applied.problems] == [
        "cannot be written: it has changed since it was analysed"
    ]
    assert (tmp_path / "a.txt").read_text() == "bad, but new\n"
