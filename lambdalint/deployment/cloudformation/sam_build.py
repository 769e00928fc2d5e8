"""How ``sam build``, or a deployment without it, makes packages and layers of the folders that a template names.

What ``Metadata`` decides is read off AWS SAM CLI (``lib/build/app_builder.py``, ``lib/build/workflow_config.py``,
``lib/providers/provider.py`` of https://github.com/aws/aws-sam-cli) and of the builders it calls
(``workflows/python_pip``, ``workflows/python_uv``, ``workflows/custom_make`` of
https://github.com/aws/aws-lambda-builders).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from msgspec.structs import replace

from lambdalint.deployment.cloudformation.sam_commands import Practice, SamCommands
from lambdalint.deployment.zipped_folder import zipped_folder
from lambdalint.model import Build, MakeStep, Manifest, Tree

if TYPE_CHECKING:
    from lambdalint.deployment.cloudformation.nested_stacks import Stack
    from lambdalint.deployment.node import Node

_TRANSFORM = "AWS::Serverless"
_PIP = re.compile(r"python\d")
_MAKE = "makefile"
_UV = "python-uv"
_PIP_MANIFESTS = ("requirements.txt",)
_UV_MANIFESTS = (
    "requirements.txt",
    "requirements-dev.txt",
    "requirements-test.txt",
    "requirements-prod.txt",
    "pyproject.toml",
)
"""In this order the uv builder looks for its manifest, and takes the first: ``detect_uv_manifest``."""


class SamBuilds:
    """Tells how the functions and layers of the templates of *tree* are built."""

    def __init__(self, tree: Tree) -> None:
        self._tree = tree
        self._commands = SamCommands(tree)

    def function(self, stack: Stack, name: str, resource: Node, folder: str, *, serverless: bool) -> Build:
        """Return how the package of the function *name* is made of the local *folder*.

        ``sam build`` installs ``requirements.txt`` of the folder, and no other name, unless it is given a file; where
        there is none, it only copies. A plain ``AWS::Lambda::Function`` (*serverless* is False) of a template without
        the SAM transform may as well be deployed by ``aws cloudformation package``, which archives the folder as it
        is.
        """
        practice = self._commands.practice(stack.directory)
        if is_skipped(stack, resource) or practice is Practice.ARCHIVED:
            return zipped_folder(self._tree, folder)
        if stack.scope.text(resource, "Metadata", "aws:asset:path") is not None:
            return Build(complete=True)
        method = build_method(stack, resource)
        sure = practice is not Practice.UNSURE and (serverless or has_transform(stack))
        if method == _UV:
            return self._installed(stack, name, folder, _UV_MANIFESTS, sure=sure)
        if method is None or _PIP.match(method):
            return self._installed(stack, name, folder, _PIP_MANIFESTS, sure=sure)
        return Build(elsewhere=_artifacts(stack, name), make=_make_step(stack, name, resource, folder))

    def layer(self, stack: Stack, name: str, resource: Node, folder: str) -> Build:
        """Return how the content of the layer *name* is made of the local *folder*.

        SAM builds a layer only if a ``BuildMethod`` says how: a Python one installs ``requirements.txt`` beside a copy
        of the folder, both below ``python``. Any other folder is archived as it is.
        """
        if not self.is_built(stack, resource):
            return zipped_folder(self._tree, folder, inner="python")
        if _PIP.match(build_method(stack, resource) or ""):
            sure = self._commands.practice(stack.directory) is not Practice.UNSURE
            return self._installed(stack, name, folder, _PIP_MANIFESTS, sure=sure)
        return Build(elsewhere=_artifacts(stack, name), make=_make_step(stack, name, resource, folder))

    def is_built(self, stack: Stack, resource: Node) -> bool:
        """Tell whether SAM builds the layer *resource*."""
        if build_method(stack, resource) is None or is_skipped(stack, resource):
            return False
        return self._commands.practice(stack.directory) is not Practice.ARCHIVED

    def _installed(self, stack: Stack, name: str, folder: str, names: tuple[str, ...], *, sure: bool) -> Build:
        paths = (f"{folder}/{one}".lstrip("/") for one in names)
        manifests = next(((Manifest(path),) for path in paths if path in self._tree), ())
        override = self._commands.override(stack.path, name)
        if override.single is not None:
            manifests = (override.single,)
        elif not override.none:
            own = manifests if override.own else ()
            return Build(own, confidence="medium", elsewhere=_artifacts(stack, name))
        if not manifests and not sure:
            # Built or not, the package is what lies in the folder.
            return replace(zipped_folder(self._tree, folder), elsewhere=_artifacts(stack, name))
        confidence = "high" if sure else "medium"
        return Build(manifests, complete=sure, confidence=confidence, elsewhere=_artifacts(stack, name))


def _make_step(stack: Stack, name: str, resource: Node, folder: str) -> MakeStep | None:
    """Return what ``make`` runs for the function or layer *name* with its code in *folder*; None without make."""
    if build_method(stack, resource) != _MAKE:
        return None
    source = _folder(stack, resource, "ProjectRootDirectory", folder)
    return MakeStep(_folder(stack, resource, "ContextPath", source), f"build-{name}")


def build_method(stack: Stack, resource: Node) -> str | None:
    """Return the build method that the metadata of *resource* names, or None."""
    return stack.scope.text(resource, "Metadata", "BuildMethod") or None


def is_skipped(stack: Stack, resource: Node) -> bool:
    """Tell whether SAM takes what lies in the folder, because something else has built it."""
    told = (stack.scope.text(resource, "Metadata", "SkipBuild") or "").lower() == "true"
    return told or (stack.scope.text(resource, "Metadata", "aws:asset:is-bundled") or "").lower() == "true"


def has_transform(stack: Stack) -> bool:
    """Tell whether the template has the SAM transform."""
    transform = stack.root.get("Transform")
    named = transform.walk() if transform is not None else ()
    return any((node.text or "").startswith(_TRANSFORM) for node in named)


def _artifacts(stack: Stack, name: str) -> str:
    """Return where ``sam build`` leaves what it made."""
    return f"{stack.directory}/.aws-sam/build/{name}".lstrip("/")


def _folder(stack: Stack, resource: Node, setting: str, otherwise: str) -> str:
    written = stack.scope.text(resource, "Metadata", setting)
    return (Tree.join(stack.directory, written) if written else None) or otherwise
