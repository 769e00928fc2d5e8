"""How the packages and layers of a service of the Serverless Framework are made."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from msgspec.structs import replace

from lambdalint.deployment.serverless.requirements import LAYER_REFERENCE, PLUGIN, RequirementsPlugin
from lambdalint.deployment.zipped_folder import is_folder, zipped_folder
from lambdalint.model import Build, Layer, Manifest, Tree

if TYPE_CHECKING:
    from lambdalint.deployment.document import Node
    from lambdalint.deployment.serverless.variables import Variables

WSGI_PLUGIN = "serverless-wsgi"
_NOT_PACKED = ("pip", "setuptools", "wheel", "six", "zipp")
"""What serverless-wsgi drops of what it installs: https://github.com/logandk/serverless-wsgi, ``requirements.py``."""

_ASKED = {
    "requirements.txt": re.compile(rb"^[ \t]*[^#\s]", re.MULTILINE),
    "pyproject.toml": re.compile(rb"\bdependencies\b"),
    "Pipfile": re.compile(rb"^\[packages\]", re.MULTILINE),
}
"""What shows, in files of these names, that something is asked for."""
_INSTALLERS = re.compile(r"^\.|python|\bpip|poetry|wheel|script|hook|external|layer|package", re.IGNORECASE)
"""Names of plugins that may put further libraries into packages; none of them is read."""


class ServiceBuilds:
    """Tells how the service with the content *root* in *directory* makes its packages and layers."""

    def __init__(self, tree: Tree, variables: Variables, root: Node, directory: str) -> None:
        self._tree = tree
        self._variables = variables
        self._root = root
        self._directory = directory
        self.plugins, self._listed_all = self._plugin_names()
        self._requirements = RequirementsPlugin(tree, variables, root, directory, self.plugins)
        self._others = any(_INSTALLERS.search(one) for one in self.plugins - {PLUGIN, WSGI_PLUGIN})

    def function(self, declared: Node, module: str, wsgi: str | None) -> Build:
        """Return how the package of the function *declared* in the folder *module* is made.

        *wsgi* is the application that serverless-wsgi serves for it, or None.
        """
        if self._is_finished(declared):
            return Build()
        if self._requirements.active:
            build = self._requirements.function_build(declared, module)
        else:
            folders = {self._directory, Tree.join(self._directory, module) or ""}
            build = Build(complete=not any(self._asks(folder) for folder in folders))
        if wsgi is not None and self._packs_for_wsgi():
            path = Tree.join(self._directory, f"{wsgi.rpartition('/')[0]}/requirements.txt".lstrip("/"))
            manifests = (Manifest(path),) if path is not None and path in self._tree else ()
            # The plugin brings a requirement of its own, Werkzeug, of no stated version.
            build = replace(
                build,
                manifests=(*build.manifests, *manifests),
                left_out=(*build.left_out, *_NOT_PACKED),
                complete=False,
            )
        return build if self._listed_all and not self._others else replace(build, complete=False)

    def _asks(self, folder: str) -> bool:
        """Tell whether *folder* lists requirements, which something may install before the framework packs it."""
        for name, asked in _ASKED.items():
            path = f"{folder}/{name}".lstrip("/")
            if path in self._tree and asked.search(self._tree.read(path) or b""):
                return True
        return False

    def vendor(self, declared: Node) -> tuple[str, ...]:
        """Return the folders whose content lands beside the code of the function *declared*."""
        return self._requirements.vendor(declared)

    def layers(self) -> dict[str, Layer]:
        """Return the service's own layers, by the logical names that functions refer to them with."""
        found: dict[str, Layer] = {}
        layers = self._variables.get(self._root, "layers")
        for entry in layers.entries if layers is not None else ():
            folder = self._variables.text(entry.value, "path")
            directory = Tree.join(self._directory, folder) if folder else None
            if directory is not None and not is_folder(self._tree, directory):
                directory = None
            finished = self._variables.get(entry.value, "package", "artifact") is not None
            made = directory is not None and not finished and not self._others and self._listed_all
            build = zipped_folder(self._tree, directory, "python") if directory is not None and made else Build()
            layer = Layer(entry.name, directory, entry.key.span, build)
            logical = re.sub("[^A-Za-z0-9]", "", entry.name.replace("-", "Dash").replace("_", "Underscore"))
            found[f"{logical[:1].upper()}{logical[1:]}LambdaLayer"] = layer
            bare = re.sub("[^A-Za-z0-9]", "", entry.name)
            found.setdefault(f"{bare[:1].upper()}{bare[1:]}LambdaLayer", layer)
        made_of_requirements = self._requirements.layer
        if made_of_requirements is not None:
            found[LAYER_REFERENCE] = made_of_requirements
        return found

    def _is_finished(self, declared: Node) -> bool:
        """Tell whether the package is an archive that something else has made."""
        return any(self._variables.get(one, "package", "artifact") is not None for one in (declared, self._root))

    def _packs_for_wsgi(self) -> bool:
        told = self._variables.truth(self._root, "custom", "wsgi", "packRequirements")
        return PLUGIN not in self.plugins if told is None else told

    def _plugin_names(self) -> tuple[frozenset[str], bool]:
        """Return the plugins of the service, and whether these are all."""
        node = self._root.get("plugins")
        plugins = self._variables.resolve(node)
        if plugins is not None and not plugins.items:
            plugins = self._variables.get(plugins, "modules")
        items = plugins.items if plugins is not None else ()
        names = [self._variables.text(item) for item in items]
        known = node is None or (plugins is not None and None not in names)
        return frozenset(name for name in names if name), known
