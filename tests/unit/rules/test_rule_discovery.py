"""The registry: complete, in order, and loud about whatever is wrong with a rule module."""

from __future__ import annotations

import importlib
import sys
from typing import TYPE_CHECKING

import pytest

from lambdalint.rules import codes, registry
from lambdalint.rules.discovery import RegistryError, discover

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from lambdalint.rules.definition import RuleDefinition

    Discover = Callable[[Mapping[str, str]], Mapping[str, type[RuleDefinition]]]

RULE = """
from lambdalint.model import Confidence, Family, RuleMeta, Severity
from lambdalint.rules.definition import RuleDefinition


class Example(RuleDefinition):
    meta = RuleMeta("{code}", "{name}", Family.GROWTH, Severity.INFO, Confidence.LOW, "An example.", "0.1.0")
"""


def _rule(code: str, name: str) -> str:
    return RULE.format(code=code, name=name)


@pytest.fixture
def discover_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Discover]:
    """Return a function that writes the modules of a package and discovers its rules."""
    package = tmp_path / "rules_of_test"

    def run(modules: Mapping[str, str]) -> Mapping[str, type[RuleDefinition]]:
        package.mkdir()
        package.joinpath("__init__.py").touch()
        for name, text in modules.items():
            package.joinpath(f"{name}.py").write_text(text, encoding="utf-8")
        importlib.invalidate_caches()
        return discover(importlib.import_module("rules_of_test"))

    monkeypatch.syspath_prepend(tmp_path)
    yield run
    for name in [name for name in sys.modules if name.partition(".")[0] == "rules_of_test"]:
        del sys.modules[name]


def test_rules_come_in_the_order_of_codes(discover_in: Discover) -> None:
    found = discover_in(
        {
            "lmb300": _rule("LMB300", "c"),
            "lmb100": _rule("LMB100", "a"),
            "lmb200": "from rules_of_test.lmb100 import Example as Other\n" + _rule("LMB200", "b"),
            "wording": "raise RuntimeError('this is no rule module')",
        }
    )
    assert list(found) == ["LMB100", "LMB200", "LMB300"]
    assert [rule.meta.name for rule in found.values()] == ["a", "b", "c"]


@pytest.mark.parametrize(
    ("modules", "message"),
    [
        (
            {"lmb100": "import nowhere_to_be_found"},
            "rules_of_test.lmb100 cannot be imported: ModuleNotFoundError: No module named 'nowhere_to",
        ),
        ({"lmb100": "def"}, "rules_of_test.lmb100 cannot be imported: SyntaxError"),
        (
            {"lmb100": _rule("LMB100", "a"), "lmb200": _rule("LMB100", "b")},
            "LMB100 is declared twice: by rules_of_test.lmb100.Example and rules_of_test.lmb200.Example",
        ),
        (
            {"lmb100": _rule("LMB100", "a"), "lmb200": _rule("LMB200", "a")},
            "the name 'a' is taken twice: by LMB100 and LMB200",
        ),
        (
            {"lmb100": _rule("LMB200", "a")},
            "rules_of_test.lmb100.Example declares LMB200; its module's name promises LMB100",
        ),
        ({"lmb100": ""}, "rules_of_test.lmb100 defines 0 rules"),
        (
            {"lmb100": _rule("LMB100", "a") + _rule("LMB101", "b").replace("Example", "Another")},
            "rules_of_test.lmb100 defines 2 rules",
        ),
    ],
    ids=["import", "syntax", "code", "name", "module", "none", "two"],
)
def test_wrong_rule_module_is_refused(discover_in: Discover, modules: Mapping[str, str], message: str) -> None:
    with pytest.raises(RegistryError) as raised:
        discover_in(modules)
    assert str(raised.value).startswith(message)


def test_codes_are_those_of_the_registry() -> None:
    assert codes() == tuple(registry())
    assert {"LMB101", "LMB102", "LMB103", "LMB104", "LMB105", "LMB107", "LMB109", "LMB900", "LMB999"} <= {*codes()}
