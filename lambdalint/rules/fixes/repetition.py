"""How often one invocation makes a call, as far as the syntax of the whole project shows."""

from __future__ import annotations

import enum
import re
from collections import defaultdict
from typing import TYPE_CHECKING

import libcst as cst

from lambdalint.rules.fixes.other_uses import PYTHON, is_surveyable

if TYPE_CHECKING:
    from lambdalint.model import Effect, EntryPoint, Step
    from lambdalint.rules.fixes.site import Site
    from lambdalint.syntax.module import Module

_REPEATING = (cst.For, cst.While, cst.CompFor, cst.BaseComp, cst.Lambda)
_TRIES_AGAIN = re.compile(r"retry|retries|backoff|repeat|batch|each", re.IGNORECASE)


class Times(enum.Enum):
    """How often a call is made in one invocation."""

    ONCE = "once"
    """Certainly not more than once."""
    PERHAPS_ONCE = "perhaps once"
    """No loop and no second way is seen."""
    SEVERAL = "several"


def times_in_an_invocation(site: Site) -> Times:
    """Return how often an invocation makes the call at *site*."""
    ways: defaultdict[EntryPoint, set[tuple[Step, ...]]] = defaultdict(set)
    for effect in site.effects:
        ways[effect.entry].add(effect.chain)
    if any(len(chains) > 1 for chains in ways.values()) or _repeats(site.module, site.call):
        return Times.SEVERAL
    results = [_times_on_way(site, effect) for effect in site.effects]
    if Times.SEVERAL in results:
        return Times.SEVERAL
    return Times.ONCE if all(result is Times.ONCE for result in results) else Times.PERHAPS_ONCE


def _times_on_way(site: Site, effect: Effect) -> Times:
    """Return how often the call is made on the one way that *effect* was reached by."""
    if not is_surveyable(site.project):
        return Times.PERHAPS_ONCE
    calls: list[tuple[Module, cst.Call]] = []
    sure = True
    for step in effect.chain[1:]:
        module = site.project.module(step.span.path)
        call = None if module is None else module.call_at(step.span)
        if module is None or call is None:
            sure = False
        else:
            calls.append((module, call))
    calls.append((site.module, site.call))
    found = []
    for index, (module, call) in enumerate(calls):
        if _repeats(module, call):
            return Times.SEVERAL
        found.append(_times_of_function(site, module.function(call), module, is_entry=index == 0))
    if Times.SEVERAL in found:
        return Times.SEVERAL
    return Times.ONCE if sure and set(found) == {Times.ONCE} else Times.PERHAPS_ONCE


def _repeats(module: Module, call: cst.Call) -> bool:
    """Tell whether a loop of its function makes *call* again and again."""
    for outer in module.above(call):
        if isinstance(outer, (cst.FunctionDef, cst.ClassDef)):
            return False
        if isinstance(outer, _REPEATING):
            return True
    return False


def _times_of_function(site: Site, function: cst.FunctionDef | None, module: Module, *, is_entry: bool) -> Times:
    """Return how often *function* is called, by how often the project calls and mentions its name.

    Others than the entry point must be called at exactly one place, and be mentioned nowhere else.
    """
    if function is None:
        return Times.PERHAPS_ONCE
    if any(_TRIES_AGAIN.search(module.code(decorator)) for decorator in function.decorators):
        return Times.SEVERAL
    name = re.escape(function.name.value)
    stated = re.compile(rf"^[^\n#]*\bimport\b[^\n]*\b{name}\b|\bdef\s+{name}\b", re.MULTILINE)
    called = re.compile(rf"(?<!def )\b{name}\s*\(")
    texts = [text for _, text in site.project.matching(PYTHON, rf"\b{name}\b")]
    calls = sum(len(called.findall(text)) for text in texts)
    mentioned = sum(len(re.findall(rf"\b{name}\b", text)) for text in texts)
    others = mentioned - calls - sum(len(stated.findall(text)) for text in texts)
    if is_entry:
        return Times.ONCE if calls == 0 and others <= 0 else Times.PERHAPS_ONCE
    if calls > 1 or others > 0:
        return Times.SEVERAL
    nested = any(isinstance(outer, (cst.FunctionDef, cst.ClassDef)) for outer in module.above(function))
    return Times.PERHAPS_ONCE if nested or function.decorators else Times.ONCE
