"""Paths and files in a program: what functions of ``os``, ``pathlib`` and ``glob`` return for those of the project."""

from __future__ import annotations

import posixpath
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from lambdalint.deployment.cdk.path import absolute, below_root, join_parts
from lambdalint.deployment.cdk.program.source import children
from lambdalint.deployment.cdk.program.values import (
    UNKNOWN,
    Choice,
    Constant,
    FileValue,
    ListValue,
    PathValue,
    Value,
    join,
    text_of,
)
from lambdalint.model import Span

if TYPE_CHECKING:
    from lambdalint.deployment.cdk.program.arguments import Arguments, Site
    from lambdalint.deployment.cdk.program.machine import Machine

MAX_FOUND = 200
MAX_PATTERN = 200
_PATHS = frozenset({"pathlib.Path", "pathlib.PurePath", "pathlib.PosixPath", "pathlib.PurePosixPath"})
_LISTING = frozenset({"os.listdir", "os.scandir"})
_TESTS = frozenset({"os.path.exists", "os.path.isfile", "os.path.isdir"})
_TEXTS = {
    "os.path.basename": posixpath.basename,
    "posixpath.basename": posixpath.basename,
}


def call(machine: Machine, name: str, arguments: Arguments, site: Site) -> Value | None:
    """Return what a function of the dotted *name* returns; None where it has nothing to do with paths."""
    if not name.startswith(("os.", "pathlib.", "posixpath.", "glob.", "builtins.open", "io.open", "inspect.")):
        return None
    for position, value in enumerate(arguments.positional):
        if isinstance(value, Choice):
            found = []
            for option in value.options:
                positional = (*arguments.positional[:position], option, *arguments.positional[position + 1 :])
                found.append(call(machine, name, type(arguments)(positional, arguments.keywords), site) or UNKNOWN)
            return join(found)
    if name in {"os.getcwd", "pathlib.Path.cwd"}:
        text = absolute(".", machine.directory)
        if text is None:
            return UNKNOWN
        return PathValue(text, span=site.span) if name.startswith("pathlib") else Constant(text, span=site.span)
    known = [text for text in (text_of(one) for one in arguments.positional) if text is not None]
    if len(known) < len(arguments.positional) or not arguments.listed:
        return UNKNOWN if name.startswith(("os.path.", *_PATHS)) or name in _LISTING else None
    if name in _PATHS:
        return PathValue(posixpath.join(*known) if known else ".", span=site.span)
    if name in {"builtins.open", "io.open"} and known:
        return opened(machine, known[0], text_of(arguments.get(1, "mode")), site.span)
    if not known:
        return UNKNOWN
    made = join_parts(name, known, machine.directory)
    if made is not None:
        return Constant(made, span=site.span)
    return _of_path(machine, name, known, site.span)


def _of_path(machine: Machine, name: str, known: list[str], span: Span) -> Value | None:
    text = known[0]
    if name in _TEXTS:
        return Constant(_TEXTS[name](text), span=span)
    if name == "os.path.splitext":
        return ListValue.of((Constant(one, span=span) for one in posixpath.splitext(text)), fixed=True)
    if name == "os.path.split":
        return ListValue.of((Constant(one, span=span) for one in posixpath.split(text)), fixed=True)
    if name == "os.path.relpath":
        whole = absolute(text, machine.directory)
        start = absolute(known[1] if len(known) > 1 else ".", machine.directory)
        return Constant(posixpath.relpath(whole, start), span=span) if whole and start else UNKNOWN
    if name in _TESTS:
        return exists(machine, text, name.rpartition(".")[2].removeprefix("is"), span)
    if name in _LISTING:
        return listing(machine, text, paths=name == "os.scandir", span=span)
    if name in {"glob.glob", "glob.iglob"}:
        return _globbed(machine, text, span)
    if name == "os.walk":
        return _walked(machine, text, span)
    return None


def folder_of(machine: Machine, text: str) -> str | None:
    """Return the folder of the project that a path names, or None."""
    found = below_root(text, machine.directory)
    return found if found is not None and found in machine.tree.directories else None


def exists(machine: Machine, text: str, kind: str, span: Span | None) -> Value:
    """Tell whether a path of the project is there: ``file``, ``dir`` or ``exists`` for either.

    What is missing may be made by an earlier step.
    """
    path = below_root(text, machine.directory)
    if path is None:
        return UNKNOWN
    is_file, is_folder = path in machine.tree, path in machine.tree.directories
    found = {"file": is_file, "dir": is_folder}.get(kind, is_file or is_folder)
    return Constant(True, span=span) if found else (Constant(False) if is_file or is_folder else UNKNOWN)


