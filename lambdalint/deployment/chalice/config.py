"""Reads ``.chalice/config.json``: how Chalice makes the package of an application, and which room it sets.

The rules are those of Chalice's source (``config.py``, ``deploy/packager.py``, https://github.com/aws/chalice): what a
stage sets goes before what the file sets for all stages, and a function's own settings before both.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from msgspec.structs import replace

from lambdalint.deployment import document
from lambdalint.deployment.rooms import merge_environment
from lambdalint.deployment.zipped_folder import is_folder
from lambdalint.model import Build, EnvironmentVariable, Layer, Manifest, Problem, Span

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lambdalint.deployment.document import Node
    from lambdalint.model import Function, Room, Tree

CONFIG = ".chalice/config.json"
MAX_STAGES = 50
MAX_ITEMS = 50
MAX_VARIABLES = 500

_LIBRARY = "chalicelib"
_VENDORED = "vendor"
_PACKAGED = ("!**", "app.py", f"{_LIBRARY}/**")
"""What Chalice takes of the project's folder; without a layer of its own, also what lies in ``vendor``."""
MANAGED_LAYER = "managed-layer"
"""The name of the layer that Chalice makes with ``automatic_layer``."""


API_HANDLER = "api_handler"
"""What ``lambda_functions`` calls the function that serves the routes."""


class Configuration(msgspec.Struct, frozen=True):
    """The file's own settings, and those of each stage; one without any where the file has no stages."""

    common: Node | None = None
    stages: tuple[Node | None, ...] = (None,)
    problems: tuple[Problem, ...] = ()

    def values(self, name: str, function: str | None = None) -> tuple[Node | None, ...]:
        """Return what the setting *name* is in each stage; of the deployed *function*, where it may have its own."""
        shared = _own(self.common, function, name) or _given(self.common, name)
        return tuple(_own(stage, function, name) or _given(stage, name) or shared for stage in self.stages)

    def variables(self, function: str) -> tuple[dict[str, tuple[str | None, Span]], ...]:
        """Return the variables of the deployed *function* in each stage; inner ones go before those around them."""
        found: list[dict[str, tuple[str | None, Span]]] = []
        for stage in self.stages:
            listed = _functions(stage)
            own = listed.get(function) if listed is not None else None
            found.append({})
            for scope in (self.common, stage, own):
                block = _given(scope, "environment_variables")
                for entry in block.entries[:MAX_VARIABLES] if block is not None else ():
                    found[-1][entry.name] = entry.value.text, entry.key.span
        return tuple(found)


def read_configuration(tree: Tree, folder: str) -> Configuration:
    """Return the configuration of the project in *folder*; an empty one where there is none that can be read."""
    path = f"{folder}/{CONFIG}".lstrip("/")
    loaded = document.read(tree, path) if path in tree else None
    if loaded is None:
        return Configuration()
    problems = tuple(
        replace(one, message=one.message.replace("not valid YAML", "not valid JSON")) for one in loaded.problems
    )
    if not isinstance(loaded.root, document.MappingNode):
        if loaded.root is not None:
            problems = (*problems, Problem(loaded.root.span, "the configuration of Chalice is no object"))
        return Configuration(problems=problems)
    problems = (*problems, *_wrong(loaded.root))
    listed = loaded.root.get("stages")
    stages = tuple(entry.value for entry in listed.entries[:MAX_STAGES]) if listed is not None else ()
    return Configuration(loaded.root, stages or (None,), problems)


