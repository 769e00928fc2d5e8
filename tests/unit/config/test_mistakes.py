from __future__ import annotations

import os
from typing import TYPE_CHECKING

import msgspec
import pytest

from lambdalint.config import ConfigError
from lambdalint.config.schema import EXPECTED, MEANING, RawConfig, RawFunction

from .sample import loaded, refused

if TYPE_CHECKING:
    from pathlib import Path


def test_every_key_has_its_words() -> None:
    keys = {field.encode_name for model in (RawConfig, RawFunction) for field in msgspec.structs.fields(model)}
    assert set(EXPECTED) == keys | {"severity"}
    assert set(MEANING) == keys | {"severity"}


@pytest.mark.parametrize(
    ("text", "line", "key", "nearest"),
    [
        ("min-severty = 'error'", 3, "min-severty", "min-severity"),
        ("exclud = []", 3, "exclud", "exclude"),
        ("extends = 'x'", 3, "extends", "extend"),
        ("per-file-ignore = {}", 3, "per-file-ignore", "per-file-ignores"),
        ("[tool.lambdalint.rules.LMB101]\nwriteable = []", 4, "rules.LMB101.writeable", "writable"),
        ("[tool.lambdalint.rules.LMB101]\nseverty = 'info'", 4, "rules.LMB101.severty", "severity"),
        ("[tool.lambdalint.rules.LMB102]\nwritable = []", 4, "rules.LMB102.writable", None),
        ("[tool.lambdalint.rules.LMB1O1]\nwritable = []", 3, "rules.LMB1O1", "LMB101"),
        ("[tool.lambdalint.rules.LMB1O1]\nseverity = 'info'", 3, "rules.LMB1O1", "LMB101"),
        (
            "[[tool.lambdalint.functions]]\nhandler = 'a.b'\ncode_root = 'x'",
            5,
            "functions[0].code_root",
            "code-root",
        ),
        ("functions = [{ handler = 'a.b', tmp = 1 }]", 3, "functions[0].tmp", "tmp-mb"),
        ("'a`b' = 1", 3, '"a`b"', None),
    ],
)
def test_unknown_keys(tmp_path: Path, text: str, line: int, key: str, nearest: str | None) -> None:
    error = refused(tmp_path, f"# first\n[tool.lambdalint]\n{text}\n")
    assert (error.line, error.key, error.nearest) == (line, key, nearest)
    assert error.expected is not None
    assert str(error).startswith(f"{tmp_path / 'pyproject.toml'}:{line}: {key}: ")


_FUNCTION = "[[tool.lambdalint.functions]]\nhandler = 'a.b'\n"
_RULE = "[tool.lambdalint.rules.LMB101]\n"


