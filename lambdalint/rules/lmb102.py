"""LMB102 relative-path-write."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambdalint.model import Confidence, Family, RuleMeta, Safety, Severity
from lambdalint.rules.fixes.relocation import relocated
from lambdalint.rules.log_files import log_file
from lambdalint.rules.read_only import refused, relative
from lambdalint.rules.rule import Rule
from lambdalint.rules.wording import action, advice

if TYPE_CHECKING:
    import libcst as cst

    from lambdalint.model import Effect, Fix
    from lambdalint.rules.fixes.site import Site


class RelativePathWrite(Rule):
    """Flags writes to relative paths, which end in the read-only code directory.

    ## What it does

    Flags calls that create, change or delete something at a path relative to the working directory. An
    `os.chdir` to a writable directory that runs before is understood.

    ## Why it fails on Lambda

    The working directory of a function is the directory of its code, `/var/task`, and that is read-only:
    the call raises `OSError: [Errno 30] Read-only file system`. During development the working directory
    is the checkout, where the same call succeeds.

    ## Example

    ```python
    import boto3


    def handler(event, context):
        with open("report.csv", "w") as out:
            out.write(event["report"])
        boto3.client("s3").upload_file("report.csv", "reports", "report.csv")
    ```

    ## Use instead

    ```python
    import os
    import tempfile

    import boto3


    def handler(event, context):
        path = os.path.join(tempfile.gettempdir(), "report.csv")
        with open(path, "w") as out:
            out.write(event["report"])
        boto3.client("s3").upload_file(path, "reports", "report.csv")
    ```

    `/tmp` belongs to one execution environment and vanishes with it. Send what must last to S3 or a
    database.

    ## Options

    None.

    ## Known limits

    The fix moves the path below `tempfile.gettempdir()`, where it is defined or, if the same name is also
    the key of an object or the like, at each use; in other modules, too. It is unsafe where the path is
    given to code that is not known. There is none for names that are new in each invocation or that the
    request chooses, for databases and appended files, for content of the request that is not kept, for
    files that are shipped or that another invocation reads, and where the path is returned, nothing
    creates its folder, or files are found by listing folders (`glob`, `os.walk`) or packed under their path.

    The working directory is the one that the platform documents, or that the template or image sets. A
    change of it by a library is not seen. Archives unpacked without any destination are LMB105.
    """

    meta = RuleMeta(
        code="LMB102",
        name="relative-path-write",
        family=Family.READ_ONLY,
        severity=Severity.ERROR,
        confidence=Confidence.HIGH,
        summary="Flags writes to relative paths, which end in the read-only code directory.",
        since="0.1.0",
        fix=Safety.SAFE,
    )

    def concerns(self, effect: Effect) -> bool:
        """Concerned with relative paths that the code itself names."""
        return relative(effect.place) and not effect.defaulted and refused(effect) and not log_file(effect)

    def visit_Call(self, node: cst.Call) -> None:
        """Report each such effect."""
        for effect in self.effects(node):
            self.report(node, effect, f"{action(effect)}, which is read-only at run time", advice(effect))

    def mend(self, site: Site) -> Fix | None:
        """Move the path, with all that uses it, below the folder for temporary files."""
        return relocated(site)
