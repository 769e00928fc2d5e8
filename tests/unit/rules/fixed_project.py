"""What fixes make of a small project."""

from __future__ import annotations

from typing import TYPE_CHECKING

from literate.fixes import ALL, SAFE, files_of, fix_project
from literate.project import report_of, settings_for, write_project
from msgspec.structs import replace

from lambdalint import rules
from lambdalint.model import Confidence

if TYPE_CHECKING:
    from collections.abc import Mapping
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


def fixed(root: Path, files: Mapping[str, str], *codes: str) -> dict[str, str]:
    """Return the files of the project *files*, written to *root*, that the fixes of *codes* change or add.

    No fix brings a finding of another rule on packages.
    """
    write_project(root, {path: text.encode() for path, text in files.items()})
    settings = settings_for(("LMB4",))
    before = {one.code for one in report_of(root, settings).findings}
    others = tuple(code for code in rules.codes() if code not in codes)
    shown = replace(settings, unfixable=others, min_confidence=Confidence.MEDIUM)
    assert not fix_project(root, shown, ALL).problems
    assert set(left(root)) <= before
    after = {path: content.decode() for path, content in files_of(root).items()}
    return {path: text for path, text in after.items() if files.get(path) != text}


def left(root: Path) -> list[str]:
    """Return the codes of what is found in the project at *root*, of the rules on packages."""
    return [one.code for one in report_of(root, settings_for(("LMB4",))).findings]
