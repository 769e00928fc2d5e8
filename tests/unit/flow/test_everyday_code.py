"""Lifetimes of what everyday code makes: removals that ask for need, dates, scans, threads, kept attributes."""

from __future__ import annotations

import pytest
from snippets import fate, invoked, with_path

from lambdalint.model import Guard, Removal

NEEDED = {
    "path and exists": "if path and os.path.exists(path):\n    os.remove(path)",
    "not None and exists": "if path is not None and os.path.isfile(path):\n    os.remove(path)",
    "Path exists": "if path and Path(path).exists():\n    os.remove(path)",
    "locals": "if 'path' in locals():\n    os.remove(path)",
    "locals and exists": "if 'path' in locals() and os.path.exists(path):\n    os.remove(path)",
    "loop": "for each in (path, None):\n    if each and os.path.exists(each):\n        os.remove(each)",
}


@pytest.mark.parametrize("removal", NEEDED.values(), ids=NEEDED)
@pytest.mark.parametrize("start", ["", "path = None"])
def test_a_removal_that_asks_for_need(removal: str, start: str) -> None:
    block = removal.replace("\n", "\n    ")
    body = f"""
{start}
try:
    path = f"/tmp/{{uuid.uuid4()}}"
    open(path, "w")  # made
    requests.get("u")
finally:
    {block}
"""
    assert fate(invoked(body)) == (Removal.ALWAYS, None, None)


@pytest.mark.parametrize(
    "test",
    [
        "event['x']",
        "event.get('x')",
        "kind == 'csv'",
        "kind in ('a', 'b')",
        "kind",
        "not kind",
        "os.environ['A'] and kind",
    ],
)
def test_a_removal_under_the_condition_of_the_creation(test: str) -> None:
    body = (
        f"kind = event['kind']\nif {test}:\n    open(path, 'w')  # made\nprint(kind)\nif {test}:\n    os.remove(path)"
    )
    assert fate(with_path(body)) == (Removal.ALWAYS, None, None)


@pytest.mark.parametrize(("test", "other"), [("event['x']", "event['y']"), ("kind == 'a'", "kind == 'b'")])
def test_another_condition(test: str, other: str) -> None:
    body = f"kind = event['kind']\nif {test}:\n    open(path, 'w')  # made\nif {other}:\n    os.remove(path)  # removal"
    assert fate(with_path(body))[0] is Removal.SOMETIMES


def test_made_on_another_way_too() -> None:
    body = "if not event['x']:\n    save(path)\nif event['x']:\n    save(path)\nif event['x']:\n    os.remove(path)"
    assert fate(with_path(body, "def save(path):\n    open(path, 'w')  # made\n"))[0] is Removal.SOMETIMES


def test_the_variable_changes() -> None:
    body = "kind = event['x']\nif kind:\n    open(path, 'w')  # made\nkind = event['y']\nif kind:\n    os.remove(path)"
    assert fate(with_path(body))[0] is Removal.SOMETIMES


@pytest.mark.parametrize(
    "name",
    ["now().date()", "now().year", "now().hour", "utcnow().date()", "today().date()", "now().date().isoformat()"],
)
def test_dates(name: str) -> None:
    assert invoked(f'open(f"/tmp/{{datetime.datetime.{name}}}", "w")  # made').lifetime().bounded


@pytest.mark.parametrize(
    "name", ["now().time()", "now().microsecond", "now().timestamp()", "now().date() - event['x']"]
)
def test_times(name: str) -> None:
    assert not invoked(f'open(f"/tmp/{{datetime.datetime.{name}}}", "w")  # made').lifetime().bounded


@pytest.mark.parametrize(
    "wipe",
    [
        "for e in os.scandir('/tmp'):\n    os.remove(e.path)",
        "with os.scandir('/tmp') as it:\n    for e in it:\n        if e.is_file():\n            os.remove(e)",
        "for e in os.scandir('/tmp'):\n    if e.is_file():\n        os.unlink(e.path)",
    ],
)
def test_scandir(wipe: str) -> None:
    assert invoked(f"{wipe}\nopen(f'/tmp/{{uuid.uuid4()}}', 'w')  # made").lifetime().bounded


def test_thread() -> None:
    body = "open(path, 'w')  # made\nt = threading.Thread(target=work)\nt.start()\nt.join()\nos.remove(path)"
    assert fate(with_path(body, "def work():\n    requests.get('u')\n")) == (Removal.ALWAYS, None, None)


def test_thread_left() -> None:
    before = """
def work():
    path = f"/tmp/{uuid.uuid4()}"
    open(path, "w")  # made
    requests.get("u")  # leaves
    os.remove(path)  # removal
"""
    assert fate(invoked("t = threading.Thread(target=work)\nt.start()\nt.join()", before)) == (
        Removal.ON_SUCCESS,
        "removal",
        "leaves",
    )


@pytest.mark.parametrize(
    "command",
    [
        "subprocess.run(['tool', event['x']])",
        "subprocess.check_call(['tool'])",
        "subprocess.Popen('tool x', shell=True)",
    ],
)
def test_command(command: str) -> None:
    found = invoked(f"{command}\nopen('/tmp/a')  # read")
    assert Guard.PROVIDED in found.by_line[found.line("read")][0].guards


CACHED_PROPERTY = """
class K:
    @functools.cached_property
    def folder(self):
        return tempfile.mkdtemp()  # made

C = K()
"""
KEPT = [
    (
        "C.folder",
        CACHED_PROPERTY,
    ),
    ("if not hasattr(K, 'x'):\n    K.x = tempfile.mkdtemp()  # made", "class K:\n    pass\n"),
]


@pytest.mark.parametrize(("body", "before"), KEPT)
def test_kept(body: str, before: str) -> None:
    assert invoked(body, before).lifetime().once


def test_not_kept() -> None:
    assert not invoked("K().folder", KEPT[0][1]).lifetime().once


def test_break() -> None:
    body = """
    for row in event["rows"]:
        path = f"/tmp/{uuid.uuid4()}"
        open(path, "w")  # made
        if row:
            break  # leaves
        os.remove(path)  # removal
    """
    assert fate(with_path(body)) == (Removal.SOMETIMES, "removal", "leaves")


def test_a_folder_that_is_made_where_it_is_missing_is_no_removal() -> None:
    body = """
folder = tempfile.mkdtemp()  # made
if not os.path.isdir(folder):
    os.makedirs(folder)
"""
    assert fate(invoked(body)) == (Removal.NEVER, None, None)


def test_a_name_that_a_pattern_of_values_captures_is_one_of_them() -> None:
    body = """
match event["kind"]:
    case "sales" | "stock" as kind:
        pass
    case _:
        kind = "other"
open(f"/tmp/{kind}.csv", "w")  # made
"""
    assert sorted(effect.place.path for effect in invoked(body).effects()) == [
        "/tmp/other.csv",
        "/tmp/sales.csv",
        "/tmp/stock.csv",
    ]


def test_a_list_of_clean_up_calls_removes_each_its_own() -> None:
    body = """
folder = tempfile.mkdtemp()  # made
removals = [(os.unlink, event["path"]), (shutil.rmtree, folder)]
try:
    requests.get("u")
finally:
    for remove, path in removals:
        remove(path)
"""
    assert invoked(body).lifetime().removed is Removal.ALWAYS
