"""What the rules of persistence flag of a lifetime, what they leave alone, and in which words."""

from __future__ import annotations

import pytest
from effects_by_hand import PATH, effect_at, place
from msgspec.structs import replace

from lambdalint import catalogue
from lambdalint.model import (
    Base,
    EffectKind,
    Finding,
    Guard,
    Hole,
    HoleKind,
    Lifetime,
    Phase,
    Place,
    Removal,
    Span,
    Step,
)
from lambdalint.rules import judge, registry

SOURCE = "def handler(event, context):\n    act()\n"
SPAN = Span(PATH, 2, 5, 2, 10)
RULES = [rule for code, rule in registry().items() if code.startswith("LMB2")]

FIXED = place(Base.TMP, "/tmp/x")
CHOSEN = place(Base.TMP, "/tmp/", Hole(HoleKind.REQUEST, "event['id']", confined=True))
NEW = place(Base.TMP, "/tmp/", Hole(HoleKind.UNIQUE, "uuid4()"))
CONFIGURED = place(Base.TMP, "/tmp/", Hole(HoleKind.ENVIRONMENT, "$STAGE"))
OBSCURE = place(Base.TMP, "/tmp/", Hole(HoleKind.UNKNOWN))
MOUNTED = place(Base.MOUNT, "/mnt/data/x")

KEPT = Lifetime(bounded=True, removed=Removal.NEVER)
SENT = replace(KEPT, request_content=True)
THERE = Step(Span(PATH, 9, 5, 9, 20), "upload_file")
READER = Step(Span(PATH, 14, 10, 14, 20), "GET /state")
LEAVES = Step(Span(PATH, 7, 5, 7, 20), "return")


def _judged(
    kind: EffectKind,
    lifetime: Lifetime | None,
    where: Place = FIXED,
    *guards: Guard,
    callee: str = "builtins.open",
    phase: Phase = Phase.INVOKE,
) -> list[Finding]:
    effect = replace(effect_at(SPAN, where, kind, guards=guards, callee=callee), lifetime=lifetime, phase=phase)
    return judge(PATH, SOURCE, [effect], RULES, {})


def _codes(kind: EffectKind, lifetime: Lifetime | None, where: Place = FIXED, **more: Phase) -> list[str]:
    return [finding.code for finding in _judged(kind, lifetime, where, **more)]


@pytest.mark.parametrize(
    ("lifetime", "where", "flagged"),
    [
        (KEPT, FIXED, True),
        (KEPT, CONFIGURED, True),
        (KEPT, CHOSEN, True),
        (replace(KEPT, once=True), FIXED, True),
        (replace(KEPT, fetched=THERE, request_content=True), FIXED, True),
        (replace(KEPT, cached=True, new_content=True), FIXED, True),
        (KEPT, NEW, False),
        (KEPT, OBSCURE, False),
        (KEPT, MOUNTED, False),
        (replace(KEPT, removed=Removal.ALWAYS), FIXED, False),
        (replace(KEPT, removed=Removal.ON_SUCCESS), FIXED, False),
        (replace(KEPT, removed=Removal.SOMETIMES), FIXED, False),
        (replace(KEPT, fetched=THERE), FIXED, False),
        (replace(KEPT, cached=True), FIXED, False),
        (replace(KEPT, fetched=THERE, stored=THERE, new_content=True), FIXED, False),
        (replace(KEPT, stored=THERE), FIXED, False),
        (replace(KEPT, read_back=True), FIXED, False),
        (None, FIXED, False),
    ],
)
def test_databases(lifetime: Lifetime | None, where: Place, flagged: bool) -> None:
    assert _codes(EffectKind.DATABASE, lifetime, where) == ["LMB201"] * flagged


@pytest.mark.parametrize("kind", [EffectKind.WRITE, EffectKind.APPEND, EffectKind.EXTRACT, EffectKind.RENAME])
@pytest.mark.parametrize(
    ("where", "cached", "flagged"),
    [
        (FIXED, False, True),
        (CONFIGURED, False, True),
        (FIXED, True, False),
        (CHOSEN, False, True),
        (CHOSEN, True, False),
        (NEW, False, False),
        (MOUNTED, False, False),
    ],
)
def test_files_that_others_read(kind: EffectKind, where: Place, cached: bool, flagged: bool) -> None:
    assert _codes(kind, replace(KEPT, read_by=(READER,), cached=cached), where) == ["LMB202"] * flagged


