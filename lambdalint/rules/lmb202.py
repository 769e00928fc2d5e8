"""LMB202 state-shared-through-tmp."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambdalint.model import Confidence, Family, RuleMeta, Severity
from lambdalint.rules.persistence import reader, shared_by
from lambdalint.rules.rule import Rule
from lambdalint.rules.wording import action

if TYPE_CHECKING:
    import libcst as cst

    from lambdalint.model import Effect


class StateSharedThroughTmp(Rule):
    """Flags files in `/tmp` by which one request tells another something.

    ## What it does

    Flags a write in `/tmp` where another handler or route, or a later invocation, reads that file without
    having written it. The name may be fixed, or be made of the request on both sides, as in
    `/tmp/notes/{name}.txt`. The finding stands at the write and names the reader. A cache, which is made anew
    where it is missing or too old, is left alone.

    ## Why it fails on Lambda

    The reader may run in another execution environment than the writer, whose `/tmp` does not hold the file, or
    holds what another request wrote into it. It works in a test, where one environment serves all requests, and
    fails under load and after each pause.

    ## Example

    ```python
    import json

    from flask import Flask, request

    app = Flask(__name__)


    @app.put("/settings")
    def save():
        with open("/tmp/settings.json", "w") as out:
            json.dump(request.json, out)
        return "", 204


    @app.get("/settings")
    def show():
        with open("/tmp/settings.json") as stream:
            return json.load(stream)
    ```

    ## Use instead

    ```python
    import boto3
    from flask import Flask, request

    app = Flask(__name__)
    settings = boto3.resource("dynamodb").Table("settings")


    @app.put("/settings")
    def save():
        settings.put_item(Item={"id": "settings", "values": request.json})
        return "", 204


    @app.get("/settings")
    def show():
        return settings.get_item(Key={"id": "settings"})["Item"]["values"]
    ```

    S3 serves for larger pieces, ElastiCache for what is read very often. What does not change between
    deployments is best made when the package is built.

    ## Options

    None.

    ## Known limits

    Two names that are made of requests in the same way are taken for the same file. Databases are LMB201.
    """

    meta = RuleMeta(
        code="LMB202",
        name="state-shared-through-tmp",
        family=Family.PERSISTENCE,
        severity=Severity.WARNING,
        confidence=Confidence.HIGH,
        summary="Flags files in `/tmp` by which one request tells another something.",
        since="0.1.0",
    )

    def concerns(self, effect: Effect) -> bool:
        """Concerned with files that others rely on."""
        return bool(shared_by(effect))

    def visit_Call(self, node: cst.Call) -> None:
        """Report each such effect, naming the first reader in the order of their places."""
        for effect in self.effects(node):
            first = min(shared_by(effect), key=lambda step: (step.span, step.text))
            self.report(
                node,
                effect,
                f"{action(effect)}, which {reader(first, effect.span)}, perhaps in another execution environment, "
                "where it is missing or older",
                "keep what requests share in DynamoDB, S3 or ElastiCache",
            )
