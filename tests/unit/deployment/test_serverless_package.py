from __future__ import annotations

from textwrap import dedent
from typing import TYPE_CHECKING

import pytest

from lambdalint.catalogue import load
from lambdalint.deployment import serverless
from lambdalint.deployment.handlers import locate
from lambdalint.deployment.package_patterns import Package, below, understood
from lambdalint.flow import analyse
from lambdalint.model import Function, Settings, Tree

if TYPE_CHECKING:
    from pathlib import Path

    from lambdalint.deployment.serverless import Services

WRITES = "def save():\n    open('x.txt', 'w')\n"
CALLS = "from {} import save\n\n\ndef handler(event, context):\n    save()\n"


def _tree(root: Path, files: dict[str, str]) -> Tree:
    for path, content in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(content, encoding="utf-8")
    return Tree(root, tuple(files))


def _read(root: Path, service: str, *modules: str) -> tuple[Services, Tree]:
    text = "service: s\nprovider: {name: aws, runtime: python3.12}\n" + dedent(service)
    tree = _tree(root, {"serverless.yml": text, **dict.fromkeys(modules or ("app.py",), "")})
    return serverless.read(tree, load()), tree


def _only(services: Services) -> Function:
    (function,) = services.functions
    return function


@pytest.mark.parametrize(
    ("pattern", "path", "matches"),
    [
        ("tests/**", "tests/a/b.py", True),
        ("tests/**", "src/tests/b.py", False),
        ("**/tests/**", "tests/b.py", True),
        ("**/tests/**", "src/a/tests/b/c.py", True),
        ("*.py", "a.py", True),
        ("*.py", "src/a.py", False),
        ("**/*.py", "a.py", True),
        ("**/a/**/b.py", "x/a/y/a/b.py", True),
        ("**/a/**/b.py", "x/y/b.py", False),
        ("tests", "tests/a.py", False),
        ("**", ".env/a.py", True),
        ("./src/*", "src/a.py", True),
        ("src/{a,b}.py", "src/b.py", True),
        ("src/{a,{b,c}/**}", "src/c/d/e.py", True),
        ("src/{a,b}.py", "src/c.py", False),
        ("src/[ab].py", "src/a.py", True),
        ("src/[^ab].py", "src/a.py", False),
        ("src/?.py", "src/ab.py", False),
    ],
)
def test_pattern_matches_whole_paths(pattern: str, path: str, matches: bool) -> None:
    assert Package((f"!{pattern}",)).holds(path) is not matches
    assert Package(("!**", pattern)).holds(path) is matches


def test_last_matching_pattern_decides() -> None:
    package = Package(("!src/**", "src/keep/**", "!src/keep/no.py"))
    held = [path for path in ("a.py", "src/a.py", "src/keep/a.py", "src/keep/no.py") if package.holds(path)]
    assert held == ["a.py", "src/keep/a.py"]


@pytest.mark.parametrize(
    "pattern", ["!(a|b)/**", "+(a)", "a\\b", "{1..9}.py", "", "!", "{a,b}" * 12, "{" + "x," * 999 + "}", "a/" * 999]
)
def test_what_is_not_understood_does_nothing(pattern: str) -> None:
    assert not understood(pattern)
    assert Package((f"!{pattern}",)).holds("a/b.py")


def test_pattern_that_backtracks_is_bounded() -> None:
    assert Package(("!" + "*a" * 400 + "b",)).holds("a" * 4000)
    assert Package(("!" + "**/a/" * 20 + "b",)).holds("a/" * 2000 + "c")


@pytest.mark.parametrize(
    ("pattern", "folder", "expected"),
    [
        ("!app/x/**", "app", "!x/**"),
        ("./app/a/x.py", "app/a", "x.py"),
        ("*/x.py", "app", "x.py"),
        ("!**/x", "app/a", "!**/x"),
        ("!other/**", "app", None),
        ("app", "app", None),
        ("x/**", "", "x/**"),
    ],
)
def test_pattern_is_expressed_below_a_folder(pattern: str, folder: str, expected: str | None) -> None:
    assert below(pattern, folder) == expected


def test_excluding_lists_go_first_and_are_turned(tmp_path: Path) -> None:
    services, _ = _read(
        tmp_path,
        """\
        package:
          patterns: ['!docs/**', '${self:custom.more}']
          include: [a/**]
          exclude: [b/**, '!b/keep.py']
          excludeDevDependencies: true
        custom: {more: c/**}
        functions: {f: {handler: app.handler}}
        """,
    )
    assert _only(services).packaged == ("!b/**", "b/keep.py", "a/**", "!docs/**", "c/**")
    assert services.problems == ()


