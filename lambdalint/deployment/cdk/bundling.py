"""What bundling installs into the assets of a CDK program: pip's commands, and what PythonFunction does by itself."""

from __future__ import annotations

import re
import shlex
from typing import TYPE_CHECKING

import msgspec

from lambdalint.model import Build, Manifest, Requirement, Tree

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lambdalint.deployment.cdk.expression import Properties, Values
    from lambdalint.model import Span

LONGEST = 20_000
MOST_WORDS = 200
"""Bounds of a command: its characters, and the requirements and removals that it may name."""

_INPUT = ("/asset-input", "/asset-output")
_REQUIREMENT = re.compile(r"([A-Za-z0-9][\w.-]*?)(\[[\w., -]*\])?((?:[=<>!~]=?=?[\w.*+!]+,?)*)")
_SEPARATOR = re.compile(r"&&|\|\||[;\n|]")
_WITH_VALUE = frozenset(
    {"-i", "--index-url", "--extra-index-url", "--platform", "--python-version", "--implementation", "--abi"}
    | {"--only-binary", "--no-binary", "-f", "--find-links", "--cache-dir", "--trusted-host", "--progress-bar"}
    | {"-c", "--constraint", "--timeout", "--upgrade-strategy", "--python", "--python-platform", "--retries"}
)
_HARMLESS = frozenset({"cp", "rsync", "mkdir", "ls", "echo", "export", "set", "chmod", "pwd", "true", "touch", "tar"})
_EXPORTED = {"poetry": "pyproject.toml", "uv": "pyproject.toml", "pdm": "pyproject.toml", "pipenv": "Pipfile"}
_HOOKS = ("command_hooks", "command", "entrypoint", "local")


def python_build(tree: Tree, folder: str, bundling: Properties | None, span: Span | None = None) -> Build:
    """Return what ``PythonFunction`` and ``PythonLayerVersion`` install of the *folder* that is their entry.

    The first of ``Pipfile.lock``, ``poetry.lock``, ``requirements.txt`` and ``uv.lock`` counts, and without any of
    them nothing is installed: ``packaging.ts`` of https://www.npmjs.com/package/@aws-cdk/aws-lambda-python-alpha.
    """
    known = bundling is None or (bundling.complete and not any(bundling.get(name) for name in _HOOKS))
    confidence = "high" if known else "medium"
    for lock, name in (
        ("Pipfile.lock", "Pipfile"),
        ("poetry.lock", "pyproject.toml"),
        ("requirements.txt", "requirements.txt"),
        ("uv.lock", "pyproject.toml"),
    ):
        if _is_there(tree, folder, lock):
            path = Tree.join(folder, name)
            manifests = (Manifest(path),) if path is not None and path in tree else ()
            return Build(manifests, complete=known and bool(manifests), confidence=confidence)
    return Build(complete=known, confidence=confidence)


def plain_build(tree: Tree, folder: str) -> Build:
    """Return what the package of a *folder* is that is zipped as it is.

    A list of requirements in it shows that something else may install them before the program runs.
    """
    listed = ("requirements.txt", "pyproject.toml", "Pipfile")
    return Build(complete=not any(_is_there(tree, folder, name) for name in listed))


def bundled_build(tree: Tree, folder: str, bundling: Properties, values: Values) -> Build:
    """Return what the commands of *bundling* install into the asset of *folder*."""
    command = bundling.get("command")
    words = values.texts(command)
    if command is None or not words or any(word is None for word in words) or bundling.get("output_type") is not None:
        return Build()
    known = [word for word in words if word is not None]
    shell = len(known) > 1 and known[0].rpartition("/")[2] in {"bash", "sh"}
    script = _Script(tree, folder, command.span)
    if bundling.get("working_directory") is not None:
        script.enter(values.text(bundling.get("working_directory")) or "?")
    if shell:
        script.run(known[-1])
    else:
        script.command(known)
    certain = bundling.complete and bundling.get("local") is None and bundling.get("entrypoint") is None
    return Build(
        tuple(dict.fromkeys(script.manifests)),
        tuple(script.requirements),
        tuple(dict.fromkeys(script.removed)),
        complete=script.complete and certain,
        confidence="high" if certain else "medium",
        slimmed=script.slimmed,
    )


def _is_there(tree: Tree, folder: str, name: str) -> bool:
    path = Tree.join(folder, name)
    return path is not None and (path in tree or path in tree.large)


