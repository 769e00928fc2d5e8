"""Where libraries write unless they are told otherwise, and whether the code or the room tells them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambdalint.flow.path_templates import expanded
from lambdalint.flow.row_conditions import hold
from lambdalint.flow.store import PROCESS
from lambdalint.flow.text import literal
from lambdalint.flow.values import NOTHING, UNKNOWN, Text, Value
from lambdalint.model import LibraryDefault

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lambdalint.catalogue.library_default_row import LibraryDefaultRow
    from lambdalint.flow.external_call import Called, ExternalCall
    from lambdalint.flow.machine import Machine
    from lambdalint.model import Span


def imported(machine: Machine, module: str, span: Span) -> None:
    """Run what the first import of *module*, which is not the project's, does by default."""
    rows = machine.catalogue.library_defaults
    parts = module.split(".")
    machine.note("first", parts[0], span)
    for length in range(1, len(parts) + 1):
        name = ".".join(parts[:length])
        if name not in rows.reads and name not in rows.imports:
            continue
        if machine.store.get(PROCESS, f"<imported {name}>") is not None:
            continue
        machine.store.set(PROCESS, f"<imported {name}>", UNKNOWN)
        for row in rows.reads.get(name, ()):
            if machine.store.get(PROCESS, f"<read {row.name}>") is None:
                machine.store.set(PROCESS, f"<read {row.name}>", _by_variables(machine, row)[0])
        for row in rows.imports.get(name, ()):
            if _emit(machine, row, f"import {module}", span):
                machine.store.set(PROCESS, f"<noted {row.name}>", UNKNOWN)


def concerns(called: Called) -> bool:
    """Tell whether what is called has a default place, or tells a library where to write."""
    rows = called.catalogue.library_defaults
    return called.name in rows.calls or called.name in rows.tellings


def called(external: ExternalCall) -> None:
    """Run what a call does by default, and note whether it tells a library where to write."""
    machine = external.machine
    rows = machine.catalogue.library_defaults
    for row in rows.calls.get(external.name, ()):
        given = (external.argument(reference) for reference in row.arguments)
        if all(value is None or value == NOTHING for value in given) and hold(external, row.when):
            _emit(machine, row, external.name, external.span)
    for name, conditions in rows.tellings.get(external.name, ()):
        if hold(external, conditions):
            machine.store.set(PROCESS, f"<told {name}>", UNKNOWN)


def assigned(machine: Machine, name: str) -> None:
    """Note that the code assigns to an attribute or item of something from elsewhere."""
    for row in machine.catalogue.library_defaults.settings.get(name, ()):
        machine.store.set(PROCESS, f"<told {row.name}>", UNKNOWN)


def place_of(machine: Machine, name: str) -> tuple[Value, LibraryDefault] | None:
    """Return where the library of the row *name* writes, and what is known of that; None if that is not known."""
    row = machine.catalogue.library_defaults.by_name[name]
    if machine.store.get(PROCESS, f"<told {name}>") is not None:
        return None
    if machine.store.get(PROCESS, f"<noted {name}>") is not None:
        # Its import did it already: what comes behind is no other mistake.
        return None
    if row.beside and not any(package in machine.first_imports for package in row.beside):
        return None
    if row.prefilled and machine.deployed.room.package_type == "image":
        return None
    path, variable = _by_variables(machine, row)
    read = machine.store.get(PROCESS, f"<read {name}>")
    late = variable if read == NOTHING and path not in (NOTHING, UNKNOWN) else ""
    path = read if read is not None else path
    if path == UNKNOWN or not (path == NOTHING or all(isinstance(atom, Text) for atom in path)):
        return None
    if path == NOTHING:
        path = (Text(expanded(machine, row.location)),)
    elif not _may_be_writable(machine, path):
        # What a variable names in a read-only place is shipped: the library finds it there.
        return None
    return path, _described(machine, row, late)


def _described(machine: Machine, row: LibraryDefaultRow, late: str) -> LibraryDefault:
    packages = set(_packages(row))
    imported_at = [span for package, span in machine.first_imports.items() if package in packages]
    return LibraryDefault(
        library=row.library,
        location=row.location,
        fails=row.outcome == "fails",
        failure=row.failure,
        redirect=row.redirect,
        variable=row.set_variable,
        folder=row.set_folder,
        exists=row.set_exists,
        imported=imported_at[0] if imported_at else None,
        late=late,
        releases=row.releases,
    )


def _packages(row: LibraryDefaultRow) -> Iterator[str]:
    """Yield the packages whose import has to come behind a redirect."""
    for name in (row.library, *row.read_at, *row.imports, *row.calls):
        yield name.partition(".")[0]


def _emit(machine: Machine, row: LibraryDefaultRow, callee: str, span: Span) -> bool:
    """Note what the library does at its default place, unless that is writable; tell whether it was noted."""
    found = None if row.outcome == "harmless" else place_of(machine, row.name)
    if found is None or _may_be_writable(machine, found[0]):
        return False
    path, default = found
    machine.log.add(
        machine,
        row.kind,
        callee,
        path,
        span,
        defaulted=True,
        raises=default.fails,
        limited=True,
        library=default,
    )
    return True


def _may_be_writable(machine: Machine, path: Value) -> bool:
    texts = [atom.text for atom in path if isinstance(atom, Text)]
    places = [machine.rooms.place(text, cwd) for text in texts for cwd in machine.cwds()]
    return any(place is None or place.writable is not False for place in places)


def _by_variables(machine: Machine, row: LibraryDefaultRow) -> tuple[Value, str]:
    """Return the place that the first variable which is set names, and its name.

    The place is NOTHING where none is set, and UNKNOWN where that is not known or the variable names no place.
    """
    for variable in row.variables:
        name, _, below = variable.rstrip("=").partition("/")
        value = machine.environment.peek(machine, name)
        if value == NOTHING:
            continue
        if value is None or variable.endswith("=") or not all(isinstance(atom, Text) and atom.text for atom in value):
            return UNKNOWN, name
        found = [atom.text for atom in value if isinstance(atom, Text)]
        return tuple(Text(f"{text.rstrip('/')}/{literal(below)}" if below else text) for text in found), name
    return NOTHING, ""
