"""What is said of a wrong row of the user's own catalogue."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from lambdalint.config import ConfigError

from .sample import loaded, refused

if TYPE_CHECKING:
    from pathlib import Path

_EFFECT = "[[effect]]\ncall = 'acme.save'\nkind = 'write'\npath = 'file@0'\n"
_RETURNS = "[[returns]]\ncall = 'acme.open'\n"
_COMMAND = "[[command]]\nnames = ['acme']\n"
_DEFAULT = "[[library-default]]\nname = 'acme'\nlibrary = 'Acme'\nlocation = '~/.acme'\nredirect = 'set ACME'\n"


def of_file(folder: Path, text: str) -> ConfigError:
    """Return what is said of a file that the configuration names."""
    (folder / "lambdalint.toml").write_text("catalogue-files = ['rows.toml']\n", encoding="utf-8")
    (folder / "rows.toml").write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        loaded(folder)
    return caught.value


_PACKAGE = "[[package]]\ndistribution = 'a'\nversion = '1'\n"
_LAYER = "[[shared-layer]]\nname = 'a'\ncomplete = true\n"
_INVOKES = "[[invokes]]\ncall = 'a.b'\nfunction = 'f'\n"
_WHEN = _EFFECT + "when = [{ argument = 'm', "


@pytest.mark.parametrize(
    ("text", "line", "key", "problem", "nearest"),
    [
        ("[[efect]]\ncall = 'a.b'", 1, "efect", "unknown kind of rows", "effect"),
        ("[[library_default]]", 1, "library_default", "unknown kind of rows", "library-default"),
        ("[[platform]]\nname = 'x'", 1, "platform", "rows of this kind are the catalogue's own", None),
        ("[[sdk]]", 1, "sdk", "rows of this kind are the catalogue's own", None),
        ("[[runtime]]", 1, "runtime", "rows of this kind are the catalogue's own", None),
        ("[effect]\ncall = 'a.b'", 1, "effect", "is a table", None),
        ("effect = 'a.b'", 1, "effect", "is text", None),
        ("effect = ['a.b']", 1, "effect[0]", "is text", None),
        (_EFFECT + "kindd = 'write'", 5, "effect[0].kindd", "unknown key (row of acme.save)", "kind"),
        (_EFFECT + "name_only = true", 5, "effect[0].name_only", "unknown key (row of acme.save)", "name-only"),
        (
            _EFFECT + _EFFECT.replace("'write'", "'wirte'").replace("save", "b"),
            7,
            "effect[1].kind",
            "'wirte' is not valid (row of acme.b)",
            "write",
        ),
        (_EFFECT.replace("'write'", "3"), 3, "effect[0].kind", "is a number (row of acme.save)", None),
        (_EFFECT.replace("kind = 'write'\n", ""), 1, "effect[0]", "the key kind is missing (row of acme.save)", None),
        ("[[effect]]\nkind = 'write'\npath = 'a'", 1, "effect[0]", "the key call is missing", None),
        (_EFFECT.replace("path = 'file@0'\n", ""), 1, "effect[0]", "the key path or place is missing", None),
        (_EFFECT.replace("acme.save", "save"), 2, "effect[0].call", "'save' names no callable", None),
        (_EFFECT.replace("acme.save", "acme.save()"), 2, "effect[0].call", "'acme.save()' names no callable", None),
        (_EFFECT.replace("'acme.save'", "['acme.save']"), 2, "effect[0].call", "is a list", None),
        (_EFFECT.replace("file@0", "file@one"), 4, "effect[0].path", "'file@one' is not a parameter reference", None),
        (_EFFECT.replace("file@0", ""), 4, "effect[0].path", "'' is not a parameter reference", None),
        (_EFFECT + "moves = '0'", 5, "effect[0].moves", "'0' is not a parameter reference", None),
        (_EFFECT + "arity = [2, 1]", 5, "effect[0].arity", "[2, 1] is no range", None),
        (_EFFECT + "arity = [1]", 5, "effect[0].arity", "[1] is not valid", None),
        (_EFFECT + "arity = 1", 5, "effect[0].arity", "is a number", None),
        (_EFFECT + "opens = 'yes'", 5, "effect[0].opens", "unknown key", "moves"),
        (_EFFECT + "raises = 'no'", 5, "effect[0].raises", "is text", None),
        (_EFFECT + "raises = 1", 5, "effect[0].raises", "is a number", None),
        (_EFFECT + "default = true", 5, "effect[0].default", "is true", None),
        (_EFFECT + "default = 2020-01-01", 5, "effect[0].default", "is a date or a time", None),
        (_EFFECT + "default = '<tmpdir>/x'", 5, "effect[0].default", "<tmpdir> is not known", "<tempdir>"),
        (_EFFECT + "limit-mb = 0", 5, "effect[0].limit-mb", "0 is not valid", None),
        (_EFFECT + f"limit-mb = 1{'0' * 30}", 5, "effect[0].limit-mb", "is too large", None),
        (_EFFECT + "temporary = ['removed']", 5, "effect[0].temporary", "is a list", None),
        (_EFFECT + "temporary = 'remove'", 5, "effect[0].temporary", "'remove' is not valid", "removed"),
        (_EFFECT + "library = 'matplotlip'", 5, "effect[0].library", "no library-default has", "matplotlib"),
        (_EFFECT + "library = 'acmee'\n" + _DEFAULT, 5, "effect[0].library", "no library-default has the name", "acme"),
        (
            _EFFECT + "when = [{ argument = 'mode@1', matches = '(w' }]",
            5,
            "effect[0].when[0].matches",
            "'(w' is no regular expression: missing ), unterminated subpattern at position 0 (row of acme.save)",
            None,
        ),
        (
            _EFFECT + "when = [{ argument = 'mode@1', match = 'w' }]",
            5,
            "effect[0].when[0].match",
            "unknown key",
            "matches",
        ),
        (
            _EFFECT + "when = [\n { argument = 'm' },\n]",
            6,
            "effect[0].when[0]",
            "the key matches or given is missing",
            None,
        ),
        (_EFFECT + "when = { argument = 'm', matches = 'w' }", 5, "effect[0].when", "is a table", None),
        (
            _EFFECT + "[[effect.when]]\nargument = '-'\nmatches = 'w'",
            6,
            "effect[0].when[0].argument",
            "'-' is not a",
            None,
        ),
        (
            _EFFECT + f"when = [{{ argument = 'm', matches = '{'a' * 2_000}' }}]",
            5,
            "effect[0].when[0].matches",
            "has more",
            None,
        ),
        (_RETURNS + "enters = 'vlaue'", 3, "returns[0].enters", "'vlaue' is not valid", "value"),
        (_RETURNS + "suffix = '.{format@x}'", 3, "returns[0].suffix", "'format@x' is not a parameter reference", None),
        (_RETURNS + "attributes = { key = 3 }", 3, "returns[0].attributes.key", "is a number", None),
        (_RETURNS + "attributes = { key = 'a b' }", 3, "returns[0].attributes.key", "'a b' is not a parameter", None),
        (_RETURNS + "items = ['x', 3]", 3, "returns[0].items[1]", "is a number", None),
        ("[[passes]]\ncall = 'a.b'\nvalue = '*'", 3, "passes[0].value", "'*' is not a parameter reference", None),
        ("[[stores]]\ncall = 'a.b'\ncontent = '@x'", 3, "stores[0].content", "'@x' is not a parameter reference", None),
        ("[[fetches]]\ncall = 'a.b'\ninto = '@x'", 3, "fetches[0].into", "'@x' is not a parameter reference", None),
        ("[[reads]]\ncall = 'a.b'\npath = '@x'", 3, "reads[0].path", "'@x' is not a parameter reference", None),
        ("[[invokes]]\ncall = 'a.b'\nfunction = 'f f'", 3, "invokes[0].function", "'f f' is not a parameter", None),
        (
            _INVOKES + "arguments = ['*x', '*?']",
            4,
            "invokes[0].arguments[1]",
            "'?' is not a parameter reference",
            None,
        ),
        (
            _INVOKES + "result = 'lists'",
            4,
            "invokes[0].result",
            "'lists' is not",
            "list",
        ),
        ("[[neutral]]\ncall = 'a.b'", 1, "neutral[0]", "the key reason is missing (row of a.b)", None),
        (_COMMAND, 1, "command[0]", "names, and one of effect, runs, runs-after and script are needed", None),
        (_COMMAND + "effect = [{ kind = 'write' }]", 3, "command[0].effect[0]", "the key path is missing", None),
        (
            _COMMAND + "effect = [{ kind = 'writes', path = '{0}' }]",
            3,
            "command[0].effect[0].kind",
            "'writes'",
            "write",
        ),
        (
            _COMMAND + "effect = [{ kind = 'write', path = '{-o}' }]",
            1,
            "command[0]",
            "'-o' in '{-o}' is no argument",
            None,
        ),
        (_COMMAND + "style = 'shrot'\nruns = 1", 3, "command[0].style", "'shrot' is not valid", "short"),
        (_COMMAND + "remote = '['\nruns = 1", 3, "command[0].remote", "'[' is no regular expression", None),
        ("[[alias]]\nname = 'a b'\nof = 'c.d'", 2, "alias[0].name", "'a b' is no dotted name", None),
        ("[[alias]]\nname = 'a.b'\nof = ''", 3, "alias[0].of", "'' is no dotted name", None),
        (_DEFAULT + "imports = ['a-b']", 6, "library-default[0].imports[0]", "'a-b' names no module", None),
        (_DEFAULT + "calls = ['load']", 6, "library-default[0].calls[0]", "'load' names no callable", None),
        (_DEFAULT + "outcome = 'fail'", 6, "library-default[0].outcome", "'fail' is not valid", "fails"),
        (_DEFAULT + "arguments = ['a a']", 6, "library-default[0].arguments[0]", "'a a' is not a parameter", None),
        (
            _DEFAULT + "told-by = [{ call = 'x' }]",
            6,
            "library-default[0].told-by[0].call",
            "'x' names no callable",
            None,
        ),
        (_DEFAULT + "trigger = 'import acme'", 6, "library-default[0].trigger", "unknown key (row of acme)", None),
        (
            _PACKAGE + "unpacked-mb = 0",
            4,
            "package[0].unpacked-mb",
            "0 is not",
            None,
        ),
        (
            _PACKAGE + "unpacked-mb = inf",
            4,
            "package[0].unpacked-mb",
            "is too",
            None,
        ),
        (
            _PACKAGE + "unpacked-mb = nan",
            4,
            "package[0].unpacked-mb",
            "nan is",
            None,
        ),
        (
            "[[package]]\ndistribution = 'a/b'\nversion = '1'\nunpacked-mb = 1",
            2,
            "package[0].distribution",
            "'a/b' is",
            None,
        ),
        (_LAYER + "arns = []", 4, "shared-layer[0].arns", "is empty", None),
        (
            "[[shared-layer]]\nname = 'a'\narns = [' ']\ncomplete = true",
            3,
            "shared-layer[0].arns[0]",
            "the pattern",
            None,
        ),
        (_EFFECT + "# again\n" + _EFFECT, 6, "effect[1]", "is given twice, first in line 1 (row of acme.save)", None),
        (
            "alias = [\n { name = 'a.b', of = 'c.d' },\n { name = 'a.b', of = 'c.e' },\n]",
            3,
            "alias[1]",
            "is given twice, first in line 2 (row of a.b)",
            None,
        ),
        (
            _EFFECT + "[[neutral]]\ncall = 'acme.save'\nreason = 'x'",
            5,
            "neutral[0]",
            "the file has a row in effect for the same call (row of acme.save)",
            None,
        ),
    ],
)
def test_a_wrong_row(tmp_path: Path, text: str, line: int, key: str, problem: str, nearest: str | None) -> None:
    error = of_file(tmp_path, text + "\n")
    assert (error.file, error.line, error.key) == (str(tmp_path / "rows.toml"), line, key)
    assert error.problem.startswith(problem)
    assert error.nearest == nearest
    assert "\n" not in str(error)


def test_a_row_in_the_configuration(tmp_path: Path) -> None:
    text = "[tool.lambdalint]\n[[tool.lambdalint.catalogue.effect]]\ncall = 'a.b'\nkind = 'wirte'\npath = 'f'\n"
    error = refused(tmp_path, text)
    assert str(error) == (
        f"{tmp_path / 'pyproject.toml'}:4: catalogue.effect[0].kind: 'wirte' is not valid (row of a.b); expected one "
        "of write, append, create_dir, delete, rename, metadata, extract, database, cache, log, read, exec, "
        "change_dir, store; did you mean write?"
    )
    error = refused(tmp_path, "[tool.lambdalint]\n[tool.lambdalint.catalogue.effect]\ncall = 'a.b'\n")
    assert (error.line, error.expected) == (2, "an array of tables [[tool.lambdalint.catalogue.effect]]")
    (tmp_path / "pyproject.toml").unlink()
    error = refused(tmp_path, "[catalogue.effect]\ncall = 'a.b'\n", "lambdalint.toml")
    assert (error.line, error.expected) == (1, "an array of tables [[catalogue.effect]]")


@pytest.mark.parametrize(
    ("text", "line", "key", "problem"),
    [
        ("catalogue = []", 1, "catalogue", "is a list"),
        ("catalogue-files = 'rows.toml'", 1, "catalogue-files", "is text"),
        ("catalogue-files = [\n 'rows.toml',\n '']", 3, "catalogue-files[1]", "'' is not valid"),
        ("catalogue-files = ['rwos.toml']", 1, "catalogue-files[0]", "{folder}/rwos.toml does not exist"),
        ("catalogue-files = ['.']", 1, "catalogue-files[0]", "{folder} is a folder, not a file"),
        ("catalogue-files = ['/etc/rows.toml']", 1, "catalogue-files[0]", "'/etc/rows.toml' is an absolute path"),
        ("catalogue-files = ['../rows.toml']", 1, "catalogue-files[0]", "'../rows.toml' lies outside of the project"),
        ("catalogue-files = ['link.toml']", 1, "catalogue-files[0]", "'link.toml' lies outside of the project"),
        ('catalogue-files = ["a\\u0000b"]', 1, "catalogue-files[0]", "a path cannot hold the character NUL"),
        (f"catalogue-files = {['rows.toml'] * 21}", 1, "catalogue-files", "names more than 20 files"),
    ],
)
def test_a_wrong_name_of_a_file(tmp_path: Path, text: str, line: int, key: str, problem: str) -> None:
    folder = tmp_path / "project"
    folder.mkdir()
    for place in (folder, tmp_path):
        (place / "rows.toml").write_text("", encoding="utf-8")
    (folder / "link.toml").symlink_to(tmp_path / "rows.toml")
    error = refused(folder, text + "\n", "lambdalint.toml")
    assert (error.line, error.key, error.problem) == (line, key, problem.format(folder=folder))


def test_the_nearest_file(tmp_path: Path) -> None:
    (tmp_path / "rows.toml").write_text("", encoding="utf-8")
    assert refused(tmp_path, "catalogue-files = ['rwos.toml']", "lambdalint.toml").nearest == "rows.toml"


def test_a_file_elsewhere_in_the_repository_is_read(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / "rows.toml").write_text(_EFFECT, encoding="utf-8")
    (tmp_path / "service").mkdir()
    (tmp_path / "service" / "lambdalint.toml").write_text("catalogue-files = ['../rows.toml']", encoding="utf-8")
    assert [name for name, _ in loaded(tmp_path / "service").settings.catalogue_rows] == ["../rows.toml"]


@pytest.mark.parametrize(
    ("content", "line", "problem"),
    [
        (b"\n[[effect]\n", 2, "is not TOML"),
        (b"#\nx = '\xff'\n", 2, "is not UTF-8 (byte 7)"),
        (b"effect = " + b"[" * 100_000, None, "is nested too deeply"),
        (b"#" * 5_000_001, None, "is larger than 5 MB"),
        (b"[[effect]]\ncall = 'a.b'\ncall = 'a.c'\n", 3, "is given twice, first in line 2"),
        (b"neutral = [" + b"{}," * 20_001 + b"]", 1, "has more than 20,000 rows"),
    ],
)
def test_a_broken_file(tmp_path: Path, content: bytes, line: int | None, problem: str) -> None:
    (tmp_path / "lambdalint.toml").write_text("catalogue-files = ['rows.toml']\n", encoding="utf-8")
    (tmp_path / "rows.toml").write_bytes(content)
    with pytest.raises(ConfigError) as caught:
        loaded(tmp_path)
    assert caught.value.file == str(tmp_path / "rows.toml")
    assert caught.value.problem.startswith(problem)
    assert line is None or caught.value.line == line


def test_a_pipe_is_not_read(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "rows.toml")
    error = refused(tmp_path, "catalogue-files = ['rows.toml']", "lambdalint.toml")
    assert error.problem == f"{tmp_path / 'rows.toml'} is no regular file"
