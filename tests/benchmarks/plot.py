"""Time over lines, both logarithmic, as a drawing in SVG."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

if TYPE_CHECKING:
    from benchmarks.results import Results

_WIDTH, _HEIGHT = 860, 520
_LEFT, _RIGHT, _TOP, _BOTTOM = 70, 240, 30, 50
_COLORS = ("#c0392b", "#e67e22", "#8e44ad", "#2980b9", "#27ae60", "#7f8c8d", "#16a085", "#2c3e50", "#b7950b", "#d35400")


def curves(results: Results) -> dict[str, list[tuple[float, float]]]:
    """Return the points of each mode, in the generated projects: lines and seconds."""
    found: dict[str, list[tuple[float, float]]] = {}
    for measured in sorted(results.measured, key=lambda one: one.lines):
        for timing in measured.timings if measured.generated else ():
            if timing.wall and not timing.mode.startswith(("one file,", "one file with", "--version")):
                found.setdefault(timing.label, []).append((measured.lines, timing.wall))
    return found


def plot(results: Results) -> str:
    """Return the drawing."""
    lines = curves(results)
    points = [point for one in lines.values() for point in one] or [(1e4, 1.0)]
    low_x, high_x = _decades([x for x, _ in points])
    low_y, high_y = _decades([y for _, y in points])

    def at(x: float, y: float) -> tuple[float, float]:
        across = (math.log10(x) - low_x) / (high_x - low_x)
        up = (math.log10(y) - low_y) / (high_y - low_y)
        return _LEFT + across * (_WIDTH - _LEFT - _RIGHT), _HEIGHT - _BOTTOM - up * (_HEIGHT - _TOP - _BOTTOM)

    frame = f'xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}"'
    parts = [
        f'<svg {frame} font-family="sans-serif" font-size="12">',
        f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="white"/>',
        _text(_LEFT, 18, f"Seconds over lines of Python, {results.date}"),
    ]
    for decade in range(low_x, high_x + 1):
        x, bottom = at(10**decade, 10**low_y)
        parts.append(_line(x, bottom, x, _TOP, "#dddddd"))
        parts.append(_text(x, bottom + 18, f"{10**decade:,}", "middle"))
    for decade in range(low_y, high_y + 1):
        left, y = at(10**low_x, 10**decade)
        parts.append(_line(left, y, _WIDTH - _RIGHT, y, "#dddddd"))
        parts.append(_text(left - 8, y + 4, f"{10**decade:g}", "end"))
    for number, (label, one) in enumerate(lines.items()):
        color = _COLORS[number % len(_COLORS)]
        dashes = "" if number < len(_COLORS) else ' stroke-dasharray="6 3"'
        width = 3 if label.startswith("lambdalint") else 1.5
        placed = [at(x, y) for x, y in one]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in placed)
        parts.append(f'<polyline points="{path}" fill="none" stroke="{color}" stroke-width="{width}"{dashes}/>')
        parts += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{color}"/>' for x, y in placed]
        parts.append(_text(_WIDTH - _RIGHT + 34, _TOP + 12 + number * 18, label))
        at_label = _TOP + 8 + number * 18
        parts.append(_line(_WIDTH - _RIGHT + 10, at_label, _WIDTH - _RIGHT + 30, at_label, color, dashes, width))
    return "\n".join([*parts, "</svg>"]) + "\n"


def _decades(values: list[float]) -> tuple[int, int]:
    low, high = math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)))
    return low, max(high, low + 1)


def _line(x1: float, y1: float, x2: float, y2: float, color: str, more: str = "", width: float = 1) -> str:
    ends = f'x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"'
    return f'<line {ends} stroke="{color}" stroke-width="{width}"{more}/>'


def _text(x: float, y: float, text: str, anchor: str = "start") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(text)}</text>'
