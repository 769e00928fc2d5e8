"""LMB103 write-into-package."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambdalint.model import Base, Confidence, Family, RuleMeta, Safety, Severity
from lambdalint.rules.fixes.relocation import relocated
from lambdalint.rules.log_files import log_file
from lambdalint.rules.read_only import refused
from lambdalint.rules.rule import Rule
from lambdalint.rules.wording import action, advice

if TYPE_CHECKING:
    import libcst as cst

    from lambdalint.model import Effect, Fix
    from lambdalint.rules.fixes.site import Site

_OWNERS = {Base.PACKAGE: "the deployed code", Base.LAYER: "a layer"}


class WriteIntoPackage(Rule):
    """Flags writes into the deployed code or into a layer.

    ## What it does

    Flags calls that create, change or delete something beside the source files, reached by `__file__`, by
    `LAMBDA_TASK_ROOT`, or by the absolute path of the code (`/var/task`, on Genezio `/tmp/package`), and
    in `/opt`, where layers are unpacked.

    ## Why it fails on Lambda

    Code and layers are mounted read-only: the call raises `OSError: [Errno 30] Read-only file system`.
    Deleting a deployed file, or changing its permissions, fails in the same way.

    ## Example

    ```python
    import urllib.request
    from pathlib import Path

    PRICES = Path(__file__).parent / "prices.json"


    def handler(event, context):
        if not PRICES.exists():
            urllib.request.urlretrieve("https://shop.example/prices.json", PRICES)
        return PRICES.read_text()
    ```

    ## Use instead

    ```python
    import tempfile
    import urllib.request
    from pathlib import Path

    PRICES = Path(tempfile.gettempdir()) / "prices.json"


    def handler(event, context):
        if not PRICES.exists():
            urllib.request.urlretrieve("https://shop.example/prices.json", PRICES)
        return PRICES.read_text()
    ```

    Reading deployed files stays as it is. What can be made before deployment belongs in the build.

    ## Options

    None.

    ## Known limits

    The fix puts `tempfile.gettempdir()` in the place of the code's folder, for all uses of the path
    together; what is shipped and only read stays where it is. There is none where LMB102 has none, nor
    for layers.

    `os.makedirs(..., exist_ok=True)` of a directory that is deployed does nothing and succeeds. This is known of
    directories that hold a file in the repository; one that only the build makes is reported.
    """

    meta = RuleMeta(
        code="LMB103",
        name="write-into-package",
        family=Family.READ_ONLY,
        severity=Severity.ERROR,
        confidence=Confidence.HIGH,
        summary="Flags writes into the deployed code or into a layer.",
        since="0.1.0",
        fix=Safety.SAFE,
    )

    def concerns(self, effect: Effect) -> bool:
        """Concerned with what the code itself wants in a package or layer."""
        return effect.place.base in _OWNERS and not effect.defaulted and refused(effect) and not log_file(effect)

    def visit_Call(self, node: cst.Call) -> None:
        """Report each such effect, naming what it would change."""
        for effect in self.effects(node):
            owner = _OWNERS[effect.place.base]
            self.report(
                node,
                effect,
                f"{action(effect)}, which is part of {owner} and read-only at run time",
                advice(effect),
            )

    def mend(self, site: Site) -> Fix | None:
        """Move the path, with all that uses it, below the folder for temporary files."""
        return relocated(site)
