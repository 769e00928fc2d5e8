"""The fix of LMB308: what is removed instead of all, and where that is not known."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from fixed_project import HANDLER, after_fixes

if TYPE_CHECKING:
    from pathlib import Path

WRITTEN = '    with open("/tmp/a.txt", "w") as out:\n        out.write("a")\n'
LISTED = '    for name in os.listdir("/tmp"):\n'
REMOVED = f'{LISTED}        os.remove("/tmp/" + name)\n'
UNLINKED = 'pathlib.Path("/tmp/a.txt").unlink(missing_ok=True)'


@pytest.mark.parametrize(
    "wipe",
    [
        'shutil.rmtree("/tmp")',
        'shutil.rmtree("/tmp", ignore_errors=True)',
        'os.system("rm -rf /tmp/*")',
        'os.system("rm -r -f -- /tmp")',
        'subprocess.run(["rm", "-rf", "/tmp"], check=True)',
        'subprocess.check_call("rm -rf /tmp/*", shell=True)',
    ],
)
def test_a_call(tmp_path: Path, wipe: str) -> None:
    module = wipe.partition(".")[0]
    text = f"import {module}\n{HANDLER}{WRITTEN}    {wipe}  # clean up\n"
    assert after_fixes(tmp_path, "LMB308", text) == f"import pathlib\n{HANDLER}{WRITTEN}    {UNLINKED}  # clean up\n"


@pytest.mark.parametrize(
    "loop",
    [
        REMOVED,
        f"{LISTED}        try:\n            os.remove('/tmp/' + name)\n        except OSError:\n            pass\n",
        '    with_names = os.scandir("/tmp")\n    for entry in with_names:\n        os.unlink(entry.path)\n',
    ],
)
def test_a_loop(tmp_path: Path, loop: str) -> None:
    text = f"import os\n{HANDLER}{loop}{WRITTEN}"
    assert after_fixes(tmp_path, "LMB308", text) == f"import pathlib\n{HANDLER}    {UNLINKED}\n{WRITTEN}"


@pytest.mark.parametrize(
    "loop",
    [
        f"{REMOVED}        event.append(name)\n",
        f"{REMOVED}    print(name)\n",
        f"    count = 0\n{REMOVED}        count += 1\n    print(count)\n",
        f"{REMOVED}        # whatever it is\n        print(name)\n",
        f"{REMOVED}    else:\n        print(1)\n",
    ],
    ids=["more calls", "name is read", "counts", "comment", "else"],
)
def test_no_fix_of_a_loop_that_does_more(tmp_path: Path, loop: str) -> None:
    assert after_fixes(tmp_path, "LMB308", f"import os\n{HANDLER}{loop}{WRITTEN}") is None


@pytest.mark.parametrize(
    "made",
    [
        '    open("/tmp/" + event["name"], "w").close()\n',
        '    open(f"/tmp/{context.aws_request_id}.txt", "w").close()\n',
        "    open(event['path'], 'w').close()\n",
        "    import tempfile\n    tempfile.mkdtemp()\n",
        '    import zipfile\n    zipfile.ZipFile(event["zip"]).extractall("/tmp")\n',
        "".join(f'    open("/tmp/{number}", "w").close()\n' for number in range(6)),
        "",
    ],
    ids=["request", "unique", "unknown", "temporary", "archive", "many", "nothing"],
)
def test_no_fix_where_it_is_not_known_what_is_made(tmp_path: Path, made: str) -> None:
    text = f'import shutil\n{HANDLER}{made}    shutil.rmtree("/tmp", ignore_errors=True)\n'
    assert after_fixes(tmp_path, "LMB308", text) is None


@pytest.mark.parametrize(
    "wipe",
    [
        'done = os.system("rm -rf /tmp/*")',
        'if os.system("rm -rf /tmp/*"):\n        print(1)',
        'os.system("rm -rf /tmp/* && touch /tmp/ready")',
        'os.system("rm -rf /tmp/*"); print(1)',
    ],
)
def test_no_fix_where_the_call_does_more(tmp_path: Path, wipe: str) -> None:
    assert after_fixes(tmp_path, "LMB308", f"import os\n{HANDLER}{WRITTEN}    {wipe}\n") is None


def test_what_bounded_an_append_does_so_still(tmp_path: Path) -> None:
    append = WRITTEN.replace('"w"', '"a"')
    text = f'import shutil\n{HANDLER}    shutil.rmtree("/tmp", ignore_errors=True)\n{append}'
    assert after_fixes(tmp_path, "LMB308", text) == f"import pathlib\n{HANDLER}    {UNLINKED}\n{append}"


def test_by_the_name_of_the_module(tmp_path: Path) -> None:
    constant, made = 'from pathlib import Path\n\nFILE = "/tmp/a.txt"\n', '    open(FILE, "w").close()\n'
    text = f'import os\n{constant}{HANDLER}    os.system("rm -rf /tmp")\n{made}'
    after = f"{constant}{HANDLER}    Path(FILE).unlink(missing_ok=True)\n{made}"
    assert after_fixes(tmp_path, "LMB308", text) == after


def test_a_folder_from_elsewhere_is_named_by_gettempdir(tmp_path: Path) -> None:
    text = f'import os\n\nimport parts\n{HANDLER}    os.system("rm -rf /tmp")\n    parts.write()\n'
    other = 'import os\n\n\ndef write():\n    os.makedirs("/tmp/parts", exist_ok=True)\n'
    after = (
        f"import os\nimport shutil\nimport tempfile\n\nimport parts\n{HANDLER}"
        '    shutil.rmtree(os.path.join(tempfile.gettempdir(), "parts"), ignore_errors=True)\n    parts.write()\n'
    )
    assert after_fixes(tmp_path, "LMB308", text, parts=other) == after


def test_what_another_route_of_the_function_makes_is_removed_too(tmp_path: Path) -> None:
    head = "from flask import Flask\n\napp = Flask(__name__)\n"
    begin, end = '\n\n@app.route("/wipe")\ndef wipe():\n    ', '\n    return "done"\n'
    made = f'\n\n@app.route("/make")\ndef make():\n{WRITTEN}    return "done"\n'
    text = f'import shutil\n\n{head}{begin}shutil.rmtree("/tmp"){end}{made}'
    assert after_fixes(tmp_path, "LMB308", text) == f"import pathlib\n\n{head}{begin}{UNLINKED}{end}{made}"
