"""LMB302 append-without-bound."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambdalint.model import Base, Confidence, EffectKind, Family, Phase, Removal, RuleMeta, Safety, Severity
from lambdalint.rules.fixes.append import open_anew
from lambdalint.rules.fixes.log import log_to_stdout
from lambdalint.rules.fixes.log_rotation import rotates, starts_anew
from lambdalint.rules.rule import Rule
from lambdalint.rules.wording import action

if TYPE_CHECKING:
    import libcst as cst

    from lambdalint.model import Effect, Fix
    from lambdalint.rules.fixes.site import Site

_ADVICE = {
    Phase.INIT: "print it, which the platform collects, or send what must last to S3 or a database",
    Phase.INVOKE: "open it with mode 'w', at first in an invocation, or send what must last to S3 or a database",
}
_ROTATION_UNKNOWN = frozenset(
    {"logging.config.dictConfig", "logging.config.fileConfig", "logging.handlers.BaseRotatingHandler"}
)


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

    The fix opens the file with mode `w`, where an invocation opens it once, and nothing reads, sends or adds to
    it elsewhere. It is safe where the project names the file at that one place only. A log goes to standard
    output (unsafe, see LMB206). There is no fix of what is read, stays open, or is appended to in a loop.
    """

    meta = RuleMeta(
        code="LMB302",
        name="append-without-bound",
        family=Family.GROWTH,
        severity=Severity.WARNING,
        confidence=Confidence.HIGH,
        summary="Flags files in `/tmp` that each invocation appends to.",
        since="0.1.0",
        fix=Safety.SAFE,
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
                if rotates(effect, node) or starts_anew(effect, node):
                    continue
                advice = "log to standard output, which the platform collects"
            else:
                if node is self._closed or not self._is_written_again(effect, node):
                    continue
                advice = _ADVICE[effect.phase]
            self.report(
                node,
                effect,
                f"{action(effect)}, which gets longer with each warm invocation until /tmp is full, "
                "because nothing truncates or removes it",
                advice,
                confidence=Confidence.MEDIUM if effect.place.holes else Confidence.HIGH,
            )

    def mend(self, site: Site) -> Fix | None:
        """Open the file anew, or let the log go to standard output."""
        kinds = {effect.kind for effect in site.effects}
        if kinds == {EffectKind.LOG}:
            return log_to_stdout(site)
        return open_anew(site) if kinds == {EffectKind.APPEND} else None

    def _is_written_again(self, effect: Effect, node: cst.Call) -> bool:
        """Tell whether invocations write to the file: what is opened once must be kept for that."""
        if effect.phase is Phase.INIT:
            return node is self._assigned
        return effect.lifetime is not None and not effect.lifetime.once
