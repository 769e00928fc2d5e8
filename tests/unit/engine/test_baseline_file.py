from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace

from engine.known_project import APP, Project, finding, report
from lambdalint.engine import baseline
from lambdalint.engine.baseline import Baseline, BaselineError, Entry
from lambdalint.model import BASELINE_NAME

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def project(tmp_path: Path) -> Project:
    made = Project(tmp_path)
    made.write("app.py", APP)
    return made


def test_the_file_has_one_entry_a_line_in_order(project: Project) -> None:
    found = (finding(5, "lib.py"), finding(6), finding(4), finding(4, code="LMB101"))
    made = baseline.create(report(*found, app=APP, lib=APP), base=project.root, folder=project.root)
    text = baseline.encode(made).decode()
    lines = text.split("\n")
    assert lines[:3] == ["{", '  "version": 1,', '  "findings": [']
    assert lines[-3:] == ["  ]", "}", ""]
    rows = [json.loads(line.rstrip(",")) for line in lines[3:-3]]
    assert [(row["path"], row["code"], row["text"]) for row in rows] == [
        ("app.py", "LMB101", 'open("a.csv", "w")'),
        ("app.py", "LMB102", 'open("a.csv", "w")'),
        ("app.py", "LMB102", 'open("a.csv", "w")'),
        ("lib.py", "LMB102", 'open("b.csv", "w")'),
    ]
    assert rows[1] == rows[2]
    assert [list(row) for row in rows] == [["code", "path", "text", "statement"]] * 4


def test_an_empty_baseline(project: Project) -> None:
    file = project.root / "empty.json"
    file.write_bytes(baseline.encode(Baseline(project.root)))
    assert json.loads(file.read_text()) == {"version": 1, "findings": []}
    assert baseline.read(file) == Baseline(project.root)


def test_what_is_written_is_read_again(project: Project) -> None:
    texts = ("plain", "é 東京", 'quote " and \\', "new\nline\r\t\0", "\u202eright\u2028left", "\U000e0041tag", "\udcff")
    entries = tuple(Entry("LMB102", text + ".py", text, f"{number:032x}") for number, text in enumerate(texts))
    file = project.root / "x.json"
    content = baseline.encode(Baseline(project.root, entries))
    file.write_bytes(content)
    again = baseline.read(file)
    assert {replace(entry, line=0) for entry in again.entries} == set(entries)
    assert [entry.line for entry in again.entries] == list(range(4, 4 + len(texts)))
    text = content.decode()
    assert "é 東京" in text
    assert all(one.isprintable() for one in text.replace("\n", ""))
    assert text.count("\n") == 5 + len(texts)


def test_a_long_line_is_shortened(project: Project) -> None:
    long = "open('" + "x" * 5000 + "')"
    project.write("app.py", long)
    (entry,) = project.create().entries
    assert entry.text == long[:117] + "..."
    project.write("app.py", long.replace("')", "y')"))
    assert project.split(project.create()).new == ()


@pytest.mark.parametrize(
    "layout",
    [
        lambda value: json.dumps(value, indent=2),
        lambda value: json.dumps(value, indent="\t").replace("\n", "\r\n"),
        lambda value: "\ufeff" + json.dumps(value, indent=4),
    ],
)
def test_another_layout_is_read_and_its_lines_are_right(project: Project, layout: object) -> None:
    known = project.create()
    file = project.root / BASELINE_NAME
    assert callable(layout)
    text = str(layout(json.loads(file.read_text())))
    file.write_bytes(text.encode())
    again = baseline.read(file)
    assert [replace(entry, line=0) for entry in again.entries] == [replace(entry, line=0) for entry in known.entries]
    assert [text.split("\n")[entry.line - 1].strip() for entry in again.entries] == ["{"] * 3


def test_all_on_one_line(project: Project) -> None:
    project.create()
    file = project.root / BASELINE_NAME
    file.write_text(json.dumps(json.loads(file.read_text())))
    assert [entry.line for entry in baseline.read(file).entries] == [1, 1, 1]


ROW = '{"code": "LMB102", "path": "a.py", "text": "t", "statement": "' + "0" * 32 + '"}'


def listing(*rows: str) -> str:
    return '{\n  "version": 1,\n  "findings": [\n    ' + ",\n    ".join(rows) + "\n  ]\n}\n"


