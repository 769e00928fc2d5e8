"""Ways out of a block: which of them leave behind what was made before, and which calls may raise at all."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from snippets import fate, invoked, marked, with_path

from lambdalint.flow.exits import RAISE, Exits, is_pure
from lambdalint.flow.values import Made
from lambdalint.model import Removal, Span, Step

ALWAYS, ON_SUCCESS, SOMETIMES, NEVER = Removal.ALWAYS, Removal.ON_SUCCESS, Removal.SOMETIMES, Removal.NEVER

SAVE = """
    def save():
        path = f"/tmp/{uuid.uuid4()}"
        open(path, "w")  # made
        return path
"""

WAYS = {
    "a removal that is always reached": (
        ALWAYS,
        """
        open(path, "w")  # made
        os.remove(path)
        """,
    ),
    "made again after the removal": (
        NEVER,
        """
        open(path, "w")
        os.remove(path)
        open(path, "w")  # made
        """,
    ),
    "an early return": (
        SOMETIMES,
        """
        open(path, "w")  # made
        if event["x"]:
            return 1  # leaves
        os.remove(path)  # removal
        """,
    ),
    "a return before it is made": (
        ALWAYS,
        """
        if event["x"]:
            return 1
        open(path, "w")  # made
        os.remove(path)
        """,
    ),
    "the second of two returns": (
        SOMETIMES,
        """
        open(path, "w")  # made
        if event["x"]:
            os.remove(path)  # removal
            return 1
        if event["y"]:
            return 2  # leaves
        os.unlink(path)
        """,
    ),
    "a continue": (
        SOMETIMES,
        """
        for row in event["rows"]:
            path = f"/tmp/{uuid.uuid4()}"
            open(path, "w")  # made
            if row:
                continue  # leaves
            os.remove(path)  # removal
        """,
    ),
    "a removal in the else of a loop that ends": (
        ALWAYS,
        """
        open(path, "w")  # made
        number = 3
        while number > 0:
            number -= 1
        else:
            os.remove(path)
        """,
    ),
    "one case of a match": (
        SOMETIMES,
        """
        open(path, "w")  # made
        match event["x"]:
            case "a":
                os.remove(path)  # removal
            case _:
                pass
        """,
    ),
    "every case of a match": (
        ALWAYS,
        """
        open(path, "w")  # made
        match event["x"]:
            case {"x": 1}:
                os.remove(path)
            case _:
                os.unlink(path)
        """,
    ),
    "a return in a case": (
        SOMETIMES,
        """
        open(path, "w")  # made
        match event["x"]:
            case "a":
                return 1  # leaves
        os.remove(path)  # removal
        """,
    ),
    "both branches remove it": (
        ALWAYS,
        """
        open(path, "w")  # made
        if event["x"]:
            os.remove(path)
        else:
            Path(path).unlink()
        """,
    ),
    "a raise": (
        ON_SUCCESS,
        """
        open(path, "w")  # made
        if event["x"]:
            raise ValueError("x")  # leaves
        os.remove(path)  # removal
        """,
    ),
    "the process exits": (
        ON_SUCCESS,
        """
        open(path, "w")  # made
        if event["x"]:
            sys.exit(1)  # leaves
        os.remove(path)  # removal
        """,
    ),
    "a call that fails before it is made": (
        ALWAYS,
        """
        requests.get(event["url"])
        open(path, "w")  # made
        os.remove(path)
        """,
    ),
    "content from a call that fails": (
        ON_SUCCESS,
        """
        with open(path, "w") as out:  # made
            out.write(requests.get(event["url"]).text)  # leaves
        os.remove(path)  # removal
        """,
    ),
    "a registration for the end of the process": (
        NEVER,
        """
        open(path, "w")  # made
        atexit.register(os.remove, path)
        """,
    ),
}


@pytest.mark.parametrize(("removed", "body"), WAYS.values(), ids=WAYS)
def test_a_way_out_removes_or_leaves_what_was_made(removed: Removal, body: str) -> None:
    found = with_path(body)
    assert fate(found) == marked(found, removed)


BREAKS = {
    "of the loop that makes it": """
        for row in event["rows"]:
            path = f"/tmp/{uuid.uuid4()}"
            open(path, "w")  # made
            if row:
                break
            os.remove(path)  # removal
        """,
    "of a loop whose else removes it": """
        open(path, "w")  # made
        while event["x"]:
            if event["y"]:
                break
        else:
            os.remove(path)  # removal
        """,
}


@pytest.mark.parametrize("body", BREAKS.values(), ids=BREAKS)
def test_a_break_leaves_what_was_made(body: str) -> None:
    assert fate(with_path(body))[:2] == (SOMETIMES, "removal")


SWEPT = """
def swept(function):
    @functools.wraps(function)
    def inner(*args):
        try:
            return function(*args)
        finally:
            for name in os.listdir("/tmp"):
                os.remove("/tmp/" + name)
    return inner
