"""What is known of one call that makes something in ``/tmp``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from lambdalint.model import EffectKind, Removal

if TYPE_CHECKING:
    from lambdalint.facts.ir import FunctionFacts
    from lambdalint.model import EntryPoint, Excess, Hole, Span, Step

MAKING = frozenset(
    {
        EffectKind.WRITE,
        EffectKind.APPEND,
        EffectKind.CREATE_DIR,
        EffectKind.EXTRACT,
        EffectKind.DATABASE,
        EffectKind.LOG,
        EffectKind.RENAME,
        EffectKind.CACHE,
    }
)
_GROWING = frozenset({EffectKind.EXTRACT, EffectKind.APPEND, EffectKind.LOG, EffectKind.CACHE})


class Account(msgspec.Struct):
    """What is known of the objects that one call makes under one name, over all entry points of a function."""

    text: str
    kind: EffectKind
    varies: Hole | None
    cleans_up: bool = False
    limited: bool = False
    cached: bool = True
    invoked: bool = False
    recurs: bool = False
    left: bool = False
    left_at: Step | None = None
    raised: Step | None = None
    caught: Step | None = None
    removal: Span | None = None
    maker: FunctionFacts | None = None
    maker_path: str = ""
    finalizer: FunctionFacts | None = None
    handed_over: bool = True
    guessed_removal: bool = False
    unfinished: bool = False
    frames: tuple[int, ...] = ()
    size: int = 0
    excess: Excess | None = None
    entries: dict[EntryPoint, None] = msgspec.field(default_factory=dict)
    conditions: frozenset[object] | None = None
    ways: dict[int, Step] = msgspec.field(default_factory=dict)

    @property
    def may_grow(self) -> bool:
        """Whether further invocations may make further objects."""
        return self.varies is not None or self.kind in _GROWING

    def fail(self, steps: tuple[Step, ...]) -> None:
        """Note an exception that leaves it behind, by the first call that may raise it.

        Where a ``finally`` clause of a caller removes it, that is one outside of the function that makes it.
        """
        step = steps[0]
        if self.finalizer is not None and self.finalizer is not self.maker:
            step = next((one for one in steps if not self._in_maker(one)), step)
        self.handed_over = self.handed_over and self.finalizer not in (None, self.maker) and self._in_maker(step)
        self.raised = self.raised or step

    def _in_maker(self, step: Step) -> bool:
        if self.maker is None or step.span.path != self.maker_path:
            return False
        return self.maker.at[0] <= step.span.line <= self.maker.at[2]

    @property
    def is_folder(self) -> bool:
        """Whether it is a folder by itself."""
        return self.kind is EffectKind.CREATE_DIR

    @property
    def removed(self) -> Removal:
        """On which ways out it is removed."""
        if self.cleans_up:
            return Removal.ALWAYS
        if self.left:
            return Removal.NEVER if self.removal is None else Removal.SOMETIMES
        if self.raised is not None:
            return Removal.NEVER if self.removal is None else Removal.ON_SUCCESS
        return Removal.ALWAYS
