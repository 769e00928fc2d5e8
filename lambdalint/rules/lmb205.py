"""LMB205 tmp-path-leaves-invocation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambdalint.model import Confidence, EffectKind, Family, RuleMeta, Severity
from lambdalint.rules.persistence import FILES, exit_of, lifetime_in_tmp
from lambdalint.rules.rule import Rule
from lambdalint.rules.wording import action

if TYPE_CHECKING:
    import libcst as cst

    from lambdalint.model import Effect

_KINDS = FILES | {EffectKind.CREATE_DIR}


class TmpPathLeavesInvocation(Rule):
    r"""Flags paths in `/tmp` that are handed to somebody outside of the invocation.

    ## What it does

    Flags what is made in `/tmp` where its path is returned by the handler, stored in a database, or sent in a
    message, and its content is not stored in a durable place. The finding stands at the call that makes the
    file and names the place where its path leaves.

    ## Why it fails on Lambda

    A path in `/tmp` means something in one execution environment only. Whoever gets it, the caller, the next
    state of a state machine, the consumer of a queue, or a later invocation that reads the database, looks for
    it in another `/tmp`, or after this one has vanished.

    ## Example

    ```python
    def handler(event, context):
        with open("/tmp/report.csv", "w") as out:
            out.write("number,total\n")
        return {"report": "/tmp/report.csv"}
    ```

    ## Use instead

    ```python
    import boto3

    s3 = boto3.client("s3")


    def handler(event, context):
        s3.put_object(Bucket="reports", Key="report.csv", Body="number,total\n")
        return {"bucket": "reports", "key": "report.csv"}
    ```

    A file on EFS has a path that every function with the same mount understands.

    ## Options

    None.

    ## Known limits

    A path whose file is stored elsewhere in the same invocation is not reported, although its receiver cannot
    use it either.
    """

    meta = RuleMeta(
        code="LMB205",
        name="tmp-path-leaves-invocation",
        family=Family.PERSISTENCE,
        severity=Severity.WARNING,
        confidence=Confidence.HIGH,
        summary="Flags paths in `/tmp` that are handed to somebody outside of the invocation.",
        since="0.1.0",
    )

    def concerns(self, effect: Effect) -> bool:
        """Concerned with objects whose path leaves, and whose content does not."""
        lifetime = lifetime_in_tmp(effect, _KINDS)
        return lifetime is not None and lifetime.escapes is not None and lifetime.stored is None

    def visit_Call(self, node: cst.Call) -> None:
        """Report each such effect, naming where the path leaves."""
        for effect in self.effects(node):
            escape = effect.lifetime.escapes if effect.lifetime is not None else None
            if escape is None:
                continue
            way = exit_of(escape, effect.span)
            self.report(
                node,
                effect,
                f"{action(effect)}, and its path leaves the invocation ({way}), to where /tmp is another",
                "send the content to S3 and hand out its bucket and key, or keep it on EFS",
            )
