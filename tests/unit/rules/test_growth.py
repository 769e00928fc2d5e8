"""What the rules on growth flag, how sure they are, and in which words."""

from __future__ import annotations

import pytest
from effects_by_hand import PATH, effect_at, place
from msgspec.structs import replace

from lambdalint.model import (
    Base,
    Confidence,
    Effect,
    EffectKind,
    Finding,
    Hole,
    HoleKind,
    Lifetime,
    Phase,
    Removal,
    Span,
    Step,
)
from lambdalint.rules import judge, registry

SOURCE = "def handler(event, context):\n    act()\n"
SPAN = Span(PATH, 2, 5, 2, 10)

UUID = Hole(HoleKind.UNIQUE, "uuid4()")
LISTED = Hole(HoleKind.LOOP, "listing", confined=True)
NEW = Lifetime(bounded=False, removed=Removal.NEVER, varies="uuid4()", kind=HoleKind.UNIQUE)
FIXED = Lifetime(bounded=True, removed=Removal.NEVER)


def _effect(
    lifetime: Lifetime | None,
    kind: EffectKind = EffectKind.WRITE,
    *parts: str | Hole,
    callee: str = "builtins.open",
    phase: Phase = Phase.INVOKE,
    defaulted: bool = False,
) -> Effect:
    where = place(Base.TMP, *(parts or ("/tmp/", UUID)))
    made = effect_at(SPAN, where, kind, callee=callee, defaulted=defaulted)
    return replace(made, lifetime=lifetime, phase=phase)


def _judged(effect: Effect, source: str = SOURCE) -> list[Finding]:
    rules = [rule for code, rule in registry().items() if code.startswith("LMB3")]
    return judge(PATH, source, [effect], rules, {})


def _codes(effect: Effect) -> list[str]:
    return [finding.code for finding in _judged(effect)]


@pytest.mark.parametrize("kind", EffectKind)
def test_new_names_that_stay_are_flagged(kind: EffectKind) -> None:
    expected = {EffectKind.WRITE, EffectKind.APPEND, EffectKind.CREATE_DIR, EffectKind.RENAME}
    expected |= {EffectKind.DATABASE, EffectKind.LOG, EffectKind.CACHE}
    other = ["LMB305"] if kind is EffectKind.EXTRACT else []
    assert _codes(_effect(NEW, kind)) == (["LMB301"] if kind in expected else other)


@pytest.mark.parametrize("callee", ["tempfile.mkstemp", "tempfile.mkdtemp", "tempfile.NamedTemporaryFile"])
def test_temporary_objects_have_a_rule_of_their_own(callee: str) -> None:
    assert _codes(_effect(NEW, callee=callee)) == ["LMB303"]


def test_defaults_of_libraries_are_temporary_objects() -> None:
    assert _codes(_effect(NEW, EffectKind.CACHE, callee="diskcache.Cache", defaulted=True)) == ["LMB303"]


@pytest.mark.parametrize("callee", ["builtins.open", "tempfile.mkstemp"])
@pytest.mark.parametrize(
    "lifetime",
    [
        None,
        FIXED,
        replace(NEW, bounded=True),
        replace(NEW, once=True),
        replace(NEW, removed=Removal.ALWAYS),
    ],
)
def test_what_does_not_grow_is_left_alone(lifetime: Lifetime | None, callee: str) -> None:
    assert _codes(_effect(lifetime, callee=callee)) == []


def test_only_tmp_counts() -> None:
    where = place(Base.MOUNT, "/mnt/data/", UUID)
    assert _codes(replace(effect_at(SPAN, where), lifetime=NEW)) == []


@pytest.mark.parametrize(
    ("lifetime", "confidence"),
    [
        (NEW, Confidence.HIGH),
        (replace(NEW, removed=Removal.SOMETIMES), Confidence.MEDIUM),
        (replace(NEW, removed=Removal.ON_SUCCESS), Confidence.MEDIUM),
        (replace(NEW, kind=HoleKind.REQUEST), Confidence.MEDIUM),
        (replace(NEW, kind=HoleKind.UNKNOWN), Confidence.LOW),
        (replace(NEW, kind=HoleKind.LOOP), Confidence.LOW),
        (replace(NEW, kind=HoleKind.ENVIRONMENT), Confidence.LOW),
    ],
)
def test_confidence_follows_from_the_name(lifetime: Lifetime, confidence: Confidence) -> None:
    assert [finding.confidence for finding in _judged(_effect(lifetime))] == [confidence]


