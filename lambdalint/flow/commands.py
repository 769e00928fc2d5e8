"""From the words of a command to what it does to files, by the catalogue's rows."""

from __future__ import annotations

import posixpath
import re
from functools import cache
from math import prod
from typing import TYPE_CHECKING

import msgspec
from msgspec.structs import replace

from lambdalint.catalogue.command import Reference, options_of, parse_template
from lambdalint.flow.command_words import Argument, Words, read_words
from lambdalint.flow.shell import Command, below, commands_of
from lambdalint.flow.shell_words import ANY_NAME, Word
from lambdalint.flow.text import confined_text, has_holes, hole_of, hole_text, is_hole, without_marks
from lambdalint.model import EffectKind

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from lambdalint.catalogue.schema import CommandEffect, CommandRow

_DEEPEST = 6
_STREAMS = frozenset({"", "-", "/dev/null", "/dev/stdout", "/dev/stderr", "/dev/stdin", "stdout"})
_SYSTEM_PREFIXES = frozenset({"", "/usr", "/usr/local", "/var/lang", "/opt"})
_VERSION = re.compile(r"-?\d+(?:\.\d+)*$")
_NUMBERED = re.compile(r"%\(\w+\)\w|%0?\d*d")
_HOST = re.compile(r"[\w.-]+@[\w.-]+:")
_ASSIGNED = re.compile(r"[A-Za-z_]\w*=", re.ASCII)
_GNU_SIZE = re.compile(r"(\d{1,15})([cwb]?|[kKMGT](?:i?B)?)")
_GNU_UNITS = {"": 1, "c": 1, "w": 2, "b": 512}
_ENDLESS = frozenset({"/dev/zero", "/dev/urandom", "/dev/random"})
_WRITTEN = {">": EffectKind.WRITE, ">>": EffectKind.APPEND, "<": EffectKind.READ}


class FileEffect(msgspec.Struct, frozen=True):
    """One thing that a command does to one path; the path is relative to the directory that the call starts it in.

    ``expected``, ``conditional`` and ``noticed`` are as for ``lambdalint.flow.shell.Command``.
    """

    kind: EffectKind
    callee: str
    path: str
    defaulted: bool = False
    exist_ok: bool = False
    tree: bool = False
    moved: bool = False
    fetches: bool = False
    size: int = 0
    """How many bytes the file has then, at least; ``sparse`` tells that only its length is set."""
    sparse: bool = False
    expected: bool = False
    conditional: bool = False
    noticed: bool = True


