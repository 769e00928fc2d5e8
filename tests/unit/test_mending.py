"""``check --fix`` and ``check --add-noqa``: what they change, and what they leave alone."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from command_line import APP, CONFIG, git, lambdalint, write_project

if TYPE_CHECKING:
    from pathlib import Path

UNUSED = "def handler(event, context):\r\n    return 1  # noqa: E501, LMB102\r\n    # lambdalint: ignore[LMB3]\r\n"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return write_project(tmp_path)


def test_a_suppression_that_silences_nothing_is_removed(project: Path) -> None:
    app = project / "app.py"
    app.write_bytes(UNUSED.encode())
    app.chmod(0o640)
    found = lambdalint("check", "-q", "--output-format=concise", cwd=project)
    assert [line.split()[:2] for line in found.stdout.splitlines()] == [
        ["app.py:2:29:", "LMB901"],
        ["app.py:3:26:", "LMB901"],
    ]
    result = lambdalint("check", "--fix", cwd=project)
    assert (result.returncode, result.stdout) == (0, "No findings in 1 file, 1 function\n")
    assert result.stderr == "fixed 2 findings (LMB901: 2)\n"
    assert app.read_bytes() == b"def handler(event, context):\r\n    return 1  # noqa: E501\r\n"
    assert app.stat().st_mode & 0o777 == 0o640
    again = lambdalint("check", "--fix", cwd=project)
    assert (again.returncode, again.stderr) == (0, "")


def test_what_has_no_fix_is_still_reported(project: Path) -> None:
    outside = APP.replace("report.csv", "/data/report.csv")
    (project / "app.py").write_text(outside + "    return 1  # noqa: LMB301\n")
    result = lambdalint("check", "--fix", "-q", "--output-format=concise", cwd=project)
    assert result.returncode == 1
    assert [line.split()[1] for line in result.stdout.splitlines()] == ["LMB101"]
    assert (project / "app.py").read_text() == outside + "    return 1\n"


FIXED = """\
import os
import tempfile


def handler(event, context):
    with open(os.path.join(tempfile.gettempdir(), "report.csv"), "w") as out:
        out.write("x")
"""
DIFF = """\
--- a/app.py
+++ b/app.py
@@ -1,3 +1,7 @@
+import os
+import tempfile
+
+
 def handler(event, context):
-    with open("report.csv", "w") as out:
+    with open(os.path.join(tempfile.gettempdir(), "report.csv"), "w") as out:
         out.write("x")
