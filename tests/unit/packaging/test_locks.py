from __future__ import annotations

import json
from pathlib import Path
from textwrap import dedent

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambdalint.model import Manifest, Tree
from lambdalint.packaging.manifests import Locked, ManifestContents, read_manifest

PROJECT = '[project]\nname = "app"\ndependencies = ["boto3[crt]", "redis"]\n'


def _read(files: dict[str, str], path: str = "pyproject.toml", *groups: str) -> ManifestContents:
    overlay = {name: dedent(content).encode() for name, content in files.items()}
    return read_manifest(Tree(Path("nowhere"), tuple(files), overlay), Manifest(path, groups=groups))


UV = """\
    version = 1
    revision = 3
    requires-python = ">=3.10"

    [[package]]
    name = "app"
    version = "0.1.0"
    source = { virtual = "." }
    dependencies = [{ name = "boto3", extra = ["crt"] }, { name = "redis" }]

    [[package]]
    name = "boto3"
    version = "1.34.0"
    source = { registry = "https://pypi.org/simple" }
    dependencies = [{ name = "botocore" }, { name = "colorama", marker = "sys_platform == 'win32'" }]

    [package.optional-dependencies]
    crt = [{ name = "botocore", extra = ["crt"] }]
    other = [{ name = "colorama" }]

    [[package]]
    name = "botocore"
    version = "1.34.1"
    source = { registry = "https://pypi.org/simple" }

    [package.optional-dependencies]
    crt = [{ name = "awscrt" }]

    [[package]]
    name = "awscrt"
    version = "0.19.0"

    [[package]]
    name = "colorama"
    version = "0.4.6"

    [[package]]
    name = "redis"
    version = "5.0"
    dependencies = [{ name = "async-timeout", marker = "python_full_version < '3.11.3'" }]

    [[package]]
    name = "async-timeout"
    version = "4.0"
    resolution-markers = ["python_version < '3.11'"]

    [[package]]
    name = "async-timeout"
    version = "5.0"
    resolution-markers = ["python_version == '3.11'", "python_version > '3.11'"]
    """


def test_a_lock_of_uv() -> None:
    contents = _read({"pyproject.toml": PROJECT, "uv.lock": UV})
    assert contents.locked == (
        Locked("boto3", "1.34.0", ("botocore",)),
        Locked("botocore", "1.34.1", ("awscrt",)),
        Locked("awscrt", "0.19.0"),
        Locked("colorama", "0.4.6"),
        Locked("redis", "5.0", ("async-timeout",), conditions=(("async-timeout", "python_full_version < '3.11.3'"),)),
        Locked("async-timeout", "4.0", marker="python_version < '3.11'"),
        Locked("async-timeout", "5.0", marker="(python_version == '3.11') or (python_version > '3.11')"),
    )
    assert (contents.problems, contents.whole) == ((), False)


def test_what_is_brought_along_depends_on_python() -> None:
    redis = _read({"pyproject.toml": PROJECT, "uv.lock": UV}).locked[4]
    assert [redis.brought(python) for python in ("3.10", "3.12", None)] == [("async-timeout",), (), ("async-timeout",)]


def test_extras_that_nobody_asks_for_bring_nothing() -> None:
    locked = _read({"pyproject.toml": PROJECT.replace("[crt]", ""), "uv.lock": UV}).locked
    assert [one.brings for one in locked[:2]] == [("botocore",), ()]


def test_a_workspace_of_uv_has_its_lock_above() -> None:
    lock = UV.replace('virtual = "."', 'editable = "services/app"')
    files = {"services/app/pyproject.toml": PROJECT, "uv.lock": lock}
    assert [one.name for one in _read(files, "services/app/pyproject.toml").locked[:2]] == ["boto3", "botocore"]
    other = {"services/other/pyproject.toml": PROJECT, "uv.lock": lock}
    assert _read(other, "services/other/pyproject.toml").locked == ()


POETRY = """\
    [[package]]
    name = "Boto3"
    version = "1.34.0"
    optional = false
    markers = {main = "python_version > '3.8'", dev = "os_name == 'nt'"}

    [package.dependencies]
    botocore = ">=1.34,<2"
    colorama = {version = "*", markers = "sys_platform == \\"win32\\""}
    "x.y" = [
        {version = "1", markers = "python_version < \\"3.9\\""},
        {version = "2", markers = "python_version >= \\"3.9\\""},
    ]

    [package.extras]
    crt = ["botocore[crt] (>=1.21.0,<2.0a0)"]

    [[package]]
    name = "botocore"
    version = "1.34.1"

    [package.dependencies]
    awscrt = {version = "0.19", optional = true, markers = "python_version < \\"3.13\\" and extra == \\"crt\\""}

    [package.extras]
    crt = ["awscrt (==0.19)"]

    [[package]]
    name = "awscrt"
    version = "0.19"

    [[package]]
    name = "colorama"
    version = "0.4.6"

    [[package]]
    name = "x-y"
    version = "1"

    [metadata]
    lock-version = "2.1"
    """