def listing(machine: Machine, text: str, *, paths: bool, span: Span | None) -> Value:
    """Return what a folder of the project holds: names, or paths."""
    folder = folder_of(machine, text)
    if folder is None:
        return ListValue.of((), complete=False)
    names = [name for name, _ in children(machine.tree, folder)]
    if len(names) > MAX_FOUND:
        return ListValue.of((), complete=False)
    if paths:
        return ListValue.of(PathValue(posixpath.join(text, name), span=span) for name in names)
    return ListValue.of(Constant(name, span=span) for name in names)


def matching(machine: Machine, text: str, pattern: str, span: Span | None) -> Value:
    """Return the paths below a folder of the project that ``Path.glob`` finds with *pattern*."""
    folder = folder_of(machine, text)
    if folder is None or len(pattern) > MAX_PATTERN:
        return ListValue.of((), complete=False)
    found = [
        PathValue(posixpath.join(text, below) if below else text, span=span)
        for below in _below(machine, folder, [part for part in pattern.split("/") if part])
    ]
    return ListValue.of(found[:MAX_FOUND], complete=len(found) <= MAX_FOUND)


def _below(machine: Machine, folder: str, parts: list[str]) -> list[str]:
    """Return the paths below *folder* that *parts* of a pattern fit."""
    current: list[tuple[str, bool]] = [("", True)]
    for part in parts[:10]:
        following: list[tuple[str, bool]] = []
        for below, is_folder in current:
            if part == "**":
                following.extend(_all_folders(machine, folder, below) if is_folder else [])
            elif is_folder:
                place = posixpath.join(folder, below).rstrip("/")
                following.extend(
                    (posixpath.join(below, name), inner)
                    for name, inner in children(machine.tree, place)
                    if fnmatchcase(name, part)
                )
            machine.step()
        current = following[: MAX_FOUND + 1]
    return sorted(dict.fromkeys(below for below, _ in current))


def _all_folders(machine: Machine, folder: str, below: str) -> list[tuple[str, bool]]:
    found = [below]
    for one in found:
        machine.step()
        place = posixpath.join(folder, one).rstrip("/")
        found.extend(posixpath.join(one, name) for name, inner in children(machine.tree, place) if inner)
        if len(found) > MAX_FOUND:
            break
    return [(one, True) for one in found]


def _globbed(machine: Machine, pattern: str, span: Span) -> Value:
    parts = pattern.split("/")
    fixed = 0
    while fixed < len(parts) - 1 and not set("*?[") & set(parts[fixed]):
        fixed += 1
    found = matching(machine, "/".join(parts[:fixed]) or ".", "/".join(parts[fixed:]), span)
    if not isinstance(found, ListValue):
        return UNKNOWN
    texts = (Constant(posixpath.normpath(text_of(one) or ""), span=span) for one in found.content.values)
    return ListValue.of(texts, complete=found.content.complete)


def _walked(machine: Machine, text: str, span: Span) -> Value:
    folder = folder_of(machine, text)
    if folder is None:
        return ListValue.of((), complete=False)
    rows: list[Value] = []
    for below, _ in _all_folders(machine, folder, ""):
        inside = children(machine.tree, posixpath.join(folder, below).rstrip("/"))
        folders = ListValue.of(Constant(name, span=span) for name, is_folder in inside if is_folder)
        names = ListValue.of(Constant(name, span=span) for name, is_folder in inside if not is_folder)
        place = Constant(posixpath.join(text, below).rstrip("/"), span=span)
        rows.append(ListValue.of((place, folders, names), fixed=True))
    return ListValue.of(rows)


def opened(machine: Machine, text: str, mode: str | None, span: Span) -> Value:
    """Return a file of the project that is opened for reading."""
    path = below_root(text, machine.directory)
    if path is None or path not in machine.tree or not set("wax+").isdisjoint(mode or "r"):
        return UNKNOWN
    return FileValue(path, span=span)


def place_of(value: Value, span: Span) -> Span:
    """Return where the content of a file, or a text, stands."""
    return Span.point(value.path) if isinstance(value, FileValue) else span


def whole(path: str, text: str) -> Span:
    """Return the span of a whole file."""
    lines = text.splitlines() or [""]
    return Span(path, 1, 1, len(lines), len(lines[-1]) + 1)
