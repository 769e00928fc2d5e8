"""LMB206 log-file-in-tmp."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambdalint.model import Confidence, EffectKind, Family, Removal, RuleMeta, Safety, Severity
from lambdalint.rules.fixes.log import log_to_stdout
from lambdalint.rules.log_files import idle
from lambdalint.rules.persistence import lifetime_in_tmp
from lambdalint.rules.rule import Rule
from lambdalint.rules.wording import action, advice

if TYPE_CHECKING:
    import libcst as cst

    from lambdalint.model import Effect, Fix
    from lambdalint.rules.fixes.site import Site


class LogFileInTmp(Rule):
    """Flags log files in `/tmp` that nobody ships.

    ## What it does

    Flags handlers of `logging`, and sinks of other logging libraries, that write into a file in `/tmp` which is
    neither read, nor sent anywhere, nor removed.

    ## Why it fails on Lambda

    Nobody can look into the `/tmp` of an execution environment, and it is gone, with the log in it, when the
    environment ends: after a crash or a timeout, at once. What a function prints, or logs to standard error, is
    collected by CloudWatch Logs without any file.

    ## Example

    ```python
    import logging

    logger = logging.getLogger("orders")
    logger.addHandler(logging.FileHandler("/tmp/orders.log"))


    def handler(event, context):
        logger.error("refused %s", event["number"])
    ```

    ## Use instead

    ```python
    import logging

    logger = logging.getLogger("orders")
    logger.setLevel(logging.INFO)


    def handler(event, context):
        logger.error("refused %s", event["number"])
    ```

    The runtime has installed a handler at the root logger, which writes to CloudWatch Logs.

    ## Options

    None.

    ## Known limits

    `logging.basicConfig(filename=...)` without `force=True` makes no file: that is LMB112. Files that are written
    with `open` and called a log are files like any other.

    The fix (unsafe) removes a handler that has no level and no formatter of its own, as the root logger's handler
    prints the same records; any other becomes a handler of standard output. A dictionary for `dictConfig` must be
    seen as a whole for it. There is no fix where the project reads the file, or rotates it by itself.
    """

    meta = RuleMeta(
        code="LMB206",
        name="log-file-in-tmp",
        family=Family.PERSISTENCE,
        severity=Severity.WARNING,
        confidence=Confidence.HIGH,
        summary="Flags log files in `/tmp` that nobody ships.",
        since="0.1.0",
        fix=Safety.UNSAFE,
    )

    def concerns(self, effect: Effect) -> bool:
        """Concerned with log files that stay where they are."""
        lifetime = lifetime_in_tmp(effect, {EffectKind.LOG})
        return (
            lifetime is not None
            and not idle(effect)
            and lifetime.stored is None
            and lifetime.removed is Removal.NEVER
            and not lifetime.read_back
        )

    def visit_Call(self, node: cst.Call) -> None:
        """Report each such effect."""
        for effect in self.effects(node):
            self.report(
                node,
                effect,
                f"{action(effect)}, where nobody can read it and which vanishes with the execution environment",
                advice(effect),
            )

    def mend(self, site: Site) -> Fix | None:
        """Log to standard output, or to what is there already."""
        return log_to_stdout(site)
