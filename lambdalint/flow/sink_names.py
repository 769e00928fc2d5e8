"""The names of the calls that do something to the file system, by their last part: that is what code mentions."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import msgspec

from lambdalint.flow.models import APPLICATIONS, EFFECTFUL

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lambdalint.catalogue import Catalogue

MODULES = frozenset({"builtins", "os", "os.path", "io", "shutil", "tempfile", "glob", "subprocess"})
"""Modules that code has by an import alone."""
PATH_TYPES = frozenset({"Path", "PosixPath", "PurePath", "PurePosixPath"})


class SinkNames(msgspec.Struct, frozen=True):
    """The last parts of names, with what they belong to.

    ``methods`` are those that have an effect on an object of any type, ``paths`` those of ``pathlib``'s paths, which
    ``path_makers`` return. ``functions`` maps those of the standard library's functions to their modules,
    ``of_libraries`` all others to their libraries, and ``applications`` those that make applications of web frameworks.
    ``leads`` tells which libraries' objects the calls of a library may return, ``invoking`` what calls its arguments.
    """

    methods: frozenset[str]
    paths: frozenset[str]
    path_makers: frozenset[str]
    functions: Mapping[str, frozenset[str]]
    of_libraries: Mapping[str, frozenset[str]]
    applications: Mapping[str, frozenset[str]]
    leads: Mapping[str, frozenset[str]]
    invoking: frozenset[str]


_KNOWN: dict[int, tuple[Catalogue, SinkNames]] = {}


def sink_names(catalogue: Catalogue) -> SinkNames:
    """Return the names that the catalogue and the models in Python give effects."""
    known = _KNOWN.get(id(catalogue))
    if known is None or known[0] is not catalogue:
        known = _KNOWN[id(catalogue)] = catalogue, _read(catalogue)
    return known[1]


def library(name: str) -> str:
    """Return the first part of a dotted name."""
    return name.partition(".")[0]


def last(name: str) -> str:
    """Return the last part of a dotted name."""
    return name.rpartition(".")[2]


def _read(catalogue: Catalogue) -> SinkNames:
    of_libraries: defaultdict[str, set[str]] = defaultdict(set)
    functions: defaultdict[str, set[str]] = defaultdict(set)
    applications: defaultdict[str, set[str]] = defaultdict(set)
    leads: defaultdict[str, set[str]] = defaultdict(set)
    spelled: defaultdict[str, set[str]] = defaultdict(set)
    paths: set[str] = set()
    path_makers: set[str] = set()
    for other, name in catalogue.aliases.items():
        spelled[name].add(other)
        leads[library(other)].add(library(name))
    defaults = catalogue.library_defaults.calls
    for name in (*catalogue.effects, *catalogue.reads, *catalogue.settings, *defaults, *EFFECTFUL):
        owner, _, word = name.rpartition(".")
        for one in (name, *spelled[name], *(f"{other}.{word}" for other in spelled[owner])):
            holder = one.rpartition(".")[0]
            if holder.startswith("pathlib."):
                paths.add(last(one))
            elif holder in MODULES:
                functions[last(one)].add(last(holder))
            else:
                of_libraries[last(one)].add(library(one))
    for name, rows in catalogue.returns.items():
        types = [row.type for row in rows if row.type is not None]
        types += [item for row in rows for item in row.items if not item.startswith("<")]
        leads[library(name)].update(map(library, types))
        if any(one.startswith("pathlib.") for one in types):
            path_makers.update(map(last, (name, *spelled[name])))
    for name in APPLICATIONS:
        applications[last(name)].add(library(name))
    return SinkNames(
        frozenset(catalogue.effect_methods),
        frozenset(paths),
        frozenset(path_makers),
        _frozen(functions),
        _frozen(of_libraries),
        _frozen(applications),
        _frozen(leads),
        frozenset(map(last, catalogue.invokes)),
    )


def _frozen(found: Mapping[str, set[str]]) -> dict[str, frozenset[str]]:
    return {name: frozenset(values) for name, values in found.items()}
