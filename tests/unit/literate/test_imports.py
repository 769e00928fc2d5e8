from __future__ import annotations

import ast

import pytest
from literate.imports import rewrite_imports


def rewrite(text: str, style: str) -> str:
    return rewrite_imports({"app.py": text}, style)["app.py"]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("import os\nos.mkdir('a')\n", "import os as os_\nos_.mkdir('a')\n"),
        ("import os as system\nsystem.mkdir('a')\n", "import os as system_\nsystem_.mkdir('a')\n"),
        ("from os import mkdir\nmkdir('a')\n", "from os import mkdir as mkdir_\nmkdir_('a')\n"),
        (
            "from os import mkdir, remove\nmkdir('a')\n",
            "from os import mkdir as mkdir_, remove as remove_\nmkdir_('a')\n",
        ),
        ("import os.path\nos.path.join('a')\n", "import os.path\nos.path.join('a')\n"),
        ("from .x import y\ny()\n", "from .x import y as y_\ny_()\n"),
        ("from a import *\nb()\n", "from a import *\nb()\n"),
        ("from __future__ import annotations\n", "from __future__ import annotations\n"),
    ],
)
def test_alias(before: str, after: str) -> None:
    assert rewrite(before, "alias") == after


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            "import os\nos.path.join(os.sep, 'ü', os.curdir)\n",
            """from os import curdir as os_curdir_, path as os_path_, sep as os_sep_
os_path_.join(os_sep_, 'ü', os_curdir_)
""",
        ),
        ("import os\nprint(os)\nos.mkdir('a')\n", "import os\nprint(os)\nos.mkdir('a')\n"),
        ("import tempfile\ntempfile.tempdir = 'a'\n", "import tempfile\ntempfile.tempdir = 'a'\n"),
        ("import os, sys\nos.mkdir('a')\n", "import os, sys\nos.mkdir('a')\n"),
    ],
)
def test_members(before: str, after: str) -> None:
    assert rewrite(before, "members") == after


@pytest.mark.parametrize(
    "text",
    [
        "import os\nos = None\nos.mkdir('a')\n",
        "import os\ndef f(os):\n    os.mkdir('a')\n",
        "import os\nx = f'{os.sep}a'\n",
        "try:\n    import os\nexcept ImportError:\n    os = None\nos.mkdir('a')\n",
        "import os\ndef f():\n    global os\n    os.mkdir('a')\n",
        "print 'not Python 3'\n",
    ],
)
@pytest.mark.parametrize("style", ["alias", "members"])
def test_names_that_may_mean_something_else_stay(text: str, style: str) -> None:
    assert rewrite(text, style) == text


def test_lines_keep_their_numbers() -> None:
    text = "from os import (\n    mkdir,\n    remove,\n)\nmkdir('a')\n"
    rewritten = rewrite(text, "alias")
    assert rewritten.split("\n")[4] == "mkdir_('a')"
    ast.parse(rewritten)


def test_names_that_other_files_import_stay() -> None:
    files = {
        "paths.py": "from base import ROOT\nfrom os import sep\nOUT = ROOT + sep\n",
        "base.py": "ROOT = '/tmp'\n",
        "app.py": "from paths import ROOT\nprint(ROOT)\n",
    }
    rewritten = rewrite_imports(files, "alias")
    assert rewritten["paths.py"] == "from base import ROOT\nfrom os import sep as sep_\nOUT = ROOT + sep_\n"
    assert rewritten["app.py"] == files["app.py"]
