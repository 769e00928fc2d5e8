"""Which paths below ``/tmp`` may mean the same file, or one in a folder."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from lambdalint.flow.text import is_hole
from lambdalint.flow.tmp_paths import is_at_or_above, pattern, wipe_of
from lambdalint.model import EffectKind

if TYPE_CHECKING:
    from lambdalint.flow.account import Account


def may_coincide(one: str, other: str) -> bool:
    """Tell whether two paths, whose holes stand for any text, may be the same."""
    if one.isascii() and other.isascii():
        return one == other
    if one.isascii() or other.isascii():
        known, holed = (one, other) if one.isascii() else (other, one)
        return bool(_with_holes(holed).fullmatch(known))
    first, last = _ends(one)
    other_first, other_last = _ends(other)
    return (first.startswith(other_first) or other_first.startswith(first)) and (
        last.endswith(other_last) or other_last.endswith(last)
    )


def provides(account: Account, text: str) -> bool:
    """Tell whether what an account tells of may be what lies at a path; of a copy's target, that it may be a folder."""
    if may_coincide(account.text, text):
        return True
    return account.kind is not EffectKind.CREATE_DIR and text.startswith(account.text + "/")


def covers(text: str, account: Account) -> bool:
    """Tell whether what is done with a path is done with what an account tells of, or with a part of that."""
    if account.kind is EffectKind.DATABASE and text.startswith(f"{account.text}."):
        # The library adds its extension to the name.
        return True
    listed = wipe_of(text, tree=False)
    if listed is not None:
        return listed.covers(account.text, folder=False)
    return is_at_or_above(text, account.text) or text.startswith(account.text + "/")


@lru_cache(maxsize=4096)
def _with_holes(text: str) -> re.Pattern[str]:
    return re.compile("".join(".+" if is_hole(character) else re.escape(character) for character in text))


def _ends(text: str) -> tuple[str, str]:
    """Return what comes before the first hole of a text, and after the last one."""
    literals = pattern(text).split("\0")
    return literals[0], literals[-1]
