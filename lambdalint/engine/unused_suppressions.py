"""Judges the suppressions themselves: those that silence nothing (LMB901), and those without a reason (LMB902)."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import msgspec
from msgspec.structs import replace

from lambdalint.engine.comments import BLANKS
from lambdalint.engine.source_text import split_lines
from lambdalint.engine.suppression_comments import Kind, parts_of, without
from lambdalint.engine.suppressions import ON_SUPPRESSIONS, Located, Silenced, silence
from lambdalint.engine.syntax import is_python
from lambdalint.model import Edit, Fix, Safety, Span

if TYPE_CHECKING:
    from collections.abc import Collection, Container, Iterator, Mapping, Sequence

    from lambdalint.engine.comments import Comment
    from lambdalint.engine.consolidate import Places
    from lambdalint.engine.suppressions import Mention, Suppression, Suppressions
    from lambdalint.model import Finding

_UNUSED, _WITHOUT_REASON = "LMB901", "LMB902"


class Scope(msgspec.Struct, frozen=True):
    """What a run has judged.

    ``paths`` are the files, as the keys of the suppressions name them; ``selected`` the codes of the rules that ran.
    ``complete`` tells that all of it was followed to the end. ``noqa`` is that of the settings.
    """

    paths: Collection[str]
    selected: Collection[str]
    complete: bool
    noqa: bool


class _Named(msgspec.Struct, frozen=True):
    """A code that a comment names, and where that is in the tree."""

    suppression: Suppression
    mention: Mention
    at: Span


def judge_suppressions(
    suppressions: Mapping[str, Suppressions],
    used: frozenset[Mention],
    scope: Scope,
    places: Places,
    texts: Mapping[str, str],
) -> Silenced:
    """Return the findings on *suppressions*, of which those in *used* stand for a finding of a rule.

    *texts* are those of the files of the tree, by path. The findings are divided like others, for a suppression that
    names LMB901 or LMB902 silences them.
    """
    within = {path: found for path, found in sorted(suppressions.items()) if path in scope.paths}
    reasons = Silenced((), (), used)
    if _WITHOUT_REASON in scope.selected:
        reasons = silence(_without_reason(within, places), suppressions, noqa=scope.noqa)
        used |= reasons.used
    unused = Silenced((), (), used)
    if _UNUSED in scope.selected and scope.complete:
        removals = _Removals(places, texts)
        found = [item for named in _by_comment(within, places) for item in _unused(named, used, scope, removals)]
        unused = silence(found, suppressions, noqa=scope.noqa)
    return Silenced((*reasons.kept, *unused.kept), (*reasons.silenced, *unused.silenced), used | unused.used)


def _is_ours(entry: Suppression, mention: Mention) -> bool:
    return not entry.kind.is_noqa or mention.code.startswith("LMB")


def _without_reason(within: Mapping[str, Suppressions], places: Places) -> Iterator[Located]:
    from lambdalint.rules.lmb902 import without_reason

    seen: set[Span] = set()
    for entry in (entry for found in within.values() for entry in found.entries):
        codes = [mention.code for mention in entry.mentions if _is_ours(entry, mention)]
        at = places.in_tree(entry.span)
        if codes and not entry.reason and at not in seen:  # several functions may share the code in one template
            seen.add(at)
            finding = without_reason(list(dict.fromkeys(codes)), entry.span)
            yield Located(finding, replace(finding, span=at))


def _by_comment(within: Mapping[str, Suppressions], places: Places) -> list[list[_Named]]:
    """Return lambdalint's codes that comments name, divided by the place of the comment in the tree."""
    grouped: defaultdict[tuple[Span, str], list[_Named]] = defaultdict(list)
    for path, found in within.items():
        for entry in found.entries:
            comment = entry.comment
            start = places.in_tree(Span.point(path, comment.line, comment.column))
            grouped[start, comment.text] += [
                _Named(entry, mention, places.in_tree(mention.span))
                for mention in entry.mentions
                if _is_ours(entry, mention)
            ]
    return list(grouped.values())


def _unused(named: Sequence[_Named], used: frozenset[Mention], scope: Scope, removals: _Removals) -> Iterator[Located]:
    """Yield a finding for each code of one comment that silences nothing; its fix removes all of them."""
    used_there = {one.at for one in named if one.mention in used}
    idle = [one for one in named if one.at not in used_there and _is_judged(one.mention.code, scope)]
    if not idle:
        return
    fix = removals.fix(idle)
    by_code = {one.mention.code: one for one in reversed(idle)}
    for one in sorted(by_code.values(), key=lambda one: one.at):
        finding = _finding(one, fix, removals.inline)
        yield Located(replace(finding, span=one.mention.span), finding)


