"""The analysis on a Dask cluster gives the bytes that this machine gives, or an error, and never half a report."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from command_line import lambdalint, write_project

from lambdalint import loading
from lambdalint.cli.executors import Place
from lambdalint.engine.cluster import ClusterError
from lambdalint.engine.parallel import spread
from lambdalint.engine.run import check
from lambdalint.output.json_report import render

distributed = pytest.importorskip("distributed", reason="lambdalint[dask] is not installed")

from lambdalint.engine.dask_executor import connect  # noqa: E402 - skipped above where it cannot be imported

if TYPE_CHECKING:
    from collections.abc import Iterator
    from concurrent.futures import Executor

    from lambdalint.model import Report

PROJECTS = Path(__file__).parents[2] / "fixtures" / "projects"
UNPACKING = """\
import shutil


def handler(event, context):
    shutil.unpack_archive("model.zip", "/tmp/model")
"""


def _cluster(folder: Path, workers: int = 2, *, processes: bool = True) -> Any:
    import dask

    options = {"distributed.scheduler.allowed-failures": 0, "temporary-directory": str(folder)}
    with dask.config.set(options):
        return distributed.LocalCluster(
            n_workers=workers, threads_per_worker=1, processes=processes, protocol="tcp", dashboard_address=":0"
        )


@pytest.fixture(scope="module")
def scheduler(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a cluster of two processes."""
    with _cluster(tmp_path_factory.mktemp("dask")) as cluster:
        yield cluster.scheduler_address


@pytest.fixture(scope="module")
def executor(scheduler: str) -> Iterator[Executor]:
    with connect(scheduler) as made:
        yield made


