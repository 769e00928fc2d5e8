"""flake8's options, comments and configuration files, and those that the plugin adds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from flake8_plugin.programs import Program, command_line, installed, places

if TYPE_CHECKING:
    from pathlib import Path


def test_selection_is_flake8s(flake8: Program, project: Path) -> None:
    def codes(*arguments: str) -> list[str]:
        return sorted(line.split()[1] for line in flake8.run(*arguments, "app.py", cwd=project).of("F", "LMB"))

    both = ["F401", "LMB102"]
    assert codes() == codes("--extend-ignore=LMB2") == both
    assert codes("--select=LMB1") == codes("--extend-ignore=LMB,F", "--select=LMB1") == ["LMB102"]
    assert codes("--select=F,LMB2") == codes("--extend-ignore=LMB102") == codes("--ignore=LMB1") == ["F401"]
    assert codes("--per-file-ignores=app.py:LMB") == ["F401"]
    assert codes("--per-file-ignores=plain.py:LMB") == both


SILENCED = """\
# lambdalint: ignore-file[LMB2]
def handler(event, context):
    open("a.csv", "w")  # noqa: LMB102
    open("b.csv", "w")  # noqa
    open("c.csv", "w")  # noqa: E501, LMB1
    open(
        "d.csv", "w"
    )  # noqa: LMB102
    open(  # noqa: LMB102
        "e.csv",
        "w",
    )
    open("f.csv", "w").write(\"\"\"
    \"\"\")  # noqa: LMB102
    open("g.csv", "w")  #noqa:LMB102
    open("h.csv", "w")  # noqa: LMB3
    open("i.csv", "w")  # lambdalint: ignore[LMB102]
"""


def test_comments_silence_what_they_silence_on_the_command_line(flake8: Program, project: Path) -> None:
    (project / "app.py").write_text(SILENCED)
    shown = flake8.run("--select=LMB", cwd=project)
    assert shown.of("LMB") == command_line(cwd=project)
    assert places(shown.of("LMB102")) == ["app.py:16"]
    everything = flake8.run("--select=LMB", "--disable-noqa", cwd=project)
    lines = sorted(int(line.split(":")[1]) for line in everything.of("LMB102"))
    assert lines == [3, 4, 5, 6, 9, 13, 15, 16]


def test_a_file_that_flake8_skips_is_skipped(flake8: Program, project: Path) -> None:
    (project / "app.py").write_text("# flake8: noqa\n" + (project / "app.py").read_text())
    assert not flake8.run(cwd=project).lines
    assert places(flake8.run("--disable-noqa", "--select=LMB", cwd=project).of("LMB")) == ["app.py:6"]


@pytest.mark.parametrize("name", ["setup.cfg", "tox.ini", ".flake8"])
def test_options_in_the_configuration_of_flake8(flake8: Program, project: Path, name: str) -> None:
    (project / name).write_text("[flake8]\nselect = LMB\nlambdalint-ignore =\n    LMB3,\n    LMB102\n")
    assert not flake8.run(cwd=project).lines
    assert len(flake8.run("--lambdalint-ignore=LMB3", cwd=project).lines) == 1
    (project / name).write_text("[flake8]\nselect = LMB\nlambdalint_select = LMB3\nlambdalint_extend_select = LMB1\n")
    assert len(flake8.run(cwd=project).lines) == 1


def test_options_mean_what_those_of_the_command_line_mean(newest_flake8: Program, project: Path) -> None:
    (project / "other").mkdir()
    (project / "other" / "strict.toml").write_text('ignore = ["LMB102"]\n')

    def count(*options: str, **configuration: str) -> int:
        lines = [f"lambdalint-{key.replace('_', '-')} = {value}" for key, value in configuration.items()]
        (project / "tox.ini").write_text("\n".join(["[flake8]", "select = LMB", *lines]) + "\n")
        result = newest_flake8.run(*options, "--jobs=1", "app.py", cwd=project)
        assert not result.errors
        assert all(" LMB102 " in line for line in result.lines)
        return len(result.lines)

    assert count() == count(min_severity="error") == count(min_confidence="medium") == count(jobs="2") == 1
    assert count(select="LMB2") == count(ignore="LMB1,LMB3") == count("--lambdalint-select=LMB3") == 0
    assert count(config="./other/strict.toml") == count("--lambdalint-config=other/strict.toml") == 0
    assert count("--lambdalint-isolated", min_confidence="high") == count(isolated="true", min_confidence="high") == 0


def test_each_file_has_the_configuration_nearest_to_it(newest_flake8: Program, project: Path) -> None:
    for name, ignored in (("one", "LMB2"), ("two", "LMB1")):
        (project / name).mkdir()
        (project / name / "lambdalint.toml").write_text(f'ignore = ["{ignored}"]\n')
        (project / name / "app.py").write_text((project / "app.py").read_text())
    paths = ["app.py", "one/app.py", "two/app.py"]
    shown = newest_flake8.run("--select=LMB", *paths, cwd=project).of("LMB")
    assert shown == command_line(*paths, cwd=project)
    assert places(shown) == ["app.py:5", "one/app.py:5"]


def test_what_a_baseline_lists_is_left_out(flake8: Program, project: Path) -> None:
    assert installed("lambdalint").run("baseline", "create", "--baseline=known.json", cwd=project).code == 0
    with (project / "app.py").open("a") as app:
        app.write('    open("new.csv", "w")\n')
    assert places(flake8.run("--select=LMB", "--lambdalint-baseline=known.json", cwd=project).of("LMB")) == ["app.py:6"]
    (project / "setup.cfg").write_text("[flake8]\nselect = LMB\nlambdalint-baseline = ./missing.json\n")
    (said,) = flake8.run(cwd=project).of("LMB")
    assert said.startswith("app.py:1:1: LMB999 lambdalint could not check: ")
    assert "missing.json" in said


def test_the_cache_is_used_unless_it_is_not_wanted(newest_flake8: Program, project: Path) -> None:
    for arguments, is_there in ((["--lambdalint-no-cache"], False), ([], True)):
        assert len(newest_flake8.run("--select=LMB", *arguments, cwd=project).lines) == 1
        assert (project / ".lambdalint_cache").is_dir() == is_there


def test_what_is_not_understood_in_the_project_is_shown_with_v_only(newest_flake8: Program, project: Path) -> None:
    (project / "template.yaml").write_text("Transform: AWS::Serverless-2016-10-31\nResources: [\n")
    assert not newest_flake8.run("--jobs=1", "plain.py", cwd=project).lines
    result = newest_flake8.run("--jobs=1", "-v", "plain.py", cwd=project)
    assert "template.yaml:" in result.errors + "\n".join(result.lines)
