"""The configuration of ``logging``: the files that it opens, named in a dictionary, in a file, or by an argument."""

from __future__ import annotations

import ast
import configparser
import re
from typing import TYPE_CHECKING

from lambdalint.deployment.web_adapter import is_wrapped
from lambdalint.flow.effect_log import places_of
from lambdalint.flow.values import FALSE, NOTHING, Mapping, Nothing, Text, Value
from lambdalint.model import Base, EffectKind, Guard

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from lambdalint.flow.external_call import ExternalCall
    from lambdalint.flow.machine import Machine

_MAX_BYTES = 100_000
_DEPLOYED = frozenset({Base.TASK, Base.PACKAGE, Base.LAYER})
_HANDLERS_MATTER = re.compile(rb"removeHandler|hasHandlers|(?<!logging)\.\s*handlers\b|dictConfig|fileConfig")
"""Code that asks for handlers, or may take those of the root logger away."""


def _configure_root(call: ExternalCall) -> Value | None:
    """``logging.basicConfig`` does nothing where the root logger has a handler; the catalogue speaks of ``force``."""
    machine = call.machine
    forced = call.arguments.keywords.get("force")
    path = tuple(atom for atom in call.arguments.keywords.get("filename", ()) if not isinstance(atom, Nothing))
    if path and forced in (None, FALSE) and _has_handler(machine):
        machine.log.add(
            machine,
            EffectKind.LOG,
            call.name,
            path,
            call.span,
            argument=call.argument_span("filename"),
            guards=frozenset({Guard.IDLE}),
            raises=False,
        )
    return NOTHING


def _has_handler(machine: Machine) -> bool:
    """Tell whether the runtime's handler is at the root logger for certain: no code so far deals with handlers."""
    room = machine.deployed.room
    platform = machine.catalogue.platforms.get(room.platform)
    if platform is None or not platform.log_handler or room.served or is_wrapped(room):
        return False
    sources = machine.sources
    return not any(_HANDLERS_MATTER.search(sources.content(path)) for path in machine.module_scopes)


def _configure_from_dictionary(call: ExternalCall) -> Value | None:
    """``logging.config.dictConfig`` opens the file of each handler that names one."""
    machine = call.machine
    for atom in call.argument("config@0") or ():
        if isinstance(atom, Mapping):
            for handlers in machine.store.get(atom.uid, "[handlers]") or ():
                if isinstance(handlers, Mapping):
                    _open_each(call, handlers)
    return NOTHING


def _open_each(call: ExternalCall, handlers: Mapping) -> None:
    machine = call.machine
    for name in machine.store.names(handlers.uid):
        for handler in machine.store.get(handlers.uid, name) or ():
            if isinstance(handler, Mapping):
                path = machine.store.get(handler.uid, "[filename]")
                if path is not None:
                    machine.log.add(machine, EffectKind.LOG, call.name, path, call.span, failure="raises ValueError")


def _configure_from_file(call: ExternalCall) -> Value | None:
    """``logging.config.fileConfig`` opens the files that the handlers in a deployed file name."""
    machine = call.machine
    for place in places_of(machine, call.argument("fname@0") or ()):
        source = machine.finder.file_at(place.path) if place.base in _DEPLOYED and not place.holes else None
        for path in _log_files(machine.sources.content(source)) if source is not None else ():
            machine.log.add(machine, EffectKind.LOG, call.name, (Text(path),), call.span)
    return NOTHING


def _log_files(content: bytes) -> Iterator[str]:
    """Yield what the handlers of files in a configuration file name, as far as it is literal."""
    parser = configparser.RawConfigParser()
    try:
        parser.read_string(content[:_MAX_BYTES].decode())
        names = parser.get("handlers", "keys", fallback="").split(",")
        for section in (f"handler_{name.strip()}" for name in names):
            if parser.get(section, "class", fallback="").endswith("FileHandler"):
                arguments = ast.literal_eval(parser.get(section, "args", fallback="()"))
                if isinstance(arguments, tuple) and arguments and isinstance(arguments[0], str):
                    yield arguments[0]
    except (configparser.Error, ValueError, SyntaxError, RecursionError, MemoryError):
        return


MODELS: dict[str, Callable[[ExternalCall], Value | None]] = {
    "logging.basicConfig": _configure_root,
    "logging.config.dictConfig": _configure_from_dictionary,
    "logging.config.fileConfig": _configure_from_file,
}
