"""LMB307 exceeds-ephemeral-storage."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambdalint.model import Confidence, Family, RuleMeta, Severity
from lambdalint.rules.rule import Rule
from lambdalint.rules.wording import action, joined, located, shown

if TYPE_CHECKING:
    import libcst as cst

    from lambdalint.model import Effect, Excess

_STEP_MB = 256
_SETTINGS = {
    "sam": "EphemeralStorage: {{Size: {size}}}",
    "cloudformation": "EphemeralStorage: {{Size: {size}}}",
    "serverless": "ephemeralStorageSize: {size}",
    "configuration": "EphemeralStorage: {{Size: {size}}}, and tmp-mb = {size} here",
}
_ANY_SETTING = "EphemeralStorage: {{Size: {size}}} (SAM, CloudFormation) or ephemeralStorageSize: {size} (Serverless)"


class ExceedsEphemeralStorage(Rule):
    r"""Flags calls that write more into `/tmp` than it holds.

    ## What it does

    Adds up the sizes that are known of what lies in `/tmp` at the same time, in one invocation and with what
    the import left there, and flags the call with which the sum goes past the function's `/tmp`. Known are
    lengths that the code states (`truncate`, `bytes(n)`, `b"\0" * n`, `posix_fallocate`, `dd`,
    `fallocate`), files of the package that are copied or unpacked, models and data that libraries fetch by
    name, and sizes of the configuration's table `sizes`. The sum is a lower bound: what is removed before
    does not count, nor does what only some ways through the code write.

    ## Why it fails on Lambda

    `/tmp` has 512 MB unless the function is configured with more, up to 10,240 MB. The write that does not
    fit fails with `OSError: [Errno 28] No space left on device`, in each invocation, and often only after
    a long download. On a developer's machine it never fails.

    ## Example

    ```python
    import whisper


    def handler(event, context):
        model = whisper.load_model("large-v3", download_root="/tmp/models")
        return model.transcribe(event["url"])["text"]
    ```

    ## Use instead

    Give the function an `/tmp` that is large enough, in its template:

    ```yaml
    TranscribeFunction:
      Type: AWS::Serverless::Function
      Properties:
        EphemeralStorage:
          Size: 4096
    ```

    Or write less: a smaller model, one file after the other with a removal between them, streaming
    instead of files, a file system of EFS for what is larger than 10,240 MB.

    ## Options

    None.

    ## Known limits

    What a loop writes piece by piece counts once. The size of a download is known only from the
    configuration's table `sizes`, from patterns of paths, keys or addresses to sizes:

    ```toml
    [tool.lambdalint.sizes]
    "s3://models/*.onnx" = "900 MB"
    "/tmp/dataset/*" = "1.5 GB"
    ```

    A function that no template declares is taken to have the platform's default; where the project speaks
    of another size somewhere, the finding has low confidence.
    """

    meta = RuleMeta(
        code="LMB307",
        name="exceeds-ephemeral-storage",
        family=Family.GROWTH,
        severity=Severity.ERROR,
        confidence=Confidence.HIGH,
        summary="Flags calls that write more into `/tmp` than it holds.",
        since="0.1.0",
    )

    def concerns(self, effect: Effect) -> bool:
        """Concerned with what makes the known sizes in `/tmp` larger than that."""
        return effect.lifetime is not None and effect.lifetime.exceeds is not None

    def visit_Call(self, node: cst.Call) -> None:
        """Report each such effect."""
        for effect in self.effects(node):
            assert effect.lifetime is not None
            excess = effect.lifetime.exceeds
            assert excess is not None
            stated = f" ({located(excess.stated, effect.span)})" if excess.stated is not None else ""
            self.report(
                node,
                effect,
                f"{action(effect)}, with which at least {excess.written:,} MB lie in /tmp at the same time"
                f"{_parts(excess)}, but /tmp has {excess.room:,} MB{stated}",
                _remedy(excess),
                confidence=_sureness(excess),
            )


def _sureness(excess: Excess) -> Confidence | None:
    if excess.assumed:
        return Confidence.LOW
    return Confidence.MEDIUM if excess.sparse else None


def _parts(excess: Excess) -> str:
    """Return what the sum is made of, where it is more than one file."""
    if len(excess.parts) < 2:
        return ""
    return f" ({joined([f'{size:,} MB in {shown(path)}' for path, size in excess.parts])})"


def _remedy(excess: Excess) -> str:
    """Return how to make what is written fit."""
    size = (excess.written // _STEP_MB + 1) * _STEP_MB
    if excess.most is None or excess.most <= excess.room:
        return "write less at the same time: remove what is no longer needed, or stream it"
    if excess.written >= excess.most:
        return f"no /tmp is larger than {excess.most:,} MB: stream it, or keep it on a mounted file system (EFS)"
    setting = _SETTINGS.get(excess.declared_by, _ANY_SETTING).format(size=min(size, excess.most))
    return f"set {setting}, or remove what is no longer needed before"
