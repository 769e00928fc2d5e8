"""What the commands of an image's build write, by the arguments of well-known programs."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from lambdalint.deployment.dockerfile_syntax import absolute

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_LEADING = frozenset({"sudo", "exec", "time", "if", "then", "do", "else", "{", "(", "!", "set", "&&"})
_ASSIGNMENT = re.compile(r"[A-Za-z_]\w*=.*", re.DOTALL)
_REDIRECTION = re.compile(r"(?:\d|&)?>{1,2}\|?(?!&)(.*)", re.DOTALL)
_COPIES = frozenset({"cp", "mv", "install", "ln", "rsync"})
_MAKES = frozenset({"mkdir", "touch", "tee"})
_PROGRAM = re.compile(r"python[\d.]*|pip[\d.]*")
_WITH_VALUE = frozenset({"-m", "--mode", "-o", "-g", "--owner", "--group", "-S", "--suffix", "-e", "--exclude"})
_DOWNLOADS = {
    "curl": (("-o", "--output"), ("--output-dir",)),
    "wget": (("-O", "--output-document"), ("-P", "--directory-prefix")),
    "unzip": ((), ("-d",)),
    "tar": ((), ("-C", "--directory")),
    "pip": ((), ("-t", "--target", "-d", "--dest")),
    "nltk.downloader": ((), ("-d",)),
    "huggingface-cli": ((), ("--local-dir",)),
    "hf": ((), ("--local-dir",)),
}
"""Of a program, the options that name the file that it writes, and those that name the folder."""


def written(command: Sequence[str], folder: str) -> Iterator[str]:
    """Yield the absolute paths of what the words of a *command*, run in *folder*, write."""
    arguments = list(command)
    yield from (absolute(folder, path) for path in _redirected(arguments))
    while arguments and (arguments[0] in _LEADING or _ASSIGNMENT.fullmatch(arguments[0])):
        arguments.pop(0)
    if not arguments:
        return
    program = arguments[0].rpartition("/")[2]
    if _PROGRAM.fullmatch(program):
        if program.startswith("python"):
            arguments = arguments[2:] if arguments[1:2] == ["-m"] else []
        program = "pip" if not arguments or arguments[0].rpartition("/")[2].startswith("pip") else arguments[0]
    elif program == "uv" and arguments[1:2] == ["pip"]:
        program, arguments = "pip", arguments[1:]
    rest = arguments[1:]
    if program in _DOWNLOADS:
        yield from (absolute(folder, path) for path in _downloaded(program, rest, folder))
    elif program in _COPIES:
        yield from (absolute(folder, path) for path in _copied(_plain(rest)))
    elif program in _MAKES:
        yield from (absolute(folder, path) for path in _plain(rest))
    elif program == "aws" and rest[:1] == ["s3"]:
        yield from (absolute(folder, path) for path in _copied(_plain(rest[2:])) if "://" not in path)
    elif program == "git" and "clone" in rest:
        yield from (absolute(folder, path) for path in _cloned(rest[rest.index("clone") + 1 :]))


def _redirected(words: list[str]) -> list[str]:
    """Return the files that a command's output goes to, and take the redirections out of its *words*."""
    found: list[str] = []
    kept: list[str] = []
    following = iter(words)
    for word in following:
        match = _REDIRECTION.fullmatch(word)
        if match is None:
            kept.append(word)
        elif target := match[1] or next(following, ""):
            found.append(target)
    words[:] = kept
    return found


def _downloaded(program: str, arguments: list[str], folder: str) -> Iterator[str]:
    names, folders = _DOWNLOADS[program]
    files = list(_values(arguments, names))
    into = next(iter(_values(arguments, folders)), None)
    urls = [word for word in arguments if "://" in word]
    if program in {"curl", "wget"}:
        yield from (file if into is None else f"{into}/{file}" for file in files if file != "-")
        remote = program == "wget" or any(re.fullmatch(r"-[A-Za-z]*O[A-Za-z]*|--remote-name", one) for one in arguments)
        if not files and remote:
            yield from (f"{into or folder}/{name}" for url in urls if (name := _file_of(url)))
    elif into is not None and (program != "tar" or _extracts(arguments)):
        yield into


def _extracts(arguments: list[str]) -> bool:
    """Tell whether the arguments of ``tar`` ask for extraction."""
    return "--extract" in arguments or any(re.fullmatch(r"-?[A-Za-z]*x[A-Za-z]*", one) for one in arguments[:2])


def _values(arguments: list[str], options: tuple[str, ...]) -> Iterator[str]:
    """Yield the values of *options*; a short one may be the last of several letters, or have its value behind it."""
    following = iter(arguments)
    for word in following:
        for option in options:
            letter = option[1:] if len(option) == 2 else None
            if word == option or (letter and re.fullmatch(rf"-[A-Za-z]+{letter}", word)):
                yield next(following, "")
            elif word.startswith(f"{option}=" if letter is None else option) and word != option:
                yield word[len(option) :].removeprefix("=")
            else:
                continue
            break


def _plain(arguments: list[str]) -> list[str]:
    """Return the arguments that are no options, and no values of some."""
    found: list[str] = []
    following = iter(arguments)
    for word in following:
        if word in _WITH_VALUE:
            next(following, None)
        elif not word.startswith("-"):
            found.append(word)
    return found


def _copied(paths: list[str]) -> Iterator[str]:
    if len(paths) < 2:
        return
    *sources, into = paths
    if len(sources) > 1 or into.endswith("/") or into.rstrip("/") == "/tmp":
        names = (source.rstrip("/").rpartition("/")[2] for source in sources)
        yield from (f"{into.rstrip('/')}/{name}" for name in names)
    else:
        yield into


def _cloned(arguments: list[str]) -> Iterator[str]:
    """Yield the folder that ``git clone`` makes: what follows the address, or the last part of it."""
    address = next((index for index, one in enumerate(arguments) if "://" in one or one.startswith("git@")), None)
    if address is not None:
        after = arguments[address + 1 : address + 2]
        name = arguments[address].rstrip("/").rpartition("/")[2].removesuffix(".git")
        yield after[0] if after and not after[0].startswith("-") else name


def _file_of(url: str) -> str:
    try:
        return urlsplit(url).path.rpartition("/")[2]
    except ValueError:
        return ""
