"""The making of classes: plain ones, data classes and enumerations."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from lambdalint.deployment.cdk.program.attributes import ancestry
from lambdalint.deployment.cdk.program.values import (
    Cells,
    ClassValue,
    Constant,
    Frame,
    Imported,
    Instance,
    Value,
    import_name,
)

if TYPE_CHECKING:
    from lambdalint.deployment.cdk.program.machine import Machine

_ENUMS = frozenset(f"enum.{name}" for name in ("Enum", "StrEnum", "IntEnum", "Flag", "IntFlag"))
_RECORDS = frozenset(
    {"pydantic.BaseModel", "pydantic.BaseSettings", "pydantic_settings.BaseSettings", "typing.NamedTuple"}
    | {"pydantic.main.BaseModel", "aws_lambda_powertools.utilities.parser.BaseModel"}
)
_MAKES_RECORD = frozenset({"dataclass", "dataclasses.dataclass", "define", "frozen", "attrs", "s"})


def define(machine: Machine, node: ast.ClassDef, frame: Frame) -> None:
    """Make the class that a statement defines."""
    bases = tuple(machine.evaluate(base, frame) for base in node.bases)
    cells: Cells = {}
    own = _own_fields(node)
    found = ClassValue(node.name, bases, cells, _fields(node, bases, own), frame.module.path, node)
    inner = Frame(cells, frame.module, frame, is_class=True, instance=found)
    machine.execute(node.body, inner)
    if any(import_name(one) in _ENUMS for one in ancestry(found) if isinstance(one, Imported)):
        _make_members(node, found)
    machine.store(frame.cells, node.name, found)


def being_made(frame: Frame) -> ClassValue | None:
    """Return the class whose body *frame* runs, or None."""
    return frame.instance if frame.is_class and isinstance(frame.instance, ClassValue) else None


def _own_fields(node: ast.ClassDef) -> tuple[str, ...]:
    return tuple(
        one.target.id
        for one in node.body
        if isinstance(one, ast.AnnAssign) and isinstance(one.target, ast.Name) and not _is_shared(one.annotation)
    )


def _is_shared(annotation: ast.expr) -> bool:
    inner = annotation.value if isinstance(annotation, ast.Subscript) else annotation
    name = inner.attr if isinstance(inner, ast.Attribute) else inner.id if isinstance(inner, ast.Name) else ""
    return name == "ClassVar"


def _fields(node: ast.ClassDef, bases: tuple[Value, ...], own: tuple[str, ...]) -> tuple[str, ...] | None:
    """Return the fields of a data class, those of its bases first; None for another class."""
    inherited = [base.fields for base in bases if isinstance(base, ClassValue) and base.fields is not None]
    is_record = any(import_name(base) in _RECORDS for base in bases) or any(
        _decorator_name(one) in _MAKES_RECORD for one in node.decorator_list
    )
    classes = [one for base in bases if isinstance(base, ClassValue) for one in ancestry(base)]
    is_model = any(import_name(one) in _RECORDS for one in classes)
    if not is_record and not is_model:
        return None
    return tuple(dict.fromkeys((*(name for fields in inherited for name in fields), *own)))


def _decorator_name(node: ast.expr) -> str:
    inner = node.func if isinstance(node, ast.Call) else node
    return inner.attr if isinstance(inner, ast.Attribute) else inner.id if isinstance(inner, ast.Name) else ""


def _make_members(node: ast.ClassDef, found: ClassValue) -> None:
    for statement in node.body:
        for target in statement.targets if isinstance(statement, ast.Assign) else ():
            name = target.id if isinstance(target, ast.Name) else "_"
            value = found.cells.get(name)
            if value is None or name.startswith("_") or isinstance(value, Instance):
                continue
            cells: Cells = {"value": value, "_value_": value, "name": Constant(name)}
            found.cells[name] = Instance(found, cells, span=value.span)
