"""Build steps that are written as scripts: what they install, and where."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from lambdalint.deployment.scripts.installs import BuildScripts, Export, Install

if TYPE_CHECKING:
    from lambdalint.model import Tree

__all__ = ["BuildScripts", "Export", "Install", "read"]

_MAY_BE_SCRIPT = re.compile(
    r"(?:.*/)?(?:[^./]+|[^/]+\.(?:sh|bash|mk)|package\.json|[^/]*(?:buildspec|pipelines|gitlab-ci|travis)[^/]*"
    r"|\.(?:github|circleci)/.*)"
)


def read(tree: Tree) -> BuildScripts:
    """Return what all scripts of *tree* install and export."""
    if not any(map(_MAY_BE_SCRIPT.fullmatch, tree.files)):
        return BuildScripts()
    from lambdalint.deployment.scripts.build_scripts import read

    return read(tree)
