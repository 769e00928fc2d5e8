"""``pathlib`` on abstract text. What writes is in the catalogue; this is what computes paths."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from lambdalint.flow.containers import new_list
from lambdalint.flow.existence import exists
from lambdalint.flow.models.os_path import WILDCARD, absolute, expand_user, folders_of, normalised
from lambdalint.flow.operators import join_paths
from lambdalint.flow.store import PROCESS
from lambdalint.flow.text import confined_text, has_holes, hole_text
from lambdalint.flow.values import (
    EITHER,
    UNKNOWN,
    Atom,
    Items,
    PathText,
    Text,
    Value,
    bounded,
    text_of,
    texts_of,
)
from lambdalint.model import LISTING, Hole, HoleKind

if TYPE_CHECKING:
    from collections.abc import Callable

    from lambdalint.flow.external_call import ExternalCall
    from lambdalint.flow.machine import Machine


def _paths(texts: list[str]) -> Value:
    return bounded(tuple(PathText(text) for text in dict.fromkeys(texts))) or UNKNOWN


def _receiver(call: ExternalCall) -> str:
    return (text_of(call.receiver) if call.receiver is not None else None) or "."


def _construct(call: ExternalCall) -> Value | None:
    results = [""]
    for part in call.arguments.positional:
        results = join_paths(results, texts_of(part) or texts_of(UNKNOWN))
    return _paths([_tidy(result) or "." for result in results])


def _tidy(text: str) -> str:
    """Drop a trailing separator, as ``pathlib`` does."""
    return text.rstrip("/") or ("/" if text.startswith("/") else "")


def _joinpath(call: ExternalCall) -> Value | None:
    results = [_receiver(call)]
    for part in call.arguments.positional:
        results = join_paths(results, texts_of(part) or texts_of(UNKNOWN))
    return _paths([_tidy(result) for result in results])


def _with(change: Callable[[PurePosixPath, str], PurePosixPath]) -> Callable[[ExternalCall], Value | None]:
    def model(call: ExternalCall) -> Value | None:
        results = []
        for part in texts_of(call.arguments.at_position(0) or UNKNOWN):
            try:
                results.append(str(change(PurePosixPath(_receiver(call)), part)))
            except (ValueError, TypeError):
                results.append(str(PurePosixPath(_receiver(call)).parent / _any_name()))
        return _paths(results)

    return model


def _any_name() -> str:
    return hole_text(Hole(HoleKind.UNKNOWN, confined=True))


def _resolve(call: ExternalCall) -> Value | None:
    return _paths([normalised(text) for text in absolute(call.machine, _receiver(call))])


def _expanduser(call: ExternalCall) -> Value | None:
    return _paths([expand_user(call.machine, _receiver(call))])


def _home(call: ExternalCall) -> Value | None:
    return _paths([call.machine.home])


def _cwd(call: ExternalCall) -> Value | None:
    return _paths(texts_of(call.machine.store.get(PROCESS, "cwd") or ()))


def _same(call: ExternalCall) -> Value | None:
    return (PathText(_receiver(call)),)


def _as_text(call: ExternalCall) -> Value | None:
    return (Text(_receiver(call)),)


def _below(call: ExternalCall) -> Value | None:
    name = hole_text(Hole(HoleKind.LOOP, LISTING, confined=True))
    return new_list(call.machine, [_paths([f"{_receiver(call)}/{name}"])], complete=False)


def _matching(call: ExternalCall) -> Value | None:
    name = hole_text(Hole(HoleKind.LOOP, LISTING, confined=True))
    found = [WILDCARD.sub(name, text) for text in texts_of(call.argument("pattern@0") or UNKNOWN)]
    if call.method == "rglob":
        found = [f"{name}/{text}" for text in found]
    return new_list(call.machine, [_paths([f"{_receiver(call)}/{text}" for text in found])], complete=False)


def _exists(kind: str) -> Callable[[ExternalCall], Value | None]:
    def model(call: ExternalCall) -> Value | None:
        return exists(call.machine, _receiver(call), kind=kind)

    return model


def _either(call: ExternalCall) -> Value | None:
    return EITHER


def has_attribute(dotted: str) -> bool:
    """Tell whether a dotted name may be that of an attribute of a path."""
    return dotted.startswith("pathlib.Path.")


def attribute(machine: Machine, dotted: str, atom: Atom | None) -> Value | None:
    """Return the computed attributes of a path."""
    if not isinstance(atom, PathText):
        return None
    path = PurePosixPath(atom.text)
    name = dotted.rpartition(".")[2]
    if name == "parent":
        return tuple(PathText(folder or ".") for folder in folders_of(atom.text))
    if name == "path":  # an entry of os.scandir
        return (Text(atom.text),)
    if name == "name":
        return (Text(confined_text(path.name)),)
    if name == "stem":
        return (Text(confined_text(path.stem)),)
    if name == "suffix":
        return (Text(confined_text(path.suffix)),) if path.suffix or not has_holes(atom.text) else UNKNOWN
    if name in ("anchor", "root"):
        return (Text(path.root),)
    if name == "parents":
        return (Items(tuple((PathText(str(parent)),) for parent in path.parents)),)
    if name == "parts":
        return (Items(tuple((Text(confined_text(part)),) for part in path.parts)),)
    return None


MODELS: dict[str, Callable[[ExternalCall], Value | None]] = {
    "pathlib.Path": _construct,
    "pathlib.PurePath": _construct,
    "pathlib.Path.joinpath": _joinpath,
    "pathlib.Path.with_name": _with(lambda path, part: path.with_name(part)),
    "pathlib.Path.with_suffix": _with(lambda path, part: path.with_suffix(part)),
    "pathlib.Path.with_stem": _with(lambda path, part: path.with_name(part + path.suffix)),
    "pathlib.Path.relative_to": _with(lambda path, part: path.relative_to(part)),
    "pathlib.Path.resolve": _resolve,
    "pathlib.Path.absolute": _resolve,
    "pathlib.Path.expanduser": _expanduser,
    "pathlib.Path.home": _home,
    "pathlib.Path.cwd": _cwd,
    "pathlib.Path.as_posix": _as_text,
    "pathlib.Path.__str__": _as_text,
    "pathlib.Path.__fspath__": _as_text,
    "pathlib.Path.as_uri": _as_text,
    "pathlib.Path.iterdir": _below,
    "pathlib.Path.glob": _matching,
    "pathlib.Path.rglob": _matching,
    "pathlib.Path.exists": _exists("any"),
    "pathlib.Path.is_file": _exists("file"),
    "pathlib.Path.is_dir": _exists("dir"),
    "pathlib.Path.is_relative_to": _either,
}
