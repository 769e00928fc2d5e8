"""Colours of the terminal, by what is said rather than by number."""

from __future__ import annotations

import msgspec

from lambdalint.model import Severity

_SEVERITY = {Severity.ERROR: "1;31", Severity.WARNING: "1;33", Severity.INFO: "1;36"}


class Style(msgspec.Struct, frozen=True):
    """Writes text in colour, or plainly where ``color`` is false."""

    color: bool = False

    def _paint(self, text: str, code: str) -> str:
        return f"\x1b[{code}m{text}\x1b[0m" if self.color and text else text

    def severity(self, text: str, severity: Severity) -> str:
        """Write *text* in the colour of *severity*."""
        return self._paint(text, _SEVERITY[severity])

    def strong(self, text: str) -> str:
        """Write what is to be read first."""
        return self._paint(text, "1")

    def rule(self, text: str) -> str:
        """Write the lines and numbers around code."""
        return self._paint(text, "34")

    def quiet(self, text: str) -> str:
        """Write what may be passed over."""
        return self._paint(text, "2")

    def good(self, text: str) -> str:
        """Write what went well, or helps."""
        return self._paint(text, "32")
