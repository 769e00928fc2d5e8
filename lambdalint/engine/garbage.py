"""How often the cycle collector looks at what lambdalint holds: syntax and states are large, and hold few cycles."""

from __future__ import annotations

import contextlib
import gc
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_ALLOCATIONS = 200_000
"""New containers between two looks at the newest of them; Python's own bound makes a quarter of the run time."""


def collect_seldom() -> None:
    """Let the collector look less often, and never again at what is there already."""
    gc.freeze()
    gc.set_threshold(_ALLOCATIONS, *gc.get_threshold()[1:])


@contextlib.contextmanager
def collected_seldom() -> Iterator[None]:
    """Let the collector look less often for a while."""
    thresholds = gc.get_threshold()
    collect_seldom()
    try:
        yield
    finally:
        gc.set_threshold(*thresholds)
        gc.unfreeze()
