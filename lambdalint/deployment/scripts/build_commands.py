"""What each command of a build script does to folders: it takes off what runs a command, and passes on the rest."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from msgspec.structs import replace

from lambdalint.deployment.scripts.build_folders import BuildFolders, Installed
from lambdalint.deployment.scripts.command_options import read_options
from lambdalint.deployment.scripts.export_commands import export
from lambdalint.deployment.scripts.folder_commands import fill, fill_unseen
from lambdalint.deployment.scripts.install_commands import INSTALLERS, Written, pip_install, uv_install
from lambdalint.deployment.scripts.installs import Export
from lambdalint.deployment.scripts.makefile import makefile_in
from lambdalint.deployment.scripts.script_text import ScriptText, in_project, readable
from lambdalint.deployment.scripts.shell_run import Field, Job, Mount, Shell

if TYPE_CHECKING:
    from collections.abc import Callable

    from lambdalint.deployment.scripts.command_options import Option
    from lambdalint.deployment.scripts.shell_syntax import Redirection
    from lambdalint.deployment.scripts.shell_tokens import Word
    from lambdalint.model import Span, Tree

MAX_SCRIPT_BYTES = 200_000
MAX_DEPTH = 6
MAX_EXPORTS = 200

_PYTHON = re.compile(r"(?:python|pypy|py)[\d.]*(?:\.exe)?")
_SHELLS = frozenset({"sh", "bash", "zsh", "dash", "ash"})
_RUNNERS = frozenset({"poetry", "pipenv", "pdm", "hatch", "rye", "uv"})
_UV_RUN = frozenset({"with", "python", "directory", "project", "group", "extra", "package", "env-file"})
_DOCKER_LONG = frozenset(
    {"volume", "workdir", "env", "user", "name", "entrypoint", "platform", "network", "net", "mount", "publish"}
    | {"memory", "hostname", "env-file", "label", "cpus", "pull", "add-host", "volumes-from", "cidfile", "link"}
)
_DOCKER_SHORT = "vweupmhlac"
_TASK_IMAGES = re.compile(r"lambci/lambda|/sam/|/lambda/|amazon/aws-(?:lambda|sam)")
_REQUIREMENTS = "requirements.txt"
_MAKES = frozenset({"make", "gmake"})


class BuildRun:
    """One run of scripts over the same folders.

    ``relevant`` are the scripts that are followed where another one starts them, None for all of them. ``make`` runs
    targets of a Makefile in a shell: its path, or nothing for that of the directory, the targets and the variables.
    """

    def __init__(self, tree: Tree, relevant: frozenset[str] | None = None) -> None:
        self.tree = tree
        self.relevant = relevant
        self.folders = BuildFolders(tree)
        self.written = Written()
        self.exports: list[Export] = []
        self.job = Job(tree, self.perform, is_folder=self.folders.is_folder)
        self.make: Callable[[Shell, str, list[str], dict[str, str]], None] = lambda *_: None
        self.depth = 0

    def shell(self, script: ScriptText, directory: str) -> Shell:
        """Return a shell that starts in *directory*, a path as ``script_text`` has them."""
        return Shell(self.job, script, directory)

    def perform(self, shell: Shell, words: list[Field], redirections: tuple[Redirection, ...]) -> None:
        """Follow one command."""
        words = _bare(words)
        if not words:
            return
        span = shell.script.span(words[0].start, words[-1].end)
        name = words[0].text.rpartition("/")[2]
        texts = [given.text for given in words]
        output = _output(shell, redirections)
        if name in ("docker", "podman", "finch", "nerdctl"):
            self._container(shell, words)
        elif name in _SHELLS and len(words) > 1:
            self._shell(shell, words)
        elif name in ("source", "."):
            self._source(shell, words)
        elif name == "deactivate":
            shell.variables.pop("VIRTUAL_ENV", None)
        elif name == "eval" and len(words) > 1:
            self._inner(shell, shell, words[1])
        elif name in _MAKES:
            self._make(shell, words)
        elif name in ("echo", "printf", "cat") and output is not None:
            self._write(shell, words, redirections, output)
        elif name in ("xargs", "find") and "install" in texts and _names_pip(texts):
            self._unknown_install(shell, texts, span)
        elif (found := _pip(words)) is not None:
            self._pip(shell, words, found, output, span)
        elif (exported := export(shell, self.folders, self.written, [*_named(words, name)], output, span)) is not None:
            if len(self.exports) < MAX_EXPORTS:
                self.exports.append(exported)
        elif not fill(shell, self.folders, name, words[1:]):
            self._script(shell, words)
        if output is not None and not any(one.span == span for one in self.exports):
            self._rewritten(output, span)

    def _rewritten(self, path: str, span: Span) -> None:
        """Note that a requirements file of the project gets a content that is not followed."""
        relative = in_project(path)
        if relative is not None and relative.rpartition("/")[2] == _REQUIREMENTS and len(self.exports) < MAX_EXPORTS:
            self.exports.append(Export(None, relative, span))

    def _write(self, shell: Shell, words: list[Field], redirections: tuple[Redirection, ...], output: str) -> None:
        """``echo text > file``, or ``cat`` with a here-document."""
        append = any(redirection.operator in (">>", "&>>") for redirection in redirections)
        if words[0].text != "cat":
            for given in read_options(words[1:], "", frozenset()).rest:
                self.written.add(output, given.text, shell.script.span(given.start, given.end), append=append)
                append = True
        elif len(words) == 1:
            for redirection in redirections:
                if redirection.operator in ("<<", "<<-"):
                    self._write_document(shell, redirection.target, output, append=append)

    def _write_document(self, shell: Shell, word: Word, output: str, *, append: bool) -> None:
        start = word.start
        for line in shell.value(word).split("\n"):
            self.written.add(output, line, shell.script.span(start, start + len(line)), append=append)
            start += len(line) + 1
            append = True

    def _pip(self, shell: Shell, words: list[Field], start: int, output: str | None, span: Span) -> None:
        """Follow pip; *start* is where the words behind its name begin."""
        rest = words[start:]
        command = next((index for index, given in enumerate(rest) if given.text in ("install", "sync", "freeze")), None)
        if command is None:
            return
        uv = words[0].text.rpartition("/")[2] == "uv"
        if rest[command].text == "freeze":
            self.exports.extend(self._frozen(shell, output, span))
            return
        binary = words[0].text.rpartition("/")[0]
        environment = shell.variables.get("VIRTUAL_ENV")
        if binary.endswith("/bin") or binary == "bin":
            shell.variables["VIRTUAL_ENV"] = shell.path(binary.removesuffix("bin").rstrip("/") or ".")
        if uv:
            given = [*rest[:command], *rest[command + 1 :]]
            uv_install(shell, self.folders, self.written, given, span, sync=rest[command].text == "sync")
        elif rest[command].text == "install":
            given = [*rest[:command], *rest[command + 1 :]]
            pip_install(shell, self.folders, self.written, given, span)
        if environment is None:
            shell.variables.pop("VIRTUAL_ENV", None)
        else:
            shell.variables["VIRTUAL_ENV"] = environment

    def _frozen(self, shell: Shell, output: str | None, span: Span) -> list[Export]:
        if output is None or len(self.exports) >= MAX_EXPORTS:
            return []
        self.written.manifests[output] = None, ()
        relative = in_project(output)
        return [] if relative is None else [Export(None, relative, span)]

    def _unknown_install(self, shell: Shell, texts: list[str], span: Span) -> None:
        if any(text.startswith(("-t", "--target")) for text in texts):
            place = shell.job.unknowns.new()
            self.folders.install(Installed(place, span, place, complete=False, sure=False))

    def _container(self, shell: Shell, words: list[Field]) -> None:
        """Follow what ``docker run`` runs, in a shell whose paths are those of the mounted folders."""
        position = 2 if len(words) > 2 and words[1].text in ("container", "compose") else 1
        if len(words) <= position or words[position].text != "run":
            return
        options = read_options(words[position + 1 :], _DOCKER_SHORT, _DOCKER_LONG, stop=True)
        if not options.rest:
            return
        image, *command = options.rest
        inner = shell.copy()
        inner.mounts = _mounts(shell, options.values("v", "volume", "mount"))
        directory = options.last("w", "workdir")
        if directory is None:
            directory = "/var/task" if _TASK_IMAGES.search(image.text) else "/"
        entry = options.last("entrypoint")
        if entry and command and command[0].text != entry:
            given = options.values("entrypoint")[-1].given
            command = [Field(entry, given.start, given.end), *command]
        outside = [*inner.mounts, Mount("/", shell.job.unknowns.new())]
        inner.mounts = tuple(sorted(outside, key=lambda mount: -len(mount.inside)))
        inner.directory = "/"
        inner.directory = inner.path(directory)
        inner.variables["PWD"] = inner.directory
        self.perform(inner, command, ())

    def _shell(self, shell: Shell, words: list[Field]) -> None:
        """``bash -c 'commands'`` or ``bash script.sh``."""
        position = 1
        while position < len(words) and words[position].text.startswith(("-", "+")):
            flags = words[position].text
            position += 1
            if "c" in flags.lstrip("-") and not flags.startswith("--") and position < len(words):
                inner = shell.copy()
                inner.arguments = tuple(given.text for given in words[position + 2 :])
                self._inner(shell, inner, words[position])
                return
            position += flags in ("-o", "+o", "-O", "--rcfile", "--init-file")
        self._script(shell, words[position:])

    def _inner(self, outer: Shell, shell: Shell, given: Field) -> None:
        """Follow a script inside a word."""
        if self.depth >= MAX_DEPTH:
            shell.job.cut = True
            return
        whole = outer.script.text[given.start : given.end]
        text = given.text
        script = outer.script.at(text, outer.script.span(given.start, given.end))
        if whole[1:-1] == text and whole[:1] in ("'", '"'):
            script = outer.script.part(text, given.start + 1)
        shell.make = None
        self.depth += 1
        shell.run_text(script)
        self.depth -= 1

    def _source(self, shell: Shell, words: list[Field]) -> None:
        if len(words) < 2:
            return
        environment = words[1].text.removesuffix("/bin/activate")
        if environment != words[1].text:
            shell.variables["VIRTUAL_ENV"] = shell.path(environment)
            return
        path = in_project(shell.path(words[1].text))
        if path is not None:
            self.call(shell, path, [given.text for given in words[2:]], own=False)

    def _script(self, shell: Shell, words: list[Field]) -> None:
        if not words:
            return
        path = in_project(shell.path(words[0].text))
        if path is not None and path in self.tree and "." in words[0].text:
            self.call(shell, path, [given.text for given in words[1:]], own=True)

    def call(self, shell: Shell, path: str, arguments: list[str], *, own: bool) -> None:
        """Run another script of the project; *own* tells that it gets a shell of its own."""
        if own and self.relevant is not None and path not in self.relevant:
            return
        data = self.tree.read(path)
        shell.job.cut = shell.job.cut or self.depth >= MAX_DEPTH
        if self.depth >= MAX_DEPTH or data is None or len(data) > MAX_SCRIPT_BYTES or not _is_script(path, data):
            return
        inner = shell.copy() if own else shell
        make, inner.make = inner.make, None
        kept = inner.arguments
        inner.arguments = tuple(arguments) if own or arguments else kept
        self.depth += 1
        inner.run_text(ScriptText.of_file(path, readable(data)))
        self.depth -= 1
        inner.arguments = kept
        inner.make = make

    def _make(self, shell: Shell, words: list[Field]) -> None:
        if self.depth >= MAX_DEPTH:
            shell.job.cut = True
            return
        options = read_options(words[1:], "CfIjoW", frozenset({"directory", "file", "makefile", "jobs"}))
        folder = shell.path(options.last("C", "directory") or ".")
        file = options.last("f", "file", "makefile")
        variables = {}
        targets = []
        for given in options.rest:
            name, equals, value = given.text.partition("=")
            if equals:
                variables[name.rstrip(":")] = value
            else:
                targets.append(name)
        if options.has("C", "directory") and not file and makefile_in(self.tree, folder) is None:
            if self.folders.is_folder(folder):
                fill_unseen(shell, self.folders, folder, words[0])
            return
        inner = replace(shell.copy(), directory=folder)
        relative = in_project(inner.path(file)) if file else None
        self.depth += 1
        self.make(inner, relative or "", targets, variables)
        self.depth -= 1


def _bare(words: list[Field]) -> list[Field]:
    """Take off what only runs another command: ``sudo``, ``env``, ``poetry run``."""
    for _ in range(MAX_DEPTH):
        if not words:
            break
        name = words[0].text
        rest = words[1:]
        if name in ("sudo", "command", "exec", "time", "nohup", "nice", "env", "then", "do", "else", "!"):
            while rest and (rest[0].text.startswith("-") or (name == "env" and "=" in rest[0].text)):
                rest = rest[1:]
        elif name in _RUNNERS and rest and rest[0].text == "run":
            rest = read_options(rest[1:], "pC", _UV_RUN, stop=True).rest
        else:
            break
        words = rest
    return words


def _pip(words: list[Field]) -> int | None:
    """Return where the words behind pip's name begin, or None for another command."""
    name = words[0].text.rpartition("/")[2]
    texts = [given.text for given in words]
    if INSTALLERS.fullmatch(name):
        return 1
    if name == "uv":
        position = texts.index("pip") + 1 if "pip" in texts else None
        return position if position is not None and "compile" not in texts[position : position + 1] else None
    if "-m" in texts[1:5]:
        position = texts.index("-m")
        known = _PYTHON.fullmatch(name) is not None or not words[0].text.isascii()
        if known and texts[position + 1 : position + 2] == ["pip"]:
            return position + 2
    return None


