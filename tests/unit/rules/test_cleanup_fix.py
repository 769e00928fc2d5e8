"""Removals in ``finally``: what the literate fixtures cannot show, and fixes that only people may ask for."""

from __future__ import annotations

from textwrap import dedent
from typing import TYPE_CHECKING

import pytest
from literate.project import report_of, settings_for, write_project

from lambdalint.engine.fixes import choose
from lambdalint.engine.targets import Bounds, apply
from lambdalint.model import Safety

if TYPE_CHECKING:
    from pathlib import Path


def fixed(root: Path, text: str, *, safety: Safety | None) -> str:
    """Return what the fixes of the growth rules make of a file; *safety* is what its first fix has."""
    write_project(root, {"app.py": text.encode()})
    report = report_of(root, settings_for(("LMB301", "LMB304")))
    assert report.findings
    fix = report.findings[0].fix
    assert (None if fix is None else fix.safety) is safety
    chosen = choose(report.findings, frozenset({Safety.SAFE, Safety.UNSAFE}))
    assert apply(chosen.changes, report.sources, within=Bounds.of([root]), cwd=root).problems == ()
    return (root / "app.py").read_bytes().decode()


def test_a_call_that_is_not_known_may_keep_the_path(tmp_path: Path) -> None:
    text = dedent(
        """\
        import os
        import uuid

        from elsewhere import convert


        def handler(event, context):
            path = f"/tmp/{uuid.uuid4()}.txt"
            with open(path, "w") as out:
                out.write(event["text"])
            return convert(path)
        """
    )
    after = fixed(tmp_path, text, safety=Safety.UNSAFE)
    assert "        return convert(path)\n    finally:\n        if os.path.exists(path):\n" in after


def test_a_return_that_skips_the_removal(tmp_path: Path) -> None:
    text = dedent(
        """\
        import os
        import uuid


        def handler(event, context):
            path = f"/tmp/{uuid.uuid4()}.txt"
            with open(path, "w") as out:
                out.write(event["text"])
            if not event["text"]:
                return 0
            size = os.path.getsize(path)
            os.remove(path)
            return size
        """
    )
    after = fixed(tmp_path, text, safety=Safety.UNSAFE)
    assert after.endswith(
        "    finally:\n        if os.path.exists(path):\n            os.remove(path)\n    return size\n"
    )


def test_a_folder_that_the_request_names(tmp_path: Path) -> None:
    """Other events may name the same folder, and their files would go with it."""
    text = dedent(
        """\
        import os


        def handler(event, context):
            folder = "/tmp/" + event["id"]
            os.makedirs(folder, exist_ok=True)
            with open(os.path.join(folder, "a.txt"), "w") as out:
                out.write(event["text"])
            return os.path.getsize(os.path.join(folder, "a.txt"))
        """
    )
    after = fixed(tmp_path, text, safety=Safety.UNSAFE)
    assert "    finally:\n        shutil.rmtree(folder, ignore_errors=True)\n" in after


@pytest.mark.parametrize("end", ["\r\n", "\n"])
def test_line_ends_and_the_end_of_the_file_stay(tmp_path: Path, end: str) -> None:
    lines = [
        "import os",
        "import uuid",
        "",
        "",
        "def handler(event, context):",
        '    path = f"/tmp/{uuid.uuid4()}.txt"',
        '    with open(path, "w") as out:',
        '        out.write("a")',
        "    return os.path.getsize(path)",
    ]
    after = fixed(tmp_path, end.join(lines), safety=Safety.SAFE)
    assert after.count("\n") == after.count(end)
    assert after.endswith(f"        if os.path.exists(path):{end}            os.remove(path)")


@pytest.mark.parametrize(
    "use",
    [
        "return path",
        "return open(path)",
        "context.path = path",
        "FILES.append(path)",
        "pool.submit(len, path)",
        "return lambda: open(path).read()",
        "yield path",
    ],
)
def test_what_is_wanted_later_is_not_removed(tmp_path: Path, use: str) -> None:
    text = (
        "import uuid\n\nFILES = []\n\n\ndef make(context, pool):\n"
        '    path = f"/tmp/{uuid.uuid4()}.txt"\n    with open(path, "w") as out:\n        out.write("a")\n'
        f"    {use}\n\n\ndef handler(event, context):\n    for one in make(context, event) or ():\n        print(one)\n"
    )
    assert fixed(tmp_path, text, safety=None) == text
