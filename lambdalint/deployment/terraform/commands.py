"""What commands put into folders and archives before Terraform takes them, such as those of ``local-exec``."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from msgspec.structs import replace

from lambdalint.deployment.scripts.build_scripts import installs_of
from lambdalint.deployment.scripts.installs import BuildScripts
from lambdalint.deployment.scripts.script_text import ROOT, ScriptText
from lambdalint.deployment.terraform.code import located
from lambdalint.deployment.terraform.project_files import MARK
from lambdalint.deployment.terraform.settings import nested
from lambdalint.deployment.terraform.values import Entries, shown, text_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from lambdalint.deployment.scripts.installs import Install
    from lambdalint.deployment.terraform.module import Module, Resource
    from lambdalint.model import Build, Manifest, Tree

KINDS = ("null_resource", "terraform_data")
"""The types of resources that do nothing but run commands."""
MAX_COMMANDS = 100
MAX_TEXT = 20_000


class Commands:
    """What the commands of *modules*, and the scripts of the project, put into folders and archives.

    A command starts in its ``working_dir``, or where Terraform runs. Both are read when they are asked for.
    """

    def __init__(self, tree: Tree, modules: tuple[Module, ...], scripts: Callable[[], BuildScripts]) -> None:
        self._tree = tree
        self._modules = tuple(one for one in modules if one.configuration.runs_commands)
        self._own: BuildScripts | None = None
        self._scripts = scripts

    def into(self, folder: str) -> tuple[Install, ...]:
        """Return what the commands install into *folder*, or into the folder of its libraries."""
        own = self._commands()
        return tuple(dict.fromkeys((*own.into(folder), *own.into(f"{folder}/python".lstrip("/")))))

    def filling(self, path: str) -> tuple[Install, ...]:
        """Return what commands and scripts put into the archive or folder at *path*, which is not in the project."""
        found: dict[Install, None] = {}
        for one in (self._commands(), self._scripts()):
            found.update(dict.fromkeys((*one.archived(path), *one.into(path), *one.into(f"{path}/python"))))
        return tuple(found)

    def _commands(self) -> BuildScripts:
        if self._own is None:
            found: dict[Install, None] = {}
            resources = (
                one for module in self._modules for kind in KINDS for one in module.resources("resource", kind)
            )
            for resource in islice(resources, MAX_COMMANDS):
                found.update(dict.fromkeys(_installs(self._tree, resource)))
            self._own = BuildScripts(tuple(found))
        return self._own


def installed(build: Build, installs: Sequence[Install]) -> Build:
    """Return *build* with what *installs* add to it."""
    sure = [one for one in installs if one.sure]
    counted = sure or installs
    if not counted:
        return build
    manifests: dict[tuple[str, tuple[str, ...]], Manifest] = {}
    for manifest in (*build.manifests, *(each for one in counted for each in one.manifests)):
        manifests.setdefault((manifest.path, manifest.groups), manifest)
    requirements = dict.fromkeys((*build.requirements, *(each for one in counted for each in one.requirements)))
    left_out = dict.fromkeys((*build.left_out, *(each for one in counted for each in one.left_out)))
    return replace(
        build,
        manifests=tuple(manifests.values()),
        requirements=tuple(requirements),
        left_out=tuple(left_out),
        confidence=build.confidence if sure else "medium",
    )


def _installs(tree: Tree, resource: Resource) -> Iterator[Install]:
    provisioners, _ = nested(resource, "provisioner")
    for block in provisioners:
        command = block.argument("command")
        if block.block.labels != ("local-exec",) or command is None:
            continue
        text = shown(command)
        if len(text) > MAX_TEXT or any("\ue000" <= character <= "\uf8ff" for character in text):
            continue
        folder = located(tree, block.argument("working_dir"), resource.module)
        given = block.argument("environment")
        entries = given.entries if isinstance(given, Entries) else {}
        variables = {name: value for name, one in entries.items() if (value := text_of(one.value)) is not None}
        script = ScriptText(command.span.path, text.replace(MARK, ROOT), fixed=command.span)
        started = resource.module.root if folder is None else folder
        yield from installs_of(
            tree, script, started, {name: value.replace(MARK, ROOT) for name, value in variables.items()}
        )
