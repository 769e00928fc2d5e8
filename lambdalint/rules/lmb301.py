"""LMB301 unique-file-never-removed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambdalint.model import Confidence, EffectKind, Family, RuleMeta, Safety, Severity
from lambdalint.rules.growth import grows, left_behind, stays, temporary
from lambdalint.rules.rule import Rule

if TYPE_CHECKING:
    import libcst as cst

    from lambdalint.model import Effect, Fix
    from lambdalint.rules.fixes.site import Site

_KINDS = frozenset(
    {
        EffectKind.WRITE,
        EffectKind.APPEND,
        EffectKind.CREATE_DIR,
        EffectKind.RENAME,
        EffectKind.DATABASE,
        EffectKind.LOG,
        EffectKind.CACHE,
    }
)


class UniqueFileNeverRemoved(Rule):
    """Flags files and directories in `/tmp` under a new name in each invocation that are not removed.

    ## What it does

    Flags what an invocation makes in `/tmp` under a name that another invocation does not use again: a
    uuid, the time, the request's id, a random number, a text from the event such as the key of an object.
    It looks for a removal on each way out of the invocation, in the function itself, in those that it
    calls and in those that call it, and flags what none of them removes, and what an early `return`, a
    `continue` or a branch leaves behind. Temporary files of the `tempfile` module are LMB303, archives
    that are unpacked LMB305, and removals that only an exception skips LMB304. A file inside a temporary
    directory is flagged here as well as the directory itself: its content is what fills `/tmp`.

    The fix puts what makes and uses the file into `try`, and its removal into `finally`. It is safe where
    nothing that is known can want the file afterwards. There is none where the path, or an open file, is
    returned or stored, where another function builds the same path, where nothing in the block uses the
    file again, and for databases, logs and what calls name on their own.

    ## Why it fails on Lambda

    An execution environment serves one invocation after the other, for hours, and keeps `/tmp` between
    them. Each invocation adds a file until the 512 MB (or what the function is configured with) are used
    up, and from then on every write fails with `OSError: [Errno 28] No space left on device`, until the
    platform ends the environment. Tests with a few events never show it.

    ## Example

    ```python
    import boto3

    s3 = boto3.client("s3")


    def handler(event, context):
        for record in event["Records"]:
            key = record["s3"]["object"]["key"]
            path = "/tmp/" + key.replace("/", "_")
            s3.download_file(record["s3"]["bucket"]["name"], key, path)
            with open(path) as report:
                print(len(report.read()))
    ```

    ## Use instead

    ```python
    import os
    import tempfile

    import boto3

    s3 = boto3.client("s3")


    def handler(event, context):
        for record in event["Records"]:
            with tempfile.TemporaryDirectory() as folder:
                path = os.path.join(folder, "report.csv")
                s3.download_file(record["s3"]["bucket"]["name"], record["s3"]["object"]["key"], path)
                with open(path) as report:
                    print(len(report.read()))
    ```

    A fixed name, which each invocation overwrites, does not grow either.

    ## Options

    None.

    ## Known limits

    A name from the event is taken for one of arbitrarily many. Where it can only be one of a few, nothing
    piles up, and the finding can be suppressed. A part of the name that nothing is known of is reported with
    low confidence.
    """

    meta = RuleMeta(
        code="LMB301",
        name="unique-file-never-removed",
        family=Family.GROWTH,
        severity=Severity.WARNING,
        confidence=Confidence.HIGH,
        summary="Flags files and directories in `/tmp` under a new name in each invocation that are not removed.",
        since="0.1.0",
        fix=Safety.SAFE,
    )

    def concerns(self, effect: Effect) -> bool:
        """Concerned with what the code gives a new name in each invocation, and a success leaves behind."""
        return effect.kind in _KINDS and grows(effect) and stays(effect) and _named(effect) and not temporary(effect)

    def visit_Call(self, node: cst.Call) -> None:
        """Report each such effect."""
        for effect in self.effects(node):
            message, advice, sure = left_behind(effect)
            self.report(node, effect, message, advice, confidence=sure)

    def mend(self, site: Site) -> Fix | None:
        """See ``fixes.cleanup``."""
        from lambdalint.rules.fixes.cleanup import removal_added

        return removal_added(site, self.may_report)


def _named(effect: Effect) -> bool:
    """Tell whether the name varies; a cache under a fixed name grows by its entries, see LMB306."""
    return effect.lifetime is not None and effect.lifetime.kind is not None