class _Script(msgspec.Struct):
    """A shell script that runs in the container that bundles; ``directory`` is None where it is not the asset's."""

    tree: Tree
    folder: str
    span: Span
    directory: str | None = ""
    complete: bool = True
    slimmed: bool = False
    manifests: list[Manifest] = msgspec.field(default_factory=list)
    requirements: list[Requirement] = msgspec.field(default_factory=list)
    removed: list[str] = msgspec.field(default_factory=list)
    exported: dict[str, str] = msgspec.field(default_factory=dict)

    def run(self, text: str) -> None:
        """Follow the commands of *text*."""
        if len(text) > LONGEST:
            self.complete = False
            return
        for part in _SEPARATOR.split(text.replace("\\\n", " ")):
            try:
                words = shlex.split(part, comments=True)
            except ValueError:
                self.complete = False
                continue
            self.command(words)

    def enter(self, path: str) -> None:
        """Change the working directory."""
        self.directory = self._below(path)

    def command(self, words: list[str]) -> None:
        """Follow one command."""
        while words and re.fullmatch(r"[A-Za-z_]\w*=.*", words[0]):
            words = words[1:]
        if not words:
            return
        name = words[0].rpartition("/")[2]
        if name.startswith("python") and words[1:2] == ["-m"]:
            words = words[2:]
            name = words[0] if words else ""
        if name == "uv" and words[1:2] == ["pip"]:
            words, name = words[1:], "pip"
        if re.fullmatch(r"pip[\d.]*", name):
            if words[1:2] == ["install"]:
                self._install(words[2:])
            return
        if name == "cd":
            self.enter(words[1] if len(words) > 1 else "~")
        elif name in _EXPORTED:
            self._export(name, words)
        elif name == "rm":
            self._remove(words[1:])
        elif name == "find":
            self.slimmed = True
        elif name not in _HARMLESS:
            self.complete = False

    def _export(self, name: str, words: list[str]) -> None:
        """Note the requirements file that a tool writes from another manifest; what it installs is not known."""
        if not {"export", "requirements", "lock"} & set(words):
            self.complete = False
            return
        for output in re.findall(r"(?:-o|--output|--output-file|>)[ =]?(\S+)", " ".join(words)):
            self.exported[output.rpartition("/")[2]] = _EXPORTED[name]

    def _remove(self, words: list[str]) -> None:
        for word in words[:MOST_WORDS]:
            name = word.rstrip("/*").rpartition("/")[2] or word.rstrip("/*")
            if not word.startswith("-") and name:
                self.removed.append(f"{name}*" if word.endswith("*") and not word.endswith("/*") else name)

    def _install(self, words: list[str]) -> None:
        files: list[str] = []
        named: list[str] = []
        target = False
        for option, value in _options(words):
            if option in {"-r", "--requirement", "--requirements"}:
                files.append(value)
            elif option in {"-t", "--target"}:
                target = True
                # What goes elsewhere first may be copied in part.
                self.complete = self.complete and (not value.startswith("/") or value.startswith(_INPUT[1]))
            elif not option:
                named.append(value)
        if not target:
            self.complete = self.complete and not files and all(name in {"pip", "poetry", "uv"} for name in named)
            return
        for name in files:
            self._manifest(name)
        for name in named[:MOST_WORDS]:
            match = _REQUIREMENT.fullmatch(name)
            if match is None:
                self.complete = False
                continue
            extras = tuple(one.strip() for one in (match[2] or "[]")[1:-1].split(",") if one.strip())
            normal = re.sub(r"[-_.]+", "-", match[1]).lower()
            self.requirements.append(Requirement(normal, name, self.span, match[3].rstrip(","), extras))

    def _manifest(self, name: str) -> None:
        below = self._below(name)
        path = Tree.join(self.folder, below) if below is not None else None
        if path is not None and path in self.tree:
            self.manifests.append(Manifest(path, self.span))
            return
        source = self.exported.get(name.rpartition("/")[2])
        path = Tree.join(self.folder, source) if source is not None else None
        if path is not None and path in self.tree:
            self.manifests.append(Manifest(path, self.span))
        else:
            self.complete = False

    def _below(self, path: str) -> str | None:
        """Return *path* relative to the asset, or None; its copy in the output is the same."""
        for root in _INPUT:
            if path == root or path.startswith(f"{root}/"):
                return path[len(root) :].lstrip("/")
        if path.startswith(("/", "~", "$", "?")) or self.directory is None:
            return None
        return Tree.join(self.directory, path)


def _options(words: list[str]) -> Iterator[tuple[str, str]]:
    """Yield the options of a pip command with their values, and its other arguments with ""."""
    waiting = ""
    for word in words:
        if waiting:
            yield waiting, word
            waiting = ""
        elif word.startswith("--") and "=" in word:
            option, _, value = word.partition("=")
            yield option, value
        elif word in {"-r", "--requirement", "--requirements", "-t", "--target"} or word in _WITH_VALUE:
            waiting = word
        elif word.startswith(("-r", "-t")) and not word.startswith("--"):
            yield word[:2], word[2:]
        elif not word.startswith("-"):
            yield "", word