class Shell(msgspec.Struct, frozen=True):
    """What commands are looked up with: the rows, the value of a variable, and which paths surely are directories."""

    rows: dict[str, tuple[CommandRow, ...]]
    variable: Callable[[str], str]
    is_directory: Callable[[str], bool]

    def script(self, text: str, directory: str = "", depth: int = 0) -> list[FileEffect]:
        """Return what the commands of a script do, in order."""
        found: list[FileEffect] = []
        for command in commands_of(text, self.variable):
            placed = replace(command, directory=below(directory, command.directory) if command.directory else directory)
            found.extend(self.command(placed, depth))
        return found

    def command(self, command: Command, depth: int = 0) -> list[FileEffect]:
        """Return what one command does, with the files that the shell opens for it."""
        found = [
            FileEffect(_WRITTEN[each.operator], f"command {each.operator}", below(command.directory, each.target))
            for each in command.redirections
            if each.target not in _STREAMS
        ]
        if command.words and depth < _DEEPEST:
            variables = {**_of_program(command.words[0].text), **dict(command.variables)}
            shell = replace(self, variable=_with(variables, self.variable)) if variables else self
            found.extend(shell.program(command.words, command.directory, depth))
        return [
            replace(
                effect,
                expected=effect.expected or command.expected,
                conditional=effect.conditional or command.conditional,
                noticed=effect.noticed and command.noticed,
            )
            for effect in found
        ]

    def program(self, words: Sequence[Word], directory: str, depth: int) -> list[FileEffect]:
        """Return what a program does, with what it runs in its turn."""
        program = _program_name(words[0].text)
        rows = self.rows.get(program)
        if rows is None:
            program = _VERSION.sub("", program)
            rows = self.rows.get(program, ())
        best: tuple[int, str, CommandRow, Words] | None = None
        for row in rows:
            for name in row.names:
                subcommand = name.split(" ")[1:]
                if name.partition(" ")[0] != program or (best is not None and len(subcommand) < best[0]):
                    continue
                read = read_words(row, words[1:], len(subcommand))
                if [argument.text for argument in read.arguments[: len(subcommand)]] == subcommand:
                    del read.arguments[: len(subcommand)]
                    best = (len(subcommand), name, row, read)
        if best is None:
            return []
        _, name, row, read = best
        for changed in read.options.get(row.directory, ()) if row.directory else ():
            directory = below(directory, changed)
        found: list[FileEffect] = []
        for effect in row.effect:
            found.extend(_effects(row, effect, name, read, directory, self))
        found.extend(self._launched(row, read, directory, depth))
        return found

    def _launched(self, row: CommandRow, read: Words, directory: str, depth: int) -> list[FileEffect]:
        """Return what the command that a launcher runs does."""
        if row.script:
            return [
                effect
                for script in read.options.get(row.script, ())
                for effect in self.script(script, directory, depth + 1)
            ]
        rest = list(read.rest)
        noticed = not row.runs_each
        if row.runs_each:
            each = _rendered(row.runs_each, read)
            end = next((number for number, word in enumerate(rest) if word.text in (";", "+")), len(rest))
            rest = [replace(word, text=each[0]) if word.text == "{}" and each else word for word in rest[:end]]
        variables: list[tuple[str, str]] = []
        while rest and _ASSIGNED.match(rest[0].text):
            name, _, value = rest.pop(0).text.partition("=")
            variables.append((name, value))
        if not rest:
            return []
        return self.command(Command(tuple(rest), (), directory, noticed=noticed, variables=tuple(variables)), depth + 1)


def _with(variables: dict[str, str], variable: Callable[[str], str]) -> Callable[[str], str]:
    """Return how variables are looked up where a command sets some."""
    return lambda name: variables[name] if name in variables else variable(name)


def _of_program(text: str) -> dict[str, str]:
    """Return the variable of the environment that a program such as ``/tmp/venv/bin/python`` belongs to."""
    prefix, found, _ = without_marks(text).rpartition("/bin/")
    is_python = _program_name(text).startswith(("python", "pip"))
    return {"VIRTUAL_ENV": prefix} if found and is_python and prefix not in _SYSTEM_PREFIXES else {}


def _program_name(text: str) -> str:
    if len(text) == 1 and is_hole(text) and hole_of(text).origin.rpartition(".")[2] == "executable":
        return "python"  # sys.executable, in a script
    name = without_marks(text).rpartition("/")[2].removesuffix(".exe")
    return "" if has_holes(name) else name


def _effects(
    row: CommandRow, effect: CommandEffect, name: str, read: Words, directory: str, shell: Shell
) -> list[FileEffect]:
    if effect.has and not any(_given(row, read, entry) for entry in effect.has):
        return []
    if effect.lacks and (not read.sure or any(_given(row, read, option) for option in effect.lacks)):
        return []
    is_remote = _pattern(row.remote).match
    if effect.remote:
        addresses = _rendered(effect.remote, read)
        if not addresses or not all(is_remote(address) for address in addresses):
            return []
    paths = _rendered(_set(effect.path, shell), read, makes=effect.kind.modifies)
    defaulted = False
    if not paths and effect.default and read.sure:
        paths = _rendered(_set(effect.default, shell), read)
        defaulted = True
    if effect.into:
        paths = [inside for path in paths for inside in _into(path, effect.into, read, shell)]
    exist_ok = any(_given(row, read, option) for option in effect.exist_ok)
    found = []
    for path in paths:
        if path in _STREAMS or is_remote(path):
            continue
        if path.startswith("~"):
            path = shell.variable("HOME") + path[1:]
        if effect.numbered:
            path = _NUMBERED.sub(hole_text(ANY_NAME), path)
        found.append(
            FileEffect(
                effect.kind,
                f"command {effect.callee or name}",
                _located(directory, path),
                defaulted=defaulted,
                exist_ok=exist_ok,
                tree=effect.tree,
                moved=effect.moved,
                fetches=effect.fetches,
                size=_size(effect, read) if effect.size else 0,
                sparse=effect.sparse,
            )
        )
    return found


