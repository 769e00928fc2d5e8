"""Where something stands in a file."""

from __future__ import annotations

import msgspec


class Span(msgspec.Struct, frozen=True, order=True):
    """A stretch of one file.

    ``path`` is relative to the analysed root, with ``/``. Lines and columns are 1-based; columns count code
    points; the end column is exclusive.
    """

    path: str
    line: int
    column: int
    end_line: int
    end_column: int

    @classmethod
    def point(cls, path: str, line: int = 1, column: int = 1) -> Span:
        """Return the empty span at one position."""
        return cls(path, line, column, line, column)

    def __str__(self) -> str:
        return f"{self.path}:{self.line}:{self.column}"
