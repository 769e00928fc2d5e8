"""Reads ``.chalice/config.json``: how Chalice makes the package of an application, and which room it sets.

The rules are those of Chalice's source (``config.py``, ``deploy/packager.py``, https://github.com/aws/chalice): what a
stage sets goes before what the file sets for all stages, and a function's own settings before both.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from lambdalint.deployment import document
from lambdalint.deployment.rooms import merge_environment
from lambdalint.deployment.zipped_folder import is_folder
from lambdalint.model import Build, EnvironmentVariable, Layer, Manifest

if TYPE_CHECKING:
    from lambdalint.deployment.document import Node
    from lambdalint.model import Function, Problem, Room, Span, Tree

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


@dataclass(frozen=True, slots=True)
class _Stages:
    """The file's own settings, and those of each stage; one without any where the file has no stages."""

    common: Node
    stages: tuple[Node | None, ...]

    def values(self, name: str) -> tuple[Node | None, ...]:
        """Return what the setting *name* is in each stage."""
        common = _given(self.common, name)
        return tuple(_given(stage, name) or common for stage in self.stages)


def configured(tree: Tree, function: Function) -> tuple[Function, tuple[Problem, ...]]:
    """Return the application *function* with its package and the room that its project's configuration sets.

    Chalice packs ``app.py`` and ``chalicelib``, what ``requirements.txt`` asks for, and what lies in ``vendor``, whose
    content goes beside the code. With ``automatic_layer`` the last two become a layer (``LayerDeploymentPackager``), in
    which no stage differs from another here: that one stage has it is enough.
    """
    folder = function.code_root
    vendored = vendor_folder(folder)
    if is_folder(tree, vendored):
        function = replace(function, search_path=(vendored, *function.search_path))
    requirements = f"{folder}/requirements.txt".lstrip("/")
    manifests = (Manifest(requirements),) if requirements in tree else ()
    path = f"{folder}/{CONFIG}".lstrip("/")
    loaded = document.read(tree, path) if path in tree else None
    if loaded is None or loaded.root is None or not isinstance(loaded.root, document.MappingNode):
        build = Build(manifests, confidence="medium")
        return replace(function, build=build), loaded.problems if loaded is not None else ()
    stages = _stages(loaded.root)
    automatic = next((one for one in stages.values("automatic_layer") if one is not None and one.text == "true"), None)
    layers = _layers(stages)
    if automatic is None:
        build = Build(manifests, complete=True)
        packaged: tuple[str, ...] = (*_PACKAGED, f"{_VENDORED}/**")
    else:
        build = Build(complete=True)
        packaged = _PACKAGED
        directory = vendored if is_folder(tree, vendored) else None
        layers = (Layer(MANAGED_LAYER, directory, automatic.span, Build(manifests, complete=True)), *layers)
    room = replace(_with_settings(function.room, stages), layers=layers)
    return replace(function, build=build, room=room, packaged=packaged), loaded.problems


def vendor_folder(code_root: str) -> str:
    """Return the folder whose content Chalice puts beside the libraries of the application in *code_root*."""
    return f"{code_root}/{_VENDORED}".lstrip("/")


def _stages(root: Node) -> _Stages:
    listed = root.get("stages")
    stages = tuple(entry.value for entry in listed.entries[:MAX_STAGES]) if listed is not None else ()
    return _Stages(root, stages or (None,))


def _given(node: Node | None, name: str) -> Node | None:
    """Return what *node* sets *name* to; None for null, which Chalice takes for absent."""
    found = node.get(name) if node is not None else None
    return None if isinstance(found, document.Scalar) and found.value is None else found


def _layers(stages: _Stages) -> tuple[Layer, ...]:
    """Return the layers of the first stage that has any: stages differ by account or version, as a rule."""
    node = next((one for one in stages.values("layers") if one is not None and one.items), None)
    items = node.items[:MAX_ITEMS] if node is not None else ()
    return tuple(Layer(item.text or "unknown", None, item.span) for item in items)


def _with_settings(room: Room, stages: _Stages) -> Room:
    """Return *room* with the variables of all stages, and with the timeout if none differs."""
    variables: dict[str, EnvironmentVariable] = {}
    listed = [_variables(stages.common, stage) for stage in stages.stages]
    for stage in listed:
        for name, (value, span) in stage.items():
            agreed = all(other.get(name, (None, span))[0] == value for other in listed)
            variables.setdefault(name, EnvironmentVariable(name, value if agreed else None, span))
    room = replace(room, env=merge_environment(room.env, variables.values()))
    timeouts = stages.values("lambda_timeout")
    written = {one.text if one is not None else None for one in timeouts}
    first = timeouts[0]
    if (
        len(written) != 1
        or first is None
        or not (first.text or "").isdecimal()
        or _sets_alone(stages, "lambda_timeout")
    ):
        return room
    spans = (*room.spans, ("timeout", first.span))
    return replace(room, timeout=int((first.text or "0")[:9]), spans=spans)


def _variables(common: Node, stage: Node | None) -> dict[str, tuple[str | None, Span]]:
    """Return the variables of a stage; its own are joined with those of the file, and go before them."""
    found: dict[str, tuple[str | None, Span]] = {}
    for scope in (common, stage):
        block = _given(scope, "environment_variables")
        for entry in block.entries[:MAX_VARIABLES] if block is not None else ():
            found[entry.name] = entry.value.text, entry.key.span
    return found


def _sets_alone(stages: _Stages, name: str) -> bool:
    """Tell whether a single function has a value of its own, so that none holds for all of them."""
    for scope in (stages.common, *stages.stages):
        functions = _given(scope, "lambda_functions")
        for entry in functions.entries[:MAX_VARIABLES] if functions is not None else ():
            if _given(entry.value, name) is not None:
                return True
    return False
