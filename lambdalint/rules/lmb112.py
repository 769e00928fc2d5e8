"""LMB112 silent-log-file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambdalint.model import Confidence, Family, Guard, RuleMeta, Safety, Severity
from lambdalint.rules.fixes.log import log_to_stdout
from lambdalint.rules.log_files import idle, log_file
from lambdalint.rules.rule import Rule
from lambdalint.rules.wording import action

if TYPE_CHECKING:
    import libcst as cst

    from lambdalint.model import Effect, Fix
    from lambdalint.rules.fixes.site import Site


class SilentLogFile(Rule):
    """Flags log files that are not written: `basicConfig(filename=...)`, and handlers in read-only places.

    ## What it does

    Flags `logging.basicConfig(filename=...)` on AWS Lambda, wherever the file is, and log files outside of
    the writable places: handlers of `logging`, files that are named in a configuration for `dictConfig` or
    `fileConfig`, and sinks of other logging libraries.

    ## Why it fails on Lambda

    The runtime installs a handler at the root logger before it imports the function's code.
    `logging.basicConfig` does nothing where the root logger has a handler: no file is opened, no level and no
    format is set, and nothing says so. With `force=True` it removes the runtime's handler and opens the file.

    A handler of a file opens it when it is made. In the code's directory, in the home and everywhere
    else outside of `/tmp` that raises `OSError: [Errno 30] Read-only file system`, mostly at import, so that
    no invocation succeeds.

    ## Example

    ```python
    import logging

    logging.basicConfig(filename="/tmp/orders.log", level=logging.INFO)


    def handler(event, context):
        logging.info("order %s", event["number"])
    ```

    ## Use instead

    ```python
    import logging

    logging.getLogger().setLevel(logging.INFO)


    def handler(event, context):
        logging.info("order %s", event["number"])
    ```

    What the runtime's handler prints is collected by CloudWatch Logs. Log files in `/tmp` are LMB206.

    ## Options

    None.

    ## Known limits

    `basicConfig` is reported where the runtime's handler is there for certain: not on other platforms, not
    where the Lambda Web Adapter or a wrapper starts the code, and not where code that runs before asks for
    handlers, or removes them. A folder below `/mnt` that no known template mounts is LMB101.

    The fix (unsafe) makes the log go to standard output. `basicConfig` gets `force=True`, so that its level
    and format come into force. There is no fix where the project reads the file, or rotates it by itself.
    """

    meta = RuleMeta(
        code="LMB112",
        name="silent-log-file",
        family=Family.READ_ONLY,
        severity=Severity.ERROR,
        confidence=Confidence.HIGH,
        summary="Flags log files that are not written: `basicConfig(filename=...)`, and handlers in read-only places.",
        since="0.1.0",
        fix=Safety.UNSAFE,
    )

    def concerns(self, effect: Effect) -> bool:
        """Concerned with log files that are refused, and with those that are never opened."""
        return idle(effect) or (log_file(effect) and Guard.FALLBACK not in effect.guards)

    def visit_Call(self, node: cst.Call) -> None:
        """Report each such effect."""
        for effect in self.effects(node):
            if idle(effect):
                self.report(
                    node,
                    effect,
                    f"{action(effect)} in name only: the runtime has given the root logger a handler before, so that"
                    " basicConfig() opens no file and sets neither level nor format",
                    "leave out the file, as what is logged is collected, and set the level with"
                    " logging.getLogger().setLevel()",
                    severity=Severity.WARNING,
                )
                continue
            self.report(
                node,
                effect,
                f"{action(effect)}, which is read-only at run time",
                "log to standard output, which the platform collects",
            )

    def mend(self, site: Site) -> Fix | None:
        """Log to standard output, or to what is there already."""
        return log_to_stdout(site)
