"""Imports: of the project's modules, and of what comes from outside."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from lambdalint.deployment.cdk.program.source import module_path
from lambdalint.deployment.cdk.program.values import UNKNOWN, Frame, Imported, ModuleValue, Value

if TYPE_CHECKING:
    import ast

    from lambdalint.deployment.cdk.program.machine import Machine

_OUTSIDE = ("aws_cdk", "constructs")


def import_module(machine: Machine, node: ast.Import, frame: Frame) -> None:
    """Bind the names of ``import a.b``."""
    for alias in node.names:
        top = alias.name.partition(".")[0]
        module = _module(machine, alias.name, top)
        if alias.asname:
            machine.store(frame.cells, alias.asname, module or Imported(alias.name))
            continue
        machine.store(frame.cells, top, _module(machine, top, top) or Imported(top))


def import_from(machine: Machine, node: ast.ImportFrom, frame: Frame) -> None:
    """Bind the names of ``from a import b``."""
    within = _above(frame.module, node.level) if node.level else None
    if node.level and within is None:
        module, name = None, None
    else:
        name = node.module or ""
        module = _module(machine, name, name.partition(".")[0], within) if name else None
        if within is not None and not name:
            module = machine.modules.get(f"{within}/__init__.py".lstrip("/"))
    for alias in node.names:
        if alias.name == "*":
            for key, one in list(module.cells.items()) if module is not None else ():
                if isinstance(key, str) and not key.startswith("_"):
                    machine.store(frame.cells, key, one)
            continue
        value: Value | None = module.cells.get(alias.name) if module is not None else None
        if value is None and name is not None and (module is not None or within is not None):
            value = machine.load(f"{name}.{alias.name}".lstrip("."), module.folder if module and name else within)
        if value is None:
            outside = module is None and name and within is None
            value = Imported(f"{name}.{alias.name}") if outside else UNKNOWN
        machine.store(frame.cells, alias.asname or alias.name, value)


def _module(machine: Machine, name: str, top: str, within: str | None = None) -> ModuleValue | None:
    if within is None and (top in _OUTSIDE or top in sys.stdlib_module_names):
        # A file of the project takes the place of a library, a folder without __init__.py does not.
        path = module_path(machine.tree, machine.folders, name)
        if path is None or not path.endswith(".py") or name in _OUTSIDE or top == "aws_cdk":
            return None
    return machine.load(name, within)


def _above(module: ModuleValue, level: int) -> str | None:
    """Return the folder that a relative import of *level* dots starts from; None where it leaves the project."""
    folder = module.path.rpartition("/")[0]
    for _ in range(level - 1):
        if not folder:
            return None
        folder = folder.rpartition("/")[0]
    return folder
