"""Prepares the functions of a deployment for the analysis, and lists them for the report."""

from __future__ import annotations

import os
from collections import Counter, defaultdict
from typing import TYPE_CHECKING

import msgspec
from msgspec.structs import replace

from lambdalint.deployment.handlers import locate
from lambdalint.model import FunctionReport, MountReport, Problem, Tree

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from lambdalint.engine.consolidate import Places
    from lambdalint.model import EntryPoint, ExplicitFunction, Function, Settings


def name_apart(functions: Sequence[Function]) -> tuple[Function, ...]:
    """Make the functions' names unique, for templates of one project often repeat a logical name.

    A repeated name gets the template's path, and the line where that is not enough. Equal functions become
    one.
    """
    functions = list(dict.fromkeys(functions))
    by_name = Counter(function.name for function in functions)
    by_file = Counter((function.name, function.source.path) for function in functions)
    named: list[Function] = []
    taken: Counter[str] = Counter()
    for function in functions:
        name, source = function.name, function.source
        if by_name[name] > 1:
            place = source.path if by_file[name, source.path] == 1 else f"{source.path}:{source.line}"
            name = f"{name} ({place})"
        taken[name] += 1
        if taken[name] > 1:
            name = f"{name} #{taken[name]}"
        named.append(replace(function, name=name))
    return tuple(named)


def relocate(settings: Settings, root: Path) -> tuple[Settings, tuple[Problem, ...]]:
    """Express the paths of *settings*, which are relative to the configuration's folder, relative to *root*.

    A function whose code lies outside *root* is left out, with a problem.
    """
    if settings.config_dir is None or os.path.realpath(settings.config_dir) == os.path.realpath(root):
        return settings, ()
    way = _Way(os.path.realpath(settings.config_dir), os.path.realpath(root))
    kept: list[ExplicitFunction] = []
    problems: list[Problem] = []
    for function in settings.functions:
        span = replace(function.span, path=way.relative(function.span.path))
        code_root = way.inside(function.code_root)
        if code_root is None:
            message = f"the code of function {function.handler} lies outside the analysed folder: left out"
            problems.append(Problem(span, message))
            continue
        layers = (layer if layer.startswith("arn:") else way.inside(layer) or layer for layer in function.layers)
        folders = (way.inside(folder) for folder in function.search_path)
        requirements = (way.inside(file) for file in function.requirements)
        kept.append(
            replace(
                function,
                span=span,
                code_root=code_root,
                layers=tuple(layers),
                search_path=tuple(folder for folder in folders if folder is not None),
                requirements=tuple(file for file in requirements if file is not None),
            )
        )
    return replace(settings, functions=tuple(kept)), tuple(problems)


class _Way(msgspec.Struct, frozen=True):
    """Leads from paths that are relative to one folder to paths that are relative to another, ``root``."""

    folder: str
    root: str

    def relative(self, path: str) -> str:
        absolute = os.path.normpath(f"{self.folder}/{path}")
        return os.path.relpath(absolute, self.root).replace(os.sep, "/")

    def inside(self, path: str) -> str | None:
        """Return *path* relative to the root, ``""`` for the root itself; None if it lies outside."""
        return Tree.join("", self.relative(path))


def list_functions(
    functions: Iterable[Function], entry_points: Iterable[EntryPoint], places: Places, tree: Tree
) -> tuple[FunctionReport, ...]:
    """Return what the report says of each function, ordered by the place of its declaration."""
    entries: defaultdict[str, dict[str, None]] = defaultdict(dict)
    for entry in entry_points:
        entries[entry.function][str(entry)] = None
    listed = [
        FunctionReport(
            name=function.name,
            handler=function.handler,
            path=places.path_shown(function.source.path),
            line=function.source.line,
            platform=function.room.platform,
            tmp_mb=function.room.tmp_mb,
            declared_by=function.declared_by,
            entry_points=tuple(entries[function.name]),
            code=_code(function, places, tree),
            confidence=function.confidence,
            runtime=function.room.runtime,
            package_type=function.room.package_type,
            timeout=function.room.timeout,
            variants=function.room.variants,
            mounts=tuple(MountReport(mount.path, mount.kind) for mount in function.room.mounts),
            layers=tuple(layer.name for layer in function.room.layers),
            environment=tuple(sorted(one.name for one in function.room.env if one.span is not None)),
        )
        for function in functions
    ]
    return tuple(sorted(listed, key=lambda item: (item.path, item.line, item.name)))


def _code(function: Function, places: Places, tree: Tree) -> str | None:
    if function.inline is not None:
        return places.path_shown(function.inline.path)
    found = locate(tree, function)
    return None if found is None else places.path_shown(found[0])
