"""Which paths are moved below the temporary folder, how safely, and which are not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from literate.project import report_of, settings_for, write_project
from msgspec.structs import replace

from lambdalint.engine.edits import apply_edits
from lambdalint.engine.fixes import choose
from lambdalint.model import Safety

if TYPE_CHECKING:
    from pathlib import Path

    from lambdalint.model import Settings

READ_ONLY = settings_for(("LMB102", "LMB103", "LMB104", "LMB999"))


def _safeties(root: Path, files: dict[str, str], settings: Settings = READ_ONLY) -> list[str | None]:
    """Return the safety of the fix of each finding, None where there is none."""
    write_project(root, {name: text.encode() for name, text in files.items()})
    findings = report_of(root, settings).findings
    assert findings
    assert all(finding.code != "LMB999" for finding in findings)
    return [finding.fix.safety.value if finding.fix else None for finding in findings]


def _handler(*body: str, above: str = "") -> dict[str, str]:
    lines = "".join(f"    {line}\n" for line in body)
    return {"app.py": f"{above}\n\ndef handler(event, context):\n{lines}"}


WRITE = ('with open("a.csv", "w") as out:', '    out.write("id")')
READ = ('with open("a.csv") as source:', "    return source.read()")


def test_a_file_of_ones_own(tmp_path: Path) -> None:
    assert _safeties(tmp_path, _handler(*WRITE, *READ)) == ["safe"]


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(('open(f"a-{event[\'name\']}.csv", "w")',), id="the request chooses the name"),
        pytest.param(('open(f"{uuid.uuid4()}.csv", "w")',), id="a new name each time"),
        pytest.param(('open("a.csv", "a")',), id="appended to"),
        pytest.param(('sqlite3.connect("a.db")',), id="a database"),
        pytest.param(('open("data/a.csv", "w")',), id="a folder that nothing creates"),
        pytest.param(('os.mkdir("out")',), id="a folder that is there the next time"),
        pytest.param(('open("a.csv", "x")',), id="a file that is there the next time"),
        pytest.param(('open("a.csv", "w").write(event["body"])',), id="content of the request that is not kept"),
        pytest.param(('before = open("a.csv").read()', *WRITE), id="read before it is written"),
        pytest.param(('path = "a.csv"', 'open(path, "w")', "return path"), id="the path is returned"),
        pytest.param(('os.chmod(".", 0o777)',), id="the folder of the code itself"),
        pytest.param(('open("../a.csv", "w")',), id="above the working directory"),
        pytest.param((*WRITE, 'subprocess.run("wc a.csv", shell=True)'), id="a command names it"),
        pytest.param((*WRITE, 'os.chdir("/tmp")', *READ), id="the working directory changes"),
        pytest.param(('open(os.path.expanduser("~/.netrc"), "w")',), id="other programs read it"),
        pytest.param(('shutil.copy("/tmp/a.csv", "a.csv")',), id="a copy onto itself"),
        pytest.param(('shutil.copytree("/opt/data", "data")',), id="a copy that is there the next time"),
        pytest.param(('open("a.csv" if event else "b.csv", "w")',), id="a choice"),
        pytest.param(("tempfile = 1", *WRITE, *READ), id="the name of the module is taken"),
    ],
)
def test_what_is_not_moved(body: tuple[str, ...], tmp_path: Path) -> None:
    imports = "import os\nimport shutil\nimport sqlite3\nimport subprocess\nimport uuid\n"
    assert set(_safeties(tmp_path, _handler(*body, above=imports))) == {None}


def test_a_shipped_file_is_not_moved(tmp_path: Path) -> None:
    assert _safeties(tmp_path, {**_handler(*WRITE, *READ), "a.csv": "id"}) == [None]


def test_a_file_that_another_route_reads_is_not_moved(tmp_path: Path) -> None:
    text = """
from flask import Flask, send_file

app = Flask(__name__)


@app.route("/make")
def make():
    with open("a.csv", "w") as out:
        out.write("id")
    return "ok"


@app.route("/get")
def get():
    return send_file("a.csv")
"""
    template = """
Transform: AWS::Serverless-2016-10-31
Resources:
  Web:
    Type: AWS::Serverless::Function
    Properties: {Runtime: python3.12, Handler: app.app, CodeUri: .}
"""
    assert set(_safeties(tmp_path, {"app.py": text, "template.yaml": template})) == {None}


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(('path = "a.csv"', 'open(path, "w")', "convert(path)"), id="given to unknown code"),
        pytest.param(
            ('path = "a.csv"', 'open(path, "w")', 'subprocess.run(["sort", path], check=True)'), id="given to a command"
        ),
        pytest.param((*WRITE, *READ, 'NAMES = ["a.csv"]'), id="the same text elsewhere"),
        pytest.param(('for name in ["a.csv"]:', '    open(name, "w")'), id="from a list"),
    ],
)
def test_what_is_moved_on_request(body: tuple[str, ...], tmp_path: Path) -> None:
    files = _handler(*body, above="import subprocess\nfrom converter import convert\n")
    assert set(_safeties(tmp_path, files)) == {"unsafe"}


def test_findings_of_one_file_have_one_fix(tmp_path: Path) -> None:
    files = _handler('path = "a.csv"', 'open(path, "w")', "os.chmod(path, 0o600)", above="import os\n")
    write_project(tmp_path, {name: text.encode() for name, text in files.items()})
    first, second = report_of(tmp_path, READ_ONLY).findings
    assert first.fix is not None
    assert first.fix == second.fix


def test_files_that_share_a_definition_are_changed_together(tmp_path: Path) -> None:
    files = {
        "names.py": 'OUT = "a.csv"\n',
        "app.py": (
            "import names\n\n\ndef handler(event, context):\n"
            '    with open(names.OUT, "w") as out:\n        out.write("id")\n    return open(names.OUT).read()\n'
        ),
    }
    write_project(tmp_path, {name: text.encode() for name, text in files.items()})
    (finding,) = report_of(tmp_path, READ_ONLY).findings
    assert finding.span.path == "app.py"
    assert finding.fix is not None
    assert {edit.span.path for edit in finding.fix.edits} == {"names.py"}


def test_the_folder_as_a_literal(tmp_path: Path) -> None:
    files = _handler(*WRITE, *READ)
    settings = replace(READ_ONLY, tmp_expression="literal")
    assert _safeties(tmp_path, files, settings) == ["safe"]
    findings = report_of(tmp_path, settings).findings
    (change,) = choose(findings, frozenset({Safety.SAFE})).changes
    after = apply_edits("app.py", files["app.py"].encode(), list(change.edits)).decode()
    assert after == files["app.py"].replace('"a.csv"', '"/tmp/a.csv"')


def test_a_test_for_the_file_moves_with_it(tmp_path: Path) -> None:
    body = (
        'if not os.path.exists(os.path.join(HERE, "a.csv")):',
        '    open(os.path.join(HERE, "a.csv"), "w").write("id")',
        'return open(os.path.join(HERE, "a.csv")).read()',
    )
    files = _handler(*body, above="import os\n\nHERE = os.path.dirname(__file__)\n")
    assert _safeties(tmp_path, files) == ["safe"]
    (change,) = choose(report_of(tmp_path, READ_ONLY).findings, frozenset({Safety.SAFE})).changes
    after = apply_edits("app.py", files["app.py"].encode(), list(change.edits)).decode()
    assert after.count("os.path.join(tempfile.gettempdir(), ") == 3
