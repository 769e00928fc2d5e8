"""Which calls of a line are explained, and what is said where there are none."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace

from lambdalint.engine.collect import PathError
from lambdalint.engine.explain import explain
from lambdalint.model import Confidence, ExplicitFunction, Settings, Severity, Span

if TYPE_CHECKING:
    from pathlib import Path

    from lambdalint.model import Explanation

APP = """\
def handler(event, context):
    open('x'), open('y')
    open(
    'z')
    open('w')  # noqa: LMB102
"""
SETTINGS = Settings(
    functions=(ExplicitFunction("app.handler", Span.point("pyproject.toml"), name="F"),), signature_fallback=False
)


def _explained(root: Path, line: int, settings: Settings = SETTINGS, **given: int) -> Explanation:
    (root / "app.py").write_text(APP)
    return explain(root / "app.py", line, settings, cwd=root, **given)


@pytest.mark.parametrize(("line", "columns"), [(2, [5, 16]), (5, [5])])
def test_each_call_of_a_line_is_explained(tmp_path: Path, line: int, columns: list[int]) -> None:
    explanation = _explained(tmp_path, line)
    assert [call.span.column for call in explanation.calls] == columns
    assert (explanation.path, explanation.line, explanation.note) == ("app.py", line, "")
    (explained,) = explanation.calls[0].effects
    assert explained.functions == ("F",)
    assert [step.text for step in explained.effect.chain] == ["F is invoked", "opens"]


def test_a_column_chooses_a_call(tmp_path: Path) -> None:
    assert [call.span.column for call in _explained(tmp_path, 2, column=16).calls] == [16]
    assert len(_explained(tmp_path, 2, column=3).calls) == 2


def test_hidden_reports_say_why(tmp_path: Path) -> None:
    def hidden(line: int, settings: Settings) -> dict[str, str]:
        (explained,) = _explained(tmp_path, line, settings).calls[0].effects
        return {answer.code: answer.hidden for answer in explained.answers if answer.reports}

    assert hidden(2, SETTINGS) == {"LMB102": "", "LMB301": "its confidence is below 'medium', the least that is shown"}
    assert hidden(5, SETTINGS)["LMB102"] == "a comment suppresses it"
    assert hidden(2, replace(SETTINGS, ignore=("LMB1",)))["LMB102"] == "the configuration does not select the rule"
    strict = replace(SETTINGS, min_severity=Severity.WARNING, min_confidence=Confidence.LOW)
    assert hidden(2, strict)["LMB301"] == "its severity is below 'warning', the least that is shown"


def test_lines_without_effects(tmp_path: Path) -> None:
    assert _explained(tmp_path, 1).note == "no call with an effect on line 1; the nearest is on line 2"
    assert _explained(tmp_path, 4).note == "no call with an effect on line 4; the nearest are on lines 2 and 5"
    (tmp_path / "other.py").write_text("open('x')\n")
    assert explain(tmp_path / "other.py", 1, SETTINGS, cwd=tmp_path).note == "no function reaches this file"
    unknown = explain(tmp_path / "app.py", 2, Settings(signature_fallback=False), cwd=tmp_path)
    assert unknown.note == "no function that runs on a serverless platform was found"
    (tmp_path / "app.py").write_text("def handler(:\n")
    assert "cannot be parsed" in explain(tmp_path / "app.py", 1, SETTINGS, cwd=tmp_path).note
    (tmp_path / "app.py").write_text("x = 1\n")
    assert explain(tmp_path / "app.py", 1, SETTINGS, cwd=tmp_path).note == "no call in this file has an effect on files"


def test_what_cannot_be_analysed_is_told(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text("explode\n")
    (problem,) = explain(tmp_path / "app.py", 1, SETTINGS, cwd=tmp_path).problems
    assert problem.message.startswith("lambdalint failed while analysing function F: RuntimeError: cannot analyse F")


@pytest.mark.parametrize(
    ("name", "line", "said"),
    [
        ("app.py", 6, "app.py:6: the file has 5 lines"),
        ("nowhere.py", 1, "nowhere.py: no such file or folder"),
        ("folder", 1, "is a folder, is excluded, or cannot be read"),
        ("empty.py", 1, "empty.py:1: the file has 0 lines"),
    ],
)
def test_a_place_that_does_not_exist_is_an_error(tmp_path: Path, name: str, line: int, said: str) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "empty.py").touch()
    (tmp_path / "app.py").write_text(APP)
    with pytest.raises(PathError) as raised:
        explain(tmp_path / name, line, SETTINGS, cwd=tmp_path)
    assert said in str(raised.value)


def test_an_excluded_file_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(PathError, match="is excluded"):
        _explained(tmp_path, 2, replace(SETTINGS, exclude=("app.py",)))
