"""Builds CDK programs in Python, and reads them."""

from __future__ import annotations

from textwrap import dedent
from typing import TYPE_CHECKING

from lambdalint.deployment import cdk
from lambdalint.model import Deployment, Function, Room, Tree

if TYPE_CHECKING:
    from pathlib import Path

HEADER = """\
import json
import os
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
import aws_cdk as cdk
from aws_cdk import Duration, Size, Stack, aws_ec2 as ec2, aws_lambda as lambda_, triggers
from aws_cdk import aws_lambda_python_alpha as python_, aws_s3_assets as assets
from constructs import Construct
PY = lambda_.Runtime.PYTHON_3_12
"""
HANDLER = "def handler(event, context):\n    return None\n"
FILES = {
    "cdk.json": '{"app": "python3 app.py", "context": {"stage": "dev", "names": ["a", "b"]}}',
    **{f"functions/{name}/app.py": HANDLER for name in ("a", "b", "c")},
}


def read(root: Path, files: dict[str, str]) -> Deployment:
    everything = {**FILES, **files}
    for name, content in everything.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(content, encoding="utf-8")
    return cdk.read(Tree(root, tuple(everything)), Room())


def stack(body: str, before: str = "") -> dict[str, str]:
    """Return a program whose one stack makes what *body* says."""
    init = "    def __init__(self, scope, id, **kwargs):\n        super().__init__(scope, id, **kwargs)\n"
    inside = "".join(f"        {line}\n" for line in dedent(body).strip("\n").split("\n"))
    stack = f"\n\nclass App(Stack):\n{init}{inside}\n\n"
    return {"app.py": f"{HEADER}{dedent(before)}{stack}app = cdk.App()\nApp(app, 'App')\napp.synth()\n"}


def functions(root: Path, files: dict[str, str]) -> tuple[Function, ...]:
    found = read(root, files)
    assert found.problems == ()
    return found.functions


def folders(root: Path, files: dict[str, str]) -> list[tuple[str, str]]:
    return [(one.name, one.code_root.removeprefix("functions/")) for one in functions(root, files)]


def made(name: str, folder: str, more: str = "") -> str:
    code = f"code=lambda_.Code.from_asset({folder})"
    return f"lambda_.Function(self, {name}, runtime=PY, handler='app.handler', {code}{more})"
