"""LMB507 cache-not-pregenerated."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from lambdalint.model import Base, Confidence, Family, HoleKind, Phase, RuleMeta, Severity
from lambdalint.rules.pregeneration import COMMANDS, deed_of, work_of
from lambdalint.rules.surrounded_rule import SurroundedRule
from lambdalint.rules.wording import shown

if TYPE_CHECKING:
    from lambdalint.model import Effect
    from lambdalint.rules.pregeneration import Work
    from lambdalint.syntax.fixed_values import Surroundings


class CacheNotPregenerated(SurroundedRule):
    """Flags downloads and compilations into `/tmp` whose result could be shipped with the function.

    ## What it does

    Flags calls that fill a cache in `/tmp` with something that is known before the deployment: a model or
    a corpus that a library downloads by a fixed name, templates that are compiled, and Django's
    `collectstatic` and the like at import. It is advice: the function works as it is.

    ## Why it fails on Lambda

    `/tmp` is empty in each new execution environment. The download is repeated in each of them, while a
    request waits: it takes seconds, needs a way to the internet, fills `/tmp`, and fails when the other
    side is down or counts requests. What the package, a layer or the image holds is there at once.

    ## Example

    ```python
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer("all-MiniLM-L6-v2", cache_folder="/tmp/models")


    def handler(event, context):
        return model.encode(event["text"]).tolist()
    ```

    ## Use instead

    ```python
    from sentence_transformers import SentenceTransformer

    # Saved there when the image is built: RUN python save_model.py
    model = SentenceTransformer("/opt/models/all-MiniLM-L6-v2")


    def handler(event, context):
        return model.encode(event["text"]).tolist()
    ```

    A zip package and its layers hold 250 MB together, an image 10 GB; a model that is too large for
    either belongs on a mounted file system.

    ## Options

    None.

    ## Known limits

    Only calls that name their folder are judged, as an environment variable may lead a default one
    elsewhere. What the code gets from S3 or from another store of its own is not flagged, nor is what the
    request names. After a test for a file, or in an `except` clause, the confidence is low: the function
    may ship what it looks for.
    """

    meta = RuleMeta(
        code="LMB507",
        name="cache-not-pregenerated",
        family=Family.CONFIGURATION,
        severity=Severity.INFO,
        confidence=Confidence.MEDIUM,
        summary="Flags downloads and compilations into `/tmp` whose result could be shipped with the function.",
        since="0.1.0",
    )

    passes_over = "what the call makes may differ from one invocation to the next"

    def concerns(self, effect: Effect) -> bool:
        """Concerned with what well-known calls make in a folder of `/tmp` that the code names."""
        work = work_of(effect.callee)
        if work is None:
            return False
        if effect.callee in COMMANDS:
            return True
        lifetime = effect.lifetime
        return (
            effect.place.base is Base.TMP
            and (not effect.defaulted or not work.redirected)
            and not any(hole.kind is HoleKind.REQUEST for hole in effect.place.holes)
            and (lifetime is None or lifetime.exceeds is None)
        )

    def visit_Call(self, node: cst.Call) -> None:
        """Report each such effect, where it is fixed what the call makes."""
        effects = self.effects(node)
        if not effects:
            return
        around = self.around
        for effect in effects:
            work = work_of(effect.callee)
            if work is not None and work.is_fixed(node, around.values(node)):
                self._tell(node, effect, work, around)

    def _tell(self, node: cst.Call, effect: Effect, work: Work, around: Surroundings) -> None:
        is_cached = effect.lifetime is not None and effect.lifetime.cached
        may_be_shipped = not is_cached and around.looks_for_files(node)
        is_fallback = any(isinstance(one, cst.ExceptHandler) for one in around.above(node))
        on_demand = effect.callee in COMMANDS and effect.phase is Phase.INVOKE
        anew = effect.phase is Phase.INVOKE and any(hole.kind is HoleKind.UNIQUE for hole in effect.place.holes)
        when = "in each invocation" if anew else "in each new execution environment"
        where = "" if effect.callee in COMMANDS else f" {work.preposition} {shown(effect.place.path)}"
        self.report(
            node,
            effect,
            f"{deed_of(work, node)}{where} {when}, which could be done once, when the package is built",
            work.advice,
            confidence=Confidence.LOW if may_be_shipped or is_fallback or on_demand else None,
        )