@pytest.mark.parametrize(
    ("text", "line", "key", "problem", "expected"),
    [
        ("select = 'LMB1'", 2, "select", "is text", "a list of rule codes"),
        ("jobs = '2'", 2, "jobs", "is text", "a whole number"),
        ("jobs = true", 2, "jobs", "is true", "a whole number"),
        ("jobs = 2.5", 2, "jobs", "is a number", "a whole number"),
        ("jobs = -1", 2, "jobs", "-1 is not valid", "a whole number"),
        ("jobs = 1979-05-27", 2, "jobs", "is a date", "a whole number"),
        ("max-steps = 0", 2, "max-steps", "0 is not valid", "at least 1"),
        ("signature-fallback = 'no'", 2, "signature-fallback", "is text", "true or false"),
        ("min-severity = 'high'", 2, "min-severity", "'high' is not valid", "one of error, warning, info"),
        ("min-confidence = 1", 2, "min-confidence", "is a number", "one of high, medium, low"),
        ("writable = ['/a', 'data']", 2, "writable[1]", "'data' is not an absolute path", "a list of absolute folders"),
        ("exclude = [\n  'a',\n  3,\n]", 4, "exclude[1]", "is a number", "a list of patterns"),
        ("exclude = [' ']", 2, "exclude[0]", "the pattern is blank", "a pattern as in .gitignore"),
        ("exclude = ['# x']", 2, "exclude[0]", "'# x' is no usable pattern", "a pattern as in .gitignore"),
        ("cache-dir = ''", 2, "cache-dir", "'' is not valid", "the path of a folder"),
        ("baseline = []", 2, "baseline", "is a list", "the path of a file, relative to this file"),
        ("baseline = '~nobody-of-that-name/x'", 2, "baseline", "the home folder of", "the path of a file"),
        ("extend = {}", 2, "extend", "is a table", "the path of a lambdalint.toml or pyproject.toml"),
        ("extend = ''", 2, "extend", "'' is not valid", "the path of a lambdalint.toml or pyproject.toml"),
        ('extend = "a\\u0000b"', 2, "extend", "a path cannot hold the character NUL", "the path of"),
        ("per-file-ignores = ['x']", 2, "per-file-ignores", "is a list", "a table from patterns"),
        ("per-file-ignores = { a = 'LMB1' }", 2, "per-file-ignores.a", "is text", "a list of rule codes"),
        (
            "[tool.lambdalint.per-file-ignores]\n'a b' = ['LMB1', 3]",
            3,
            'per-file-ignores."a b"[1]',
            "is a number",
            "a list of rule codes or their prefixes",
        ),
        ("per-file-ignores = { '' = [] }", 2, 'per-file-ignores.""', "the pattern is blank", "a pattern"),
        ("per-file-ignores = { '!' = [] }", 2, 'per-file-ignores."!"', "the pattern is blank", "a pattern"),
        ("rules = []", 2, "rules", "is a list", "tables [tool.lambdalint.rules.CODE]"),
        ("rules = { LMB101 = 'error' }", 2, "rules.LMB101", "is text", "tables [tool.lambdalint.rules.CODE]"),
        (_RULE + "severity = 'fatal'", 3, "rules.LMB101.severity", "'fatal' is not valid", "one of error, warning"),
        (_RULE + "severity = 2", 3, "rules.LMB101.severity", "is a number", "one of error, warning"),
        (_RULE + "max-mb = 'x'", 3, "rules.LMB101.max-mb", "is text", "a whole number"),
        (_RULE + "writable = ['/', 1]", 3, "rules.LMB101.writable[1]", "is a number", "a list of texts"),
        (_RULE + "writable = ['x']", 3, "rules.LMB101.writable[0]", "'x' is not valid", "texts that match ^/"),
        (_RULE + "sdk = 'cloud'", 3, "rules.LMB101.sdk", "'cloud' is not valid", "one of layer, package"),
        ("[tool.lambdalint.functions]\nhandler = 'a.b'", 2, "functions", "is a table", "an array of tables"),
        ("functions = ['a.b']", 2, "functions[0]", "is text", "an array of tables"),
        (
            "[[tool.lambdalint.functions]]\nname = 'x'",
            2,
            "functions[0]",
            "the key handler is missing",
            "text: module.function",
        ),
        (
            "[[tool.lambdalint.functions]]\nhandler = 'app'",
            3,
            "functions[0].handler",
            "'app' names no function",
            "text: module.function",
        ),
        (_FUNCTION + "platform = 'versel'", 4, "functions[0].platform", "no platform is named 'versel'", "one of"),
        (_FUNCTION + "env = { A = 'x', name = 1 }", 4, "functions[0].env.name", "is a number", "a table of texts"),
        (_FUNCTION + "tmp-mb = 0", 4, "functions[0].tmp-mb", "0 is not valid", "a whole number of at least 1"),
        (_FUNCTION + "code-root = '/x'", 4, "functions[0].code-root", "'/x' is an absolute path", "relative"),
        (_FUNCTION + "mounts = ['mnt']", 4, "functions[0].mounts[0]", "'mnt' is not an absolute path", "a list of"),
    ],
)
def test_wrong_values(tmp_path: Path, text: str, line: int, key: str, problem: str, expected: str) -> None:
    error = refused(tmp_path, f"[tool.lambdalint]\n{text}\n")
    assert (error.line, error.key) == (line, key)
    assert error.problem.startswith(problem)
    assert error.expected is not None
    assert expected in error.expected


@pytest.mark.parametrize(
    ("text", "nearest"),
    [
        ("min-severity = 'warn'", "warning"),
        ("min-confidence = 'Hihg'", "high"),
        (_RULE + "severity = 'errror'", "error"),
        (_RULE + "sdk = 'packages'", "package"),
        (_FUNCTION + "platform = 'versel'", "vercel"),
    ],
)
def test_the_nearest_value(tmp_path: Path, text: str, nearest: str) -> None:
    assert refused(tmp_path, f"[tool.lambdalint]\n{text}\n").nearest == nearest


