"""How often each rule reports, for ``--statistics``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from lambdalint.model import Safety, Severity
from lambdalint.output.json_report import dump

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lambdalint.model import Finding, Report


class _Count(msgspec.Struct, frozen=True):
    """The findings of one rule; ``severity`` is that of the most severe one."""

    code: str
    name: str
    severity: Severity
    count: int
    fixable: int


def render(report: Report, name: str) -> str:
    """Return the counts, the highest first: as an array for ``json``, else for people."""
    by_code: dict[str, list[Finding]] = {}
    for finding in report.findings:
        by_code.setdefault(finding.code, []).append(finding)
    counts = sorted(map(_count, by_code.values()), key=lambda item: (-item.count, item.code))
    return _json(counts) if name == "json" else _text(counts)


def _count(findings: Sequence[Finding]) -> _Count:
    return _Count(
        findings[0].code,
        findings[0].name,
        min((finding.severity for finding in findings), key=lambda severity: severity.rank),
        len(findings),
        sum(finding.fix is not None and finding.fix.safety is not Safety.DISPLAY_ONLY for finding in findings),
    )


def _text(counts: Sequence[_Count]) -> str:
    rows = [(str(item.count), item.code, _mark(item), item.name, item.severity.value) for item in counts]
    widths = [max((len(row[column]) for row in rows), default=0) for column in range(4)]
    has_fixes = any(item.fixable for item in counts)
    lines = []
    for number, code, mark, name, severity in rows:
        marked = [mark] if has_fixes else []
        columns = [number.rjust(widths[0]), code.ljust(widths[1]), *marked, name.ljust(widths[3]), severity]
        lines.append("  ".join(columns))
    if has_fixes:
        lines.append("[*] all of them have a fix, [-] some of them")
    return "".join(line + "\n" for line in lines)


def _mark(item: _Count) -> str:
    if not item.fixable:
        return "[ ]"
    return "[*]" if item.fixable == item.count else "[-]"


def _json(counts: Sequence[_Count]) -> str:
    return dump(
        [
            {
                "code": item.code,
                "name": item.name,
                "severity": item.severity.value,
                "count": item.count,
                "fixable": item.fixable == item.count,
                "fixable_count": item.fixable,
            }
            for item in counts
        ]
    )
