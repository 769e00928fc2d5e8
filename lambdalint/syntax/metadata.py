"""LibCST's metadata without walks that nothing takes part in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from libcst.metadata import MetadataWrapper

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    import libcst as cst


class Wrapper(MetadataWrapper):
    """Spares the walks without any visitor that LibCST does for each round of other providers."""

    __slots__ = ()

    def visit_batched(
        self,
        visitors: Iterable[cst.BatchableCSTVisitor],
        before_visit: Callable[[cst.CSTNode], None] | None = None,
        after_leave: Callable[[cst.CSTNode], None] | None = None,
    ) -> cst.CSTNode:
        """Visit with all *visitors* at once, or with none not at all."""
        visitors = list(visitors)
        return super().visit_batched(visitors, before_visit, after_leave) if visitors else self.module