@pytest.mark.parametrize(("code", "nearest"), [("LMB120", "LMB102"), ("LBM101", "LMB101"), ("", None), ("E501", None)])
@pytest.mark.parametrize("key", ["select", "extend-select", "ignore", 'per-file-ignores."*.py"'])
def test_unknown_codes(tmp_path: Path, key: str, code: str, nearest: str | None) -> None:
    error = refused(tmp_path, f"[tool.lambdalint]\n\n{key} = ['LMB1',\n '{code}']\n")
    assert (error.line, error.key, error.nearest) == (4, f"{key}[1]", nearest)
    assert error.expected == "a list of rule codes or their prefixes"


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        (b"\n[tool.lambdalint\n", 2, "is not TOML"),
        (b"[tool.lambdalint]\nselect = [\n", None, "is not TOML"),
        (b"#\nlambdalint = '\xff'\n", 2, "is not UTF-8 (byte 16)"),
        (b"[tool]\nlambdalint = 3\n", 2, "tool.lambdalint: is not a table"),
        (b"[[tool.lambdalint]]\n", 1, "tool.lambdalint: is not a table"),
        (b"lambdalint = " + b"[" * 100_000, None, "nested too deeply"),
        (b"# lambdalint\n" + b"#" * 5_000_000, None, "is larger than 5 MB"),
        (
            b"[tool.lambdalint]\nselect = [\n 'LMB1']\njobs = 1\nselect = [\n 'LMB2',\n]\n",
            5,
            "tool.lambdalint.select: is given twice, first in line 2",
        ),
        (
            b"[tool.lambdalint]\njobs = 1\n[tool.x]\n[tool.lambdalint]\n",
            4,
            "tool.lambdalint: is given twice, first in line 1",
        ),
        (
            b"[tool.lambdalint.rules]\nLMB101.severity = 'info'\n[tool.lambdalint.rules.LMB101]\n",
            3,
            "tool.lambdalint.rules.LMB101: is given twice, first in line 2",
        ),
    ],
)
def test_broken_files(tmp_path: Path, text: bytes, line: int | None, said: str) -> None:
    (tmp_path / "pyproject.toml").write_bytes(text)
    with pytest.raises(ConfigError) as caught:
        loaded(tmp_path)
    assert caught.value.file == str(tmp_path / "pyproject.toml")
    assert said in str(caught.value)
    assert line is None or caught.value.line == line


def test_a_byte_order_mark_and_line_ends_of_windows(tmp_path: Path) -> None:
    (tmp_path / "lambdalint.toml").write_bytes(b"\xef\xbb\xbfjobs = 2\r\nmax-steps = 5\r\n")
    assert loaded(tmp_path).settings.jobs == 2
    (tmp_path / "lambdalint.toml").write_bytes(b"\xef\xbb\xbfjobs = 2\r\nmax-stps = 5\r\n")
    with pytest.raises(ConfigError, match=r"lambdalint\.toml:2: max-stps: unknown key"):
        loaded(tmp_path)


