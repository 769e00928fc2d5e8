"""Where a template writes the value of a setting, and whether what stands there is the value itself."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import msgspec
from msgspec.structs import replace

from lambdalint.deployment import document
from lambdalint.model import Confidence, Span

if TYPE_CHECKING:
    from collections.abc import Callable

    from lambdalint.deployment.node import Node

    TextOf = Callable[[str], str | None]

_DOCUMENTS = (".yaml", ".yml", ".json", ".template")
_UNITS = {"mebibytes": 1, "gibibytes": 1024, "seconds": 1, "minutes": 60, "hours": 3600}
_NUMBER = re.compile(r"""(?P<quote>["']?)(?P<value>\d{1,12})(?P=quote)""", re.ASCII)
_QUANTITY = re.compile(
    r"(?:\w+\.)*(?:Size|Duration)\.(?P<unit>mebibytes|gibibytes|seconds|minutes|hours)"
    r"\(\s*(?:amount\s*=\s*)?(?P<value>\d[\d_]{0,12})\s*,?\s*\)",
    re.ASCII,
)
_TEXT = re.compile(r"""(?P<quote>["'`]?)(?P<value>[^"'`\\\n]*)(?P=quote)""")
_OF_ITSELF = re.compile(r"""["']?\$\{self:(?P<keys>[\w-]+(?:\.[\w-]+)*)\}["']?""")
_ANCHOR = re.compile(r"&\S+\s+$")
_LEFT_OPEN = re.compile(
    r"!(?:Ref|Sub|If|FindInMap|ImportValue|GetAtt|Select|Join|Transform)\b|\bFn::|\bRef\b|\$\{"
    r"|\b(?:var|local|module|data|each)\."
)


class Written(msgspec.Struct, frozen=True):
    """The place of a value.

    ``span`` is where it is written, or what leads to it if that place is not known. ``value`` is the stretch in it that
    is the bare number or text, counted in ``unit``; None where nothing there is the value as it is. ``settled``
    tells that a deployment cannot give another one, ``editable`` that another value there would change this setting
    alone.
    """

    span: Span
    value: Span | None = None
    unit: int = 1
    settled: bool = True
    editable: bool = True

    @property
    def confidence(self) -> Confidence:
        """How sure it is that the function gets the value."""
        return Confidence.HIGH if self.value is not None and self.settled else Confidence.MEDIUM


def text_at(span: Span, text_of: TextOf) -> str | None:
    """Return what stands at *span*, line ends included; None where the file does not have it."""
    lines = _lines(span, text_of)
    if lines is None:
        return None
    there = lines[span.line - 1 : span.end_line]
    there[-1] = there[-1][: span.end_column - 1]
    there[0] = there[0][span.column - 1 :]
    return "\n".join(there)


def leaves_open(span: Span, text_of: TextOf) -> bool:
    """Tell whether what stands at *span* refers to something that only the deployment decides."""
    return _LEFT_OPEN.search(text_at(span, text_of) or "") is not None


def number_written(span: Span, number: int, text_of: TextOf) -> Written:
    """Return where the *number* is written that the setting at *span* has, in the setting's own unit (MB, seconds)."""
    for pattern in (_NUMBER, _QUANTITY):
        match = pattern.fullmatch(text_at(span, text_of) or "")
        if match is not None:
            unit = _UNITS[match["unit"]] if pattern is _QUANTITY else 1
            if int(match["value"].replace("_", "")) * unit == number:
                return replace(_found(span, match, text_of), unit=unit)
    followed = _followed(span, text_of)
    if followed is not None:
        match = _NUMBER.fullmatch(text_at(followed.span, text_of) or "")
        if match is not None and int(match["value"]) == number:
            return replace(followed, value=_stretch(followed.span, match))
    return Written(span, settled=False)


def text_written(span: Span, value: str, text_of: TextOf) -> Written:
    """Return where the text *value* is written that the setting at *span* has."""
    match = _TEXT.fullmatch(text_at(span, text_of) or "")
    if match is not None and match["value"] == value:
        return _found(span, match, text_of)
    followed = _followed(span, text_of)
    if followed is not None:
        match = _TEXT.fullmatch(text_at(followed.span, text_of) or "")
        if match is not None and match["value"] == value:
            return replace(followed, value=_stretch(followed.span, match))
    return Written(span, settled=False)


def _found(span: Span, match: re.Match[str], text_of: TextOf) -> Written:
    lines = _lines(span, text_of) or [""]
    anchored = _ANCHOR.search(lines[min(span.line, len(lines)) - 1][: span.column - 1])
    return Written(span, _stretch(span, match), editable=anchored is None)


def _stretch(span: Span, match: re.Match[str]) -> Span:
    """Return the place of the value in the one line that *match* is about."""
    start, end = (span.column + offset for offset in match.span("value"))
    return Span(span.path, span.line, start, span.line, end)


def _followed(span: Span, text_of: TextOf) -> Written | None:
    """Return where the reference at *span* leads: to a parameter's default, or to a key of the same file."""
    text = text_of(span.path) if span.path.endswith(_DOCUMENTS) else None
    root = document.load(span.path, text).root if text is not None else None
    found = next((node for node in root.walk() if node.span == span), None) if root is not None else None
    if root is None or found is None:
        return None
    name, argument = found.intrinsic or ("", found)
    if name == "Ref":
        default = root.get("Parameters", argument.text or "", "Default")
        return Written(default.span, settled=False, editable=False) if default is not None else None
    match = _OF_ITSELF.fullmatch(found.text or "")
    target: Node | None = root.get(*match["keys"].split(".")) if match is not None else None
    return Written(target.span, editable=False) if target is not None else None


def _lines(span: Span, text_of: TextOf) -> list[str] | None:
    text = text_of(span.path)
    if text is None:
        return None
    lines = re.split(r"\r\n|\r|\n", text.removeprefix("\ufeff"))
    return lines if span.line <= span.end_line <= len(lines) else None
