"""What could be shipped and is made at run time, where the literate fixtures do not reach: sureness and fixed names."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from literate.project import report_of, settings_for, write_project

from lambdalint.model import Confidence

if TYPE_CHECKING:
    from pathlib import Path

    from lambdalint.model import Finding

HEAD = """\
import os, tempfile, nltk, whisper, pooch, keras, torch, jinja2
from flask import request
from django.core.management import call_command
NAME = "base"
config = object()
"""
HANDLER = HEAD + "def handler(event, context):\n    {}\n"


def found(root: Path, text: str) -> list[Finding]:
    write_project(root, {"app.py": text.encode()})
    return list(report_of(root, settings_for(("LMB507",))).findings)


def indented(body: str) -> str:
    return HANDLER.format(body.replace("\n", "\n    "))


@pytest.mark.parametrize(
    "body",
    [
        "whisper.load_model('ba' 'se', download_root='/tmp/w')",
        "whisper.load_model(name=NAME, download_root='/tmp/w')",
        "size = 'base' if event['fast'] else 'small'\nwhisper.load_model(size, download_root='/tmp/w')",
        "nltk.download(f'{NAME}_eng', '/tmp/n')",
        "nltk.download(os.environ['CORPUS'], '/tmp/n')",
        "nltk.download(os.environ.get('CORPUS', 'punkt'), '/tmp/n')",
        "nltk.download(config.CORPUS, '/tmp/n')",
        "nltk.download(['punkt', 'stopwords'], '/tmp/n')",
        "[nltk.download(one, '/tmp/n') for one in ('punkt', 'stopwords')]",
        "pooch.retrieve('https://example.org/table.csv', None, path='/tmp/p')",
        "jinja2.Environment().compile_templates('/tmp/compiled', zip=None)",
        "jinja2.FileSystemBytecodeCache()",
        "if not os.path.exists('/tmp/n'):\n    os.makedirs('/tmp/n')\nnltk.download('punkt', download_dir='/tmp/n')",
    ],
)
def test_fixed_names_are_reported(tmp_path: Path, body: str) -> None:
    [one] = found(tmp_path, indented(body))
    assert one.confidence is Confidence.MEDIUM
    assert "in each new execution environment" in one.message


@pytest.mark.parametrize(
    "body",
    [
        "nltk.download(event['corpus'], '/tmp/n')",
        "nltk.download(*event['corpus'], download_dir='/tmp/n')",
        "nltk.download(request.args['corpus'], '/tmp/n')",
        "nltk.download(request.args.get('corpus'), '/tmp/n')",
        "corpus = 'punkt'\nif event:\n    corpus = event['corpus']\nnltk.download(corpus, '/tmp/n')",
        "for one in event['corpora']:\n    nltk.download(one, '/tmp/n')",
        "corpus = 'punkt'\ncorpus += event['suffix']\nnltk.download(corpus, '/tmp/n')",
        "nltk.download(f\"{event['language']}_words\", '/tmp/n')",
        "nltk.download('punkt', f\"/tmp/{event['user']}\")",
        "nltk.download('punkt')",
        "pooch.retrieve('https://tables.s3.eu-west-1.amazonaws.com/table.csv', None, path='/tmp/p')",
        "pooch.retrieve(NAME, None, path='/tmp/p')",
        "call_command('migrate')",
    ],
)
def test_other_names_and_places_are_not(tmp_path: Path, body: str) -> None:
    assert found(tmp_path, indented(body)) == []


@pytest.mark.parametrize(
    "body",
    [
        "try:\n    nltk.data.find('tokenizers/punkt')\nexcept LookupError:\n    nltk.download('punkt', '/tmp/n')",
        "if os.path.exists('/opt/base.pt'):\n    return 1\nwhisper.load_model('base', download_root='/tmp/w')",
        "call_command('collectstatic', interactive=False)",
    ],
)
def test_what_may_be_shipped_or_meant_is_only_a_hint(tmp_path: Path, body: str) -> None:
    assert [one.confidence for one in found(tmp_path, indented(body))] == [Confidence.LOW]


def test_a_test_around_the_call_at_import_counts(tmp_path: Path) -> None:
    text = HEAD + "if not os.path.isdir('nltk_data'):\n    nltk.download('punkt', '/tmp/n')\n"
    [one] = found(tmp_path, text + "def handler(event, context):\n    return 1\n")
    assert one.confidence is Confidence.LOW


def test_a_new_folder_is_filled_in_each_invocation(tmp_path: Path) -> None:
    [one] = found(tmp_path, indented("folder = tempfile.mkdtemp()\nnltk.download('punkt', folder)"))
    assert "in each invocation" in one.message


def test_a_model_that_does_not_fit_is_reported_once(tmp_path: Path) -> None:
    text = indented("whisper.load_model('large', download_root='/tmp/w')")
    write_project(tmp_path, {"app.py": text.encode()})
    report = report_of(tmp_path, settings_for(("LMB307", "LMB507")))
    assert [one.code for one in report.findings] == ["LMB307"]
