"""Which temporary objects and extractions have a fix, how safe it is, and what it makes of unusual code."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from literate.fixes import ALL, SAFE, fix_project
from literate.project import report_of, settings_for, write_project

if TYPE_CHECKING:
    from pathlib import Path

HEAD = """\
import os
import shutil
import tempfile
import zipfile
from pathlib import Path

import third_party

"""


def found(root: Path, body: str, *, head: str = HEAD) -> list[str | None]:
    """Return how safe the fixes of what LMB303 and LMB105 find in a handler are; None for each without."""
    lines = "".join(f"    {line}\n" if line else "\n" for line in body.split("\n"))
    write_project(root, {"app.py": f"{head}\ndef handler(event, context):\n{lines}".encode()})
    findings = report_of(root, settings_for(("LMB1", "LMB3"))).findings
    return [one.fix.safety.value if one.fix else None for one in findings if one.code in {"LMB303", "LMB105"}]


def fixed(root: Path, body: str, *, safe: bool = False) -> str:
    """Return what the fixes make of the body of a handler; there must be some, and nothing left."""
    assert None not in found(root, body)
    settings = settings_for(("LMB1", "LMB3"))
    assert fix_project(root, settings, SAFE if safe else ALL).files
    assert report_of(root, settings).findings == ()
    after = (root / "app.py").read_text().partition("def handler(event, context):\n")[2]
    return "\n".join(line.removeprefix("    ") for line in after.rstrip("\n").split("\n"))


@pytest.mark.parametrize(
    "body",
    [
        "folder = tempfile.mkdtemp()\nopen(folder + '/a', 'w').close()",
        "folder = tempfile.mkdtemp()\nnames = os.listdir(folder)\nreturn names",
        "folder: str = tempfile.mkdtemp()\nreturn len(os.listdir(folder))",
        "if event:\n    folder = tempfile.mkdtemp()\n    os.listdir(folder)",
        "folder = tempfile.mkdtemp()\ndef inner():\n    return os.listdir(folder)\nprint(inner())",
        "folder = tempfile.mkdtemp()\nif event:\n    shutil.rmtree(folder)\n    return 1\nprint(os.listdir(folder))",
        "fd, path = tempfile.mkstemp()\nos.write(fd, b'a')\nos.close(fd)\nprint(os.path.getsize(path))",
        "with tempfile.NamedTemporaryFile(delete=False) as out:\n    out.write(b'a')",
    ],
)
def test_safe(body: str, tmp_path: Path) -> None:
    assert found(tmp_path, body) == ["safe"]


@pytest.mark.parametrize(
    "body",
    [
        "folder = tempfile.mkdtemp()\nthird_party.run(folder)",
        "folder = tempfile.mkdtemp()\nreader = third_party.Reader(folder)\nprint(reader.count())",
        "folder = tempfile.mkdtemp()\nprint(folder)\nif event['x']:\n    shutil.rmtree(folder)",
        "_, path = tempfile.mkstemp()\nprint(os.path.getsize(path))",
        "out = tempfile.NamedTemporaryFile(delete=False)\nos.path.getsize(out.name)\nout.close()",
        "with zipfile.ZipFile('/tmp/a.zip') as archive:\n    archive.extractall()",
    ],
)
def test_unsafe(body: str, tmp_path: Path) -> None:
    assert found(tmp_path, body) == ["unsafe"]


@pytest.mark.parametrize(
    "body",
    [
        "return tempfile.mkdtemp()",
        "tempfile.mkdtemp()",
        "folder = tempfile.mkdtemp()",
        "folder = tempfile.mkdtemp()\nreturn folder",
        "folder = tempfile.mkdtemp()\nreturn {'path': os.path.join(folder, 'a')}",
        "folder = tempfile.mkdtemp()\nreturn third_party.FileResponse(folder)",
        "folder = tempfile.mkdtemp()\nevent['folder'] = folder",
        "folder = tempfile.mkdtemp()\nos.environ['HOME'] = folder",
        "folder = tempfile.mkdtemp()\nos.chdir(folder)",
        "folder = tempfile.mkdtemp()\nreturn lambda: os.listdir(folder)",
        "folder = tempfile.mkdtemp()\nglobal last\nlast = os.path.join(folder, 'a')",
        "folder = tempfile.mkdtemp(); print(os.listdir(folder))",
        "folder = tempfile.mkdtemp()\nprint(folder); print(os.listdir(folder))",
        "if event: folder = tempfile.mkdtemp()\nprint(folder)",
        "if event:\n    folder = tempfile.mkdtemp()\nprint(folder)",
        "third_party.run(f'--dir={tempfile.mkdtemp()}')",
        "folder = third_party.wrap(tempfile.mkdtemp())\nprint(folder)",
        "folder = tempfile.mkdtemp()\ntry:\n    print(folder)\nexcept OSError:\n    shutil.rmtree(folder)",
        "fd, path = tempfile.mkstemp()\nif event['x']:\n    shutil.move(path, '/tmp/kept')\nprint(path)",
        "folder = tempfile.mkdtemp()\nthird_party.LOG.add_handler(f'{folder}/log')",
        "folder = tempfile.mkdtemp()\noptions = third_party.options()\noptions.add(folder, 1)\nreturn options",
        "folder = tempfile.mkdtemp()\noptions = third_party.options()\noptions.set(folder)\nreturn options",
        "fd, path = tempfile.mkstemp()\nos.close(fd)\nif event:\n    os.remove(path)\nprint(path)",
        "with tempfile.NamedTemporaryFile(delete=False) as out:\n    out.write(b'a')\nreturn out.name",
        "with tempfile.NamedTemporaryFile(delete=third_party.KEEP is None and False) as out:\n    out.write(b'a')",
    ],
)
def test_no_fix(body: str, tmp_path: Path) -> None:
    assert found(tmp_path, body) == [None]


@pytest.mark.parametrize(
    "body",
    [
        "with zipfile.ZipFile('/tmp/a.zip') as archive:\n    archive.extractall()\nos.system('ls')",
        "with zipfile.ZipFile('/tmp/a.zip') as archive:\n    archive.extractall()\nthird_party.load()",
        "with zipfile.ZipFile('/tmp/a.zip') as archive:\n    archive.extractall()\nreturn os.listdir()",
        "with zipfile.ZipFile('/tmp/a.zip') as archive:\n    return archive.extract('a.txt')",
        "archive = zipfile.ZipFile('/tmp/a.zip')\narchive.extractall()\nnames = archive.namelist()\nreturn names",
        "z = zipfile.ZipFile('/tmp/a.zip')\nz.extractall()\nfor name in z.namelist():\n    third_party.load(name)",
    ],
)
def test_no_fix_of_an_extraction(body: str, tmp_path: Path) -> None:
    assert found(tmp_path, body) == [None]


def test_what_other_functions_read_is_not_taken_away(tmp_path: Path) -> None:
    head = f"{HEAD}\ndef load():\n    with open('a.txt') as text:\n        return text.read()\n\n"
    body = "with zipfile.ZipFile('/tmp/a.zip') as archive:\n    archive.extractall()\nreturn load()"
    assert found(tmp_path, body, head=head) == [None]


def test_a_function_that_unpacks_for_its_callers(tmp_path: Path) -> None:
    head = f"{HEAD}\ndef unpack():\n    zipfile.ZipFile('/tmp/a.zip').extractall()\n\n"
    assert found(tmp_path, "unpack()", head=head) == [None]


def test_no_fix_in_coroutines_and_generators(tmp_path: Path) -> None:
    head = (
        f"{HEAD}\nasync def one():\n    folder = tempfile.mkdtemp()\n    print(os.listdir(folder))\n\n\n"
        "def two():\n    folder = tempfile.mkdtemp()\n    yield os.listdir(folder)\n\n"
    )
    assert set(found(tmp_path, "import asyncio\nasyncio.run(one())\nreturn list(two())", head=head)) == {None}


def test_an_object_that_may_keep_the_path(tmp_path: Path) -> None:
    body = (
        "options = third_party.options()\nfolder = tempfile.mkdtemp()\noptions.folder(folder)\n"
        "browser = third_party.start(options)\nprint('started')\nbrowser.stop()\nprint('done')"
    )
    assert fixed(tmp_path, body) == (
        "options = third_party.options()\nwith tempfile.TemporaryDirectory() as folder:\n"
        "    options.folder(folder)\n    browser = third_party.start(options)\n    print('started')\n"
        "    browser.stop()\nprint('done')"
    )


def test_the_name_of_a_file_is_used_again(tmp_path: Path) -> None:
    body = (
        "folder = tempfile.mkdtemp()\n"
        "with open(os.path.join(folder, 'a'), 'w') as out:\n    out.write('a')\n"
        "with open('/tmp/b', 'w') as out:\n    out.write('b')"
    )
    assert fixed(tmp_path, body, safe=True) == (
        "with tempfile.TemporaryDirectory() as folder:\n"
        "    with open(os.path.join(folder, 'a'), 'w') as out:\n        out.write('a')\n"
        "with open('/tmp/b', 'w') as out:\n    out.write('b')"
    )


def test_a_removal_with_its_condition_moves_as_it_is(tmp_path: Path) -> None:
    body = (
        "fd, path = tempfile.mkstemp()\nos.close(fd)\nif event:\n    return 1\n"
        "print(path)\nif os.path.exists(path):\n    os.remove(path)"
    )
    assert fixed(tmp_path, body, safe=True) == (
        "fd, path = tempfile.mkstemp()\ntry:\n    os.close(fd)\n    if event:\n        return 1\n"
        "    print(path)\nfinally:\n    if os.path.exists(path):\n        os.remove(path)"
    )


def test_a_removal_in_one_of_two_branches(tmp_path: Path) -> None:
    body = (
        "fd, path = tempfile.mkstemp()\nos.close(fd)\nif event['x']:\n    print(path)\n    os.remove(path)\n"
        "else:\n    print('nothing')"
    )
    assert fixed(tmp_path, body) == (
        "fd, path = tempfile.mkstemp()\ntry:\n    os.close(fd)\n    if event['x']:\n        print(path)\n"
        "    else:\n        print('nothing')\nfinally:\n    os.remove(path)"
    )


def test_a_directory_that_is_told_to_stay(tmp_path: Path) -> None:
    body = "with tempfile.TemporaryDirectory(delete=False) as folder:\n    print(os.listdir(folder))"
    assert fixed(tmp_path, body, safe=True) == (
        "with tempfile.TemporaryDirectory() as folder:\n    print(os.listdir(folder))"
    )


def test_a_file_that_is_closed_within_its_with(tmp_path: Path) -> None:
    body = (
        "with tempfile.NamedTemporaryFile(delete=False) as out:\n    out.write(b'a')\n    out.close()\n"
        "    print(os.path.getsize(out.name))"
    )
    assert fixed(tmp_path, body, safe=True) == (
        "with tempfile.NamedTemporaryFile(delete=False) as out:\n    try:\n        out.write(b'a')\n"
        "        out.close()\n        print(os.path.getsize(out.name))\n    finally:\n        os.remove(out.name)"
    )