def test_a_lock_of_poetry() -> None:
    boto3, botocore, *rest = _read({"pyproject.toml": PROJECT, "poetry.lock": POETRY}).locked
    assert (boto3.name, boto3.version, boto3.brings) == ("boto3", "1.34.0", ("botocore", "x-y"))
    assert boto3.marker == "python_version > '3.8'"
    assert boto3.conditions == (("x-y", 'python_version < "3.9"'), ("x-y", 'python_version >= "3.9"'))
    assert [botocore.brought(python) for python in ("3.12", "3.13")] == [("awscrt",), ()]
    assert [one.name for one in rest] == ["awscrt", "colorama", "x-y"]


def test_a_lock_of_pdm() -> None:
    lock = """\
        [metadata]
        lock_version = "4.5.0"
        [[package]]
        name = "boto3"
        version = "1.34.0"
        dependencies = ["botocore<2,>=1.34", "colorama; sys_platform == 'win32'"]
        [[package]]
        name = "boto3"
        version = "1.34.0"
        extras = ["crt"]
        dependencies = ["boto3==1.34.0", "awscrt==0.19"]
        [[package]]
        name = "botocore"
        version = "1.34.1"
        marker = "python_version >= '3.8'"
        [[package]]
        name = "awscrt"
        version = "0.19"
        """
    contents = _read({"pyproject.toml": PROJECT, "pdm.lock": lock})
    assert contents.locked == (
        Locked("boto3", "1.34.0", ("botocore", "awscrt")),
        Locked("botocore", "1.34.1", marker="python_version >= '3.8'"),
        Locked("awscrt", "0.19"),
    )


def test_a_pylock_is_installed_as_a_whole() -> None:
    lock = """\
        lock-version = "1.0"
        created-by = "pip"
        [[packages]]
        name = "boto3"
        version = "1.34.0"
        dependencies = [{ name = "botocore" }]
        [[packages]]
        name = "botocore"
        version = "1.34.1"
        marker = "python_version >= '3.8'"
        [[packages]]
        name = "pytest"
        version = "8"
        marker = "'dev' in dependency_groups"
        [[packages]]
        name = "app"
        directory = { path = ".", editable = true }
        """
    contents = _read({"pyproject.toml": PROJECT, "pylock.toml": lock})
    assert contents.whole
    assert contents.locked == (
        Locked("boto3", "1.34.0", ("botocore",)),
        Locked("botocore", "1.34.1", marker="python_version >= '3.8'"),
    )


def _pipfile_lock(**categories: object) -> str:
    return json.dumps({"_meta": {"pipfile-spec": 6}, **categories})


PIPFILE = """\
    [packages]
    # for signing
    boto3 = {version = ">=1.34", extras = ["crt"], markers = "python_version > '3.8'", sys_platform = "== 'linux'"}
    six = "*"  # any
    urllib3 = "2.2.3"
    idna = "~=3.4"
    lib = {path = "./lib", editable = true}
    repo = {git = "https://example.com/x.git", ref = "main"}

    [dev-packages]
    pytest = "*"
    """


def test_a_pipfile_and_its_lock() -> None:
    lock = _pipfile_lock(
        default={"Boto3": {"version": "==1.34.0", "markers": "python_version >= '3.8'"}, "lib": {"path": "./lib"}},
        develop={"pytest": {"version": "==8"}},
    )
    contents = _read({"Pipfile": PIPFILE, "Pipfile.lock": lock}, "Pipfile")
    assert [(one.name, one.specifier, one.reference) for one in contents.requirements] == [
        ("boto3", ">=1.34", ""),
        ("six", "", ""),
        ("urllib3", "==2.2.3", ""),
        ("idna", "~=3.4", ""),
        ("lib", "", "./lib"),
        ("repo", "", "git+https://example.com/x.git"),
    ]
    boto3, six, *_ = contents.requirements
    assert (boto3.extras, boto3.marker) == (("crt",), 'python_version > "3.8" and sys_platform == "linux"')
    assert (boto3.comment, boto3.beside, str(boto3.span)) == ("for signing", False, "Pipfile:3:1")
    assert (six.comment, six.beside, six.written) == ("any", True, 'six = "*"')
    assert contents.locked == (Locked("boto3", "1.34.0", marker="python_version >= '3.8'"), Locked("lib", ""))
    assert contents.whole


