"""Adds a layer to a SAM template, or takes one that is there, for requirements that leave a function's package."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import msgspec

from lambdalint.deployment import document
from lambdalint.deployment.cloudformation import sam
from lambdalint.deployment.node import SequenceNode
from lambdalint.model import Edit, Span, Tree
from lambdalint.rules import shipped
from lambdalint.syntax.requirements_text import RequirementsText
from lambdalint.syntax.yaml_text import YamlText

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from lambdalint.deployment.node import Entry, Node, Plain
    from lambdalint.model import FunctionPackage, Requirement
    from lambdalint.syntax.project import Project

MOST_LAYERS = 5
"""How many layers Lambda lets a function have."""
_RUNTIME = re.compile(r"python3\.\d{1,2}")
_FORMS = re.compile(r"!(?:Ref|Sub|GetAtt|If|Join)\b")
_LONG_REF = re.compile(r"\bRef['\"]?:")
_NEAR = ("CodeUri", "Handler", "Runtime")
_UNKNOWN = "?"


class Move(msgspec.Struct, frozen=True):
    """The requirements ``asked`` leave the packages of SAM functions by the edits ``removal``.

    ``lines`` are how they are written, with their comments. ``stem`` is what a new layer is called.
    """

    packages: tuple[FunctionPackage, ...]
    asked: tuple[Requirement, ...]
    removal: tuple[Edit, ...]
    lines: tuple[str, ...]
    stem: str

    @property
    def names(self) -> frozenset[str]:
        """The names of the requirements."""
        return frozenset(one.name for one in self.asked)


class _Layer(msgspec.Struct, frozen=True):
    """A layer of the template that a build fills from its requirements file, at ``manifest``."""

    name: str
    folder: str
    manifest: str
    requirements: RequirementsText


def sam_edits(move: Move, project: Project) -> tuple[Edit, ...] | None:
    """Return the edits of *move* in the template and in the requirements files; None where there are no right ones."""
    paths = {one.function.source.path for one in move.packages}
    runtimes = {one.function.room.runtime or "" for one in move.packages}
    if len(paths) != 1 or len(runtimes) != 1 or not _RUNTIME.fullmatch(next(iter(runtimes))):
        return None
    path = next(iter(paths))
    text = project.text_of(path)
    yaml = YamlText.parse(path, text) if text is not None and not path.endswith(".json") else None
    if yaml is None:
        return None
    template = _Template(yaml, next(iter(runtimes)), move, project)
    return template.edits() if template.is_understood else None


class _Template:
    """The template of the functions of one *move*, which share a *runtime*."""

    def __init__(self, yaml: YamlText, runtime: str, move: Move, project: Project) -> None:
        self._yaml = yaml
        self._runtime = runtime
        self._move = move
        self._project = project
        self._directory = yaml.path.rpartition("/")[0]
        self._resources = yaml.root.get("Resources")
        functions = {entry.key.span: entry for entry in self._of_kind(sam.FUNCTION)}
        sources = list(dict.fromkeys(one.function.source for one in move.packages))
        self._functions = [functions[one] for one in sources if one in functions]
        self._all_functions = len(functions) == len(self._functions) > 1
        self._complete = len(self._functions) == len(sources)
        self._architecture = self._common_architecture()

    @property
    def is_understood(self) -> bool:
        """Whether all that is to be changed has a form that is known."""
        resources = self._resources
        if resources is None or not self._yaml.is_block(resources) or not self._complete:
            return False
        folders = {one.function.code_root for one in self._move.packages}
        if any(self._folder(one) in folders for one in self._of_kind(sam.LAYER)):
            return False
        return self._architecture != _UNKNOWN and all(self._is_plain(one) for one in self._functions)

    def edits(self) -> tuple[Edit, ...] | None:
        """Return all edits."""
        there = self._chosen_layer()
        if there is None:
            return None
        if isinstance(there, _Layer):
            name, declared = there.name, []
            missing = self._missing(there)
            lines = self._lines_of(missing)
            filled = (there.requirements.added(lines),) if lines else ()
            unattached = [one for one in self._move.packages if not _has(one, there.folder)]
        else:
            name, folder = there
            declared = [self._declaration(name, folder)]
            content = "".join(f"{line}\n" for line in self._move.lines)
            filled = (Edit(Span.point(self._joined(folder, "requirements.txt")), content),)
            unattached = list(self._move.packages)
        attached = self._attached(name, unattached)
        if attached is None or not self._is_as_meant([*declared, *attached], name, new=bool(declared)):
            return None
        return (*declared, *attached, *self._move.removal, *filled)

    def _lines_of(self, missing: frozenset[str]) -> tuple[str, ...]:
        """Return the lines of the requirements *missing*, with all comments if all are."""
        if missing == self._move.names:
            return self._move.lines
        return tuple(one.written for one in self._move.asked if one.name in missing)

    def _of_kind(self, kind: str) -> Iterator[Entry]:
        for entry in self._resources.entries if self._resources is not None else ():
            declared = entry.value.get("Type")
            if declared is not None and declared.text == kind:
                yield entry

    def _is_plain(self, entry: Entry) -> bool:
        properties = entry.value.get("Properties")
        return not entry.merged and properties is not None and self._yaml.is_block(properties)

    def _common_architecture(self) -> str:
        """Return the architecture of all functions, the empty text for the default; ``_UNKNOWN`` if it is not clear."""
        found = set()
        for entry in self._functions:
            properties = sam.properties(self._yaml.root, entry.value, entry.key.span)
            node = properties.get("Architectures")
            names = [one.text for one in node.items] if node is not None else ["x86_64"]
            found.add("" if names == ["x86_64"] else "arm64" if names == ["arm64"] else _UNKNOWN)
        return found.pop() if len(found) == 1 else _UNKNOWN

    # Which layer

    def _chosen_layer(self) -> _Layer | tuple[str, str] | None:
        """Return a layer that is there, or the name and the folder of a new one; None if neither is right."""
        for layer in self._layers():
            asked = {one.name: one for one in layer.requirements.requirements}
            if any(one.name in asked and not _answers(asked[one.name], one) for one in self._move.asked):
                return None
            if self._suits(layer, asked):
                return layer
        if any(len(one.function.room.layers) >= MOST_LAYERS for one in self._move.packages):
            return None
        return self._new_name()

    def _layers(self) -> Iterator[_Layer]:
        for entry in self._of_kind(sam.LAYER):
            folder = self._folder(entry)
            manifest = f"{folder}/requirements.txt"
            text = self._project.text_of(manifest) if manifest in self._project.tree else None
            method = _text(entry.value, "Metadata", "BuildMethod")
            skipped = entry.value.get("Metadata", "SkipBuild") is not None or entry.value.get("Condition") is not None
            architecture = _text(entry.value, "Metadata", "BuildArchitecture") or "x86_64"
            if folder is None or text is None or skipped or method != self._runtime:
                continue
            requirements = RequirementsText.read(self._project.tree, manifest, text)
            if requirements is not None and architecture == (self._architecture or "x86_64"):
                yield _Layer(entry.name, folder, manifest, requirements)

    def _folder(self, layer: Entry) -> str | None:
        """Return the folder of the project that a layer is made of, if it is plainly named."""
        content = _text(layer.value, "Properties", "ContentUri")
        return Tree.join(self._directory, content) if content and "://" not in content else None

    def _suits(self, layer: _Layer, asked: dict[str, Requirement]) -> bool:
        """Tell whether the functions can take what they need from *layer*, and nothing else is changed by it."""
        new = [one for one in self._move.packages if not _has(one, layer.folder)]
        if new and not self._move.names & asked.keys():
            return False
        rows = shipped.sdk()
        if asked and asked.keys() <= rows.keys() and not self._move.names & rows.keys():
            return False
        if any(len(one.function.room.layers) >= MOST_LAYERS for one in new):
            return False
        held = asked.keys() | self._contents(layer)
        if any((_direct(one) - self._move.names) & held for one in new):
            return False
        ours = {one.function.name for one in self._move.packages}
        others = (one for one in self._project.packages.values() if one.function.name not in ours)
        return not any(_has(one, layer.folder) and _direct(one) & self._missing(layer) for one in others)

    def _contents(self, layer: _Layer) -> frozenset[str]:
        """Return the names of what *layer* holds, as far as functions have it."""
        layers = (one for package in self._project.packages.values() for one in package.layers)
        there = (one.contents for one in layers if one.layer.directory == layer.folder)
        return frozenset(one.name for contents in there for one in contents.distributions)

    def _missing(self, layer: _Layer) -> frozenset[str]:
        return self._move.names - {one.name for one in layer.requirements.requirements}

    def _new_name(self) -> tuple[str, str] | None:
        """Return the name of a new layer, as the template names things, and its folder."""
        root = self._yaml.root
        sections = (root.get(name) for name in ("Resources", "Parameters", "Conditions", "Mappings"))
        taken = {entry.name for node in sections if node is not None for entry in node.entries}
        suffix = "Layer" if any(one.name.endswith(("Function", "Layer")) for one in self._functions) else ""
        stem, python = self._move.stem, self._runtime.removeprefix("python")
        names = (f"{stem.capitalize()}{suffix}", f"{stem.capitalize()}Python{python.replace('.', '')}{suffix}")
        folders = (f"layers/{stem}", f"layers/{stem}-python{python}")
        name = next((one for one in names if one not in taken), None)
        there = self._project.tree.directories
        folder = next((one for one in folders if self._joined(one) not in there), None)
        return (name, folder) if name is not None and folder is not None else None

    def _joined(self, *parts: str) -> str:
        return "/".join((self._directory, *parts)).lstrip("/")

    # The text of the template

    def _declaration(self, name: str, folder: str) -> Edit:
        yaml, resources = self._yaml, self._resources
        column = yaml.column(resources) if resources is not None else None
        block = self._yaml.root.entry("Resources")
        assert block is not None, "is_understood tells that"
        assert column is not None, "is_understood tells that"
        first, second, third = (" " * (column - 1 + level * yaml.unit) for level in range(3))
        architecture = [f"{third}BuildArchitecture: {self._architecture}"] if self._architecture else []
        lines = [
            f"{first}{name}:",
            f"{second}Type: {sam.LAYER}",
            f"{second}Metadata:",
            f"{third}BuildMethod: {self._runtime}",
            *architecture,
            f"{second}Properties:",
            f"{third}ContentUri: {folder}",
            f"{third}CompatibleRuntimes:",
            f"{third}{' ' * yaml.dash}- {self._runtime}",
        ]
        line = block.key.span.line
        lines = lines if not yaml.lines[line].strip() or not self._are_apart() else [*lines, ""]
        return yaml.below(block, lines)

    def _are_apart(self) -> bool:
        """Tell whether empty lines stand between resources; of a single one, that there could be."""
        entries = self._resources.entries if self._resources is not None else ()
        between = [self._yaml.lines[one.key.span.line - 2].strip() for one in entries[1:]]
        comments = any(text.startswith("#") for text in between)
        return not between or comments or "" in between

    def _attached(self, name: str, unattached: Sequence[FunctionPackage]) -> list[Edit] | None:
        """Return the edits that give the layer *name* to functions; None if one of them cannot get it."""
        text = "\n".join(self._yaml.lines)
        reference = f"Ref: {name}" if _LONG_REF.search(text) and not _FORMS.search(text) else f"!Ref {name}"
        common = self._yaml.root.get("Globals", "Function")
        if common is not None and self._all_functions and len(unattached) == len(self._move.packages):
            edit = self._with_layer(common, reference) if self._yaml.is_block(common) else None
            return [edit] if edit is not None else None
        sources = {one.function.source for one in unattached}
        edits = []
        for entry in self._functions:
            properties = entry.value.get("Properties")
            if entry.key.span in sources and properties is not None:
                edit = self._with_layer(properties, reference)
                if edit is None:
                    return None
                edits.append(edit)
        return edits

    def _with_layer(self, properties: Node, reference: str) -> Edit | None:
        layers = properties.entry("Layers")
        if layers is not None:
            written = f"{{{reference}}}" if not reference.startswith("!") and self._is_flow(layers.value) else reference
            return self._yaml.item(layers.value, written) if isinstance(layers.value, SequenceNode) else None
        column = self._yaml.column(properties)
        if column is None:
            return None
        margin = " " * (column - 1)
        near = [one for name in _NEAR if (one := properties.entry(name)) is not None and _is_one_line(one)]
        place = max(near or properties.entries, key=lambda one: one.key.span)
        return self._yaml.behind(place, [f"{margin}Layers:", f"{margin}{' ' * self._yaml.dash}- {reference}"])

    def _is_flow(self, node: Node) -> bool:
        return self._yaml.lines[node.span.line - 1][node.span.column - 1 :].startswith("[")

    def _is_as_meant(self, edits: Sequence[Edit], name: str, *, new: bool) -> bool:
        """Tell whether the edited template reads as the old one with the layer, and with nothing else changed."""
        before = self._yaml.root.plain()
        after = document.load(self._yaml.path, self._yaml.edited(edits)).root
        read = after.plain() if after is not None else None
        resources = read.get("Resources") if isinstance(read, dict) else None
        if not isinstance(before, dict) or not isinstance(read, dict) or not isinstance(resources, dict):
            return False
        if new and resources.pop(name, None) is None:
            return False
        holders = [("Globals", "Function"), *(("Resources", one.name, "Properties") for one in self._functions)]
        for names in holders:
            _take_off(read, before, names, {"Ref": name})
        return read == before


def _take_off(read: Plain, before: Plain, names: Sequence[str], added: Plain) -> None:
    """Remove *added* from the end of the ``Layers`` below the keys *names*, and an empty list that was not *before*."""
    for name in names:
        read = read.get(name) if isinstance(read, dict) else None
        before = before.get(name) if isinstance(before, dict) else None
    layers = read.get("Layers") if isinstance(read, dict) else None
    there = before.get("Layers") if isinstance(before, dict) else None
    if isinstance(read, dict) and isinstance(layers, list) and layers != there and layers[-1:] == [added]:
        layers.pop()
        if not layers and there is None:
            del read["Layers"]


def _answers(there: Requirement, wanted: Requirement) -> bool:
    """Tell whether the requirement *there* of a layer installs what is *wanted*."""
    if there.reference or wanted.reference or not set(wanted.extras) <= set(there.extras):
        return False
    if there.marker not in {"", wanted.marker}:
        return False
    return not wanted.specifier or there.specifier == wanted.specifier


def _has(package: FunctionPackage, folder: str) -> bool:
    return any(one.layer.directory == folder for one in package.layers)


def _direct(package: FunctionPackage) -> frozenset[str]:
    return frozenset(one.name for one in package.package.distributions if one.provenance in shipped.DIRECT)


def _is_one_line(entry: Entry) -> bool:
    return entry.value.span.line == entry.value.span.end_line == entry.key.span.line


def _text(node: Node, *names: str) -> str | None:
    found = node.get(*names)
    return found.text if found is not None else None
