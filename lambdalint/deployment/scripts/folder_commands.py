"""The commands that fill folders and archives with files: ``cp``, ``rsync``, ``mv``, ``rm``, ``zip`` and the like."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from lambdalint.deployment.scripts.build_folders import Installed
from lambdalint.deployment.scripts.command_options import read_options
from lambdalint.deployment.scripts.install_commands import place_of
from lambdalint.deployment.scripts.script_text import in_project

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from lambdalint.deployment.scripts.build_folders import BuildFolders, Item
    from lambdalint.deployment.scripts.shell_run import Field, Shell

_GLOB = re.compile(r"[*?\[]")
_RSYNC_LONG = frozenset({"exclude", "include", "filter", "rsh", "exclude-from", "include-from", "files-from"})
_RECURSIVE = frozenset({"r", "R", "a", "recursive", "archive"})


def fill(shell: Shell, folders: BuildFolders, name: str, fields: Sequence[Field]) -> bool:
    """Follow a command by its *name*, *fields* are its words; tell whether it is known here."""
    command = _COMMANDS.get(name)
    if command is None:
        return False
    command(shell, folders, fields)
    return True


def fill_unseen(shell: Shell, folders: BuildFolders, place: str, given: Field) -> None:
    """Note that something which the project does not show is put into the folder *place* of it."""
    if in_project(place) is None and not is_artifact(shell, place):
        return
    span = shell.script.span(given.start, given.end)
    recipe = shell.known("MAKE_TARGET")
    folders.install(Installed(place, span, place, complete=False, sure=False, recipe=recipe or None))


def _is_unseen(folders: BuildFolders, path: str) -> bool:
    """Tell whether nothing shows what lies at *path*."""
    return folders.source_of(path) is None and not folders.held(path) and path not in folders.archives


def is_artifact(shell: Shell, place: str) -> bool:
    """Tell whether *place* lies in the folder that SAM's makefile builder gives to a recipe."""
    return place.startswith(shell.job.unknowns.named("$ARTIFACTS_DIR"))


def _copy(shell: Shell, folders: BuildFolders, fields: Sequence[Field], *, move: bool = False) -> None:
    options = read_options(fields, "tS", frozenset({"target-directory", "suffix"}))
    words = [given for given in options.rest if given.text]
    directory = options.last("t", "target-directory")
    if directory is None:
        if len(words) < 2:
            return
        directory = words.pop().text
    recursive = move or any(option.name in _RECURSIVE for option in options.found)
    _transfer(shell, folders, words, directory, recursive=recursive, move=move)


def _move(shell: Shell, folders: BuildFolders, fields: Sequence[Field]) -> None:
    _copy(shell, folders, fields, move=True)


def _transfer(
    shell: Shell,
    folders: BuildFolders,
    sources: Sequence[Field],
    directory: str,
    *,
    recursive: bool,
    move: bool = False,
) -> None:
    target = place_of(shell, directory)
    if directory.endswith(("/", "/.")) or directory == "." or len(sources) > 1:
        folders.make(target)
    for given in sources:
        text = given.text.rstrip("/") or "/"
        head, _, last = text.rpartition("/")
        if given.pattern and _GLOB.search(last):
            folder = place_of(shell, head or ("/" if text.startswith("/") else "."))
            if recursive and not move and not _GLOB.search(head) and _is_unseen(folders, folder):
                fill_unseen(shell, folders, target, given)
            elif last == "*" and recursive:
                folders.copy(folder, target, content=True, move=False)
            elif _GLOB.search(head):
                for match in shell.matches(given):
                    folders.copy(place_of(shell, match), target, content=False, move=move)
            else:
                folders.match(folder, last, target)
            continue
        source = place_of(shell, text)
        origin = folders.source_of(source)
        if origin is not None and origin in folders.tree:
            shell.job.found += 1
        elif origin is None:
            shell.expect(source)
        folder_content = given.text.endswith("/.") or given.text in (".", "./")
        if not recursive and origin is not None and origin not in folders.tree:
            continue
        if recursive and not move and _is_unseen(folders, source):
            fill_unseen(shell, folders, target, given)
            continue
        folders.copy(source, target, content=folder_content, move=move)


def _rsync(shell: Shell, folders: BuildFolders, fields: Sequence[Field]) -> None:
    options = read_options(fields, "ef", _RSYNC_LONG)
    if len(options.rest) < 2:
        return
    target = place_of(shell, options.rest[-1].text)
    for given in options.rest[:-1]:
        content = given.text.endswith(("/", "/.")) or given.text == "."
        folders.make(target)
        if given.pattern:
            head, _, last = given.text.rpartition("/")
            folder = place_of(shell, head or ".")
            if _is_unseen(folders, folder):
                fill_unseen(shell, folders, target, given)
            else:
                folders.match(folder, last, target)
            continue
        source = place_of(shell, given.text)
        if ":" not in given.text and _is_unseen(folders, source):
            fill_unseen(shell, folders, target, given)
        else:
            folders.copy(source, target, content=content)


def _unzip(shell: Shell, folders: BuildFolders, fields: Sequence[Field]) -> None:
    """``unzip archive [-d folder]``: a wheel is a package; what other archives hold is not known."""
    options = read_options(fields, "dP", frozenset())
    if not options.rest or options.has("l", "t", "z"):
        return
    archive = options.rest[0]
    directory = options.last("d")
    path = shell.path(archive.text)
    if path in folders.archives:
        return
    if directory is not None or archive.text.endswith(".whl"):
        _unpack(shell, folders, directory or ".", archive)