NEW = "'lambdalint baseline create --force' makes a new one"


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("", f"1: not JSON: expecting value; {NEW}"),
        (listing(ROW, ROW).replace("},", "}"), f"5: not JSON: expecting ',' delimiter; {NEW}"),
        (listing(ROW)[:-20], f"4: not JSON: unterminated string starting at; {NEW}"),
        ("[" * 100_000, f"1: not a baseline; {NEW}"),
        ("9" * 10_000, f"1: not a baseline; {NEW}"),
        ("[]", f"1: not a baseline of lambdalint: it has no 'version'; {NEW}"),
        ("null", f"1: not a baseline of lambdalint: it has no 'version'; {NEW}"),
        ('{"findings": []}', f"1: not a baseline of lambdalint: it has no 'version'; {NEW}"),
        (
            '{"version": 2, "rows": 7}',
            f"1: version 2 is not understood; expected 1; with this lambdalint, {NEW}",
        ),
        ('{"version": true}', f"1: version true is not understood; expected 1; with this lambdalint, {NEW}"),
        ('{"version": "1"}', f'1: version "1" is not understood; expected 1; with this lambdalint, {NEW}'),
        ('{"version": 1}', f"1: 'findings' is not a list; {NEW}"),
        ('{"version": 1, "findings": {}}', f"1: 'findings' is not a list; {NEW}"),
        ('{"version": 1, "findings": [], "x": 1}', "1: unknown key 'x'; expected 'version' and 'findings'"),
        (listing(ROW, "7"), f"1: an entry is not an object; {NEW}"),
        (listing(ROW, ROW.replace('"a.py"', "7")), f"5: 'path' of an entry is not a string; {NEW}"),
        (listing(ROW, ROW.replace('"code": "LMB102", ', "")), f"5: an entry has no 'code'; {NEW}"),
        (
            listing(ROW, ROW.replace('"code"', '"line": "3", "code"')),
            "5: unknown key 'line'; expected 'code', 'path', 'text', 'statement'",
        ),
        (listing(ROW, ROW.replace("00", "xx")), f"5: 'statement' is not a hash of 32 hexadecimal digits; {NEW}"),
        (b"{\n\xff}", f"2: not valid UTF-8; {NEW}"),
        (
            listing(f"\n<<<<<<< HEAD\n{ROW}\n=======\n{ROW}\n>>>>>>> branch\n"),
            "5: a merge conflict; keep the entries of both sides",
        ),
    ],
)
def test_a_broken_file_is_an_error_of_one_line(tmp_path: Path, content: str | bytes, expected: str) -> None:
    file = tmp_path / "x.json"
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    before = file.read_bytes()
    with pytest.raises(BaselineError) as caught:
        baseline.read(file)
    assert str(caught.value) == f"{file}:{expected}"
    assert file.read_bytes() == before


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(BaselineError) as caught:
        baseline.read(tmp_path / "x.json")
    assert str(caught.value) == f"{tmp_path}/x.json: no such file; 'lambdalint baseline create' makes it"


def test_what_is_no_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "file").touch()
    for path, expected in (
        (tmp_path, "not a file"),
        (tmp_path / "pipe", "not a file"),
        (tmp_path / "file/x", "cannot be read: Not a directory"),
        (tmp_path / "a\0b", "cannot be read: "),
    ):
        with pytest.raises(BaselineError) as caught:
            baseline.read(path)
        assert str(caught.value).startswith(f"{path}: {expected}")


def test_a_file_that_is_too_large(tmp_path: Path) -> None:
    with (tmp_path / "x.json").open("wb") as file:
        file.truncate(60_000_000)
    with pytest.raises(BaselineError, match="larger than 50 MB"):
        baseline.read(tmp_path / "x.json")


FORBIDDEN = """
import os, sys
from pathlib import Path
from lambdalint.engine import baseline
os.chdir(sys.argv[1])
if os.geteuid() == 0:
    os.setgroups([])
    os.setgid(65534)
    os.setuid(65534)
try:
    baseline.read(Path("x.json"))
except baseline.BaselineError as error:
    print(error)
"""


def test_a_file_that_may_not_be_read(tmp_path: Path) -> None:
    (tmp_path / "x.json").write_text(listing(ROW))
    (tmp_path / "x.json").chmod(0)
    tmp_path.chmod(0o755)
    done = subprocess.run([sys.executable, "-c", FORBIDDEN, str(tmp_path)], check=True, capture_output=True, text=True)
    assert done.stdout == "x.json: cannot be read: Permission denied\n"


def test_hostile_entries_are_only_names(tmp_path: Path) -> None:
    rows = [
        ROW.replace("a.py", path) for path in ("../" * 50 + "etc/passwd", "/etc/passwd", "a\\u0000b", "", "\\udcff")
    ]
    file = tmp_path / "x.json"
    file.write_text(listing(*rows))
    split = baseline.read(file).split([], {}, base=tmp_path, covers=lambda path, code: False)
    assert {entry.path for entry in split.stale} == {"a\0b", "\udcff"}
