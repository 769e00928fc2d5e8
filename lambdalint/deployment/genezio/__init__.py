"""Functions, containers and Streamlit applications on Genezio."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambdalint.model import Deployment

if TYPE_CHECKING:
    from lambdalint.catalogue import Catalogue
    from lambdalint.model import Tree

__all__ = ["read"]


def read(tree: Tree, catalogue: Catalogue) -> Deployment:
    """Return the functions in Python of each ``genezio.yaml`` of *tree*."""
    if not any(path.endswith("genezio.yaml") for path in tree.files):
        return Deployment()
    from lambdalint.deployment.genezio.reader import read

    return read(tree, catalogue)
