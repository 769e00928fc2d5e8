"""What every rule declares, whether it visits syntax or not: its metadata, its options, and its page."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING, ClassVar

import msgspec

from lambdalint.model import Finding

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lambdalint.model import Fix, RuleMeta, Span


class OptionsError(Exception):
    """Options of a rule that are not what it declares; the message names the rule and the key."""


class RuleDefinition:
    """Base of all rules. The docstring of a subclass is the rule's page, see ``pages``."""

    meta: ClassVar[RuleMeta]

    class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="kebab"):
        """The rule's options, with their defaults; none here."""

    @classmethod
    def finding(
        cls, headline: str, span: Span, *, advice: str = "", functions: tuple[str, ...] = (), fix: Fix | None = None
    ) -> Finding:
        """Return a finding of this rule, with its own severity and confidence."""
        meta = cls.meta
        return Finding(
            code=meta.code,
            name=meta.name,
            message=f"{headline}: {advice}" if advice else headline,
            severity=meta.severity,
            confidence=meta.confidence,
            span=span,
            functions=functions,
            fix=fix,
            headline=headline,
            advice=advice,
        )

    @classmethod
    def parse_options(cls, raw: Mapping[str, object]) -> Options:
        """Return *raw* options as typed ones; raise OptionsError for an unknown key or a wrong value."""
        known = [field.encode_name for field in msgspec.structs.fields(cls.Options)]
        for key in raw:
            if key not in known:
                raise OptionsError(f"{cls.meta.code}: unknown option {key!r}; {_expected(key, known)}")
        try:
            return msgspec.convert(dict(raw), cls.Options)
        except msgspec.ValidationError as error:
            raise OptionsError(f"{cls.meta.code}: {error}") from None


def _expected(key: str, known: list[str]) -> str:
    if not known:
        return "this rule has no options"
    nearest = get_close_matches(key, known, n=1)
    return f"did you mean {nearest[0]!r}?" if nearest else f"expected one of: {', '.join(known)}"
