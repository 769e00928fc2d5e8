from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest

from lambdalint.config import ConfigError, Overrides, RuleOptions, load
from lambdalint.model import Confidence, Settings, Severity

if TYPE_CHECKING:
    from pathlib import Path


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="kebab"):
    writable: tuple[str, ...] = ()
    max_mb: int = 5


RULES = RuleOptions(("LMB101", "LMB102", "LMB301", "LMB900"), {"LMB101": Options}.get)


def read(folder: Path, text: str, name: str = "pyproject.toml", overrides: Overrides | None = None) -> Settings:
    (folder / name).write_text(text, encoding="utf-8")
    platforms = ("aws-lambda", "vercel")
    return load(folder, RULES, platforms=lambda: platforms, overrides=overrides).settings


def refused(folder: Path, text: str, name: str = "pyproject.toml") -> ConfigError:
    with pytest.raises(ConfigError) as caught:
        read(folder, text, name)
    assert caught.value.file == str(folder / name)
    return caught.value


def test_without_configuration_the_defaults_hold(tmp_path: Path) -> None:
    assert load(tmp_path, RULES, isolated=True).settings == Settings()
    assert read(tmp_path, "[tool.other]\nlambdalint = 1\n") == Settings()


def test_every_key(tmp_path: Path) -> None:
    settings = read(
        tmp_path,
        """
        [tool.lambdalint]
        select = ["LMB1"]
        extend-select = ["LMB301"]
        ignore = ["LMB102"]
        exclude = ["tests/"]
        writable = ["/mnt/data"]
        min-severity = "warning"
        min-confidence = "low"
        jobs = 3
        cache-dir = "build/cache"
        signature-fallback = false
        max-steps = 1000

        [[tool.lambdalint.functions]]
        handler = "app.handler"
        name = "Report"
        code-root = "src"
        platform = "vercel"
        runtime = "python3.13"
        tmp-mb = 1024
        timeout = 30
        env = { STAGE = "prod" }
        mounts = ["/mnt/data"]
        layers = ["layers/common"]
        search-path = ["lib"]
        vpc = true

        [[tool.lambdalint.functions]]
        handler = "app.other"

        [tool.lambdalint.sizes]
        "s3://models/*.bin" = "1.5 GB"
        "/tmp/model/*" = 300

        [tool.lambdalint.rules.LMB101]
        writable = ["/data"]
        """,
    )
    assert settings.sizes == (("s3://models/*.bin", 1_610_612_736), ("/tmp/model/*", 314_572_800))
    assert settings.select == ("LMB1",)
    assert settings.extend_select == ("LMB301",)
    assert settings.ignore == ("LMB102",)
    assert settings.exclude == ("tests/",)
    assert settings.writable == ("/mnt/data",)
    assert (settings.min_severity, settings.min_confidence) == (Severity.WARNING, Confidence.LOW)
    assert (settings.jobs, settings.cache_dir, settings.max_steps) == (3, "build/cache", 1000)
    assert settings.signature_fallback is False
    assert settings.rule_options == {"LMB101": {"writable": ["/data"]}}
    assert settings.config_dir == tmp_path
    first, second = settings.functions
    assert (first.handler, first.name, first.code_root, first.platform) == (
        "app.handler",
        "Report",
        "src",
        "vercel",
    )
    assert (first.runtime, first.tmp_mb, first.timeout, first.vpc) == ("python3.13", 1024, 30, True)
    assert (first.env, first.mounts) == ((("STAGE", "prod"),), ("/mnt/data",))
    assert (first.layers, first.search_path) == (("layers/common",), ("lib",))
    assert (first.span.path, first.span.line) == ("pyproject.toml", 15)
    assert (second.handler, second.platform, second.span.line) == ("app.other", "aws-lambda", 29)


