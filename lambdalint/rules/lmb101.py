"""LMB101 write-outside-tmp."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING, Annotated

import msgspec

from lambdalint.model import Base, Confidence, Family, RuleMeta, Severity
from lambdalint.rules.log_files import log_file
from lambdalint.rules.read_only import refused, relative
from lambdalint.rules.rule import Rule
from lambdalint.rules.wording import action, advice

if TYPE_CHECKING:
    import libcst as cst

    from lambdalint.model import Effect, Place


class WriteOutsideTmp(Rule):
    """Flags writes to absolute paths outside every writable place.

    ## What it does

    Flags calls that create, change or delete something at an absolute path that is neither in `/tmp` nor
    in a mounted file system. Paths that only look like `/tmp` are outside: `/tmpfoo`, `/tmp/../data`, and
    `os.path.join("/tmp", "/data")`, where the second part starts anew. Paths in the deployed code or in a
    layer are LMB103, paths in the home directory LMB104, relative paths LMB102.

    ## Why it fails on Lambda

    The file system of a function is read-only except for `/tmp` and what is mounted below `/mnt`. The
    call raises `OSError: [Errno 30] Read-only file system`, or `FileNotFoundError` where the directory
    does not exist. On a developer's machine, and in most local emulators, the same call succeeds.

    ## Example

    ```python
    import boto3


    def handler(event, context):
        boto3.client("s3").download_file("shop", "orders.csv", "/data/orders.csv")
        with open("/data/orders.csv") as orders:
            return len(orders.readlines())
    ```

    ## Use instead

    ```python
    import os
    import tempfile

    import boto3


    def handler(event, context):
        path = os.path.join(tempfile.gettempdir(), "orders.csv")
        boto3.client("s3").download_file("shop", "orders.csv", path)
        with open(path) as orders:
            return len(orders.readlines())
    ```

    `/tmp` belongs to one execution environment and vanishes with it. Send what must last to S3 or a
    database, and keep files that several functions share on EFS, mounted below `/mnt`.

    ## Options

    - `writable`: further absolute directories that count as writable, such as a mount that no template in the
      repository declares. Default: none. Example: `writable = ["/mnt/data"]`.

    ## Known limits

    A path below `/mnt` that no known template mounts is reported with medium confidence at most, because
    the mount may be declared elsewhere. A path that starts with an unknown part is LMB109.
    """

    meta = RuleMeta(
        code="LMB101",
        name="write-outside-tmp",
        family=Family.READ_ONLY,
        severity=Severity.ERROR,
        confidence=Confidence.HIGH,
        summary="Flags writes to absolute paths outside every writable place.",
        since="0.1.0",
    )

    class Options(Rule.Options, frozen=True):
        """``writable`` holds absolute directories."""

        writable: tuple[Annotated[str, msgspec.Meta(pattern="^/")], ...] = ()

    options: Options

    def concerns(self, effect: Effect) -> bool:
        """Concerned with what the code itself wants at an absolute path."""
        return (
            effect.place.base is Base.ABSOLUTE
            and not relative(effect.place)
            and not effect.defaulted
            and refused(effect)
            and not log_file(effect)
            and not any(_may_be_inside(effect.place, directory) for directory in self.options.writable)
        )

    def why_silent(self, effect: Effect) -> str | None:
        """Name the option, where it is what keeps the rule silent."""
        if effect.place.base is Base.ABSOLUTE and any(
            _may_be_inside(effect.place, directory) for directory in self.options.writable
        ):
            return "it is in a folder of the rule's option 'writable'"
        return super().why_silent(effect)

    def visit_Call(self, node: cst.Call) -> None:
        """Report each such effect."""
        for effect in self.effects(node):
            if effect.place.path.startswith("/mnt/"):
                self.report(
                    node,
                    effect,
                    f"{action(effect)}, where no known template mounts a file system",
                    "mount EFS there in the template, or use tempfile.gettempdir() for scratch files",
                    confidence=Confidence.MEDIUM,
                )
            else:
                self.report(
                    node,
                    effect,
                    f"{action(effect)}, which is outside the writable places and read-only at run time",
                    advice(effect),
                )


def _may_be_inside(place: Place, directory: str) -> bool:
    """Tell whether *place* is in *directory*, or could be, by the value of its first unknown part."""
    directory = _normal(directory).rstrip("/") + "/"
    known = ""
    for part in place.parts:
        if not isinstance(part, str):
            return (_normal(known) + "/").startswith(directory)
        known += part
    return (_normal(known).rstrip("/") + "/").startswith(directory)


def _normal(path: str) -> str:
    # POSIX lets exactly two leading slashes stand; on Linux they mean one.
    normal = posixpath.normpath(path)
    return normal[1:] if normal.startswith("//") else normal
