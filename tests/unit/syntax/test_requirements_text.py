"""Which lines leave a requirements file, and what they take with them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from lambdalint.model import Tree
from lambdalint.syntax.requirements_text import RequirementsText

if TYPE_CHECKING:
    from pathlib import Path

    from lambdalint.model import Edit

NAME = "requirements.txt"


def read(folder: Path, text: str) -> RequirementsText | None:
    (folder / NAME).write_text(text, encoding="utf-8")
    return RequirementsText.read(Tree(folder, (NAME,)), NAME, text)


def edited(text: str, edits: tuple[Edit, ...]) -> str:
    starts = [0]
    for line in text.split("\n"):
        starts.append(starts[-1] + len(line) + 1)
    for edit in sorted(edits, key=lambda one: one.span, reverse=True):
        first = starts[edit.span.line - 1] + edit.span.column - 1
        last = starts[edit.span.end_line - 1] + edit.span.end_column - 1
        text = text[:first] + edit.text + text[last:]
    return text


@pytest.mark.parametrize(
    ("before", "after", "taken"),
    [
        ("a\nboto3\nb\n", "a\nb\n", "boto3\n"),
        ("a\nboto3", "a\n", "boto3\n"),
        ("boto3\n", "", "boto3\n"),
        ("boto3 # tested\na\n", "a\n", "boto3 # tested\n"),
        ("a\n\n# tested\nboto3\n\nb\n", "a\n\nb\n", "# tested\nboto3\n"),
        ("a\n# tested\nboto3\n", "a\n", "# tested\nboto3\n"),
        ("a\n\n# tools\nboto3\nb\n", "a\n\n# tools\nb\n", "boto3\n"),
        ("# all that is needed\n\nboto3\na\n", "# all that is needed\n\na\n", "boto3\n"),
        ("# of the report\nboto3\n", "# of the report\n", "boto3\n"),
        ("# AWS SDK\nboto3\n\n# web\na\n", "# web\na\n", "# AWS SDK\nboto3\n"),
        ("a\n\nboto3\nBotoCore>1\n", "a\n", "boto3\nBotoCore>1\n"),
        ("boto3\na\nbotocore\n", "a\n", "boto3\nbotocore\n"),
    ],
)
def test_lines_and_comments(tmp_path: Path, before: str, after: str, taken: str) -> None:
    requirements = read(tmp_path, before)
    found = requirements.take({"boto3", "botocore"}) if requirements is not None else None
    assert found is not None
    assert edited(before, found.edits) == after
    assert "".join(f"{line}\n" for line in found.lines) == taken


@pytest.mark.parametrize(
    "text",
    ["boto3 --hash=sha256:00\n", "--pre\nboto3\n", "boto3\n    # via app\n", "boto3 \\\n >1\n", "-e .\nboto3\n"],
)
def test_files_that_are_not_for_people(tmp_path: Path, text: str) -> None:
    assert read(tmp_path, text) is None


def test_nothing_to_take(tmp_path: Path) -> None:
    requirements = read(tmp_path, "a\n")
    assert requirements is not None
    assert requirements.take({"boto3"}) is None


@pytest.mark.parametrize(("before", "after"), [("a\n", "a\nb\n"), ("a", "a\nb"), ("", "b\n")])
def test_lines_are_added_at_the_end(tmp_path: Path, before: str, after: str) -> None:
    requirements = read(tmp_path, before)
    assert requirements is not None
    assert edited(before, (requirements.added(["b"]),)) == after
