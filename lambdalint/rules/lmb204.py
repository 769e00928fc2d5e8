"""LMB204 upload-kept-in-tmp."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambdalint.model import Confidence, EffectKind, Family, Phase, Removal, RuleMeta, Severity
from lambdalint.rules.persistence import lifetime_in_tmp, shared_by
from lambdalint.rules.rule import Rule
from lambdalint.rules.wording import action

if TYPE_CHECKING:
    import libcst as cst

    from lambdalint.model import Effect

_KINDS = frozenset({EffectKind.WRITE, EffectKind.EXTRACT})


class UploadKeptInTmp(Rule):
    """Flags what a request sends and the code keeps in `/tmp` alone.

    ## What it does

    Flags writes of uploaded files, request bodies and events into `/tmp` where the invocation ends without
    having stored the content elsewhere, worked on it, or removed it.

    ## Why it fails on Lambda

    The request was answered, and its sender believes that the file was kept. It lies in the `/tmp` of one
    execution environment: the next request may be served by another one, which does not have it, and it is gone
    for good when the environment ends, which is minutes later.

    ## Example

    ```python
    from flask import Flask, request
    from werkzeug.utils import secure_filename

    app = Flask(__name__)


    @app.post("/documents")
    def upload():
        document = request.files["document"]
        document.save("/tmp/" + secure_filename(document.filename))
        return "", 201
    ```

    ## Use instead

    ```python
    import boto3
    from flask import Flask, request
    from werkzeug.utils import secure_filename

    app = Flask(__name__)
    s3 = boto3.client("s3")


    @app.post("/documents")
    def upload():
        document = request.files["document"]
        s3.upload_fileobj(document, "documents", secure_filename(document.filename))
        return "", 201
    ```

    Large files do better with a presigned address, to which the browser sends them past the function. A file on
    EFS, mounted below `/mnt`, serves where later code needs a path.

    ## Options

    None.

    ## Known limits

    A function of unknown code that is given the path, or a command, counts as work on the file. Appending to a
    file is not judged. A file that another request reads is LMB202, a path that is returned or
    sent LMB205.
    """

    meta = RuleMeta(
        code="LMB204",
        name="upload-kept-in-tmp",
        family=Family.PERSISTENCE,
        severity=Severity.ERROR,
        confidence=Confidence.HIGH,
        summary="Flags what a request sends and the code keeps in `/tmp` alone.",
        since="0.1.0",
    )

    def concerns(self, effect: Effect) -> bool:
        """Concerned with files that hold what the request sent, and that nothing else is done with."""
        lifetime = lifetime_in_tmp(effect, _KINDS)
        return (
            lifetime is not None
            and effect.phase is Phase.INVOKE
            and lifetime.request_content
            and lifetime.removed is Removal.NEVER
            and lifetime.stored is None
            and lifetime.fetched is None
            and lifetime.escapes is None
            and not lifetime.read_back
            and not shared_by(effect)
        )

    def visit_Call(self, node: cst.Call) -> None:
        """Report each such effect."""
        for effect in self.effects(node):
            self.report(
                node,
                effect,
                f"{action(effect)}, the only copy of what the request sent, lost with the execution environment",
                "send it to S3 before the invocation ends, or write it to EFS",
            )
