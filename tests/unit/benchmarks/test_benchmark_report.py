"""What the benchmark makes of its measurements: medians, limits, tables, the drawing."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest
from benchmarks.__main__ import main
from benchmarks.gates import gates
from benchmarks.plot import curves, plot
from benchmarks.report import number, ratio, summary, table
from benchmarks.results import Measured, Results, Run, Timing, load, save, slope

if TYPE_CHECKING:
    from pathlib import Path


def _timing(tool: str, mode: str, *walls: float, megabytes: int = 40, exit_code: int = 0) -> Timing:
    runs = [Run(wall, wall * 0.9, megabytes * 10**6, 0, exit_code) for wall in walls]
    return Timing(tool, mode, runs, Run(99.0, 98.0, 10**9, 50 * 10**6, exit_code))


def _results() -> Results:
    large = Measured(
        "generated 250,000",
        2_900,
        250_000,
        generated=True,
        small=False,
        timings=[
            _timing("lambdalint", "cold", 4.2, 4.0, 9.0, megabytes=210),
            _timing("lambdalint", "warm", 0.05, 0.04, 0.055),
            _timing("bandit", "B108", 11.0, 10.0, 10.6),
            _timing("ruff", "S108, warm", 0.02, 0.02, 0.03),
            _timing("mypy", "cold", 3.0, exit_code=2),
        ],
        findings=140,
        planted=140,
    )
    large.timings[0].outputs = ["a"]
    large.timings[1].outputs = ["a"]
    small = Measured(
        "generated 10,000",
        120,
        10_000,
        generated=True,
        small=False,
        timings=[_timing("lambdalint", "cold", 0.16), _timing("bandit", "B108", 0.5)],
    )
    machine = {"processor": "A processor", "cores": "2 cores"}
    return Results("2026-01-31", machine, {"bandit": "1.9", "mypy": "2.4"}, 2, [small, large])


SUMMARY = """\
| seconds | generated 10,000 (10,000 lines) | generated 250,000 (250,000 lines) |
|---|---|---|
| lambdalint cold | 0.160 | 4.20 |
| bandit B108 | 0.500 (x 3.1) | 10.6 (x 2.5) |
| lambdalint warm |  | 0.050 |
| ruff S108, warm |  | 0.020 (x 0.0048) |
| mypy cold |  | exit code 2 |"""
LIMITS = """\
## Limits: 6 of 8 kept

| project | what | measured | limit | unit | kept |
|---|---|---|---|---|---|
| generated 10,000 | cold: at most 0.4 of bandit B108 | 0.160 | 0.200 | s | yes |
| generated 250,000 | cold: at most 0.4 of bandit B108 | 4.20 | 4.24 | s | yes |
| generated 250,000 | warm | 0.050 | 0.060 | s | yes |
| generated 250,000 | warm: at most 2 of ruff S108, warm | 0.050 | 0.040 | s | **no** |
| generated 250,000 | peak memory, cold | 210 | 200 | MB | **no** |
| generated 250,000 | different outputs of cold, warm, 1 and N workers | 1 | 1 |  | yes |
| generated 250,000 | findings missed or too many | 0 | 0 |  | yes |
| all generated | slope of cold time over lines, log-log | 1.02 | 1.05 |  | yes |"""


def test_the_summary_has_medians_and_how_many_times_ours_they_are() -> None:
    assert summary(_results()) == SUMMARY


def test_the_page_names_machine_versions_limits_and_details() -> None:
    page = table(_results())
    assert page.startswith("Measured on 2026-01-31: A processor, 2 cores. bandit 1.9, mypy 2.4.\n")
    assert LIMITS in page
    assert "## generated 250,000: 2,900 files, 250,000 lines" in page
    assert "| lambdalint cold | 4.20 | x 1 | 4 | 9 | 3.78 | 210 | 50 | 3 |" in page
    assert "| mypy cold | exit code 2 |  |  |  |  |  |  | 1 |" in page


def test_limits_without_measurements_are_left_out() -> None:
    results = _results()
    results.measured[1].timings = results.measured[1].timings[:1]
    whats = [(gate.corpus, gate.what) for gate in gates(results)]
    assert ("generated 250,000", "warm") not in whats
    assert ("generated 250,000", "peak memory, cold") in whats


def test_different_outputs_and_wrong_findings_break_limits() -> None:
    results = _results()
    results.measured[1].timings[1].outputs = ["b"]
    results.measured[1].findings = 139
    broken = {gate.what: gate.value for gate in gates(results) if not gate.passed}
    assert broken["different outputs of cold, warm, 1 and N workers"] == 2
    assert broken["findings missed or too many"] == 1


def test_a_small_project_has_limits_of_its_own() -> None:
    results = _results()
    results.measured[0].small = True
    limits = {gate.what: gate.limit for gate in gates(results) if gate.corpus == "generated 10,000"}
    assert limits == {"cold: at most 1 of bandit B108": 0.5, "peak memory, cold": 50}


@pytest.mark.parametrize(
    ("points", "expected"),
    [
        ([(10, 1.0), (100, 10.0), (1000, 100.0)], 1.0),
        ([(10, 1.0), (100, 100.0)], 2.0),
        ([(10, 3.0), (1000, 3.0)], 0.0),
        ([(10, 1.0)], None),
        ([(10, 1.0), (10, 2.0)], None),
    ],
)
def test_slopes(points: list[tuple[float, float]], expected: float | None) -> None:
    found = slope(points)
    assert found == (None if expected is None else pytest.approx(expected))


def test_results_come_back_and_render_again(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    results = _results()
    save(results, tmp_path / "results.json")
    assert load(tmp_path / "results.json") == results
    assert main(["render", str(tmp_path)]) == 1
    assert "6 of 8 limits kept" in capsys.readouterr().out
    assert (tmp_path / "table.md").read_text(encoding="utf-8") == table(results)
    assert (tmp_path / "plot.svg").read_text(encoding="utf-8") == plot(results)


def test_the_drawing_has_a_curve_for_each_mode() -> None:
    results = _results()
    assert curves(results)["lambdalint cold"] == [(10_000, 0.16), (250_000, 4.2)]
    root = ET.fromstring(plot(results))
    space = "{http://www.w3.org/2000/svg}"
    assert len(root.findall(f"{space}polyline")) == len(curves(results)) == 4
    assert {"lambdalint cold", "100,000", "0.01"} <= {text.text for text in root.findall(f"{space}text")}


def test_numbers_are_short() -> None:
    assert [number(value) for value in (None, 0, 0.01234, 1.234, 45.67, 1234.5)] == [
        "", "0", "0.012", "1.23", "45.7", "1234",
    ]  # fmt: skip
    assert [ratio(value) for value in (0.0048, 2.52, 31.4)] == ["x 0.0048", "x 2.5", "x 31"]
