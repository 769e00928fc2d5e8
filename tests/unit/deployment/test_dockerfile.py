from __future__ import annotations

from textwrap import dedent
from typing import TYPE_CHECKING

import pytest

from lambdalint.deployment import cloudformation
from lambdalint.deployment.dockerfile import ImageFacts, read_dockerfile
from lambdalint.deployment.handlers import locate
from lambdalint.model import Deployment, Tree

if TYPE_CHECKING:
    from pathlib import Path

AWS = "FROM public.ecr.aws/lambda/python:3.12\n"
TEMPLATE = """\
Transform: AWS::Serverless-2016-10-31
Resources:
  Job:
    Type: AWS::Serverless::Function
    Properties: {PackageType: Image, Environment: {Variables: {OUT: /tmp}}}
    Metadata: {DockerContext: img, Dockerfile: Dockerfile}
"""


def _tree(root: Path, dockerfile: str, *files: str, template: str = "") -> Tree:
    contents = {"img/Dockerfile": dedent(dockerfile), "template.yaml": template, **dict.fromkeys(files, "")}
    for path, content in contents.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(content, encoding="utf-8")
    return Tree(root, tuple(contents))


def _facts(root: Path, dockerfile: str, *files: str, target: str | None = None) -> ImageFacts:
    facts = read_dockerfile(_tree(root, dockerfile, *files), "img/Dockerfile", "img", target=target)
    assert facts is not None
    return facts


def _read(root: Path, dockerfile: str, *files: str) -> tuple[Tree, Deployment]:
    tree = _tree(root, dockerfile, *files, template=TEMPLATE)
    return tree, cloudformation.read(tree)


def test_the_image_of_aws_starts_in_the_task_root(tmp_path: Path) -> None:
    facts = _facts(tmp_path, AWS + 'COPY app.py ${LAMBDA_TASK_ROOT}/\nCMD ["app.handler"]\n', "img/app.py")
    assert facts.workdir == "/var/task"
    assert facts.command == ("app.handler",)
    assert facts.copies == (("img/app.py", "/var/task/app.py"),)
    assert facts.python
    assert not facts.lambda_adapter


def test_only_the_last_stage_counts_but_for_what_it_copies(tmp_path: Path) -> None:
    dockerfile = """\
        ARG DIR=/function
        FROM python:3.12 AS build
        ARG DIR
        ENV LOST=1
        COPY src ${DIR}
        COPY other /other
        FROM python:3.12-slim
        ARG DIR
        WORKDIR ${DIR}
        ENV KEPT="a b" TWO=2
        COPY --from=build ${DIR} ${DIR}
        ENTRYPOINT ["python", "-m", "awslambdaric"]
        CMD ["app.handler"]
    """
    facts = _facts(tmp_path, dockerfile, "img/src/app.py", "img/other/x.py")
    assert facts.base == "python:3.12-slim"
    assert facts.copies == (("img/src", "/function"),)
    assert facts.env == (("KEPT", "a b"), ("TWO", "2"))
    assert facts.entrypoint[-1] == "awslambdaric"
    assert _facts(tmp_path, dockerfile, "img/src/app.py", target="build").env == (("LOST", "1"),)


@pytest.mark.parametrize(
    ("instruction", "copies"),
    [
        ("COPY . .", {("img", "/var/task")}),
        ("COPY src ./lib", {("img/src", "/var/task/lib")}),
        ("COPY src/* ./", {("img/src/a.py", "/var/task/a.py"), ("img/src/b.py", "/var/task/b.py")}),
        ("ADD src/a.py src/b.py /opt/", {("img/src/a.py", "/opt/a.py"), ("img/src/b.py", "/opt/b.py")}),
        ("COPY src/a.py main.py", {("img/src/a.py", "/var/task/main.py")}),
        ('COPY --chown=1:1 ["src/a.py", "./"]', {("img/src/a.py", "/var/task/a.py")}),
        ("COPY \\\n  # words\n  src \\\n  ./", {("img/src", "/var/task")}),
        ("COPY ../secret /x", set()),
        ("COPY missing /x", set()),
        ("ADD https://example.org/x /x", set()),
        ("RUN <<EOF\nCOPY src /x\nEOF", set()),
    ],
)
def test_copies(tmp_path: Path, instruction: str, copies: set[tuple[str, str]]) -> None:
    facts = _facts(tmp_path, AWS + instruction + "\n", "img/src/a.py", "img/src/b.py")
    assert set(facts.copies) == copies


def test_an_image_function_runs_in_its_workdir(tmp_path: Path) -> None:
    dockerfile = AWS + 'ENV OUT=/x MODE=fast\nCOPY src ./pkg\nWORKDIR /srv\nCMD ["pkg.app.handler"]\n'
    tree, found = _read(tmp_path, dockerfile, "img/src/app.py", "img/src/requirements.txt")
    (function,) = found.functions
    assert (function.code_root, function.prefix) == ("img/src", "pkg")
    assert (function.room.cwd, function.room.task_root) == ("/srv", "/var/task")
    assert {one.name: one.value for one in function.room.env}["OUT"] == "/tmp"
    assert {one.name: one.value for one in function.room.env}["MODE"] == "fast"
    assert function.build.manifests == ()
    assert locate(tree, function) == ("img/src/app.py", "handler")


