"""LMB304 cleanup-skipped-on-error."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambdalint.model import Confidence, Family, Removal, RuleMeta, Safety, Severity
from lambdalint.rules.growth import grows, left_behind
from lambdalint.rules.rule import Rule

if TYPE_CHECKING:
    import libcst as cst

    from lambdalint.model import Effect, Fix
    from lambdalint.rules.fixes.site import Site


class CleanupSkippedOnError(Rule):
    """Flags removals from `/tmp` that an exception skips.

    ## What it does

    Flags what an invocation makes in `/tmp` under a new name, temporary files and unpacked archives
    included, and removes only if nothing goes wrong: between the two stands a `raise`, or a call that
    fails now and then, such as a request over the network or a child process, and no `finally`, `with` or
    `except` removes the object on that way.

    The fix moves the removal into a `finally` clause, and what comes before it, from the making of the file
    on, into its `try`. Where the file may not be there yet, the removal is made to bear that. There is no
    fix where a handler around the removal uses the file, too, where removal and making are in different
    functions and none of them calls both, other statements stand on their lines, or a comment says that the
    removal is meant for some ways only. It is unsafe where a caller gave the path, and where a thread or a
    handler may still want the file.

    ## Why it fails on Lambda

    An exception ends the invocation, not the environment. The next invocation finds `/tmp` as the failed
    one left it, and an asynchronous event is tried again, twice, which leaves two more files. When a
    service is down for an hour, each event in that hour leaves its files, and in the end no invocation has
    room: `OSError: [Errno 28] No space left on device`.

    ## Example

    ```python
    import os
    import uuid

    import boto3

    s3 = boto3.client("s3")


    def handler(event, context):
        path = f"/tmp/{uuid.uuid4()}.csv"
        with open(path, "w") as out:
            out.write(event["report"])
        s3.upload_file(path, "reports", event["name"])
        os.remove(path)
    ```

    ## Use instead

    ```python
    import os
    import uuid

    import boto3

    s3 = boto3.client("s3")


    def handler(event, context):
        path = f"/tmp/{uuid.uuid4()}.csv"
        try:
            with open(path, "w") as out:
                out.write(event["report"])
            s3.upload_file(path, "reports", event["name"])
        finally:
            os.remove(path)
    ```

    A `tempfile.TemporaryDirectory()` in a `with` statement does the same in fewer lines.

    ## Options

    None.

    ## Known limits

    Almost every expression can raise something. Only calls that are known to fail in practice, calls of
    functions that are not known, and `raise` count.
    """

    meta = RuleMeta(
        code="LMB304",
        name="cleanup-skipped-on-error",
        family=Family.GROWTH,
        severity=Severity.WARNING,
        confidence=Confidence.MEDIUM,
        summary="Flags removals from `/tmp` that an exception skips.",
        since="0.1.0",
        fix=Safety.SAFE,
    )

    def concerns(self, effect: Effect) -> bool:
        """Concerned with what is new in each invocation, and removed unless an exception is raised."""
        return grows(effect) and effect.lifetime is not None and effect.lifetime.removed is Removal.ON_SUCCESS

    def visit_Call(self, node: cst.Call) -> None:
        """Report each such effect."""
        for effect in self.effects(node):
            message, advice, sure = left_behind(effect)
            self.report(node, effect, message, advice, confidence=sure)

    def mend(self, site: Site) -> Fix | None:
        """See ``fixes.cleanup``."""
        from lambdalint.rules.fixes.cleanup import removal_moved

        return removal_moved(site, self.may_report)
