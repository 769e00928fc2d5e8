from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from lambdalint.catalogue import in_use
from lambdalint.config import ConfigError
from lambdalint.model import PerFileIgnore, Severity

from .sample import loaded

if TYPE_CHECKING:
    from pathlib import Path

    from lambdalint.model import Settings


def write(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def settings_of(folder: Path, files: dict[str, str]) -> Settings:
    """Write *files* and return the settings for the folder of the first of them."""
    write(folder, files)
    return loaded((folder / next(iter(files))).parent).settings


def test_what_the_file_says_wins_key_by_key(tmp_path: Path) -> None:
    settings = settings_of(
        tmp_path,
        {
            "app/pyproject.toml": """
                [tool.lambdalint]
                extend = "../lambdalint-base.toml"
                ignore = ["LMB301"]
                extend-select = ["LMB301"]
                jobs = 2
                [tool.lambdalint.sizes]
                "*.bin" = 1
                "*.onnx" = 2
                [tool.lambdalint.rules.LMB101]
                severity = "info"
                max-mb = 3
            """,
            "lambdalint-base.toml": """
                select = ["LMB1"]
                extend-select = ["LMB900"]
                ignore = ["LMB102"]
                jobs = 4
                max-steps = 7
                [sizes]
                "*.pt" = 3
                "*.bin" = 4
                [rules.LMB101]
                severity = "error"
                writable = ["/data"]
                max-mb = 5
                [rules.LMB102]
                severity = "warning"
            """,
        },
    )
    assert (settings.select, settings.ignore) == (("LMB1",), ("LMB301",))
    assert settings.extend_select == ("LMB900", "LMB301")
    assert (settings.jobs, settings.max_steps) == (2, 7)
    assert [(pattern, size >> 20) for pattern, size in settings.sizes] == [("*.bin", 1), ("*.onnx", 2), ("*.pt", 3)]
    assert settings.rule_options == {"LMB101": {"max-mb": 3, "writable": ["/data"]}}
    assert settings.severities == {"LMB101": Severity.INFO, "LMB102": Severity.WARNING}
    assert settings.config_dir == tmp_path / "app"


def test_an_empty_list_replaces_a_list(tmp_path: Path) -> None:
    settings = settings_of(
        tmp_path,
        {
            "lambdalint.toml": "extend = 'base.toml'\nignore = []\nextend-select = []\n",
            "base.toml": "ignore = ['LMB1']\nextend-select = ['LMB3']\n",
        },
    )
    assert (settings.ignore, settings.extend_select) == ((), ("LMB3",))


def test_patterns_are_relative_to_the_file_that_has_them(tmp_path: Path) -> None:
    settings = settings_of(
        tmp_path,
        {
            "app/lambdalint.toml": """
                extend = "../lambdalint.toml"
                [per-file-ignores]
                "tests/*" = ["LMB1"]
            """,
            "lambdalint.toml": """
                exclude = ["app/old/", "gen/", "!app/gen/", "/tools"]
                [per-file-ignores]
                "app/tests/*" = ["LMB3"]
                "app/docs/*" = ["LMB3"]
                "other/*" = ["LMB3"]
                "app" = ["LMB102"]
                "app/" = ["LMB301"]
                "conftest.py" = ["LMB102"]
                "!app/src/*" = ["LMB301"]
                "!other/*" = ["LMB900"]
            """,
        },
    )
    assert settings.exclude == ("/old/", "gen/", "!/gen/")
    assert settings.per_file_ignores == (
        PerFileIgnore("tests/*", ("LMB1",)),
        PerFileIgnore("/tests/*", ("LMB3",)),
        PerFileIgnore("/docs/*", ("LMB3",)),
        PerFileIgnore("/**", ("LMB102", "LMB301", "LMB900")),
        PerFileIgnore("conftest.py", ("LMB102",)),
        PerFileIgnore("!/src/*", ("LMB301",)),
    )


def test_the_same_pattern_has_the_codes_of_the_nearer_file(tmp_path: Path) -> None:
    settings = settings_of(
        tmp_path,
        {
            "lambdalint.toml": "extend = 'base.toml'\n[per-file-ignores]\n'tests/*' = ['LMB1']\n",
            "base.toml": "[per-file-ignores]\n'docs/*' = ['LMB1']\n'tests/*' = ['LMB3']\n",
        },
    )
    assert settings.per_file_ignores == (PerFileIgnore("tests/*", ("LMB1",)), PerFileIgnore("docs/*", ("LMB1",)))


def test_exclude_is_replaced(tmp_path: Path) -> None:
    files = {"lambdalint.toml": "extend = 'base.toml'\nexclude = ['a']\n", "base.toml": "exclude = ['b']\n"}
    assert settings_of(tmp_path, files).exclude == ("a",)


def test_functions_are_added_and_their_folders_are_relative_to_their_file(tmp_path: Path) -> None:
    settings = settings_of(
        tmp_path,
        {
            "app/lambdalint.toml": "extend = '../lambdalint.toml'\n[[functions]]\nhandler = 'own.handler'\n",
            "lambdalint.toml": """
                [[functions]]
                handler = "first.handler"
                code-root = "app/src"
                search-path = ["lib", "app/lib"]
                layers = ["layers/common", "arn:aws:lambda:eu-west-1:1:layer:x:1"]
                [[functions]]
                handler = "second.handler"
            """,
        },
    )
    own, first, second = settings.functions
    assert (own.handler, own.code_root, own.span.path, own.span.line) == ("own.handler", "", "lambdalint.toml", 2)
    assert (first.handler, first.code_root, first.search_path) == ("first.handler", "src", ("../lib", "lib"))
    assert first.layers == ("../layers/common", "arn:aws:lambda:eu-west-1:1:layer:x:1")
    assert (first.span.path, first.span.line) == ("../lambdalint.toml", 2)
    assert (second.handler, second.code_root, second.search_path) == ("second.handler", "..", ())


def test_a_function_of_the_same_handler_folder_and_name_is_replaced(tmp_path: Path) -> None:
    settings = settings_of(
        tmp_path,
        {
            "app/lambdalint.toml": """
                extend = "../lambdalint.toml"
                functions = [
                    { handler = "a.b", code-root = "src", timeout = 1 },
                    { handler = "x.y", timeout = 4 },
                    { handler = "x.y", timeout = 5 },
                ]
            """,
            "lambdalint.toml": """
                functions = [
                    { handler = "c.d" },
                    { handler = "a.b", code-root = "app/src/", timeout = 2 },
                    { handler = "a.b", timeout = 3 },
                    { handler = "a.b", name = "n", code-root = "app/src" },
                ]
            """,
        },
    )
    assert [(one.handler, one.code_root, one.timeout) for one in settings.functions] == [
        ("a.b", "src", 1),
        ("x.y", "", 4),
        ("x.y", "", 5),
        ("c.d", "..", None),
        ("a.b", "..", 3),
        ("a.b", "src", None),
    ]


def test_the_baseline_is_relative_to_its_file(tmp_path: Path) -> None:
    files = {"app/lambdalint.toml": "extend = '../x/base.toml'\n", "x/base.toml": "baseline = 'known.json'\n"}
    assert settings_of(tmp_path, files).baseline == tmp_path / "x/known.json"


def test_a_chain_through_a_project_file_and_the_home_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    write(
        tmp_path,
        {
            "app/lambdalint.toml": "extend = '../pyproject.toml'\njobs = 1\n",
            "pyproject.toml": "[tool.lambdalint]\nextend = '~/all.toml'\njobs = 2\nmax-steps = 2\n",
            "home/all.toml": "jobs = 3\nmax-steps = 3\ncache-dir = 'c'\n",
        },
    )
    found = loaded(tmp_path / "app")
    assert (found.settings.jobs, found.settings.max_steps, found.settings.cache_dir) == (1, 2, "c")
    assert found.path == tmp_path / "app/lambdalint.toml"
    assert found.files == (tmp_path / "app/lambdalint.toml", tmp_path / "pyproject.toml", tmp_path / "home/all.toml")


def mistake(folder: Path, files: dict[str, str]) -> str:
    write(folder, files)
    with pytest.raises(ConfigError) as caught:
        loaded(folder)
    return str(caught.value).replace(f"{folder}/", "")


_EXPECTED = "; expected the path of a lambdalint.toml or pyproject.toml, relative to this file"


@pytest.mark.parametrize(
    ("extend", "said"),
    [
        ("bsae.toml", f"bsae.toml does not exist{_EXPECTED}; did you mean base.toml?"),
        ("no/where", f"no/where does not exist{_EXPECTED}"),
        ("conf", f"conf is a folder, not a file{_EXPECTED}"),
        ("link", f"link is a link to a file that does not exist{_EXPECTED}"),
        ("base.toml/x", f"base.toml/x does not exist{_EXPECTED}"),
        ("/dev/zero", f"/dev/zero is no regular file{_EXPECTED}"),
        ("sub/pyproject.toml", "sub/pyproject.toml has no table [tool.lambdalint]"),
    ],
)
def test_what_cannot_be_extended(tmp_path: Path, extend: str, said: str) -> None:
    (tmp_path / "conf").mkdir()
    (tmp_path / "link").symlink_to("nowhere")
    files = {
        "lambdalint.toml": f"jobs = 1\nextend = '{extend}'\n",
        "base.toml": "",
        "sub/pyproject.toml": "[project]\nname = 'lambdalint'\n",
    }
    assert mistake(tmp_path, files) == f"lambdalint.toml:2: extend: {said}"


def test_a_mistake_is_told_of_the_file_that_has_it(tmp_path: Path) -> None:
    start = {"lambdalint.toml": "extend = 'a/base.toml'\n"}
    assert mistake(tmp_path, {**start, "a/base.toml": "\nselct = []\n"}).startswith("a/base.toml:2: selct: unknown key")
    assert mistake(tmp_path, {**start, "a/base.toml": "\n["}).startswith("a/base.toml:2: is not TOML")
    assert mistake(tmp_path, {**start, "a/base.toml": "\nextend = 'x.toml'\n"}).startswith(
        "a/base.toml:2: extend: a/x.toml does not exist"
    )
    assert mistake(tmp_path, {**start, "a/base.toml": "[rules.LMB101]\nmax-mb = 'x'\n"}) == (
        "a/base.toml:2: rules.LMB101.max-mb: is text; expected a whole number"
    )


def test_files_that_extend_each_other(tmp_path: Path) -> None:
    assert mistake(tmp_path, {"lambdalint.toml": "extend = 'lambdalint.toml'\n"}) == (
        "lambdalint.toml:1: extend: the files extend each other: lambdalint.toml -> lambdalint.toml"
    )
    (tmp_path / "other").symlink_to(tmp_path)
    files = {
        "lambdalint.toml": "extend = 'a.toml'\n",
        "a.toml": "jobs = 1\nextend = 'b.toml'\n",
        "b.toml": "extend = 'other/a.toml'\n",
    }
    assert mistake(tmp_path, files) == (
        "b.toml:1: extend: the files extend each other: a.toml -> b.toml -> other/a.toml"
    )


def test_a_chain_without_end(tmp_path: Path) -> None:
    files = {f"{number}.toml": f"extend = '{number + 1}.toml'\n" for number in range(20)}
    assert mistake(tmp_path, {"lambdalint.toml": "extend = '0.toml'\n", **files}) == (
        "8.toml:1: extend: more than 10 files extend one another"
    )


def test_a_pattern_that_cannot_be_carried_over(tmp_path: Path) -> None:
    files = {
        "a/b/lambdalint.toml": "extend = '../../base.toml'\n",
        "base.toml": "\n[per-file-ignores]\n'!a/**/b/c' = ['LMB1']\n",
    }
    write(tmp_path, files)
    with pytest.raises(ConfigError) as caught:
        loaded(tmp_path / "a/b")
    assert str(caught.value) == (
        f'{tmp_path}/base.toml:3: per-file-ignores."!a/**/b/c": what the pattern leaves out of {tmp_path}/a/b is more '
        "than one pattern: name it there"
    )


def test_rows_for_the_catalogue_add_up(tmp_path: Path) -> None:
    effect = "[[{}effect]]\ncall = '{}'\nkind = 'write'\npath = '{}'\n"
    neutral = "[[{}neutral]]\ncall = '{}'\nreason = 'none'\n"
    own = ("tool.lambdalint.catalogue.", "a.both", "near@0")
    files = {
        "app/pyproject.toml": "[tool.lambdalint]\nextend = '../base.toml'\ncatalogue-files = ['near.toml']\n"
        + effect.format(*own)
        + neutral.format(own[0], "a.off"),
        "app/near.toml": effect.format("", "a.near", "f@0"),
        "base.toml": "catalogue-files = ['far.toml']\n"
        + effect.format("catalogue.", "a.both", "far@0")
        + effect.format("catalogue.", "a.off", "far@0")
        + effect.format("catalogue.", "a.base", "far@0"),
        "far.toml": effect.format("", "a.far", "f@0"),
    }
    write(tmp_path, files)
    found = loaded(tmp_path / "app")
    rows = [given.value for key, given in found.given.items() if key[0] == "catalogue" and key[1] == "effect"]
    assert [(row["call"], row["path"]) for row in rows] == [("a.both", "near@0"), ("a.base", "far@0")]
    assert found.settings.catalogue_files == ("near.toml", "../far.toml")
    assert [name for name, _ in found.settings.catalogue_rows] == [
        "pyproject.toml",
        "near.toml",
        "../base.toml",
        "../far.toml",
    ]
    catalogue = in_use(found.settings.catalogue_rows)
    assert {"a.both", "a.base", "a.near", "a.far"} < set(catalogue.effects)
    assert [row.path for row in catalogue.effects["a.both"]] == ["near@0"]
    assert "a.off" not in catalogue.effects
    assert catalogue.effects["a.far"][0].source == "../far.toml:1"
