from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from lambdalint.model import Manifest, Requirement, Span, Tree
from lambdalint.packaging.manifests import ManifestContents, read_manifest
from lambdalint.packaging.requirement_lines import logical_lines
from lambdalint.packaging.requirements_file import MAX_DEPTH, MAX_REQUIREMENTS

if TYPE_CHECKING:
    from pathlib import Path

    from hypothesis.strategies import SearchStrategy


def _tree(root: Path, files: dict[str, str | bytes]) -> Tree:
    for path, content in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(content if isinstance(content, bytes) else content.encode())
    return Tree(root, tuple(files))


def _read(root: Path, content: str | bytes, **others: str | bytes) -> ManifestContents:
    files = {
        "app/requirements.txt": content,
        **{name.replace("__", "/") + ".txt": text for name, text in others.items()},
    }
    return read_manifest(_tree(root, files), Manifest("app/requirements.txt"))


def _one(root: Path, content: str | bytes, **others: str | bytes) -> Requirement:
    contents = _read(root, content, **others)
    assert contents.problems == ()
    (requirement,) = contents.requirements
    return requirement


def _names(contents: ManifestContents) -> list[str]:
    return [requirement.name for requirement in contents.requirements]


def _messages(contents: ManifestContents) -> list[str]:
    assert all(problem.severity == "note" for problem in contents.problems)
    return [f"{problem.span}: {problem.message}" for problem in contents.problems]


def test_a_requirement_with_all_its_parts(tmp_path: Path) -> None:
    found = _one(tmp_path, "# why\n\n  Foo.Bar [s3, crt] ~=1.4,<2 ; python_version > '3.8'   # because\n")
    assert found == Requirement(
        name="foo-bar",
        written="Foo.Bar [s3, crt] ~=1.4,<2 ; python_version > '3.8'",
        span=Span("app/requirements.txt", 3, 3, 3, 54),
        specifier="<2,~=1.4",
        extras=("crt", "s3"),
        marker='python_version > "3.8"',
        comment="because",
        beside=True,
    )


@pytest.mark.parametrize(
    ("line", "name", "specifier", "reference"),
    [
        ("git+https://example.com/x.git@v1#egg=Foo_Bar", "foo-bar", "", "git+https://example.com/x.git@v1#egg=Foo_Bar"),
        ("-e git+https://example.com/x.git#egg=foo", "foo", "", "git+https://example.com/x.git#egg=foo"),
        ("git+ssh://git@example.com/x.git", "", "", "git+ssh://git@example.com/x.git"),
        ("Foo @ https://example.com/foo.zip", "foo", "", "https://example.com/foo.zip"),
        ("foo@git+https://${TOKEN}@example.com/x", "foo", "", "git+https://${TOKEN}@example.com/x"),
        ("https://example.com/Foo_Bar-1.2-py3-none-any.whl", "foo-bar", "==1.2", None),
        ("https://example.com/foo-bar-1.2.tar.gz", "foo-bar", "", None),
        ("./dist/foo-1.0-py3-none-any.whl", "foo", "==1.0", None),
        ("foo-1.0-py3-none-any.whl", "foo", "==1.0", None),
        ("./lib/unknown", "", "", "./lib/unknown"),
        ("../lib[extra]", "", "", "../lib"),
        ("-e .", "", "", "."),
        ("foo == ${FOO_VERSION}", "foo", "", ""),
        ("foo===1.0.dev", "foo", "===1.0.dev", ""),
        ("foo==1.0 --no-binary :all: --config-settings a=b", "foo", "==1.0", ""),
    ],
)
def test_urls_paths_and_variables(tmp_path: Path, line: str, name: str, specifier: str, reference: str | None) -> None:
    found = _one(tmp_path, line)
    assert (found.name, found.specifier) == (name, specifier)
    assert found.reference == (line if reference is None else reference)


def test_a_marker_behind_a_url_stands_behind_a_space(tmp_path: Path) -> None:
    found = _one(tmp_path, "https://example.com/a;b/foo-1-py3-none-any.whl ; python_version < '3'")
    assert (found.name, found.marker) == ("foo", 'python_version < "3"')
    assert found.reference == "https://example.com/a;b/foo-1-py3-none-any.whl"


