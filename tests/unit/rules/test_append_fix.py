"""The fix of LMB302 for opened files: when mode ``w`` is safe, when it is not, and when there is no fix."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from fixed_project import HANDLER, after_fixes

if TYPE_CHECKING:
    from pathlib import Path

OPENED = '    with open("/tmp/runs.txt", "a") as out:\n        out.write("a")\n'
NOTE = f"def note(text):\n{OPENED}"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('open("/tmp/runs.txt", "a")', 'open("/tmp/runs.txt", "w")'),
        ("open('/tmp/runs.txt', mode='at', newline='')", "open('/tmp/runs.txt', mode='wt', newline='')"),
        ('open("/tmp/runs.txt", encoding="utf-8", mode=r"a")', 'open("/tmp/runs.txt", encoding="utf-8", mode=r"w")'),
        (
            'open(\n        "/tmp/runs.txt",\n        "a",  # more\n    )',
            'open(\n        "/tmp/runs.txt",\n        "w",  # more\n    )',
        ),
        ('open("/tmp/runs.txt", "a+")', 'open("/tmp/runs.txt", "w+")'),
    ],
)
def test_only_the_mode_changes(tmp_path: Path, before: str, after: str) -> None:
    text = HANDLER.lstrip() + '    with {} as out:\n        out.write("a")\n'
    assert after_fixes(tmp_path, "LMB302", text.format(before), safe_only=True) == text.format(after)


def test_line_ends_stay(tmp_path: Path) -> None:
    text = (HANDLER.lstrip() + OPENED).replace("\n", "\r\n")
    assert after_fixes(tmp_path, "LMB302", text) == text.replace('"a") as', '"w") as')


def test_safe_in_a_function_that_is_called_once(tmp_path: Path) -> None:
    text = f'from notes import note\n{HANDLER}    note("a")\n'
    assert after_fixes(tmp_path / "one", "LMB302", f'{NOTE}{HANDLER}    note("a")\n', safe_only=True) is not None
    assert after_fixes(tmp_path / "two", "LMB302", f"{NOTE}{HANDLER}    if event:\n        note('a')\n", safe_only=True)
    with pytest.raises(AssertionError):
        after_fixes(tmp_path / "elsewhere", "LMB302", text, notes=NOTE)  # the other file changes


@pytest.mark.parametrize(
    "text",
    [
        f'{NOTE}{HANDLER}    note("a")\n    note("b")\n',
        f"{NOTE}{HANDLER}    for text in 'ab':\n        note(text)\n",
        f"{NOTE}{HANDLER}    [note(text) for text in 'ab']\n",
        f"{NOTE}{HANDLER}    list(map(note, 'ab'))\n",
        f"{NOTE}    if text:\n        note('')\n{HANDLER}    note('a')\n",
        f"from tenacity import retry\n\n\n@retry\n{NOTE}{HANDLER}    note('a')\n",
        f"{HANDLER.lstrip()}{OPENED}{OPENED}",
        f"{HANDLER.lstrip()}    while event.pop():\n{OPENED.replace('    ', '        ')}",
    ],
    ids=["twice", "loop", "comprehension", "mapped", "recursive", "tried again", "two openings", "while"],
)
def test_no_fix_for_what_one_invocation_does_again(tmp_path: Path, text: str) -> None:
    assert after_fixes(tmp_path, "LMB302", text) is None


@pytest.mark.parametrize(
    "more",
    [
        '    return open("/tmp/runs.txt").read()\n',
        '    import subprocess\n    subprocess.run(["wc", "/tmp/runs.txt"])\n',
        '    import os\n    if not os.path.exists("/tmp/runs.txt"):\n        return\n',
        '    import os\n    return os.stat("/tmp/runs.txt").st_size\n',
        '    open("/tmp/runs.txt", "a").write("b")\n',
    ],
    ids=["read", "command", "tested", "measured", "written again"],
)
def test_no_fix_where_the_file_is_used(tmp_path: Path, more: str) -> None:
    assert after_fixes(tmp_path, "LMB302", HANDLER.lstrip() + OPENED + more) is None


@pytest.mark.parametrize(
    "opened",
    [
        'open("/tmp/runs.txt", "a+") as out:\n        out.write("a")\n        out.seek(0)\n        print(out.read())\n',
        'open("/tmp/runs.txt", "a") as out:\n        out.tell() or out.write("name")\n        out.write("a")\n',
    ],
)
def test_no_fix_where_the_open_file_tells_what_was_there(tmp_path: Path, opened: str) -> None:
    assert after_fixes(tmp_path, "LMB302", f"{HANDLER.lstrip()}    with {opened}") is None


@pytest.mark.parametrize(
    "where", ["import os\n\nprint(os.listdir('/tmp'))\n", "# goes to /tmp/runs.txt\n", "TAR = 'tar cf - /tmp/*'\n"]
)
def test_another_file_that_may_know_the_place(tmp_path: Path, where: str) -> None:
    text = HANDLER.lstrip() + OPENED
    assert after_fixes(tmp_path, "LMB302", text, safe_only=True, other=where) is None


def test_configuration_that_names_the_file_makes_it_unsafe(tmp_path: Path) -> None:
    (tmp_path / "agent.conf").write_text("tail /tmp/runs.txt\n", encoding="utf-8")
    text = HANDLER.lstrip() + OPENED
    assert after_fixes(tmp_path, "LMB302", text, safe_only=True) is None
    assert after_fixes(tmp_path, "LMB302", text) == text.replace('"a") as', '"w") as')


def test_no_fix_of_a_mode_that_is_not_written_there(tmp_path: Path) -> None:
    text = f'MODE = "a"\n{HANDLER}    with open("/tmp/runs.txt", MODE) as out:\n        out.write("a")\n'
    assert after_fixes(tmp_path, "LMB302", text) is None
