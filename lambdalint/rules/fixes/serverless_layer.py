"""Lets the Serverless Framework's plugin put the requirements of a service into a layer instead of its packages.

What the setting ``layer`` does is read off ``lib/layer.js``, ``lib/inject.js`` and ``lib/pip.js`` of
https://github.com/serverless/serverless-python-requirements: one layer is made of all requirements of the service's
folder, and nothing is injected into packages any more. With modules of their own (``module``) functions would lose
their requirements, and their packages keep the folder's name.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from lambdalint.deployment import document
from lambdalint.deployment.node import SequenceNode
from lambdalint.deployment.serverless.requirements import LAYER_REFERENCE, PLUGIN
from lambdalint.syntax.yaml_text import YamlText

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lambdalint.deployment.node import Entry, Node, Plain
    from lambdalint.model import Edit, FunctionPackage
    from lambdalint.syntax.project import Project

_MOST_LAYERS = 5
_SECTION = "pythonRequirements"
_EXCLUDING = ("layer", "zip", "vendor")
"""Settings of the plugin that a layer takes the place of, or does not go with."""
_RUNTIME = re.compile(r"python3\.\d{1,2}")


def plugin_edits(packages: Sequence[FunctionPackage], project: Project) -> tuple[Edit, ...] | None:
    """Return the edits that move all requirements of the functions of *packages* into the plugin's layer.

    None where the service has other functions in Python, which would lose theirs, or where it is not set up plainly.
    """
    path = packages[0].function.source.path
    text = project.text_of(path)
    yaml = YamlText.parse(path, text) if text is not None and not path.endswith(".json") else None
    sources = {one.function.source for one in packages}
    everything = {one.function.source for one in project.packages.values() if one.function.source.path == path}
    if yaml is None or sources != everything or any(source.path != path for source in sources):
        return None
    if any(len(one.function.room.layers) >= _MOST_LAYERS for one in packages):
        return None
    functions = [entry for source in sorted(sources) if (entry := yaml.entry_at(source)) is not None]
    if len(functions) != len(sources) or not _is_plain(yaml, functions):
        return None
    setting = _setting(yaml)
    attached = [_with_layer(yaml, one) for one in functions]
    if setting is None or None in attached:
        return None
    edits = (setting, *(one for one in attached if one is not None))
    return edits if _is_as_meant(yaml, edits) else None


def _is_plain(yaml: YamlText, functions: Sequence[Entry]) -> bool:
    """Tell whether the service is set up so that the plugin's layer gets all that its *functions* need."""
    root = yaml.root
    plugins = root.get("plugins")
    listed = [one.text for one in plugins.items] if plugins is not None else []
    runtime = root.get("provider", "runtime")
    if PLUGIN not in listed or runtime is None or not _RUNTIME.fullmatch(runtime.text or ""):
        return False
    if root.get("provider", "layers") is not None or root.get("package", "artifact") is not None:
        return False
    declared = root.get("functions")
    if declared is None or not yaml.is_block(declared):
        return False
    known = {one.key.span for one in functions}
    for entry in declared.entries:
        other = entry.value.get("runtime")
        if entry.key.span not in known and (other is None or (other.text or "").startswith(("python", "$"))):
            return False
    return all(
        yaml.is_block(one.value)
        and one.value.get("handler") is not None
        and all(one.value.get(name) is None for name in ("module", "runtime", "package", "vendor"))
        for one in functions
    )


def _setting(yaml: YamlText) -> Edit | None:
    """Return the edit that tells the plugin to make a layer."""
    step = " " * yaml.unit
    custom = yaml.root.entry("custom")
    if custom is None:
        functions = yaml.root.entry("functions")
        lines = ["custom:", f"{step}{_SECTION}:", f"{step * 2}layer: true"]
        return yaml.above(functions, lines) if functions is not None else None
    section = custom.value.entry(_SECTION)
    column = yaml.column(custom.value)
    if column is None:
        return None
    margin = " " * (column - 1)
    if section is None:
        return yaml.behind(custom, [f"{margin}{_SECTION}:", f"{margin}{step}layer: true"])
    inner = yaml.column(section.value)
    if inner is None or any(section.value.get(name) is not None for name in _EXCLUDING):
        return None
    return yaml.behind(section, [f"{' ' * (inner - 1)}layer: true"])


def _with_layer(yaml: YamlText, function: Entry) -> Edit | None:
    """Return the edit that gives a function the plugin's layer."""
    reference = f"Ref: {LAYER_REFERENCE}"
    layers = function.value.get("layers")
    if layers is not None:
        flow = yaml.lines[layers.span.line - 1][layers.span.column - 1 :].startswith("[")
        return (
            yaml.item(layers, f"{{{reference}}}" if flow else reference) if isinstance(layers, SequenceNode) else None
        )
    handler = function.value.entry("handler")
    column = yaml.column(function.value)
    if handler is None or column is None:
        return None
    margin = " " * (column - 1)
    return yaml.behind(handler, [f"{margin}layers:", f"{margin}{' ' * yaml.dash}- {reference}"])


def _is_as_meant(yaml: YamlText, edits: Sequence[Edit]) -> bool:
    """Tell whether the edited file reads as the old one with the setting and the layers, and nothing else changed."""
    after = document.load(yaml.path, yaml.edited(edits)).root
    return after is not None and _pruned(after) == _pruned(yaml.root)


def _pruned(root: Node) -> Plain:
    return _without(root.plain(), {"Ref": LAYER_REFERENCE})


def _without(value: Plain, reference: Plain) -> Plain:
    """Return *value* without the layer, the setting, and all that is empty then."""
    if isinstance(value, list):
        return [_without(one, reference) for one in value if one != reference]
    if not isinstance(value, dict):
        return value
    kept = {name: _without(one, reference) for name, one in value.items()}
    if kept.get(_SECTION) == {"layer": True}:
        del kept[_SECTION]
    elif isinstance(kept.get(_SECTION), dict):
        kept[_SECTION] = {name: one for name, one in kept[_SECTION].items() if name != "layer"}  # type: ignore[union-attr]
    return {name: one for name, one in kept.items() if not (name in {"layers", "custom"} and one in ([], {}))}
