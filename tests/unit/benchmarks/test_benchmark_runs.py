"""How the benchmark runs commands: what it prepares, undoes and measures."""

from __future__ import annotations

import shutil
import sys
from typing import TYPE_CHECKING

import pytest
from benchmarks.__main__ import main
from benchmarks.corpora import generated, given, sample_files
from benchmarks.measuring import Bench
from benchmarks.monorepo import Options, generate
from benchmarks.tools import Mode, State, lambdalint_modes

if TYPE_CHECKING:
    from pathlib import Path

SHOW = "import os; print(sorted(os.listdir())); print(open('app.py').read())"
CACHING = "import os; print(os.path.exists('kept')); os.makedirs('kept', exist_ok=True)"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "app.py").write_bytes(b"VALUE = 1\r\n")
    return folder


def _bench(project: Path, *, repeat: int = 1, limit: float = 60) -> tuple[Bench, list[str]]:
    said: list[str] = []
    return Bench(project, project.parent / "work", repeat, limit, 60, said.append), said


def _python(code: str) -> tuple[str, ...]:
    return (sys.executable, "-c", code)


def test_a_changed_file_is_as_before_after_the_run(project: Path) -> None:
    path = project / "app.py"
    before = path.stat().st_mtime_ns
    bench, _ = _bench(project)
    mode = Mode("python", "changed", _python(SHOW), State.CHANGED, changed="app.py")
    outputs = [bench.once(mode)[1].decode() for _ in range(2)]
    assert ["_REVISION = 1" in outputs[0], "_REVISION = 2" in outputs[1]] == [True, True]
    assert path.read_bytes() == b"VALUE = 1\r\n"
    assert path.stat().st_mtime_ns == before


def test_a_cache_is_away_when_cold_and_there_when_warm(project: Path) -> None:
    bench, _ = _bench(project)
    cold = Mode("python", "cold", _python(CACHING), State.COLD, "kept")
    warm = Mode("python", "warm", _python(CACHING), State.WARM, "kept")
    found = [bench.once(mode)[1].decode().strip() for mode in (warm, cold, cold, warm)]
    assert found == ["True", "False", "False", "True"]


def test_after_a_change_the_cache_is_filled_anew(project: Path) -> None:
    bench, _ = _bench(project)
    count = "import pathlib; log = pathlib.Path('log'); log.write_text(log.read_text() + 'x' if log.exists() else 'x')"
    changed = Mode("python", "changed", _python(count), State.CHANGED, "kept", changed="app.py")
    warm = Mode("python", "warm", _python(count), State.WARM, "kept")
    bench.once(changed)
    bench.once(warm)
    bench.once(warm)
    assert len((project / "log").read_text(encoding="utf-8")) == 5


def test_runs_alternate_and_the_first_round_does_not_count(project: Path) -> None:
    bench, said = _bench(project, repeat=2)
    modes = [Mode("python", name, _python("print(1)"), same_output=True) for name in ("one", "two")]
    timings = bench.measure(modes)
    assert [line.split(": ")[1] for line in said] == ["python one", "python two"] * 3
    for timing in timings:
        assert len(timing.runs) == 2
        assert timing.wall is not None
        assert timing.wall > 0
        assert timing.peak is not None
        assert timing.peak > 1
    assert timings[0].outputs == timings[1].outputs
    assert len(timings[0].outputs) == 1


@pytest.mark.parametrize(
    ("code", "failure"), [("raise SystemExit(7)", "exit code 7"), ("import time; time.sleep(600)", "took too long")]
)
def test_what_fails_is_not_run_again(project: Path, code: str, failure: str) -> None:
    bench, said = _bench(project, repeat=3, limit=0.5)
    (timing,) = bench.measure([Mode("python", "fails", _python(code))])
    assert timing.failed == failure
    assert timing.wall is None
    assert len(said) == 1


def test_no_warm_run_where_the_cache_cannot_be_filled(project: Path) -> None:
    bench, said = _bench(project)
    (timing,) = bench.measure([Mode("python", "warm", _python("raise SystemExit(3)"), State.WARM, "kept")])
    assert timing.wall is None
    assert said == ["project: python warm: exit code 3, so that there is no cache"]


def test_a_given_checkout_is_copied_without_what_tools_left(project: Path, tmp_path: Path) -> None:
    (project / ".git").mkdir()
    (project / ".git" / "hook.py").write_text("x = 1\n", encoding="utf-8")
    corpus = given(project, tmp_path / "work")
    assert (corpus.name, corpus.files, corpus.lines, corpus.small) == ("project", 1, 1, True)
    shutil.rmtree(project)
    assert (corpus.folder / "app.py").exists()
    assert not (corpus.folder / ".git").exists()


def test_lambdalint_is_measured_in_all_its_modes(tmp_path: Path) -> None:
    corpus = generated(Options(lines=1_000, findings=0.3), tmp_path)
    flagged = "services/orders/src/orders/exports/order.py"
    files = sample_files(corpus.folder, {flagged})
    assert files[1] == flagged
    assert flagged not in (files[0], files[2])
    assert all((corpus.folder / name).is_file() for name in files if name)
    modes = lambdalint_modes((sys.executable, "-m", "lambdalint"), 3, *files)
    assert [mode.name for mode in modes] == [
        "cold",
        "cold, 3 workers",
        "warm",
        "warm, 3 workers",
        "one file changed",
        "a shared file changed",
        "one file, warm",
        "one file with a finding, warm",
        "--version",
    ]
    bench, _ = _bench(corpus.folder)
    runs = {mode.name: bench.once(mode) for mode in modes if mode.name in ("cold", "one file changed", "--version")}
    assert {run.exit for run, _ in runs.values()} == {0}
    assert runs["cold"][1] == runs["one file changed"][1]
    assert runs["--version"][1].startswith(b"lambdalint ")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--corpus", "nowhere"], "there is no Python file below nowhere"),
        (["--only", "bandit,ruf"], "no such tool: ruf; there are lambdalint, bandit, flake8"),
    ],
)
def test_what_cannot_be_measured_is_refused(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
    assert message in capsys.readouterr().err


def test_the_generator_alone_writes_into_a_new_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["generate", "--lines", "3000", "--findings", "0.25", "--out", str(tmp_path / "made")]
    assert main(arguments) == 0
    monorepo = generate(Options(lines=3_000, findings=0.25))
    *planted, last = capsys.readouterr().out.splitlines()
    assert planted == [f"{one.path}:{one.line}: {one.code}" for one in monorepo.planted]
    assert last.endswith(f"{monorepo.functions} functions, {len(planted)} findings")
    written = {
        path.relative_to(tmp_path / "made").as_posix() for path in (tmp_path / "made").rglob("*") if path.is_file()
    }
    assert written == set(monorepo.files)
    assert main(arguments) == 2
    assert "is not empty" in capsys.readouterr().err
