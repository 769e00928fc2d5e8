"""Which names in ``/tmp`` are new in each invocation, and what makes them so."""

from __future__ import annotations

import pytest
from snippets import invoked

from lambdalint.model import HoleKind

UNIQUE, REQUEST, UNKNOWN = HoleKind.UNIQUE, HoleKind.REQUEST, HoleKind.UNKNOWN

NEW = [
    ("uuid.uuid4()", UNIQUE, "uuid4()"),
    ("uuid.uuid1()", UNIQUE, "uuid1()"),
    ("uuid.uuid4().hex", UNIQUE, "uuid4().hex"),
    ("str(uuid.uuid4())", UNIQUE, "uuid4()"),
    ("str(uuid.uuid4())[:8]", UNIQUE, "uuid4()"),
    ("uuid.uuid4().hex.upper()", UNIQUE, "uuid4().hex"),
    ("time.time()", UNIQUE, "time()"),
    ("int(time.time() * 1000)", UNIQUE, "time()"),
    ("time.time_ns()", UNIQUE, "time_ns()"),
    ("time.perf_counter_ns()", UNIQUE, "perf_counter_ns()"),
    ("datetime.datetime.now()", UNIQUE, "now()"),
    ("datetime.datetime.now().isoformat()", UNIQUE, "now()"),
    ("datetime.datetime.utcnow().timestamp()", UNIQUE, "utcnow()"),
    ("datetime.datetime.now().strftime('%Y%m%d%H%M%S')", UNIQUE, "%M"),
    ("datetime.datetime.now():%H-%M", UNIQUE, "%M"),
    ("random.random()", UNIQUE, "random()"),
    ("random.randint(1, 10**9)", UNIQUE, "randint()"),
    ("os.urandom(4).hex()", UNIQUE, "urandom()"),
    ("context.aws_request_id", UNIQUE, "context.aws_request_id"),
    ("event['x']", REQUEST, "event['x']"),
    ("event.get('x')", REQUEST, "event['x']"),
    ("event['x'].lower()", REQUEST, "event['x']"),
    ("event['a']['b'][0]", REQUEST, "event['a']['b'][0]"),
    ("int(event['x'])", REQUEST, "event['x']"),
    ("os.path.basename(event['x'])", REQUEST, "event['x']"),
    ("json.loads(event['body'])['x']", REQUEST, "event['body']['x']"),
    ("uuid.uuid5(uuid.NAMESPACE_DNS, event['x'])", REQUEST, "uuid5"),
    ("hashlib.md5(event['x'].encode()).hexdigest()", REQUEST, "hexdigest"),
]


@pytest.mark.parametrize(("name", "kind", "varies"), NEW)
def test_a_name_is_new_in_each_invocation(name: str, kind: HoleKind, varies: str) -> None:
    lifetime = invoked(f'open(f"/tmp/{{{name}}}.csv", "w")  # made').lifetime()
    assert (lifetime.bounded, lifetime.kind, lifetime.varies) == (False, kind, varies)


FIXED = [
    "os.getpid()",
    "os.environ['STAGE']",
    "os.environ.get('STAGE', 'dev')",
    "threading.get_ident()",
    "context.function_name",
    "context.log_stream_name",
    "datetime.date.today()",
    "datetime.datetime.now().strftime('%Y-%m-%d')",
    "datetime.datetime.now().strftime('%Y%m%d%H')",
    "datetime.datetime.now():%Y-%m-%d",
    "time.strftime('%A')",
    "{'a': 'b'}[event['x']]",
    "{'a': 'b'}.get(event['x'], 'c')",
    "bool(event['x'])",
    "1 if event['x'] else 2",
]


@pytest.mark.parametrize("name", [name for name in FIXED if "{" not in name])
def test_a_name_that_comes_again_is_bounded(name: str) -> None:
    effects = invoked(f'open(f"/tmp/{{{name}}}.csv", "w")  # made').effects()
    assert effects
    assert [effect.lifetime.bounded for effect in effects if effect.lifetime] == [True] * len(effects)
    assert {effect.lifetime.kind for effect in effects if effect.lifetime} == {None}


@pytest.mark.parametrize("name", [name for name in FIXED if "{" in name])
def test_a_name_of_a_table_is_bounded(name: str) -> None:
    effects = invoked(f'open("/tmp/" + {name}, "w")  # made').effects()
    assert effects
    assert all(effect.lifetime is not None and effect.lifetime.bounded for effect in effects)


