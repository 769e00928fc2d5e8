"""The modules of a package of the project, for code that imports all of them by name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambdalint.flow.containers import elements, new_list
from lambdalint.flow.text import has_holes
from lambdalint.flow.values import UNKNOWN, ExternalObject, Items, Truth, Value, text, texts_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from lambdalint.flow.external_call import ExternalCall

_MOST_MODULES = 200


def _modules(call: ExternalCall) -> Value | None:
    """``pkgutil.iter_modules(path, prefix)``: what lies in folders of the deployed code."""
    machine = call.machine
    prefix = next((one for one in texts_of(call.argument("prefix@1") or ()) if not has_holes(one)), "")
    found: list[Value] = []
    for folder in texts_of(elements(machine, call.argument("path@0") or ())):
        source = machine.finder.source_of(folder) if not has_holes(folder) else None
        if source is None:
            return None
        for name, is_package in sorted(machine.finder.modules_in(source).items()):
            uid = machine.store.new_uid()
            items: tuple[Value, ...] = (UNKNOWN, text(prefix + name), (Truth(value=is_package),))
            for field, value in zip(("module_finder", "name", "ispkg"), items, strict=True):
                machine.store.set(uid, field, value)
            machine.store.set(uid, "<items>", (Items(items),))
            found.append((ExternalObject("pkgutil.ModuleInfo", uid),))
    return new_list(machine, found, complete=len(found) <= _MOST_MODULES)


MODELS: dict[str, Callable[[ExternalCall], Value | None]] = {
    "pkgutil.iter_modules": _modules,
    "pkgutil.walk_packages": _modules,
}
