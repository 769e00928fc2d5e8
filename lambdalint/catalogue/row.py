"""What every row of the catalogue has in common."""

from __future__ import annotations

import msgspec


class Row(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, rename="kebab"):
    """What every row has in common: the sentence's subject, its proof, and its tests."""

    source: str
    """A documentation address, or ``sandbox: ...`` for what was seen in a read-only sandbox."""
    note: str = ""
