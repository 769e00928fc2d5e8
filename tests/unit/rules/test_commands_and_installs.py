"""What LMB110 and LMB111 say: the program, the place, who tells of the failure, and how sure that is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from literate.project import report_of, settings_for, write_project

from lambdalint.model import Confidence, Severity

if TYPE_CHECKING:
    from pathlib import Path

    from lambdalint.model import Finding

HEAD = "import os, subprocess, sys, pip, spacy.cli\ndef handler(event, context):\n    {}\n"


def found(root: Path, body: str) -> list[Finding]:
    indented = body.replace("\n", "\n    ")
    write_project(root, {"app.py": HEAD.format(indented).encode()})
    return list(report_of(root, settings_for(("LMB1",))).findings)


@pytest.mark.parametrize(
    ("body", "headline", "advice"),
    [
        (
            "subprocess.run(['wget', '-O', 'x.zip', event['url']])",
            (
                "wget writes 'x.zip' to /var/task/x.zip, which is read-only at run time:"
                " the call raises no exception, and only the exit status tells"
            ),
            "give it a path below tempfile.gettempdir(), and send files that must last to S3",
        ),
        (
            "subprocess.check_call('date > /opt/stamp', shell=True)",
            "the shell writes /opt/stamp, which is read-only at run time: the call raises CalledProcessError",
            "give it a path below tempfile.gettempdir(), and send files that must last to S3",
        ),
        (
            "os.system('git clone https://example.com/repo.git')",
            (
                "git clone puts files into 'repo', that is /var/task/repo, which is read-only at run time:"
                " the call raises no exception, and only the exit status tells"
            ),
            "name its output below tempfile.gettempdir(), or run it there with cwd=tempfile.gettempdir()",
        ),
        (
            "os.system('git config --global user.name x')",
            (
                "git config writes /home/sbx_user1051/.gitconfig, which is read-only at run time:"
                " the call raises no exception, and only the exit status tells"
            ),
            "set HOME to a folder in /tmp, in env= or in the function's environment",
        ),
        (
            "subprocess.run(['chmod', '+x', '/opt/bin/tool'], check=True)",
            (
                "chmod changes the permissions, owner or times of /opt/bin/tool, which is read-only at run time:"
                " the call raises CalledProcessError"
            ),
            "set them when the package is built, or work on a copy below tempfile.gettempdir()",
        ),
        (
            "subprocess.run(['cp', '/tmp/x', '/mnt/data/x'], check=True)",
            "cp writes /mnt/data/x, where no known template mounts a file system: the call raises CalledProcessError",
            "give it a path below tempfile.gettempdir(), and send files that must last to S3",
        ),
    ],
)
def test_what_a_command_does(tmp_path: Path, body: str, headline: str, advice: str) -> None:
    [one] = found(tmp_path, body)
    assert (one.code, one.severity) == ("LMB110", Severity.ERROR)
    assert one.message == f"{headline} (app.handler): {advice}"


@pytest.mark.parametrize(
    ("body", "headline", "severity"),
    [
        (
            "subprocess.check_call([sys.executable, '-m', 'pip', 'install', 'x'])",
            (
                "pip installs Python packages at run time, into the interpreter's packages or the home, which are"
                " read-only: the call raises CalledProcessError"
            ),
            Severity.ERROR,
        ),
        (
            "pip.main(['install', '--target', '/opt/python', 'x'])",
            (
                "pip installs Python packages at run time, into /opt/python, which is read-only:"
                " the call raises no exception, and only the exit status tells"
            ),
            Severity.ERROR,
        ),
        (
            "os.system('pip install -t /tmp/x requests')",
            "pip installs Python packages into /tmp/x at run time, again in each new execution environment",
            Severity.WARNING,
        ),
        (
            "spacy.cli.download('en_core_web_sm')",
            (
                "spacy.cli.download() downloads a spaCy model at run time, into the interpreter's packages, which are"
                " read-only"
            ),
            Severity.ERROR,
        ),
        (
            "spacy.cli.download('en_core_web_sm', False, False, '--target', '/tmp/x')",
            (
                "spacy.cli.download() downloads a spaCy model into /tmp at run time, again in each new execution"
                " environment"
            ),
            Severity.WARNING,
        ),
    ],
)
def test_what_an_installation_does(tmp_path: Path, body: str, headline: str, severity: Severity) -> None:
    [one] = found(tmp_path, body)
    assert (one.code, one.headline, one.severity) == ("LMB111", headline, severity)


@pytest.mark.parametrize(
    "body",
    [
        "try:\n    import x\nexcept ImportError:\n    subprocess.check_call(['pip', 'install', 'x'])",
        "import importlib.util\nif importlib.util.find_spec('x') is None:\n    os.system('pip install x')",
    ],
)
def test_what_may_be_shipped_is_uncertain(tmp_path: Path, body: str) -> None:
    assert [(one.code, one.confidence) for one in found(tmp_path, body)] == [("LMB111", Confidence.LOW)]


@pytest.mark.parametrize(
    "handling",
    ["folder = '/tmp/work'", "pass", "with open('/tmp/x', 'w'):\n        pass"],
)
def test_a_failure_with_another_way_is_none(tmp_path: Path, handling: str) -> None:
    start = (
        "try:\n    subprocess.run(['mkdir', 'work'], check=True)\nexcept subprocess.CalledProcessError as error:\n    "
    )
    assert not found(tmp_path, start + handling)


@pytest.mark.parametrize(
    "handling",
    ["raise", "print(error)", "return {'statusCode': 500}", "sys.exit(1)"],
)
def test_a_failure_that_is_only_reported_is_one(tmp_path: Path, handling: str) -> None:
    start = (
        "try:\n    subprocess.run(['mkdir', 'work'], check=True)\nexcept subprocess.CalledProcessError as error:\n    "
    )
    assert [one.code for one in found(tmp_path, start + handling)] == ["LMB110"]


def test_two_files_of_one_command_are_one_finding(tmp_path: Path) -> None:
    [one] = found(tmp_path, "os.system('curl -c jar -o page https://example.com/')")
    assert [label.text for label in one.labels] == [
        (
            "also curl writes 'page' to /var/task/page, which is read-only at run time:"
            " the call raises no exception, and only the exit status tells"
        )
    ]