def test_a_hash_sign_within_a_word_is_no_comment(tmp_path: Path) -> None:
    assert _one(tmp_path, "foo @ https://example.com/x.zip#sha1=1").reference.endswith("#sha1=1")


def test_a_requirement_is_continued_and_its_hashes_are_no_part_of_it(tmp_path: Path) -> None:
    found = _one(tmp_path, "x" * 3 + "\\\n  ==1.0 \\\n   --hash=sha256:ab \\\n  --hash=sha256:cd  # why\n")
    assert found.span == Span("app/requirements.txt", 1, 1, 2, 8)
    assert (found.written, found.comment, found.beside) == ("xxx ==1.0", "why", True)


def test_a_comment_ends_a_continued_line(tmp_path: Path) -> None:
    contents = _read(tmp_path, "foo \\\n# why\nbar \\\n\nbaz \\")
    assert _names(contents) == ["foo", "bar", "baz"]
    assert [one.comment for one in contents.requirements] == ["why", "", ""]


def test_columns_count_code_points(tmp_path: Path) -> None:
    contents = _read(tmp_path, "a @ file:///\U0001f40d/é.zip # x\n\t b\r\nc\rd\x0ce\n")
    places = [(one.name, one.span.line, one.span.column, one.span.end_column) for one in contents.requirements]
    assert places == [("a", 1, 1, 20), ("b", 2, 3, 4), ("c", 3, 1, 2), ("d", 4, 1, 2), ("e", 4, 3, 4)]


@pytest.mark.parametrize(
    ("text", "comment", "beside"),
    [
        ("boto3  # noqa: LMB401", "noqa: LMB401", True),
        ("boto3 #no-deploy", "no-deploy", True),
        ("# one\n#two\nboto3", "one\ntwo", False),
        ("# one\n\nboto3", "", False),
        ("# above\nboto3  # beside", "beside", True),
        ("# above\nboto3  # via requests", "above", False),
        ("six\n    # via\n    #   boto3\n    #   python-dateutil\nboto3", "", False),
        ("six\n    # via boto3\n# newer than the runtime\nboto3", "newer than the runtime", False),
        ("#\n# This file is autogenerated by pip-compile with Python 3.12\n#\nboto3", "", False),
        ("six  # for six\nboto3", "", False),
    ],
)
def test_comments(tmp_path: Path, text: str, comment: str, beside: bool) -> None:
    found = _read(tmp_path, text).requirements[-1]
    assert (found.name, found.comment, found.beside) == ("boto3", comment, beside)


def test_files_are_included_relative_to_the_one_that_names_them(tmp_path: Path) -> None:
    contents = _read(
        tmp_path,
        "-r ../base.txt\n--requirement=more.txt # x\nlast",
        base="-rapp/deep.txt\nb",
        app__more="m",
        app__deep="d",
    )
    assert _names(contents) == ["d", "b", "m", "last"]
    deep, more = contents.requirements[0], contents.requirements[2]
    assert [str(span) for span in deep.through] == ["app/requirements.txt:1:1", "base.txt:1:1"]
    assert more.through == (Span("app/requirements.txt", 2, 1, 2, 23),)
    assert contents.problems == ()


def test_a_file_is_read_once(tmp_path: Path) -> None:
    assert _names(_read(tmp_path, "-r a.txt\n-r b.txt", app__a="-r c.txt", app__b="-r c.txt\nb", app__c="c")) == [
        "c",
        "b",
    ]


def test_files_that_cannot_be_followed_are_noted(tmp_path: Path) -> None:
    contents = _read(
        tmp_path,
        "-r missing.txt\n-r ../../out.txt\n-r /etc/x.txt\n-c https://example.com/c.txt\n-r requirements.txt\nfoo",
    )
    assert _names(contents) == ["foo"]
    assert _messages(contents) == [
        "app/requirements.txt:1:1: app/missing.txt is not among the files of the project, or cannot be read",
        "app/requirements.txt:2:1: leaves the project: not read",
        "app/requirements.txt:3:1: leaves the project: not read",
        "app/requirements.txt:4:1: what lies outside the project is not read",
        "app/requirements.txt:5:1: app/requirements.txt includes itself",
    ]


