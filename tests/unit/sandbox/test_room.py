from __future__ import annotations

import errno
from dataclasses import replace

import pytest
from sandbox import Job, Outcome, Sandbox
from sandbox.projects import jobs_of
from sandbox.verdict import idle_lines, untrue


def run(sandbox: Sandbox, job: Job) -> Outcome:
    return sandbox.run([job])[0]


@pytest.mark.parametrize(
    "path", ["a", "/var/task/a", "/opt/a", "/var/tmp/a", "/usr/lib/a", "/etc/a", "/a", "/mnt/other/a"]
)
def test_nothing_else_can_be_written(sandbox: Sandbox, path: str) -> None:
    outcome = run(sandbox, Job("write", code=f"open({path!r}, 'w')"))
    assert outcome.error is not None
    assert outcome.error.read_only


def test_existing_files_are_refused_as_read_only(sandbox: Sandbox) -> None:
    outcome = run(sandbox, Job("change", files={"a": b"a"}, code="open('/var/task/a', 'a')"))
    assert outcome.error is not None
    assert outcome.error.errno == errno.EROFS


def test_scratch_and_mounts_can_be_written(sandbox: Sandbox) -> None:
    code = "for path in ('/tmp/a', '/mnt/data/a', '/dev/null', '/dev/stdout'):\n    open(path, 'w').write('a')\n"
    outcome = run(sandbox, Job("write", code=code, mounts=("/mnt/data",)))
    assert outcome.error is None
    assert outcome.left == ("/tmp/a",)
    assert outcome.output == "a"


def test_the_room_is_like_the_platforms(sandbox: Sandbox) -> None:
    code = (
        "import os, tempfile\n"
        "assert os.getcwd() == os.environ['LAMBDA_TASK_ROOT'] == '/var/task'\n"
        "assert 'HOME' not in os.environ\n"
        "assert os.path.expanduser('~') == '/home/sbx_user1051'\n"
        "assert not os.path.exists('/home/sbx_user1051')\n"
        "assert not os.path.exists('/dev/shm')\n"
        "assert tempfile.gettempdir() == '/tmp'\n"
    )
    assert run(sandbox, Job("look", code=code)).error is None


def test_jobs_do_not_see_each_other(sandbox: Sandbox) -> None:
    first = Job("first", code="import os\nos.environ['A'] = '1'\nopen('/tmp/a', 'w')")
    second = Job("second", code="import os\nassert 'A' not in os.environ\nassert not os.listdir('/tmp')")
    assert [outcome.error for outcome in sandbox.run([first, second])] == [None, None]


def test_warm_invocations_share_the_scratch_space(sandbox: Sandbox) -> None:
    code = b"import uuid\n\ndef handler(event, context):\n    open(f'/tmp/{uuid.uuid4()}', 'w')\n"
    job = Job("grow", files={"app.py": code}, handler="app.handler", event={}, invocations=3)
    assert len(run(sandbox, job).left) == 3


@pytest.mark.usefixtures("sandbox")
def test_a_job_that_does_not_end_is_ended() -> None:
    endless = Job("endless", code="while True:\n    pass")
    outcomes = Sandbox(job_timeout_s=0.2).run([endless, Job("next", code="pass")])
    assert outcomes[0].error is not None
    assert outcomes[0].error.type == "Died"
    assert outcomes[1].error is None


CODE = b"""\
import os

def handler(event, context):
    with open("a", "w") as out:
        out.write("a")
    os.makedirs(
        "b",
    )
    for name in ("c", "/tmp/c"): open(name, "w")
    open("/tmp/d", "w")
    return "end"
"""


def test_watched_lines_are_survived_and_recorded(sandbox: Sandbox) -> None:
    job = jobs_of("project", {"app.py": CODE}, {}, [("app.py", 4), ("app.py", 6), ("app.py", 9)])[0]
    outcome = run(sandbox, job)
    assert outcome.error is None
    assert outcome.result == "'end'"
    assert [(raised.line, raised.errno) for raised in outcome.watched] == [(4, 30), (6, 30), (9, 30)]
    assert ("/var/task/app.py", 10, "/tmp/d") in outcome.touched
    assert untrue([job], [outcome]) == []


def test_claims_that_are_not_true_are_named(sandbox: Sandbox) -> None:
    jobs = jobs_of("project", {"app.py": CODE}, {}, [("app.py", 4), ("app.py", 6), ("app.py", 10)])
    wrong = untrue(jobs, sandbox.run(jobs))
    assert len(wrong) == 2
    assert wrong[0].startswith("not flagged, but fails: /var/task/app.py:9: OSError")
    assert wrong[1] == "flagged, but is never run: /var/task/app.py:10"
    jobs = jobs_of("project", {"app.py": CODE}, {}, [("app.py", line) for line in (4, 6, 9, 10)])
    assert untrue(jobs, sandbox.run(jobs)) == ["flagged, but succeeds: /var/task/app.py:10"]


LOGGING = b"""\
import logging
def handler(event, context):
    logging.basicConfig(filename="app.log")
    logging.warning("an invocation")
"""


def test_a_line_does_nothing_for_the_sake_of_the_handler_of_the_runtime(sandbox: Sandbox) -> None:
    job = jobs_of("project", {"app.py": LOGGING}, {}, [("app.py", 3), ("app.py", 4)])[0]
    outcome, without = sandbox.run([job, replace(job, log_handler=False)])
    assert (outcome.error, outcome.watched) == (None, ())
    assert [(raised.line, raised.errno) for raised in without.watched] == [(3, 30)]
    idle = {*idle_lines([outcome], [without], [("/var/task/app.py", 3), ("/var/task/app.py", 4)])}
    assert idle == {("/var/task/app.py", 3)}
    assert untrue([job], [outcome], idle) == ["flagged, but succeeds: /var/task/app.py:4"]
    assert {*idle_lines([without], [without], [("/var/task/app.py", 3)])} == set()


@pytest.mark.parametrize("make", ["Lock", "Queue", "Pool"])
def test_shared_memory_is_refused(make: str, sandbox: Sandbox) -> None:
    outcome = run(sandbox, Job("shm", code=f"import multiprocessing\nmultiprocessing.{make}()"))
    assert outcome.error is not None
    assert outcome.error.read_only


def test_another_missing_file_is_no_refusal(sandbox: Sandbox) -> None:
    outcome = run(sandbox, Job("file", code="open('/tmp/missing/x', 'w')"))
    assert outcome.error is not None
    assert not outcome.error.read_only