def _names_pip(texts: list[str]) -> bool:
    return any(INSTALLERS.fullmatch(text.rpartition("/")[2]) for text in texts)


def _named(words: list[Field], name: str) -> list[Field]:
    """Return the words with the command's bare name; ``python -m poetry`` is ``poetry``."""
    if _PYTHON.fullmatch(name) and len(words) > 2 and words[1].text == "-m":
        return [replace(words[2], text={"piptools": "pip-compile"}.get(words[2].text, words[2].text)), *words[3:]]
    return [replace(words[0], text=name), *words[1:]]


def _output(shell: Shell, redirections: tuple[Redirection, ...]) -> str | None:
    """Return the path of the file that the output goes to, or None."""
    for redirection in reversed(redirections):
        if redirection.operator in (">", ">>", ">|", "&>", "&>>"):
            return shell.path(shell.value(redirection.target))
    return None


def _mounts(shell: Shell, options: list[Option]) -> tuple[Mount, ...]:
    found = []
    for option in options:
        if option.name == "mount":
            parts = dict(part.partition("=")[::2] for part in option.text.split(","))
            outside = parts.get("source") or parts.get("src") or ""
            inside = parts.get("target") or parts.get("destination") or parts.get("dst") or ""
        else:
            outside, _, inside = option.text.partition(":")
            inside = inside.partition(":")[0]
        if outside and inside.startswith("/"):
            found.append(Mount(inside.rstrip("/") or "/", shell.path(outside)))
    return tuple(found)


def _is_script(path: str, data: bytes) -> bool:
    return path.endswith((".sh", ".bash")) or re.match(rb"#![^\n]*\b(?:ba|da|z|k)?sh\b", data) is not None
