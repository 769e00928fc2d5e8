"""Adds to the builds of functions and layers what the project's own scripts install into their folders."""

from __future__ import annotations

import posixpath
from dataclasses import replace
from typing import TYPE_CHECKING

from lambdalint.deployment.handlers import locate
from lambdalint.deployment.scripts import build_scripts
from lambdalint.model import Manifest

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lambdalint.deployment.scripts.installs import Install
    from lambdalint.model import Build, Function, Layer, Tree

_TAKES_REQUIREMENTS = frozenset({"sam", "cloudformation", "chalice"})
"""Whose functions are built from a ``requirements.txt`` in their folder, which a script may have to write first."""
_LIBRARIES = "python"
"""The folder of a layer, and of what SAM's builder gathers for one, in which libraries lie."""


class ScriptedBuilds:
    """Completes builds by what scripts do before or in place of the build tool."""

    def __init__(self, tree: Tree) -> None:
        self._tree = tree
        self._scripts = build_scripts.read(tree)

    def function(self, function: Function) -> Function:
        """Return *function* with what scripts install into its package, and its layers alike."""
        if not self._scripts.installs and not self._scripts.exports:
            return function
        layers = tuple(self._layer(layer) for layer in function.room.layers)
        function = replace(function, room=replace(function.room, layers=layers))
        if function.inline is not None or function.room.package_type == "image":
            return function
        located = locate(self._tree, function)
        files = (located[0],) if located is not None else ()
        made = [one for one in self._made(function.build) if not one.artifact]
        installs = [*self._scripts.into(function.code_root, *files), *made]
        build = self._exported(function)
        build = _joined(build, installs, made=build.make is not None)
        if build.complete and self._may_fill(function.code_root):
            build = replace(build, complete=False)
        return replace(function, build=build)

    def _layer(self, layer: Layer) -> Layer:
        installs = [one for one in self._made(layer.build) if _holds_libraries(one.artifact or "")]
        if layer.directory is not None:
            installs += [
                one
                for one in self._scripts.within(layer.directory)
                if any(_is_read(place, layer.directory) for place in one.places)
            ]
        made = layer.build.make is not None or bool(installs)
        return replace(layer, build=_joined(layer.build, installs, made=made)) if installs else layer

    def _made(self, build: Build) -> list[Install]:
        if build.make is None:
            return []
        return list(self._scripts.recipe(build.make.folder, build.make.target))

    def _exported(self, function: Function) -> Build:
        """Return the build of *function* with the manifest that a script writes its requirements from."""
        build = function.build
        path = f"{function.code_root}/requirements.txt".lstrip("/")
        if build.manifests or path in self._tree or function.declared_by not in _TAKES_REQUIREMENTS:
            return build
        exports = self._scripts.exported(path)
        manifests = [Manifest(one.source, one.span, one.groups) for one in exports if one.source is not None]
        complete = build.complete and len(manifests) == len(exports)
        return replace(build, manifests=tuple(manifests[:1]), complete=complete) if exports else build

    def _may_fill(self, folder: str) -> bool:
        """Tell whether a script near *folder* installs something into a place that is not known."""
        near = (span.path.rpartition("/")[0] for span in self._scripts.unresolved)
        return any(
            script.startswith(".") or folder == script or _is_below(folder, script) or _is_below(script, folder)
            for script in near
        )


def _joined(build: Build, installs: Sequence[Install], *, made: bool) -> Build:
    """Return *build* with what *installs* add; *made* tells that nothing else fills the package."""
    sure = [one for one in installs if one.sure]
    counted = sure or ([] if build.manifests else list(installs))
    if not installs:
        return build
    manifests = dict.fromkeys((*build.manifests, *(each for one in counted for each in one.manifests)))
    known = all(one.sure and one.complete for one in installs)
    return replace(
        build,
        manifests=tuple(manifests),
        requirements=(*build.requirements, *(each for one in counted for each in one.requirements)),
        left_out=tuple(dict.fromkeys((*build.left_out, *(each for one in counted for each in one.left_out)))),
        complete=known and (made or build.complete),
        confidence=build.confidence if sure or build.manifests else "medium",
    )


def _is_read(place: str, layer: str) -> bool:
    """Tell whether Python finds what lies in *place*, in the folder of a *layer*, which a build may move."""
    below = posixpath.relpath(place or ".", layer or ".")
    return below == "." or _holds_libraries(below)


def _holds_libraries(below: str) -> bool:
    """Tell whether Python looks for libraries in the folder *below* ``/opt``."""
    return below == _LIBRARIES or (below.startswith(f"{_LIBRARIES}/lib/") and below.endswith("site-packages"))


def _is_below(folder: str, above: str) -> bool:
    return not above or folder.startswith(f"{above}/")
