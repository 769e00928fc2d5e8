"""The arguments of a call, as concrete syntax."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import libcst as cst


def keyword_of(argument: cst.Arg) -> str | None:
    """Return the name that *argument* is passed by; None of a positional one."""
    return argument.keyword.value if argument.keyword is not None else None


def argument_of(call: cst.Call, name: str, position: int | None) -> cst.Arg | None:
    """Return the argument that *call* passes by the keyword *name*, or at *position*; None where none is seen."""
    for index, argument in enumerate(call.args):
        if argument.star:
            if not argument.star.startswith("**"):
                position = None
            continue
        keyword = keyword_of(argument)
        if keyword == name or (keyword is None and index == position):
            return argument
    return None


def has_starred(call: cst.Call) -> bool:
    """Tell whether *call* passes arguments that are not seen."""
    return any(argument.star for argument in call.args)
