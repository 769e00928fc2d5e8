from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambdalint.model import Manifest, Requirement, Span, Tree
from lambdalint.packaging.manifests import ManifestContents, read_manifest
from lambdalint.packaging.poetry_constraints import python_marker, to_specifier

_NOWHERE = Path("nowhere")


def _read(root: Path, text: str, *groups: str, **others: str) -> ManifestContents:
    files = {"svc/pyproject.toml": dedent(text), **{f"svc/{name}.txt": content for name, content in others.items()}}
    for path, content in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(content.encode())
    return read_manifest(Tree(root, tuple(files)), Manifest("svc/pyproject.toml", groups=groups))


def _names(contents: ManifestContents) -> list[str]:
    assert contents.problems == ()
    return [requirement.name for requirement in contents.requirements]


PEP_621 = """\
    [project]
    name = "My_App"
    dependencies = [
      # newer than
      # the runtime's
      "boto3[crt] >=1.34 ; python_version > '3.8'",
      "six", "Foo.Bar @ https://example.com/x.zip", # both
    ]
    [project.optional-dependencies]
    Net_Work = ["requests"]
    all = ["my-app[net-work]", "click"]
    [dependency-groups]
    dev = ["pytest", { include-group = "lint" }]
    lint = ["ruff", { include-group = "dev" }]
    [tool.uv]
    dev-dependencies = ["never"]
    [tool.pdm.dev-dependencies]
    test = ["never"]
    """


def test_dependencies_of_a_project(tmp_path: Path) -> None:
    contents = _read(tmp_path, PEP_621)
    assert _names(contents) == ["boto3", "six", "foo-bar"]
    assert contents.requirements[0] == Requirement(
        name="boto3",
        written="boto3[crt] >=1.34 ; python_version > '3.8'",
        span=Span("svc/pyproject.toml", 6, 3, 6, 47),
        specifier=">=1.34",
        extras=("crt",),
        marker='python_version > "3.8"',
        comment="newer than\nthe runtime's",
    )
    assert [(one.comment, one.beside, one.reference) for one in contents.requirements[1:]] == [
        ("both", True, ""),
        ("both", True, "https://example.com/x.zip"),
    ]


@pytest.mark.parametrize(
    ("groups", "more"),
    [
        (("net-work",), ["requests"]),
        (("ALL",), ["click", "requests"]),
        (("dev",), ["pytest", "ruff"]),
        (("lint", "nothing"), ["ruff", "pytest"]),
    ],
)
def test_extras_and_groups_count_where_they_are_asked_for(
    tmp_path: Path, groups: tuple[str, ...], more: list[str]
) -> None:
    assert _names(_read(tmp_path, PEP_621, *groups)) == ["boto3", "six", "foo-bar", *more]


def test_setuptools_takes_dependencies_from_files(tmp_path: Path) -> None:
    text = """\
        [project]
        dynamic = ["dependencies", "optional-dependencies"]
        [tool.setuptools.dynamic]
        dependencies = { file = ["base.txt"] }
        optional-dependencies.net = { file = "net.txt" }
        """
    contents = _read(tmp_path, text, "net", base="boto3  # why", net="requests")
    assert _names(contents) == ["boto3", "requests"]
    assert contents.requirements[0].span == Span("svc/base.txt", 1, 1, 1, 6)
    assert contents.requirements[0].through == (Span("svc/pyproject.toml", 4, 26, 4, 36),)
    assert contents.requirements[0].comment == "why"
    static = text.replace('"dependencies", ', "")
    assert _names(_read(tmp_path, static, base="boto3", net="requests")) == []


def test_sources_of_uv_take_the_place_of_an_index(tmp_path: Path) -> None:
    text = """\
        [project]
        dependencies = ["Foo_Bar", "six", "idna"]
        [tool.uv.sources]
        foo-bar = { git = "https://example.com/x.git" }
        six = { index = "mine" }
        idna = { path = "../idna" }
        """
    references = [one.reference for one in _read(tmp_path, text).requirements]
    assert references == ["git+https://example.com/x.git", "", "../idna"]