def test_other_categories_of_a_pipfile_count_where_they_are_asked_for() -> None:
    lock = _pipfile_lock(default={}, develop={"pytest": {"version": "==8"}})
    contents = _read({"Pipfile": PIPFILE, "Pipfile.lock": lock}, "Pipfile", "dev-packages")
    assert contents.requirements[-1].name == "pytest"
    assert contents.locked == (Locked("pytest", "8"),)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("uv.lock", "version = 2", "a lock of version 2, which is not understood: expected 1"),
        ("uv.lock", "", "not a lock that is understood: its version is missing"),
        ("uv.lock", "version = 1\npackage = 3", "not a lock that is understood: expected an array of packages"),
        (
            "poetry.lock",
            "[metadata]\nlock-version = '3.0'",
            "a lock of version 3.0, which is not understood: expected 1 or 2",
        ),
        ("pdm.lock", "[metadata]\nlock_version = '2'", "a lock of version 2, which is not understood: expected 4"),
        ("pylock.toml", "lock-version = true", "not a lock that is understood: its version is missing"),
        ("uv.lock", "version =", "not TOML: invalid value"),
    ],
)
def test_a_lock_that_is_not_understood_is_noted(name: str, content: str, message: str) -> None:
    contents = _read({"pyproject.toml": PROJECT, name: content})
    assert contents.locked == ()
    assert [(str(one.span), one.message, one.severity) for one in contents.problems] == [
        (f"{name}:1:1", message, "note")
    ]


@pytest.mark.parametrize("content", ["{", "[]", '{"_meta": {"pipfile-spec": 5}}', "[" * 100_000])
def test_a_lock_of_pipenv_that_is_not_understood_is_noted(content: str) -> None:
    contents = _read({"Pipfile": "", "Pipfile.lock": content}, "Pipfile")
    assert (contents.locked, [one.severity for one in contents.problems]) == ((), ["note"])


def test_the_lock_of_the_tool_that_the_project_names_comes_first() -> None:
    files = {"pyproject.toml": PROJECT, "uv.lock": UV, "poetry.lock": POETRY}
    assert _read(files).locked[0].brings == ("botocore",)
    poetry = {**files, "pyproject.toml": '[tool.poetry.dependencies]\nboto3 = "*"\n'}
    assert _read(poetry).locked[0].brings == ("botocore", "x-y")


@pytest.mark.parametrize("path", ["requirements.txt", "requirements.in"])
def test_a_requirements_file_has_no_lock(path: str) -> None:
    assert _read({path: "boto3", "uv.lock": UV}, path).locked == ()


_ODD: st.SearchStrategy[object] = st.recursive(
    st.sampled_from([None, 1, "boto3", "a>1", "extra == 'a'", "."]),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(
            st.sampled_from(["name", "version", "source", "virtual", "dependencies", "extras", "marker", "boto3"]),
            inner,
        )
    ),
    max_leaves=5,
)


def _toml(value: object) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key} = {_toml(one)}" for key, one in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_toml, value)) + "]"
    return json.dumps(value) if value is not None else "1979-05-27"


@given(
    st.lists(
        st.dictionaries(st.sampled_from(["dependencies", "optional-dependencies", "extras", "markers", "source"]), _ODD)
    )
)
def test_no_types_raise(entries: list[dict[str, object]]) -> None:
    packages = [{"name": "boto3", "version": "1", **entry} for entry in entries]
    head = 'version = 1\nlock-version = "1.0"\nmetadata = {lock-version = "2.0", lock_version = "4.0"}\n'
    text = f"{head}package = {_toml(packages)}\npackages = {_toml(packages)}\n"
    for name in ("uv.lock", "poetry.lock", "pdm.lock", "pylock.toml"):
        contents = _read({"pyproject.toml": PROJECT, name: text})
        assert contents.problems == ()
        assert {one.name for one in contents.locked} <= {"boto3"}
    pipenv = _pipfile_lock(default={"boto3": entries[0] if entries else 1}, extra=entries)
    assert len(_read({"Pipfile": "", "Pipfile.lock": pipenv}, "Pipfile").locked) == 1
