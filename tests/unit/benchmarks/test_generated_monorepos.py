"""The projects that the benchmark generates: as asked for, the same each time, and with the findings that it says."""

from __future__ import annotations

import ast
import hashlib
import json
import subprocess
import sys
from collections import Counter
from typing import TYPE_CHECKING

import pytest
from benchmarks.monorepo import Options, generate

if TYPE_CHECKING:
    from pathlib import Path

    from benchmarks.monorepo import Monorepo

FIRST = "02672cf6cb7bcf31"
"""The digest of what 3,000 lines are. A change makes earlier results something else's: measure anew."""
SHAPES = [
    Options(lines=1_500),
    Options(lines=3_000),
    Options(lines=20_000),
    Options(lines=6_000, shared=0.0, seed=2),
    Options(lines=20_000, shared=0.5, reachable=0.6, findings=0.2),
    Options(lines=8_000, function_lines=400, service_functions=10, seed=3),
    Options(lines=60_000, function_lines=1_500, reachable=0.8),
]


def _digest(monorepo: Monorepo) -> str:
    text = "".join(f"{path}\0{content}\0" for path, content in monorepo.files.items())
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _modules(monorepo: Monorepo) -> dict[str, str]:
    """Return the paths of the deployed modules by the end of their dotted names, unique in these projects."""
    found = {}
    for path in monorepo.files:
        for folder in ("/src/", "/python/"):
            if path.endswith(".py") and folder in path:
                name = path.partition(folder)[2].removesuffix(".py").removesuffix("/__init__").replace("/", ".")
                assert name not in found or name.startswith("handlers"), name
                found[name] = path
    return found


def _imported(text: str) -> set[str]:
    names = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return names


def test_the_same_options_give_the_same_bytes() -> None:
    assert _digest(generate(Options(lines=3_000))) == FIRST
    assert _digest(generate(Options(lines=3_000, seed=2))) != FIRST


@pytest.mark.parametrize("options", SHAPES, ids=str)
def test_size_and_syntax_are_as_asked_for(options: Options) -> None:
    monorepo = generate(options)
    python = {path: text for path, text in monorepo.files.items() if path.endswith(".py")}
    lines = sum(text.count("\n") for text in python.values())
    assert lines == monorepo.lines
    assert abs(lines - options.lines) <= 0.05 * options.lines
    for path, text in python.items():
        ast.parse(text, path, feature_version=(3, 10))
    shared = sum(text.count("\n") for path, text in python.items() if path.startswith("shared/"))
    assert shared == pytest.approx(options.shared * options.reachable * options.lines, abs=0.05 * options.lines)
    reached = sum(text.count("\n") for path, text in python.items() if path.startswith(("shared/", "services/")))
    tests = sum(text.count("\n") for path, text in python.items() if "/tests/" in path)
    assert reached - tests == pytest.approx(options.reachable * options.lines, abs=0.05 * options.lines)


@pytest.mark.parametrize("options", SHAPES, ids=str)
def test_each_deployed_module_is_imported_by_what_a_handler_imports(options: Options) -> None:
    monorepo = generate(options)
    modules = _modules(monorepo)
    waiting = [path for path in monorepo.files if "/src/handlers/" in path]
    assert len(waiting) == monorepo.functions
    reached = set(waiting)
    while waiting:
        for name in _imported(monorepo.files[waiting.pop()]):
            path = modules.get(name)
            if path is not None and path not in reached:
                reached.add(path)
                waiting.append(path)
    left = set(modules.values()) - reached
    assert {path for path in left if not path.endswith("/__init__.py")} == set()


@pytest.mark.parametrize("options", SHAPES[:3], ids=str)
def test_each_function_of_a_module_is_called_in_it_or_in_another(options: Options) -> None:
    monorepo = generate(options)
    python = {path: ast.parse(text) for path, text in monorepo.files.items() if path.endswith(".py")}
    used: set[str] = set()
    for tree in python.values():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call):
                used.add(ast.unparse(node.func).rpartition(".")[2])
    defined = {node.name for tree in python.values() for node in tree.body if isinstance(node, ast.FunctionDef)}
    assert defined - used == {"handler"}


@pytest.mark.parametrize(
    "options",
    [Options(lines=2_500, findings=0.25), Options(lines=2_500, reachable=0.7, findings=0.15, seed=2)],
    ids=str,
)
def test_lambdalint_reports_what_was_planted_and_nothing_else(options: Options, tmp_path: Path) -> None:
    monorepo = generate(options)
    monorepo.write(tmp_path)
    command = [sys.executable, "-m", "lambdalint", "check", "--no-cache", "--output-format", "json", "--exit-zero", "."]
    report = json.loads(subprocess.run(command, cwd=tmp_path, capture_output=True, check=True).stdout)
    found = Counter((one["code"], one["path"], one["line"]) for one in report["findings"])
    assert found == Counter((one.code, one.path, one.line) for one in monorepo.planted)
    assert len(monorepo.planted) >= 3
    assert report["summary"]["functions"] == monorepo.functions
    assert report["summary"]["unresolved"] == 0