def test_shared_state_is_reported_once() -> None:
    assert _codes(EffectKind.WRITE, replace(SENT, read_by=(READER,))) == ["LMB202"]
    assert _codes(EffectKind.WRITE, replace(SENT, read_by=(READER,)), CHOSEN) == ["LMB202"]


@pytest.mark.parametrize("kind", [EffectKind.DATABASE, EffectKind.CACHE, EffectKind.LOG, EffectKind.CREATE_DIR])
def test_other_kinds_are_no_shared_files(kind: EffectKind) -> None:
    assert "LMB202" not in _codes(kind, replace(KEPT, read_by=(READER,)))


@pytest.mark.parametrize(
    ("where", "guards", "flagged"),
    [
        (FIXED, [], True),
        (place(Base.TMP, "/tmp/a/b.txt"), [Guard.SELECTED], True),
        (FIXED, [Guard.CHECKED], False),
        (FIXED, [Guard.PROVIDED], False),
        (FIXED, [Guard.FALLBACK], False),
        (FIXED, [Guard.MAYBE], False),
        (place(Base.TMP, "/tmp"), [], False),
        (place(Base.TMP, "/tmp/"), [], False),
        (CHOSEN, [], False),
        (CONFIGURED, [], False),
        (MOUNTED, [], False),
    ],
)
def test_reads(where: Place, guards: list[Guard], flagged: bool) -> None:
    found = [finding.code for finding in _judged(EffectKind.READ, None, where, *guards)]
    assert found == ["LMB203"] * flagged


@pytest.mark.parametrize(
    ("lifetime", "where", "flagged"),
    [
        (SENT, FIXED, True),
        (SENT, CHOSEN, True),
        (SENT, NEW, True),
        (SENT, OBSCURE, True),
        (SENT, MOUNTED, False),
        (KEPT, FIXED, False),
        (replace(SENT, stored=THERE), FIXED, False),
        (replace(SENT, fetched=THERE), FIXED, False),
        (replace(SENT, read_back=True), FIXED, False),
        (replace(SENT, removed=Removal.ALWAYS), FIXED, False),
        (replace(SENT, removed=Removal.ON_SUCCESS), FIXED, False),
    ],
)
@pytest.mark.parametrize("kind", [EffectKind.WRITE, EffectKind.EXTRACT])
def test_what_requests_send(kind: EffectKind, lifetime: Lifetime, where: Place, flagged: bool) -> None:
    assert _codes(kind, lifetime, where) == ["LMB204"] * flagged
    assert _codes(kind, lifetime, where, phase=Phase.INIT) == []


@pytest.mark.parametrize("kind", [EffectKind.APPEND, EffectKind.RENAME, EffectKind.CREATE_DIR])
def test_only_new_content_is_an_upload(kind: EffectKind) -> None:
    assert _codes(kind, SENT) == []


@pytest.mark.parametrize("kind", [EffectKind.WRITE, EffectKind.CREATE_DIR, EffectKind.EXTRACT, EffectKind.APPEND])
@pytest.mark.parametrize("where", [FIXED, CHOSEN, NEW])
def test_paths_that_leave(kind: EffectKind, where: Place) -> None:
    assert _codes(kind, replace(SENT, escapes=LEAVES), where) == ["LMB205"]
    assert _codes(kind, replace(KEPT, escapes=LEAVES, removed=Removal.ALWAYS), where) == ["LMB205"]
    assert _codes(kind, replace(SENT, escapes=LEAVES, stored=THERE), where) == []


def test_log_files() -> None:
    assert _codes(EffectKind.LOG, KEPT) == ["LMB206"]
    assert _codes(EffectKind.LOG, KEPT, phase=Phase.INIT) == ["LMB206"]
    for shipped in (replace(KEPT, stored=THERE), replace(KEPT, read_back=True), replace(KEPT, removed=Removal.ALWAYS)):
        assert _codes(EffectKind.LOG, shipped) == []
    assert _codes(EffectKind.LOG, KEPT, MOUNTED) == []
    assert [one.code for one in _judged(EffectKind.LOG, KEPT, callee="logging.basicConfig")] == ["LMB206"]
    assert [one.code for one in _judged(EffectKind.LOG, None, FIXED, Guard.IDLE)] == []


