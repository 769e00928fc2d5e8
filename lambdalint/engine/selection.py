"""Decides which rules run: prefixes that select and ignore, the longer one wins."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lambdalint.model import Finding, Settings

ALWAYS_REPORTED = ("LMB900", "LMB999")
"""Codes that say that something was not judged. Only an ``ignore`` that names them silences them."""


def _longest(code: str, prefixes: Iterable[str]) -> int:
    return max((len(prefix) for prefix in prefixes if code.startswith(prefix)), default=-1)


def is_selected(code: str, settings: Settings) -> bool:
    """Tell whether *settings* select the rule *code*; of two prefixes of equal length, ``ignore`` wins."""
    if code in ALWAYS_REPORTED:
        return _longest(code, settings.ignore) <= len("LMB")
    wanted = _longest(code, (*settings.select, *settings.extend_select))
    return wanted > _longest(code, settings.ignore)


def select_rules(codes: Iterable[str], settings: Settings) -> tuple[str, ...]:
    """Return those of the rules' *codes* that are to run, in their order."""
    return tuple(code for code in codes if is_selected(code, settings))


def is_shown(finding: Finding, settings: Settings) -> bool:
    """Tell whether *finding* passes the selection and the thresholds of severity and confidence."""
    return (
        is_selected(finding.code, settings)
        and finding.severity.rank <= settings.min_severity.rank
        and finding.confidence.rank <= settings.min_confidence.rank
    )
