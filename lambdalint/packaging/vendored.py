"""Which installed packages lie in a function's folder, or in that of a layer."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection

    from lambdalint.model import Tree, Vendored

_MINOR = re.compile(r"python3\.(?:\d+|\*)")
_VENDOR = "vendor"


def vendored_in(tree: Tree, folder: str, *, below: tuple[str, ...] = ()) -> tuple[Vendored, ...]:
    """Return what was installed right into *folder*, or into one of its subfolders *below*.

    The folder is relative to the root, the subfolders to the folder. ``python3.12`` or ``python3.*`` as a folder's
    name in *below* stands for any minor version.
    """
    wanted = [re.compile(_expression(folder, "")), *(re.compile(_expression(folder, one)) for one in below)]
    return tuple(one for one in tree.vendored if any(each.fullmatch(one.directory) for each in wanted))


def in_code_root(tree: Tree, code_root: str, others: Collection[str]) -> tuple[Vendored, ...]:
    """Return what was installed anywhere below *code_root*, but not below one of *others*.

    *others* are folders of layers and the code roots of other functions; only those that lie below *code_root*
    count. All of it is shipped; :func:`is_importable` tells what Python finds there.
    """
    apart = [one for one in others if one != code_root and _lies_in(one, code_root)]
    return tuple(
        one
        for one in tree.vendored
        if _lies_in(one.directory, code_root) and not any(_lies_in(one.directory, other) for other in apart)
    )


def is_importable(vendored: Vendored, code_root: str) -> bool:
    """Tell whether a function finds *vendored* without further ado: it lies in *code_root*, or in its ``vendor``.

    Chalice packs what ``vendor`` holds beside the code (https://aws.github.io/chalice/topics/packaging.html).
    """
    return vendored.directory in {code_root, f"{code_root}/{_VENDOR}".lstrip("/")}


def _lies_in(path: str, folder: str) -> bool:
    return not folder or path == folder or path.startswith(f"{folder}/")


def _expression(folder: str, below: str) -> str:
    parts = [re.escape(part) for part in folder.split("/") if part]
    parts += [r"python3\.\d+" if _MINOR.fullmatch(part) else re.escape(part) for part in below.split("/") if part]
    return "/".join(parts)
