"""LMB107 request-path-escapes-tmp."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambdalint.model import Base, Confidence, Family, Guard, HoleKind, RuleMeta, Severity
from lambdalint.rules.read_only import by_command
from lambdalint.rules.rule import Rule
from lambdalint.rules.wording import action, shown

if TYPE_CHECKING:
    import libcst as cst

    from lambdalint.model import Effect, Hole, Place


class RequestPathEscapesTmp(Rule):
    """Flags names from the request that can lead out of the directory they are joined onto.

    ## What it does

    Flags writes and deletions below a directory whose path holds text that the sender of the event or
    request chose, and that nothing has reduced to a plain name or checked.

    ## Why it fails on Lambda

    The sender decides where the file goes. `..` in the name leads out of the directory: what lies beside
    it in `/tmp` or on the mount can be overwritten, and what lies outside is read-only, so that the call
    raises `OSError: [Errno 30] Read-only file system`. With `os.path.join` and `/`, an absolute name
    replaces the directory altogether. Even a harmless S3 key such as `2024/report.csv` fails, with
    `FileNotFoundError`, because `/tmp/2024` does not exist.

    ## Example

    ```python
    import os
    import tempfile

    import boto3


    def handler(event, context):
        with tempfile.TemporaryDirectory() as folder:
            target = os.path.join(folder, event["key"])
            boto3.client("s3").download_file("uploads", event["key"], target)
            return os.path.getsize(target)
    ```

    ## Use instead

    ```python
    import os
    import tempfile

    import boto3


    def handler(event, context):
        with tempfile.TemporaryDirectory() as folder:
            target = os.path.join(folder, os.path.basename(event["key"]))
            boto3.client("s3").download_file("uploads", event["key"], target)
            return os.path.getsize(target)
    ```

    `werkzeug.utils.secure_filename` and a check of `path.resolve().is_relative_to(directory)` are
    recognized as well, and a name of one's own making, such as `tempfile.NamedTemporaryFile()`, needs
    neither.

    ## Options

    None.

    ## Known limits

    Text that follows a prefix, as in `/tmp/upload-{name}`, leads out only where a directory
    `/tmp/upload-...` exists or the path is normalized before; this is reported with low confidence.
    Writes whose `OSError` the code handles are left alone.
    """

    meta = RuleMeta(
        code="LMB107",
        name="request-path-escapes-tmp",
        family=Family.READ_ONLY,
        severity=Severity.WARNING,
        confidence=Confidence.MEDIUM,
        summary="Flags names from the request that can lead out of the directory they are joined onto.",
        since="0.1.0",
    )

    def concerns(self, effect: Effect) -> bool:
        """Concerned with modifications below a directory under a name that the request chose."""
        return (
            effect.kind.modifies
            and not by_command(effect)
            and effect.place.base is not Base.UNKNOWN
            and effect.place.base not in {Base.REMOTE, Base.MEMORY, Base.DEVICE}
            and Guard.REPEATED not in effect.guards
            and Guard.FALLBACK not in effect.guards
            and _escaping(effect.place) is not None
        )

    def visit_Call(self, node: cst.Call) -> None:
        """Report each such effect, naming the part of the path that the request chose."""
        for effect in self.effects(node):
            escaping = _escaping(effect.place)
            if escaping is None:
                continue
            hole, before = escaping
            directory = before[: before.rfind("/") + 1]
            origin = shown(hole.origin) or "a part of it"
            escape = f"{origin} comes from the request and '..' in it leaves {shown(directory)}"
            self.report(
                node,
                effect,
                f"{action(effect)}, but {escape}",
                "reduce it with os.path.basename(), or check the resolved path with is_relative_to()",
                confidence=Confidence.MEDIUM if before.endswith("/") else Confidence.LOW,
            )


def _escaping(place: Place) -> tuple[Hole, str] | None:
    """Return the hole that the request fills most freely, with the path before it; None if there is none.

    A hole at the start of a path component is freer than one behind a prefix.
    """
    behind_prefix: tuple[Hole, str] | None = None
    before = ""
    for part in place.parts:
        if not isinstance(part, str) and part.kind is HoleKind.REQUEST and not part.confined:
            if before.endswith("/"):
                return part, before
            behind_prefix = behind_prefix or (part, before)
        before += str(part)
    return behind_prefix
