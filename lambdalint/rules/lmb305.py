"""LMB305 extraction-never-removed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambdalint.model import Base, Confidence, EffectKind, Family, Phase, RuleMeta, Severity
from lambdalint.rules.growth import grows, left_behind, remedy, stays
from lambdalint.rules.rule import Rule
from lambdalint.rules.wording import action

if TYPE_CHECKING:
    import libcst as cst

    from lambdalint.model import Effect


class ExtractionNeverRemoved(Rule):
    """Flags archives that are unpacked into `/tmp` in each invocation and never removed.

    ## What it does

    Flags `extractall`, `extract`, `shutil.unpack_archive` and the like in an invocation where the folder
    in `/tmp` has a new name each time, or where the folder is the same and the archive is another one each
    time, and no way out or not every way out removes what was unpacked.

    ## Why it fails on Lambda

    The members of an archive keep their names: those of the next archive do not overwrite those of the
    last one, but lie beside them. `/tmp` outlives the invocation, so a fixed folder that is never emptied
    holds the files of every archive so far. They fill `/tmp` (`OSError: [Errno 28] No space left on
    device`), and a listing of the folder returns files of other requests.

    ## Example

    ```python
    import zipfile

    import boto3

    s3 = boto3.client("s3")


    def handler(event, context):
        s3.download_file(event["bucket"], event["key"], "/tmp/upload.zip")
        with zipfile.ZipFile("/tmp/upload.zip") as archive:
            archive.extractall("/tmp/upload")
    ```

    ## Use instead

    ```python
    import tempfile
    import zipfile

    import boto3

    s3 = boto3.client("s3")


    def handler(event, context):
        s3.download_file(event["bucket"], event["key"], "/tmp/upload.zip")
        with tempfile.TemporaryDirectory() as folder:
            with zipfile.ZipFile("/tmp/upload.zip") as archive:
                archive.extractall(folder)
    ```

    ## Options

    None.

    ## Known limits

    An archive that is unpacked only where its folder is not there yet counts as a cache and is not flagged.
    """

    meta = RuleMeta(
        code="LMB305",
        name="extraction-never-removed",
        family=Family.GROWTH,
        severity=Severity.WARNING,
        confidence=Confidence.HIGH,
        summary="Flags archives that are unpacked into `/tmp` in each invocation and never removed.",
        since="0.1.0",
    )

    def concerns(self, effect: Effect) -> bool:
        """Concerned with what each invocation adds to `/tmp` by unpacking, and a success leaves behind."""
        return effect.kind is EffectKind.EXTRACT and stays(effect) and (grows(effect) or _other_archive(effect))

    def visit_Call(self, node: cst.Call) -> None:
        """Report each such effect."""
        for effect in self.effects(node):
            assert effect.lifetime is not None
            if effect.lifetime.bounded:
                message = (
                    f"{action(effect)}, another one in each invocation, and does not remove what the last one held, "
                    "so that the members of all archives add up until /tmp is full"
                )
                advice, sure = remedy(effect), Confidence.MEDIUM
            else:
                message, advice, sure = left_behind(effect)
            self.report(node, effect, message, advice, confidence=sure)


def _other_archive(effect: Effect) -> bool:
    """Tell whether each invocation unpacks another archive into one folder."""
    lifetime = effect.lifetime
    return (
        effect.place.base is Base.TMP
        and effect.phase is Phase.INVOKE
        and lifetime is not None
        and lifetime.bounded
        and lifetime.new_content
        and not lifetime.once
        and not lifetime.cached
    )