@pytest.mark.parametrize("name", ["lambdalint.toml", "pyproject.toml"])
def test_what_has_the_name_of_a_configuration_must_be_a_file(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.mkdir()
    with pytest.raises(ConfigError) as caught:
        loaded(tmp_path)
    assert str(caught.value) == f"{path}: is a folder, not a file"
    path.rmdir()
    path.symlink_to("nowhere.toml")
    with pytest.raises(ConfigError, match="is a link to a file that does not exist"):
        loaded(tmp_path)
    path.unlink()
    os.mkfifo(path)
    with pytest.raises(ConfigError, match="is no regular file"):
        loaded(tmp_path)


def test_a_file_that_may_not_be_read(tmp_path: Path) -> None:
    path = tmp_path / "lambdalint.toml"
    path.touch(mode=0)
    if os.access(path, os.R_OK):
        pytest.skip("this user may read every file")
    with pytest.raises(ConfigError, match="cannot be read: Permission denied"):
        loaded(tmp_path)


@pytest.mark.parametrize(
    ("header", "key"),
    [
        ("[lambdalint]", "lambdalint"),
        ("[[ lambdalint ]]", "lambdalint"),
        ("[lambdalint.rules.LMB101]", "lambdalint"),
        ("[tool.lambda-lint]", "tool.lambda-lint"),
        ("[tool.lambda_lint.rules.LMB101]", "tool.lambda_lint"),
        ("[tool.LambdaLint]", "tool.LambdaLint"),
        ("[ tool . 'lamdalint' ]", "tool.lamdalint"),
        ("[tool.lambadlint]", "tool.lambadlint"),
    ],
)
def test_a_table_of_nearly_the_right_name(tmp_path: Path, header: str, key: str) -> None:
    error = refused(tmp_path, f"[project]\nname = 'x'\n{header}\njobs = 1\n")
    assert (error.line, error.key, error.nearest) == (3, key, "tool.lambdalint")


@pytest.mark.parametrize(
    "text",
    [
        "[tool.lambda]\n[tool.flint]\n[tool.pylint]\n[tool.lambdalint-plugin]\n",
        'text = """\n[lambdalint]\n"""\n',
        "[project]\nname = 'lambdalint'\n[project.lambdalint]\n",
    ],
)
def test_tables_of_others_are_left_alone(tmp_path: Path, text: str) -> None:
    (tmp_path / "pyproject.toml").write_text(text)
    assert loaded(tmp_path).path != tmp_path / "pyproject.toml"


def test_the_table_of_a_project_file_in_the_file_of_its_own(tmp_path: Path) -> None:
    error = refused(tmp_path, "\n[tool.lambdalint]\njobs = 1\n", "lambdalint.toml")
    assert (error.line, error.key, error.problem) == (2, "tool", "this table belongs in pyproject.toml")


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("'*.bin' = '12 apples'", "sizes.\"*.bin\": '12 apples' is not a size"),
        ("'*.bin' = '1,5 GB'", "sizes.\"*.bin\": '1,5 GB' is not a size"),
        ("'*.bin' = '12'", "sizes.\"*.bin\": '12' is not a size"),
        ("'*.bin' = 0", 'sizes."*.bin": 0 is not a size'),
        ("'*.bin' = -3", 'sizes."*.bin": -3 is not a size'),
        ("'*.bin' = nan", 'sizes."*.bin": nan is not a size'),
        ("'*.bin' = inf", 'sizes."*.bin": inf is not a size'),
        ("'*.bin' = true", 'sizes."*.bin": is true'),
        ("'*.bin' = [1]", 'sizes."*.bin": is a list'),
        ("'' = 3", 'sizes."": the pattern is blank'),
    ],
)
def test_wrong_sizes(tmp_path: Path, line: str, problem: str) -> None:
    error = refused(tmp_path, f"[tool.lambdalint.sizes]\n'*.ok' = 1\n{line}\n")
    assert problem in str(error)
    assert error.line == 3
    assert error.expected == 'a table from patterns to sizes, such as "1.5 GB", or numbers of MB'


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("'*:sdk:*' = 'boto3'", 'shared-layers."*:sdk:*": is text'),
        ("'*:sdk:*' = ['boto3', 'boto3==1.0']", "'boto3==1.0' is not the name of a distribution"),
        ("'*:sdk:*' = [1]", 'shared-layers."*:sdk:*"'),
        ("' ' = ['boto3']", 'shared-layers." ": the pattern is blank'),
    ],
)
def test_wrong_shared_layers(tmp_path: Path, line: str, problem: str) -> None:
    error = refused(tmp_path, f"[tool.lambdalint.shared-layers]\n'*:ok:*' = []\n{line}\n")
    assert problem in str(error)
    assert error.line == 3
    assert error.expected == "a table from patterns of ARNs to lists of distributions"


@pytest.mark.parametrize("line", ["sizes = 3", "sizes = ['*.bin']"])
def test_sizes_of_a_wrong_type(tmp_path: Path, line: str) -> None:
    error = refused(tmp_path, f"[tool.lambdalint]\n{line}\n")
    assert (error.line, error.key) == (2, "sizes")
    assert error.expected == 'a table from patterns to sizes, such as "1.5 GB", or numbers of MB'
