"""The fix of LMB102 to LMB104: the definition of a path, and all that uses it, move below the temporary folder."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambdalint.model import Confidence, EffectKind, Fix, Safety
from lambdalint.rules.fixes.log import log_to_stdout
from lambdalint.rules.fixes.relocation_group import can_move, group_of, is_certain, is_shipped
from lambdalint.rules.fixes.relocation_plan import Plan
from lambdalint.rules.fixes.torn_apart import is_torn_apart

if TYPE_CHECKING:
    from lambdalint.rules.fixes.relocation_group import Group
    from lambdalint.rules.fixes.site import Site
    from lambdalint.syntax.project import Project


def relocated(site: Site) -> Fix | None:
    """Return the fix that moves the path of the finding at *site* below the folder for temporary files.

    All effects and other uses of the path move together. None where one of them cannot be followed, and where what
    the code does would be wrong in that folder, too: data that must last, names that are new each time, files that are
    shipped with the code.
    """
    if all(effect.kind is EffectKind.LOG for effect in site.effects):
        return log_to_stdout(site)
    project = site.project
    group = group_of(project, site.effects)
    if group is None or not can_move(group) or is_shipped(project, group) or _is_shared(project, group):
        return None
    plan = Plan(project, group)
    if not plan.make() or is_torn_apart(project, group):
        return None
    edits = plan.edits()
    if edits is None:
        return None
    is_safe = plan.is_safe and is_certain(group) and site.finding.confidence is not Confidence.LOW
    below = '"/tmp"' if project.tmp_expression == "literal" else "tempfile.gettempdir()"
    return Fix(f"Move the path below {below}", edits, Safety.SAFE if is_safe else Safety.UNSAFE)


def _is_shared(project: Project, group: Group) -> bool:
    """Tell whether requests that are served at the same time would share the file."""
    rooms = [project.functions[name].room for name in group.functions if name in project.functions]
    return any(room.concurrent_requests for room in rooms)