def test_the_file_of_its_own_has_the_same_keys_and_wins(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("[tool.lambdalint]\njobs = 2\n")
    assert read(tmp_path, "jobs = 3\n[rules.LMB101]\nmax-mb = 1\n", "lambdalint.toml").jobs == 3


def test_the_nearest_configuration_upwards_holds(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("[tool.lambdalint]\njobs = 2\n")
    inner = tmp_path / "a/b"
    inner.mkdir(parents=True)
    (tmp_path / "a/pyproject.toml").write_text("[project]\nname = 'x'\n")
    (inner / "app.py").touch()
    loaded = load(inner / "app.py", RULES)
    assert loaded.settings.jobs == 2
    assert loaded.path == tmp_path / "pyproject.toml"
    assert load(inner, RULES, isolated=True).settings.jobs == 1


def test_flags_override_the_file(tmp_path: Path) -> None:
    text = '[tool.lambdalint]\nselect = ["LMB1"]\nextend-select = ["LMB301"]\nmin-severity = "error"\njobs = 2\n'
    overrides = Overrides(select=("LMB3",), extend_select=("LMB900",), min_severity=Severity.INFO, jobs=4, cache=False)
    settings = read(tmp_path, text, overrides=overrides)
    assert (settings.select, settings.extend_select) == (("LMB3",), ("LMB301", "LMB900"))
    assert (settings.min_severity, settings.jobs, settings.cache) == (Severity.INFO, 4, False)


def test_no_jobs_stands_for_all_processors(tmp_path: Path) -> None:
    assert read(tmp_path, "[tool.lambdalint]\njobs = 0\n").jobs >= 1


def test_a_file_named_by_flag(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("[tool.lambdalint]\njobs = 2\n")
    (tmp_path / "other.toml").write_text("jobs = 5\n")
    assert load(tmp_path, RULES, file=tmp_path / "other.toml").settings.jobs == 5
    with pytest.raises(ConfigError, match="cannot be read: No such file"):
        load(tmp_path, RULES, file=tmp_path / "missing.toml")


@pytest.mark.parametrize(
    ("text", "line", "key", "nearest"),
    [
        ("min-severty = 'error'", 3, "min-severty", "min-severity"),
        ("exclud = []", 3, "exclud", "exclude"),
        ("[tool.lambdalint.rules.LMB101]\nwriteable = []", 4, "rules.LMB101.writeable", "writable"),
        ("[tool.lambdalint.rules.LMB102]\nwritable = []", 4, "rules.LMB102.writable", None),
        ("[tool.lambdalint.rules.LMB1O1]\nwritable = []", 3, "rules.LMB1O1", "LMB101"),
        (
            "[[tool.lambdalint.functions]]\nhandler = 'a.b'\ncode_root = 'x'",
            5,
            "functions[0].code_root",
            "code-root",
        ),
        ("functions = [{ handler = 'a.b', tmp = 1 }]", 3, "functions[0].tmp", "tmp-mb"),
    ],
)
def test_unknown_keys(tmp_path: Path, text: str, line: int, key: str, nearest: str | None) -> None:
    error = refused(tmp_path, f"# first\n[tool.lambdalint]\n{text}\n")
    assert (error.line, error.key, error.nearest) == (line, key, nearest)
    assert str(error).startswith(f"{tmp_path / 'pyproject.toml'}:{line}: {key}: ")


@pytest.mark.parametrize(
    ("text", "line", "key", "expected"),
    [
        ("select = 'LMB1'", 2, "select", "a list of rule codes"),
        ("jobs = '2'", 2, "jobs", "a whole number"),
        ("jobs = true", 2, "jobs", "a whole number"),
        ("jobs = -1", 2, "jobs", "a whole number"),
        ("min-severity = 'high'", 2, "min-severity", "one of error, warning, info"),
        ("min-confidence = 1", 2, "min-confidence", "one of high, medium, low"),
        ("writable = ['data']", 2, "writable", "a list of absolute folders"),
        ("exclude = [\n  'a',\n  3,\n]", 2, "exclude[1]", "a list of patterns"),
        ("rules = []", 2, "rules", "tables [tool.lambdalint.rules.CODE]"),
        ("[tool.lambdalint.rules.LMB101]\nmax-mb = 'x'", 3, "rules.LMB101.max-mb", "a whole number"),
        ("[tool.lambdalint.rules.LMB101]\nwritable = [1]", 3, "rules.LMB101.writable[0]", "a list of texts"),
        ("[[tool.lambdalint.functions]]\nname = 'x'", 2, "functions[0]", "text: module.function"),
        (
            "[[tool.lambdalint.functions]]\nhandler = 'app'",
            3,
            "functions[0].handler",
            "text: module.function",
        ),
        (
            "[[tool.lambdalint.functions]]\nhandler = 'a.b'\nplatform = 'versel'",
            4,
            "functions[0].platform",
            "one of",
        ),
        (
            "[[tool.lambdalint.functions]]\nhandler = 'a.b'\nenv = { A = 1 }",
            4,
            "functions[0].env",
            "a table of texts",
        ),
        (
            "[[tool.lambdalint.functions]]\nhandler = 'a.b'\ncode-root = '/x'",
            4,
            "functions[0].code-root",
            "relative",
        ),
    ],
)
def test_wrong_values(tmp_path: Path, text: str, line: int, key: str, expected: str) -> None:
    error = refused(tmp_path, f"[tool.lambdalint]\n{text}\n")
    assert (error.line, error.key) == (line, key)
    assert error.expected is not None
    assert expected in error.expected


@pytest.mark.parametrize(("code", "nearest"), [("LMB120", "LMB102"), ("LBM101", "LMB101"), ("", None), ("E501", None)])
@pytest.mark.parametrize("key", ["select", "extend-select", "ignore"])
def test_unknown_codes(tmp_path: Path, key: str, code: str, nearest: str | None) -> None:
    error = refused(tmp_path, f"[tool.lambdalint]\n\n{key} = ['LMB1', '{code}']\n")
    assert (error.line, error.key, error.nearest) == (3, f"{key}[1]", nearest)


def test_an_unknown_code_in_a_flag(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"--select: no rule has the code 'LMB120'.*did you mean LMB102\?"):
        load(tmp_path, RULES, overrides=Overrides(select=("LMB120",)))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (b"[tool.lambdalint\n", "is not TOML"),
        (b"lambdalint = '\xff'\n", "is not UTF-8"),
        (b"[tool]\nlambdalint = 3\n", "is not a table"),
        (b"lambdalint = " + b"[" * 100_000, "nested too deeply"),
    ],
)
def test_broken_files(tmp_path: Path, text: bytes, said: str) -> None:
    (tmp_path / "pyproject.toml").write_bytes(text)
    with pytest.raises(ConfigError, match=said):
        load(tmp_path, RULES)


@pytest.mark.parametrize(
    ("value", "size"),
    [
        ('"1 MB"', 2**20),
        ('"1.5gb"', 3 * 2**29),
        ('" 20 KiB "', 20480),
        ('"7 B"', 7),
        ("300", 300 * 2**20),
        ("0.5", 2**19),
    ],
)
def test_sizes(tmp_path: Path, value: str, size: int) -> None:
    assert read(tmp_path, f"[tool.lambdalint.sizes]\n'*.bin' = {value}\n").sizes == (("*.bin", size),)


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("'*.bin' = '12 apples'", "sizes.*.bin: '12 apples' is not a size"),
        ("'*.bin' = '1,5 GB'", "sizes.*.bin: '1,5 GB' is not a size"),
        ("'*.bin' = '12'", "sizes.*.bin: '12' is not a size"),
        ("'*.bin' = 0", "sizes.*.bin: 0 is not a size"),
        ("'*.bin' = -3", "sizes.*.bin: -3 is not a size"),
        ("'*.bin' = nan", "sizes.*.bin: nan is not a size"),
        ("'*.bin' = inf", "sizes.*.bin: inf is not a size"),
        ("'' = 3", "the pattern is empty"),
    ],
)
def test_wrong_sizes(tmp_path: Path, line: str, problem: str) -> None:
    error = refused(tmp_path, f"[tool.lambdalint.sizes]\n'*.ok' = 1\n{line}\n")
    assert problem in str(error)
    assert error.line == 3
    assert error.expected == 'a table from patterns to sizes, such as "1.5 GB", or numbers of MB'


@pytest.mark.parametrize(
    "line", ["sizes = 3", "sizes = ['*.bin']", "sizes = { '*.bin' = true }", "sizes = { a = [1] }"]
)
def test_sizes_of_a_wrong_type(tmp_path: Path, line: str) -> None:
    error = refused(tmp_path, f"[tool.lambdalint]\n{line}\n")
    assert error.line == 2
    assert error.expected == 'a table from patterns to sizes, such as "1.5 GB", or numbers of MB'
