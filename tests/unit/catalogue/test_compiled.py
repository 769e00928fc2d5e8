from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

import lambdalint
from lambdalint.catalogue import build, load, source_files
from lambdalint.catalogue.compiled import SHIPPED, Compiled, decode, encode
from lambdalint.catalogue.loader import parse_file, parse_files

ROW = """
[[effect]]
call = "fakelib.save"
path = "file@0"
kind = "write"
example = "save('/opt/x')"
counter = "load('/opt/x')"
source = "https://example.org"
"""
ROWS = Compiled((("libraries/fakelib.toml", parse_file("libraries/fakelib.toml", ROW)),), "0" * 32)

LOADING = """
import json, sys
from lambdalint.catalogue import CatalogueError, load
try:
    calls = sorted(call for call in load().effects if call.startswith("fakelib."))
except CatalogueError as error:
    calls = [str(error)]
print(json.dumps([calls, "tomli" in sys.modules]))
"""


class Loaded(NamedTuple):
    """The calls of ``fakelib`` that a fresh process loads, or its error; and whether it read TOML for that."""

    calls: list[str]
    parsed: bool


class Package:
    """A copy of the package, as in a checkout, with a small catalogue."""

    def __init__(self, folder: Path) -> None:
        self.root = folder / "lambdalint"
        ignored = shutil.ignore_patterns("__pycache__", "data", SHIPPED)
        shutil.copytree(Path(lambdalint.__file__).parent, self.root, ignore=ignored)
        self.catalogue = self.root / "catalogue"
        self.rows = self.catalogue / "data/libraries/fakelib.toml"
        self.rows.parent.mkdir(parents=True)
        self.rows.write_text(ROW)

    def load(self) -> Loaded:
        inherited = {name: value for name, value in os.environ.items() if name != "PYTHONPYCACHEPREFIX"}
        done = subprocess.run(
            [sys.executable, "-c", LOADING],
            cwd=self.root.parent,
            env={**inherited, "PYTHONPATH": str(self.root.parent)},
            capture_output=True,
            check=True,
        )
        return Loaded(*json.loads(done.stdout))

    def kept(self) -> Path:
        return next((self.catalogue / "__pycache__").glob("*.msgpack"))


@pytest.fixture
def package(tmp_path: Path) -> Package:
    return Package(tmp_path)


def test_the_compiled_form_holds_what_the_toml_files_say() -> None:
    parsed = parse_files(source_files.read())
    assert decode(encode(parsed)) == parsed
    assert load() == build(parsed.files, parsed.digest)


@pytest.mark.parametrize(
    "broken",
    [
        b"",
        b"\n",
        b"\xff\xfe\n",
        encode(ROWS)[:-1],
        encode(ROWS) + b"\0",
        encode(ROWS).replace(b"fakelib.save", b"fakelib.sale"),
        encode(ROWS).replace(b" ", b"  ", 1),
        encode(ROWS).partition(b"\n")[2],
        encode(ROWS, "something-else"),
    ],
)
def test_a_form_that_is_broken_or_for_something_else_is_none(broken: bytes) -> None:
    assert decode(encode(ROWS)) == ROWS
    assert decode(broken) is None


def test_a_checkout_parses_its_rows_once(package: Package) -> None:
    assert package.load() == (["fakelib.save"], True)
    assert package.load() == (["fakelib.save"], False)


def test_a_row_that_changes_within_the_same_size_and_time_is_seen(package: Package) -> None:
    package.load()
    before = package.rows.stat()
    package.rows.write_text(ROW.replace("fakelib.save", "fakelib.keep"))
    os.utime(package.rows, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert package.rows.stat().st_size == before.st_size
    assert package.load() == (["fakelib.keep"], True)
    assert package.load() == (["fakelib.keep"], False)


def test_a_file_that_is_added_renamed_or_removed_is_seen(package: Package) -> None:
    package.load()
    added = package.rows.with_name("other.toml")
    added.write_text(ROW.replace("fakelib.save", "fakelib.other"))
    assert package.load() == (["fakelib.other", "fakelib.save"], True)
    added.rename(package.rows.with_name("another.toml"))
    assert package.load().parsed
    package.rows.with_name("another.toml").unlink()
    assert package.load() == (["fakelib.save"], True)


def test_rows_are_checked_anew_where_the_code_that_checks_them_changes(package: Package) -> None:
    package.load()
    with (package.catalogue / "loader.py").open("a") as code:
        code.write("# another check\n")
    assert package.load() == (["fakelib.save"], True)


def test_a_wrong_row_is_named_at_each_start(package: Package) -> None:
    package.load()
    package.rows.write_text(ROW.replace("write", "wrote"))
    for _ in range(2):
        (message,) = package.load().calls
        assert message.startswith("libraries/fakelib.toml: Invalid enum value 'wrote'")


def test_a_kept_form_that_is_broken_is_made_anew(package: Package) -> None:
    package.load()
    intact = package.kept().read_bytes()
    package.kept().write_bytes(intact[:-10])
    assert package.load() == (["fakelib.save"], True)
    assert package.kept().read_bytes() == intact


def test_a_folder_that_takes_no_files_is_no_error(package: Package) -> None:
    (package.catalogue / "__pycache__").write_text("")
    for _ in range(2):
        assert package.load() == (["fakelib.save"], True)


def test_an_installed_form_is_used_without_the_toml_files(package: Package) -> None:
    (package.catalogue / SHIPPED).write_bytes(encode(ROWS))
    package.rows.unlink()
    assert package.load() == (["fakelib.save"], False)


@pytest.mark.parametrize("content", [encode(ROWS)[:-1], encode(ROWS, "version-0.0.0"), b""])
def test_an_installed_form_that_is_broken_or_of_another_version_is_left_alone(package: Package, content: bytes) -> None:
    package.rows.write_text(ROW.replace("fakelib.save", "fakelib.keep"))
    (package.catalogue / SHIPPED).write_bytes(content)
    assert package.load() == (["fakelib.keep"], True)
