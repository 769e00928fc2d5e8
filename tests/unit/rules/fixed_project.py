"""What the fixes of one rule make of a small project."""

from __future__ import annotations

from typing import TYPE_CHECKING

from literate.fixes import ALL, SAFE, fix_project
from literate.project import report_of, settings_for, write_project

if TYPE_CHECKING:
    from pathlib import Path

HANDLER = "\n\ndef handler(event, context):\n"


def after_fixes(root: Path, code: str, text: str, *, safe_only: bool = False, **others: str) -> str | None:
    """Return *text*, the file ``app.py``, after the fixes of *code*; None if there are none.

    ``others`` are further files, by their names without ``.py``. No fix brings a finding of any rule.
    """
    files = {"app.py": text, **{f"{name}.py": other for name, other in others.items()}}
    write_project(root, {path: content.encode() for path, content in files.items()})
    everything = settings_for(("LMB",))
    before = {finding.code for finding in report_of(root, everything).findings}
    assert code in before
    fixed = fix_project(root, settings_for((code,)), SAFE if safe_only else ALL)
    assert {finding.code for finding in report_of(root, everything).findings} <= before
    assert all((root / path).read_bytes().decode() == content for path, content in files.items() if path != "app.py")
    after = (root / "app.py").read_bytes().decode()
    return None if not fixed.files else after