"""


def test_a_relative_path_is_moved(project: Path) -> None:
    result = lambdalint("check", "--fix", cwd=project)
    assert (result.returncode, result.stderr) == (0, "fixed 1 finding (LMB102: 1)\n")
    assert (project / "app.py").read_text() == FIXED


def test_the_diff_is_shown_and_nothing_changed(project: Path) -> None:
    result = lambdalint("check", "--diff", cwd=project)
    assert (result.returncode, result.stdout, result.stderr) == (1, DIFF, "would fix 1 finding (LMB102: 1)\n")
    assert (project / "app.py").read_text() == APP
    assert lambdalint("check", "--fix", "--diff", cwd=project).stdout == DIFF
    assert (project / "app.py").read_text() == APP
    git("apply", "-", cwd=project, given=DIFF)
    assert (project / "app.py").read_text() == FIXED
    done = lambdalint("check", "--diff", cwd=project)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_the_literal_path(project: Path) -> None:
    (project / "pyproject.toml").write_text(CONFIG.replace("[[", 'tmp-expression = "literal"\n[[', 1))
    assert lambdalint("check", "--fix", cwd=project).returncode == 0
    assert (project / "app.py").read_text() == APP.replace("report.csv", "/tmp/report.csv")


@pytest.mark.parametrize(
    ("setting", "flags", "counts"),
    [
        ('unfixable = ["LMB1"]', ["--fix", "--unsafe-fixes"], ""),
        ('extend-unsafe-fixes = ["LMB10"]', ["--fix"], ""),
        ('extend-unsafe-fixes = ["LMB10"]', ["--fix", "--unsafe-fixes"], "fixed 1 finding (LMB102: 1)\n"),
        ('extend-unsafe-fixes = ["LMB10"]\nextend-safe-fixes = ["LMB102"]', ["--fix"], "fixed 1 finding (LMB102: 1)\n"),
        ('extend-unsafe-fixes = ["LMB102"]\nextend-safe-fixes = ["LMB102"]', ["--fix"], ""),
    ],
)
def test_settings_say_what_is_fixed(project: Path, setting: str, flags: list[str], counts: str) -> None:
    (project / "pyproject.toml").write_text(CONFIG.replace("[[", f"{setting}\n[[", 1))
    result = lambdalint("check", *flags, cwd=project)
    assert (result.returncode, result.stderr) == (0 if counts else 1, counts)
    assert ((project / "app.py").read_text() == FIXED) == bool(counts)


def test_unsafe_fixes_need_their_flag(project: Path) -> None:
    logs = "import logging\n\nlogging.getLogger().addHandler(logging.FileHandler('/tmp/a.log'))\n\n\n"
    (project / "app.py").write_text(logs + "def handler(event, context):\n    return 1\n")
    shown = lambdalint("check", cwd=project)
    assert "(unsafe)" in shown.stdout
    assert "2 fixable with --fix --unsafe-fixes" in shown.stdout
    safe = lambdalint("check", "--fix", cwd=project)
    assert (safe.returncode, safe.stderr) == (1, "")
    every = lambdalint("check", "--fix", "--unsafe-fixes", cwd=project)
    assert (every.returncode, every.stderr) == (0, "fixed 2 findings (LMB206: 1, LMB302: 1)\n")


@pytest.mark.parametrize(
    "flags",
    [
        ("--fix", "--add-noqa", "why"),
        ("--diff", "--add-noqa", "why"),
        ("--diff", "--output-format=json"),
        ("--diff", "--statistics"),
    ],
)
def test_flags_that_exclude_each_other(project: Path, flags: tuple[str, ...]) -> None:
    result = lambdalint("check", *flags, cwd=project)
    assert result.returncode == 2
    assert "exclude each other" in result.stderr
    assert (project / "app.py").read_text() == APP


def test_only_changed_lines_are_fixed(project: Path) -> None:
    """Lines that the fixes move are still known as changed or not."""
    second = APP.replace("report", "second").replace("handler", "other")
    (project / "app.py").write_text(APP)
    git("init", "-q", cwd=project)
    git("add", ".", cwd=project)
    git("commit", "-qm", "a", cwd=project)
    (project / "pyproject.toml").write_text(CONFIG + '[[tool.lambdalint.functions]]\nhandler = "app.other"\n')
    (project / "app.py").write_text(APP + "\n\n" + second)
    result = lambdalint("check", "--fix", "--changed-since", "HEAD", cwd=project)
    assert result.stderr == "fixed 1 finding (LMB102: 1)\n"
    assert (project / "app.py").read_text() == FIXED.replace(
        'os.path.join(tempfile.gettempdir(), "report.csv")', '"report.csv"'
    ) + "\n\n" + FIXED.split("\n\n\n")[1].replace("report", "second").replace("handler", "other")


def test_nothing_outside_of_the_paths_is_touched(project: Path) -> None:
    (project / "other.py").write_text("def run():\n    return 1  # noqa: LMB301\n")
    (project / "app.py").write_text("import other\n\n\ndef handler(event, context):\n    other.run()  # noqa: LMB301\n")
    before = (project / "other.py").read_text()
    assert lambdalint("check", "--fix", "app.py", cwd=project).returncode == 0
    assert "noqa" not in (project / "app.py").read_text()
    assert (project / "other.py").read_text() == before


def test_a_link_out_of_the_paths_is_not_followed(project: Path) -> None:
    target = project / "elsewhere.py"
    target.write_bytes(UNUSED.encode())
    (project / "sub").mkdir()
    (project / "sub" / "app.py").symlink_to("../elsewhere.py")
    result = lambdalint("check", "--fix", "sub", cwd=project)
    assert (result.returncode, result.stderr) == (0, "")
    assert target.read_bytes() == UNUSED.encode()
    assert (project / "sub" / "app.py").is_symlink()


def test_findings_are_suppressed_with_a_reason(project: Path) -> None:
    result = lambdalint("check", "--add-noqa", "old code", cwd=project)
    assert (result.returncode, result.stderr) == (0, "suppressed 1 finding (LMB102: 1)\n")
    assert result.stdout == "No findings in 1 file, 1 function; 1 suppressed\n"
    line = APP.splitlines()[1]
    assert (project / "app.py").read_text() == APP.replace(line, line + "  # noqa: LMB102 old code")
    reasons = lambdalint("check", "--extend-select", "LMB902", cwd=project)
    assert reasons.returncode == 0


def test_a_suppression_may_have_to_give_its_reason(project: Path) -> None:
    (project / "app.py").write_text(APP.replace("as out:", "as out:  # noqa: LMB102"))
    assert lambdalint("check", cwd=project).returncode == 0
    result = lambdalint("check", "-q", "--extend-select=LMB902", "--output-format=concise", cwd=project)
    assert [line.split()[1] for line in result.stdout.splitlines()] == ["LMB902"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--add-noqa", ""), "--add-noqa: "),
        (("--add-noqa", "two\nlines"), "--add-noqa: "),
        (("--add-noqa", "why", "--fix"), "--fix and --add-noqa exclude each other"),
        (("--fix", "--stdin-filename", "app.py"), "--fix and --stdin-filename exclude each other"),
    ],
)
def test_what_is_refused_changes_nothing(project: Path, arguments: tuple[str, ...], said: str) -> None:
    result = lambdalint("check", *arguments, cwd=project, given="")
    assert (result.returncode, result.stdout) == (2, "")
    assert said in result.stderr
    assert (project / "app.py").read_text() == APP


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may write everywhere")
def test_a_file_that_is_read_only_stays_as_it_is(project: Path) -> None:
    (project / "app.py").write_bytes(UNUSED.encode())
    (project / "app.py").chmod(0o444)
    result = lambdalint("check", "--fix", cwd=project)
    assert result.returncode == 1
    assert result.stderr.startswith("warning: app.py:1: ")
    assert (project / "app.py").read_bytes() == UNUSED.encode()
