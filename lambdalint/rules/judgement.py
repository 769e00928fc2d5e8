"""Judges one file: parses what holds a suspicious effect, and walks it once with all rules."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

import libcst as cst

from lambdalint.rules.effect_provider import EffectProvider, EffectsInExcerpt
from lambdalint.rules.lmb999 import cannot_judge
from lambdalint.rules.rule import Rule
from lambdalint.syntax.excerpt import MAX_DEPTH, Excerpt, Source
from lambdalint.syntax.metadata import Wrapper

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from lambdalint.model import Effect, Finding
    from lambdalint.rules.definition import RuleDefinition

_RECURSION_LIMIT = 10_000
"""Enough for a visit and a rendering of ``MAX_DEPTH`` levels, about ten frames each."""


class _UnreadableError(Exception):
    """LibCST cannot parse an excerpt; the message says why."""


def judge_file(
    path: str,
    text: str,
    effects: Iterable[Effect],
    rules: Iterable[type[RuleDefinition]],
    options: Mapping[str, Mapping[str, object]],
) -> list[Finding]:
    """See ``lambdalint.rules.judge``."""
    visitors = [
        rule(path, rule.parse_options(options.get(rule.meta.code, {}))) for rule in rules if issubclass(rule, Rule)
    ]
    suspicious = [effect for effect in effects if effect.span.path == path and _may_be_reported(effect, visitors)]
    found = _visit(path, text.removeprefix("\ufeff"), suspicious, visitors) if suspicious else []
    for visitor in visitors:
        found += visitor.findings()
    return sorted(found, key=lambda finding: finding.sort_key)


def silences(
    effect: Effect, rules: Iterable[type[RuleDefinition]], options: Mapping[str, Mapping[str, object]]
) -> Mapping[str, str]:
    """See ``lambdalint.rules.silences``."""
    found: dict[str, str] = {}
    for rule in rules:
        if issubclass(rule, Rule):
            code = rule.meta.code
            visitor = rule(effect.span.path, rule.parse_options(options.get(code, {})))
            reason = visitor.why_silent(effect) or (visitor.passes_over if visitor.may_report(effect) else None)
            if reason:
                found[code] = reason
    return found


def _may_be_reported(effect: Effect, visitors: list[Rule]) -> bool:
    # Each rule is asked, so that the failure of one does not depend on the others.
    answers = [visitor.may_report(effect) for visitor in visitors]
    return any(answers)


def _visit(path: str, text: str, effects: list[Effect], visitors: list[Rule]) -> list[Finding]:
    """Show *effects* to *visitors*; return a finding for what could not be shown to them."""
    try:
        source = Source(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        return [cannot_judge(effects, f"Python cannot parse the file: {error or type(error).__name__}")]
    pieces = source.pieces(effect.span.line for effect in effects)
    try:
        return _without_call(_walk(path, source.excerpt(pieces), effects, visitors))
    except _UnreadableError as error:
        if len(pieces) == 1:
            return _visit_whole(path, source, effects, visitors, str(error))
    missed: list[Effect] = []
    walked: set[int] = set()
    reasons: list[str] = []
    for piece in pieces:
        inside = [effect for effect in effects if piece.first <= effect.span.line <= piece.last]
        try:
            missed += _walk(path, source.excerpt([piece]), inside, visitors)
        except _UnreadableError as error:
            reasons.append(str(error))
        else:
            walked.update(map(id, inside))
    pending = [effect for effect in effects if id(effect) not in walked]
    return _without_call(missed) + _visit_whole(path, source, pending, visitors, "; ".join(dict.fromkeys(reasons)))


def _visit_whole(path: str, source: Source, effects: list[Effect], visitors: list[Rule], reason: str) -> list[Finding]:
    """Try the whole file, for effects whose excerpt cannot be parsed for the given *reason*."""
    try:
        return _without_call(_walk(path, source.whole(), effects, visitors))
    except _UnreadableError:
        return [cannot_judge(effects, reason)]


def _without_call(effects: list[Effect]) -> list[Finding]:
    return [cannot_judge(effects, "no call or import stands there")] if effects else []


def _walk(path: str, excerpt: Excerpt, effects: list[Effect], visitors: list[Rule]) -> list[Effect]:
    """Walk one excerpt with all *visitors*; return the *effects* for which it has no call."""
    if not effects:
        return []
    with _deep_recursion(excerpt.depth):
        looked_for = EffectsInExcerpt(path, excerpt, tuple(effects))
        wrapper = Wrapper(_parse(excerpt), unsafe_skip_copy=True, cache={EffectProvider: looked_for})
        matched = {id(effect) for found in wrapper.resolve(EffectProvider).values() for effect in found}
        for visitor in visitors:
            visitor.enter(wrapper, looked_for)
        wrapper.visit_batched(visitors)
    return [effect for effect in effects if id(effect) not in matched]


def _parse(excerpt: Excerpt) -> cst.Module:
    if excerpt.depth > MAX_DEPTH:
        raise _UnreadableError("its code is nested too deeply")
    try:
        return cst.parse_module(excerpt.text)
    except cst.ParserSyntaxError as error:
        line = excerpt.original(error.raw_line)
        raise _UnreadableError(f"LibCST does not know the syntax of line {line}") from None
    except BaseException as error:
        # A panic of the native parser is no Exception.
        if isinstance(error, Exception) or type(error).__name__ == "PanicException":
            raise _UnreadableError(f"LibCST fails on it: {type(error).__name__}") from None
        raise


@contextmanager
def _deep_recursion(depth: int) -> Iterator[None]:
    """Allow Python's stack what a visit of *depth* levels needs."""
    before = sys.getrecursionlimit()
    if depth < 50 or before >= _RECURSION_LIMIT:
        yield
        return
    sys.setrecursionlimit(_RECURSION_LIMIT)
    try:
        yield
    finally:
        sys.setrecursionlimit(before)