LOOPS = {
    "a known sequence": ("for name in ('a', 'b'):", True),
    "a range": ("for name in range(3):", True),
    "a long range": ("for name in range(300):", True),
    "an index": ("for name, row in enumerate(event['rows']):", True),
    "rows of the request": ("for name in event['rows']:", False),
    "keys of the request": ("for name, value in event['rows'].items():", False),
    "objects of a bucket": ("for name in s3.list_objects_v2(Bucket='b')['Contents']:", False),
}


@pytest.mark.parametrize(("loop", "bounded"), LOOPS.values(), ids=LOOPS)
def test_a_name_of_a_loop_is_as_new_as_what_the_loop_runs_over(loop: str, bounded: bool) -> None:
    effects = invoked(f'{loop}\n    open(f"/tmp/{{name}}", "w")  # made').effects()
    assert effects
    assert {effect.lifetime.bounded for effect in effects if effect.lifetime} == {bounded}


CHECKS = {
    "equal to a known name": ("if name == 'a':\n    {}", True),
    "one of known names": ("if name in ('a', 'b'):\n    {}", True),
    "a return unless it is one of known names": ("if name not in NAMES:\n    return\n{}", True),
    "a raise unless it is one of known names": ("if name not in NAMES:\n    raise ValueError\n{}", True),
    "on the other way": ("if name == 'a':\n    return\n{}", False),
    "one of names of the request": ("if name in event['names']:\n    {}", False),
    "there at all": ("if name:\n    {}", False),
    "not empty": ("if name != '':\n    {}", False),
    "not None": ("if name is not None:\n    {}", False),
}


@pytest.mark.parametrize(("check", "bounded"), CHECKS.values(), ids=CHECKS)
def test_a_check_against_known_names_bounds_a_name(check: str, bounded: bool) -> None:
    making = 'open(f"/tmp/{name}", "w")  # made'
    found = invoked("name = event['name']\n" + check.format(making), "NAMES = ['a', 'b']")
    assert found.lifetime().bounded is bounded


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("load()['x']", UNKNOWN),
        ("requests.get('https://example.org').json()['x']", UNKNOWN),
        ("requests.get('https://example.org').text", UNKNOWN),
        ("requests.get(event['url']).text", REQUEST),
        ("requests.get(event['url']).headers['etag']", REQUEST),
        ("load(event['x'])", REQUEST),
        ("load('x')", UNKNOWN),
        ("s3.get_object(Bucket='b', Key='k')['ETag']", UNKNOWN),
        ("random.choice(['a', 'b'])", UNKNOWN),
    ],
)
def test_an_answer_is_new_where_the_question_is(name: str, kind: HoleKind) -> None:
    lifetime = invoked(f'name = {name}\nopen(f"/tmp/{{name}}", "w")  # made', "from rows import load").lifetime()
    assert (lifetime.kind, lifetime.bounded) == (kind, False)


def test_an_object_that_took_a_fresh_value_gives_fresh_names() -> None:
    body = """
    digest = hashlib.sha256()
    digest.update({}.encode())
    open(f"/tmp/{{digest.hexdigest()}}", "w")  # made
    """
    assert invoked(body.format("event['x']")).lifetime().kind is REQUEST
    assert invoked(body.format("'x'")).lifetime().kind is not REQUEST


def test_the_part_that_is_new_is_named_among_others() -> None:
    body = "open(f\"/tmp/{os.environ['STAGE']}/{os.getpid()}-{event['x']}\", 'w')  # made"
    assert invoked(body).lifetime().varies == "event['x']"


@pytest.mark.parametrize(
    "making",
    [
        "os.makedirs(name)",
        "Path(name).write_text('a')",
        "Path(name).touch()",
        "shutil.copy('/var/task/a', name)",
        "sqlite3.connect(name)",
        "s3.download_file('b', 'k', name)",
        "urllib.request.urlretrieve('u', name)",
        "zipfile.ZipFile('/tmp/a.zip').extractall(name)",
        "subprocess.run(['ffmpeg', '-i', 'a', name], check=True)",
        "open(name, 'ab')",
    ],
)
def test_whatever_makes_it_has_the_name(making: str) -> None:
    lifetime = invoked(f"name = f'/tmp/{{uuid.uuid4()}}.mp4'\n{making}  # made").lifetime()
    assert (lifetime.kind, lifetime.bounded) == (UNIQUE, False)
