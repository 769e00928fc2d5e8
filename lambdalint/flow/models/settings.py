"""Settings of frameworks that name a place: they take effect where the framework reads its configuration."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from lambdalint.flow.containers import mapping_item
from lambdalint.flow.defaults import place_of
from lambdalint.flow.effect_log import places_of
from lambdalint.flow.rows import expand
from lambdalint.flow.store import PROCESS
from lambdalint.flow.text import has_holes
from lambdalint.flow.values import (
    Atom,
    ExternalObject,
    Mapping,
    Module,
    Nothing,
    PathText,
    Text,
    Value,
    join,
    text,
    text_of,
)
from lambdalint.model import Base

if TYPE_CHECKING:
    from collections.abc import Callable

    from lambdalint.catalogue.condition import Condition
    from lambdalint.catalogue.schema import SettingRow
    from lambdalint.flow.external_call import ExternalCall
    from lambdalint.flow.machine import Machine

FLASK_CONFIG = "<flask config>"
"""Where the process keeps the configuration of a Flask application."""


def of_module(call: ExternalCall, module: Module) -> None:
    """Note what a call that reads the settings of *module*, one variable each, makes of them."""
    scope = call.machine.module_scope(module)
    _apply(call, lambda name: call.machine.store.get(scope, name) or ())


def of_flask(call: ExternalCall) -> Value | None:
    """Note what an extension of Flask makes of the application's configuration, if it is given the application."""
    config = call.machine.store.get(PROCESS, FLASK_CONFIG)
    if config and call.argument("app@0") is not None:
        _apply(call, lambda name: _entry(call.machine, config, name))
    return None


def _apply(call: ExternalCall, variable: Callable[[str], Value]) -> None:
    def value(name: str) -> Value:
        first, *keys = name.split(".")
        found = variable(first)
        for key in keys:
            found = _entry(call.machine, found, key)
        return found

    for row in call.machine.catalogue.settings.get(call.name, ()):
        if all(_holds(condition, value(condition.argument)) for condition in row.when):
            _note(call, row, value(row.name))


def _note(call: ExternalCall, row: SettingRow, value: Value) -> None:
    if row.library is not None:
        found = place_of(call.machine, row.library)
        if found is not None:
            call.machine.log.add(
                call.machine, row.kind, row.dotted, found[0], call.span, defaulted=True, limited=True, library=found[1]
            )
        return
    defaulted = all(isinstance(atom, Nothing) for atom in value)
    path = expand(call, row.default or "") if defaulted else _paths(call.machine, value)
    if row.deployable:
        path = tuple(atom for atom in path if _in_tmp(call.machine, atom))
    if path:
        call.machine.log.add(
            call.machine,
            row.kind,
            row.dotted,
            path,
            call.span,
            defaulted=defaulted,
            raises=False,
            limited=row.limited,
        )


def _holds(condition: Condition, value: Value) -> bool:
    """Tell whether a condition holds of every value that a setting may have."""
    texts = [text_of(atom) for atom in value if not isinstance(atom, Nothing)] or [condition.default]
    return all(
        condition.unknown if found is None or has_holes(found) else _matches(condition, found) for found in texts
    )


def _matches(condition: Condition, found: str) -> bool:
    return (re.search(condition.matches, found) is not None) != condition.negate


def _entry(machine: Machine, mappings: Value, key: str) -> Value:
    """Return what dictionaries hold under a key."""
    result: Value = ()
    for atom in mappings:
        if isinstance(atom, Mapping):
            result = join(result, mapping_item(machine, atom, text(key)))
    return result


def _paths(machine: Machine, value: Value) -> Value:
    """Return the paths that a setting names, by itself or as those of an object."""
    result: Value = ()
    for atom in value:
        if isinstance(atom, (Text, PathText)):
            result = join(result, (atom,))
        elif isinstance(atom, ExternalObject):
            result = join(result, machine.store.get(atom.uid, "<path>") or ())
    return result


def _in_tmp(machine: Machine, atom: Atom) -> bool:
    return any(place.base is Base.TMP for place in places_of(machine, (atom,)))


MODELS: dict[str, Callable[[ExternalCall], Value | None]] = {
    "flask_session.Session": of_flask,
    "flask_session.Session.init_app": of_flask,
    "flask_sqlalchemy.SQLAlchemy": of_flask,
    "flask_sqlalchemy.SQLAlchemy.init_app": of_flask,
}
