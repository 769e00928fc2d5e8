"""Comments that silence what is said of packages, in all files that it may stand in."""

from __future__ import annotations

from pathlib import Path

import pytest

from lambdalint.engine.add_noqa import additions
from lambdalint.engine.fixes import Change
from lambdalint.engine.run import check
from lambdalint.engine.targets import Bounds, apply
from lambdalint.model import Report, Settings

HANDLER = {"fn/app.py": "def handler(event, context):\n    return 1\n"}
SAM = """\
Transform: AWS::Serverless-2016-10-31
Resources:
  Report:
    Type: AWS::Serverless::Function
    %s
    Properties:
      Handler: app.handler
      Runtime: python3.13
      CodeUri: fn
"""
MAKE = SAM % "Metadata: {BuildMethod: makefile}"
SHELL = SAM % "Description: x"
SERVERLESS = """\
service: x
provider: {name: aws, runtime: python3.12}
plugins: [serverless-python-requirements]
functions:
  a: {handler: fn/app.handler}
"""
STACK = """\
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { PythonFunction } from '@aws-cdk/aws-lambda-python-alpha';
import { Stack } from 'aws-cdk-lib';

export class App extends Stack {
  constructor(scope: any, id: string) {
    super(scope, id);
    new PythonFunction(this, 'Report', {
      entry: 'fn', index: 'app.py', runtime: lambda.Runtime.PYTHON_3_13,
    });
  }
}
"""
PROJECTS = {
    "Pipfile": {"serverless.yml": SERVERLESS, "Pipfile": '[packages]\nboto3 = "*"\n'},
    "fn/Makefile": {
        "template.yaml": MAKE,
        "fn/Makefile": "build-Report:\n\tcp *.py $(ARTIFACTS_DIR)\n\tpip install boto3 -t $(ARTIFACTS_DIR)\n",
    },
    "build.sh": {"template.yaml": SHELL, "build.sh": "#!/bin/sh\npip install \\\n  boto3 \\\n  -t fn\nsam deploy\n"},
    "bin/build": {"template.yaml": SHELL, "bin/build": "#!/bin/sh\npip install boto3 -t fn\nsam deploy\n"},
    ".github/workflows/release.yml": {
        "template.yaml": SHELL,
        ".github/workflows/release.yml": "jobs:\n  a:\n    steps:\n      - run: |\n          pip install boto3 -t fn\n"
        "          sam deploy\n",
    },
    "lib/app.ts": {
        "cdk.json": '{"app": "npx ts-node lib/app.ts"}',
        "lib/app.ts": STACK,
        "fn/requirements.txt": "pyarrow==21.0.0\npandas==2.3.3\nscikit-learn==1.7.2\ntorch==2.8.0\n",
    },
}


def write(root: Path, files: dict[str, str]) -> None:
    for path, text in {**HANDLER, **files}.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, encoding="utf-8")


def run(root: Path) -> Report:
    return check([Path()], Settings(), cwd=root)


def codes(report: Report, path: str) -> list[str]:
    return [one.code for one in report.findings if one.span.path == path]


@pytest.mark.parametrize("path", PROJECTS)
def test_added_comments_silence(tmp_path: Path, path: str) -> None:
    write(tmp_path, PROJECTS[path])
    report = run(tmp_path)
    assert codes(report, path) == ["LMB406" if path.endswith(".ts") else "LMB401"]
    added = additions(report.findings, report.sources, "the reason")
    assert added.problems == ()
    apply(added.changes, report.sources, within=Bounds.of([tmp_path]), cwd=tmp_path)
    assert run(tmp_path).findings == ()
    text = (tmp_path / path).read_text(encoding="utf-8")
    (tmp_path / path).write_text(text.replace("[LMB40", "[LMB102, LMB40"), encoding="utf-8")
    report = run(tmp_path)
    assert codes(report, path) == ["LMB901"]
    fixes = [Change(one.fix.edits, (one.code,), one.span) for one in report.findings if one.fix]
    apply(fixes, report.sources, within=Bounds.of([tmp_path]), cwd=tmp_path)
    assert (tmp_path / path).read_text(encoding="utf-8") == text


COPY = "# Copyright\n__version__ = '1.34.0'\n"


def vendored(root: Path) -> None:
    write(root, {"template.yaml": SHELL, "fn/boto3/__init__.py": COPY, "fn/boto3/api.py": "#" * 1_000_000})


@pytest.mark.parametrize(
    "text",
    [
        f"# lambdalint: ignore[LMB402] why\n{COPY}",
        COPY.replace("\n", "  # noqa: LMB402 why\n", 1),
        f"# noqa: LMB402 why\n{COPY}",
        f"{COPY}# lambdalint: ignore-file[LMB402] why\n",
    ],
)
def test_a_copy_is_silenced_at_the_top_of_its_file(tmp_path: Path, text: str) -> None:
    vendored(tmp_path)
    assert codes(run(tmp_path), "fn/boto3/__init__.py") == ["LMB402"]
    (tmp_path / "fn/boto3/__init__.py").write_text(text, encoding="utf-8")
    report = run(tmp_path)
    assert (report.findings, report.summary.suppressed) == ((), 1)


def test_a_copy_stays_known_when_its_size_changes(tmp_path: Path) -> None:
    vendored(tmp_path)
    (before,) = run(tmp_path).findings
    write(tmp_path, {"fn/boto3/api.py": "#" * 4_000_000})
    (after,) = run(tmp_path).findings
    assert before.message != after.message
    assert before.fingerprint == after.fingerprint


@pytest.mark.parametrize("named", ["fn", "fn/boto3", "fn/boto3/__init__.py"])
def test_a_copy_that_is_named_is_told_of_as_ever(tmp_path: Path, named: str) -> None:
    vendored(tmp_path)
    (whole,) = run(tmp_path).findings
    limited = check([Path(named)], Settings(), cwd=tmp_path).findings
    assert limited == (whole,)


@pytest.mark.parametrize("named", ["fn", "fn/requirements.txt", "common"])
def test_requirements_behind_a_link(tmp_path: Path, named: str) -> None:
    write(tmp_path, {"template.yaml": SHELL, "common/requirements.txt": "boto3==1.34.0\n"})
    (tmp_path / "fn/requirements.txt").symlink_to("../common/requirements.txt")
    report = check([Path(named)], Settings(), cwd=tmp_path)
    assert [str(one.span) for one in report.findings] == ["common/requirements.txt:1:1"]
    write(tmp_path, {"common/requirements.txt": "boto3==1.34.0  # lambdalint: ignore[LMB401] why\n"})
    report = check([Path(named)], Settings(), cwd=tmp_path)
    assert (report.findings, report.summary.suppressed) == ((), 1)
