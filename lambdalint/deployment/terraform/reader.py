"""Finds the functions that Terraform configurations declare."""

from __future__ import annotations

import re
from collections import defaultdict
from functools import cache
from typing import TYPE_CHECKING

from msgspec.structs import replace

from lambdalint.deployment.rooms import same_room
from lambdalint.model import Deployment, Function, Problem

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lambdalint.deployment.terraform.module import Module
    from lambdalint.deployment.terraform.settings import Settings
    from lambdalint.model import Room, Span, Tree

MAX_FUNCTIONS = 5_000
FUNCTION = "aws_lambda_function"

_SUFFIXES = (".tf", ".tofu", ".tf.json")
_LAMBDA = re.compile(rb"lambda", re.IGNORECASE)


def read(tree: Tree, room: Room) -> Deployment:
    """Return the functions of all configurations of *tree*; *room* is that of AWS Lambda.

    A folder that another one calls as a module is read with the arguments of each call. What several roots make of the
    same declaration, as those of several stages do, is one function, if nothing but its variables differs.
    """
    if not any(path.endswith(_SUFFIXES) and _LAMBDA.search(tree.read(path) or b"") for path in tree.files):
        return Deployment()
    from lambdalint.deployment import scripts
    from lambdalint.deployment.terraform.code import Archives
    from lambdalint.deployment.terraform.commands import Commands
    from lambdalint.deployment.terraform.declared_function import FunctionReader
    from lambdalint.deployment.terraform.elsewhere import Elsewhere
    from lambdalint.deployment.terraform.roots import Roots

    roots = Roots(tree)
    elsewhere = Elsewhere(tree)
    project_scripts = cache(lambda: scripts.read(tree))
    functions: list[Function] = []
    problems: list[Problem] = []
    known: dict[tuple[Span, str | None, str], list[int]] = defaultdict(list)
    for modules in roots:
        commands = Commands(tree, modules, project_scripts)
        reader = FunctionReader(tree, room, Archives(tree, modules), commands, elsewhere)
        found: list[Function] = []
        before = len(functions)
        for settings in _declared(modules):
            function = reader.read(settings)
            if function is None:
                continue
            if len(functions) + len(found) >= MAX_FUNCTIONS:
                message = f"more than {MAX_FUNCTIONS} functions of Terraform; the rest is not read"
                reader.problems.append(Problem(function.source, message))
                break
            found.append(function)
        for function in found:
            _add(functions, known[_identity(function)], function, modules[0].root)
        for position, function in enumerate(functions[before:], start=before):
            known[_identity(function)].append(position)
        problems += reader.problems
    return Deployment(tuple(functions), tuple(dict.fromkeys((*roots.problems, *problems))))


def _add(functions: list[Function], known: list[int], function: Function, root: str) -> None:
    """Add *function* of a *root* to *functions*, or join it with what another root makes of the same declaration.

    *known* are the places of those. They are one function where their rooms differ in variables alone: whose values
    are not known then.
    """
    for position in known:
        other = functions[position]
        if same_room(_without_variables(function), _without_variables(other)):
            functions[position] = replace(other, room=_joined(other.room, function.room))
            return
    functions.append(replace(function, name=f"{function.name} ({root or '.'})") if known else function)


def _without_variables(function: Function) -> Room:
    return replace(function.room, env=(), env_complete=False)


def _joined(first: Room, second: Room) -> Room:
    """Return a room with the variables of both; one that is not the same in both has no known value."""
    values = {one.name: one.value for one in second.env}
    variables = [one if values.get(one.name, one) == one.value else replace(one, value=None) for one in first.env]
    own = {one.name for one in first.env}
    variables += [replace(one, value=None) for one in second.env if one.name not in own]
    complete = first.env_complete and second.env_complete and own == set(values)
    return replace(first, env=tuple(variables), env_complete=complete)


def _identity(function: Function) -> tuple[Span, str | None, str]:
    return function.source, function.handler, function.code_root


def _declared(modules: tuple[Module, ...]) -> Iterator[Settings]:
    """Yield the settings of all functions that *modules* declare."""
    from lambdalint.deployment.terraform.lambda_module import creates_function, is_copy, is_lambda_module
    from lambdalint.deployment.terraform.other_module import of_other_module
    from lambdalint.deployment.terraform.settings import of_module, of_resource

    for module in modules:
        if is_copy(module):
            continue
        for resource in module.resources("resource", FUNCTION):
            yield of_resource(resource)
        for call in module.resources("module", ""):
            if is_lambda_module(call):
                if creates_function(call):
                    yield of_module(call)
            elif call.child is None:
                settings = of_other_module(call)
                if settings is not None:
                    yield settings
