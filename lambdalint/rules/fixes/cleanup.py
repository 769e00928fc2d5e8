"""The fixes of files and folders in ``/tmp`` that stay, at all or after an exception: removals in ``finally``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from lambdalint.model import Confidence, Removal, Safety
from lambdalint.rules.fixes.cleanup_plan import Plan, fix_of, merged
from lambdalint.rules.fixes.moved_removal import plan_move
from lambdalint.rules.fixes.new_removal import plan_removal
from lambdalint.rules.growth import sureness

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from lambdalint.model import Effect, Fix, Span
    from lambdalint.rules.fixes.site import Site
    from lambdalint.syntax.project import Project


def removal_added(site: Site, concerns: Callable[[Effect], bool]) -> Fix | None:
    """Return the fix of what nothing removes, or not on all ways that succeed.

    ``concerns`` tells of which other effects the rule reports: those in the same block are removed with it.
    """
    return _fix(site, concerns, _plan_of_growth)


def removal_moved(site: Site, concerns: Callable[[Effect], bool]) -> Fix | None:
    """Return the fix of a removal that an exception skips, with those beside it that *concerns* the rule, too."""
    return _fix(site, concerns, plan_move)


def _fix(
    site: Site,
    concerns: Callable[[Effect], bool],
    planner: Callable[[Project, Sequence[Effect]], Plan | None],
) -> Fix | None:
    project = site.project
    plan = planner(project, site.effects)
    if plan is None:
        return None
    others: dict[Span, list[Effect]] = {}
    for effect in project.effects_of_file(site.module.path):
        span = effect.span
        if span == site.finding.span or not concerns(effect) or effect.lifetime is None:
            continue
        if sureness(effect.lifetime) is not Confidence.LOW:
            others.setdefault(span, []).append(effect)
    plans = [planner(project, effects) for effects in others.values()]
    whole = merged(plan, [one for one in plans if one is not None])
    moved = any(one.moved is not None for one in whole.clearings)
    several = len(whole.clearings) > 1
    title = "Move the removals into a finally clause" if several else "Move the removal into a finally clause"
    if not moved:
        title = "Remove them in a finally clause" if several else "Remove it in a finally clause"
    return fix_of(whole, title)


def _plan_of_growth(project: Project, effects: Sequence[Effect]) -> Plan | None:
    if all(effect.lifetime is not None and effect.lifetime.removed is Removal.SOMETIMES for effect in effects):
        plan = plan_move(project, effects)
        return None if plan is None else replace(plan, safety=Safety.UNSAFE)
    return plan_removal(project, effects)
