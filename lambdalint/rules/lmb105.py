"""LMB105 extract-into-working-directory."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambdalint.model import Base, Confidence, EffectKind, Family, RuleMeta, Safety, Severity
from lambdalint.rules.read_only import refused
from lambdalint.rules.rule import Rule
from lambdalint.rules.wording import advice, shown

if TYPE_CHECKING:
    import libcst as cst

    from lambdalint.model import Effect, Fix
    from lambdalint.rules.fixes.site import Site


class ExtractIntoWorkingDirectory(Rule):
    """Flags archives that are unpacked without a destination.

    ## What it does

    Flags `extract`, `extractall`, `shutil.unpack_archive` and the like where no destination is given, so
    that the archive is unpacked into the working directory.

    The fix, which is unsafe, unpacks it into a temporary directory, and makes what reads the files by their
    relative paths look there: `open("data.csv")`, `os.listdir()`. They are gone at the end of the block.

    ## Why it fails on Lambda

    The working directory is the directory of the deployed code, which is read-only: the first file that
    is unpacked raises `OSError: [Errno 30] Read-only file system`.

    ## Example

    ```python
    import zipfile

    import boto3


    def handler(event, context):
        boto3.client("s3").download_file("uploads", event["key"], "/tmp/upload.zip")
        with zipfile.ZipFile("/tmp/upload.zip") as archive:
            archive.extractall()
    ```

    ## Use instead

    ```python
    import tempfile
    import zipfile

    import boto3


    def handler(event, context):
        boto3.client("s3").download_file("uploads", event["key"], "/tmp/upload.zip")
        with tempfile.TemporaryDirectory() as folder:
            with zipfile.ZipFile("/tmp/upload.zip") as archive:
                archive.extractall(folder)
    ```

    The temporary directory is removed at the end of the block, so that warm invocations do not fill
    `/tmp`.

    ## Options

    None.

    ## Known limits

    A destination that is given and relative, `extractall("out")` or `extractall(".")`, is LMB102.

    There is no fix where the files may be used by other functions, by a command, or under a name that is
    not known.
    """

    meta = RuleMeta(
        code="LMB105",
        name="extract-into-working-directory",
        family=Family.READ_ONLY,
        severity=Severity.ERROR,
        confidence=Confidence.HIGH,
        summary="Flags archives that are unpacked without a destination.",
        since="0.1.0",
        fix=Safety.UNSAFE,
    )

    def concerns(self, effect: Effect) -> bool:
        """Concerned with extractions whose place is the default one, the working directory."""
        return (
            effect.kind is EffectKind.EXTRACT
            and effect.defaulted
            and effect.place.base is Base.TASK
            and refused(effect)
        )

    def mend(self, site: Site) -> Fix | None:
        """Extract into a temporary directory, which holds for all that uses what was unpacked."""
        # LibCST's metadata is loaded for fixes only.
        from lambdalint.rules.fixes.extraction import extraction_fix

        return extraction_fix(site)

    def visit_Call(self, node: cst.Call) -> None:
        """Report each such effect."""
        for effect in self.effects(node):
            directory = shown(effect.place.path) or "/var/task"
            self.report(
                node,
                effect,
                f"extracts an archive into the working directory {directory}, which is read-only at run time",
                advice(effect),
            )