def test_settings_for_sessions_and_uploads() -> None:
    rows = {row.dotted: row for _, content in catalogue.load().files for row in content.setting if not row.library}
    assert rows
    for name, row in rows.items():
        codes = [finding.code for finding in _judged(row.kind, KEPT, callee=name)]
        assert codes == ["LMB201" if row.kind is EffectKind.DATABASE else "LMB207"]
        assert _judged(row.kind, KEPT, MOUNTED, callee=name) == []
    assert _judged(EffectKind.CACHE, KEPT, callee="diskcache.Cache") == []


@pytest.mark.parametrize(
    ("kind", "lifetime", "message"),
    [
        (
            EffectKind.DATABASE,
            KEPT,
            (
                "opens the database /tmp/x for writing, which each execution environment has for itself and loses when "
                "it ends (ReportFunction): keep the data in DynamoDB or RDS, or the file on EFS"
            ),
        ),
        (
            EffectKind.WRITE,
            replace(KEPT, read_by=(READER,)),
            (
                "writes /tmp/x, which GET /state reads on line 14, perhaps in another execution environment, where it "
                "is missing or older (ReportFunction): keep what requests share in DynamoDB, S3 or ElastiCache"
            ),
        ),
        (
            EffectKind.READ,
            None,
            (
                "reads /tmp/x, which no code of the function has put there (ReportFunction): fetch it first where it "
                "is missing, or ship it with the package and read it from there"
            ),
        ),
        (
            EffectKind.EXTRACT,
            SENT,
            (
                "extracts an archive into /tmp/x, the only copy of what the request sent, lost with the execution "
                "environment (ReportFunction): send it to S3 before the invocation ends, or write it to EFS"
            ),
        ),
        (
            EffectKind.CREATE_DIR,
            replace(KEPT, escapes=LEAVES),
            (
                "creates the directory /tmp/x, and its path leaves the invocation (the return on line 7), to where "
                "/tmp is another (ReportFunction): send the content to S3 and hand out its bucket and key, or keep it "
                "on EFS"
            ),
        ),
        (
            EffectKind.LOG,
            KEPT,
            (
                "logs to /tmp/x, where nobody can read it and which vanishes with the execution environment "
                "(ReportFunction): log to standard output, which the platform collects"
            ),
        ),
    ],
)
def test_messages(kind: EffectKind, lifetime: Lifetime | None, message: str) -> None:
    assert [finding.message for finding in _judged(kind, lifetime)] == [message]


def test_the_setting_is_named() -> None:
    (finding,) = _judged(EffectKind.CACHE, KEPT, callee="django.conf.settings.MEDIA_ROOT")
    assert finding.message == (
        "keeps uploaded files in /tmp/x (django.conf.settings.MEDIA_ROOT), which the next request may not find "
        "(ReportFunction): keep uploaded files in S3"
    )


@pytest.mark.parametrize(
    ("step", "words"),
    [
        (Step(Span(PATH, 7, 5, 7, 20), "return"), "the return on line 7"),
        (Step(Span(PATH, 7, 5, 7, 20), "boto3.client.sqs.send_message"), "send_message() on line 7"),
        (Step(Span("a/b.py", 3, 1, 3, 9), "boto3.client.sns.publish"), "publish() in a/b.py:3"),
        (Step(Span("template.yaml::F", 3, 1, 3, 9), "return"), "the return on line 3 of the inline code"),
    ],
)
def test_the_way_out_is_named(step: Step, words: str) -> None:
    (finding,) = _judged(EffectKind.WRITE, replace(KEPT, escapes=step))
    assert f"its path leaves the invocation ({words}), to where" in finding.message


def test_the_first_reader_is_named() -> None:
    later = Step(Span(PATH, 20, 1, 20, 9), "GET /other")
    (finding,) = _judged(EffectKind.WRITE, replace(KEPT, read_by=(later, READER)))
    assert "GET /state reads on line 14" in finding.message
