"""LMB303 temporary-never-removed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambdalint.model import Confidence, EffectKind, Family, Removal, RuleMeta, Safety, Severity
from lambdalint.rules.growth import grows, remaining, stays, temporary
from lambdalint.rules.rule import Rule

if TYPE_CHECKING:
    import libcst as cst

    from lambdalint.model import Effect, Fix
    from lambdalint.rules.fixes.site import Site

_ADVICE = {
    "mkstemp": "use a tempfile.NamedTemporaryFile() in a with statement, or os.remove() in a finally block",
    "mkdtemp": "use a tempfile.TemporaryDirectory() in a with statement, or shutil.rmtree() in a finally block",
    "NamedTemporaryFile": "drop delete=False, or put the file into a tempfile.TemporaryDirectory()",
    "TemporaryDirectory": "drop delete=False and use it in a with statement",
}
_CACHE_ADVICE = "make it once, at import, or give it a fixed directory and a limit below the size of /tmp"
_OTHER_ADVICE = "give it a path in a tempfile.TemporaryDirectory()"
_MOVE_REMOVAL = "move the removal into a finally block, or use a with statement that removes it"


class TemporaryNeverRemoved(Rule):
    """Flags temporary files and directories that nothing removes.

    ## What it does

    Flags `tempfile.mkstemp`, `tempfile.mkdtemp`, `NamedTemporaryFile(delete=False)` and
    `TemporaryDirectory(delete=False)` in an invocation, and what libraries make in a temporary place of
    their own if they are given none (`diskcache.Cache()`, `urllib.request.urlretrieve(url)`), where no way
    out or not every way out of the invocation removes it.

    The fix puts the object into a `with` statement that ends with its last use, or the removal of its file
    into a `finally` clause. It is safe where all that is given the name is known to be done with it, and no
    condition decides on the removal.

    ## Why it fails on Lambda

    A temporary file gets a new name each time. These functions leave its removal to the caller, and the
    platform does not clear `/tmp` between invocations of one environment: the files of all of them add up
    until a write fails with `OSError: [Errno 28] No space left on device`, or `tempfile` finds no usable
    directory. On a developer's machine the system clears the directory sooner or later.

    ## Example

    ```python
    import os
    import tempfile


    def handler(event, context):
        descriptor, path = tempfile.mkstemp(suffix=".csv")
        with os.fdopen(descriptor, "w") as out:
            out.write(event["report"])
        return os.path.getsize(path)
    ```

    ## Use instead

    ```python
    import os
    import tempfile


    def handler(event, context):
        with tempfile.NamedTemporaryFile("w", suffix=".csv") as out:
            out.write(event["report"])
            out.flush()
            return os.path.getsize(out.name)
    ```

    ## Options

    None.

    ## Known limits

    What code registers with `atexit` does not count as a removal: the platform ends an environment
    without running it. A temporary object that is made at import, or once and kept for later invocations,
    is not flagged.

    There is no fix where the object leaves its block: it is returned, stored in an object, or used by a
    generator or coroutine. Nor is there one for caches and downloads without a name.
    """

    meta = RuleMeta(
        code="LMB303",
        name="temporary-never-removed",
        family=Family.GROWTH,
        severity=Severity.WARNING,
        confidence=Confidence.HIGH,
        summary="Flags temporary files and directories that nothing removes.",
        since="0.1.0",
        fix=Safety.SAFE,
    )

    def concerns(self, effect: Effect) -> bool:
        """Concerned with what a library names anew each time, and a success leaves behind."""
        return temporary(effect) and grows(effect) and stays(effect)

    def mend(self, site: Site) -> Fix | None:
        """Put it into a ``with`` statement, or remove it in a ``finally`` clause."""
        # LibCST's metadata is loaded for fixes only.
        from lambdalint.rules.fixes.temporary import temporary_fix

        return temporary_fix(site)

    def visit_Call(self, node: cst.Call) -> None:
        """Report each such effect."""
        for effect in self.effects(node):
            assert effect.lifetime is not None
            never = effect.lifetime.removed is Removal.NEVER
            sure = Confidence.LOW if effect.lifetime.doubtful else Confidence.MEDIUM
            self.report(
                node,
                effect,
                f"{_making(effect)}, {remaining(effect)}",
                _advice(effect) if never else _MOVE_REMOVAL,
                confidence=Confidence.HIGH if never else sure,
            )


def _making(effect: Effect) -> str:
    thing = {EffectKind.CREATE_DIR: "directory", EffectKind.CACHE: "cache"}.get(effect.kind, "file")
    return f"{effect.callee}() makes a temporary {thing} under a new name in each invocation"


def _advice(effect: Effect) -> str:
    if effect.kind is EffectKind.CACHE:
        return _CACHE_ADVICE
    return _ADVICE.get(effect.callee.rpartition(".")[2], _OTHER_ADVICE)
