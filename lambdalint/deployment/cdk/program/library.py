"""What functions of Python's library return."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from lambdalint.deployment.cdk.program import files, operators
from lambdalint.deployment.cdk.program.arguments import Arguments, Site
from lambdalint.deployment.cdk.program.attributes import as_mapping
from lambdalint.deployment.cdk.program.iteration import iterate
from lambdalint.deployment.cdk.program.values import (
    UNKNOWN,
    Cells,
    ClassValue,
    Constant,
    DictValue,
    FileValue,
    Instance,
    Items,
    ListValue,
    Made,
    ModuleValue,
    Partial,
    Raised,
    Unknown,
    Value,
    constant_of,
    join,
    options_of,
    snapshot,
    text_of,
    truth,
)

if TYPE_CHECKING:
    from lambdalint.deployment.cdk.program.machine import Machine
    from lambdalint.model import Span

MAX_RANGE = 200
MAX_NODES = 20_000
_COPIES = frozenset({"copy.copy", "copy.deepcopy", "types.MappingProxyType"})
_LISTS = frozenset({"builtins.list", "builtins.tuple", "builtins.set", "builtins.frozenset", "builtins.iter"})
_DICTS = frozenset({"builtins.dict", "collections.OrderedDict"})
_ENVIRONMENT = frozenset({"os.environ.get", "os.getenv", "os.environ.setdefault"})
_ENDS = frozenset({"sys.exit", "builtins.exit", "builtins.quit", "os._exit"})
_AS_MAPPING = frozenset({"builtins.vars", "dataclasses.asdict", "attr.asdict", "attrs.asdict"})


def call(machine: Machine, name: str, arguments: Arguments, site: Site) -> Value | None:
    """Return what the function of the dotted *name* returns; None where it is none of Python's that is known."""
    found = files.call(machine, name, arguments, site)
    if found is not None:
        return found
    module = name.partition(".")[0]
    if name in _ENVIRONMENT:
        # What the variable holds is only known where it is not set.
        default = arguments.get(1, "default")
        return join([default, UNKNOWN]) if default is not None else UNKNOWN
    if name in _ENDS:
        raise Raised
    if name in _COPIES:
        return snapshot(arguments.value(0, "x"))
    if name in _AS_MAPPING:
        value = arguments.value(0, "obj")
        return as_mapping(value) if isinstance(value, Instance) else UNKNOWN
    if name == "typing.cast":
        return arguments.value(1, "val")
    if name == "textwrap.dedent":
        return _dedented(arguments.value(0, "text"))
    if name == "importlib.import_module":
        wanted = text_of(arguments.value(0, "name"))
        return (machine.load(wanted) if wanted else None) or UNKNOWN
    if name in {"json.load", "json.loads", "yaml.safe_load", "yaml.load", "yaml.full_load"}:
        return _parsed(machine, name, arguments.value(0), site.span)
    if name == "itertools.chain":
        return _chained(machine, arguments, site.span)
    if name == "itertools.product":
        return _product(machine, arguments, site.span)
    if module == "builtins":
        return _builtin(machine, name.removeprefix("builtins."), arguments, site)
    return None


def _dedented(value: Value) -> Value:
    from textwrap import dedent

    text = constant_of(value)
    return Constant(dedent(text), span=value.span) if isinstance(text, str) else UNKNOWN


def _builtin(machine: Machine, name: str, arguments: Arguments, site: Site) -> Value | None:
    first = arguments.value(0)
    span = site.span
    if name == "str":
        if isinstance(first, Partial):
            return first
        joined = [text_of(one) for one in options_of(first)]
        found = [Constant(one, span=first.span or span) if one is not None else UNKNOWN for one in joined]
        return join(found)
    if f"builtins.{name}" in _LISTS:
        items = iterate(machine, first) if arguments.positional else Items()
        return ListValue.of(items.values, complete=items.complete, fixed=name == "tuple", span=span)
    if f"builtins.{name}" in _DICTS:
        return _dict(machine, arguments, span)
    if name in {"int", "float", "bool", "len", "abs", "round"}:
        return _number(machine, name, first, span)
    if name in {"range", "enumerate", "zip", "sorted", "reversed", "map", "filter", "min", "max"}:
        return _sequence(machine, name, arguments, site)
    if name in {"any", "all"}:
        items = iterate(machine, first)
        known = [truth(one) for one in items.values]
        if (name == "any") in known:
            return Constant(name == "any")
        return Constant(name != "any") if None not in known and items.complete else UNKNOWN
    if name == "isinstance":
        return _is_instance(first, arguments.value(1))
    if name in {"getattr", "hasattr", "setattr"}:
        return _by_name(machine, name, arguments)
    if name == "next":
        items = iterate(machine, first)
        return items.values[0] if items.values else UNKNOWN
    if name == "type":
        return first.cls if isinstance(first, Instance) else UNKNOWN
    return Constant(None) if name == "print" else UNKNOWN


