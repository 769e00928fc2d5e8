"""Which handlers need not be run, as names alone tell that they can do nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from lambdalint import catalogue, flow
from lambdalint.deployment import signature
from lambdalint.deployment.rooms import DEFAULT_PLATFORM, base_room
from lambdalint.model import Settings, Tree

if TYPE_CHECKING:
    from pathlib import Path

_HANDLER = "def handler(event, context):\n    "


def _effects(folder: Path, **files: str) -> list[str]:
    for name, text in files.items():
        (folder / f"{name}.py").write_text(text, encoding="utf-8")
    tree, rows = Tree(folder, tuple(f"{name}.py" for name in files)), catalogue.load()
    functions = signature.read(tree, base_room(DEFAULT_PLATFORM, rows), frozenset(), ()).functions
    assert functions, "the code has a handler"
    return [effect.callee for effect in flow.analyse(tree, functions, rows, Settings()).effects]


@pytest.mark.parametrize(
    "code",
    [
        f"import os\n\n{_HANDLER}os.remove('data')",
        f"from os import remove as forget\n\n{_HANDLER}forget('data')",
        f"import os\n\nTABLE = {{'a': os.remove}}\n\n{_HANDLER}TABLE['a']('data')",
        f"import os\n\n{_HANDLER}getattr(os, 'remove')('data')",
        (
            "import os\n\nclass Store:\n    def __enter__(self):\n        os.remove('data')\n\n"
            f"    def __exit__(self, *_):\n        pass\n\nSTORE = Store()\n\n{_HANDLER}with STORE:\n        pass"
        ),
        (
            "import os\n\nclass Job:\n    def do_clean(self):\n        os.remove('data')\n\nJOB = Job()\n\n"
            f"{_HANDLER}getattr(JOB, f\"do_{{event['what']}}\")()"
        ),
    ],
)
def test_what_a_handler_reaches_by_any_way_is_run(code: str, tmp_path: Path) -> None:
    assert _effects(tmp_path, app=code) == ["os.remove"]


def test_an_effect_behind_another_module_is_run(tmp_path: Path) -> None:
    tools = "from os import remove\n\ndef unused():\n    pass\n"
    assert _effects(tmp_path, tools=tools, app=f"import tools\n\n{_HANDLER}tools.remove('data')") == ["os.remove"]


def test_a_handler_that_does_nothing_has_no_effects(tmp_path: Path) -> None:
    assert _effects(tmp_path, app=f"import os\n\n{_HANDLER}return event['name'].replace('a', os.sep)") == []