def _is_judged(code: str, scope: Scope) -> bool:
    """Tell whether all rules that *code* stands for have run; a code of no rule stands for none."""
    if code == _UNUSED:  # whether it is needed depends on the comment that it stands in
        return False
    return all(known in scope.selected for known in _rules_of(code))


def _rules_of(code: str) -> list[str]:
    from lambdalint import rules

    if code in ON_SUPPRESSIONS:
        return [code]
    return [known for known in rules.codes() if known.startswith(code) and known not in ON_SUPPRESSIONS]


def _finding(one: _Named, fix: Fix | None, inline: Container[str]) -> Finding:
    from lambdalint import rules
    from lambdalint.rules import lmb901

    code, suppression, comment = one.mention.code, one.suppression, one.suppression.comment
    if not _rules_of(code):
        names = {known: rule.meta.name for known, rule in rules.registry().items()}
        word = suppression.word(one.mention)
        return lmb901.unknown(comment.text[word.start : word.end], names, one.at, fix)
    is_code = is_python(one.mention.span.path) or one.mention.span.path in inline
    if suppression.kind is Kind.NOQA and is_code and comment.alone and len(comment.lines) == 1:
        return lmb901.stands_alone(code, one.at, fix)
    if suppression.lines is None:
        where = "in this file"
    elif not is_code:
        where = "on the next line" if comment.alone else "on this line"
    else:
        where = "in this statement" if comment.line in suppression.lines else "in the statement below"
    return lmb901.silences_nothing(code, where, one.at, fix)


class _Removals:
    """Makes the fixes that remove codes from comments."""

    def __init__(self, places: Places, texts: Mapping[str, str]) -> None:
        self.inline = places.inline
        self._places = places
        self._texts = texts
        self._lines: dict[str, list[str]] = {}

    def fix(self, idle: Sequence[_Named]) -> Fix | None:
        """Return the fix that removes codes from the comment that all of them stand in."""
        comment = idle[0].suppression.comment
        at = self._start(idle[0].mention.span.path, comment)
        if at is None:
            return None
        words = {one.suppression.word(one.mention) for one in idle}
        left = without(comment.text, parts_of(comment.text, alone=comment.alone), words)
        codes = ", ".join(sorted({one.mention.code for one in idle}))
        title = f"Remove {codes} from the comment" if left else "Remove the comment, which silences nothing"
        return Fix(title, (_rewriting(comment, left, at),), Safety.SAFE)

    def _start(self, path: str, comment: Comment) -> Span | None:
        """Return where the comment begins in the tree; None if a template writes the code in another way."""
        source = self.inline.get(path)
        if source is None:
            return self._places.in_tree(Span.point(path, comment.line, comment.column))
        index, last = comment.line - 1, len(source.lines) - 1
        if index > last:
            return None
        number = source.lines[index][0]
        beside = [other for other in (index - 1, index + 1) if 0 <= other <= last]
        lines = self._lines_of(source.path)
        if number > len(lines) or any(source.lines[other][0] - number != other - index for other in beside):
            return None
        # What stands before the comment may be written in another way: ${Bucket} for a name.
        line = lines[number - 1].rstrip(BLANKS)
        before = line.removesuffix(comment.text)
        code = before.rstrip(BLANKS)
        if before == line or bool(code) == comment.alone or len(before) - len(code) < comment.gap:
            return None
        return self._places.in_tree(Span.point(source.path, number, len(before) + 1))

    def _lines_of(self, path: str) -> list[str]:
        if path not in self._lines:
            self._lines[path] = split_lines(self._texts.get(path, ""))
        return self._lines[path]


def _rewriting(comment: Comment, left: str, at: Span) -> Edit:
    """Return the edit after which *left* stands in place of the comment at *at*; without it, nothing does."""
    if not left and comment.alone:
        return Edit(Span(at.path, at.line, 1, at.line + 1, 1), "")
    before, behind = _shared(comment.text, left) if left else (-comment.gap, 0)
    start, end = at.column + before, at.column + len(comment.text) - behind
    return Edit(Span(at.path, at.line, start, at.line, end), left[before : len(left) - behind] if left else "")


def _shared(old: str, new: str) -> tuple[int, int]:
    """Return how many characters two texts share at the beginning, and how many more at the end, by whole words."""
    longest = min(len(old), len(new))
    before = next((index for index in range(longest) if old[index] != new[index]), longest)
    while (
        before
        and old[before - 1].isalnum()
        and (old[before : before + 1].isalnum() or new[before : before + 1].isalnum())
    ):
        before -= 1
    behind = 0
    while behind < longest - before and old[-behind - 1] == new[-behind - 1]:
        behind += 1
    while behind and old[-behind].isalnum() and old[-behind - 1].isalnum():
        behind -= 1
    return before, behind
