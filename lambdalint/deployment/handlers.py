"""Which file and which name in it a function's handler stands for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambdalint.deployment.package_patterns import Package
from lambdalint.model import Tree

if TYPE_CHECKING:
    from lambdalint.model import Function

DEEPEST = 50
"""How many parts a handler may have; AWS Lambda allows 128 characters."""


def locate(tree: Tree, function: Function) -> tuple[str, str] | None:
    """Return the file and the qualname that the handler of *function* names, or None where no file answers.

    As the runtime does, the part after the last dot is the name, and dots and slashes before it are folders.
    Where no such module exists, shorter ones are tried, so that ``module.Class.method`` is found too.
    A file that the function's package does not hold is no answer.
    """
    if function.inline is not None or not function.handler:
        return None
    parts = [part for part in function.handler.replace("/", ".").split(".") if part]
    if len(parts) > DEEPEST:
        return None
    package = Package(function.packaged)
    for folder in (function.code_root, *function.search_path):
        for cut in range(len(parts) - 1, 0, -1):
            module = _below_prefix(parts[:cut], function.prefix)
            if module is None:
                continue
            path = module_file(tree, folder, module)
            if path is not None and is_packaged(package, function.code_root, path):
                return path, ".".join(parts[cut:])
    return None


def is_packaged(package: Package, code_root: str, path: str) -> bool:
    """Tell whether the function has the file at *path*: what lies outside of *code_root* is there by other means."""
    if not code_root:
        return package.holds(path)
    return not path.startswith(f"{code_root}/") or package.holds(path[len(code_root) + 1 :])


def module_file(tree: Tree, folder: str, module: list[str]) -> str | None:
    """Return the file of the dotted *module* when imports start at *folder*, or None."""
    stem = Tree.join(folder, "/".join(module))
    if not stem:
        return None
    return next((path for path in (f"{stem}/__init__.py", f"{stem}.py") if path in tree), None)


def _below_prefix(module: list[str], prefix: str) -> list[str] | None:
    above = [part for part in prefix.split("/") if part]
    if module[: len(above)] != above or len(module) == len(above):
        return None
    return module[len(above) :]
