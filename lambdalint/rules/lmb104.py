"""LMB104 write-into-home."""

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


class WriteIntoHome(Rule):
    """Flags writes into the home directory.

    ## What it does

    Flags calls that create, change or delete something below `~`, `os.path.expanduser`, `Path.home()` or
    `$HOME`, unless the function's environment sets `HOME` to a writable directory.

    ## Why it fails on Lambda

    `HOME` is not set on Lambda. Python then asks the password database, which answers with a directory
    below `/home` that does not exist, on a read-only file system. The call raises
    `OSError: [Errno 30] Read-only file system` or `FileNotFoundError`.

    ## Example

    ```python
    from pathlib import Path


    def handler(event, context):
        settings = Path.home() / ".orders"
        settings.mkdir(parents=True, exist_ok=True)
    ```

    ## Use instead

    ```python
    import tempfile
    from pathlib import Path


    def handler(event, context):
        settings = Path(tempfile.gettempdir()) / "orders"
        settings.mkdir(parents=True, exist_ok=True)
    ```

    Where the code cannot be changed, set `HOME: /tmp` in the function's environment.

    ## Options

    None.

    ## Known limits

    The fix puts `tempfile.gettempdir()` in the place of the home, for all uses of the path together.
    There is none where LMB102 has none, nor for files that the code never reads: other programs look for
    them in the home.

    A library that puts files of its own into the home directory without being told to is not reported.
    """

    meta = RuleMeta(
        code="LMB104",
        name="write-into-home",
        family=Family.READ_ONLY,
        severity=Severity.ERROR,
        confidence=Confidence.HIGH,
        summary="Flags writes into the home directory.",
        since="0.1.0",
        fix=Safety.SAFE,
    )

    def concerns(self, effect: Effect) -> bool:
        """Concerned with what the code itself wants in the home directory."""
        return effect.place.base is Base.HOME and not effect.defaulted and refused(effect) and not log_file(effect)

    def visit_Call(self, node: cst.Call) -> None:
        """Report each such effect."""
        for effect in self.effects(node):
            self.report(
                node,
                effect,
                f"{action(effect)}, in a home directory that is read-only at run time",
                f"{advice(effect)}; or set HOME to /tmp in the function's environment",
            )

    def mend(self, site: Site) -> Fix | None:
        """Move the path, with all that uses it, below the folder for temporary files."""
        return relocated(site)
