"""How a reader asks for what it may have concluded in an earlier run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

    from lambdalint.model import Tree

_Value = TypeVar("_Value")


class Recalled(Protocol):
    """Gives what is concluded from the files of a tree, and from plain values, the parts of its key."""

    def __call__(
        self, kind: str, parts: tuple[object, ...], of: type[_Value], tree: Tree, make: Callable[[Tree], _Value], /
    ) -> _Value:
        """Return what *make* concludes, or has concluded before; it must look at the given tree and at nothing else."""


def anew(
    kind: str, parts: tuple[object, ...], of: type[_Value], tree: Tree, make: Callable[[Tree], _Value], /
) -> _Value:
    """Conclude it anew."""
    del kind, parts, of
    return make(tree)
