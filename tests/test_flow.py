"""Where calls lead, against the places that the literate fixtures of ``fixtures/flow`` state."""

from __future__ import annotations

import re
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from literate.fixture import Case, parse_fixture
from literate.project import write_project

from lambdalint import catalogue, deployment, flow
from lambdalint.model import EffectKind, Hole, Settings, Tree

if TYPE_CHECKING:
    from lambdalint.model import Place

FIXTURES = Path(__file__).parent.parent / "fixtures" / "flow"
CASES = [case for path in sorted(FIXTURES.glob("*.md")) for case in parse_fixture(path).cases]
_UNSEEN = {EffectKind.CHANGE_DIR}
"""Kinds of effects that the fixtures do not speak of."""
_HOLE = re.compile(r"\{([^{}]+)\}")


def _places(root: Path, case: Case) -> dict[tuple[str, int], list[Place]]:
    write_project(root, case.files)
    tree = Tree(root, tuple(case.files))
    settings = Settings(cache=False)
    rows = catalogue.load()
    functions = deployment.read(tree, settings, rows).functions
    found: defaultdict[tuple[str, int], list[Place]] = defaultdict(list)
    for effect in flow.analyse(tree, functions, rows, settings).effects:
        if effect.kind not in _UNSEEN and not effect.callee.startswith("tempfile."):
            found[effect.span.path, effect.span.line].append(effect.place)
    return found


def _agree(place: Place, expected: str) -> bool:
    """Tell whether *place* is as *expected*: a hole is named by its origin or its kind, or any (``{*}``)."""
    pattern, position = "", 0
    for hole in _HOLE.finditer(expected):
        pattern += re.escape(expected[position : hole.start()])
        pattern += "\0[^\0]*\0" if hole[1] == "*" else f"\0(?:[^\0]*\1)?{re.escape(hole[1])}(?:\1[^\0]*)?\0"
        position = hole.end()
    pattern += re.escape(expected[position:])
    text = "".join(f"\0{part.kind.value}\1{part.origin}\0" if isinstance(part, Hole) else part for part in place.parts)
    return re.fullmatch(pattern, text) is not None or place.path == expected


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.fixture}: {case.title}")
def test_places(case: Case, tmp_path: Path) -> None:
    found = _places(tmp_path, case)
    wrong = []
    for expectation in case.places:
        places = found.pop((expectation.path, expectation.line), [])
        missing = [text for text in expectation.places if not any(_agree(place, text) for place in places)]
        surplus = [place.path for place in places if not any(_agree(place, text) for text in expectation.places)]
        if missing or surplus:
            wrong.append(f"{expectation.path}:{expectation.line}: missing {missing}, surplus {surplus}")
    wrong += [
        f"{path}:{line}: nothing expected, but {places[0].path}" for (path, line), places in sorted(found.items())
    ]
    assert not wrong, "\n".join(wrong)
