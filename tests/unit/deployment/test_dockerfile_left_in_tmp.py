"""What the build of an image leaves in ``/tmp``, where a function does not find it."""

from __future__ import annotations

from textwrap import dedent
from typing import TYPE_CHECKING

import pytest

from lambdalint.deployment import cloudformation
from lambdalint.deployment.dockerfile import read_dockerfile
from lambdalint.model import Tree

if TYPE_CHECKING:
    from pathlib import Path

    from lambdalint.model import ImageFile

AWS = "FROM public.ecr.aws/lambda/python:3.12\n"
TEMPLATE = """\
Transform: AWS::Serverless-2016-10-31
Resources:
  Job:
    Type: AWS::Serverless::Function
    Properties: {PackageType: Image}
    Metadata: {DockerContext: img, Dockerfile: Dockerfile}
"""


def _left(root: Path, dockerfile: str) -> tuple[ImageFile, ...]:
    files = {"img/Dockerfile": dedent(dockerfile), "img/app.py": "", "img/models/a.bin": "", "img/data.csv": ""}
    for path, content in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(content, encoding="utf-8")
    facts = read_dockerfile(Tree(root, tuple(files)), "img/Dockerfile", "img")
    assert facts is not None
    return facts.left


@pytest.mark.parametrize(
    ("instruction", "paths"),
    [
        ("COPY models /tmp/models", ["/tmp/models"]),
        ("COPY data.csv /tmp/", ["/tmp/data.csv"]),
        ("COPY data.csv app.py /tmp/in/", ["/tmp/in/data.csv", "/tmp/in/app.py"]),
        ('COPY ["data.csv", "/tmp/data.csv"]', ["/tmp/data.csv"]),
        ("COPY models /tmp", ["/tmp"]),
        ("COPY models/* /tmp/", ["/tmp/a.bin"]),
        ("COPY --from=other/image /x.bin /tmp/x.bin", ["/tmp/x.bin"]),
        ("ADD https://example.org/x.bin /tmp/", ["/tmp/x.bin"]),
        ("COPY <<EOF /tmp/settings.ini\nx = 1\nEOF", ["/tmp/settings.ini"]),
        ("ENV WHERE=/tmp/models\nCOPY models ${WHERE}", ["/tmp/models"]),
        ("WORKDIR /tmp\nCOPY data.csv .", ["/tmp/data.csv"]),
        ("RUN curl -sSL -o /tmp/m.bin https://example.org/m.bin", ["/tmp/m.bin"]),
        ("RUN curl https://example.org/m.bin --output=/tmp/m.bin", ["/tmp/m.bin"]),
        ("RUN cd /tmp && curl -LO https://example.org/m.bin", ["/tmp/m.bin"]),
        ("RUN wget -q https://example.org/m.bin -P /tmp/", ["/tmp/m.bin"]),
        ("RUN wget -O /tmp/m.bin https://example.org/m", ["/tmp/m.bin"]),
        ("RUN curl https://example.org/m > /tmp/m.bin", ["/tmp/m.bin"]),
        ("RUN echo x >>/tmp/log 2>&1", ["/tmp/log"]),
        ("RUN cp -r models /tmp/models", ["/tmp/models"]),
        ("RUN mv a.bin /tmp/", ["/tmp/a.bin"]),
        ("RUN mkdir -p -m 777 /tmp/cache /tmp/other && chmod -R 777 /tmp/cache", ["/tmp/cache", "/tmp/other"]),
        ("RUN unzip -q a.zip -d /tmp/a", ["/tmp/a"]),
        ("RUN tar -xzf a.tgz -C /tmp/a", ["/tmp/a"]),
        ("RUN tar --extract --directory=/tmp/a -f a.tar", ["/tmp/a"]),
        ("RUN git clone --depth 1 https://example.org/tools.git /tmp/tools", ["/tmp/tools"]),
        ("RUN pip install -r requirements.txt --target /tmp/libs", ["/tmp/libs"]),
        ("RUN python -m nltk.downloader -d /tmp/nltk punkt", ["/tmp/nltk"]),
        ("RUN aws s3 cp s3://b/m.bin /tmp/m.bin", ["/tmp/m.bin"]),
        ('RUN ["cp", "a.bin", "/tmp/a.bin"]', ["/tmp/a.bin"]),
        ("RUN <<EOF\nset -e\nmkdir /tmp/cache\nEOF", ["/tmp/cache"]),
        ("RUN touch /tmp/a && \\\n    # words\n    touch /tmp/b", ["/tmp/a", "/tmp/b"]),
        ("RUN mkdir /tmp/m\nCOPY models/a.bin /tmp/m/", ["/tmp/m/a.bin"]),
        ("ONBUILD COPY models /tmp/models", []),
    ],
)
def test_files_that_stay(tmp_path: Path, instruction: str, paths: list[str]) -> None:
    assert [one.path for one in _left(tmp_path, AWS + instruction + "\n")] == paths