def _size(effect: CommandEffect, read: Words) -> int:
    """Return how large a command makes a file; 0 where that is not known."""
    if effect.endless and not set(_rendered(effect.endless, read)) & _ENDLESS:
        return 0
    for template in effect.size:
        texts = _rendered(template, read)
        if len(texts) == 1:
            factors = [_GNU_SIZE.fullmatch(text) for text in texts[0].split("x")]
            return prod(int(factor[1]) * _gnu_unit(factor[2]) if factor else 0 for factor in factors)
    return 0


def _gnu_unit(suffix: str) -> int:
    """Return the number of bytes that a suffix of GNU's programs stands for: M and MiB, or MB."""
    if suffix in _GNU_UNITS:
        return _GNU_UNITS[suffix]
    base = 1000 if suffix.endswith("B") and "i" not in suffix else 1024
    return int(base ** (1 + "KMGT".index(suffix[0].upper())))


def _located(directory: str, path: str) -> str:
    """Return a path as seen from where the call stands; one that starts with an unknown directory stands for itself."""
    if path.startswith("file:") or (is_hole(path[0]) and not hole_of(path[0]).confined):
        return path
    return below(directory, path)


def _given(row: CommandRow, read: Words, entry: str) -> bool:
    """Tell whether each option of an entry is given, under any of its spellings."""
    first = options_of(row).first
    return all(read.given(first.get(option, option)) for option in entry.split())


def _into(path: str, template: str, read: Words, shell: Shell) -> list[str]:
    """Return the paths inside a directory, where *path* surely is one."""
    several = len(read.arguments) > 2
    if not (path.endswith("/") or path in (".", "..") or several or shell.is_directory(path)):
        return [path]
    names = _rendered(template, read)
    return [posixpath.join(path, name) for name in names] or [path]


def _set(template: str, shell: Shell) -> str:
    """Return a template with the value of the variable at its start; nothing where that is not set."""
    if not template.startswith("$"):
        return template
    name, slash, rest = template[1:].partition("/")
    value = shell.variable(name)
    return value + slash + rest if value else ""


def _rendered(template: str, read: Words, *, makes: bool = False) -> list[str]:
    """Return the texts of a template; none where one of its arguments is not given or not certain."""
    results = [""] if template else []
    for part in parse_template(template):
        if isinstance(part, str):
            pieces = [part.replace("*", hole_text(ANY_NAME))]
        else:
            pieces = _referenced(part, read, makes=makes)
        results = [result + piece for result in results for piece in pieces]
    return list(dict.fromkeys(results))


def _referenced(reference: Reference, read: Words, *, makes: bool) -> list[str]:
    name = reference.argument
    arguments = read.arguments
    chosen: list[Argument]
    if name.isdigit():
        position = int(name)
        chosen = arguments[position : position + 1] if all(each.certain for each in arguments[:position]) else []
    elif name == "last":
        chosen = arguments[-1:]
    elif name in ("all", "but-first", "but-last"):
        chosen = {"all": arguments, "but-first": arguments[1:], "but-last": arguments[:-1]}[name]
        if makes:
            chosen = [argument for argument in chosen if not argument.vague]
    elif name.startswith("after "):
        texts = [argument.text for argument in arguments]
        word = name.removeprefix("after ")
        position = texts.index(word) + 1 if word in texts else len(texts)
        chosen = arguments[position : position + 1]
    else:
        chosen = [Argument(value) for value in read.options.get(name, ())]
    formed = [_formed(argument.text, reference.form) for argument in chosen if argument.certain]
    return [text for text in formed if text]


def _formed(text: str, form: str) -> str:
    if not form:
        return text
    if form == "bare":
        stem, extension = posixpath.splitext(text)
        return text if has_holes(extension) else stem
    if form == "format":
        return text.partition(":")[0]
    if form == "sent":
        return text.partition("@")[2].partition(";")[0]
    name = posixpath.basename(_HOST.sub("", text).rstrip("/"))
    if form == "repository":
        name = name.rpartition(":")[2].removesuffix(".git")
    elif form == "stem":
        stem, extension = posixpath.splitext(name)
        name = name if has_holes(extension) else stem
    return confined_text(name)


@cache
def _pattern(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)
