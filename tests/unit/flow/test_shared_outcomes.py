"""Functions that are analysed together share what imports and calls did, and only what is the same for them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace

from lambdalint import catalogue, deployment
from lambdalint.engine.collect import collect
from lambdalint.flow import calls, imports
from lambdalint.flow.analysis import evaluations
from lambdalint.flow.work import Borrowed, Work
from lambdalint.model import Settings

if TYPE_CHECKING:
    from pathlib import Path

    from lambdalint.model.flow_result import Evaluation

_TEMPLATE = """
Transform: AWS::Serverless-2016-10-31
Resources:
  Shared:
    Type: AWS::Serverless::LayerVersion
    Properties:
      ContentUri: shared
  One:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: python3.13
      Handler: app.handler
      CodeUri: one
      Layers: [!Ref Shared]
      Environment:
        Variables:
          FOLDER: /opt/one
  Two:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: python3.13
      Handler: app.handler
      CodeUri: two
      Layers: [!Ref Shared]
      Environment:
        Variables:
          FOLDER: /opt/two
"""
_HANDLER = "from common import path\n\n\ndef handler(event, context):\n    open(path(), 'w')\n"


def _evaluated(root: Path, common: str, **files: str) -> tuple[list[str], list[Evaluation]]:
    """Return what the handlers One and Two write to, and their evaluations; they are the same as of each alone."""
    texts = {"template.yaml": _TEMPLATE, "shared/python/common.py": common, **files}
    for folder in ("one", "two"):
        texts.setdefault(f"{folder}/app.py", _HANDLER)
    for name, text in texts.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    rows, settings = catalogue.load(), Settings(cache=False)
    functions = deployment.read(collect([root], cwd=root).tree, settings, rows).functions
    assert [function.name for function in functions] == ["One", "Two"]

    def evaluated(numbers: list[int]) -> list[Evaluation]:
        tree = collect([root], cwd=root).tree
        found = evaluations(tree, [functions[number] for number in numbers], rows, settings)
        return [one for one in found if one is not None]

    together = evaluated([0, 1])
    for number, one in enumerate(together):
        (alone,) = evaluated([number])
        assert replace(alone.result, spent=0) == replace(one.result, spent=0)
        assert alone.asked.items() <= one.asked.items()
    return [effect.place.path for one in together for effect in one.result.effects], together


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The modules and functions whose bodies are run, in their order."""
    names: list[str] = []
    run_function, run_module = calls._run, imports._run

    def of_function(machine, pending, facts, *rest):  # type: ignore[no-untyped-def]  # as the function it stands for
        names.append(facts.qualname)
        return run_function(machine, pending, facts, *rest)

    def of_module(machine, path, *rest):  # type: ignore[no-untyped-def]  # as the function it stands for
        names.append(path)
        return run_module(machine, path, *rest)

    monkeypatch.setattr(calls, "_run", of_function)
    monkeypatch.setattr(imports, "_run", of_module)
    return names


def test_what_both_import_and_call_is_run_once(tmp_path: Path, run: list[str]) -> None:
    places, _ = _evaluated(tmp_path, "NAMES = ['x']\n\n\ndef path():\n    return '/opt/' + NAMES[0]\n")
    together = run[: run.index("one/app.py", 1)]
    assert places == ["/opt/x", "/opt/x"]
    assert together.count("shared/python/common.py") == 1
    assert together.count("path") == 1


def test_variables_of_the_function_count(tmp_path: Path) -> None:
    places, _ = _evaluated(tmp_path, "import os\n\n\ndef path():\n    return os.environ['FOLDER'] + '/x'\n")
    assert places == ["/opt/one/x", "/opt/two/x"]


def test_variables_at_import_count(tmp_path: Path) -> None:
    common = "import os\n\nFOLDER = os.environ['FOLDER']\n\n\ndef path():\n    return FOLDER + '/x'\n"
    assert _evaluated(tmp_path, common)[0] == ["/opt/one/x", "/opt/two/x"]


def test_what_an_import_means_counts(tmp_path: Path) -> None:
    common = "import settings\n\n\ndef path():\n    return settings.PATH\n"
    files = {"one/settings.py": "PATH = '/opt/1'\n", "two/settings.py": "PATH = '/opt/2'\n"}
    assert _evaluated(tmp_path, common, **files)[0] == ["/opt/1", "/opt/2"]


def test_an_import_in_a_function_counts(tmp_path: Path) -> None:
    common = "def path():\n    import settings\n    return settings.PATH\n"
    files = {"one/settings.py": "PATH = '/opt/1'\n", "two/settings.py": "PATH = '/opt/2'\n"}
    assert _evaluated(tmp_path, common, **files)[0] == ["/opt/1", "/opt/2"]


def test_what_one_function_changes_is_not_seen_by_the_other(tmp_path: Path) -> None:
    common = "class Store:\n    folder = '/opt/a'\n\n\nITEMS = []\n\n\ndef path():\n    return Store.folder + '/x'\n"
    changing = _HANDLER.replace("import path", "import Store, path").replace(
        "    open", "    Store.folder = '/opt/b'\n    open"
    )
    assert _evaluated(tmp_path, common, **{"one/app.py": changing})[0] == ["/opt/b/x", "/opt/a/x"]


def test_a_file_that_does_not_parse_is_said_of_both(tmp_path: Path) -> None:
    common = "try:\n    import broken\nexcept Exception:\n    pass\n\n\ndef path():\n    return '/opt/x'\n"
    _, found = _evaluated(tmp_path, common, **{"shared/python/broken.py": "def\n"})
    assert [[problem.span.path for problem in one.result.broken] for one in found] == [["shared/python/broken.py"]] * 2


def test_work_is_counted_once() -> None:
    inner = Work(1, 5, ())
    borrowed = Borrowed(by=2)
    borrowed.take(Work(1, 1, (inner, Work(1, 2, (inner,)))))
    borrowed.take(inner)
    borrowed.take(Work(2, 100, ()))
    assert borrowed.steps == 8
