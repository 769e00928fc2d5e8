"""Each rule either reports an effect that it is about, or says why it does not."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from effects_by_hand import PATH, effect_at, place
from literate.fixture import Fixture, parse_fixture
from literate.project import settings_for, write_project
from msgspec.structs import replace

from lambdalint.engine.collect import collect
from lambdalint.engine.recall import Recall
from lambdalint.engine.run import analyse, no_progress
from lambdalint.engine.source_text import decode_leniently
from lambdalint.model import Base, Effect, EffectKind, Hole, HoleKind, Lifetime, Removal, Span
from lambdalint.rules import judge, registry, silences

if TYPE_CHECKING:
    from lambdalint.rules.definition import RuleDefinition

FIXTURES = Path(__file__).parents[3] / "fixtures" / "rules"
PARSED = [parse_fixture(path) for path in sorted(FIXTURES.glob("LMB[123]*.md"))]
RULES: dict[str, type[RuleDefinition]] = {
    code: rule for code, rule in registry().items() if code.startswith(("LMB1", "LMB2", "LMB3"))
}

_FILES = {EffectKind.WRITE, EffectKind.APPEND, EffectKind.EXTRACT, EffectKind.RENAME}
_NAMED = (_FILES - {EffectKind.EXTRACT}) | {
    EffectKind.DATABASE,
    EffectKind.CREATE_DIR,
    EffectKind.LOG,
    EffectKind.CACHE,
}
ABOUT = {
    "LMB202": _FILES,
    "LMB203": {EffectKind.READ},
    "LMB204": {EffectKind.WRITE, EffectKind.EXTRACT},
    "LMB205": _FILES | {EffectKind.CREATE_DIR},
    "LMB201": {EffectKind.DATABASE},
    "LMB206": {EffectKind.LOG},
    "LMB301": _NAMED,
    "LMB302": {EffectKind.APPEND, EffectKind.LOG},
    "LMB304": _NAMED | {EffectKind.EXTRACT},
    "LMB305": {EffectKind.EXTRACT},
    "LMB306": {EffectKind.CACHE},
    "LMB307": (_NAMED - {EffectKind.CREATE_DIR}) | {EffectKind.EXTRACT},
    "LMB308": {EffectKind.DELETE},
    "LMB309": {EffectKind.WRITE, EffectKind.EXTRACT},
}
"""The kinds of effects in ``/tmp`` that each rule always answers for."""


def _is_about(code: str, effect: Effect) -> bool:
    if effect.place.base is Base.TMP:
        return effect.kind in ABOUT.get(code, set())
    return code == "LMB109" and effect.place.base is Base.UNKNOWN and effect.kind.modifies


@pytest.mark.parametrize("fixture", PARSED, ids=lambda fixture: fixture.name[:6])
def test_a_rule_reports_or_says_why_not(fixture: Fixture, tmp_path: Path) -> None:
    for number, case in enumerate(fixture.cases):
        write_project(tmp_path / f"case{number:02d}", case.files)
    collected = collect([tmp_path], cwd=tmp_path)
    analysis = analyse(collected, settings_for(("LMB",)), 0, None, no_progress, Recall(collected.tree, None))
    broken = {problem.span.path for problem in analysis.reached.broken}
    for effect in analysis.reached.effects:
        path = effect.span.path
        if path in broken:
            continue
        text = (
            analysis.inline[path].text
            if path in analysis.inline
            else decode_leniently(path, collected.tree.read(path) or b"")
        )
        reported = {finding.code for finding in judge(path, text, [effect], RULES.values(), {})}
        silent = {
            code: rule("", rule.Options()).why_silent(effect)  # type: ignore[attr-defined, call-arg]
            for code, rule in RULES.items()
        }
        reasons = silences(effect, RULES.values(), {})
        for code in RULES:
            where = f"{code} on {effect.span} {effect.kind.value} {effect.place.path}"
            assert not (code in reported and silent[code]), f"{where}: reported, but {silent[code]}"
            if code not in reported and _is_about(code, effect):
                assert reasons.get(code), f"{where}: neither reported nor is there a reason: {effect}"


SPAN = Span(PATH, 1, 1, 1, 6)
FIXED = Lifetime(bounded=True, removed=Removal.NEVER)
NEW = Lifetime(bounded=False, removed=Removal.NEVER, varies="uuid4()", kind=HoleKind.UNIQUE)

UPLOAD = replace(FIXED, request_content=True, read_back=True)


@pytest.mark.parametrize(
    ("lifetime", "code", "reason"),
    [
        (FIXED, "LMB301", "the name is the same in each invocation"),
        (replace(NEW, bounded=True, once=True), "LMB301", "each execution environment makes it once"),
        (replace(NEW, removed=Removal.ALWAYS), "LMB301", "it is removed on every way out"),
        (replace(NEW, removed=Removal.ON_SUCCESS), "LMB301", "only an exception skips its removal: LMB304 judges that"),
        (NEW, "LMB304", "also an invocation that succeeds leaves it behind: another rule judges that"),
        (FIXED, "LMB204", "its content is not known to come from the request"),
        (UPLOAD, "LMB204", "the same invocation works on it after it has written it"),
        (FIXED, "LMB202", "no other entry point and no later invocation reads it without having written it"),
        (None, "LMB301", "what becomes of the file is not known"),
    ],
)
def test_reasons_follow_the_lifetime(lifetime: Lifetime | None, code: str, reason: str) -> None:
    hole = Hole(HoleKind.UNIQUE, "uuid4()")
    where = place(Base.TMP, "/tmp/", hole if lifetime is not None and lifetime.kind else "x")
    effect = replace(effect_at(SPAN, where), lifetime=lifetime)
    assert silences(effect, RULES.values(), {})[code] == reason


def test_options_are_a_reason() -> None:
    effect = effect_at(SPAN, place(Base.ABSOLUTE, "/data/x", written=["/data/x"]))
    assert "LMB101" not in silences(effect, RULES.values(), {})
    options = {"LMB101": {"writable": ["/data"]}}
    assert silences(effect, RULES.values(), options)["LMB101"] == "it is in a folder of the rule's option 'writable'"