"""
CALLS = {
    "the callee removes": (ALWAYS, "path = save()\ndrop(path)", "def drop(path):\n    os.remove(path)\n"),
    "the caller removes": (ALWAYS, "os.remove(save())", ""),
    "the caller returns before": (
        SOMETIMES,
        "path = save()\nif event['x']:\n    return 1  # leaves\nos.remove(path)  # removal",
        "",
    ),
    "a return of another function is not the one": (
        SOMETIMES,
        "path = save()\ncheck(event)\nif event['x']:\n    return 1  # leaves\nos.remove(path)  # removal",
        "def check(event):\n    if event['y']:\n        return 1\n    return 2\n",
    ),
    "a callee raises": (
        ON_SUCCESS,
        "path = save()\ncheck(event)\nos.remove(path)  # removal",
        "def check(event):\n    if event['x']:\n        raise ValueError  # leaves\n",
    ),
    "a decorator removes": (
        ALWAYS,
        "@swept\ndef work():\n    path = save()\n    requests.get(path)\nwork()",
        SWEPT,
    ),
    "the work of an executor, removed with its result": (
        ALWAYS,
        "with ThreadPoolExecutor() as pool:\n    future = pool.submit(save)\nos.remove(future.result())",
        "",
    ),
    "the work of an executor, left": (
        NEVER,
        "with ThreadPoolExecutor() as pool:\n    list(pool.map(work, event['rows']))",
        "def work(row):\n    return save()\n",
    ),
    "the work of an executor, removed one by one": (
        ALWAYS,
        "with ThreadPoolExecutor() as pool:\n    for path in pool.map(work, event['rows']):\n        os.remove(path)",
        "def work(row):\n    return save()\n",
    ),
    "removed by an executor": (
        ALWAYS,
        "path = save()\nwith ThreadPoolExecutor() as pool:\n    pool.submit(os.remove, path)",
        "",
    ),
    "the work of a thread": (
        ALWAYS,
        "work = threading.Thread(target=drop, args=(save(),))\nwork.start()\nwork.join()",
        "def drop(path):\n    os.remove(path)\n",
    ),
    "files of asyncio": (
        ALWAYS,
        "import aiofiles.os\nasync def main():\n    await aiofiles.os.remove(save())\nasyncio.run(main())",
        "",
    ),
    "coroutines that are gathered": (
        ALWAYS,
        "async def main():\n    await asyncio.gather(*(work(row) for row in event['rows']))\nasyncio.run(main())",
        "async def work(row):\n    os.remove(save())\n",
    ),
    "a function in another thread of asyncio": (
        ALWAYS,
        "async def main():\n    os.remove(await asyncio.to_thread(save))\nasyncio.run(main())",
        "",
    ),
}


@pytest.mark.parametrize(("removed", "body", "before"), CALLS.values(), ids=CALLS)
def test_removal_is_followed_through_calls(removed: Removal, body: str, before: str) -> None:
    found = invoked(body, SAVE.replace("\n    ", "\n") + before)
    assert fate(found) == marked(found, removed)


FAILING = [
    'requests.get("u")',
    'urllib.request.urlopen("u")',
    's3.upload_file(path, "b", "k")',
    'boto3.resource("s3").Bucket("b").upload_file(path, "k")',
    'json.loads(event["x"])',
    'subprocess.run(["x"], check=True)',
    'subprocess.check_output(["x"])',
    'shutil.make_archive("/tmp/a", "zip", "/tmp/b")',
    "__import__('unheard_of').work()",
]
SAFE = [
    "len(event)",
    'int(event["x"])',
    "time.sleep(1)",
    'logging.info("x")',
    "print(json.dumps(event))",
    'boto3.client("s3")',
    'subprocess.run(["x"])',
    'os.system("x")',
    'os.listdir("/tmp")',
    "open(path).read()",
    'shutil.copy(path, "/tmp/copy")',
    'os.rename("/tmp/a", "/tmp/b")',
    "os.truncate(path, 0)",
]


@pytest.mark.parametrize("call", FAILING)
def test_a_call_that_fails_now_and_then_skips_the_removal(call: str) -> None:
    found = with_path(f'open(path, "w")  # made\n{call}  # leaves\nos.remove(path)  # removal')
    assert fate(found) == (ON_SUCCESS, "removal", "leaves")


@pytest.mark.parametrize("call", SAFE)
def test_a_call_that_hardly_ever_fails_does_not(call: str) -> None:
    assert fate(with_path(f'open(path, "w")  # made\n{call}\nos.remove(path)')) == (ALWAYS, None, None)


@pytest.mark.parametrize(
    ("name", "pure"),
    [
        ("json.dumps", True),
        ("os.path.join", True),
        ("builtins.len", True),
        ("builtins.exec", False),
        ("jsonschema.validate", False),
        ("requests.get", False),
        ("os.remove", False),
    ],
)
def test_what_only_computes_is_known_by_its_name(name: str, pure: bool) -> None:
    assert is_pure(name) is pure


def _step(line: int, text: str) -> Step:
    return Step(Span("app.py", line, 1, line, 2), text)


made = st.builds(Made, st.sampled_from(["/tmp/a", "/tmp/b", "/tmp/c"]), st.integers(0, 1))
steps = st.builds(_step, st.integers(1, 4), st.sampled_from(["get", "put", RAISE]))
notes = st.lists(st.tuples(made, steps), max_size=12)


def _exits(noted: list[tuple[Made, Step]]) -> Exits:
    exits = Exits(points=len(noted))
    for one, step in noted:
        exits.note(one, step)
    return exits


@given(notes)
def test_the_first_step_stands_for_an_object(noted: list[tuple[Made, Step]]) -> None:
    assert _exits(noted).live == dict(reversed(noted))


@given(notes, notes)
def test_an_inner_block_adds_to_an_outer_one(outer: list[tuple[Made, Step]], inner: list[tuple[Made, Step]]) -> None:
    exits = _exits(outer)
    exits.absorb(_exits(inner))
    assert exits.points == len(outer) + len(inner)
    assert exits.live == {**_exits(inner).live, **_exits(outer).live}


@given(notes, st.sampled_from(["get", "put"]))
def test_what_is_caught_does_not_leave_and_the_rest_does(noted: list[tuple[Made, Step]], text: str) -> None:
    left = _exits(noted).without(lambda step: step.text == text)
    assert left.live.keys() == {one for one, step in noted if step.text != text}
    assert text not in {step.text for step in left.live.values()}


def test_where_all_is_caught_nothing_may_raise() -> None:
    exits = _exits([(Made("/tmp/a", 0), _step(1, "get"))])
    assert exits.without(lambda step: True).points == 0


@given(notes, st.lists(made, max_size=3))
def test_a_clean_up_on_the_way_drops_what_it_removed(noted: list[tuple[Made, Step]], kept: list[Made]) -> None:
    exits = _exits(noted)
    exits.keep(tuple(kept))
    assert exits.live.keys() == _exits(noted).live.keys() & set(kept)
    assert exits.later.keys() <= exits.live.keys()
