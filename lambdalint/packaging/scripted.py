"""Adds to the builds of functions and layers what the project's own scripts install into their folders."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from msgspec.structs import replace

from lambdalint.deployment import scripts
from lambdalint.deployment.chalice.config import MANAGED_LAYER, vendor_folder
from lambdalint.deployment.handlers import locate
from lambdalint.deployment.package_patterns import Package
from lambdalint.deployment.serverless.requirements import REQUIREMENTS_LAYER
from lambdalint.model import Manifest

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lambdalint.deployment.scripts.installs import Install
    from lambdalint.model import Build, Function, Layer, Tree

_TAKES_REQUIREMENTS = frozenset({"sam", "cloudformation", "chalice"})
"""Whose functions are built from a ``requirements.txt`` in their folder, which a script may have to write first."""
_MANAGED = frozenset({MANAGED_LAYER, REQUIREMENTS_LAYER})
"""The names of the layers that build tools make of all requirements."""
_LIBRARIES = "python"
"""The folder of a layer, and of what SAM's builder gathers for one, in which libraries lie."""


class ScriptedBuilds:
    """Completes builds by what scripts do before or in place of the build tool."""

    def __init__(self, tree: Tree) -> None:
        self._tree = tree
        self._scripts = scripts.read(tree)
        self._near = {span.path.rpartition("/")[0] for span in self._scripts.unresolved}

    def function(self, function: Function) -> Function:
        """Return *function* with what scripts install into its package, and its layers alike."""
        if not self._scripts.installs and not self._scripts.exports and not self._scripts.cut:
            return function
        beside = self._beside(function)
        managed = any(_is_managed(layer, beside) for layer in function.room.layers)
        layers = tuple(
            self._layer(layer, beside if _is_managed(layer, beside) else ()) for layer in function.room.layers
        )
        function = replace(function, room=replace(function.room, layers=layers))
        if function.inline is not None or function.room.package_type == "image":
            return function
        located = locate(self._tree, function)
        files = (located[0],) if located is not None else ()
        made = [one for one in self._made(function.build) if not one.artifact]
        installs = [*self._scripts.into(function.code_root, *files), *made]
        for folder in () if managed else beside:
            installs += [one for one in self._scripts.into(folder) if one not in installs]
        build = self._exported(function)
        build = _joined(build, installs, made=build.make is not None)
        if build.complete and (self._may_fill(function.code_root) or self._is_filled_below(function)):
            build = replace(build, complete=False)
        return replace(function, build=build)

    def _beside(self, function: Function) -> tuple[str, ...]:
        """Return the folders whose content the build tool puts at the top of the package, or of a layer of its own."""
        if function.declared_by == "chalice":
            return (vendor_folder(function.code_root),)
        if function.declared_by != "serverless":
            return ()
        root = function.code_root
        return tuple(one for one in function.search_path if one != root and not _is_below(root, one))

    def _is_filled_below(self, function: Function) -> bool:
        """Tell whether a script puts something that is not known into a folder that *function* is packaged with."""
        root = function.code_root
        package = Package(function.packaged)
        return any(
            package.holds(f"{place[len(root) :]}/__init__.py".lstrip("/"))
            for one in self._scripts.within(root)
            if not one.complete and not one.manifests
            for place in one.places
            if place == root or _is_below(place, root)
        )

    def _layer(self, layer: Layer, beside: Sequence[str] = ()) -> Layer:
        """Return *layer* with what scripts install into it, also by the folders *beside* that a build tool copies."""
        installs = [one for one in self._made(layer.build) if _holds_libraries(one.artifact or "")]
        installs += [one for folder in beside for one in self._scripts.into(folder)]
        build = layer.build
        if layer.directory is not None:
            build = self._opened(build, layer.directory)
            installs += [
                one
                for one in self._scripts.within(layer.directory)
                if any(_is_read(place, layer.directory) for place in one.places) and one not in installs
            ]
            if build.complete and self._may_fill(layer.directory):
                build = replace(build, complete=False)
        made = build.make is not None or (bool(installs) and not beside)
        return replace(layer, build=_joined(build, installs, made=made))

    def _opened(self, build: Build, folder: str) -> Build:
        """Return *build*, not complete where a script writes requirements of unknown content into *folder*."""
        path = f"{folder}/requirements.txt".lstrip("/")
        unknown = any(one.source is None for one in self._scripts.exported(path))
        return replace(build, complete=False) if unknown else build

    def _made(self, build: Build) -> list[Install]:
        if build.make is None:
            return []
        return list(self._scripts.recipe(build.make.folder, build.make.target))

    def _exported(self, function: Function) -> Build:
        """Return the build of *function* with the manifest that a script writes its requirements from."""
        build = self._opened(function.build, function.code_root)
        path = f"{function.code_root}/requirements.txt".lstrip("/")
        if build.manifests or path in self._tree or function.declared_by not in _TAKES_REQUIREMENTS:
            return build
        exports = self._scripts.exported(path)
        manifests = [Manifest(one.source, one.span, one.groups) for one in exports if one.source is not None]
        complete = build.complete and len(manifests) == len(exports)
        return replace(build, manifests=tuple(manifests[:1]), complete=complete) if exports else build

    def _may_fill(self, folder: str) -> bool:
        """Tell whether a script near *folder* installs something into a place that is not known."""
        return any(
            script.startswith(".") or folder == script or _is_below(folder, script) or _is_below(script, folder)
            for script in self._near
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


def _is_managed(layer: Layer, beside: Sequence[str]) -> bool:
    """Tell whether *layer* is the one that a build tool makes of requirements and of the folders *beside*."""
    return bool(beside) and layer.name in _MANAGED and layer.directory in (None, *beside)


def _is_read(place: str, layer: str) -> bool:
    """Tell whether Python finds what lies in *place*, in the folder of a *layer*, which a build may move."""
    below = posixpath.relpath(place or ".", layer or ".")
    return below == "." or _holds_libraries(below)


def _holds_libraries(below: str) -> bool:
    """Tell whether Python looks for libraries in the folder *below* ``/opt``."""
    return below == _LIBRARIES or (below.startswith(f"{_LIBRARIES}/lib/") and below.endswith("site-packages"))


def _is_below(folder: str, above: str) -> bool:
    return not above or folder.startswith(f"{above}/")
