from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from lambdalint import rules
from lambdalint.config import ConfigError, Overrides, RuleOptions, find, load
from lambdalint.model import Confidence, PerFileIgnore, Settings, Severity

from .sample import PLATFORMS, RULES, loaded


def read(folder: Path, text: str, name: str = "pyproject.toml", overrides: Overrides | None = None) -> Settings:
    (folder / name).write_text(text, encoding="utf-8")
    return loaded(folder, overrides).settings


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
        baseline = "known/findings.json"
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
        requirements = ["src/requirements.txt"]
        vpc = true

        [[tool.lambdalint.functions]]
        handler = "app.other"

        [tool.lambdalint.per-file-ignores]
        "tests/*" = ["LMB3", "LMB102"]
        "!src/*" = ["LMB1"]

        [tool.lambdalint.sizes]
        "s3://models/*.bin" = "1.5 GB"
        "/tmp/model/*" = 300

        [tool.lambdalint.shared-layers]
        "arn:aws:lambda:*:123456789012:layer:sdk:*" = ["boto3", "AWS_XRay.SDK"]

        [tool.lambdalint.rules.LMB101]
        severity = "warning"
        writable = ["/data"]

        [tool.lambdalint.rules.LMB301]
        severity = "info"
        """,
    )
    assert settings.sizes == (("s3://models/*.bin", 1_610_612_736), ("/tmp/model/*", 314_572_800))
    assert settings.shared_layers == (("arn:aws:lambda:*:123456789012:layer:sdk:*", ("boto3", "aws-xray-sdk")),)
    assert settings.select == ("LMB1",)
    assert settings.extend_select == ("LMB301",)
    assert settings.ignore == ("LMB102",)
    assert settings.exclude == ("tests/",)
    assert settings.writable == ("/mnt/data",)
    assert (settings.min_severity, settings.min_confidence) == (Severity.WARNING, Confidence.LOW)
    assert settings.baseline == tmp_path / "known/findings.json"
    assert (settings.jobs, settings.cache_dir, settings.max_steps) == (3, "build/cache", 1000)
    assert settings.signature_fallback is False
    assert settings.per_file_ignores == (
        PerFileIgnore("tests/*", ("LMB3", "LMB102")),
        PerFileIgnore("!src/*", ("LMB1",)),
    )
    assert settings.rule_options == {"LMB101": {"writable": ["/data"]}}
    assert settings.severities == {"LMB101": Severity.WARNING, "LMB301": Severity.INFO}
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
    assert first.requirements == ("src/requirements.txt",)
    assert (first.span.path, first.span.line) == ("pyproject.toml", 16)
    assert (second.handler, second.platform, second.span.line) == ("app.other", "aws-lambda", 31)


def test_the_file_of_its_own_has_the_same_keys_and_wins(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("[tool.lambdalint]\njobs = 2\n")
    assert read(tmp_path, "jobs = 3\n[rules.LMB101]\nmax-mb = 1\n", "lambdalint.toml").jobs == 3


def test_an_empty_file_ends_the_search(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("[tool.lambdalint]\njobs = 2\n")
    inner = tmp_path / "inner"
    inner.mkdir()
    (inner / "lambdalint.toml").touch()
    found = loaded(inner)
    assert (found.path, found.settings.jobs, found.settings.config_dir) == (inner / "lambdalint.toml", 1, inner)


def test_the_nearest_configuration_upwards_holds(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("[tool.lambdalint]\njobs = 2\n")
    inner = tmp_path / "a/b"
    inner.mkdir(parents=True)
    (tmp_path / "a/pyproject.toml").write_text("[project]\nname = 'x'\n")
    (inner / "app.py").touch()
    found = loaded(inner / "app.py")
    assert found.settings.jobs == 2
    assert found.path == tmp_path / "pyproject.toml"
    assert load(inner, RULES, isolated=True).settings.jobs == 1
    assert find(inner / "app.py") == tmp_path / "pyproject.toml"


def test_flags_override_the_file(tmp_path: Path) -> None:
    text = (
        '[tool.lambdalint]\nselect = ["LMB1"]\nextend-select = ["LMB301"]\nignore = ["LMB102"]\n'
        'min-severity = "error"\nbaseline = "a.json"\njobs = 2\n'
    )
    overrides = Overrides(
        select=("LMB3",),
        extend_select=("LMB900",),
        ignore=("LMB101",),
        min_severity=Severity.INFO,
        min_confidence=Confidence.HIGH,
        baseline=Path("b.json"),
        jobs=4,
        cache=False,
        noqa=False,
    )
    settings = read(tmp_path, text, overrides=overrides)
    assert (settings.select, settings.extend_select) == (("LMB3",), ("LMB301", "LMB900"))
    assert settings.ignore == ("LMB101",)
    assert (settings.min_severity, settings.min_confidence) == (Severity.INFO, Confidence.HIGH)
    assert (settings.jobs, settings.cache, settings.noqa) == (4, False, False)
    assert settings.baseline == Path.cwd() / "b.json"


def test_what_no_flag_says_is_left_to_the_file(tmp_path: Path) -> None:
    text = "[tool.lambdalint]\nselect = ['LMB1']\nbaseline = 'a.json'\n"
    assert read(tmp_path, text, overrides=Overrides()) == read(tmp_path, text)
    assert loaded(tmp_path).settings.noqa is True


def test_no_jobs_stands_for_all_processors(tmp_path: Path) -> None:
    processors = os.cpu_count() or 1
    assert read(tmp_path, "[tool.lambdalint]\njobs = 0\n").jobs == processors
    assert load(tmp_path, RULES, isolated=True, overrides=Overrides(jobs=0)).settings.jobs == processors


def test_a_file_named_by_flag(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("[tool.lambdalint]\njobs = 2\n")
    (tmp_path / "other.toml").write_text("jobs = 5\n")
    assert loaded(tmp_path, file=tmp_path / "other.toml").settings.jobs == 5
    with pytest.raises(ConfigError, match="cannot be read: No such file"):
        loaded(tmp_path, file=tmp_path / "missing.toml")
    with pytest.raises(ConfigError, match="cannot be read: Is a directory"):
        loaded(tmp_path, file=tmp_path)


def test_the_folder_of_a_file_named_by_a_relative_path_is_absolute(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "other.toml").write_text("baseline = 'a.json'\n")
    monkeypatch.chdir(tmp_path)
    settings = loaded(tmp_path, file=Path("other.toml")).settings
    assert (settings.config_dir, settings.baseline) == (tmp_path, tmp_path / "a.json")


def test_the_home_folder_in_a_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    assert read(tmp_path, "[tool.lambdalint]\nbaseline = '~/a.json'\n").baseline == tmp_path / "home/a.json"


@pytest.mark.parametrize("prefix", ["--", "--lambdalint-"])
def test_an_unknown_code_in_a_flag_is_told_by_the_name_of_the_flag(tmp_path: Path, prefix: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load(tmp_path, RULES, overrides=Overrides(extend_select=("LMB120",), prefix=prefix))
    assert str(caught.value) == (
        f"{prefix}extend-select: no rule has the code 'LMB120'; "
        "expected a list of rule codes or their prefixes; did you mean LMB102?"
    )


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


def test_only_the_options_of_a_rule_make_it_necessary_to_know_its_type(tmp_path: Path) -> None:
    asked: list[str] = []
    options = RuleOptions(RULES.codes, lambda code: asked.append(code) or RULES.type_of(code))  # type: ignore[func-returns-value]  # append returns None
    (tmp_path / "lambdalint.toml").write_text(
        "select = ['LMB1']\n[per-file-ignores]\n'*' = ['LMB102']\n[rules]\nLMB102.severity = 'info'\nLMB301 = {}\n"
    )
    load(tmp_path, options, platforms=lambda: PLATFORMS)
    assert asked == []
    (tmp_path / "lambdalint.toml").write_text("[rules.LMB101]\nmax-mb = 3\n")
    load(tmp_path, options, platforms=lambda: PLATFORMS)
    assert asked == ["LMB101"]


def test_loading_imports_no_rule_and_no_syntax_library(tmp_path: Path) -> None:
    (tmp_path / "lambdalint.toml").write_text("select = ['LMB1']\nextend = 'base.toml'\n")
    (tmp_path / "base.toml").write_text("[rules.LMB102]\nseverity = 'info'\n")
    program = (
        "import sys\nfrom pathlib import Path\nfrom lambdalint import config, loading\n"
        f"print(config.load(Path({str(tmp_path)!r}), loading.rule_options()).settings.select)\n"
        "print([name for name in sys.modules if name in ('libcst', 'yaml', 'pathspec', 'rich')"
        " or name.startswith('lambdalint.rules.lmb')])\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "('LMB1',)\n[]\n"


def test_no_rule_has_an_option_of_a_name_that_all_rules_share() -> None:
    assert [code for code, rule in rules.registry().items() if "severity" in rule.Options.__struct_fields__] == []
