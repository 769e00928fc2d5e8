"""Tells which file ``sam build`` installs where it is given one: ``-m``, ``--manifest`` or ``samconfig.toml``.

That file takes the place of the manifest in each folder, for all functions and layers of the template; a relative path
starts in the working directory (``manifest_path_override`` in ``commands/build/build_context.py`` and
``lib/build/app_builder.py`` of https://github.com/aws/aws-sam-cli).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import msgspec
import tomli

from lambdalint.deployment import document
from lambdalint.model import Manifest, Span, Tree

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

MAX_COMMANDS = 100
"""Bound of one file."""
MAX_LENGTH = 2_000
"""Bound of one command, in characters."""

_BUILD = re.compile(r"""(["']?)\bsam(?:local)?["',\s]+build\b["']?""")
_CONTINUED = re.compile(r"[\\`^]\r?\n")
_LINE_END = re.compile(r"[\n;&|`]")
_LIST_END = re.compile(r"[\])]")
_TOKEN = re.compile(r"[^\s\"',]+")
_MANIFEST = re.compile(r"-[uc]*m|--manifest(?:=(?P<value>.*))?")
_TEMPLATE = re.compile(r"-t|--template(?:-file)?(?:=(?P<value>.*))?")
_LOGICAL_ID = re.compile(r"[A-Z][A-Za-z0-9]*")
_HERE = re.compile(r"(?:\$PWD|\$\{PWD\}|\$\(pwd\)|\$\(PWD\)|\$\(CURDIR\)|\$\{CURDIR\})/")
_UNKNOWN = re.compile(r"[$%{}<>*]")


class BuildCommand(msgspec.Struct, frozen=True):
    """One ``sam build``: the file that it names, the template, and the one function or layer that it builds.

    ``folder`` is that of the file that holds it. None stands for what it does not name. ``environment`` is set where
    it stands in the settings of SAM.
    """

    folder: str
    span: Span
    manifest: str | None = None
    template: str | None = None
    resource: str | None = None
    environment: str | None = None


class Override(msgspec.Struct, frozen=True):
    """What takes the place of the manifest in a folder.

    ``manifests`` are the files that commands name; ``own`` tells that some command leaves the folder its own;
    ``unknown`` that some command names a file that is not found.
    """

    manifests: tuple[Manifest, ...] = ()
    own: bool = True
    unknown: bool = False

    @property
    def none(self) -> bool:
        """Whether each folder has its own manifest."""
        return not self.manifests and not self.unknown

    @property
    def single(self) -> Manifest | None:
        """The file that is installed everywhere; None where commands differ."""
        return self.manifests[0] if len(self.manifests) == 1 and not self.own and not self.unknown else None


def build_commands(path: str, text: str) -> Iterator[BuildCommand]:
    """Yield the builds that a script, or an instruction, in the file *path* tells of."""
    name = path.rpartition("/")[2]
    if name.startswith("samconfig."):
        return
    # Continued lines are joined by as many blanks, so that places stay.
    joined = _CONTINUED.sub(lambda match: " " * len(match[0]), text)
    for count, match in enumerate(_BUILD.finditer(joined)):
        if count >= MAX_COMMANDS:
            return
        rest = joined[match.end() : match.end() + MAX_LENGTH]
        end = (_LIST_END if match[1] and not rest.startswith((" ", "\n")) else _LINE_END).search(rest)
        tokens = list(_TOKEN.finditer(rest[: end.start()] if end is not None else rest))
        manifest = _option(tokens, _MANIFEST)
        template = _option(tokens, _TEMPLATE)
        first = tokens[0][0] if tokens else ""
        resource = first if manifest is not None and _LOGICAL_ID.fullmatch(first) else None
        span = _span(path, text, match.start(), match.end() + (tokens[-1].end() if tokens else 0))
        yield BuildCommand(path.rpartition("/")[0], span, manifest, template, resource)


def configured_commands(tree: Tree, path: str) -> Iterator[BuildCommand]:
    """Yield what the settings of SAM in the file *path* say of builds, for each environment."""
    folder = path.rpartition("/")[0]
    span = Span(path, 1, 1, 1, 1)
    if path.endswith(".toml"):
        text = (tree.read(path) or b"").decode("utf-8", "replace")
        try:
            settings: object = tomli.loads(text)
        except (tomli.TOMLDecodeError, RecursionError):
            return
        for environment, commands in settings.items() if isinstance(settings, dict) else ():
            for command in ("build", "global"):
                value = _inner(commands, command, "parameters", "manifest")
                if isinstance(value, str):
                    position = max(text.find("manifest"), 0)
                    place = _span(path, text, position, (text + "\n").find("\n", position))
                    yield BuildCommand(folder, place, value, environment=str(environment))
        return
    loaded = document.read(tree, path)
    for entry in loaded.root.entries if loaded is not None and loaded.root is not None else ():
        for command in ("build", "global"):
            node = entry.value.get(command, "parameters", "manifest")
            if node is not None and node.text is not None:
                yield BuildCommand(folder, node.span or span, node.text, environment=entry.name)


def override(
    tree: Tree, template: str, resource: str, commands: Iterable[BuildCommand], configured: Iterable[BuildCommand]
) -> Override:
    """Return what *commands* and the settings beside *template* install for *resource* of it."""
    directory = template.rpartition("/")[0]
    beside = [one for one in configured if one.folder == directory]
    usual = next((one for one in beside if one.environment == "default"), None)
    manifests: dict[str, Manifest] = {}
    own = unknown = told = False
    for one in [*commands, *beside]:
        if not _is_meant(tree, one, template, resource):
            continue
        told = True
        used = one if one.manifest is not None else usual
        if used is None:
            own = True
            continue
        path = _found(tree, used, directory)
        if path is None:
            unknown = True
        else:
            manifests.setdefault(path, Manifest(path, used.span))
    if not told or (beside and usual is None):
        own = True
    return Override(tuple(manifests.values()), own, unknown)


def _is_meant(tree: Tree, command: BuildCommand, template: str, resource: str) -> bool:
    if command.resource is not None and command.resource != resource:
        return False
    if command.template is None or _UNKNOWN.search(command.template):
        return True
    name = template.rpartition("/")[2]
    for base in dict.fromkeys((command.folder, *_upwards(template.rpartition("/")[0]))):
        path = Tree.join(base, command.template)
        if path is not None and path in tree:
            # A stack that the named template nests is built with it.
            return path == template or name.encode() in (tree.read(path) or b"")
    return True


def _found(tree: Tree, command: BuildCommand, directory: str) -> str | None:
    """Return the file that *command* names, of which the working directory is not told; None if that is not sure."""
    written = _HERE.sub("", command.manifest or "", count=1)
    if not written or _UNKNOWN.search(written):
        return None
    bases = dict.fromkeys((*_upwards(command.folder), *_upwards(directory)))
    paths = {path for base in bases if (path := Tree.join(base, written)) is not None and path in tree}
    return paths.pop() if len(paths) == 1 else None


def _option(tokens: list[re.Match[str]], pattern: re.Pattern[str]) -> str | None:
    for position, token in enumerate(tokens):
        match = pattern.fullmatch(token[0])
        if match is not None:
            value = match["value"]
            return value if value is not None else (tokens[position + 1][0] if position + 1 < len(tokens) else "")
    return None


def _inner(value: object, *names: str) -> object:
    for name in names:
        value = value.get(name) if isinstance(value, dict) else None
    return value


def _span(path: str, text: str, start: int, end: int) -> Span:
    return Span(path, *_position(text, start), *_position(text, end))


def _position(text: str, offset: int) -> tuple[int, int]:
    return text.count("\n", 0, offset) + 1, offset - (text.rfind("\n", 0, offset) + 1) + 1


def _upwards(folder: str) -> Iterator[str]:
    yield folder
    while folder:
        folder = folder.rpartition("/")[0]
        yield folder
