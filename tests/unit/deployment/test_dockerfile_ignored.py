"""Files that ``.dockerignore`` keeps out of an image."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from lambdalint.deployment import lone_image
from lambdalint.deployment.package_patterns import Package
from lambdalint.model import Room, Tree

if TYPE_CHECKING:
    from pathlib import Path

AWS = "FROM public.ecr.aws/lambda/python:3.12\n"
FILES = ("src/app.py", "src/dev/run.py", "src/dev/keep.py", "src/notes.md", "dev/run.py")


def _held(
    root: Path, ignored: str, copy: str = "COPY . .", handler: str = "src.app.handler"
) -> tuple[set[str], list[str]]:
    files = {"Dockerfile": f'{AWS}{copy}\nCMD ["{handler}"]\n', ".dockerignore": ignored, **dict.fromkeys(FILES, "")}
    for path, content in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(content, encoding="utf-8")
    found = lone_image.read(Tree(root, tuple(files)), Room(), ())
    [function] = found.functions
    package, above = Package(function.packaged), f"{function.code_root}/" if function.code_root else ""
    held = {path for path in FILES if path.startswith(above) and package.holds(path[len(above) :])}
    return held, [problem.severity for problem in found.problems]


@pytest.mark.parametrize(
    ("ignored", "lacking"),
    [
        ("", set()),
        ("# dev\n", set()),
        ("dev\n", {"dev/run.py"}),
        ("/dev/\n", {"dev/run.py"}),
        ("**/dev\n", {"dev/run.py", "src/dev/run.py", "src/dev/keep.py"}),
        ("src/dev\n!src/dev/keep.py\n", {"src/dev/run.py"}),
        ("*.md\n", set()),
        ("**/*.md\n", {"src/notes.md"}),
        ("*\n!src\n", {"dev/run.py"}),
        ("src/dev\n../x\n", set()),
        ("src/@(dev)\nsrc/dev\n", set()),
    ],
)
def test_what_an_image_lacks(tmp_path: Path, ignored: str, lacking: set[str]) -> None:
    held, problems = _held(tmp_path, ignored)
    assert held == set(FILES) - lacking
    assert problems == []


@pytest.mark.parametrize(
    ("ignored", "lacking"),
    [("src/dev\n", {"src/dev/run.py", "src/dev/keep.py"}), ("dev\n", set()), ("**/*.md\n", {"src/notes.md"})],
)
def test_patterns_start_in_the_context(tmp_path: Path, ignored: str, lacking: set[str]) -> None:
    held, _ = _held(tmp_path, ignored, "COPY src/ ./", "app.handler")
    assert held == {path for path in FILES if path.startswith("src/")} - lacking


@pytest.mark.parametrize("ignored", ["*\n", "src\n", "**/*.py\n"])
def test_the_handler_is_always_there(tmp_path: Path, ignored: str) -> None:
    assert _held(tmp_path, ignored) == (set(FILES), ["note"])
