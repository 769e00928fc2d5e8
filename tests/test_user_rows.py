"""What users say of their own libraries is judged like what the catalogue says."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from lambdalint import loading
from lambdalint.engine.run import check
from lambdalint.output.json_report import render

if TYPE_CHECKING:
    from lambdalint.model import Report

ROOT = Path(__file__).parent.parent
APP = """\
import subprocess

import acme.files
import pandas as pd


def handler(event, context):
    acme.files.save(event["rows"], "report.txt")
    pd.DataFrame().to_csv("out.csv")
    with acme.files.Archive("data.acme") as archive:
        archive.add("x")
    subprocess.run(["acme-pack", "-o", "packed.bin", "in.bin"], check=True)
    acme.files.save(event["rows"], "/tmp/report.txt")
"""
CONFIG = """\
catalogue-files = ["acme.toml"]
select = ["LMB102"]

[[functions]]
handler = "app.handler"

[[catalogue.effect]]
call = "acme.files.save"
kind = "write"
path = "target@1"

[[catalogue.neutral]]
call = "pandas.DataFrame.to_csv"
reason = "writes to S3 here"
"""
ROWS = """\
[[returns]]
call = "acme.files.Archive"
type = "acme.files.Archive"
path = "path@0"

[[effect]]
call = "acme.files.Archive.add"
kind = "append"
path = "self"

[[command]]
names = ["acme-pack"]
values = ["-o --output"]
effect = [{ kind = "write", path = "{-o}" }]
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for name, text in {"app.py": APP, "lambdalint.toml": CONFIG, "acme.toml": ROWS}.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def report(project: Path, executor: ProcessPoolExecutor | None = None) -> Report:
    (batch,) = loading.load([project])
    return check(batch.paths, batch.loaded.settings, cwd=project, executor=executor)


def lines(found: Report) -> list[int]:
    return [finding.span.line for finding in found.findings]


def test_rows_are_judged(project: Path) -> None:
    assert lines(report(project)) == [8, 11]
    (project / "lambdalint.toml").write_text(CONFIG.partition("[[catalogue")[0].replace("catalogue-files", "#"))
    assert lines(report(project)) == [9]


def test_workers_know_them(project: Path) -> None:
    with ProcessPoolExecutor(2) as pool:
        assert render(report(project, pool)) == render(report(project))


def test_a_base_adds_its_rows_below(project: Path) -> None:
    (project / "base").mkdir()
    (project / "base" / "lambdalint.toml").write_text(
        'catalogue-files = ["acme.toml"]\n[[catalogue.neutral]]\ncall = "acme.files.save"\nreason = "none"\n'
    )
    (project / "acme.toml").rename(project / "base" / "acme.toml")
    text = CONFIG.replace('catalogue-files = ["acme.toml"]', 'extend = "base/lambdalint.toml"')
    (project / "lambdalint.toml").write_text(text)
    assert lines(report(project)) == [8, 11]


def test_what_is_shown_says_the_same_again(project: Path) -> None:
    before = [finding.fingerprint for finding in report(project).findings]
    shown = _lambdalint("config", "show", cwd=project)
    (project / "lambdalint.toml").unlink()
    (project / "pyproject.toml").write_text(shown, encoding="utf-8")
    assert '[[tool.lambdalint.catalogue.effect]]\ncall = "acme.files.save"' in shown
    assert [finding.fingerprint for finding in report(project).findings] == before


DEFAULT = """\
select = ["LMB106"]

[[functions]]
handler = "app.handler"

[[catalogue.library-default]]
name = "acme"
library = "Acme"
imports = ["acme"]
location = "~/.acme/cache"
variables = ["ACME_HOME"]
read-at = ["acme"]
redirect = "set ACME_HOME to a folder in /tmp before the import"
"""


INLINE = """\
select = ["LMB106"]
functions = [{ handler = "app.handler" }]
catalogue.library-default = [
  { name = "acme", library = "Acme", imports = ["acme"], read-at = ["acme"], location = "~/.acme/cache", \
variables = ["ACME_HOME"], redirect = "set ACME_HOME to a folder in /tmp before the import" },
]
"""


@pytest.mark.parametrize("written", [DEFAULT, INLINE], ids=["tables", "inline"])
def test_defaults_of_libraries_are_judged(project: Path, written: str) -> None:
    (project / "lambdalint.toml").write_text(written, encoding="utf-8")
    (project / "app.py").write_text("import acme\n\n\ndef handler(event, context):\n    acme.run()\n")
    (found,) = report(project).findings
    assert (found.code, found.span.line) == ("LMB106", 1)
    assert "set ACME_HOME to a folder in /tmp before the import" in found.advice
    text = (project / "app.py").read_text()
    (project / "app.py").write_text(f"import os\n\nos.environ['ACME_HOME'] = '/tmp/acme'\n{text}")
    assert lines(report(project)) == []


def test_flake8_knows_them(project: Path) -> None:
    pytest.importorskip("flake8")
    found = subprocess.run(
        [sys.executable, "-m", "flake8", "--isolated", "--select=LMB", "app.py"],
        cwd=project,
        capture_output=True,
        text=True,
        check=False,
    )
    assert [line.split(":")[1] for line in found.stdout.splitlines()] == ["8", "11"], found.stderr


def test_explanations_know_them(project: Path) -> None:
    assert "write /var/task/packed.bin" in _lambdalint("explain", "app.py:12", cwd=project)


def test_fixes_know_them(project: Path) -> None:
    (project / "app.py").write_text(
        """\
import acme.files


def handler(event, context):
    acme.files.save([], "report.txt")
    acme.files.load("report.txt")
"""
    )
    (project / "acme.toml").write_text('[[reads]]\ncall = "acme.files.load"\npath = "source@0"\n')
    shown = _lambdalint("check", "--diff", "--unsafe-fixes", cwd=project)
    assert '+    acme.files.load(os.path.join(tempfile.gettempdir(), "report.txt"))\n' in shown


def _lambdalint(*arguments: str, cwd: Path) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "lambdalint", *arguments],
        cwd=cwd,
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=120,
    )
    assert done.returncode in (0, 1), done.stderr
    return done.stdout
