"""How findings speak of what a child process does: which program does it, and to which path."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from lambdalint.model import EffectKind
from lambdalint.rules.wording import action

if TYPE_CHECKING:
    from lambdalint.model import Effect

_REDIRECTIONS = frozenset({">", ">>"})


def deed_of(effect: Effect) -> str:
    """Return what a program does, with its name: "wget writes 'x.zip' to /var/task/x.zip"."""
    # What a command fills a folder with need not come from an archive.
    kind = EffectKind.CREATE_DIR if effect.kind is EffectKind.EXTRACT else effect.kind
    deed = action(replace(effect, kind=kind))
    if effect.kind is EffectKind.EXTRACT:
        deed = deed.replace("creates the directory", "puts files into", 1)
    return f"{program_of(effect)} {deed}"


def program_of(effect: Effect) -> str:
    """Return the name of the program, or the shell where that opens the file itself."""
    name = effect.callee.removeprefix("command ")
    return "the shell" if name in _REDIRECTIONS else name.partition(" -")[0].removesuffix(" profile")