def _tar(shell: Shell, folders: BuildFolders, fields: Sequence[Field]) -> None:
    """``tar -x -C folder``."""
    words = [given.text for given in fields]
    mode = words[0].lstrip("-") if words and not words[0].startswith("--") else ""
    extracts = "x" in mode or any(
        word in ("--extract", "--get") or re.fullmatch(r"-[a-zA-Z]*x[a-zA-Z]*", word) for word in words
    )
    for position, word in enumerate(words):
        name, _, value = word.partition("=")
        if extracts and name == "--directory" and value:
            _unpack(shell, folders, value, fields[position])
        elif extracts and re.fullmatch(r"-[a-zA-Z]*C|--directory", word) and position + 1 < len(words):
            _unpack(shell, folders, words[position + 1], fields[position + 1])


def _unpack(shell: Shell, folders: BuildFolders, directory: str, given: Field) -> None:
    place = place_of(shell, directory)
    folders.make(place)
    fill_unseen(shell, folders, place, given)


def _remove(shell: Shell, folders: BuildFolders, fields: Sequence[Field]) -> None:
    for given in read_options(fields, "", frozenset()).rest:
        folders.remove(place_of(shell, given.text))


def _find(shell: Shell, folders: BuildFolders, fields: Sequence[Field]) -> None:
    """``find DIR -name PATTERN -delete`` takes all that has the name out of the folder."""
    words = [given.text for given in fields]
    if "-delete" not in words and "rm" not in words:
        return
    for position, word in enumerate(words[:-1]):
        if word in ("-name", "-iname") and words[position + 1].strip("*"):
            folders.remove(f"{place_of(shell, words[0])}/{words[position + 1]}")


def _make_folders(shell: Shell, folders: BuildFolders, fields: Sequence[Field]) -> None:
    for given in read_options(fields, "m", frozenset({"mode"})).rest:
        folders.make(place_of(shell, given.text))


def _zip(shell: Shell, folders: BuildFolders, fields: Sequence[Field]) -> None:
    """``zip [options] archive files... [-x patterns...]`` (https://infozip.sourceforge.net/ and its manual page)."""
    words: list[Field] = []
    excluded: list[str] = []
    recursive = False
    position = 0
    while position < len(fields):
        given = fields[position]
        position += 1
        text = given.text
        if text in ("-x", "--exclude", "-i", "--include"):
            while position < len(fields) and not fields[position].text.startswith("-"):
                if fields[position].text == "@":
                    position += 1
                    break
                if text in ("-x", "--exclude"):
                    excluded.append(fields[position].text)
                position += 1
        elif text.startswith("--"):
            recursive = recursive or text == "--recurse-paths"
            excluded.extend([text[10:]] if text.startswith("--exclude=") else [])
        elif text.startswith("-") and len(text) > 1:
            recursive = recursive or "r" in text or "R" in text
            excluded.extend([text[2:]] if text.startswith("-x") else [])
            position += text in ("-b", "-n", "-P", "-t", "-tt", "-s")
        else:
            words.append(given)
    if words:
        _pack(shell, folders, words[0].text, words[1:], excluded, recursive=recursive)


def _seven_zip(shell: Shell, folders: BuildFolders, fields: Sequence[Field]) -> None:
    words = [given for given in fields if not given.text.startswith("-")]
    excluded = [given.text.partition("!")[2] for given in fields if given.text.startswith(("-x", "-xr"))]
    if len(words) > 1 and words[0].text in ("a", "u"):
        _pack(shell, folders, words[1].text, words[2:], excluded, recursive=True)


def _pack(
    shell: Shell,
    folders: BuildFolders,
    name: str,
    members: Sequence[Field],
    excluded: Sequence[str],
    *,
    recursive: bool,
) -> None:
    archive = shell.path(name if "." in name.rpartition("/")[2] else f"{name}.zip")
    items: list[Item] = []
    for given in members:
        text = given.text.rstrip("/") or "/"
        head, _, last = text.rpartition("/")
        if given.pattern and _GLOB.search(last):
            folder = place_of(shell, head or ".")
            if last == "*" and recursive:
                items.extend(folders.held(folder))
            else:
                items.extend(folders.matching(folder, last))
                items.extend(
                    item for item in folders.held(folder, deep=False) if item.installed is not None and recursive
                )
            continue
        path = place_of(shell, text)
        held = folders.held(path)
        if not held:
            shell.expect(path)
        elif all(item.installed is None for item in held):
            shell.job.found += 1
        items.extend(held if recursive else [item for item in held if item.file and item.path == path])
    folders.pack(archive, items, [(shell.directory, pattern) for pattern in excluded])


_COMMANDS: dict[str, Callable[[Shell, BuildFolders, Sequence[Field]], None]] = {
    "cp": _copy,
    "mv": _move,
    "rsync": _rsync,
    "rm": _remove,
    "rmdir": _remove,
    "find": _find,
    "mkdir": _make_folders,
    "zip": _zip,
    "7z": _seven_zip,
    "7za": _seven_zip,
    "unzip": _unzip,
    "tar": _tar,
    "bsdtar": _tar,
}
