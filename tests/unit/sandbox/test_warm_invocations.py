"""What a series of invocations piles up, on small projects whose truth is plain."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from literate.expectation import expectations_in
from sandbox import Job, Outcome, Sandbox
from sandbox.growth import OTHERS, WIPE, piled_up, untrue_of_growth, warm
from sandbox.projects import jobs_of

if TYPE_CHECKING:
    from collections.abc import Mapping


def series(sandbox: Sandbox, code: str, event: object = None) -> Outcome:
    return sandbox.run([warm(Job("series", files={"app.py": code.encode()}, handler="app.handler", event=event))])[0]


def untrue(sandbox: Sandbox, files: Mapping[str, str], event: object = None) -> list[str]:
    """Return the claims of the comments in *files* that do not come true."""
    claims = [one for path, text in files.items() for one in expectations_in(path, text)]
    lines = {(one.path, one.line) for one in claims if one.code != WIPE}
    jobs = jobs_of("project", {path: text.encode() for path, text in files.items()}, event, lines)
    outcomes = sandbox.run([warm(job) for job in jobs])
    return untrue_of_growth(jobs, outcomes, wipes=any(one.code == WIPE for one in claims))


def handler(body: str, imports: str = "import os, shutil, tempfile, uuid") -> str:
    lines = "".join(f"    {line}\n" for line in body.splitlines())
    return f"{imports}\n\ndef handler(event, context):\n{lines}"


TRUE = {
    "unique name": 'open(f"/tmp/{uuid.uuid4()}", "w").close()  # error: LMB301',
    "name from the event": 'open("/tmp/" + event["key"], "w").close()  # error: LMB301',
    "name from the request's id": 'open("/tmp/" + context.aws_request_id, "w").close()  # error: LMB301',
    "fixed name": 'open("/tmp/a", "w").write("a")',
    "name from the process": 'open(f"/tmp/{os.getpid()}", "w").close()',
    "append": 'with open("/tmp/log", "a") as log:  # error: LMB302\n    log.write("a")',
    "truncated before": 'open("/tmp/log", "w").close()\nwith open("/tmp/log", "a") as log:\n    log.write("a")',
    "folder and file": (
        'folder = tempfile.mkdtemp()  # error: LMB303\nopen(os.path.join(folder, "a"), "w").close()  # error: LMB301'
    ),
    "file by handle": "tempfile.mkstemp()  # error: LMB303",
    "kept temporary file": "tempfile.NamedTemporaryFile(delete=False).close()  # error: LMB303",
    "temporary file": "with tempfile.NamedTemporaryFile() as out:\n    out.write(b'a')",
    "temporary folder": 'with tempfile.TemporaryDirectory() as d:\n    open(d + "/a", "w").close()',
    "removed": 'path = f"/tmp/{uuid.uuid4()}"\nopen(path, "w").close()\nos.remove(path)',
    "removal that is skipped": (
        'path = f"/tmp/{uuid.uuid4()}"\nopen(path, "w").close()  # error: LMB304\nint(event["number"])\nos.remove(path)'
    ),
    "removal that nothing skips": (
        'path = f"/tmp/{uuid.uuid4()}"\n'
        "try:\n"
        '    open(path, "w").close()\n'
        '    int(event["number"])\n'
        "finally:\n"
        "    os.remove(path)"
    ),
    "renamed file": (
        'path = f"/tmp/{uuid.uuid4()}"\n'
        'open(path + ".part", "w").close()  # error: LMB301\n'
        'os.rename(path + ".part", path)'
    ),
    "file in a renamed folder": (
        'os.mkdir("/tmp/part")\n'
        'open("/tmp/part/a", "w").close()  # error: LMB301\n'
        'os.rename("/tmp/part", f"/tmp/{uuid.uuid4()}")  # error: LMB301'
    ),
    "working directory that is removed": (
        "with tempfile.TemporaryDirectory() as folder:\n"
        "    os.chdir(folder)\n"
        '    open("a", "w").close()\n'
        'open("/tmp/" + event["key"], "w").close()  # error: LMB301'
    ),
    "call over several lines": "tempfile.mkstemp(\n    suffix='.txt',\n    dir='/tmp',  # error: LMB303\n)",
    "wiped at the start": (
        'shutil.rmtree("/tmp/work", ignore_errors=True)\n'
        'os.makedirs("/tmp/work/" + context.aws_request_id)\n'
        'open("/tmp/work/" + context.aws_request_id + "/a", "w").close()'
    ),
    "all is wiped": (
        "for name in os.listdir('/tmp'):\n"
        "    path = os.path.join('/tmp', name)\n"
        "    shutil.rmtree(path) if os.path.isdir(path) else os.remove(path)  # error: LMB308\n"
        "tempfile.mkdtemp()"
    ),
    "two of a handler's four": (
        'os.makedirs("/tmp/a", exist_ok=True)\n'
        'open("/tmp/a/" + event["key"], "w").close()  # error: LMB301\n'
        'open("/tmp/a/b", "w").close()\n'
        'os.link("/tmp/a/b", "/tmp/a/c-" + event["key"])  # error: LMB301'
    ),
}


@pytest.mark.parametrize("name", TRUE)
def test_true_claims_are_confirmed(name: str, sandbox: Sandbox) -> None:
    assert untrue(sandbox, {"app.py": handler(TRUE[name])}, {"key": "{n}.png", "number": "many"}) == []


FALSE = {
    "not flagged, but piles up: /var/task/app.py:4: /tmp/": 'open(f"/tmp/{uuid.uuid4()}", "w").close()',
    "not flagged, but piles up: /var/task/app.py:5: /tmp/": (
        'open("/tmp/" + event["id"], "w").close()  # error: LMB301\nopen("/tmp/log", "a").write("a")'
    ),
    "flagged, but what it makes does not pile up: /var/task/app.py:4": 'open("/tmp/a", "w").close()  # error: LMB301',
    "flagged, but makes nothing: /var/task/app.py:5": (
        'if event.get("other"):\n    tempfile.mkstemp()  # error: LMB303'
    ),
    "what others keep in /tmp is removed": "shutil.rmtree('/tmp', ignore_errors=True)",
    "what others keep in /tmp is not removed": "shutil.rmtree('/tmp/a', ignore_errors=True)  # error: LMB308",
    "fails before anything is made: /var/task/app.py:4: KeyError": 'open("/tmp/" + event["key"], "w")',
    "fails before anything is made: /var/task/app.py:4: FileNotFoundError": 'open("/tmp/a/b", "w")',
    "fails: /var/task/app.py:4: NameError": 'unknown("/tmp/a")',
    "fails: /var/task/app.py:4: FileNotFoundError": 'open("/data/a", "w")',
}


@pytest.mark.parametrize("message", FALSE)
def test_false_claims_are_named(message: str, sandbox: Sandbox) -> None:
    wrong = untrue(sandbox, {"app.py": handler(FALSE[message])}, {"id": "{n}"})
    assert any(one.startswith(message) for one in wrong), wrong


def test_a_module_that_cannot_be_imported_is_named(sandbox: Sandbox) -> None:
    wrong = untrue(sandbox, {"app.py": handler("pass", imports="import pandas")})
    assert len(wrong) == 1
    assert wrong[0].startswith("cannot be imported: /var/task/app.py:1: ModuleNotFoundError")


def test_each_invocation_has_its_number_in_the_event(sandbox: Sandbox) -> None:
    code = "def handler(event, context):\n    print(event['Records'][0]['body'])\n"
    outcome = series(sandbox, code, {"Records": [{"body": '{"key": "{n}"}'}]})
    assert outcome.output.splitlines() == [f'{{"key": "{number}"}}' for number in (1, 2, 3, 4)]


def test_the_environment_outlives_an_exception(sandbox: Sandbox) -> None:
    code = "count = 0\n\ndef handler(event, context):\n    global count\n    count += 1\n    return 1 / (count - 2)\n"
    outcome = series(sandbox, code)
    assert [invocation.error and invocation.error.type for invocation in outcome.invocations] == [
        None,
        "ZeroDivisionError",
        None,
        None,
    ]
    assert outcome.error is not None
    assert outcome.error.type == "ZeroDivisionError"
    assert outcome.result == "0.5"


def test_the_first_invocation_may_make_what_stays(sandbox: Sandbox) -> None:
    code = handler(
        'if not os.path.exists("/tmp/model"):\n    os.mkdir("/tmp/model")\n    open("/tmp/model/a", "w").close()'
    )
    outcome = series(sandbox, "import tempfile\nFOLDER = tempfile.mkdtemp()\n" + code)
    assert len(outcome.invocations[0].left) == 4
    assert piled_up(outcome) == {}


def test_rotation_ends_growth(sandbox: Sandbox) -> None:
    code = (
        "import logging.handlers\n"
        "files = logging.handlers.RotatingFileHandler('/tmp/log', maxBytes=10, backupCount=1)\n"
        "logging.getLogger().addHandler(files)\n\n"
        "def handler(event, context):\n"
        "    logging.getLogger().error('12345678')\n"
    )
    assert untrue(sandbox, {"app.py": code}) == []


def test_what_an_exception_holds_is_let_go(sandbox: Sandbox) -> None:
    code = handler("file = tempfile.NamedTemporaryFile()\nfile.write(b'a')\nraise OSError('no')")
    assert series(sandbox, code).invocations[-1].left.keys() == {OTHERS}


def test_the_line_in_a_module_of_the_project_is_told(sandbox: Sandbox) -> None:
    files = {
        "app.py": "from images import render\n\ndef handler(event, context):\n    render(event['key'])\n",
        "images.py": "from pathlib import Path\n\ndef render(key):\n    Path('/tmp', key).mkdir()  # error: LMB301\n",
    }
    assert untrue(sandbox, files, {"key": "{n}"}) == []


def test_a_process_makes_what_its_command_names(sandbox: Sandbox) -> None:
    code = handler(
        "descriptor, path = tempfile.mkstemp()  # error: LMB303\n"
        "os.close(descriptor)\n"
        "os.system('echo a > ' + path)  # error: LMB301\n"
        "os.system('true')",
    )
    assert untrue(sandbox, {"app.py": code}) == []
    wrong = untrue(sandbox, {"app.py": code.replace("'true')", "'true')  # error: LMB301")})
    assert wrong == ["flagged, but makes nothing: /var/task/app.py:7"]


def test_a_process_that_the_code_starts_is_told_by_its_call(sandbox: Sandbox) -> None:
    code = handler(
        "subprocess.run(['sh', '-c', 'echo > /tmp/' + event['key']], check=True)  # error: LMB301",
        imports="import subprocess",
    )
    assert untrue(sandbox, {"app.py": code}, {"key": "{n}"}) == []
    assert untrue(sandbox, {"app.py": code.replace("# error: LMB301", "")}, {"key": "{n}"}) != []


@pytest.mark.parametrize(
    "expression",
    [
        "int(time.time())",
        "time.strftime('%Y%m%d%H%M%S')",
        "time.ctime()",
        "datetime.datetime.now().isoformat(timespec='seconds')",
        "datetime.datetime.now(datetime.timezone.utc).strftime('%H%M')",
        "zoneinfo.ZoneInfo('UTC') and datetime.datetime.utcnow().minute",
    ],
)
def test_the_clock_goes_on_between_invocations(expression: str, sandbox: Sandbox) -> None:
    code = handler(f"open(f'/tmp/{{{expression}}}', 'w').close()  # error: LMB301", "import datetime, time, zoneinfo")
    code = code.replace(f"f'/tmp/{{{expression}}}'", f"'/tmp/' + str({expression})")
    assert untrue(sandbox, {"app.py": code}) == []


@pytest.mark.parametrize("expression", ["time.strftime('%Y%m%d%H')", "datetime.date.today()"])
def test_the_hour_does_not_end_within_a_series(expression: str, sandbox: Sandbox) -> None:
    code = handler(f"open('/tmp/' + str({expression}), 'w').close()", "import datetime, time")
    assert untrue(sandbox, {"app.py": code}) == []


STORAGE = """\
import boto3
from botocore.exceptions import ClientError