def test_message_of_a_file_that_nothing_removes() -> None:
    (finding,) = _judged(_effect(NEW))
    assert finding.message == (
        "writes /tmp/{uuid4()}, a new name in each invocation (uuid4()), and nothing removes it, so that each warm "
        "invocation leaves another file until /tmp is full (ReportFunction): write below a "
        "tempfile.TemporaryDirectory(), or remove it in a finally block"
    )


@pytest.mark.parametrize(
    ("removed", "skipped", "words"),
    [
        (Removal.SOMETIMES, Step(Span(PATH, 9, 1, 9, 2), "return"), "on line 12 is skipped by the return on line 9, "),
        (Removal.SOMETIMES, None, "on line 12 is skipped on some ways, "),
        (Removal.ON_SUCCESS, Step(Span(PATH, 9, 1, 9, 2), "put"), "on line 12 is skipped when put() on line 9 raises"),
        (Removal.ON_SUCCESS, Step(Span("a/b.py", 9, 1, 9, 2), "raise"), "is skipped by the raise in a/b.py:9, "),
        (Removal.ON_SUCCESS, Step(Span(PATH, 9, 1, 9, 2), "the loop over rows"), "when the loop over rows on line 9"),
        (Removal.ON_SUCCESS, None, "on line 12 is skipped when an exception is raised, "),
    ],
)
def test_message_names_the_way_that_skips_the_removal(removed: Removal, skipped: Step | None, words: str) -> None:
    lifetime = replace(NEW, removed=removed, removal=Span(PATH, 12, 5, 12, 20), skipped=skipped)
    (finding,) = _judged(_effect(lifetime))
    assert finding.code == ("LMB304" if removed is Removal.ON_SUCCESS else "LMB301")
    assert words in finding.message
    assert "finally" in finding.message


def test_lines_of_inline_code_are_called_so() -> None:
    lifetime = replace(NEW, removed=Removal.SOMETIMES, removal=Span("template.yaml::Report", 3, 1, 3, 2))
    (finding,) = _judged(_effect(lifetime))
    assert "its removal on line 3 of the inline code is skipped" in finding.message


@pytest.mark.parametrize(
    ("lifetime", "codes"),
    [
        (replace(FIXED, new_content=True), ["LMB305"]),
        (replace(FIXED, new_content=True, cached=True), []),
        (replace(FIXED, new_content=True, once=True), []),
        (replace(FIXED, new_content=True, removed=Removal.ON_SUCCESS), []),
        (replace(NEW, cached=True), ["LMB305"]),
        (FIXED, []),
    ],
)
def test_extraction(lifetime: Lifetime, codes: list[str]) -> None:
    assert _codes(_effect(lifetime, EffectKind.EXTRACT, "/tmp/in")) == codes


@pytest.mark.parametrize(
    ("lifetime", "phase", "codes"),
    [
        (Lifetime(bounded=False, removed=Removal.NEVER), Phase.INVOKE, ["LMB306"]),
        (Lifetime(bounded=False, removed=Removal.NEVER, once=True), Phase.INIT, ["LMB306"]),
        (Lifetime(bounded=True, removed=Removal.NEVER), Phase.INVOKE, []),
        (Lifetime(bounded=False, removed=Removal.ALWAYS), Phase.INVOKE, []),
    ],
)
def test_cache_under_a_fixed_name(lifetime: Lifetime, phase: Phase, codes: list[str]) -> None:
    assert _codes(_effect(lifetime, EffectKind.CACHE, "/tmp/cache", callee="joblib.Memory", phase=phase)) == codes


@pytest.mark.parametrize(
    ("parts", "confidence"),
    [
        (("/tmp",), Confidence.HIGH),
        (("/tmp/",), Confidence.HIGH),
        (("/tmp/*",), Confidence.LOW),
        (("/tmp/", LISTED), Confidence.LOW),
        (("/tmp", LISTED, "/", LISTED), Confidence.LOW),
        (("/tmp/jobs",), None),
        (("/tmp/jobs/", LISTED), None),
        (("/tmp/", LISTED, ".csv"), None),
        (("/tmp/", UUID), None),
    ],
)
def test_removal_of_everything(parts: tuple[str | Hole, ...], confidence: Confidence | None) -> None:
    found = _judged(_effect(None, EffectKind.DELETE, *parts, callee="shutil.rmtree"))
    assert [finding.confidence for finding in found] == ([confidence] if confidence else [])
    assert all(finding.code == "LMB308" for finding in found)


