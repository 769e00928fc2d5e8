"""Small web projects behind a function, and what the flow says of their routes."""

from __future__ import annotations

from dataclasses import dataclass
from textwrap import dedent
from typing import TYPE_CHECKING

from lambdalint import catalogue, deployment, flow
from lambdalint.model import Effect, Hole, HoleKind, Phase, Settings, Tree

if TYPE_CHECKING:
    from pathlib import Path

TEMPLATE = """
Transform: AWS::Serverless-2016-10-31
Resources:
  Web:
    Type: AWS::Serverless::Function
    Properties: {CodeUri: ., Handler: HANDLER, Runtime: python3.12}
"""


@dataclass(frozen=True)
class Site:
    """The entry points of a project by their labels, and its effects."""

    invoked: list[str]
    started: list[str]
    effects: tuple[Effect, ...]

    def parts(self, mark: str) -> dict[str, str]:
        """Return what the path of the write to ``/tmp/<mark>...`` holds of the request: ``free`` or ``confined``."""
        found: dict[str, str] = {}
        for effect in self.effects:
            if f"/{mark}/" in effect.place.path:
                for part in effect.place.parts:
                    if isinstance(part, Hole):
                        kind = "confined" if part.confined else "free"
                        found[part.origin] = kind if part.kind is HoleKind.REQUEST else part.kind.value
        return found

    def entries(self, mark: str) -> list[str]:
        """Return where the writes below ``/tmp/<mark>`` are entered."""
        return [str(effect.entry) for effect in self.effects if f"/{mark}" in effect.place.path]

    def phase(self, mark: str) -> Phase:
        """Return the phase of the one write below ``/tmp/<mark>``."""
        (phase,) = {effect.phase for effect in self.effects if f"/{mark}" in effect.place.path}
        return phase


def site(root: Path, files: dict[str, str] | str, handler: str | None = "app.handler") -> Site:
    """Analyse a project: of one file, or of several; without a handler its own declarations count."""
    written = {"app.py": files} if isinstance(files, str) else dict(files)
    if handler is not None:
        written["template.yaml"] = TEMPLATE.replace("HANDLER", handler)
    for path, content in written.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(dedent(content), encoding="utf-8")
    tree, rows, settings = Tree(root, tuple(sorted(written))), catalogue.load(), Settings(cache=False)
    functions = deployment.read(tree, settings, rows).functions
    result = flow.analyse(tree, functions, rows, settings)
    assert not result.broken, result.broken
    assert not result.unfinished
    return Site(
        [entry.route for entry in result.entry_points if entry.route and entry.phase is Phase.INVOKE],
        [entry.route for entry in result.entry_points if entry.route and entry.phase is Phase.INIT],
        result.effects,
    )
