"""What the rules of the read-only file system flag, what they leave alone, and in which words."""

from __future__ import annotations

import pytest
from effects_by_hand import PATH, effect_at, place

from lambdalint.model import (
    Base,
    Confidence,
    EffectKind,
    Finding,
    Guard,
    Hole,
    HoleKind,
    Place,
    Severity,
    Span,
)
from lambdalint.rules import judge, registry

SOURCE = "def handler(event, context):\n    act()\n"
SPAN = Span(PATH, 2, 5, 2, 10)

REQUEST = Hole(HoleKind.REQUEST, "event['name']")
CONFINED = Hole(HoleKind.REQUEST, "event['id']", confined=True)
UNIQUE = Hole(HoleKind.UNIQUE, "uuid4()")

ABSOLUTE = place(Base.ABSOLUTE, "/data/out.csv")
TASK = place(Base.TASK, "/var/task/report.csv", written=["report.csv"])
PACKAGE = place(Base.PACKAGE, "/var/task/app/cache.json")
LAYER = place(Base.LAYER, "/opt/python/x")
HOME = place(Base.HOME, "/home/sbx_user1051/.x", written=["~/.x"])
UNKNOWN = place(Base.UNKNOWN, Hole(HoleKind.UNKNOWN))
TMP_REQUEST = place(Base.TMP, "/tmp/", REQUEST)

EVERYWHERE = [ABSOLUTE, TASK, PACKAGE, LAYER, HOME, UNKNOWN, TMP_REQUEST]


def _judged(
    where: Place,
    kind: EffectKind = EffectKind.WRITE,
    *guards: Guard,
    defaulted: bool = False,
    callee: str = "builtins.open",
    options: dict[str, dict[str, object]] | None = None,
) -> list[Finding]:
    effect = effect_at(SPAN, where, kind, guards=guards, defaulted=defaulted, callee=callee)
    return judge(PATH, SOURCE, [effect], registry().values(), options or {})


def _codes(findings: list[Finding]) -> list[str]:
    return [finding.code for finding in findings]


@pytest.mark.parametrize(
    ("where", "codes"),
    [
        (ABSOLUTE, ["LMB101"]),
        (place(Base.ABSOLUTE, "/tmpfoo/x"), ["LMB101"]),
        (place(Base.ABSOLUTE, "/data/", REQUEST), ["LMB101", "LMB107"]),
        (TASK, ["LMB102"]),
        (place(Base.ABSOLUTE, "/var/out.txt", written=["../out.txt"]), ["LMB102"]),
        (place(Base.ABSOLUTE, "/data/", REQUEST, written=["in/", REQUEST]), ["LMB102", "LMB107"]),
        (place(Base.ABSOLUTE, "/data/x", written=["/data/y/../x"]), ["LMB101"]),
        (place(Base.ABSOLUTE, "/data/x", written=["file:///data/x?mode=rwc"]), ["LMB101"]),
        (PACKAGE, ["LMB103"]),
        (LAYER, ["LMB103"]),
        (HOME, ["LMB104"]),
        (UNKNOWN, ["LMB109"]),
        (TMP_REQUEST, ["LMB107"]),
        (place(Base.MOUNT, "/mnt/data/", UNIQUE, "/", REQUEST, ".csv"), ["LMB107"]),
        (place(Base.TMP, "/tmp/", CONFINED), []),
        (place(Base.TMP, "/tmp/", UNIQUE), []),
        (place(Base.TMP, "/tmp/x"), []),
        (place(Base.MOUNT, "/mnt/data/x"), []),
        (place(Base.DEVICE, "/dev/null"), []),
        (place(Base.SHM, "/dev/shm/x"), ["LMB108"]),
        (place(Base.MEMORY, ":memory:"), []),
        (place(Base.REMOTE, "s3://bucket/", REQUEST), []),
    ],
    ids=lambda value: f"{value.base.value} {value.path}" if isinstance(value, Place) else None,
)
def test_each_place_has_its_rule(where: Place, codes: list[str]) -> None:
    assert _codes(_judged(where)) == codes


@pytest.mark.parametrize("kind", EffectKind)
@pytest.mark.parametrize("where", EVERYWHERE, ids=lambda where: where.base.value)
def test_what_modifies_is_flagged(kind: EffectKind, where: Place) -> None:
    assert bool(_judged(where, kind)) is kind.modifies


@pytest.mark.parametrize("where", EVERYWHERE, ids=lambda where: where.base.value)
def test_expected_failure_is_silent(where: Place) -> None:
    assert _judged(where, EffectKind.WRITE, Guard.FALLBACK) == []


@pytest.mark.parametrize("where", [ABSOLUTE, TASK, PACKAGE, LAYER, HOME], ids=str)
def test_place_that_a_library_chose_has_a_rule_of_its_own(where: Place) -> None:
    (finding,) = _judged(where, EffectKind.CACHE, defaulted=True)
    assert finding.code == "LMB106"
    assert "by default" in finding.message


