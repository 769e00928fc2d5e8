"""Decides which rules run, which findings are shown, and which are fixed: prefixes, thresholds, files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from lambdalint.engine.ignorefiles import compile_patterns
from lambdalint.model import NOT_JUDGED, Safety

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from lambdalint.model import Finding, Settings

OFF_BY_DEFAULT = frozenset({"LMB902"})
"""Codes of the rules that are not ``on`` by default; kept here too, so that no rule is imported to know them."""


def _longest(code: str, prefixes: Iterable[str]) -> int:
    return max((len(prefix) for prefix in prefixes if code.startswith(prefix)), default=-1)


def is_selected(code: str, settings: Settings) -> bool:
    """Tell whether *settings* select the rule *code*; of two prefixes of equal length, ``ignore`` wins.

    That something was not judged is said unless an ``ignore`` names it.
    """
    if code in NOT_JUDGED:
        return _longest(code, settings.ignore) <= len("LMB")
    wanted = _longest(code, (*settings.select, *settings.extend_select))
    if code in OFF_BY_DEFAULT and wanted < len(code):
        return False
    return wanted > _longest(code, settings.ignore)


def select_rules(codes: Iterable[str], settings: Settings) -> tuple[str, ...]:
    """Return those of the rules' *codes* that are to run, in their order."""
    return tuple(code for code in codes if is_selected(code, settings))


def is_certain_enough(finding: Finding, settings: Settings) -> bool:
    """Tell whether *finding* passes the thresholds of severity and confidence, which hide no failure to judge."""
    return finding.code in NOT_JUDGED or (
        finding.severity.rank <= settings.min_severity.rank and finding.confidence.rank <= settings.min_confidence.rank
    )


def with_allowed_fix(finding: Finding, settings: Settings) -> Finding:
    """Return *finding* with the fix that *settings* leave it, as safe as they say; of two prefixes the longer one wins.

    What is shown only stays so.
    """
    fix = finding.fix
    if fix is None:
        return finding
    if not is_fixable(finding.code, settings):
        return replace(finding, fix=None)
    safe = _longest(finding.code, settings.extend_safe_fixes)
    unsafe = _longest(finding.code, settings.extend_unsafe_fixes)
    if fix.safety is Safety.DISPLAY_ONLY or safe == unsafe == -1:
        return finding
    return replace(finding, fix=replace(fix, safety=Safety.SAFE if safe > unsafe else Safety.UNSAFE))


def is_fixable(code: str, settings: Settings) -> bool:
    """Tell whether *settings* let findings of the rule *code* be fixed."""
    return _longest(code, settings.unfixable) == -1


class FileSelection:
    """What ``per-file-ignores`` say of the files below *root*, the folder of the tree."""

    def __init__(self, settings: Settings, root: Path) -> None:
        base = str(settings.config_dir or root)
        self._root = root
        self._entries = [
            (compile_patterns(base, [entry.pattern.removeprefix("!")]), entry.pattern.startswith("!"), entry.codes)
            for entry in settings.per_file_ignores
        ]

    def ignores(self, code: str, path: str) -> bool:
        """Tell whether findings of *code* are not reported in the file *path*, which is relative to the root."""
        absolute = str(self._root / path)
        return any(
            code.startswith(codes) and (spec is not None and bool(spec.decide(absolute, directory=False))) != inverted
            for spec, inverted, codes in self._entries
        )
