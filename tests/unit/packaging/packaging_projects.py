"""Small projects on disk, and what their functions ship."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambdalint import catalogue, deployment, packaging
from lambdalint.engine.collect import collect
from lambdalint.model import Settings

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from lambdalint.model import Contents, FunctionPackage

HANDLER = "def handler(event, context):\n    return 'done'\n"


def sam(*layers: str, properties: str = "", resources: str = "", metadata: str = "") -> str:
    """Return a template with the function ``Report`` in ``src``, and further resources."""
    return f"""
Transform: AWS::Serverless-2016-10-31
Resources:
  Report:
    Type: AWS::Serverless::Function
    {metadata}
    Properties: {{Handler: app.handler, Runtime: python3.12, CodeUri: src, Layers: [{", ".join(layers)}] {properties}}}
{resources}"""


def shipped(root: Path, files: Mapping[str, str], settings: Settings | None = None) -> FunctionPackage:
    """Write *files* and return what the project's only function ships."""
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    settings = settings or Settings()
    tree, rows = collect([root], cwd=root).tree, catalogue.load()
    deployed = deployment.read(tree, settings, rows)
    [package] = packaging.read(tree, deployed.functions, rows, settings).packages
    return package


def names(contents: Contents) -> list[str]:
    """Return what somebody asks for, or put there; not what comes along."""
    return [one.name for one in contents.distributions if one.provenance.value != "brought"]
