"""Models in Python, for what a catalogue row cannot say: paths, text, containers, built-ins, frameworks."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeAlias

from lambdalint.flow.models import (
    builtin,
    command_failures,
    command_line,
    constants,
    container,
    exit_stack,
    iteration,
    log_files,
    os_path,
    package_modules,
    pathlib_path,
    process,
    record,
    settings,
    string,
    time_format,
    video_download,
    web,
)
from lambdalint.flow.values import Atom, ExternalObject, Opaque, Value

if TYPE_CHECKING:
    from lambdalint.flow.external_call import Called, ExternalCall
    from lambdalint.flow.machine import Machine

Model: TypeAlias = Callable[[Any], "Value | None"]
AttributeModel: TypeAlias = Callable[[Any, str, "Atom | None"], "Value | None"]

CONSTANTS = constants.CONSTANTS

_MODELS: dict[str, Model] = {
    **os_path.MODELS,
    **pathlib_path.MODELS,
    **string.MODELS,
    **time_format.MODELS,
    **container.MODELS,
    **builtin.MODELS,
    **iteration.MODELS,
    **process.MODELS,
    **log_files.MODELS,
    **exit_stack.MODELS,
    **record.MODELS,
    **web.MODELS,
    **package_modules.MODELS,
    **command_line.MODELS,
    **settings.MODELS,
    **video_download.MODELS,
}


_SPEAKING = frozenset({"shlex.split", "shlex.quote", "shlex.join", "pipes.quote", "subprocess.list2cmdline"})
EFFECTFUL: frozenset[str] = (
    frozenset({*command_line.MODELS, *log_files.MODELS, *settings.MODELS, *video_download.MODELS}) - _SPEAKING
)
"""The names of calls that models give effects."""
PROGRAMS: tuple[str, ...] = command_failures.MADE_BY_NAME
APPLICATIONS: frozenset[str] = web.APPLICATION_NAMES
FRAMEWORKS: frozenset[str] = web.FRAMEWORKS


def find(called: Called) -> Model | None:
    """Return the model of what is called, by its name, or by its method's name where the receiver is not known."""
    found = _named(called)
    if found is None and command_line.names_program(called.name):
        return command_line.by_name
    if found is None and called.receiver is Opaque:
        return string.OPAQUE_METHODS.get(called.method)
    return found


def is_modelled(called: Called) -> bool:
    """Tell whether a model knows what is called by its name."""
    return _named(called) is not None


def _named(called: Called) -> Model | None:
    return _MODELS.get(called.name) or web.find(called.name)


def attribute(machine: Machine, dotted: str, atom: Atom | None = None) -> Value | None:
    """Return the value of an attribute that a model knows, or None."""
    for model in _attribute_models(dotted):
        found = model(machine, dotted, atom)
        if found is not None:
            return found
    return None


@lru_cache(maxsize=4096)
def _attribute_models(dotted: str) -> tuple[AttributeModel, ...]:
    """Return the models that may know an attribute, by its name."""
    return tuple(module.attribute for module in (pathlib_path, process, web) if module.has_attribute(dotted))


def left(machine: Machine, context: ExternalObject) -> None:
    """Tell a context from elsewhere that its block ends."""
    exit_stack.leave(machine, context)


def register_decorated(machine: Machine, decorator: Atom, value: Value) -> None:
    """Tell a framework's decorator what it decorates: a route's function is an entry point."""
    web.register_decorated(machine, decorator, value)


def note_served(external: ExternalCall) -> None:
    """Tell the models of web frameworks of a call in a handler: it may give a request to an application."""
    web.note_served(external)


def note_held(external: ExternalCall, result: Value) -> None:
    """Tell the models of web frameworks of a call that nobody knows: its result may wrap an application."""
    web.note_held(external, result)