def test_a_missing_manifest_is_noted_where_it_is_asked_for(tmp_path: Path) -> None:
    step = Span("Makefile", 3, 2, 3, 9)
    contents = read_manifest(_tree(tmp_path, {}), Manifest("requirements.txt", step))
    assert [(problem.span, problem.severity) for problem in contents.problems] == [(step, "note")]


def test_files_are_followed_to_a_depth_only(tmp_path: Path) -> None:
    files = {f"app__r{number}": f"-r r{number + 1}.txt\nx{number}" for number in range(30)}
    contents = _read(tmp_path, "-r r0.txt\nlast", **files)
    assert _names(contents)[-1] == "last"
    assert len(contents.requirements) == MAX_DEPTH
    assert [problem.span.path for problem in contents.problems] == [f"app/r{MAX_DEPTH - 2}.txt"]


def test_requirements_are_bounded(tmp_path: Path) -> None:
    contents = _read(tmp_path, "".join(f"a{number}\n" for number in range(MAX_REQUIREMENTS + 10)))
    assert len(contents.requirements) == MAX_REQUIREMENTS
    (message,) = _messages(contents)
    assert message.startswith(
        f"app/requirements.txt:{MAX_REQUIREMENTS + 1}:1: more than {MAX_REQUIREMENTS} requirements"
    )


def test_a_constraint_gives_a_version_and_adds_nothing(tmp_path: Path) -> None:
    contents = _read(
        tmp_path,
        "-c ../limits.txt\nFoo\nbar>1\nmarked\ntwice\nbaz @ https://example.com/baz.zip",
        limits="foo==1.0\nbar==2\nother==3\nmarked==1; python_version < '3.9'\ntwice==1\ntwice==2\nbaz==1\nplain",
    )
    assert [(one.name, one.specifier) for one in contents.requirements] == [
        ("foo", "==1.0"),
        ("bar", ">1"),
        ("marked", ""),
        ("twice", ""),
        ("baz", ""),
    ]
    assert contents.problems == ()


def test_a_line_that_is_no_requirement_is_noted_and_the_rest_is_read(tmp_path: Path) -> None:
    contents = _read(
        tmp_path, "foo = 1.0\n bar==1.0 extra words\n--unknown\n-r\nbaz; nonsense\n--index-url 'x\n// see\n\nlast"
    )
    assert _names(contents) == ["last"]
    assert [str(problem.span) for problem in contents.problems] == [
        f"app/requirements.txt:{place}" for place in ("1:1", "2:2", "3:1", "4:1", "5:1", "6:1", "7:1")
    ]
    assert _messages(contents)[0].startswith(
        "app/requirements.txt:1:1: not a requirement: = is no operator, == is meant"
    )
    assert "no such option: --unknown" in _messages(contents)[2]


def test_options_are_bounded_but_for_hashes(tmp_path: Path) -> None:
    many = " ".join(["--hash=sha256:ab"] * 2_000)
    assert _one(tmp_path, f"foo {many}").name == "foo"
    (message,) = _messages(_read(tmp_path, "foo " + "-i x " * 5_000))
    assert (
        message == "app/requirements.txt:1:1: pip does not understand the line: more than 10000 characters of options"
    )


def test_options_are_no_requirements(tmp_path: Path) -> None:
    text = "-i https://example.com\n--extra-index-url=x\n--find-links ./wheels\n--pre\n--no-binary :all:\n"
    assert _read(tmp_path, f"{text}--hash=sha256:ab\n") == ManifestContents()


@pytest.mark.parametrize(
    "data",
    [
        "\ufefffoo==1.0\n".encode(),
        "foo==1.0 # é".encode("utf-16"),
        b"\xfe\xff" + "foo==1.0 # é".encode("utf-16-be"),
        "foo==1.0".encode("utf-32"),
        b"# -*- coding: latin-1 -*-\n\nfoo==1.0 # \xe9",
    ],
)
def test_encodings(tmp_path: Path, data: bytes) -> None:
    found = _one(tmp_path, data)
    assert (found.name, found.specifier, found.span.column, found.span.end_column) == ("foo", "==1.0", 1, 9)


def test_bytes_of_another_encoding_are_noted(tmp_path: Path) -> None:
    contents = _read(tmp_path, b"foo # \xe9\nbar")
    assert _names(contents) == ["foo", "bar"]
    assert _messages(contents) == ["app/requirements.txt:1:1: not UTF-8: the text cannot be read in full"]


