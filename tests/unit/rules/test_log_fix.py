"""The fix of LMB206, and of LMB302 for logs: what goes to standard output, what goes altogether, and what stays."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from fixed_project import HANDLER, after_fixes

if TYPE_CHECKING:
    from pathlib import Path

LOGGED = f'{HANDLER}    logging.getLogger("orders").error("refused")\n'
ADDED = 'logging.getLogger("orders").addHandler(log)\n'
SET = "log.setLevel(logging.ERROR)\n"
LEVEL = f"{SET}{ADDED}"


@pytest.mark.parametrize(
    ("imports", "made", "after"),
    [
        ("import logging", "logging.FileHandler('/tmp/a.log', 'w')", "import logging\nimport sys"),
        ("import logging\nimport sys", "logging.FileHandler('/tmp/a.log')", "import logging\nimport sys"),
        (
            "import logging\nimport logging.handlers as files",
            "files.WatchedFileHandler('/tmp/a.log')",
            "import logging\nimport sys",
        ),
        (
            "import logging\nfrom logging.handlers import TimedRotatingFileHandler as Daily",
            "Daily(\n    '/tmp/a.log',\n    when='D',\n    backupCount=1,\n)",
            "import logging\nimport sys",
        ),
    ],
)
def test_a_handler_with_a_level(tmp_path: Path, imports: str, made: str, after: str) -> None:
    fixed = after_fixes(tmp_path, "LMB206", f"{imports}\n\nlog = {made}\n{LEVEL}{LOGGED}")
    assert fixed == f"{after}\n\nlog = logging.StreamHandler(sys.stdout)\n{LEVEL}{LOGGED}"


def test_names_are_those_of_the_module(tmp_path: Path) -> None:
    head = "import logging\nfrom logging import FileHandler, StreamHandler\nfrom sys import stdout\n\n"
    fixed = after_fixes(tmp_path, "LMB206", f"{head}log = FileHandler('/tmp/a.log')\n{LEVEL}{LOGGED}")
    assert fixed is not None
    assert "FileHandler, " not in fixed
    assert "(stdout)\n" in fixed


def test_no_fix_where_a_name_means_something_else(tmp_path: Path) -> None:
    text = f"import logging\n\nsys = object()\nlog = logging.FileHandler('/tmp/a.log')\n{LEVEL}{LOGGED}"
    assert after_fixes(tmp_path, "LMB206", text) is None


def test_what_another_file_imports_stays(tmp_path: Path) -> None:
    added = "logging.getLogger('orders').addHandler(logging.FileHandler(FILE))"
    text = f"import logging\n\nFILE = '/tmp/a.log'\n{added}{LOGGED}"
    assert after_fixes(tmp_path / "alone", "LMB206", text) == f"import logging{LOGGED}"
    fixed = after_fixes(tmp_path / "shared", "LMB206", text, other="from app import FILE\n")
    assert fixed == f"import logging\n\nFILE = '/tmp/a.log'{LOGGED}"


@pytest.mark.parametrize(
    "elsewhere",
    [
        "import logging\n\nlogging.getLogger('orders').propagate = False\n",
        "import logging\n\nlogging.getLogger().handlers.clear()\n",
        "import logging\n\nroot = logging.getLogger()\nfor one in root.handlers:\n    root.removeHandler(one)\n",
        "import logging\n\nlogging.basicConfig(force=True)\n",
    ],
)
def test_where_the_runtime_may_not_print_it_standard_output_does(tmp_path: Path, elsewhere: str) -> None:
    added = "logging.getLogger('orders').addHandler(logging.FileHandler('/tmp/a.log'))"
    text = f"import logging\nimport sys\n\n{added}\n{LOGGED}"
    fixed = after_fixes(tmp_path, "LMB206", text, other=elsewhere)
    assert fixed == text.replace("FileHandler('/tmp/a.log')", "StreamHandler(sys.stdout)")


def test_a_block_keeps_a_statement(tmp_path: Path) -> None:
    added = "logging.getLogger().addHandler(logging.FileHandler('/tmp/a.log'))"
    text = f"import logging\nimport sys\n\nif sys.argv:\n    {added}\n{LOGGED}"
    fixed = after_fixes(tmp_path, "LMB206", text)
    assert fixed == text.replace("FileHandler('/tmp/a.log')", "StreamHandler(sys.stdout)")


@pytest.mark.parametrize(
    "more",
    [
        "print(log.baseFilename)\n",
        "log.namer = str.upper\n",
        "def rotate(handlers):\n    for one in handlers:\n        one.doRollover()\n",
        "print(open('/tmp/a.log').read())\n",
    ],
)
def test_no_fix_where_the_file_is_wanted(tmp_path: Path, more: str) -> None:
    text = f"import logging\n\nlog = logging.FileHandler('/tmp/a.log')\n{LEVEL}{more}{LOGGED}"
    assert after_fixes(tmp_path, "LMB302", text) is None


def test_no_fix_of_a_declared_type(tmp_path: Path) -> None:
    made = "def made() -> logging.FileHandler:\n    return logging.FileHandler('/tmp/a.log')\n\n\nlog = made()\n"
    assert after_fixes(tmp_path, "LMB206", f"import logging\n\n\n{made}{LEVEL}{LOGGED}") is None


def test_a_dictionary_that_is_passed_on_unseen_has_no_fix(tmp_path: Path) -> None:
    handlers = '{"file": {"class": "logging.FileHandler", "filename": "/tmp/a.log"}}'
    text = (
        f'import logging.config\n\nC = {{"version": 1, "root": {{"handlers": ["file"]}}}}\nC["handlers"] = {handlers}\n'
    )
    assert after_fixes(tmp_path, "LMB206", f"{text}logging.config.dictConfig(C)\n{LOGGED}") is None


def test_a_dictionary_in_one_line(tmp_path: Path) -> None:
    before = "{'mode': 'w', 'filename': '/tmp/a.log', 'class': 'logging.FileHandler', 'level': 'INFO', 'delay': True}"
    after = "{'stream': 'ext://sys.stdout', 'class': 'logging.StreamHandler', 'level': 'INFO'}"
    text = (
        "import logging.config\n\nlogging.config.dictConfig("
        f"{{'version': 1, 'handlers': {{'f': HERE}}, 'root': {{'handlers': ['f']}}}})\n{LOGGED}"
    )
    assert after_fixes(tmp_path, "LMB206", text.replace("HERE", before)) == text.replace("HERE", after)
