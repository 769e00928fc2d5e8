"""LMB207 session-in-tmp."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from lambdalint import catalogue
from lambdalint.model import Base, Confidence, EffectKind, Family, RuleMeta, Severity
from lambdalint.rules.rule import Rule
from lambdalint.rules.wording import shown

if TYPE_CHECKING:
    from collections.abc import Mapping

    import libcst as cst

    from lambdalint.model import Effect

_SESSION_STORES = frozenset({"flask_session.filesystem.FileSystemSessionInterface"})
"""Constructors of session stores whose files they are given the folder of."""


class SessionInTmp(Rule):
    """Flags web applications that are configured to keep sessions or uploads in `/tmp`.

    ## What it does

    Flags the call by which a web framework reads its configuration, where this says that sessions, uploads or
    media files are kept below `/tmp`: Flask-Session with `SESSION_TYPE = "filesystem"`, or with a
    `FileSystemCache` of cachelib; Django with sessions in files, or with a `MEDIA_ROOT` for its own file
    storage.

    ## Why it fails on Lambda

    Each request of a browser may be served by another execution environment, with a `/tmp` of its own. The user
    is logged out, or sees an older basket, as soon as a second environment starts. Files that users sent are
    missing in most environments, and are gone for good when theirs ends.

    ## Example

    ```python
    from flask import Flask
    from flask_session import Session

    app = Flask(__name__)
    app.config["SESSION_TYPE"] = "filesystem"
    app.config["SESSION_FILE_DIR"] = "/tmp/sessions"
    Session(app)
    ```

    ## Use instead

    ```python
    from flask import Flask
    from flask_session import Session

    app = Flask(__name__)
    app.config["SESSION_TYPE"] = "dynamodb"
    Session(app)
    ```

    Small sessions fit into signed cookies, the default of Flask, which need no store at all. Django keeps
    sessions in its database, and uploads in S3 with django-storages.

    ## Options

    None.

    ## Known limits

    A folder that is configured for uploads, such as `UPLOAD_FOLDER`, is not reported: what matters is what
    becomes of a file there, see LMB204. Settings that a file without Python or an unknown variable gives are
    not seen.
    """

    meta = RuleMeta(
        code="LMB207",
        name="session-in-tmp",
        family=Family.PERSISTENCE,
        severity=Severity.WARNING,
        confidence=Confidence.HIGH,
        summary="Flags web applications that are configured to keep sessions or uploads in `/tmp`.",
        since="0.1.0",
    )

    def concerns(self, effect: Effect) -> bool:
        """Concerned with session stores, and with settings for sessions and uploads, that lead to `/tmp`."""
        return (
            effect.kind is EffectKind.CACHE
            and effect.place.base is Base.TMP
            and (effect.callee in _SESSION_STORES or effect.callee in _held())
        )

    def visit_Call(self, node: cst.Call) -> None:
        """Report each such effect, naming the setting."""
        for effect in self.effects(node):
            held = _held().get(effect.callee, "sessions")
            setting = f" ({shown(effect.callee)})" if effect.callee in _held() else ""
            self.report(
                node,
                effect,
                f"keeps {held} in {shown(effect.place.path)}{setting}, which the next request may not find",
                "keep uploaded files in S3"
                if held == "uploaded files"
                else "keep sessions in DynamoDB, Redis or cookies",
            )


@cache
def _held() -> Mapping[str, str]:
    """Return what is kept at each place that a setting names, by the setting's dotted name."""
    rows = (row for _, content in catalogue.load().files for row in content.setting)
    return {row.dotted: row.holds for row in rows if row.library is None}