@pytest.mark.parametrize(
    "commands",
    [
        "COPY src/requirements.txt .\nRUN pip install -r requirements.txt",
        (
            "COPY src/requirements.txt ${LAMBDA_TASK_ROOT}/\n"
            'RUN pip3 install --no-cache-dir -r requirements.txt --target "${LAMBDA_TASK_ROOT}"'
        ),
        "COPY src /srv\nRUN yum install -y gcc && \\\n    cd /srv; python3 -m pip install -q -rrequirements.txt",
        'COPY src/ ./\nRUN ["pip", "install", "--requirement", "./requirements.txt"]',
        (
            "RUN --mount=type=cache,target=/root/.cache \\\n"
            "  --mount=type=bind,source=src/requirements.txt,target=requirements.txt \\\n"
            "  uv pip install --system -r requirements.txt"
        ),
    ],
)
def test_commands_of_the_final_stage_install_requirements(tmp_path: Path, commands: str) -> None:
    dockerfile = f'{AWS}{commands}\nCOPY src/app.py ./\nCMD ["app.handler"]\n'
    _, found = _read(tmp_path, dockerfile, "img/src/app.py", "img/src/requirements.txt")
    [build] = [function.build for function in found.functions]
    [manifest] = build.manifests
    assert (manifest.path, build.complete) == ("img/src/requirements.txt", False)
    assert manifest.step is not None
    assert manifest.step.path == "img/Dockerfile"
    assert dockerfile.splitlines()[manifest.step.line - 1].startswith("RUN")


@pytest.mark.parametrize(
    ("install", "copied", "found"),
    [
        ("pip install -r r.txt -t /opt/libs", "/opt/libs /var/task", True),
        ("pip install -r r.txt --prefix=/install", "/install /usr/local", True),
        (
            "pip install -r r.txt",
            "/usr/local/lib/python3.12/site-packages /var/lang/lib/python3.12/site-packages",
            True,
        ),
        ("pip install -r r.txt", "/src /var/task", False),
        ("pip install -r r.txt -t /opt/libs", "/opt/other /var/task", False),
        ("pip download -r r.txt", "/ /var/task", False),
        ("echo pip install -r r.txt", "/usr/local /usr/local", False),
        ("pip install -r 'r.txt", "/usr/local /usr/local", False),
    ],
)
def test_what_another_stage_installs_counts_if_it_is_copied(
    tmp_path: Path, install: str, copied: str, found: bool
) -> None:
    stages = f"FROM python:3.12 AS build\nWORKDIR /src\nCOPY r.txt .\nRUN {install}\n{AWS}COPY --from=build {copied}\n"
    dockerfile = f'{stages}COPY app.py ./\nCMD ["app.handler"]\n'
    _, deployment = _read(tmp_path, dockerfile, "img/app.py", "img/r.txt")
    [function] = deployment.functions
    assert [one.path for one in function.build.manifests] == (["img/r.txt"] if found else [])


def test_files_of_several_folders_land_together(tmp_path: Path) -> None:
    dockerfile = AWS + 'COPY model/net.py ./\nCOPY app/app.py ./\nCMD ["app.handler"]\n'
    _, found = _read(tmp_path, dockerfile, "img/app/app.py", "img/model/net.py")
    assert [(one.code_root, one.search_path) for one in found.functions] == [("img/app", ("img/model",))]


def test_a_server_needs_the_web_adapter(tmp_path: Path) -> None:
    rest = 'WORKDIR /srv\nCOPY . .\nCMD ["uvicorn", "main:app", "--port", "8080"]\n'
    _, found = _read(tmp_path, "FROM python:3.12\n" + rest, "img/main.py")
    assert not found.functions
    assert [problem.severity for problem in found.problems] == ["note"]
    adapter = "COPY --from=public.ecr.aws/awsguru/aws-lambda-adapter:0.9.0 /lambda-adapter /opt/extensions/\n"
    tree, found = _read(tmp_path, "FROM python:3.12\n" + adapter + rest, "img/main.py")
    (function,) = found.functions
    assert locate(tree, function) == ("img/main.py", "app")
    assert function.room.task_root == "/srv"


def test_images_without_python_are_not_spoken_of(tmp_path: Path) -> None:
    dockerfile = 'FROM public.ecr.aws/lambda/nodejs:20\nCOPY app.js ./\nCMD ["app.handler"]\n'
    _, found = _read(tmp_path, dockerfile, "img/app.js")
    assert (found.functions, found.problems) == ((), ())


def test_the_template_s_command_wins(tmp_path: Path) -> None:
    dockerfile = AWS + 'COPY . .\nCMD ["app.handler"]\n'
    template = TEMPLATE.replace("PackageType: Image,", "PackageType: Image, ImageConfig: {Command: [jobs.run]},")
    tree = _tree(tmp_path, dockerfile, "img/app.py", "img/jobs.py", template=template)
    assert [one.handler for one in cloudformation.read(tree).functions] == ["jobs.run"]


@pytest.mark.parametrize("text", ["", "COPY a b\n", "# nothing\n"])
def test_a_file_without_a_stage_builds_nothing(tmp_path: Path, text: str) -> None:
    assert read_dockerfile(_tree(tmp_path, text), "img/Dockerfile", "img") is None


@pytest.mark.parametrize(
    "rest", ["COPY", "COPY [", 'CMD ["a', "ENV", "ENV A", "WORKDIR ''", "FROM", "COPY --from=9 a b"]
)
def test_malformed_instructions_do_no_harm(tmp_path: Path, rest: str) -> None:
    assert _facts(tmp_path, f"{AWS}{rest}\n").base == "public.ecr.aws/lambda/python:3.12"
