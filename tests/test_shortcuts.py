"""What the flow leaves out to save time changes nothing: the fixtures, with shortcuts and without."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from literate.fixture import Case, parse_fixture
from literate.project import configured, write_project
from msgspec.structs import replace

from lambdalint import catalogue, deployment, flow
from lambdalint.engine.collect import collect
from lambdalint.flow.analysis import evaluations
from lambdalint.model import Settings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lambdalint.flow import FlowResult
    from lambdalint.model import Function
    from lambdalint.model.flow_result import Evaluation

FIXTURES = Path(__file__).parent.parent / "fixtures"
CASES = [case for path in sorted(FIXTURES.glob("*/*.md")) for case in parse_fixture(path).cases]
PROJECTS = sorted(path for path in (FIXTURES / "projects").iterdir() if path.is_dir())


def _analysed(root: Path, *, shortcuts: bool) -> FlowResult:
    settings = configured(root, Settings(cache=False))
    tree = collect([root], cwd=root).tree
    rows = catalogue.in_use(settings.catalogue_rows)
    functions = deployment.read(tree, settings, rows).functions
    return flow.analyse(tree, functions, rows, settings, shortcuts=shortcuts)


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.fixture}: {case.title}")
def test_a_case_gives_the_same_without_shortcuts(tmp_path: Path, case: Case) -> None:
    root = tmp_path / "project"
    write_project(root, case.files)
    assert _analysed(root, shortcuts=True) == _analysed(root, shortcuts=False)


@pytest.mark.parametrize("project", PROJECTS, ids=lambda project: project.name)
def test_a_function_alone_gives_what_it_gives_among_others(tmp_path: Path, project: Path) -> None:
    project = Path(shutil.copytree(project, tmp_path / "project"))
    settings = configured(project, Settings(cache=False))
    rows = catalogue.in_use(settings.catalogue_rows)

    def evaluated(functions: Sequence[Function]) -> list[Evaluation]:
        found = evaluations(collect([project], cwd=project).tree, functions, rows, settings)
        return [one for one in found if one is not None]

    functions = deployment.read(collect([project], cwd=project).tree, settings, rows).functions
    for function, among_others in zip(functions, evaluated(functions), strict=True):
        (alone,) = evaluated([function])
        assert replace(among_others.result, spent=0) == replace(alone.result, spent=0)
        assert alone.asked.items() <= among_others.asked.items()


@pytest.mark.parametrize("project", PROJECTS, ids=lambda project: project.name)
def test_a_project_gives_the_same_without_shortcuts(project: Path) -> None:
    with_shortcuts = _analysed(project, shortcuts=True)
    assert with_shortcuts.entry_points
    assert with_shortcuts == _analysed(project, shortcuts=False)
