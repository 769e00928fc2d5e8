"""A generator of Lambda monorepos: of any size, and byte for byte the same from the same options."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from benchmarks.monorepo.draw import Draw
from benchmarks.monorepo.module import Module, Planted
from benchmarks.monorepo.service import LINES_OF_MODULE, Service
from benchmarks.monorepo.units_files import FAULTY
from benchmarks.monorepo.words import CONCERNS, DOMAINS, ENTITIES, PACKAGES
from benchmarks.monorepo.writing import Project, add_apply, add_pure, add_steps

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["Monorepo", "Options", "Planted", "generate"]

_USES = 4
"""How many functions call a shared module, about."""


@dataclass(frozen=True)
class Options:
    """What to generate; shares are from 0 to 1."""

    lines: int = 10_000
    """Of Python, blank ones and docstrings among them."""
    shared: float = 0.2
    """The share of the lines that several functions share, through a layer."""
    findings: float = 0.05
    """The share of the files with a finding, up to a fourth; the rest of the writes are as they should be."""
    reachable: float = 1.0
    """The share of the lines that an entry point reaches; the rest are tests and modules that nothing imports."""
    function_lines: int = 800
    """Of the code of one function, without what is shared."""
    service_functions: int = 4
    seed: int = 1


@dataclass(frozen=True)
class Monorepo:
    """A generated project."""

    files: dict[str, str]
    planted: tuple[Planted, ...]
    """All findings that there are, by path and line."""
    lines: int
    functions: int

    def write(self, folder: Path) -> None:
        """Write the files below *folder*."""
        for path, text in self.files.items():
            target = folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(text.encode())


def generate(options: Options) -> Monorepo:
    """Return the project that *options* ask for."""
    draw = Draw(f"lambdalint {options.seed}")
    project = Project(options.findings)
    reached = options.lines * options.reachable
    shared = _shared(project, draw, int(reached * options.shared))
    functions = _services(project, draw, options, int(reached), shared)
    if options.reachable < 1:
        _unreached(project, draw, options.lines)
    planted = tuple(sorted(project.planted, key=lambda one: (one.path, one.line)))
    return Monorepo(dict(sorted(project.files.items())), planted, project.lines, functions)


def _numbered(words: tuple[str, ...], number: int) -> str:
    """Return the word of *number*, with a suffix from the second round on."""
    turn, position = divmod(number, len(words))
    return words[position] if not turn else f"{words[position]}_{turn + 1}"


def _shared(project: Project, draw: Draw, lines: int) -> list[Module]:
    """Write the shared packages: basic modules, and those above them; return those that services call."""
    packages = _packages(lines)
    basic: list[Module] = []
    upper: list[Module] = []
    for folder in ("common", *packages) if packages else ():
        project.finish(Module(f"shared/python/{folder}/__init__.py", folder, draw, "Shared by all services."))
    while lines - project.lines > 20:
        number = len(basic) + len(upper)
        is_basic = project.lines < lines * 0.6
        name = f"{packages[number % len(packages)]}/{_numbered(CONCERNS, number // len(packages))}"
        module = Module(f"shared/python/{name}.py", name.replace("/", "."), draw, f"Shared code, part {number + 1}.")
        below = [basic[(len(upper) * 2 + turn) % len(basic)] for turn in range(min(2, len(basic)))]
        further = []
        if not is_basic:
            module.available = [export for one in below for export in one.exports]
            further = [one.exports[-1] for one in below]
            add_steps(module, project, int(draw.chance(0.3)))
        size = min(draw.between(LINES_OF_MODULE - 60, LINES_OF_MODULE + 60), lines - project.lines + 20)
        add_pure(module, size, basic=is_basic)
        add_apply(module, f"apply_{name.rpartition('/')[2]}_{number + 1}", further)
        (basic if is_basic else upper).append(module)
        project.finish(module)
    used = {export.module for one in upper for export in one.available}
    return upper + [one for one in basic if one.name not in used]


def _packages(lines: int) -> list[str]:
    """Return the folders of as many packages as *lines* of shared code make, eight modules or so in each."""
    return [f"common/{_numbered(PACKAGES, number)}" for number in range(-(-lines // (8 * LINES_OF_MODULE)))]


def _services(project: Project, draw: Draw, options: Options, lines: int, shared: list[Module]) -> int:
    """Write services until there are *lines* in all; return the number of functions."""
    left = max(1, round((lines - project.lines) / options.function_lines))
    uses = -(-_USES * len(shared) // left)
    functions = 0
    while left:
        service = Service(_numbered(DOMAINS, functions // options.service_functions), project, draw)
        for _ in range(min(options.service_functions, left)):
            entity = _numbered(ENTITIES, functions)
            called = [shared[(functions * uses + turn) % len(shared)] for turn in range(min(uses, len(shared)))]
            service.add_function(entity, (lines - project.lines) // left, called)
            left -= 1
            functions += 1
        service.finish()
    return functions


def _unreached(project: Project, draw: Draw, lines: int) -> None:
    """Write tests, and modules that nothing imports, until there are *lines* in all."""
    number = 0
    while lines - project.lines > 20:
        service = _numbered(DOMAINS, number % 3)
        name = f"{_numbered(ENTITIES, number)}_{number}"
        path = f"services/{service}/tests/test_{name}.py" if number % 2 else f"tools/{name}.py"
        module = Module(path, name, draw, "Nothing of this is deployed.")
        module.add(draw.of(FAULTY))
        add_pure(module, min(LINES_OF_MODULE, lines - project.lines), basic=False)
        add_apply(module, f"test_{name}", [])
        text, _ = module.finish()
        project.files[path] = text
        project.lines += text.count("\n")
        number += 1
