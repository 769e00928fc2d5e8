"""Small Terraform configurations, and what the reader says of them."""

from __future__ import annotations

from textwrap import dedent
from typing import TYPE_CHECKING

from lambdalint.deployment import terraform
from lambdalint.model import Deployment, Function, Room, Tree

if TYPE_CHECKING:
    from pathlib import Path

ARCHIVE = """
data "archive_file" "code" {
  type        = "zip"
  source_dir  = "${path.module}/src"
  output_path = "code.zip"
}
"""
FILES = {"src/app.py": "def handler(event, context): ...\n"}


def read(root: Path, files: dict[str, str]) -> Deployment:
    """Return what is declared in *files*, and in the few that are there anyway."""
    everything = {**FILES, **files}
    for name, content in everything.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(dedent(content), encoding="utf-8")
    return terraform.read(Tree(root, tuple(everything)), Room())


def only(root: Path, text: str, files: dict[str, str] | None = None) -> Function:
    """Return the only function of the configuration *text*, of which nothing is wrong."""
    found = read(root, {"main.tf": text, **(files or {})})
    assert found.problems == ()
    [function] = found.functions
    return function


def declared(settings: str = "", *, code: str = "filename = data.archive_file.code.output_path") -> str:
    """Return a function, with more *settings*, of an archive of the folder ``src``."""
    handler = "" if "handler" in settings else 'handler = "app.handler"'
    runtime = "" if "runtime" in settings else 'runtime = "python3.12"'
    return f'resource "aws_lambda_function" "api" {{\n{code}\n{handler}\n{runtime}\n{settings}\n}}\n{ARCHIVE}'
