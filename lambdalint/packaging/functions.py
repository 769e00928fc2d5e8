"""What each function of a project ships: its package, its layers, what the runtime brings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from lambdalint.deployment.package_patterns import Package
from lambdalint.model import Contents, Distribution, FunctionPackage, LayerContents, Provenance, Span
from lambdalint.packaging import Packages
from lambdalint.packaging.contents import Reader
from lambdalint.packaging.disk import unlisted
from lambdalint.packaging.measure import own_size
from lambdalint.packaging.scripted import ScriptedBuilds
from lambdalint.packaging.vendored import in_code_root, vendored_in

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from lambdalint.catalogue import Catalogue
    from lambdalint.model import Function, Layer, Settings, Tree

_MANIFESTS = ("requirements.txt", "pyproject.toml", "Pipfile")
_IN_LAYERS = ("", "python", "python/lib/python3.*/site-packages")
"""Where Python finds libraries in a layer, which is unpacked into ``/opt``; the first before its build moves it."""


def read(tree: Tree, functions: Sequence[Function], catalogue: Catalogue, settings: Settings) -> Packages:
    """Return what each of *functions* ships."""
    scripts = ScriptedBuilds(tree)
    functions = [scripts.function(one) for one in functions]
    reader = _Packages(tree, functions, catalogue, settings)
    packages = tuple(map(reader.package, functions))
    return Packages(packages, tuple(reader.contents.problems), tuple(sorted(reader.contents.files)))


class _Packages:
    """Reads folders that functions share only once."""

    def __init__(self, tree: Tree, functions: Sequence[Function], catalogue: Catalogue, settings: Settings) -> None:
        self.contents = Reader(tree, catalogue)
        self._tree = tree
        self._catalogue = catalogue
        self._shared = settings.shared_layers
        layers = (layer.directory for one in functions for layer in one.room.layers)
        self._folders = frozenset(
            folder for folder in (*layers, *(one.code_root for one in functions)) if folder is not None
        )
        imports = (name for row in catalogue.sdk.values() for name in row.imports)
        self._telling = (*_MANIFESTS, *sorted(set(imports)))
        self._own: dict[tuple[str, tuple[str, ...]], float] = {}
        self._known: dict[tuple[object, ...], Contents] = {}

    def package(self, function: Function) -> FunctionPackage:
        """Return what *function* ships."""
        room = function.room
        image = room.package_type == "image" or self._may_be_image(function)
        platform = self._catalogue.platforms.get(room.platform)
        limit = None if platform is None else platform.image_mb if image else platform.package_mb
        return FunctionPackage(
            function=function,
            package=self._package(function),
            layers=() if image else tuple(self._layer(layer, room.runtime) for layer in room.layers),
            runtime=() if image else self._catalogue.runtime_distributions(room.platform, room.runtime),
            limit_mb=limit,
            takes_layers=not image and platform is not None and platform.layers_max is not None,
        )

    def _may_be_image(self, function: Function) -> bool:
        """Tell whether *function*, which nothing declares, lies beside what an image is built from."""
        return function.confidence != "high" and f"{function.code_root}/Dockerfile".lstrip("/") in self._tree

    def _package(self, function: Function) -> Contents:
        if function.inline is not None:
            return Contents(complete=True)
        build, folder, python = function.build, function.code_root, _version(function.room.runtime)
        key = (build, folder, python, function.packaged)
        if key not in self._known:
            patterns = Package(function.packaged)
            others = self._folders - {folder}
            vendored = [
                one
                for one in in_code_root(self._tree, folder, others)
                if patterns.holds(one.mark.removeprefix(f"{folder}/"))
            ]
            made = self.contents.contents(build, folder, vendored, python)
            complete = made.complete and not unlisted(self._tree, folder, self._telling)
            self._known[key] = replace(made, complete=complete, own_mb=self._own_mb(function))
        return self._known[key]

    def _own_mb(self, function: Function) -> float:
        key = (function.code_root, function.packaged)
        if key not in self._own:
            self._own[key] = own_size(self._tree, function.code_root, Package(function.packaged).holds)
        return self._own[key]

    def _layer(self, layer: Layer, runtime: str | None) -> LayerContents:
        shared = self._shared_contents(layer)
        if shared is not None:
            return LayerContents(layer, shared)
        python = _version(runtime)
        key = (layer.build, layer.directory, python)
        if key not in self._known:
            folder = layer.directory
            vendored = () if folder is None else vendored_in(self._tree, folder, below=_IN_LAYERS)
            made = self.contents.contents(layer.build, folder or "", vendored, python)
            own = 0.0 if folder is None else own_size(self._tree, folder, lambda path: True)
            seen = folder is None or bool(made.distributions) or folder in self._tree.directories
            self._known[key] = replace(made, complete=made.complete and seen, own_mb=own)
        return LayerContents(layer, self._known[key])

    def _shared_contents(self, layer: Layer) -> Contents | None:
        """Return the contents of a layer that the settings or the catalogue know; None for any other."""
        own = next((one for pattern, one in self._shared if self._catalogue.matches(pattern, layer.name)), None)
        if own is not None:
            return _published([*own, *(one for one in self._catalogue.closure(own) if one not in own)], layer)
        known = self._catalogue.shared_layer(layer.name) if layer.directory is None else None
        return None if known is None else _published(known.distributions, layer, complete=known.complete)


def _published(names: Iterable[str], layer: Layer, *, complete: bool = True) -> Contents:
    """Return the contents of a published layer; their sizes are not known, as such layers are stripped."""
    span = layer.span or Span.point(".")
    return Contents(tuple(Distribution(name, Provenance.SHARED, span) for name in names), complete=complete)


def _version(runtime: str | None) -> str | None:
    """Return the Python version of a runtime such as ``python3.12``; None where it is not known."""
    version = (runtime or "").lower().removeprefix("python")
    return version if version and version[0].isdigit() else None
