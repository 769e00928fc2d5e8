"""LMB106 library-writes-outside-tmp."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambdalint.model import Confidence, EffectKind, Family, RuleMeta, Safety, Severity
from lambdalint.rules.fixes.redirect import redirected
from lambdalint.rules.read_only import refused
from lambdalint.rules.rule import Rule
from lambdalint.rules.wording import action, shown

if TYPE_CHECKING:
    import libcst as cst

    from lambdalint.model import Effect, Fix, LibraryDefault
    from lambdalint.syntax.project import Project


class LibraryWritesOutsideTmp(Rule):
    """Flags libraries whose cache, configuration or model folder lies in a read-only place by default.

    ## What it does

    Flags imports and calls with which a library writes to its own default place, in the home, in its
    package or in the working directory, where nothing redirects it: no argument, no variable that the
    template or the code sets, no `HOME` in a writable place, no setting of the library.

    A library may read its variables once, when it is imported. Then a variable that the code sets
    afterwards comes too late, and the rule says so.

    ## Why it fails on Lambda

    Only `/tmp` can be written; the home of a function is no folder at all. Many libraries make a folder
    at their import or first use, so that the function fails before its own code runs. Others catch the
    error and go on without what they wanted to keep: then each new execution environment downloads or
    computes it again, which is a warning here.

    ## Example

    ```python
    import flair


    def handler(event, context):
        return flair.models.TextClassifier.load("sentiment").predict(event["text"])
    ```

    ## Use instead

    ```python
    import os
    import tempfile

    os.environ.setdefault("FLAIR_CACHE_ROOT", os.path.join(tempfile.gettempdir(), "flair"))
    import flair


    def handler(event, context):
        return flair.models.TextClassifier.load("sentiment").predict(event["text"])
    ```

    A variable in the template does the same. What is known before the deployment, such as a model, is
    better shipped in the package, a layer or the image.

    ## Options

    None.

    ## Known limits

    The fix sets the library's variable before its first import. There is none where the library has no
    such variable. What a library of a library does is known of common ones only. `lambdalint catalogue
    NAME` shows what is known of a library.

    Archives unpacked without a destination are LMB105, shared memory is LMB108.
    """

    meta = RuleMeta(
        code="LMB106",
        name="library-writes-outside-tmp",
        family=Family.READ_ONLY,
        severity=Severity.ERROR,
        confidence=Confidence.HIGH,
        summary="Flags libraries whose cache, configuration or model folder lies in a read-only place by default.",
        since="0.1.0",
        fix=Safety.SAFE,
    )
    mends_calls = False

    def concerns(self, effect: Effect) -> bool:
        """Concerned with default places that cannot be written."""
        return (
            effect.defaulted
            and effect.place.writable is False
            and effect.kind is not EffectKind.EXTRACT
            and refused(effect)
        )

    def visit_Call(self, node: cst.Call) -> None:
        """Report calls that write to a default place."""
        self._report_each(node)

    def visit_Import(self, node: cst.Import) -> None:
        """Report imports that write to a default place."""
        self._report_each(node)

    def visit_ImportFrom(self, node: cst.ImportFrom) -> None:
        """Report imports that write to a default place."""
        self._report_each(node)

    def _report_each(self, node: cst.CSTNode) -> None:
        for effect in self.effects(node):
            if effect.library is None:
                self.report(
                    node,
                    effect,
                    f"{action(effect)} by default, which is read-only at run time",
                    "name a place below tempfile.gettempdir()",
                    confidence=Confidence.MEDIUM,
                )
            else:
                self.report(
                    node,
                    effect,
                    _headline(effect, effect.library),
                    effect.library.redirect,
                    severity=None if effect.library.fails else Severity.WARNING,
                    confidence=Confidence.MEDIUM if effect.library.releases else None,
                )

    def mend_effects(self, effects: tuple[Effect, ...], project: Project) -> Fix | None:
        """Set the variable of the library before its import."""
        return redirected(effects, project)


def _headline(effect: Effect, default: LibraryDefault) -> str:
    where = default.location
    if where.startswith("<package>"):
        where = f"its own folder {where.removeprefix('<package>/')} in the package"
    elif not where.startswith(("~", "/")):
        where = shown(effect.place.path)
    consequence = f": it {default.failure}" if default.failure else ""
    if default.releases:
        consequence = f" (in releases {default.releases}){consequence}"
    if default.late:
        return (
            f"{default.library} writes to {where}, which is read-only at run time, as {default.late} is set after the"
            f" import that reads it{consequence}"
        )
    return f"{default.library} writes to {where} by default, which is read-only at run time{consequence}"