s3 = boto3.client("s3")
bucket = boto3.resource("s3").Bucket("images")

def handler(event, context):
    s3.download_file("images", "a.png", "/tmp/a.png")
    s3.upload_file(Filename="/tmp/a.png", Bucket="images", Key="b.png")
    assert s3.get_object(Bucket="images", Key="b.png")["Body"].read() == b"a.png\\n"
    bucket.download_file("c.png", "/tmp/c.png")
    bucket.Object("d.png").put(Body="d")
    boto3.resource("s3").Object("images", "d.png").download_file("/tmp/d.png")
    assert open("/tmp/d.png").read() == "d"
    try:
        s3.download_file("images", "absent.png", "/tmp/" + event["key"])
    except ClientError:
        pass
    boto3.client("sqs").send_message(QueueUrl="q", MessageBody="a")
    boto3.resource("dynamodb").Table("images").put_item(Item={})
    bucket.download_file(event["key"], "/tmp/" + event["key"])  # error: LMB301
    bucket.download_file("absent/a", "/tmp/" + context.aws_request_id)
"""


def test_object_storage_is_there_without_a_network(sandbox: Sandbox) -> None:
    outcome = series(sandbox, STORAGE, {"key": "{n}.zip"})
    assert outcome.error is not None
    assert outcome.error.line == 22
    assert untrue(sandbox, {"app.py": STORAGE}, {"key": "{n}.zip"}) == []


def test_an_sdk_that_the_project_brings_goes_before(sandbox: Sandbox) -> None:
    files = {
        "boto3.py": b"client = str",
        "app.py": b"import boto3\n\ndef handler(e, c):\n    return boto3.client('s3')\n",
    }
    assert sandbox.run([Job("own", files=files, handler="app.handler")])[0].result == "'s3'"


@pytest.mark.parametrize("suffix", ["zip", "tar", "tar.gz", "tgz"])
def test_archives_of_object_storage_differ_by_key(suffix: str, sandbox: Sandbox) -> None:
    code = (
        "import shutil\nimport boto3\n\ndef handler(event, context):\n"
        f"    boto3.client('s3').download_file('b', event['key'], '/tmp/a.{suffix}')\n"
        f"    shutil.unpack_archive('/tmp/a.{suffix}', '/tmp/a')  # error: LMB305\n"
    )
    assert untrue(sandbox, {"app.py": code}, {"key": f"in/{{n}}.{suffix}"}) == []
