"""The attributes of values, and the classes that they are looked up in."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from lambdalint.deployment.cdk.path import parent
from lambdalint.deployment.cdk.program.arguments import Arguments, Site
from lambdalint.deployment.cdk.program.values import (
    UNKNOWN,
    Attribute,
    BoundMethod,
    Cells,
    Choice,
    ClassValue,
    Constant,
    DictValue,
    FunctionValue,
    Imported,
    Instance,
    ListValue,
    Made,
    ModuleValue,
    PathValue,
    Super,
    Unknown,
    Value,
    join,
)

if TYPE_CHECKING:
    from lambdalint.deployment.cdk.program.machine import Machine

MAX_BASES = 60
ADDING = {"add_environment": "variables", "add_layers": "layers"}
"""The methods that add something to a function, with what they add."""
_CONSTANTS: dict[str, str | bool] = {
    "os.sep": "/",
    "os.path.sep": "/",
    "os.pardir": "..",
    "os.curdir": ".",
    "typing.TYPE_CHECKING": False,
}


def attribute(machine: Machine, of: Value, name: str) -> Value:
    """Return the attribute *name* of a value."""
    if isinstance(of, Choice):
        return join(attribute(machine, option, name) for option in of.options)
    if isinstance(of, Imported):
        whole = f"{of.name}.{name}"
        return Constant(_CONSTANTS[whole]) if whole in _CONSTANTS else Imported(whole)
    if isinstance(of, Instance):
        return _of_instance(machine, of, name)
    if isinstance(of, ModuleValue):
        return of.cells.get(name) or machine.load(f"{of.name}.{name}", of.folder) or UNKNOWN
    if isinstance(of, ClassValue):
        return _of_class(of, name)
    if isinstance(of, Super):
        found = look_up(ancestry(of.owner)[1:], name)
        if found is None:
            return Attribute(of, name)
        return bind(machine, found, of.instance) if isinstance(found, FunctionValue) else found
    if isinstance(of, Made):
        return of.cells.get(name) or _of_made(of, name)
    if isinstance(of, PathValue):
        return _of_path(of, name)
    if isinstance(of, FunctionValue):
        known = name == "__name__" and hasattr(of.node, "name")
        return Constant(getattr(of.node, "name", "")) if known else UNKNOWN
    if isinstance(of, Unknown):
        return Attribute(of, name) if name in ADDING else UNKNOWN
    return Attribute(of, name)


def _of_made(of: Made, name: str) -> Value:
    if name in of.keywords.cells and of.name.startswith("builtins."):
        return of.keywords.cells[name]
    return Attribute(of, name)


def _of_instance(machine: Machine, of: Instance, name: str) -> Value:
    if name in of.cells:
        return of.cells[name]
    if name == "__class__":
        return of.cls
    if name == "__dict__":
        return as_mapping(of)
    found = look_up(ancestry(of.cls), name)
    if found is None:
        made = of.made
        if made is not None and name in made.cells:
            return made.cells[name]
        return Attribute(of, name)
    return bind(machine, found, of) if isinstance(found, FunctionValue) else found


def _of_class(of: ClassValue, name: str) -> Value:
    if name in {"__name__", "__qualname__"}:
        return Constant(of.name)
    found = look_up(ancestry(of), name)
    if isinstance(found, FunctionValue):
        return BoundMethod(found, of) if found.kind == "classmethod" else found
    if found is not None:
        return found
    outside = outside_base(of)
    return Imported(f"{outside}.{name}") if outside else UNKNOWN


def _of_path(of: PathValue, name: str) -> Value:
    text = of.text
    stem, suffix = posixpath.splitext(posixpath.basename(text))
    known = {"name": posixpath.basename(text), "path": text, "stem": stem, "suffix": suffix}
    if name in known:
        return Constant(known[name], span=of.span)
    if name == "parent":
        return PathValue(parent(text), span=of.span)
    if name == "parents":
        above: list[Value] = []
        while len(above) < 20 and parent(text) != text:
            text = parent(text)
            above.append(PathValue(text, span=of.span))
        return ListValue.of(above, fixed=True)
    if name == "parts":
        return ListValue.of((Constant(part) for part in of.text.split("/")), fixed=True)
    return Attribute(of, name)


def bind(machine: Machine, function: FunctionValue, instance: Value) -> Value:
    """Return a method of *instance*, or what a property of it returns."""
    if function.kind == "staticmethod":
        return function
    if function.kind == "classmethod":
        return BoundMethod(function, instance.cls if isinstance(instance, Instance) else instance)
    if function.kind == "property":
        span = machine.span_of_function(function)
        site = Site(span, span, function.frame)
        return machine.call(BoundMethod(function, instance), Arguments(), site)
    return BoundMethod(function, instance)


def ancestry(cls: ClassValue) -> list[ClassValue | Imported]:
    """Return a class and those that it extends, in the order in which attributes are looked up."""
    found: list[ClassValue | Imported] = []
    waiting: list[Value] = [cls]
    while waiting and len(found) < MAX_BASES:
        current = waiting.pop(0)
        if isinstance(current, ClassValue):
            found.append(current)
            waiting[:0] = current.bases
        elif isinstance(current, Imported):
            found.append(current)
        elif isinstance(current, Choice):
            waiting[:0] = [one for one in current.options if isinstance(one, (ClassValue, Imported))][:1]
    last = {id(one): number for number, one in enumerate(found)}
    return [one for number, one in enumerate(found) if last[id(one)] == number]


def look_up(classes: list[ClassValue | Imported], name: str) -> Value | None:
    """Return the attribute *name* of the first of *classes* that has it."""
    return next((one.cells[name] for one in classes if isinstance(one, ClassValue) and name in one.cells), None)


def outside_base(cls: ClassValue) -> str:
    """Return the dotted name of the class from outside that *cls* extends, or ""."""
    return next((one.name for one in ancestry(cls) if isinstance(one, Imported) and not is_plain(one.name)), "")


def is_plain(name: str) -> bool:
    """Tell whether a class from outside says nothing about what its objects are."""
    return name.startswith(("builtins.", "typing.", "abc.", "enum.", "typing_extensions.", "collections.abc."))


def as_mapping(of: Instance) -> DictValue:
    """Return the attributes of an object as a mapping."""
    cells: Cells = {key: value for key, value in of.cells.items() if isinstance(key, str) and not key.startswith("\0")}
    spans = {key: value.span for key, value in cells.items() if value.span is not None}
    return DictValue(cells, spans, span=of.span)
