"""How one line is explained, for people and for programs."""

from __future__ import annotations

import json

from msgspec.structs import replace

from lambdalint.model import (
    Answer,
    Base,
    Confidence,
    Effect,
    EffectKind,
    EntryPoint,
    Excess,
    ExplainedCall,
    ExplainedEffect,
    Explanation,
    Guard,
    Hole,
    HoleKind,
    Lifetime,
    Phase,
    Place,
    Removal,
    Severity,
    Span,
    Step,
)
from lambdalint.output.explanation import render_json, render_text
from lambdalint.output.lifetime_words import lifetime_words

SOURCE = "def handler(event, context):\n    open(path, 'w')\n"
SPAN = Span("src/app.py", 2, 5, 2, 20)
KEY = Hole(HoleKind.REQUEST, "event['key']", confined=True)
LIFETIME = Lifetime(
    bounded=False,
    removed=Removal.ON_SUCCESS,
    varies="event['key']",
    kind=HoleKind.REQUEST,
    removal=Span.point("src/app.py", 9, 5),
    skipped=Step(Span.point("src/app.py", 7, 5), "upload_file"),
    stored=Step(Span.point("src/app.py", 7, 5), "upload_file"),
    request_content=True,
)
EFFECT = Effect(
    kind=EffectKind.WRITE,
    place=Place(Base.TMP, ("/tmp/", KEY), (KEY,)),
    callee="builtins.open",
    span=SPAN,
    chain=(Step(Span.point("src/app.py", 1), "Report is invoked: handler"),),
    phase=Phase.INVOKE,
    entry=EntryPoint("Report", "app", "handler", Phase.INVOKE),
    guards=frozenset({Guard.MAYBE}),
    lifetime=LIFETIME,
)
ANSWERS = (
    Answer("LMB301", "unique-file-never-removed", "only an exception skips its removal: LMB304 judges that"),
    Answer("LMB304", "cleanup-skipped-on-error", "it stays", Severity.WARNING, Confidence.MEDIUM),
    Answer("LMB109", "unresolved-write-path", "unknown", Severity.INFO, Confidence.LOW, "a comment suppresses it"),
)
EXPLANATION = Explanation(
    tool="lambdalint 0.1.0",
    path="src/app.py",
    line=2,
    calls=(ExplainedCall(SPAN, (ExplainedEffect(EFFECT, ("Other", "Report"), ANSWERS),)),),
    source=SOURCE,
)


def test_the_text_says_all_that_is_known() -> None:
    assert render_text(EXPLANATION) == (
        """\
src/app.py:2:5
  |
2 |     open(path, 'w')
  |     ^^^^^^^^^^^^^^^

  write /tmp/{event['key']}
    call:        builtins.open
    place:       tmp, written as {event['key']}
                 {event['key']} is chosen by the request, and cannot leave its folder
    function:    Other, Report (in each invocation: app.handler)
    name:        event['key'] is new in each invocation
    removed:     on success only, on line 9 of src/app.py, skipped by upload_file (src/app.py:7:5)
    content:     chosen by the request
    stored:      what it holds, or follows from it, by upload_file (src/app.py:7:5)
    guard:       other values of the path, or other branches, lead elsewhere
    the way:
      src/app.py:1:1: Report is invoked: handler
    LMB301 silent: only an exception skips its removal: LMB304 judges that
    LMB304 warning: it stays (confidence: medium)
    LMB109 info: unknown (confidence: low) [hidden: a comment suppresses it]
"""
    )


def test_colour_is_added_on_demand_only() -> None:
    assert "\x1b" in render_text(EXPLANATION, color=True)
    assert "\x1b" not in render_text(EXPLANATION)


def test_a_line_without_effects_is_one_line() -> None:
    bare = Explanation("lambdalint 0.1.0", "src/app.py", 3, (), "no function reaches this file")
    assert render_text(bare) == "src/app.py:3: no function reaches this file\n"
    assert json.loads(render_json(bare)) == {
        "version": 1,
        "tool": "lambdalint 0.1.0",
        "path": "src/app.py",
        "line": 3,
        "note": "no function reaches this file",
        "calls": [],
    }


def test_json_holds_places_lifetimes_and_answers() -> None:
    (call,) = json.loads(render_json(EXPLANATION))["calls"]
    (effect,) = call["effects"]
    assert (call["line"], call["column"], call["end_line"], call["end_column"]) == (2, 5, 2, 20)
    assert (effect["kind"], effect["base"], effect["place"]) == ("write", "tmp", "/tmp/{event['key']}")
    assert effect["holes"] == [{"kind": "request", "origin": "event['key']", "confined": True}]
    assert effect["lifetime"]["removed"] == "on_success"
    assert effect["lifetime"]["skipped"]["line"] == 7
    assert [(rule["code"], rule["reports"], rule["hidden"]) for rule in effect["rules"]] == [
        ("LMB301", False, None),
        ("LMB304", True, None),
        ("LMB109", True, "a comment suppresses it"),
    ]


def test_lifetimes_in_words() -> None:
    def words(lifetime: Lifetime, **changes: object) -> dict[str, str]:
        return dict(lifetime_words(replace(EFFECT, lifetime=lifetime, **changes)))

    fixed = Lifetime(bounded=True, removed=Removal.NEVER, cached=True)
    assert words(fixed)["name"] == "the same in each invocation; made only where a test finds it absent"
    assert words(fixed)["removed"] == "never"
    kept = Lifetime(bounded=True, removed=Removal.NEVER, varies="uuid4()", kind=HoleKind.UNIQUE, once=True)
    assert words(kept)["name"] == "made once in each execution environment"
    assert words(replace(kept, removed=Removal.ALWAYS)) == {
        "name": "uuid4() is new in each invocation",
        "removed": "always",
    }
    doubted = replace(fixed, removed=Removal.SOMETIMES, doubtful=True)
    assert words(doubted)["removed"] == "sometimes; whether that happens is doubtful"
    leaving = replace(fixed, escapes=Step(SPAN, "create returns it"))
    assert words(leaving)["path leaves"] == f"create returns it ({SPAN})"
    large = Lifetime(bounded=True, removed=Removal.SOMETIMES, exceeds=Excess(1500, 512))
    assert words(large, size=1_572_864_000) == {
        "name": "the same in each invocation",
        "removed": "sometimes",
        "size": "at least 1,572,864,000 bytes",
        "exceeds": "at least 1,500 MB at the same time, and /tmp has 512 MB",
    }