@pytest.mark.parametrize(
    "instructions",
    [
        "RUN curl -o /tmp/a.zip https://e.org/a.zip && unzip /tmp/a.zip -d /opt",
        "RUN curl -o /tmp/a.zip https://e.org/a.zip\nRUN unzip /tmp/a.zip -d /opt && rm /tmp/a.zip",
        "RUN cd /tmp && curl -O https://e.org/a.zip && unzip a.zip -d /opt",
        "RUN cd /tmp && git clone https://e.org/tool.git && cd tool && make install",
        "WORKDIR /tmp\nRUN wget https://e.org/a.tgz\nRUN make",
        "COPY requirements.txt /tmp/\nRUN pip install -r /tmp/requirements.txt",
        "COPY data.csv /tmp/\nRUN rm -rf /tmp/*",
        "COPY data.csv /tmp/\nRUN rm -rf /var/cache /tmp",
        "COPY data.csv /tmp/\nRUN python -c \"open('/tmp/data.csv').read()\"",
        "COPY models /tmp/models\nRUN mv /tmp/models/a.bin /opt",
        "COPY data.csv /tmp/\nRUN cat ${HERE:-/tmp}/data.csv > /opt/x",
        "COPY data.csv /tmpfiles/",
        "RUN --mount=type=cache,target=/tmp/cache curl -o /tmp/cache/a https://e.org/a",
        "RUN F=$(mktemp) && curl -o $F https://e.org/a",
        "RUN curl -o /tmp/$NAME https://e.org/a",
        "RUN echo '> /tmp/x' '&& touch /tmp/y'",
        "RUN tar -czf /opt/a.tgz -C /tmp/a .",
        "RUN ls /tmp > /dev/null 2>&1",
    ],
)
def test_what_the_build_uses_or_removes_is_not_spoken_of(tmp_path: Path, instructions: str) -> None:
    assert _left(tmp_path, AWS + instructions + "\n") == ()


def test_only_the_stages_of_the_image_count(tmp_path: Path) -> None:
    dockerfile = """\
        FROM python:3.12 AS tools
        RUN touch /tmp/tools
        FROM public.ecr.aws/lambda/python:3.12 AS base
        RUN touch /tmp/base
        FROM base
        COPY --from=tools /tmp/tools /opt/tools
        CMD ["app.handler"]
    """
    assert [(one.path, one.instruction, one.span.line) for one in _left(tmp_path, dockerfile)] == [
        ("/tmp/base", "RUN", 4)
    ]


def test_the_place_is_the_first_line_of_the_instruction(tmp_path: Path) -> None:
    [one] = _left(tmp_path, AWS + "\n  COPY --chown=1:1 \\\n    models /tmp/models\n")
    assert (one.instruction, one.span.path) == ("COPY", "img/Dockerfile")
    assert (one.span.line, one.span.column, one.span.end_line, one.span.end_column) == (
        3,
        3,
        3,
        3 + len("COPY --chown=1:1 \\"),
    )


def test_a_trigger_of_the_base_stage_runs_in_the_next(tmp_path: Path) -> None:
    dockerfile = AWS.replace("\n", " AS base\n") + "ONBUILD COPY models /tmp/models\nFROM base\n"
    assert [(one.path, one.span.line) for one in _left(tmp_path, dockerfile)] == [("/tmp/models", 2)]


def test_a_function_of_a_template_has_them(tmp_path: Path) -> None:
    files = {
        "img/Dockerfile": AWS + 'COPY app.py .\nCOPY m /tmp/m\nCMD ["app.handler"]\n',
        "img/app.py": "",
        "img/m/a": "",
    }
    contents = {"template.yaml": TEMPLATE, **files}
    for path, content in contents.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(content, encoding="utf-8")
    [function] = cloudformation.read(Tree(tmp_path, tuple(contents))).functions
    assert [one.path for one in function.image_files] == ["/tmp/m"]
    assert function.room.span_of("handler") is not None


@pytest.mark.parametrize(
    "text",
    [
        "RUN " + "touch /tmp/x; " * 5_000,
        "RUN " + "'" * 9_000,
        "RUN curl -o\nRUN wget -P\nRUN tar -C\nRUN git clone\nRUN aws s3\nRUN >\nRUN cp /tmp/\nRUN cd\nRUN ;;&&||",
        "RUN curl -O https://[::1\nRUN <<EOF\nnever closed",
        "ONBUILD ONBUILD RUN x\nONBUILD FROM x\nONBUILD",
        "COPY\nCOPY /tmp/x\nCOPY <<EOF\nEOF\nCOPY <<A <<B /tmp/\nA\nB",
    ],
)
def test_malformed_instructions_do_no_harm(tmp_path: Path, text: str) -> None:
    assert len(_left(tmp_path, f"{AWS}{text}\nFROM {AWS[5:]}")) == 0
    assert len(_left(tmp_path, f"{AWS}{text}\n")) <= 100
