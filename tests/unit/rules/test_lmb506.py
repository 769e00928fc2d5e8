"""Files that an image has in ``/tmp``, where the literate fixtures do not reach: sureness, and what ``RUN`` leaves."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from literate.project import report_of, settings_for, write_project

from lambdalint.model import Confidence, Severity

if TYPE_CHECKING:
    from pathlib import Path

    from lambdalint.model import Finding

FUNCTION = """
  {name}:
    Type: AWS::Serverless::Function
    Properties:
      PackageType: Image
      Environment: {{Variables: {{SETTINGS: /tmp/in}}}}
    Metadata: {{DockerContext: ., Dockerfile: {dockerfile}}}
"""
TEMPLATE = "Transform: AWS::Serverless-2016-10-31\nResources:" + FUNCTION.format(name="Job", dockerfile="Dockerfile")
IMAGE = "FROM public.ecr.aws/lambda/python:3.13\n{}\nCOPY app.py ./\nCMD ['app.handler']\n".replace("'", '"')
HANDLER = "import os, sqlite3\ndef handler(event, context):\n    {}\n"
IDLE = "return 1"

Sureness = tuple[Severity, Confidence]
ERROR = (Severity.ERROR, Confidence.HIGH)
LIKELY_ERROR = (Severity.ERROR, Confidence.MEDIUM)
WARNING = (Severity.WARNING, Confidence.MEDIUM)
HINT = (Severity.WARNING, Confidence.LOW)


def found(root: Path, instructions: str, body: str = IDLE, **more: str) -> list[Finding]:
    files = {"template.yaml": TEMPLATE, "Dockerfile": IMAGE.format(instructions), "app.py": HANDLER.format(body)}
    write_project(root, {path: text.encode() for path, text in {**files, "data/a.csv": "", **more}.items()})
    return list(report_of(root, settings_for(("LMB506",))).findings)


@pytest.mark.parametrize(
    ("instruction", "body", "sureness", "words"),
    [
        ("COPY data/a.csv /tmp/", "return open('/tmp/a.csv').read()", ERROR, "uses and does not find"),
        ("COPY data /tmp/data", "return open(f'/tmp/data/{event[0]}').read()", ERROR, "uses and does not find"),
        ("RUN mkdir -p /tmp/out", "os.chdir('/tmp/out')", ERROR, "makes /tmp/out in the image"),
        ("RUN mkdir -p /tmp/out", "open('/tmp/out/a', 'w')", LIKELY_ERROR, "a folder that the function writes into"),
        ("RUN mkdir -p /tmp/out", "open('/tmp/out/b/a', 'w')", HINT, "nothing finds it"),
        ("RUN mkdir -p /tmp/out && \\\n    chmod 777 /tmp/out", IDLE, HINT, "nothing finds it"),
        ("COPY data/a.csv /tmp/a.db", "sqlite3.connect('/tmp/a.db')", LIKELY_ERROR, "opens and finds empty"),
        ("RUN curl -o /tmp/m.bin https://example.org/m.bin", IDLE, WARNING, "nothing finds it at run time"),
        ("RUN yum install -y git 2> /tmp/yum.log", IDLE, HINT, "nothing finds it"),
        ("COPY data /tmp", "return open('/tmp/a.csv').read()", WARNING, "puts files into /tmp of the image"),
        ("COPY data/a.csv /tmp/in/", IDLE, WARNING, "which the variable SETTINGS names"),
        (
            "COPY data/a.csv /tmp/",
            "return open('/tmp/a.csv').read() if os.path.exists('/tmp/a.csv') else ''",
            WARNING,
            "looks for and does not find",
        ),
    ],
)
def test_what_shows_decides_how_sure_it_is(
    tmp_path: Path, instruction: str, body: str, sureness: Sureness, words: str
) -> None:
    [one] = found(tmp_path, instruction, body)
    assert (one.severity, one.confidence) == sureness
    assert words in one.message
    assert (one.span.path, one.span.line) == ("Dockerfile", 2)


@pytest.mark.parametrize(
    ("instruction", "body"),
    [
        ("RUN mkdir -p /tmp/out", "os.makedirs('/tmp/out', exist_ok=True)"),
        ("RUN mkdir -p /tmp/out", "os.makedirs('/tmp/out/deep', exist_ok=True)"),
        ("COPY data/a.csv /tmp/a.csv", "open('/tmp/a.csv', 'w').write('x')"),
    ],
)
def test_what_the_function_makes_itself_is_no_loss(tmp_path: Path, instruction: str, body: str) -> None:
    assert found(tmp_path, instruction, body) == []


def test_the_place_of_the_use_is_shown(tmp_path: Path) -> None:
    [one] = found(tmp_path, "COPY data/a.csv /tmp/", "return open('/tmp/a.csv').read()")
    assert [(label.span.path, label.span.line) for label in one.labels] == [("app.py", 3), ("template.yaml", 3)]


def test_functions_of_one_image_make_one_finding(tmp_path: Path) -> None:
    template = TEMPLATE + FUNCTION.format(name="Other", dockerfile="Dockerfile")
    [one] = found(tmp_path, "COPY data/a.csv data /tmp/in/", **{"template.yaml": template})
    assert one.functions == ("Job", "Other")
    assert "/tmp/in/a.csv" in one.message


def test_a_comment_above_the_instruction_silences_it(tmp_path: Path) -> None:
    assert found(tmp_path, "# lambdalint: ignore[LMB506] for tests of the image\nCOPY data /tmp/data") == []


@pytest.mark.parametrize(
    ("instructions", "path"),
    [
        ("ENV HF_HOME=/tmp/hf\nCOPY get.py ./\nRUN python get.py", "/tmp/hf"),
        ("ENV HF_HOME /tmp/hf/\nCOPY get.py ./\nRUN pip install x && \\\n  python3.11 -u ./get.py", "/tmp/hf"),
        ("ENV HF_HOME=/opt/hf HF_HUB_CACHE=/tmp/hub\nRUN <<EOF\npython get.py\nEOF", "/tmp/hub"),
        ("ENV TORCH_HOME=/tmp/t\nRUN python -c \"import torch; torch.hub.load('a/b', 'c')\"", "/tmp/t"),
        ("ENV NLTK_DATA=/tmp/n\nRUN python3 -c 'import nltk; nltk.download(\"punkt\")'", "/tmp/n"),
    ],
)
def test_a_library_fills_the_folder_that_a_variable_names(tmp_path: Path, instructions: str, path: str) -> None:
    script = "from transformers import AutoModel\nAutoModel.from_pretrained('org/name')\n"
    [one] = found(tmp_path, instructions, **{"get.py": script})
    assert one.message.startswith(f"puts {path} into the image, which the variable ")
    assert (one.severity, one.confidence) == WARNING


@pytest.mark.parametrize(
    "instructions",
    [
        "ENV HF_HOME=/opt/hf\nRUN python get.py",
        "ENV HF_HOME=/tmp/hf HF_HUB_CACHE=/opt/hub\nRUN python get.py",
        "RUN python get.py\nENV HF_HOME=/tmp/hf",
        "ENV HF_HOME=/tmp/hf\nRUN python get.py && mv /tmp/hf /opt/hf\nENV HF_HOME=/opt/hf\nRUN rm -rf /tmp/*",
        "ENV HF_HOME=/tmp/hf\nRUN python get.py\nRUN cp -r /tmp/hf /opt/hf",
        "ENV HF_HOME=/tmp/hf\nRUN python save.py",
        "ENV HF_HOME=/tmp/hf\nRUN python absent.py",
        "ENV NLTK_DATA=/tmp/n\nRUN python get.py",
    ],
)
def test_downloads_that_land_elsewhere_are_not(tmp_path: Path, instructions: str) -> None:
    script = "from transformers import AutoModel\nmodel = AutoModel.from_pretrained('org/name')\n"
    saving = f"{script}model.save_pretrained('/opt/model')\n"
    assert found(tmp_path, instructions, **{"get.py": script, "save.py": saving}) == []
