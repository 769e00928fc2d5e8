"""Who reads what lies in ``/tmp``: the same invocation, another entry point, a later invocation."""

from __future__ import annotations

import pytest
from snippets import Analysed, analysed, invoked

from lambdalint.model import EffectKind, Guard

READS = {
    "open": "open('/tmp/a').read()",
    "pathlib": "Path('/tmp/a').read_text()",
    "a folder and a name": "open(os.path.join('/tmp', 'a'))",
    "a callee": "load('/tmp/a')",
    "a program": "subprocess.run(['wc', '/tmp/a'])",
    "a program in its folder": "subprocess.run('wc a', shell=True, cwd='/tmp/a')",
    "an archive": "with zipfile.ZipFile('/tmp/b.zip', 'w') as archive:\n    archive.write('/tmp/a')",
    "a library that nothing is known of": "unheard_of.load('/tmp/a')",
    "a copy": "shutil.copy('/tmp/a', '/tmp/b')",
}
NO_READS = {
    "nothing": "pass",
    "another file": "open('/tmp/b').read()",
    "a write": "open('/tmp/a', 'w').write('b')",
    "a removal": "os.remove('/tmp/a')",
    "a test": "os.path.exists('/tmp/a')",
    "the log": "print('/tmp/a')",
}
BEFORE = "import unheard_of\ndef load(path):\n    return open(path).read()\n"


@pytest.mark.parametrize("read", READS.values(), ids=READS)
def test_the_same_invocation_reads_it_back(read: str) -> None:
    assert invoked(f"open('/tmp/a', 'w').write('a')  # made\n{read}", BEFORE).lifetime().read_back


@pytest.mark.parametrize("other", NO_READS.values(), ids=NO_READS)
def test_what_is_not_read_is_not_read_back(other: str) -> None:
    assert not invoked(f"open('/tmp/a', 'w').write('a')  # made\n{other}", BEFORE).lifetime().read_back


def test_a_read_before_the_write_does_not_read_it_back() -> None:
    assert not invoked("open('/tmp/a').read()\nopen('/tmp/a', 'w')  # made").lifetime().read_back


def _guards(found: Analysed) -> frozenset[Guard]:
    (read,) = [effect for effect in found.by_line[found.line("read")] if effect.kind is EffectKind.READ]
    return read.guards & {Guard.PROVIDED, Guard.CHECKED}


PROVIDED, CHECKED, NEITHER = frozenset({Guard.PROVIDED}), frozenset({Guard.CHECKED}), frozenset[Guard]()

GUARDS = {
    "nothing makes it": (NEITHER, "open('/tmp/a')  # read"),
    "the invocation made it": (PROVIDED, "open('/tmp/a', 'w')\nopen('/tmp/a')  # read"),
    "one branch made it": (PROVIDED, "if event['x']:\n    open('/tmp/a', 'w')\nopen('/tmp/a')  # read"),
    "it is made later": (PROVIDED, "open('/tmp/a')  # read\nopen('/tmp/a', 'w')"),
    "a download made it": (PROVIDED, "s3.download_file('b', 'k', '/tmp/a')\nopen('/tmp/a')  # read"),
    "an archive may hold it": (PROVIDED, "zipfile.ZipFile('/tmp/z').extractall('/tmp/d')\nopen('/tmp/d/a')  # read"),
    "an empty folder does not hold it": (NEITHER, "os.makedirs('/tmp/d')\nopen('/tmp/d/a')  # read"),
    "a name of the request may be it": (PROVIDED, "open(f'/tmp/{event[\"x\"]}', 'w')\nopen('/tmp/a')  # read"),
    "another file is made": (NEITHER, "open('/tmp/b', 'w')\nopen('/tmp/a')  # read"),
    "a program may make it": (PROVIDED, "os.system('make')\nopen('/tmp/a')  # read"),
    "a library may make it": (PROVIDED, "unheard_of.save('/tmp/a')\nopen('/tmp/a')  # read"),
    "a test found it": (CHECKED, "if os.path.exists('/tmp/a'):\n    open('/tmp/a')  # read"),
    "a test ended the other way": (CHECKED, "if not Path('/tmp/a').exists():\n    return\nopen('/tmp/a')  # read"),
    "a test found another file": (NEITHER, "if os.path.exists('/tmp/b'):\n    open('/tmp/a')  # read"),
    "a handler expects its absence": (
        CHECKED,
        "try:\n    open('/tmp/a')  # read\nexcept FileNotFoundError:\n    pass",
    ),
    "a handler expects something else": (NEITHER, "try:\n    open('/tmp/a')  # read\nexcept KeyError:\n    pass"),
}


