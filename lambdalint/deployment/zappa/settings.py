"""Reads the settings files of Zappa, and gives each stage the settings of those that it extends."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import msgspec
import tomli
from msgspec.structs import replace

from lambdalint.deployment import document
from lambdalint.deployment.node import Entry, MappingNode, Scalar, SequenceNode
from lambdalint.deployment.not_lambda import is_apart
from lambdalint.model import Problem, Span

if TYPE_CHECKING:
    from lambdalint.deployment.node import Node
    from lambdalint.model import Tree

NAMES = ("zappa_settings.json", "zappa_settings.toml", "zappa_settings.yml", "zappa_settings.yaml")
"""The settings files, in the order in which Zappa looks for them: the first one in a folder counts."""
_OTHER_NAMES = re.compile(r"zappa_settings[._-](\w+)\.(?:json|toml|ya?ml)")
_EXAMPLES = re.compile(r"example|sample|template|default|dist|backup|bak|old|copy|test", re.IGNORECASE)
_AT = re.compile(r"\(at line (\d+), column (\d+)\)$")
_AT_END = "(at end of document)"
LARGEST = 1_000_000
MAX_STAGES = 100
DEEPEST = 50
"""Bounds: bytes of a settings file in TOML, stages, and how deep values are nested or stages extend each other."""


def settings_files(tree: Tree) -> list[str]:
    """Return the settings files of *tree*.

    Zappa looks for certain names; of another one, which it is told with ``--settings_file``, there may be several in a
    folder without any of those.
    """
    first: dict[str, str] = {}
    for name in NAMES:
        for path in tree.named(name):
            if not is_apart(path):
                first.setdefault(path.rpartition("/")[0], path)
    found = list(first.values())
    for path in tree.named("zappa_settings*"):
        folder, _, name = path.rpartition("/")
        match = _OTHER_NAMES.fullmatch(name)
        if match is not None and folder not in first and not _EXAMPLES.search(match[1]) and not is_apart(path):
            found.append(path)
    return sorted(found)


class Stage(msgspec.Struct, frozen=True):
    """A stage with all of its settings, its own and those that it extends."""

    name: str
    span: Span
    settings: dict[str, Entry]

    def get(self, name: str) -> Node | None:
        """Return a setting; None where it is not set, or null."""
        entry = self.settings.get(name)
        value = entry.value if entry is not None else None
        return None if isinstance(value, Scalar) and value.value is None else value

    def text(self, name: str) -> str | None:
        """Return a setting that is a text, or None."""
        node = self.get(name)
        return node.text.strip() if node is not None and node.text is not None else None

    def texts(self, name: str) -> tuple[str, ...]:
        """Return the texts of a setting that is a list."""
        node = self.get(name)
        return tuple(item.text for item in (node.items if node is not None else ()) if item.text is not None)


def read_stages(tree: Tree, path: str) -> tuple[tuple[Stage, ...], tuple[Problem, ...]]:
    """Return the stages of the settings file at *path*, and what is wrong with it."""
    problems: list[Problem] = []
    root: Node | None
    if path.endswith(".toml"):
        root = _toml(tree, path, problems)
    else:
        loaded = document.read(tree, path)
        root = loaded.root if loaded is not None else None
        found = loaded.problems if loaded is not None else ()
        if path.endswith(".json"):
            found = tuple(
                replace(one, message=one.message.replace("not valid YAML", "not valid JSON")) for one in found
            )
        problems.extend(found)
    if root is None:
        return (), tuple(problems)
    if not isinstance(root, MappingNode):
        problems.append(Problem(root.span, "the settings of Zappa are no object; they are not read"))
        return (), tuple(problems)
    blocks = {entry.name: entry for entry in root.entries if entry.value.entries}
    if len(blocks) > MAX_STAGES:
        message = f"more than {MAX_STAGES} stages; the rest is not read"
        problems.append(Problem(list(blocks.values())[MAX_STAGES].key.span, message))
    stages: list[Stage] = []
    for name, entry in list(blocks.items())[:MAX_STAGES]:
        settings = _extended(name, blocks, problems)
        if settings is not None:
            stages.append(Stage(name, entry.key.span, settings))
    return tuple(stages), tuple(dict.fromkeys(problems))


def _extended(name: str, blocks: dict[str, Entry], problems: list[Problem]) -> dict[str, Entry] | None:
    """Return the settings of a stage over those that it extends; None where they are not known."""
    chain: list[str] = []
    wanted: str | None = name
    while wanted is not None:
        block = blocks.get(wanted)
        if block is None or wanted in chain or len(chain) >= DEEPEST:
            reason = "which is not there" if block is None else "in a circle"
            if block is not None and wanted not in chain:
                reason = f"through {DEEPEST} others"
            message = f"the stage {name} extends {wanted}, {reason}; it is not read"
            problems.append(Problem(blocks[name].key.span, message))
            return None
        chain.append(wanted)
        extends = block.value.get("extends")
        wanted = (extends.text or None) if extends is not None else None
    settings: dict[str, Entry] = {}
    for stage in reversed(chain):
        settings.update((entry.name, entry) for entry in blocks[stage].value.entries)
    return settings


def _toml(tree: Tree, path: str, problems: list[Problem]) -> Node | None:
    content = tree.read(path)
    if content is None:
        return None
    if len(content) > LARGEST:
        problems.append(Problem(Span.point(path), f"larger than {LARGEST} bytes; it is not read"))
        return None
    text, unreadable = document.decode(path, content)
    problems.extend(unreadable)
    try:
        values: object = tomli.loads(text)
    except (tomli.TOMLDecodeError, RecursionError, ValueError) as error:
        problems.append(_not_valid(path, text, " ".join(str(error).split())))
        return None
    return _Places(path, text).node(values, Span.point(path), ())


def _not_valid(path: str, text: str, message: str) -> Problem:
    """Return the problem that a *message* of the parser stands for, at the place that it tells."""
    at = _AT.search(message)
    line, column = (int(at[1]), int(at[2])) if at is not None else (1, 1)
    if message.endswith(_AT_END):
        line = text.rstrip().count("\n") + 1
    said = message.removesuffix(_AT_END) if at is None else message[: at.start()].strip()
    return Problem(Span.point(path, line, column), f"not valid TOML: {said.strip()[:200]}")


class _Places:
    """Gives the values of a TOML file their lines: those of the tables' heads and keys."""

    def __init__(self, path: str, text: str) -> None:
        self._path = path
        self._lines: dict[tuple[str, ...], Span] = {}
        table: tuple[str, ...] = ()
        for number, line in enumerate(text.split("\n"), start=1):
            head = re.match(r"\s*\[\[?([^\[\]]+)\]", line)
            key = re.match(r"\s*([\w.\"'-]+)\s*=", line)
            if head is not None:
                table = _parts(head[1])
            found = head or key
            if found is None:
                continue
            keys = table if head is not None else (*table, *_parts(found[1]))
            self._lines.setdefault(keys, Span(path, number, found.start(1) + 1, number, found.end(1) + 1))

    def node(self, value: object, span: Span, keys: tuple[str, ...]) -> Node:
        """Return a *value* that stands at *span* as a node."""
        if len(keys) > DEEPEST:
            return Scalar(span)
        if isinstance(value, dict):
            pairs = []
            for name, one in value.items():
                inner = (*keys, str(name))
                place = self._lines.get(inner, span)
                key = Scalar(place, raw=str(name), value=str(name), content_line=place.line)
                pairs.append(Entry(key, self.node(one, place, inner)))
            return MappingNode(span, pairs=tuple(pairs), index={entry.name: entry for entry in pairs})
        if isinstance(value, list):
            return SequenceNode(span, elements=tuple(self.node(one, span, (*keys, "")) for one in value))
        raw = str(value).lower() if isinstance(value, bool) else str(value)
        plain = value if isinstance(value, (bool, int, float, str)) else raw
        return Scalar(span, raw=raw, value=plain, content_line=span.line)


def _parts(key: str) -> tuple[str, ...]:
    return tuple(part.strip().strip("\"'") for part in key.split("."))