def _dict(machine: Machine, arguments: Arguments, span: Span) -> Value:
    made = DictValue(span=span)
    given = arguments.get(0)
    if isinstance(given, DictValue):
        operators.spread(made, given)
    elif given is not None:
        pairs = iterate(machine, given)
        for pair in pairs.values:
            items = iterate(machine, pair)
            if len(items.values) == 2:
                operators.put(made, *items.values)
        if not pairs.complete:
            operators.spread(made, UNKNOWN)
    operators.spread(made, arguments.keywords)
    return made


def _number(machine: Machine, name: str, value: Value, span: Span) -> Value:
    constant = constant_of(value)
    if name == "bool":
        known = truth(value)
        return UNKNOWN if known is None else Constant(known, span=span)
    if name == "len":
        if isinstance(constant, str):
            return Constant(len(constant), span=span)
        items = iterate(machine, value)
        return Constant(len(items.values), span=span) if items.complete else UNKNOWN
    try:
        if name in {"int", "float"} and isinstance(constant, (str, int, float)) and len(str(constant)) <= 18:
            return Constant(int(constant) if name == "int" else float(constant), span=value.span or span)
        if name == "abs" and isinstance(constant, (int, float)):
            return Constant(abs(constant), span=span)
        if name == "round" and isinstance(constant, (int, float)):
            return Constant(round(constant), span=span)
    except (ValueError, OverflowError):
        return UNKNOWN
    options = options_of(value)
    return join([_number(machine, name, one, span) for one in options]) if len(options) > 1 else UNKNOWN


def _sequence(machine: Machine, name: str, arguments: Arguments, site: Site) -> Value:
    span = site.span
    if name == "range":
        return _range([constant_of(one) for one in arguments.positional], span)
    lists = [iterate(machine, one) for one in arguments.positional]
    if not lists:
        return UNKNOWN
    items = lists[0]
    if name == "enumerate":
        start = constant_of(arguments.get(1, "start"))
        first = start if isinstance(start, int) else 0
        pairs = ((Constant(number, span=span), one) for number, one in enumerate(items.values, first))
        return ListValue.of((ListValue.of(pair, fixed=True) for pair in pairs), complete=items.complete)
    if name == "zip":
        rows = (ListValue.of(row, fixed=True) for row in zip(*(one.values for one in lists), strict=False))
        return ListValue.of(rows, complete=all(one.complete for one in lists))
    if name == "reversed":
        return ListValue.of(reversed(items.values), complete=items.complete)
    if name in {"map", "filter"}:
        return _mapped(machine, name, arguments, site)
    found = [constant_of(one) for one in items.values]
    texts = [one for one in found if isinstance(one, str)]
    numbers = [one for one in found if isinstance(one, (int, float))]
    plain = arguments.get(9, "key") is None and len(lists) == 1
    if name == "sorted":
        if plain and texts and len(texts) == len(found):
            order = sorted(range(len(found)), key=texts.__getitem__)
            return ListValue.of((items.values[one] for one in order), complete=items.complete)
        return ListValue.of(items.values, complete=items.complete)
    if plain and items.complete and numbers and len(numbers) == len(found):
        return Constant(min(numbers) if name == "min" else max(numbers), span=span)
    return UNKNOWN


