"""Paths that do not move, and removals that are not safe to move: other code goes by where the file is, or stays."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from fixed_project import HANDLER, after_fixes

if TYPE_CHECKING:
    from pathlib import Path

WRITE = '    with open("a.txt", "w") as out:\n        out.write("x")\n'
MAKE = "import uuid\n\nimport boto3\n\ns3 = boto3.client('s3')\n"
DOWN = "    path = f'/tmp/{uuid.uuid4()}'\n    s3.download_file('b', 'k', path)\n"


@pytest.mark.parametrize(
    ("imports", "use"),
    [
        ("import glob\n", '    return len(glob.glob("*.txt"))\n'),
        ("import os\n", '    return "a.txt" in os.listdir(".")\n'),
        ("import os\n", "    return [entry.path for entry in os.scandir()]\n"),
        ("import os\n", '    return [files for _, _, files in os.walk(".")]\n'),
        ("import os\n", "    return os.listdir(os.curdir)\n"),
        ("import tarfile\n", '    with tarfile.open("/tmp/a.tar", "w") as archive:\n        archive.add("a.txt")\n'),
        (
            "import zipfile\n",
            '    with zipfile.ZipFile("/tmp/a.zip", "w") as archive:\n        archive.write("a.txt")\n',
        ),
    ],
)
def test_files_that_are_found_by_other_means_stay(tmp_path: Path, imports: str, use: str) -> None:
    assert after_fixes(tmp_path, "LMB102", f"{imports}{HANDLER}{WRITE}{use}") is None


def test_a_module_that_is_made_and_imported_stays(tmp_path: Path) -> None:
    code = WRITE.replace("a.txt", "made.py") + '    return importlib.import_module("made")\n'
    assert after_fixes(tmp_path, "LMB102", f"import importlib\n{HANDLER}{code}") is None


def test_a_listing_of_another_folder_keeps_nothing(tmp_path: Path) -> None:
    after = after_fixes(tmp_path, "LMB102", f'import os\n{HANDLER}{WRITE}    return len(os.listdir("/tmp"))\n')
    assert after is not None
    assert 'open(os.path.join(tempfile.gettempdir(), "a.txt"), "w")' in after


@pytest.mark.parametrize(
    "removal",
    [
        "    # Only on success: on failure it is kept for debugging.\n    os.remove(path)\n",
        "    os.remove(path)  # not in a finally clause on purpose\n",
    ],
)
def test_a_removal_that_is_meant_for_success_stays(tmp_path: Path, removal: str) -> None:
    use = "    s3.upload_file(path, 'c', 'k')\n"
    assert after_fixes(tmp_path, "LMB304", f"import os\n{MAKE}{HANDLER}{DOWN}{use}{removal}") is None


HANDLED = """\
    try:
        s3.upload_file(path, 'c', 'k')
    except OSError:
        print('kept', path)
        raise
"""
THREADED = """\
    done = threading.Thread(target=s3.upload_file, args=(path, 'c', 'k'))
    done.start()
    s3.head_object(Bucket='c', Key='k')
    done.join()
"""
GIVEN = """\


def work(path):
    s3.download_file('b', 'k', path)
    s3.upload_file(path, 'c', 'k')
    os.remove(path)
"""


@pytest.mark.parametrize("use", [HANDLED, THREADED])
def test_a_removal_that_something_may_wait_for_is_not_safe_to_move(tmp_path: Path, use: str) -> None:
    text = f"import os\nimport threading\n{MAKE}{HANDLER}{DOWN}{use}    os.remove(path)\n"
    assert after_fixes(tmp_path, "LMB304", text, safe_only=True) is None


def test_a_file_that_a_caller_names_is_not_safe_to_remove(tmp_path: Path) -> None:
    handler = "    path = f'/tmp/{uuid.uuid4()}'\n    work(path)\n"
    assert after_fixes(tmp_path, "LMB304", f"import os\n{MAKE}{GIVEN}{HANDLER}{handler}", safe_only=True) is None
