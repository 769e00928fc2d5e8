"""What bounds a log file: handlers that rotate it, or that start it anew in each invocation."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from lambdalint.model import Phase
from lambdalint.rules.fixes.call_arguments import argument_of, keyword_of

if TYPE_CHECKING:
    from lambdalint.model import Effect

_BOUNDS = {
    "logging.handlers.RotatingFileHandler": (("maxBytes", 2), ("backupCount", 3)),
    "logging.handlers.TimedRotatingFileHandler": (("backupCount", 3),),
}
"""The arguments, with their positions, that a log handler needs to drop old content."""


def rotates(effect: Effect, node: cst.Call) -> bool:
    """Tell whether the arguments of a log handler make it drop old content; so may those that are not seen."""
    name = effect.callee.rpartition(".")[2]
    if name == "basicConfig":
        # The runtime has installed a handler before, so that no file is opened without `force`.
        force = _value(node, "force", None)
        return force is None or not (isinstance(force, cst.Name) and force.value == "True")
    if effect.callee == "loguru.logger.add":
        return any(argument.star or keyword_of(argument) == "rotation" for argument in node.args)
    bounds = _BOUNDS.get(effect.callee)
    if bounds is None:
        return False
    return any(argument.star for argument in node.args) or all(
        (value := _value(node, name, position)) is not None and not _is_zero(value) for name, position in bounds
    )


def starts_anew(effect: Effect, node: cst.Call) -> bool:
    """Tell whether each invocation opens the log anew and truncates it."""
    mode = _value(node, "mode", 1)
    return (
        effect.phase is Phase.INVOKE
        and effect.lifetime is not None
        and not effect.lifetime.once
        and isinstance(mode, cst.SimpleString)
        and str(mode.evaluated_value).startswith("w")
    )


def _value(node: cst.Call, name: str, position: int | None) -> cst.BaseExpression | None:
    argument = argument_of(node, name, position)
    return None if argument is None else argument.value


def _is_zero(value: cst.BaseExpression) -> bool:
    return isinstance(value, cst.Integer) and value.evaluated_value == 0
