"""Joins what the sources of a program say of its functions with what its cloud assembly says.

A function that both show counts once. The sources have the better place: their function stays, with the settings they
show, and takes from the assembly, in which all values are resolved, only what the sources leave open. Both are the same
if they have the same handler, in the same file, and the id of the construct, which the sources do not always show.
What the sources say of a function that they leave open is no news where the assembly shows it.
"""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING

from msgspec.structs import replace

from lambdalint.deployment.handlers import locate
from lambdalint.deployment.rooms import merge_environment
from lambdalint.model import Deployment, EnvironmentVariable, Function, Room

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lambdalint.deployment.cdk.synthesized import Found, Synthesized
    from lambdalint.model import Problem, Tree

_PLAIN = re.compile(r"[^A-Za-z0-9]")
_NOT_READ = re.compile(r"the function (?P<name>.+?) is not read: ")
_HASH = 8


def join(tree: Tree, programs: Deployment, found: Found) -> Deployment:
    """Return the functions of *programs* and of the assemblies, each once."""
    if not found.functions:
        return Deployment(programs.functions, tuple(dict.fromkeys((*programs.problems, *found.problems))))
    places: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for number, function in enumerate(programs.functions):
        for place in _places(tree, function, (function.code_root,)):
            places[place].append(number)
    same: dict[int, list[Room]] = defaultdict(list)
    alone: list[Function] = []
    unread = {match["name"]: one for one in programs.problems if (match := _NOT_READ.match(one.message))}
    answered: set[Problem] = set()
    for one in found.functions:
        listed = dict.fromkeys(n for place in _places(tree, one.function, one.likely) for n in places.get(place, ()))
        named = [n for n in listed if _is_construct(one, programs.functions[n].name)]
        # A function whose construct has no known id is called by its folder and its handler.
        unnamed = [n for n in listed if programs.functions[n].name.endswith(f"{programs.functions[n].handler}")]
        if named or unnamed:
            same[(named or unnamed)[0]].append(one.function.room)
            continue
        note = unread.get(one.construct[-1]) if one.construct else None
        if note is not None:
            answered.add(note)
        alone.append(one.function)
    functions = [
        replace(function, room=_completed(function.room, same[number])) if number in same else function
        for number, function in enumerate(programs.functions)
    ]
    problems = [one for one in (*programs.problems, *found.problems) if one not in answered]
    return Deployment((*functions, *alone), tuple(dict.fromkeys(problems)))


def _places(tree: Tree, function: Function, folders: Sequence[str]) -> list[tuple[str, ...]]:
    """Return what tells where the code of a function lies: the file and the name of its handler."""
    if function.inline is not None:
        return [("", function.inline.text.strip(), function.handler or "")]
    if function.room.package_type == "image":
        return [("image", function.code_root, function.handler or "")]
    located = (locate(tree, replace(function, code_root=folder, packaged=())) for folder in folders)
    found = [(place[0], place[1]) for place in located if place is not None]
    return list(dict.fromkeys([*found, *((folder, "", function.handler or "") for folder in folders)]))


def _is_construct(one: Synthesized, name: str) -> bool:
    """Tell whether a synthesized function comes from the construct that the source calls *name*."""
    if one.construct:
        names = tuple(name.split("/"))
        return one.construct[-len(names) :] == names
    plain = _PLAIN.sub("", name)
    return bool(plain) and (one.logical == plain or one.logical[:-_HASH].endswith(plain))


def _completed(room: Room, synthesized: Sequence[Room]) -> Room:
    """Return *room* with what all *synthesized* ones agree on, where it leaves that open."""
    first = synthesized[0]

    def agreed(name: str) -> bool:
        return all(getattr(one, name) == getattr(first, name) for one in synthesized)

    layers = [tuple(replace(layer, span=None) for layer in one.layers) for one in synthesized]
    mounts = [tuple(replace(mount, span=None) for mount in one.mounts) for one in synthesized]
    open_layers = any(one.name == "unknown" and one.directory is None for one in room.layers)
    known = _environment(synthesized)
    own = (one if one.value is not None else known.get(one.name, one) for one in room.env)
    return replace(
        room,
        tmp_mb=first.tmp_mb if room.tmp_mb is None and agreed("tmp_mb") else room.tmp_mb,
        timeout=first.timeout if room.timeout is None and agreed("timeout") else room.timeout,
        runtime=first.runtime if room.runtime is None and agreed("runtime") else room.runtime,
        vpc=first.vpc if room.vpc is None and agreed("vpc") else room.vpc,
        variants=room.variants or (first.variants if agreed("variants") else ()),
        mounts=room.mounts or (mounts[0] if len(set(mounts)) == 1 else ()),
        layers=layers[0] if open_layers and all(one == layers[0] for one in layers) else room.layers,
        env=merge_environment(known.values(), own) if not room.env_complete else tuple(own),
        env_complete=room.env_complete or all(one.env_complete for one in synthesized),
    )


def _environment(synthesized: Sequence[Room]) -> dict[str, EnvironmentVariable]:
    """Return the variables that all rooms set, with the values that they agree on."""
    found: dict[str, EnvironmentVariable] = {}
    for name in dict.fromkeys(one.name for room in synthesized for one in room.env):
        values = {next((one.value for one in room.env if one.name == name), None) for room in synthesized}
        found[name] = EnvironmentVariable(name, values.pop() if len(values) == 1 else None)
    return found
