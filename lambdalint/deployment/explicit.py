"""Functions that the user's configuration declares."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from lambdalint.deployment.rooms import base_room, merge_environment
from lambdalint.model import Build, Deployment, EnvironmentVariable, Function, Layer, Manifest, Mount, Problem, Tree

if TYPE_CHECKING:
    from lambdalint.catalogue import Catalogue
    from lambdalint.model import ExplicitFunction, Room, Settings, Span


def read(tree: Tree, settings: Settings, catalogue: Catalogue) -> Deployment:
    """Return the functions of the configuration, each in the room of its platform."""
    functions: list[Function] = []
    problems: list[Problem] = []
    for declared in settings.functions:
        code_root = Tree.join("", declared.code_root)
        if code_root is None or code_root not in tree.directories:
            problems.append(
                Problem(declared.span, f"the code root {declared.code_root!r} holds no file of the project")
            )
        if declared.platform not in catalogue.platforms:
            known = ", ".join(sorted(catalogue.platforms))
            problems.append(
                Problem(declared.span, f"the platform {declared.platform!r} is not known; expected one of {known}")
            )
        if code_root is None:
            continue
        search_path = [_folder(tree, folder, declared.span, problems) for folder in declared.search_path]
        functions.append(
            Function(
                name=declared.name or declared.handler,
                handler=declared.handler,
                code_root=code_root,
                room=_room(tree, declared, catalogue),
                source=declared.span,
                declared_by="configuration",
                search_path=tuple(folder for folder in search_path if folder is not None),
                build=_build(tree, declared, problems),
            )
        )
    return Deployment(tuple(functions), tuple(problems))


def _room(tree: Tree, declared: ExplicitFunction, catalogue: Catalogue) -> Room:
    room = base_room(declared.platform, catalogue)
    env = tuple(EnvironmentVariable(name, value, declared.span) for name, value in declared.env)
    stated = ("runtime", "tmp_mb", "timeout", "vpc")
    return replace(
        room,
        env=merge_environment(room.env, env),
        tmp_mb=room.tmp_mb if declared.tmp_mb is None else declared.tmp_mb,
        timeout=declared.timeout,
        runtime=declared.runtime,
        vpc=declared.vpc,
        mounts=tuple(Mount(path, "efs", declared.span) for path in declared.mounts),
        layers=tuple(_layer(tree, name, declared.span) for name in declared.layers),
        spans=tuple((name, declared.span) for name in stated if getattr(declared, name) is not None),
    )


def _build(tree: Tree, declared: ExplicitFunction, problems: list[Problem]) -> Build:
    """Return what is installed into the package: the word of the user is all there is to know, if there is one."""
    manifests: list[Manifest] = []
    for file in declared.requirements:
        path = Tree.join("", file)
        if path is not None and path in tree:
            manifests.append(Manifest(path))
        else:
            problems.append(Problem(declared.span, f"the requirements {file!r} are no file of the project"))
    return Build(tuple(manifests), complete=bool(declared.requirements))


def _layer(tree: Tree, name: str, span: Span) -> Layer:
    directory = Tree.join("", name)
    return Layer(name, directory if directory in tree.directories else None, span)


def _folder(tree: Tree, folder: str, span: Span, problems: list[Problem]) -> str | None:
    found = Tree.join("", folder)
    if found is None or found not in tree.directories:
        problems.append(Problem(span, f"the folder {folder!r} of the search path holds no file of the project"))
        return None
    return found
