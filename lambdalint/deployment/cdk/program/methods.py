"""Methods of texts, lists, mappings, paths and constructs."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from lambdalint.deployment.cdk.path import absolute
from lambdalint.deployment.cdk.program import files, operators, text_methods
from lambdalint.deployment.cdk.program.attributes import ADDING, as_mapping
from lambdalint.deployment.cdk.program.iteration import iterate
from lambdalint.deployment.cdk.program.values import (
    CONTENT,
    LAYERS,
    OPEN,
    UNKNOWN,
    VARIABLE,
    Attribute,
    Constant,
    DictValue,
    FileValue,
    Instance,
    Items,
    ListValue,
    Made,
    Partial,
    PathValue,
    Unknown,
    Value,
    constant_of,
    join,
    text_of,
)

if TYPE_CHECKING:
    from lambdalint.deployment.cdk.program.arguments import Arguments, Site
    from lambdalint.deployment.cdk.program.machine import Machine

_CONTEXT = frozenset({"try_get_context", "get_context"})
_FIELDS = frozenset({"model_dump", "dict", "_asdict", "asdict", "to_dict"})


def call(machine: Machine, method: Attribute, arguments: Arguments, site: Site) -> Value:
    """Return what a method returns, and do what it does to its object."""
    of, name = method.of, method.name
    if name in ADDING:
        _add(machine, of, name, arguments)
        return UNKNOWN
    if name in _CONTEXT and isinstance(of, Attribute) and of.name == "node":
        return _context(machine, arguments.value(0, "key"))
    if isinstance(of, DictValue):
        return _of_mapping(machine, of, name, arguments, site)
    if isinstance(of, ListValue):
        return _of_list(machine, of, name, arguments)
    if isinstance(of, PathValue):
        return _of_path(machine, of, name, arguments, site)
    if isinstance(of, FileValue):
        return _of_file(machine, of, name, site)
    if isinstance(of, (Constant, Partial)) or text_of(of) is not None:
        return text_methods.call(machine, of, name, arguments, site.span)
    if isinstance(of, Instance) and name in _FIELDS and of.cls.fields is not None:
        return as_mapping(of)
    return UNKNOWN


def _context(machine: Machine, key: Value) -> Value:
    text = text_of(key)
    return machine.context.get(text, UNKNOWN) if text is not None else UNKNOWN


def _add(machine: Machine, of: Value, name: str, arguments: Arguments) -> None:
    """Add a variable, or layers, to a function."""
    made = of.made if isinstance(of, Instance) else of
    if isinstance(made, Constant):
        return
    if not isinstance(made, Made):
        machine.added_to_unknown.add(ADDING[name])
        return
    if name == "add_environment":
        key = text_of(arguments.value(0, "key"))
        value = arguments.value(1, "value")
        if key is None:
            machine.store(made.cells, OPEN, UNKNOWN)
        else:
            machine.store(made.cells, f"{VARIABLE}{key}", value if value.span else UNKNOWN)
        return
    before = made.cells.get(LAYERS)
    items = before if isinstance(before, Items) else Items()
    added = Items(arguments.positional, arguments.complete)
    machine.store(made.cells, LAYERS, operators.extended(items, added))


def _of_mapping(machine: Machine, of: DictValue, name: str, arguments: Arguments, site: Site) -> Value:
    if name == "get":
        return _found(of, arguments.value(0), arguments.get(1, "default") or Constant(None))
    if name == "items":
        pairs = (
            ListValue.of((Constant(key, span=of.spans.get(key) or value.span), value), fixed=True)
            for key, value in of.entries()
        )
        return ListValue.of(pairs, complete=of.complete)
    if name == "keys":
        keys = (Constant(key, span=of.spans.get(key) or value.span) for key, value in of.entries())
        return ListValue.of(keys, complete=of.complete)
    if name == "values":
        return ListValue.of((value for _, value in of.entries()), complete=of.complete)
    if name == "copy":
        return operators.copied(of)
    if name == "pop":
        found = _found(of, arguments.value(0), arguments.get(1, "default") or UNKNOWN)
        key = constant_of(arguments.value(0))
        if key is not None:
            machine.store(of.cells, key, None)
        return found
    if name == "setdefault":
        found = _found(of, arguments.value(0), arguments.value(1))
        key = constant_of(arguments.value(0))
        if key is not None:
            machine.store(of.cells, key, found)
        return found
    if name == "update":
        for one in (*arguments.positional, arguments.keywords):
            _update(machine, of, one)
    return UNKNOWN


def _found(of: DictValue, key: Value, default: Value) -> Value:
    name = constant_of(key)
    if name is None:
        return UNKNOWN
    if name in of.cells:
        return of.cells[name]
    return default if of.complete else join([default, UNKNOWN])


def _update(machine: Machine, of: DictValue, value: Value) -> None:
    from lambdalint.deployment.cdk.program.statements import update

    update(machine, of, value)


def _of_list(machine: Machine, of: ListValue, name: str, arguments: Arguments) -> Value:
    content = of.content
    first = arguments.value(0)
    if name in {"append", "add"}:
        machine.store(of.cells, CONTENT, Items((*content.values, first), content.complete))
    elif name in {"extend", "update"}:
        machine.store(of.cells, CONTENT, operators.extended(content, iterate(machine, first)))
    elif name == "insert":
        index = constant_of(first)
        at = index if isinstance(index, int) else len(content.values)
        values = (*content.values[:at], arguments.value(1), *content.values[at:])
        machine.store(of.cells, CONTENT, Items(values, content.complete))
    elif name in {"copy", "union"}:
        more = iterate(machine, first) if arguments.positional else Items()
        merged = operators.extended(content, more)
        return ListValue.of(merged.values, complete=merged.complete, span=of.span)
    elif name in {"pop", "remove", "clear", "discard"}:
        machine.store(of.cells, CONTENT, Items((), complete=name == "clear"))
        return content.values[-1] if name == "pop" and content.values and not arguments.positional else UNKNOWN
    return UNKNOWN


def _of_path(machine: Machine, of: PathValue, name: str, arguments: Arguments, site: Site) -> Value:
    span = of.span or site.span
    given = [text_of(one) for one in arguments.positional]
    known = [one for one in given if one is not None]
    if len(known) < len(given):
        return UNKNOWN
    if name in {"resolve", "absolute"}:
        text = absolute(of.text, machine.directory)
        return PathValue(text, span=span) if text is not None else UNKNOWN
    if name == "joinpath":
        return PathValue(posixpath.join(of.text, *known), span=site.span)
    if name in {"as_posix", "__str__", "__fspath__"}:
        return Constant(of.text, span=span)
    if name == "expanduser":
        return of
    if name == "iterdir":
        return files.listing(machine, of.text, paths=True, span=span)
    if name in {"glob", "rglob"} and known:
        return files.matching(machine, of.text, f"**/{known[0]}" if name == "rglob" else known[0], span)
    if name in {"exists", "is_file", "is_dir"}:
        return files.exists(machine, of.text, name.removeprefix("is_"), span)
    if name == "with_suffix" and known:
        return PathValue(posixpath.splitext(of.text)[0] + known[0], span=span)
    if name == "with_name" and known:
        return PathValue(posixpath.join(posixpath.dirname(of.text), known[0]), span=span)
    if name == "relative_to" and known:
        start, whole = absolute(known[0], machine.directory), absolute(of.text, machine.directory)
        inside = start is not None and whole is not None and whole.startswith(f"{start}/")
        return PathValue(posixpath.relpath(whole or "", start or ""), span=span) if inside else UNKNOWN
    if name in {"open", "read_text", "read_bytes"}:
        opened = files.opened(machine, of.text, known[0] if known and name == "open" else None, span)
        if name == "open" or isinstance(opened, Unknown):
            return opened
        return machine.call(Attribute(opened, "read"), arguments, site)
    return UNKNOWN


def _of_file(machine: Machine, of: FileValue, name: str, site: Site) -> Value:
    if name not in {"read", "read_text", "readlines", "decode"}:
        return of if name == "__enter__" else UNKNOWN
    text = machine.sources.text(of.path)
    if text is None:
        return UNKNOWN
    place = files.whole(of.path, text)
    if name == "readlines":
        return ListValue.of(Constant(line, span=place) for line in text.splitlines(keepends=True)[:300])
    return Constant(text, span=place) if len(text) <= operators.LONGEST * 5 else UNKNOWN
