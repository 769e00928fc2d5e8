"""LMB306 unbounded-tmp-cache."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambdalint.model import Base, Confidence, EffectKind, Family, Phase, Removal, RuleMeta, Severity
from lambdalint.rules.rule import Rule
from lambdalint.rules.wording import action

if TYPE_CHECKING:
    import libcst as cst

    from lambdalint.model import Effect


class UnboundedTmpCache(Rule):
    """Flags caches in `/tmp` that have no limit of their size.

    ## What it does

    Flags libraries' caches that are kept in `/tmp` and drop no entry by themselves: `joblib.Memory`,
    `requests_cache` with files, and the like, where the call sets no limit. A cache that is made at import
    is flagged too, since its entries are added by invocations.

    ## Why it fails on Lambda

    A cache is what `/tmp` is good for: later invocations of the same environment find it. But `/tmp` is
    small, 512 MB unless configured otherwise, and an environment lives for hours. A cache without a limit
    keeps an entry for each new argument or address until the disk is full, and then the function fails in
    another place: whatever writes next gets `OSError: [Errno 28] No space left on device`.

    ## Example

    ```python
    import joblib

    memory = joblib.Memory("/tmp/cache")


    @memory.cache
    def render(document):
        return document.upper()


    def handler(event, context):
        return render(event["document"])
    ```

    ## Use instead

    ```python
    import diskcache

    cache = diskcache.Cache("/tmp/cache", size_limit=128 * 1024 * 1024)


    @cache.memoize()
    def render(document):
        return document.upper()


    def handler(event, context):
        return render(event["document"])
    ```

    Entries that many environments need belong into a shared cache, such as ElastiCache or DynamoDB.

    ## Options

    None.

    ## Known limits

    Caches that the code itself builds of files are LMB301 where their names come from the event. Whether
    the code removes old entries at some other time is not seen.
    """

    meta = RuleMeta(
        code="LMB306",
        name="unbounded-tmp-cache",
        family=Family.GROWTH,
        severity=Severity.WARNING,
        confidence=Confidence.MEDIUM,
        summary="Flags caches in `/tmp` that have no limit of their size.",
        since="0.1.0",
    )

    def concerns(self, effect: Effect) -> bool:
        """Concerned with caches without a limit that later invocations find again."""
        lifetime = effect.lifetime
        return (
            effect.kind is EffectKind.CACHE
            and effect.place.base is Base.TMP
            and lifetime is not None
            and not lifetime.bounded
            and (effect.phase is Phase.INIT or lifetime.removed is Removal.NEVER)
            and (lifetime.once or lifetime.kind is None)
        )

    def visit_Call(self, node: cst.Call) -> None:
        """Report each such effect."""
        for effect in self.effects(node):
            self.report(
                node,
                effect,
                f"{action(effect)} without a limit of its size, which grows with each new entry until /tmp is full",
                "give it a limit well below the size of /tmp, or delete its old entries",
            )