@pytest.mark.parametrize(("guards", "body"), GUARDS.values(), ids=GUARDS)
def test_a_read_is_provided_for_or_checked(guards: frozenset[Guard], body: str) -> None:
    assert _guards(invoked(body, BEFORE)) == guards


def test_what_is_made_at_import_provides_a_read() -> None:
    assert _guards(invoked("open('/tmp/a')  # read", "open('/tmp/a', 'w')")) == PROVIDED


REWRITTEN = {
    "a counter": "count = int(open('/tmp/a').read())\nopen('/tmp/a', 'w').write(str(count + 1))  # made",
    "a document": "rows = json.load(open('/tmp/a'))\nrows.append(1)\njson.dump(rows, open('/tmp/a', 'w'))  # made",
    "a document where there is one": (
        "rows = []\nif os.path.exists('/tmp/a'):\n    rows = json.load(open('/tmp/a'))\nrows.append(1)\n"
        "with open('/tmp/a', 'w') as out:  # made\n    json.dump(rows, out)"
    ),
}


@pytest.mark.parametrize("body", REWRITTEN.values(), ids=REWRITTEN)
def test_content_that_follows_from_the_old_one_is_read_by_later_invocations(body: str) -> None:
    (reader,) = invoked(body).lifetime().read_by
    assert reader.text == "a later invocation"


@pytest.mark.parametrize(
    "body",
    [
        "open('/tmp/a').read()\nopen('/tmp/a', 'w').write('x')  # made",
        "count = int(open('/tmp/b').read())\nopen('/tmp/a', 'w').write(str(count))  # made",
        "open('/tmp/a', 'w').write('1')  # made\ncount = open('/tmp/a').read()",
    ],
)
def test_content_that_does_not_follow_from_the_old_one_is_not(body: str) -> None:
    assert invoked(body).lifetime().read_by == ()


def test_what_is_made_at_import_is_there_for_all() -> None:
    found = invoked("open('/tmp/a')  # read", "open('/tmp/a', 'w')  # made")
    assert found.lifetime().read_by == ()


def _routes(write: str, read: str) -> Analysed:
    return analysed(f"""
from flask import Flask, request
import serverless_wsgi
app = Flask(__name__)

@app.route("/save", methods=["POST"])
def save():
    {write}  # made
    return ""

@app.route("/load")
def load():
    {read}  # read
    return ""

def handler(event, context):
    return serverless_wsgi.handle_request(app, event, context)
""")


ROUTES = [
    ("open('/tmp/a', 'w').write(request.form['x'])", "open('/tmp/a').read()", True),
    ("open(f'/tmp/{request.form[\"id\"]}.csv', 'w')", "open(f'/tmp/{request.args[\"id\"]}.csv')", True),
    ("open('/tmp/a', 'w')", "open('/tmp/b')", False),
    ("open(f'/tmp/{request.form[\"id\"]}.csv', 'w')", "open(f'/tmp/{request.args[\"id\"]}.txt')", False),
]


@pytest.mark.parametrize(("write", "read", "shared"), ROUTES)
def test_another_route_relies_on_what_one_has_made(write: str, read: str, shared: bool) -> None:
    found = _routes(write, read)
    assert [step.span.line for step in found.lifetime().read_by] == ([found.line("read")] if shared else [])


def test_a_route_that_makes_it_where_it_is_missing_relies_on_nobody() -> None:
    remake = "if not os.path.exists('/tmp/a'):\n        open('/tmp/a', 'w')\n    open('/tmp/a').read()"
    assert _routes("open('/tmp/a', 'w')", remake).lifetime().read_by == ()