@pytest.mark.parametrize(
    ("test", "flagged"),
    [
        ("os.path.isfile(path)", True),
        ("path.is_file() and not path.is_symlink()", True),
        ("name.endswith('.csv')", False),
        ("os.path.isfile(path) and age > 60", False),
        ("name == 'a.txt'", False),
    ],
)
def test_a_loop_that_chooses_is_left_alone(test: str, flagged: bool) -> None:
    source = f"for name in names:\n  if {test}:\n    act()\n"
    effect = replace(_effect(None, EffectKind.DELETE, "/tmp/", LISTED), span=Span(PATH, 3, 5, 3, 10))
    assert bool(_judged(effect, source)) == flagged


@pytest.mark.parametrize(
    ("lifetime", "codes"),
    [
        (replace(FIXED, shared=True), ["LMB309"]),
        (replace(FIXED, shared=True, removed=Removal.ALWAYS), ["LMB309"]),
        (replace(FIXED, shared=True, once=True), []),
        (replace(FIXED, shared=True, cached=True), []),
        (FIXED, []),
    ],
)
def test_fixed_name_where_requests_share_the_environment(lifetime: Lifetime, codes: list[str]) -> None:
    assert _codes(_effect(lifetime, EffectKind.WRITE, "/tmp/a.txt")) == codes


@pytest.mark.parametrize(
    ("code", "callee", "phase", "flagged"),
    [
        ("open('/tmp/a', 'a')", "builtins.open", Phase.INVOKE, True),
        ("open('/tmp/a', 'a')", "builtins.open", Phase.INIT, False),
        ("log = open('/tmp/a', 'a')", "builtins.open", Phase.INIT, True),
        ("open('/tmp/a', 'a').close()", "builtins.open", Phase.INVOKE, False),
        ("FileHandler('/tmp/a')", "logging.FileHandler", Phase.INIT, True),
        ("FileHandler('/tmp/a', 'w')", "logging.FileHandler", Phase.INIT, True),
        ("FileHandler('/tmp/a', 'w')", "logging.FileHandler", Phase.INVOKE, False),
        ("Rotating('/tmp/a', maxBytes=9)", "logging.handlers.RotatingFileHandler", Phase.INIT, True),
        ("Rotating('/tmp/a', 'a', 0, 3)", "logging.handlers.RotatingFileHandler", Phase.INIT, True),
        ("Rotating('/tmp/a', 'a', 9, 3)", "logging.handlers.RotatingFileHandler", Phase.INIT, False),
        ("Rotating('/tmp/a', **options)", "logging.handlers.RotatingFileHandler", Phase.INIT, False),
        ("Timed('/tmp/a', when='H')", "logging.handlers.TimedRotatingFileHandler", Phase.INIT, True),
        ("Timed('/tmp/a', backupCount=N)", "logging.handlers.TimedRotatingFileHandler", Phase.INIT, False),
        ("basicConfig(filename='/tmp/a')", "logging.basicConfig", Phase.INIT, False),
        ("basicConfig(filename='/tmp/a', force=True)", "logging.basicConfig", Phase.INIT, True),
        ("logger.add('/tmp/a')", "loguru.logger.add", Phase.INIT, True),
        ("logger.add('/tmp/a', rotation='1 MB')", "loguru.logger.add", Phase.INIT, False),
        ("dictConfig(LOGGING)", "logging.config.dictConfig", Phase.INIT, False),
    ],
)
def test_what_is_appended_to(code: str, callee: str, phase: Phase, flagged: bool) -> None:
    call = code.removeprefix("log = ").removesuffix(".close()")
    column = code.index(call) + 1
    kind = EffectKind.APPEND if callee == "builtins.open" else EffectKind.LOG
    effect = _effect(FIXED, kind, "/tmp/a", callee=callee, phase=phase)
    found = _judged(replace(effect, span=Span(PATH, 1, column, 1, column + len(call))), code + "\n")
    assert [finding.code for finding in found] == (["LMB302"] if flagged else [])


@pytest.mark.parametrize("removed", [Removal.ALWAYS, Removal.ON_SUCCESS, Removal.SOMETIMES])
def test_appended_to_and_removed(removed: Removal) -> None:
    assert _codes(_effect(replace(FIXED, removed=removed), EffectKind.APPEND, "/tmp/a")) == []


@pytest.mark.parametrize("callee", ["builtins.open", "tempfile.mkstemp"])
@pytest.mark.parametrize("removed", [Removal.SOMETIMES, Removal.ON_SUCCESS])
@pytest.mark.parametrize("doubtful", [False, True])
def test_a_doubt_about_the_removal_is_told(callee: str, removed: Removal, doubtful: bool) -> None:
    (finding,) = _judged(_effect(replace(NEW, removed=removed, doubtful=doubtful), callee=callee))
    assert finding.confidence is (Confidence.LOW if doubtful else Confidence.MEDIUM)
