"""A condition on an argument of a call, under which a row holds."""

from __future__ import annotations

import msgspec


class Condition(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, rename="kebab"):
    """A condition on an argument's value.

    ``matches`` is searched in the value's text; for ``os.open``-like flags the text is the flags' names. ``default``
    is the value of an argument that is not given. A value that is not known does not satisfy the condition, unless
    ``unknown`` says so. ``negate`` turns the condition around. ``given`` asks only whether
    the argument is there at all, also as None.
    """

    argument: str
    matches: str = ""
    given: bool | None = None
    default: str | None = None
    unknown: bool = False
    negate: bool = False
