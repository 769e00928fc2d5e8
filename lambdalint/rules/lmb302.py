"""LMB302 append-without-bound."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from lambdalint.model import Base, Confidence, EffectKind, Family, Phase, Removal, RuleMeta, Severity
from lambdalint.rules.rule import Rule
from lambdalint.rules.wording import action

if TYPE_CHECKING:
    from lambdalint.model import Effect

_BOUNDS = {
    "logging.handlers.RotatingFileHandler": (("maxBytes", 2), ("backupCount", 3)),
    "logging.handlers.TimedRotatingFileHandler": (("backupCount", 3),),
}
"""The arguments, with their positions, that a log handler needs to drop old content."""

_ROTATION_UNKNOWN = frozenset({"logging.config.dictConfig", "logging.handlers.BaseRotatingHandler"})


class AppendWithoutBound(Rule):
    """Flags files in `/tmp` that each invocation appends to.

    ## What it does

    Flags files under a fixed name in `/tmp` that are opened for appending, and log handlers that write to
    one, where nothing truncates, rotates or removes the file. A log handler or an open file that is kept
    from the import on is flagged too: the invocations write to it.

    ## Why it fails on Lambda

    An execution environment serves invocations for hours and keeps `/tmp` between them. The file gets
    longer with each invocation until `/tmp` is full, and every write of the function fails with `OSError:
    [Errno 28] No space left on device`. Nobody reads the file: it belongs to one of many environments, and
    vanishes with it.

    ## Example

    ```python
    import logging

    logger = logging.getLogger()
    logger.addHandler(logging.FileHandler("/tmp/orders.log"))


    def handler(event, context):
        logger.warning("order %s", event["order"])
    ```

    ## Use instead

    ```python
    import logging

    logger = logging.getLogger()


    def handler(event, context):
        logger.warning("order %s", event["order"])
    ```

    What goes to standard output or through `logging` is collected by the platform. Data that must last
    belongs into a database or S3; a file that is needed for one invocation is opened with mode `w`.

    ## Options

    None.

    ## Known limits

    A name that is new in each invocation is LMB301. `logging.basicConfig(filename=...)` opens no file on
    AWS Lambda, unless it is called with `force=True`. Whether the handlers of `logging.config.dictConfig`
    rotate is not known; they are not flagged.
    """

    meta = RuleMeta(
        code="LMB302",
        name="append-without-bound",
        family=Family.GROWTH,
        severity=Severity.WARNING,
        confidence=Confidence.HIGH,
        summary="Flags files in `/tmp` that each invocation appends to.",
        since="0.1.0",
    )

    passes_over = "the call lets it rotate or starts it anew, or nothing is written to it afterwards"

    _assigned: cst.BaseExpression | None = None
    """The value of the innermost assignment at hand."""
    _closed: cst.BaseExpression | None = None
    """What ``close`` is called on at once."""

    def concerns(self, effect: Effect) -> bool:
        """Concerned with what gets longer under a fixed name, and is never removed."""
        lifetime = effect.lifetime
        return (
            effect.kind in {EffectKind.APPEND, EffectKind.LOG}
            and effect.callee not in _ROTATION_UNKNOWN
            and effect.place.base is Base.TMP
            and lifetime is not None
            and lifetime.kind is None
            and (effect.phase is Phase.INIT or lifetime.removed is Removal.NEVER)
            and not lifetime.cached
        )

    def visit_Assign(self, node: cst.Assign) -> None:
        """Note what is assigned."""
        self._assigned = node.value

    def visit_AnnAssign(self, node: cst.AnnAssign) -> None:
        """Note what is assigned."""
        self._assigned = node.value

    def visit_Attribute(self, node: cst.Attribute) -> None:
        """Note what is closed without a word written."""
        if node.attr.value == "close":
            self._closed = node.value

    def visit_Call(self, node: cst.Call) -> None:
        """Report each such effect."""
        for effect in self.effects(node):
            if effect.kind is EffectKind.LOG:
                if _rotates(effect, node) or _starts_anew(effect, node):
                    continue
                advice = "log to standard output, which the platform collects"
            else:
                if node is self._closed or not self._is_written_again(effect, node):
                    continue
                advice = "open it with mode 'w', or send what must last to S3 or a database"
            self.report(
                node,
                effect,
                f"{action(effect)}, which gets longer with each warm invocation until /tmp is full, "
                "because nothing truncates or removes it",
                advice,
                confidence=Confidence.MEDIUM if effect.place.holes else Confidence.HIGH,
            )

    def _is_written_again(self, effect: Effect, node: cst.Call) -> bool:
        """Tell whether invocations write to the file: what is opened once must be kept for that."""
        if effect.phase is Phase.INIT:
            return node is self._assigned
        return effect.lifetime is not None and not effect.lifetime.once


def _rotates(effect: Effect, node: cst.Call) -> bool:
    """Tell whether the arguments of a log handler make it drop old content; so may those that are not seen."""
    name = effect.callee.rpartition(".")[2]
    if name == "basicConfig":
        # The runtime has installed a handler before, so that no file is opened without `force`.
        force = _argument(node, "force", None)
        return force is None or not (isinstance(force, cst.Name) and force.value == "True")
    if effect.callee == "loguru.logger.add":
        return any(argument.star or _keyword(argument) == "rotation" for argument in node.args)
    bounds = _BOUNDS.get(effect.callee)
    if bounds is None:
        return False
    return any(argument.star for argument in node.args) or all(
        (value := _argument(node, name, position)) is not None and not _is_zero(value) for name, position in bounds
    )


def _starts_anew(effect: Effect, node: cst.Call) -> bool:
    """Tell whether each invocation opens the log anew and truncates it."""
    mode = _argument(node, "mode", 1)
    return (
        effect.phase is Phase.INVOKE
        and effect.lifetime is not None
        and not effect.lifetime.once
        and isinstance(mode, cst.SimpleString)
        and str(mode.evaluated_value).startswith("w")
    )


def _argument(node: cst.Call, name: str, position: int | None) -> cst.BaseExpression | None:
    for index, argument in enumerate(node.args):
        keyword = _keyword(argument)
        if keyword == name or (keyword is None and index == position and not argument.star):
            return argument.value
    return None


def _keyword(argument: cst.Arg) -> str | None:
    return argument.keyword.value if argument.keyword is not None else None


def _is_zero(value: cst.BaseExpression) -> bool:
    return isinstance(value, cst.Integer) and value.evaluated_value == 0
