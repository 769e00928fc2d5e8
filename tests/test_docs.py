"""The generated pages are current, and what the documentation shows is true."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from literate.fixture import parse_fixture
from literate.project import report_of, settings_for

from lambdalint.rules import registry
from lambdalint.rules.pages import page

ROOT = Path(__file__).parent.parent
RULES = registry()
PAGES = sorted(ROOT.glob("docs/**/*.md"))
_BLOCK = re.compile(r"^```(python|yaml|text)\n(?:# (\S+\.\w+)\n)?(.*?)^```", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\]\((?!https?://|#)([^)#\s]+)")


def _generate(root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(root / "docs" / "generate.py"), *arguments],
        capture_output=True,
        text=True,
        encoding="utf-8",
        env={**os.environ, "PYTHONPATH": str(root), "PYTHONIOENCODING": "utf-8"},
        check=False,
    )


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of all that the pages are made of."""
    for folder in ("docs", "fixtures/rules", "lambdalint", "tests/literate"):
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path


def test_pages_are_current() -> None:
    done = _generate(ROOT, "--check")
    assert done.returncode == 0, done.stdout + done.stderr


def test_stale_pages_are_named_with_the_difference(copy: Path) -> None:
    pages = copy / "docs" / "rules"
    text = (pages / "LMB102.md").read_text(encoding="utf-8")
    (pages / "LMB102.md").write_text(text.replace("## What it does", "## What it did"), encoding="utf-8")
    (pages / "LMB101.md").unlink()
    (pages / "LMB998.md").write_text("# A rule that is gone\n", encoding="utf-8")

    done = _generate(copy, "--check")
    assert done.returncode == 1
    named = re.findall(r"^docs/rules/(\S+) is not current:$", done.stdout, re.MULTILINE)
    assert named == ["LMB101.md", "LMB102.md", "LMB998.md"]
    assert "  -## What it did\n  +## What it does\n" in done.stdout
    assert "  -# A rule that is gone\n" in done.stdout
    assert re.search(r"\.\.\. and \d+ more lines", done.stdout)
    assert not (pages / "LMB101.md").exists()

    done = _generate(copy)
    assert done.returncode == 0
    assert done.stdout.splitlines() == [
        "docs/rules/LMB101.md written",
        "docs/rules/LMB102.md written",
        "docs/rules/LMB998.md deleted",
    ]
    assert _generate(copy, "--check").returncode == 0


def _edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_rule_without_fixture_is_refused(copy: Path) -> None:
    (copy / "fixtures/rules/LMB104-write-into-home.md").unlink()
    done = _generate(copy)
    assert done.returncode == 2
    assert done.stderr == "docs/generate.py: LMB104: no fixture rules/LMB104-write-into-home.md\n"


def test_fixture_without_rule_is_refused(copy: Path) -> None:
    (copy / "lambdalint/rules/lmb104.py").unlink()
    done = _generate(copy, "--check")
    assert done.returncode == 2
    assert done.stderr == "docs/generate.py: LMB104: the fixture LMB104-write-into-home.md has no rule\n"


def test_rule_without_a_heading_is_refused(copy: Path) -> None:
    _edit(copy / "lambdalint/rules/lmb104.py", "## Known limits", "## Limits")
    done = _generate(copy, "--check")
    assert done.returncode == 2
    assert done.stderr.startswith("docs/generate.py: LMB104: the headings are")


def test_mention_of_a_rule_that_does_not_exist_is_refused(copy: Path) -> None:
    fixture = copy / "fixtures/rules/LMB104-write-into-home.md"
    _edit(fixture, "### A default argument\n", "### A default argument\n\nThis is not `LMB998`, but LMB998.\n")
    done = _generate(copy, "--check")
    assert done.returncode == 2
    assert done.stderr.startswith("docs/generate.py: LMB104: the page speaks of LMB998, which is no rule")


@pytest.mark.parametrize("path", sorted((ROOT / "fixtures/rules").glob("LMB*.md")), ids=lambda path: path.name[:6])
def test_page_shows_each_case(path: Path) -> None:
    text = (ROOT / "docs" / "rules" / f"{path.name[:6]}.md").read_text(encoding="utf-8")
    cases = parse_fixture(path).cases
    assert text.count("<details>\n<summary>") == text.count("</summary>\n\n") == len(cases)
    assert text.count("\n\n</details>\n\n") == len(cases)
    reported = re.findall(r"# reported: (LMB\d{3}(?:\s*,\s*LMB\d{3})*)", text)
    assert sum(codes.count(",") + 1 for codes in reported) == sum(
        not one.missed for case in cases for one in case.expectations
    )
    assert not re.search(r"# error:|^```\w* ", text, re.MULTILINE)


def test_index_links_each_page() -> None:
    text = (ROOT / "docs" / "rules" / "README.md").read_text(encoding="utf-8")
    assert re.findall(r"^\| \[(LMB\d{3})\]\(\1\.md\) ", text, re.MULTILINE) == list(RULES)


@pytest.mark.parametrize("path", [ROOT / "README.md", *PAGES], ids=lambda path: path.relative_to(ROOT).as_posix())
def test_links_lead_somewhere(path: Path) -> None:
    text = re.sub(r"^(`{3,}).*?^\1$", "", path.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    text = re.sub(r"`[^`\n]*`", "", text)
    for target in _LINK.findall(text):
        assert (path.parent / target).exists(), target


def _codes(root: Path, code: str, title: str) -> set[str]:
    """Return what is reported, at any confidence, of the example below a heading of a rule's page.

    The first line of a block may be a comment with the name of its file.
    """
    files = {"python": "app.py", "yaml": "template.yaml", "text": "output.txt"}
    for language, name, text in _BLOCK.findall(page(RULES[code]).section(title)):
        path = root / (name or files[language])
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return {finding.code for finding in report_of(root, settings_for(("LMB", code))).findings}


@pytest.mark.parametrize("code", [code for code in RULES if code != "LMB999"])
def test_example_is_reported(code: str, tmp_path: Path) -> None:
    assert code in _codes(tmp_path, code, "Example")


@pytest.mark.parametrize("code", [code for code in RULES if code != "LMB999"])
def test_what_is_advised_is_not_reported(code: str, tmp_path: Path) -> None:
    assert _codes(tmp_path, code, "Use instead") == set()
