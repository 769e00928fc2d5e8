"""How modules are filled: units up to a number of lines, and one function that calls them all."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from benchmarks.monorepo.units import NUMBERS, RECORDS, TEXTS, Unit
from benchmarks.monorepo.units_files import CLEAN, FAULTY
from benchmarks.monorepo.words import AMOUNTS, FIELDS

if TYPE_CHECKING:
    from benchmarks.monorepo.draw import Draw
    from benchmarks.monorepo.module import Export, Module, Planted

APPLY = Unit(
    "record",
    '''
def $name(record: dict[str, Any]) -> dict[str, Any]:
    """Do all that concerns the $field of a record."""
$calls
    return {
        "$field": record.get("$field"),
$results
    }
''',
    ("typing:Any",),
)
_LINES_OF_CALLS = 12


@dataclass
class Project:
    """The files that were written so far."""

    findings: float
    """The share of the files that get a finding."""
    files: dict[str, str] = field(default_factory=dict)
    planted: list[Planted] = field(default_factory=list)
    lines: int = 0
    modules: int = 0
    _owed: float = 0.0
    _turn: int = 0

    def finish(self, module: Module) -> None:
        """Take over what was written."""
        text, planted = module.finish()
        self.files[module.path] = text
        self.planted += planted
        self.lines += text.count("\n")
        self.modules += 1
        self._owed += self.findings

    def owed(self) -> Unit | None:
        """Return the function with a finding that the module that asks has to get, each kind in turn."""
        if self._owed < 1:
            return None
        self._owed -= 1
        self._turn += 1
        return FAULTY[self._turn % len(FAULTY)]


def fill(module: Module, units: tuple[Unit, ...], lines: int) -> None:
    """Add *units*, drawn one by one, until *module* has about *lines*, those of `apply` among them."""
    while module.lines + _LINES_OF_CALLS + len(module.exports) < lines:
        module.add(module.draw.of(units))


def add_pure(module: Module, lines: int, *, basic: bool) -> None:
    """Fill *module* with functions that touch no file."""
    fill(module, TEXTS + NUMBERS if basic else TEXTS + NUMBERS + RECORDS * 2, lines)


def add_steps(module: Module, project: Project, number: int) -> None:
    """Add functions that write files, one of them with a finding where one is owed."""
    for _ in range(number):
        module.add(module.draw.of(CLEAN))
    faulty = project.owed()
    if faulty is not None:
        module.add(faulty)


def add_apply(module: Module, name: str, further: list[Export]) -> Export:
    """Add the function that calls all units of *module*, and *further* ones of other modules."""
    calls, results = calls_of(module, [*module.exports, *further], "    ")
    shown = "\n".join(f'        "{result}": {result},' for result in results)
    return module.add(APPLY, name=name, calls=calls, results=shown)


def calls_of(module: Module, exports: list[Export], indent: str) -> tuple[str, list[str]]:
    """Return statements that call *exports*, some under a condition, and the names of what they give."""
    lines: list[str] = []
    results: list[str] = []
    for number, export in enumerate(exports, start=1):
        result = f"{module.draw.of(FIELDS)}_{number}"
        lines += [indent + line for line in _call(module.draw, export, module.use(export), result)]
        results += [result] if export.kind != "step" else []
    return "\n".join(lines) or f"{indent}pass", results


def _call(draw: Draw, export: Export, called: str, result: str) -> list[str]:
    one = draw.of(FIELDS)
    if export.kind == "text":
        return [f'{result} = {called}(str(record.get("{one}", "")))']
    if export.kind == "number":
        values = f'[float(value) for value in record.get("{draw.of(AMOUNTS)}", [])]'
        return [f"{result} = {called}({values})"]
    call = f"{called}(record)"
    way = draw.below(4)
    if export.kind == "step":
        if way == 0:
            return [f'if record.get("{one}") != "{draw.of(FIELDS)}":', f"    {call}"]
        if way == 1:
            return ["try:", f"    {call}", "except KeyError:", f'    record["problem"] = "{one}"']
        return [call]
    if way == 0:
        return [f"{result} = None", f'if record.get("{one}") != "{draw.of(FIELDS)}":', f"    {result} = {call}"]
    return [f"{result} = {call}"]
