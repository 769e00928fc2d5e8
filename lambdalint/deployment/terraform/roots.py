"""The folders that Terraform runs in, and the modules that are called from there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambdalint.deployment.not_lambda import is_apart
from lambdalint.deployment.terraform.configuration import Configurations
from lambdalint.deployment.terraform.module import Module, Project
from lambdalint.model import Problem, Span

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lambdalint.deployment.terraform.configuration import Configuration
    from lambdalint.model import Tree


class Roots:
    """Yields, for each folder that Terraform may run in, its module and all that it calls.

    These are the folders that no other one calls. What is left, such as modules that call each other in a circle, or
    that are called with a source that is not known, is read by itself. Folders of tests are not.
    """

    def __init__(self, tree: Tree) -> None:
        self._configurations = Configurations(tree)
        self._project = Project(self._configurations)
        folders = self._configurations.folders
        own = [one for one in folders.values() if not is_apart(f"{one.directory}/main.tf".lstrip("/"))]
        called = {callee for one in own for callee in one.called if callee != one.directory}
        self._read: set[str] = set()
        self._cut_short: list[Problem] = []
        self._order = [one for one in own if one.directory not in called]
        self._order += [one for one in own if one.directory in called]
        self._leading = _leading(folders)

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What could not be read of the files, so far."""
        return (*self._configurations.problems, *self._cut_short)

    def __iter__(self) -> Iterator[tuple[Module, ...]]:
        for configuration in self._order:
            directory = configuration.directory
            if directory in self._read or directory not in self._leading:
                continue
            self._project.begin()
            yield tuple(self._below(Module(self._project, configuration, directory)))
            self._tell_bounds(configuration.path)

    def _tell_bounds(self, path: str) -> None:
        """Report that what the folder of the file at *path* declares is more than is read."""
        project = self._project
        for reached, what in (
            (project.steps > project.most_steps, "expressions of Terraform; the rest is not evaluated"),
            (project.modules >= project.most_modules, "modules of Terraform; the rest is not read"),
        ):
            if reached:
                self._cut_short.append(Problem(Span.point(path), f"too many {what}"))

    def _below(self, module: Module) -> Iterator[Module]:
        """Yield *module* and those that it calls, as far as they lead to functions."""
        self._read.add(module.directory)
        yield module
        for call in module.resources("module", ""):
            child = call.child
            if child is not None and child.directory in self._leading:
                yield from self._below(child)


def _leading(folders: dict[str, Configuration]) -> frozenset[str]:
    """Return the folders that speak of Lambda, and those that call them, directly or not."""
    callers: dict[str, list[str]] = {}
    for one in folders.values():
        for callee in one.called:
            callers.setdefault(callee, []).append(one.directory)
    pending = [one.directory for one in folders.values() if one.mentions_lambda]
    found: set[str] = set()
    while pending:
        directory = pending.pop()
        if directory not in found:
            found.add(directory)
            pending.extend(callers.get(directory, ()))
    return frozenset(found)
