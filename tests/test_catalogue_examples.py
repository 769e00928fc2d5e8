"""Every row of the catalogue proves itself: its example is seen at its place, its counter-example is not."""

from __future__ import annotations

import textwrap
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from lambdalint import catalogue, deployment, flow
from lambdalint.model import Settings, Tree

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from lambdalint.catalogue.schema import CommandEffect, CommandRow, EffectRow
    from lambdalint.model import Effect


@dataclass(frozen=True)
class Numbered:
    """A row, the file that it stands in, and its position among all rows."""

    number: int
    file: str
    row: EffectRow

    def __str__(self) -> str:
        return f"{self.file.removesuffix('.toml')}:{self.row.call}:{self.row.kind.value}:{self.number}"


ROWS = [
    Numbered(number, file, row)
    for number, (file, row) in enumerate(
        (file, row) for file, content in catalogue.load().files for row in content.effect
    )
]

Effects = dict[str, list["Effect"]]

every_row = pytest.mark.parametrize("one", ROWS, ids=str)


@pytest.fixture(scope="module")
def effects(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, list[Effect]]:
    """The effects of all examples and counter-examples, each a handler in a file of its own, by file."""
    root: Path = tmp_path_factory.mktemp("examples")
    for one in ROWS:
        for kind, code in (("example", one.row.example), ("counter", one.row.counter)):
            body = textwrap.indent(code, "    ")
            (root / f"{kind}_{one.number}.py").write_text(f"def handler(event, context):\n{body}\n")
    tree = Tree(root, tuple(path.name for path in root.iterdir()))
    settings, rows = Settings(cache=False), catalogue.load()
    found: defaultdict[str, list[Effect]] = defaultdict(list)
    functions = deployment.read(tree, settings, rows).functions
    assert len(functions) == 2 * len(ROWS)
    for effect in flow.analyse(tree, functions, rows, settings).effects:
        found[effect.span.path].append(effect)
    return found


def _expected_start(row: EffectRow) -> str:
    """Return what the place of a row's example has to start with."""
    place = row.place if row.place is not None else row.default
    if row.library is not None:
        place = catalogue.load().library_defaults.by_name[row.library].location.replace("<package>", "/var/task")
    if row.path is not None and "/opt" in row.example:
        return "/opt"
    if "os.environ" in row.example:  # what the import alone refuses is not refused again
        place = "<tempdir>"
    text = (place or "").replace("<tempdir>", "/tmp").replace("<unique>", "").replace("~", "/home/sbx_user1051")
    return text if text.startswith("/") else "/var/task"


@every_row
def test_example_is_seen(one: Numbered, effects: Mapping[str, list[Effect]]) -> None:
    found = effects.get(f"example_{one.number}.py", [])
    fitting = [effect for effect in found if (effect.callee, effect.kind) == (one.row.call, one.row.kind)]
    assert fitting, f"seen: {[(effect.callee, effect.kind.value, effect.place.path) for effect in found]}"
    start = _expected_start(one.row)
    places = [effect.place.path for effect in fitting]
    assert any(path.startswith(start) for path in places), f"expected {start}, got {places}"


@every_row
def test_counter_example_is_not(one: Numbered, effects: Mapping[str, list[Effect]]) -> None:
    found = effects.get(f"counter_{one.number}.py", [])
    alike = [effect for effect in found if (effect.callee, effect.kind) == (one.row.call, one.row.kind)]
    assert not alike, f"seen: {[effect.place.path for effect in alike]}"


@dataclass(frozen=True)
class NumberedCommand:
    """A command's row and one of its effects (None for what a launcher runs), and the position among all."""

    number: int
    file: str
    row: CommandRow
    effect: CommandEffect | None

    def __str__(self) -> str:
        done = self.effect.kind.value if self.effect else "launches"
        return f"{self.file.removesuffix('.toml')}:{self.row.names[0]}:{done}:{self.number}"

    @property
    def callees(self) -> set[str]:
        """The names that the effect may have."""
        if self.effect is not None and self.effect.callee:
            return {f"command {self.effect.callee}"}
        return {f"command {name}" for name in self.row.names}


COMMANDS = [
    NumberedCommand(number, file, row, effect)
    for number, (file, row, effect) in enumerate(
        (file, row, effect)
        for file, content in catalogue.load().files
        for row in content.command
        for effect in (row.effect or (None,))
    )
]

every_command = pytest.mark.parametrize("one", COMMANDS, ids=str)


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, list[Effect]]:
    """The effects of all command lines, each run by a shell in a handler of its own, by file."""
    root: Path = tmp_path_factory.mktemp("commands")
    for one in COMMANDS:
        lines = (("example", one.effect.example if one.effect else one.row.example),)
        for kind, line in (*lines, *((("counter", one.effect.counter),) if one.effect else ())):
            code = f"import os\n\n\ndef handler(event, context):\n    os.system({line!r})\n"
            (root / f"{kind}_{one.number}.py").write_text(code)
    tree = Tree(root, tuple(path.name for path in root.iterdir()))
    settings, rows = Settings(cache=False), catalogue.load()
    found: defaultdict[str, list[Effect]] = defaultdict(list)
    for effect in flow.analyse(tree, deployment.read(tree, settings, rows).functions, rows, settings).effects:
        found[effect.span.path].append(effect)
    return found


@every_command
def test_command_is_seen(one: NumberedCommand, done: Mapping[str, list[Effect]]) -> None:
    found = done.get(f"example_{one.number}.py", [])
    seen = [(effect.callee, effect.kind.value, effect.place.path) for effect in found]
    gives = one.effect.gives if one.effect else one.row.gives
    if one.effect is None:
        assert gives in [path for _, _, path in seen], seen
    else:
        assert any((callee, one.effect.kind.value, gives) in seen for callee in one.callees), seen


@every_command
def test_counter_command_is_not(one: NumberedCommand, done: Mapping[str, list[Effect]]) -> None:
    found = done.get(f"counter_{one.number}.py", [])
    seen = [(effect.callee, effect.kind.value, effect.place.path) for effect in found]
    if one.effect is not None:
        assert not any((callee, one.effect.kind.value, one.effect.gives) in seen for callee in one.callees), seen