POETRY = """\
    [tool.poetry]
    name = "app"
    [tool.poetry.dependencies]
    python = "^3.9"
    boto3 = "^1.34.2"  # LMB401 is fine
    # exact
    six = "1.16.0"
    Foo_Bar = { version = "~1.2", extras = ["x"], markers = "sys_platform == 'linux'", python = ">=3.8,<4.0" }
    lib = { path = "../lib", develop = true }
    repo = { git = "https://example.com/x.git", rev = "abc" }
    redis = { version = "*", optional = true }
    numpy = [
      { version = "<2", python = "<3.12" },  # old
      { version = ">=2", python = ">=3.12" },
    ]
    [tool.poetry.dependencies.idna]
    version = "3.*"
    [tool.poetry.extras]
    cache = ["redis"]
    [tool.poetry.group.docs.dependencies]
    sphinx = "*"
    [tool.poetry.group.test]
    include-groups = ["docs"]
    [tool.poetry.dev-dependencies]
    pytest = ">=7"
    """


def test_dependencies_of_poetry(tmp_path: Path) -> None:
    contents = _read(tmp_path, POETRY)
    found = [(one.name, one.specifier, one.extras, one.reference) for one in contents.requirements]
    assert found == [
        ("boto3", "<2.0.0,>=1.34.2", (), ""),
        ("six", "==1.16.0", (), ""),
        ("foo-bar", "<1.3,>=1.2", ("x",), ""),
        ("lib", "", (), "../lib"),
        ("repo", "", (), "git+https://example.com/x.git"),
        ("numpy", "<2", (), ""),
        ("numpy", ">=2", (), ""),
        ("idna", "==3.*", (), ""),
    ]
    assert contents.problems == ()


def test_places_and_comments_in_tables_of_poetry(tmp_path: Path) -> None:
    boto3, six, foo, *_, old, new, idna = _read(tmp_path, POETRY).requirements
    assert (boto3.written, boto3.comment, boto3.beside) == ('boto3 = "^1.34.2"', "LMB401 is fine", True)
    assert boto3.span == Span("svc/pyproject.toml", 5, 1, 5, 6)
    assert (six.comment, six.beside) == ("exact", False)
    assert foo.marker == 'sys_platform == "linux" and (python_version >= "3.8" and python_version < "4.0")'
    assert (old.span.line, old.comment, old.marker) == (13, "old", 'python_version < "3.12"')
    assert (new.span.line, new.comment) == (14, "")
    assert str(idna.span) == "svc/pyproject.toml:16:2"


@pytest.mark.parametrize(
    ("group", "more"),
    [("cache", ["redis"]), ("docs", ["sphinx"]), ("test", ["sphinx"]), ("dev", ["pytest"])],
)
def test_groups_and_extras_of_poetry(tmp_path: Path, group: str, more: list[str]) -> None:
    plain = _names(_read(tmp_path, POETRY))
    assert sorted(_names(_read(tmp_path, POETRY, group))) == sorted([*plain, *more])


def test_dependencies_of_the_project_take_the_place_of_those_of_poetry(tmp_path: Path) -> None:
    text = '[project]\ndependencies = ["six"]\n[tool.poetry.dependencies]\nsix = "^1.0"\nidna = "*"\n'
    assert _names(_read(tmp_path, text)) == ["six"]
    assert _names(_read(tmp_path, text.replace('["six"]', "[]"))) == ["six", "idna"]


@pytest.mark.parametrize(
    ("constraint", "specifier"),
    [
        ("*", ""),
        ("1.2.3", "==1.2.3"),
        ("=1.2", "==1.2"),
        ("v1.2", "==1.2"),
        ("1.2.*", "==1.2.*"),
        ("!=1.2.*", "!=1.2.*"),
        ("^1", ">=1,<2"),
        ("^1.2.3", ">=1.2.3,<2.0.0"),
        ("^0.2.3", ">=0.2.3,<0.3.0"),
        ("^0.0.3", ">=0.0.3,<0.0.4"),
        ("^0.0", ">=0.0,<0.1"),
        ("^0", ">=0,<1"),
        ("^1!2.3", ">=1!2.3,<1!3.0"),
        ("~1", ">=1,<2"),
        ("~1.2", ">=1.2,<1.3"),
        ("~1.2.3", ">=1.2.3,<1.3.0"),
        ("~=1.2.3", "~=1.2.3"),
        (">=1.2 <2", ">=1.2,<2"),
        (">= 1.2, < 2,", ">=1.2,<2"),
        ("^1.0 || ^2.0", None),
        ("latest", None),
        ("1.0rc1.*", None),
        ("", None),
        ("^" * 1000, None),
    ],
)
def test_constraints_of_poetry(constraint: str, specifier: str | None) -> None:
    assert to_specifier(constraint) == specifier