@pytest.mark.parametrize("where", [ABSOLUTE, TASK, PACKAGE, LAYER, HOME], ids=lambda where: where.base.value)
def test_log_files_have_a_rule_of_their_own(where: Place) -> None:
    (refused,) = _judged(where, EffectKind.LOG, callee="logging.FileHandler")
    (forced,) = _judged(where, EffectKind.LOG, callee="logging.basicConfig")
    (idle,) = _judged(where, EffectKind.LOG, Guard.IDLE, callee="logging.basicConfig")
    assert {finding.code for finding in (refused, forced, idle)} == {"LMB112"}
    assert (refused.severity, forced.severity, idle.severity) == (Severity.ERROR, Severity.ERROR, Severity.WARNING)
    assert refused.message == forced.message
    assert "opens no file" in idle.message
    assert _judged(where, EffectKind.LOG, Guard.FALLBACK) == []


@pytest.mark.parametrize("base", [Base.TMP, Base.MOUNT])
def test_a_writable_place_makes_no_difference_to_a_file_that_is_never_opened(base: Base) -> None:
    where = place(base, "/tmp/x")
    assert _codes(_judged(where, EffectKind.LOG, Guard.IDLE, callee="logging.basicConfig")) == ["LMB112"]
    assert _judged(where, EffectKind.LOG) == []


@pytest.mark.parametrize("where", [UNKNOWN, place(Base.DEVICE, "/dev/stdout"), place(Base.MEMORY, ":memory:")], ids=str)
def test_what_is_no_file_for_certain_is_not_missed(where: Place) -> None:
    assert "LMB112" not in _codes(_judged(where, EffectKind.LOG, Guard.IDLE, callee="logging.basicConfig"))


def test_a_mount_that_may_be_declared_elsewhere_may_hold_the_log() -> None:
    (finding,) = _judged(place(Base.ABSOLUTE, "/mnt/logs/app.log"), EffectKind.LOG)
    assert (finding.code, finding.confidence) == ("LMB101", Confidence.MEDIUM)


def test_a_library_that_goes_on_without_shared_memory_is_warned_of() -> None:
    shared = place(Base.SHM, "/dev/shm/", UNIQUE)
    (lost,) = _judged(shared, EffectKind.CACHE, callee="joblib.Parallel")
    (failing,) = _judged(shared, callee="multiprocessing.Lock")
    assert [(one.code, one.severity) for one in (lost, failing)] == [
        ("LMB108", Severity.WARNING),
        ("LMB108", Severity.ERROR),
    ]
    assert "threading.Lock" in failing.message
    assert _judged(shared, EffectKind.WRITE, Guard.FALLBACK) == []


def test_shared_memory_that_nobody_has_verified_is_left_alone() -> None:
    assert _judged(place(Base.UNKNOWN, "/dev/shm/", UNIQUE), callee="multiprocessing.Lock") == []


def test_extraction_without_a_destination_has_a_rule_of_its_own() -> None:
    root = place(Base.TASK, "/var/task", written=["."])
    (finding,) = _judged(root, EffectKind.EXTRACT, defaulted=True)
    assert finding.code == "LMB105"
    assert finding.message == (
        "extracts an archive into the working directory /var/task, which is read-only at run time "
        "(ReportFunction): extract into a tempfile.TemporaryDirectory(); send files that must last to "
        "S3"
    )
    assert _codes(_judged(root, EffectKind.EXTRACT)) == ["LMB102"]


@pytest.mark.parametrize(
    ("base", "path"),
    [
        (Base.TASK, "/var/task"),
        (Base.TASK, "/var/task/."),
        (Base.TASK, "/var/task/"),
        (Base.PACKAGE, "/tmp/package"),
        (Base.PACKAGE, "/var/task/app/.."),
        (Base.ABSOLUTE, "/"),
        (Base.ABSOLUTE, "//"),
        (Base.ABSOLUTE, "/var"),
        (Base.LAYER, "/opt"),
        (Base.HOME, "/home"),
    ],
)
def test_directory_that_is_always_there_may_be_asked_for(base: Base, path: str) -> None:
    where = place(base, path)
    assert _judged(where, EffectKind.CREATE_DIR, Guard.EXIST_OK) == []
    assert len(_judged(where, EffectKind.CREATE_DIR)) == 1
    assert len(_judged(where, EffectKind.DELETE, Guard.EXIST_OK)) == 1


@pytest.mark.parametrize(
    "parts", [["/var/task/data"], ["/home/sbx_user1051"], ["/var/task", UNIQUE], ["/opt/", UNIQUE]]
)
def test_other_directories_may_not(parts: list[str | Hole]) -> None:
    assert len(_judged(place(Base.ABSOLUTE, *parts), EffectKind.CREATE_DIR, Guard.EXIST_OK)) == 1


@pytest.mark.parametrize(
    ("parts", "flagged"),
    [
        (["/data"], False),
        (["/data/"], False),
        (["/data/deep/x"], False),
        (["//data/x"], False),
        (["/data/./y/../x"], False),
        (["/data/", UNIQUE], False),
        (["/data", UNIQUE], False),
        (["/data/../etc/x"], True),
        (["/database/x"], True),
        (["/dat", UNIQUE], True),
        (["/srv/x"], True),
    ],
    ids=str,
)
@pytest.mark.parametrize("directory", ["/data", "/data/", "//data/x/.."])
def test_configured_directories_are_writable(parts: list[str | Hole], flagged: bool, directory: str) -> None:
    options: dict[str, dict[str, object]] = {"LMB101": {"writable": ["/elsewhere", directory]}}
    assert _codes(_judged(place(Base.ABSOLUTE, *parts), options=options)) == ["LMB101"] * flagged