@pytest.mark.parametrize(
    ("shared", "own", "expected"),
    [
        ("{patterns: ['!a/**']}", "{patterns: ['!b/**']}", ("!a/**",)),
        ("{individually: true, patterns: ['!a/**']}", "{patterns: ['!b/**']}", ("!a/**", "!b/**")),
        ("{patterns: ['!a/**']}", "{individually: true, patterns: ['!b/**']}", ("!a/**", "!b/**")),
        ("{patterns: ['!a/**']}", "{artifact: out.zip}", ()),
        ("{patterns: ['!a/**'], artifact: out.zip}", "{}", ()),
        ("{}", "{}", ()),
    ],
)
def test_own_patterns_count_in_a_package_of_its_own(
    tmp_path: Path, shared: str, own: str, expected: tuple[str, ...]
) -> None:
    service = f"package: {shared}\nfunctions: {{f: {{handler: app.handler, package: {own}}}}}\n"
    services, tree = _read(tmp_path, service)
    assert _only(services).packaged == expected
    assert locate(tree, _only(services)) == ("app.py", "handler")


def test_patterns_are_relative_to_the_module(tmp_path: Path) -> None:
    services, _ = _read(
        tmp_path,
        """\
        package: {individually: true, patterns: ['!**', 'jobs/**', '!jobs/local/**', '!other/**']}
        functions: {f: {handler: app.handler, module: jobs}}
        """,
        "jobs/app.py",
    )
    assert _only(services).code_root == "jobs"
    assert _only(services).packaged == ("!**", "**", "!local/**")


def test_patterns_that_exclude_the_handler_are_ignored(tmp_path: Path) -> None:
    services, tree = _read(
        tmp_path, "package: {patterns: ['!src/**']}\nfunctions: {f: {handler: src/app.handler}}\n", "src/app.py"
    )
    assert _only(services).packaged == ()
    assert locate(tree, _only(services)) == ("src/app.py", "handler")
    (problem,) = services.problems
    assert problem.severity == "note"
    assert "exclude its handler src/app.handler" in problem.message


@pytest.mark.parametrize("pattern", ["'!(a|b)/**'", "'${env:PATTERN}'", "{Ref: Pattern}"])
def test_unknown_pattern_leaves_the_package_whole(tmp_path: Path, pattern: str) -> None:
    service = f"package: {{patterns: ['!**', {pattern}]}}\nfunctions: {{f: {{handler: app.handler}}}}\n"
    services, _ = _read(tmp_path, service)
    assert _only(services).packaged == ()
    assert any("not understood" in problem.message for problem in services.problems)


def _effects(root: Path, service: str, files: dict[str, str]) -> list[str]:
    text = "service: s\nprovider: {name: aws, runtime: python3.12}\n" + dedent(service)
    tree = _tree(root, {"serverless.yml": text, **files})
    catalogue = load()
    functions = serverless.read(tree, catalogue).functions
    return [effect.span.path for effect in analyse(tree, functions, catalogue, Settings()).effects]


def test_excluded_module_is_not_imported(tmp_path: Path) -> None:
    files = {"app.py": CALLS.format("lib.disk"), "lib/disk.py": WRITES}
    functions = "functions: {f: {handler: app.handler}}\n"
    assert _effects(tmp_path, functions, files) == ["lib/disk.py"]
    assert _effects(tmp_path, "package: {patterns: ['!lib/**']}\n" + functions, files) == []
    assert _effects(tmp_path, "package: {patterns: ['!lib/**', lib/disk.py]}\n" + functions, files) == ["lib/disk.py"]


def test_excluded_folder_is_imported_from_its_layer(tmp_path: Path) -> None:
    service = """\
    package: {patterns: ['!layer/**']}
    layers: {common: {path: layer}}
    functions: {f: {handler: app.handler, layers: [{Ref: CommonLambdaLayer}]}}
    """
    files = {"app.py": CALLS.format("disk"), "layer/python/disk.py": WRITES}
    assert _effects(tmp_path, service, files) == ["layer/python/disk.py"]


def test_excluded_sibling_is_not_imported_relatively(tmp_path: Path) -> None:
    files = {"src/__init__.py": "", "src/app.py": CALLS.format(".disk"), "src/disk.py": WRITES}
    service = "package: {patterns: ['!src/disk.py']}\nfunctions: {f: {handler: src/app.handler}}\n"
    assert _effects(tmp_path, service, files) == []