def configured(tree: Tree, function: Function, configuration: Configuration, key: str) -> Function:
    """Return *function* with its package and with the room that its project's configuration sets.

    *key* is its name in ``lambda_functions``. Chalice packs ``app.py`` and ``chalicelib``, what ``requirements.txt``
    asks for, and what lies in ``vendor``, whose content goes beside the code. With ``automatic_layer`` the last two
    become a layer (``LayerDeploymentPackager``), in which no stage differs from another here: that one stage has it is
    enough. All functions of a project have the same package: that of the routes stands for it.
    """
    folder = function.code_root
    vendored = vendor_folder(folder)
    if is_folder(tree, vendored):
        function = replace(function, search_path=(vendored, *function.search_path))
    requirements = f"{folder}/requirements.txt".lstrip("/")
    manifests = (Manifest(requirements),) if requirements in tree else ()
    if configuration.common is None:
        return replace(function, build=Build(manifests, confidence="medium"))
    listed = configuration.values("automatic_layer")
    automatic = next((one for one in listed if one is not None and one.text == "true"), None)
    layers = _layers(configuration, key)
    if automatic is None:
        build = Build(manifests, complete=True)
        packaged: tuple[str, ...] = (*_PACKAGED, f"{_VENDORED}/**")
    else:
        build = Build(complete=True)
        packaged = _PACKAGED
        directory = vendored if is_folder(tree, vendored) else None
        layers = (Layer(MANAGED_LAYER, directory, automatic.span, Build(manifests, complete=True)), *layers)
    room = replace(_with_settings(function.room, configuration, key), layers=layers)
    return replace(function, build=build, room=room, packaged=packaged)


def vendor_folder(code_root: str) -> str:
    """Return the folder whose content Chalice puts beside the libraries of the application in *code_root*."""
    return f"{code_root}/{_VENDORED}".lstrip("/")


def _wrong(root: Node) -> Iterator[Problem]:
    for name in ("stages", "lambda_functions", "environment_variables"):
        node = _given(root, name)
        if node is not None and not isinstance(node, document.MappingNode):
            yield Problem(node.span, f"{name} is no object; it is not read")


def _given(node: Node | None, name: str) -> Node | None:
    """Return what *node* sets *name* to; None for null, which Chalice takes for absent."""
    found = node.get(name) if node is not None else None
    return None if isinstance(found, document.Scalar) and found.value is None else found


def _functions(scope: Node | None) -> Node | None:
    return _given(scope, "lambda_functions")


def _own(scope: Node | None, function: str | None, name: str) -> Node | None:
    listed = _functions(scope) if function is not None else None
    return _given(listed.get(function or ""), name) if listed is not None else None


def _layers(configuration: Configuration, key: str) -> tuple[Layer, ...]:
    """Return the layers of the first stage that has any: stages differ by account or version, as a rule."""
    node = next((one for one in configuration.values("layers", key) if one is not None and one.items), None)
    items = node.items[:MAX_ITEMS] if node is not None else ()
    return tuple(Layer(item.text or "unknown", None, item.span) for item in items)


def _with_settings(room: Room, configuration: Configuration, key: str) -> Room:
    """Return *room* with the variables of all stages, and with what is the same in each of them."""
    variables: dict[str, EnvironmentVariable] = {}
    listed = configuration.variables(key)
    for stage in listed:
        for name, (value, span) in stage.items():
            agreed = all(other.get(name, (None, span))[0] == value for other in listed)
            variables.setdefault(name, EnvironmentVariable(name, value if agreed else None, span))
    places: list[tuple[str, Span]] = []
    layers = next((one for one in configuration.values("layers", key) if one is not None and one.items), None)
    if layers is not None:
        places.append(("layers", layers.span))
    timeout = _agreed(configuration.values("lambda_timeout", key))
    seconds = timeout.text if timeout is not None and (timeout.text or "").isdecimal() else None
    if timeout is not None and seconds is not None:
        places.append(("timeout", timeout.span))
    networks = configuration.values("subnet_ids", key)
    inside = {one is not None and bool(one.items) for one in networks}
    network = next((one for one in networks if one is not None), None)
    if network is not None:
        places.append(("vpc", network.span))
    return replace(
        room,
        env=merge_environment(room.env, variables.values()),
        timeout=room.timeout if seconds is None else int(seconds[:9]),
        vpc=inside.pop() if len(inside) == 1 else None,
        spans=(*room.spans, *places),
    )


def _agreed(nodes: tuple[Node | None, ...]) -> Node | None:
    """Return the setting of the first stage, if it is the same in all of them."""
    written = {one.text if one is not None else None for one in nodes}
    return nodes[0] if len(written) == 1 else None