@pytest.mark.parametrize(
    ("constraint", "marker"),
    [
        ("^3.9", 'python_version >= "3.9" and python_version < "4.0"'),
        ("~3.9.1", 'python_full_version >= "3.9.1" and python_full_version < "3.10.0"'),
        ("~2.7 || >=3.8", 'python_version >= "2.7" and python_version < "2.8" or python_version >= "3.8"'),
        ("*", ""),
        ("nonsense", ""),
    ],
)
def test_versions_of_python_become_markers(constraint: str, marker: str) -> None:
    assert python_marker(constraint) == marker


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[project", "svc/pyproject.toml:1:1: not TOML: "),
        ("a = 1\na = 2", "svc/pyproject.toml:2:1: not TOML: "),
        ("[project]\ndependencies = ['six', 3]", "svc/pyproject.toml:2:24: not a requirement: expected a text"),
        ("[project]\ndependencies = ['six six']", "svc/pyproject.toml:2:17: not a requirement: "),
        ("[tool.poetry.dependencies]\nsix = 3", "svc/pyproject.toml:2:1: expected a version or a table for six"),
        ("[tool.poetry.dependencies]\n'@' = '3'", "svc/pyproject.toml:2:1: not the name of a distribution: '@'"),
    ],
)
def test_what_cannot_be_understood_is_noted(tmp_path: Path, text: str, message: str) -> None:
    (problem,) = _read(tmp_path, text).problems
    assert problem.severity == "note"
    assert f"{problem.span}: {problem.message}".startswith(message)


def test_bytes_that_are_no_text_are_noted(tmp_path: Path) -> None:
    tree = Tree(tmp_path, ("pyproject.toml",), {"pyproject.toml": b"a = 1\n# \xe9"})
    (problem,) = read_manifest(tree, Manifest("pyproject.toml")).problems
    assert (str(problem.span), problem.message) == ("pyproject.toml:2:1", "not UTF-8: nothing of it is read")


_ODD: st.SearchStrategy[object] = st.recursive(
    st.sampled_from([1, True, "", "six", "^1", "a[b]"]),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(st.sampled_from(["six", "version", "file", "git", "optional", "include-group"]), inner)
    ),
    max_leaves=4,
)
_TABLES = st.sampled_from(
    [
        "project",
        "project.dependencies",
        "project.optional-dependencies",
        "dependency-groups",
        "tool.poetry.dependencies",
        "tool.poetry.group",
        "tool.poetry.extras",
        "tool.poetry.group.six",
        "tool.setuptools.dynamic",
        "tool.uv.sources",
    ]
)
_KEYS = st.sampled_from(["dependencies", "optional-dependencies", "dynamic", "six", "name", "include-groups"])


def _toml(value: object) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key} = {_toml(one)}" for key, one in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_toml, value)) + "]"
    return f'"{value}"' if isinstance(value, str) else str(value).lower()


@given(st.lists(st.tuples(_TABLES, _KEYS, _ODD), max_size=3))
def test_no_types_raise(parts: list[tuple[str, str, object]]) -> None:
    text = "".join(f"[{table}]\n{key} = {_toml(value)}\n" for table, key, value in parts)
    tree = Tree(_NOWHERE, ("pyproject.toml",), {"pyproject.toml": text.encode()})
    contents = read_manifest(tree, Manifest("pyproject.toml", groups=("six", "dev")))
    assert all(1 <= one.span.line <= text.count("\n") for one in contents.requirements)


@given(st.binary(max_size=60))
def test_no_bytes_raise(data: bytes) -> None:
    for path in ("pyproject.toml", "Pipfile", "setup.py"):
        files = {path: data, "r.txt": b"."}
        for manifest in (path, "r.txt"):
            read_manifest(Tree(_NOWHERE, tuple(files), files), Manifest(manifest, groups=("a",)))