def _range(bounds: list[str | int | float | bytes | bool | None], span: Span) -> Value:
    numbers = [one for one in bounds if isinstance(one, int)]
    unknown = ListValue.of((), complete=False)
    if len(numbers) != len(bounds) or not 1 <= len(numbers) <= 3:
        return unknown
    try:
        found = range(*numbers)
        if len(found) > MAX_RANGE:
            return unknown
    except (ValueError, OverflowError):
        return unknown
    return ListValue.of((Constant(one, span=span) for one in found), fixed=True)


def _mapped(machine: Machine, name: str, arguments: Arguments, site: Site) -> Value:
    items = iterate(machine, arguments.value(1))
    found: list[Value] = []
    for item in items.values:
        result = machine.call(arguments.value(0), Arguments((item,)), site)
        if name == "map":
            found.append(result)
        elif truth(result) is not False:
            found.append(item)
    return ListValue.of(found, complete=items.complete)


def _is_instance(value: Value, kinds: Value) -> Value:
    names = [one.name for one in options_of(kinds) if hasattr(one, "name")]
    constant = constant_of(value) if isinstance(value, Constant) else None
    table: dict[str, bool] = {
        "str": isinstance(constant, str) or isinstance(value, Partial),
        "int": isinstance(constant, int),
        "dict": isinstance(value, DictValue),
        "list": isinstance(value, ListValue) and not value.fixed,
        "tuple": isinstance(value, ListValue) and value.fixed,
    }
    if isinstance(value, Unknown) or len(names) != 1:
        return UNKNOWN
    found = table.get(names[0].removeprefix("builtins."))
    known = isinstance(value, (Constant, Partial, DictValue, ListValue))
    return Constant(found) if found is not None and known else UNKNOWN


def _by_name(machine: Machine, name: str, arguments: Arguments) -> Value:
    of, wanted = arguments.value(0), text_of(arguments.value(1))
    if wanted is None:
        return UNKNOWN
    if name == "setattr":
        if isinstance(of, (Instance, Made, ClassValue, ModuleValue)):
            machine.store(of.cells, wanted, arguments.value(2))
        return Constant(None)
    if name == "hasattr":
        own = isinstance(of, Instance) and (wanted in of.cells or wanted in of.cls.cells)
        return Constant(True) if own else UNKNOWN
    found = machine.attribute(of, wanted)
    default = arguments.get(2)
    return join([found, default]) if default is not None and isinstance(found, Unknown) else found


def _chained(machine: Machine, arguments: Arguments, span: Span) -> Value:
    lists = [iterate(machine, one) for one in arguments.positional]
    complete = arguments.listed and all(one.complete for one in lists)
    return ListValue.of((value for one in lists for value in one.values), complete=complete, span=span)


def _product(machine: Machine, arguments: Arguments, span: Span) -> Value:
    rows: list[tuple[Value, ...]] = [()]
    complete = arguments.listed
    for one in arguments.positional:
        items = iterate(machine, one)
        complete = complete and items.complete
        rows = [(*row, value) for row in rows for value in items.values][:MAX_RANGE]
    return ListValue.of((ListValue.of(row, fixed=True) for row in rows), complete=complete, span=span)


def _parsed(machine: Machine, name: str, given: Value, span: Span) -> Value:
    """Return what a file, or a text, of JSON or YAML holds."""
    content = machine.sources.text(given.path) if isinstance(given, FileValue) else constant_of(given)
    if not isinstance(content, str):
        return UNKNOWN
    place = files.place_of(given, span)
    left = [MAX_NODES]
    try:
        if name.startswith("json"):
            return plain(json.loads(content), place, left)
        import yaml

        return plain(yaml.safe_load(content), place, left)
    except Exception:  # YAML's reader raises of its own, and of Python's, what it likes
        return UNKNOWN


def plain(value: object, span: Span, left: list[int]) -> Value:
    """Return a value of JSON as the evaluator has it; *left* counts the values that may be taken over."""
    left[0] -= 1
    if left[0] < 0:
        return UNKNOWN
    if isinstance(value, dict):
        cells: Cells = {key: plain(one, span, left) for key, one in value.items() if isinstance(key, (str, int))}
        return DictValue(cells, span=span)
    if isinstance(value, list):
        return ListValue.of((plain(one, span, left) for one in value), span=span)
    if value is None or isinstance(value, (str, int, float)):
        return Constant(value, span=span)
    return UNKNOWN
