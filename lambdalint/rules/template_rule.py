"""The base of the rules on what templates declare, and what they may look at."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from lambdalint.rules.asked_once import AskedOnce

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from lambdalint.catalogue import Catalogue
    from lambdalint.catalogue.schema import PlatformRow, PlatformVariant
    from lambdalint.model import Effect, EntryPoint, Finding, Function, Room, Tree
    from lambdalint.rules.definition import RuleDefinition


class Declared(msgspec.Struct, frozen=True):
    """The functions of a project, the files around them, and what their code does.

    ``text_of`` gives the text of a file by the path that spans have; ``effects`` and ``entry_points`` are those of all
    functions.
    """

    functions: Sequence[Function]
    entry_points: Sequence[EntryPoint]
    effects: Sequence[Effect]
    tree: Tree
    text_of: Callable[[str], str | None]
    catalogue: Catalogue

    def platform(self, room: Room) -> PlatformRow | None:
        """Return what is known of the platform of *room*; None for one that the catalogue does not have."""
        return self.catalogue.platforms.get(room.platform)

    def variants(self, room: Room) -> tuple[PlatformVariant, ...]:
        """Return the ways of running that the template of *room* asks for and its platform knows."""
        platform = self.platform(room)
        return tuple(one for one in platform.variant if one.name in room.variants) if platform is not None else ()


class TemplateRule(AskedOnce):
    """A rule that is asked once for all functions, of the settings that their templates state."""

    def __init__(self, options: RuleDefinition.Options) -> None:
        self.options = options

    def judge(self, declared: Declared) -> Iterable[Finding]:
        """Yield the findings on the functions of a project."""
        raise NotImplementedError