def test_a_local_project_has_its_name_and_brings_its_requirements(tmp_path: Path) -> None:
    tree = _tree(
        tmp_path,
        {
            "requirements.txt": "./lib/dynamo; python_version > '3.8'\n-e ./lib/tools[net]\n./lib/dynamo",
            "lib/dynamo/setup.py": (
                "from setuptools import setup\nREQUIRED = [\n    # the SDK\n    'boto3>=1.2',\n    unknown(),\n]\n"
                "setup(name='My_Dynamo', install_requires=REQUIRED)\n"
            ),
            "lib/tools/pyproject.toml": (
                "[project]\nname = 'tools'\ndependencies = ['click']\noptional-dependencies.net = ['requests']\n"
            ),
        },
    )
    contents = read_manifest(tree, Manifest("requirements.txt"))
    assert _names(contents) == ["my-dynamo", "boto3", "tools", "click", "requests", "my-dynamo"]  # named twice
    boto3 = contents.requirements[1]
    assert boto3.span == Span("lib/dynamo/setup.py", 4, 5, 4, 17)
    assert (boto3.comment, boto3.marker) == ("the SDK", 'python_version > "3.8"')
    assert [str(span) for span in boto3.through] == ["requirements.txt:1:1"]
    assert contents.problems == ()


def test_local_projects_that_require_each_other_end(tmp_path: Path) -> None:
    tree = _tree(
        tmp_path,
        {
            "requirements.txt": "./a",
            "a/pyproject.toml": "[tool.poetry.dependencies]\nb = {path = '../b'}\nsix = '*'",
            "b/pyproject.toml": "[tool.poetry.dependencies]\na = {path = '../a'}\nidna = '3.4'",
        },
    )
    assert _names(read_manifest(tree, Manifest("requirements.txt"))) == ["", "b", "a", "idna", "six"]


def test_a_project_whose_requirements_name_itself_is_read_once(tmp_path: Path) -> None:
    project = (
        "[project]\nname = 'app'\ndynamic = ['dependencies']\n[tool.setuptools.dynamic]\ndependencies.file = 'r.txt'\n"
    )
    tree = _tree(tmp_path, {"pyproject.toml": project, "r.txt": "-e .\nsix"})
    assert _names(read_manifest(tree, Manifest("pyproject.toml"))) == ["app", "six"]
    assert _names(read_manifest(tree, Manifest("r.txt"))) == ["app", "six"]


_PIECES = st.sampled_from(
    [
        *("foo", "==1.0", "\\\n", "\n", "\r", " ", "#", " # via x", "-r a.txt", "-c a.txt", "-e ", "./x", "[", "]"),
        *(";", "@", "--hash=sha256:a", "'", "${A}", "https://h/", "git+", ".whl", "\x0c", "é", "\ufeff", "(", "or "),
        "extra=='a'",
    ]
)
_TEXTS: SearchStrategy[bytes] = st.lists(_PIECES, max_size=12).map(lambda pieces: "".join(pieces).encode())


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=80) | _TEXTS)
@example(b"# coding: zlib\nfoo")
@example(b"foo; " + b"(" * 900)
@example(b"\xff\xfe\x00")
@example(b"x" * 10_000)
@example(b"\\\n" * 5_000)
def test_no_bytes_raise_and_all_places_lie_in_the_file(tmp_path: Path, data: bytes) -> None:
    tree = Tree(tmp_path, ("r.txt", "a.txt"), {"r.txt": data, "a.txt": data})
    contents = read_manifest(tree, Manifest("r.txt"))
    for place in (*(one.span for one in contents.requirements), *(problem.span for problem in contents.problems)):
        assert 1 <= place.line <= place.end_line
        assert place.column >= 1
        assert (place.line, place.column) <= (place.end_line, place.end_column)


@given(st.lists(_PIECES, max_size=12).map("".join))
def test_every_character_of_a_logical_line_is_where_it_says(text: str) -> None:
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    for logical in logical_lines("r.txt", text)[0]:
        for offset, character in enumerate(logical.text):
            span = logical.span(offset, offset + 1)
            assert lines[span.line - 1][span.column - 1] == character
