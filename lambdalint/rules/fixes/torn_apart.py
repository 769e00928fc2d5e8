"""Whether code that makes files and code that finds them by other means would no longer meet in another folder."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from lambdalint.model import Base
from lambdalint.syntax.known_calls import last_name, qualified_name
from lambdalint.syntax.names_in_scope import nodes_in

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lambdalint.rules.fixes.relocation_group import Group
    from lambdalint.syntax.module import Module
    from lambdalint.syntax.project import Project

_NAMING = frozenset({"listdir"})
"""Calls that list names, which stay the same in another folder."""
_FINDING = frozenset({"fwalk", "glob", "iglob", "iterdir", "rglob", "scandir", "walk"})
"""Calls that list paths, which begin with the folder."""
_ABOUT_FOLDERS = frozenset({"curdir", "getcwd", "getcwdb", "relpath", "relative_to"})
_ARCHIVING = frozenset({"add", "write"})
"""Methods of archives that call their members like the files."""
_ELSEWHERE = frozenset({Base.TMP, Base.MOUNT, Base.LAYER, Base.REMOTE, Base.MEMORY, Base.DEVICE})


def is_torn_apart(project: Project, group: Group) -> bool:
    """Tell whether the paths of *group* are found by listing, imported, or used as names, too.

    Listings of other places do not matter; nor do those of the group's own folders, as long as they give bare names.
    """
    if any(effect.place.path.endswith(".py") for effect in group.effects):
        return True
    own = {effect.span for effect in group.effects}
    for module in _modules(project, group):
        for node in nodes_in(module.tree):
            if isinstance(node, (cst.Name, cst.Attribute)) and _last(node) in _ABOUT_FOLDERS:
                if not isinstance(module.parent(node), cst.Attribute) and _last(node) != "getcwd":
                    return True
            elif isinstance(node, cst.Call) and _finds(project, module, node, is_own=module.span(node) in own):
                return True
    return any(_names_members(project, effect.span.path, group) for effect in group.effects)


def _modules(project: Project, group: Group) -> Iterator[Module]:
    spans = [span for effect in group.effects for span in (effect.span, *(step.span for step in effect.chain))]
    for path in sorted({span.path for span in spans}):
        module = project.module(path) if path.endswith(".py") else None
        if module is not None:
            yield module


def _last(node: cst.Name | cst.Attribute) -> str:
    return node.value if isinstance(node, cst.Name) else node.attr.value


def _finds(project: Project, module: Module, call: cst.Call, *, is_own: bool) -> bool:
    """Tell whether *call* may find files of a group by listing a folder, other than by bare names in its own."""
    name = last_name(call)
    if name not in _FINDING | _NAMING or (is_own and name in _NAMING):
        return False
    effects = project.effects_at(module.span(call))
    if is_own or not effects:
        return is_own or not _is_in_tmp(call)
    return not all(effect.place.base in _ELSEWHERE for effect in effects)


def _is_in_tmp(call: cst.Call) -> bool:
    folder = call.args[0].value if call.args else None
    value = folder.evaluated_value if isinstance(folder, cst.SimpleString) else None
    return isinstance(value, str) and f"{value}/".startswith("/tmp/")


def _names_members(project: Project, path: str, group: Group) -> bool:
    """Tell whether a module with effects of *group* puts files into archives under the names that they have."""
    module = project.module(path) if path.endswith(".py") else None
    spans = {effect.span for effect in group.effects}
    for node in nodes_in(module.tree) if module is not None else ():
        if isinstance(node, cst.Call) and isinstance(node.func, cst.Attribute) and last_name(node) in _ARCHIVING:
            assert module is not None, "nodes come from a module"
            plain = len(node.args) == 1 and not isinstance(node.args[0].value, cst.Call)
            if plain and (module.span(node) in spans or _is_text(node) or _opens_archives(module)):
                return True
    return False


def _is_text(call: cst.Call) -> bool:
    return last_name(call) == "add" and isinstance(call.args[0].value, cst.SimpleString)


def _opens_archives(module: Module) -> bool:
    calls = (node for node in nodes_in(module.tree) if isinstance(node, cst.Call))
    return any(qualified_name(module, call).startswith(("zipfile.", "tarfile.")) for call in calls)