def test_all_directories_may_be_writable() -> None:
    assert _judged(ABSOLUTE, options={"LMB101": {"writable": ["/"]}}) == []


def test_mount_that_nobody_declares_is_less_certain() -> None:
    (finding,) = _judged(place(Base.ABSOLUTE, "/mnt/efs/x"))
    assert finding.confidence is Confidence.MEDIUM
    assert "no known template mounts a file system" in finding.message
    assert _judged(place(Base.ABSOLUTE, "/mntx/x"))[0].confidence is Confidence.HIGH


@pytest.mark.parametrize(
    ("parts", "confidence", "said"),
    [
        (
            ["/tmp/", REQUEST],
            Confidence.MEDIUM,
            "event['name'] comes from the request and '..' in it leaves /tmp/ (",
        ),
        (["/tmp/", UNIQUE, "/", "in", "/", REQUEST], Confidence.MEDIUM, "leaves /tmp/{uuid4()}/in/ ("),
        (["/tmp/in-", REQUEST], Confidence.LOW, "leaves /tmp/ ("),
        (["/tmp/", UNIQUE, REQUEST], Confidence.LOW, "leaves /tmp/ ("),
        (["/tmp/in-", REQUEST, "/", REQUEST], Confidence.MEDIUM, "leaves /tmp/in-{event['name']}/ ("),
        (["/tmp/", CONFINED, "/", REQUEST], Confidence.MEDIUM, "leaves /tmp/{event['id']}/ ("),
        (["/tmp/", Hole(HoleKind.REQUEST)], Confidence.MEDIUM, "but a part of it comes from the request"),
    ],
    ids=str,
)
def test_request_leads_out_of_a_directory(parts: list[str | Hole], confidence: Confidence, said: str) -> None:
    (finding,) = _judged(place(Base.TMP, *parts))
    assert (finding.code, finding.severity, finding.confidence) == ("LMB107", Severity.WARNING, confidence)
    assert said in finding.message


MESSAGES = [
    (
        TASK,
        EffectKind.WRITE,
        (
            "writes 'report.csv' to /var/task/report.csv, which is read-only at run time "
            "(ReportFunction): use tempfile.gettempdir() for scratch files, S3 for files that must last, "
            "EFS for files that functions share"
        ),
    ),
    (
        ABSOLUTE,
        EffectKind.DATABASE,
        (
            "opens the database /data/out.csv for writing, which is outside the writable places and "
            "read-only at run time (ReportFunction): keep data that must last in DynamoDB or RDS, and "
            "scratch copies below tempfile.gettempdir()"
        ),
    ),
    (
        LAYER,
        EffectKind.CACHE,
        (
            "keeps a cache in /opt/python/x, which is part of a layer and read-only at run time "
            "(ReportFunction): point it below tempfile.gettempdir(); keep a cache that functions share in "
            "ElastiCache or DynamoDB"
        ),
    ),
    (
        PACKAGE,
        EffectKind.DELETE,
        (
            "deletes /var/task/app/cache.json, which is part of the deployed code and read-only at run "
            "time (ReportFunction): keep files that come and go below tempfile.gettempdir(); what is "
            "deployed cannot be removed"
        ),
    ),
    (
        HOME,
        EffectKind.LOG,
        (
            "logs to '~/.x', that is /home/sbx_user1051/.x, which is read-only at run time (ReportFunction): "
            "log to standard output, which the platform collects"
        ),
    ),
    (
        UNKNOWN,
        EffectKind.RENAME,
        (
            "moves a file to {unknown}, and it is not known whether that is writable at run time "
            "(ReportFunction): make sure that the path lies below tempfile.gettempdir() or a mounted file "
            "system"
        ),
    ),
]


@pytest.mark.parametrize(("where", "kind", "message"), MESSAGES, ids=lambda value: getattr(value, "value", None))
def test_message_says_what_where_who_and_what_instead(where: Place, kind: EffectKind, message: str) -> None:
    (finding,) = _judged(where, kind)
    assert finding.message == message


@pytest.mark.parametrize("kind", [kind for kind in EffectKind if kind.modifies])
def test_every_kind_names_path_and_code(kind: EffectKind) -> None:
    (finding,) = _judged(TASK, kind)
    assert "'report.csv'" in finding.message
    assert "/var/task/report.csv" in finding.message


def test_hostile_path_stays_one_printable_line() -> None:
    path = "/data/\x1b[31m\n\r::error::\ud800\u202e" + "x" * 10_000
    (finding,) = _judged(place(Base.ABSOLUTE, path))
    assert finding.message.isprintable()
    assert "\\x1b[31m\\n\\r::error::\\ud800\\u202e" in finding.message
    assert len(finding.message) < 500
