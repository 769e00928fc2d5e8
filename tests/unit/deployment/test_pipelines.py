from __future__ import annotations

from textwrap import dedent
from typing import TYPE_CHECKING

import pytest

from lambdalint.deployment.scripts.build_scripts import BuildScripts, read
from lambdalint.model import Tree

if TYPE_CHECKING:
    from pathlib import Path

WORKFLOW = ".github/workflows/deploy.yml"


def _read(root: Path, name: str, text: str, *files: str) -> BuildScripts:
    contents = {**dict.fromkeys(["requirements.txt", "src/app.py", *files], ""), name: dedent(text)}
    for path, content in contents.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(content, encoding="utf-8")
    return read(Tree(root, tuple(contents)))


def _targets(found: BuildScripts) -> list[tuple[str | None, list[str]]]:
    return [(one.target, [manifest.path for manifest in one.manifests]) for one in found.installs]


def test_a_workflow_fills_the_root(tmp_path: Path) -> None:
    text = """\
        jobs:
          deploy:
            steps:
            - uses: actions/checkout@v4
            - name: Package
              run: |
                echo start
                pip install -r requirements.txt -t .
                zip -r x-${{ steps.v.outputs.V }}.zip .
        """
    found = _read(tmp_path, WORKFLOW, text)
    (install,) = found.into("")
    assert (install.span.line, install.span.column) == (8, 9)
    assert install.span.end_column == 9 + len("pip install -r requirements.txt -t .")
    assert _targets(found) == [("", ["requirements.txt"])]


@pytest.mark.parametrize(
    "step",
    [
        "{run: pip install -r ../requirements.txt -t ., working-directory: src}",
        "{run: pip install -r requirements.txt -t $OUT, env: {OUT: src}}",
        "{run: 'pip install -r requirements.txt -t ${{ env.COMMON }}'}",
        "{run: 'pip install -r requirements.txt -t ${{ github.workspace }}/src'}",
        '{run: "pip install -r \\"$GITHUB_WORKSPACE/requirements.txt\\" -t src"}',
    ],
)
def test_folders_and_variables_of_a_step(tmp_path: Path, step: str) -> None:
    found = _read(tmp_path, WORKFLOW, f"env: {{COMMON: src}}\njobs:\n  j:\n    steps:\n    - {step}\n")
    assert _targets(found) == [("src", ["requirements.txt"])]


def test_the_steps_of_a_job_share_files_but_no_directory(tmp_path: Path) -> None:
    text = """\
        defaults: {run: {working-directory: src}}
        jobs:
          a:
            steps:
            - run: |
                cd ..
                pip install boto3 -t build
            - run: cp -r . ../build
          b:
            steps:
            - run: pip install six -t ../build
            - run: pip install requests -t ../build
              shell: python
        """
    found = _read(tmp_path, WORKFLOW, text)
    assert [one.requirements[0].name for one in found.into("src")] == ["boto3"]
    assert [one.requirements[0].name for one in found.into("build")] == ["boto3", "six"]


def test_a_matrix_and_a_checkout_below_the_workspace(tmp_path: Path) -> None:
    text = """\
        jobs:
          j:
            strategy: {matrix: {name: [a, b], include: [{name: c}]}}
            steps:
            - uses: actions/checkout@v4
              with: {path: project}
            - run: pip install -r project/fn/${{ matrix.name }}/requirements.txt -t project/fn/${{matrix.name}}
        """
    files = [f"fn/{name}/requirements.txt" for name in "abc"]
    assert _targets(_read(tmp_path, WORKFLOW, text, *files)) == [
        (f"fn/{name}", [f"fn/{name}/requirements.txt"]) for name in "abc"
    ]


def test_a_job_of_another_repository_does_not_count(tmp_path: Path) -> None:
    text = """\
        jobs:
          j:
            steps:
            - {uses: actions/checkout@v4, with: {repository: other/one}}
            - run: pip install boto3 -t src
        """
    assert _read(tmp_path, WORKFLOW, text).installs == ()


@pytest.mark.parametrize(
    ("name", "text"),
    [
        (
            "buildspec.yml",
            """\
            version: 0.2
            env: {variables: {OUT: src}}
            phases:
              build: {commands: [pip install -r ../requirements.txt -t .]}
              install:
                commands:
                  - cd $OUT
            """,
        ),
        (
            ".gitlab-ci.yml",
            """\
            variables: {OUT: src}
            .base: &base
              before_script: [cd $OUT]
            job:
              extends: .base
              script:
                - - pip install -r $CI_PROJECT_DIR/requirements.txt -t .
            """,
        ),
        (
            "bitbucket-pipelines.yml",
            "pipelines: {default: [{step: {script: [cd src, pip install -r ../requirements.txt -t .]}}]}",
        ),
        (
            "azure-pipelines.yml",
            "steps:\n- script: pip install -r ../requirements.txt -t .\n  workingDirectory: src\n",
        ),
        (
            ".circleci/config.yml",
            "jobs: {a: {steps: [checkout, {run: {command: pip install -r requirements.txt -t src}}]}}",
        ),
        (".travis.yml", "install: [cd src]\nscript: pip install -r ../requirements.txt -t .\n"),
        ("package.json", '{"scripts": {"build": "pip install -r requirements.txt -t \\"src\\""}}'),
    ],
)
def test_other_pipelines(tmp_path: Path, name: str, text: str) -> None:
    found = _read(tmp_path, name, text)
    assert _targets(found) == [("src", ["requirements.txt"])]
    assert found.installs[0].span.path == name


def test_the_builds_of_a_batch(tmp_path: Path) -> None:
    text = """\
        batch:
          build-list:
            - {identifier: a, env: {variables: {FN: a}}}
            - {identifier: b, env: {variables: {FN: b}}}
        phases:
          build:
            commands:
              - pip install -r fn/${FN}/requirements.txt --target "fn/${FN}"
        """
    found = _read(tmp_path, "ci/buildspec.yml", text, "fn/a/requirements.txt", "fn/b/requirements.txt")
    assert _targets(found) == [(f"fn/{name}", [f"fn/{name}/requirements.txt"]) for name in "ab"]


@pytest.mark.parametrize(
    "text",
    [
        "jobs: pip install",
        "jobs: {a: {steps: {run: pip install}}}",
        "jobs: {a: {steps: [pip install, {run: [x]}]}}",
        "pip install: [",
        "jobs: {a: {strategy: {matrix: pip install}, steps: [{run: 'pip install x -t y'}]}}",
    ],
)
def test_hostile_pipelines_are_read(tmp_path: Path, text: str) -> None:
    for name in (WORKFLOW, "buildspec.yml", ".gitlab-ci.yml", "azure-pipelines.yml", ".travis.yml", "package.json"):
        assert all(one.target == "y" for one in _read(tmp_path, name, text).installs)