@pytest.fixture
def nobody() -> Iterator[str]:
    """An address where nothing listens."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        yield f"127.0.0.1:{bound.getsockname()[1]}"


def _report(folder: Path, executor: Executor | None = None) -> Report:
    (batch,) = loading.load([folder])
    return check(batch.paths, batch.loaded.settings, cwd=folder, executor=executor)


def _many(folder: Path, count: int = 101) -> Path:
    """Write a project that is large enough to be analysed in portions, with files that no function reaches."""
    tables = ["[tool.lambdalint]\n"]
    for number in range(count):
        name = f"f{number:03}"
        (folder / name).mkdir(parents=True)
        (folder / name / "app.py").write_text(f"def handler(event, context):\n    open('{number}', 'w')\n")
        (folder / name / "unused.py").write_text("x = 1\n" if number % 11 else "print 'x'\n")
        tables.append(f'[[tool.lambdalint.functions]]\nhandler = "app.handler"\ncode-root = "{name}"\n')
    (folder / "pyproject.toml").write_text("".join(tables))
    return folder


@pytest.mark.parametrize("name", ["upload-service", "terraform-service"])
def test_the_report_is_the_same(name: str, executor: Executor, tmp_path: Path) -> None:
    root = tmp_path / name
    shutil.copytree(PROJECTS / name, root, ignore=shutil.ignore_patterns("__pycache__", ".lambdalint_cache"))
    cold = render(_report(root, executor))
    here = render(_report(root))
    assert '"findings": []' not in here
    assert cold == here
    assert render(_report(root, executor)) == here, "with the cache that the run here has left"


def test_the_output_is_the_same(scheduler: str, tmp_path: Path) -> None:
    root = write_project(tmp_path)
    here = lambdalint("check", "--output-format", "json", cwd=root)
    there = lambdalint("check", "--output-format", "json", "--executor", f"dask:{scheduler}", cwd=root)
    assert (there.stdout, there.stderr, there.returncode) == (here.stdout, here.stderr, 1)


def test_portions_and_broken_files_are_the_same(executor: Executor, tmp_path: Path) -> None:
    root = _many(tmp_path)
    here = _report(root)
    assert len(here.findings) == 101
    assert len(here.problems) >= 9
    assert render(_report(root, executor)) == render(here)


def test_workers_need_no_files(executor: Executor, tmp_path: Path) -> None:
    """What the disk holds later does not matter: the workers were sent what it held at first."""
    root = write_project(tmp_path)
    here = render(_report(root))

    def remove(stage: str, done: int, total: int) -> None:
        if (stage, done) == ("judging", 0):
            (root / "app.py").rename(root / "app.gone")

    (batch,) = loading.load([root])
    settings = batch.loaded.settings
    there = check(batch.paths, settings, cwd=root, executor=executor, progress=remove)
    assert [finding.code for finding in there.findings] == ["LMB102"]
    (root / "app.gone").rename(root / "app.py")
    assert render(_report(root, executor)) == here


def test_what_workers_were_not_sent_is_read_here(executor: Executor, tmp_path: Path) -> None:
    """Archives stay here: a task that needs one is done here, too."""
    root = write_project(tmp_path)
    (root / "app.py").write_text(UNPACKING)
    with zipfile.ZipFile(root / "model.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("weights.bin", bytes(600 * 2**20))
    here = _report(root)
    assert "LMB307" in {finding.code for finding in here.findings}
    assert render(_report(root, executor)) == render(here)


def test_no_scheduler_is_an_error(nobody: str, tmp_path: Path) -> None:
    root = write_project(tmp_path)
    done = lambdalint("check", "--executor", f"dask:{nobody}", "--output", "json:report.json", cwd=root)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"lambdalint: error: --executor dask:{nobody}: no scheduler answers: ")
    assert done.stderr.count("\n") == 1
    assert not (root / "report.json").exists()


def test_no_scheduler_falls_back_as_asked(nobody: str, tmp_path: Path) -> None:
    root = write_project(tmp_path)
    here = lambdalint("check", cwd=root)
    there = lambdalint("check", "--executor", f"dask:{nobody}", "--executor-failure", "local", cwd=root)
    assert (there.stdout, there.returncode) == (here.stdout, 1)
    assert there.stderr.startswith(f"warning: --executor dask:{nobody}: no scheduler answers: ")
    assert there.stderr.count("\n") == here.stderr.count("\n") + 1


@pytest.mark.parametrize("wrong", ["dask:", "dask:host", "ray:host:1"])
def test_a_wrong_address_is_refused(wrong: str, tmp_path: Path) -> None:
    done = lambdalint("check", "--executor", wrong, cwd=write_project(tmp_path))
    assert (done.returncode, done.stdout) == (2, "")
    assert "is not like dask:HOST:PORT" in done.stderr


def test_a_fallback_from_nothing_is_refused(tmp_path: Path) -> None:
    done = lambdalint("check", "--executor-failure", "local", cwd=write_project(tmp_path))
    assert (done.returncode, done.stdout) == (2, "")
    assert "--executor-failure is about --executor, which is not given" in done.stderr


def test_a_missing_extra_is_named(tmp_path: Path) -> None:
    root = write_project(tmp_path)
    (root / "hidden").mkdir()
    (root / "hidden" / "distributed.py").write_text("raise ModuleNotFoundError(\"No module named 'distributed'\")\n")
    paths = os.pathsep.join([str(root / "hidden"), *filter(None, [os.environ.get("PYTHONPATH")])])
    done = lambdalint("check", "--executor", "dask:127.0.0.1:1", cwd=root, PYTHONPATH=paths)
    assert (done.returncode, done.stdout) == (2, "")
    assert "pip install 'lambdalint[dask]'" in done.stderr


def test_a_task_that_ends_its_workers_is_lost_alone(executor: Executor) -> None:
    """It ends the process in which it is tried once more, too; the others are not affected."""
    assert spread(os._exit, [3], executor, lambda status: f"lost {status}") == ["lost 3"]
    assert spread(abs, [-1, -2], executor, lambda number: 0) == [1, 2]


def test_a_worker_that_ends_is_replaced(scheduler: str, executor: Executor, tmp_path: Path) -> None:
    root = _many(tmp_path, 30)
    with distributed.Client(scheduler, set_as_default=False) as client:
        first = min(client.run(os.getpid).values())

    def kill(stage: str, done: int, total: int) -> None:
        if (stage, done) == ("judging", 0):
            os.kill(first, signal.SIGKILL)

    (batch,) = loading.load([root])
    there = check(batch.paths, batch.loaded.settings, cwd=root, executor=executor, progress=kill)
    assert render(there) == render(_report(root))


def test_a_cluster_that_is_lost_gives_no_report(tmp_path: Path) -> None:
    root = _many(tmp_path / "project", 10)
    cluster = _cluster(tmp_path / "dask", workers=1, processes=False)
    failures: list[Exception] = []
    with cluster, connect(cluster.scheduler_address) as executor:

        def close(stage: str, done: int, total: int) -> None:
            if (stage, done) == ("judging", 1):
                cluster.close()

        (batch,) = loading.load([root])

        def analyse(executor: Executor | None = None) -> Report:
            return check(batch.paths, batch.loaded.settings, cwd=root, executor=executor, progress=close)

        assert render(Place(executor, failures.append).run(analyse)) == render(_report(root))
    assert [type(failure) for failure in failures] == [ClusterError]


def test_a_cluster_without_workers_is_given_up(tmp_path: Path) -> None:
    with (
        _cluster(tmp_path, workers=0) as cluster,
        connect(cluster.scheduler_address, without_workers=1) as executor,
        pytest.raises(ClusterError, match="no worker for 1 seconds"),
    ):
        executor.submit(abs, -1).result()


def test_another_installation_is_refused(tmp_path: Path) -> None:
    """A worker whose lambdalint has other code would report other things."""
    root = write_project(tmp_path)
    package = tmp_path / "other" / "lambdalint"
    shutil.copytree(Path(loading.__file__).parent, package, ignore=shutil.ignore_patterns("__pycache__"))
    with (package / "__init__.py").open("a") as file:
        file.write("# changed\n")
    with _cluster(tmp_path / "dask", workers=0) as cluster:
        worker = subprocess.Popen(
            [sys.executable, "-m", "distributed.cli.dask_worker", cluster.scheduler_address, "--no-dashboard"],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(package.parent), "DASK_TEMPORARY_DIRECTORY": str(tmp_path)},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            with distributed.Client(cluster, set_as_default=False) as client:
                client.wait_for_workers(1, timeout=60)
            done = lambdalint("check", "--executor", f"dask:{cluster.scheduler_address}", cwd=root)
        finally:
            worker.terminate()
            worker.wait(30)
    assert (done.returncode, done.stdout) == (2, "")
    assert "would report other things: code of lambdalint " in done.stderr


def test_an_interrupted_run_cancels_its_tasks(scheduler: str) -> None:
    with pytest.raises(KeyboardInterrupt):
        _interrupted(scheduler)
    with distributed.Client(scheduler, set_as_default=False) as client:
        assert not any(client.processing().values())


def _interrupted(scheduler: str) -> None:
    with connect(scheduler) as executor:
        for _ in range(6):
            executor.submit(time.sleep, 2)
        raise KeyboardInterrupt
