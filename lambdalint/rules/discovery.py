"""Finds the rule modules of a package (``lmb`` and three digits) and the rule that each of them defines."""

from __future__ import annotations

import importlib
import pkgutil
import re
from typing import TYPE_CHECKING

from lambdalint.model import RuleMeta
from lambdalint.rules.definition import RuleDefinition

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from types import ModuleType

_RULE_MODULE = re.compile(r"lmb\d{3}")


class RegistryError(Exception):
    """A rule module that cannot be imported, or that contradicts another one."""


def rule_modules(package: ModuleType) -> Iterator[str]:
    """Yield the dotted names of the rule modules in *package*, without importing them."""
    for info in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
        if _RULE_MODULE.fullmatch(info.name.rpartition(".")[2]):
            yield info.name


def discover(package: ModuleType) -> Mapping[str, type[RuleDefinition]]:
    """Import the rule modules of *package* and return their rules by code, in the order of codes.

    Raises:
        RegistryError: A module cannot be imported, does not define exactly one rule, is named after another
            code, or declares a code or a name that is taken.
    """
    found: dict[str, type[RuleDefinition]] = {}
    names: dict[str, str] = {}
    for module_name in rule_modules(package):
        rule = rule_of(module_name)
        meta = rule.meta
        if meta.code in found:
            raise RegistryError(f"{meta.code} is declared twice: by {_where(found[meta.code])} and {_where(rule)}")
        if meta.name in names:
            raise RegistryError(f"the name {meta.name!r} is taken twice: by {names[meta.name]} and {meta.code}")
        found[meta.code] = rule
        names[meta.name] = meta.code
    for code, rule in found.items():
        expected = rule.__module__.rpartition(".")[2].upper()
        if code != expected:
            raise RegistryError(f"{_where(rule)} declares {code}; its module's name promises {expected}")
    return {code: found[code] for code in sorted(found)}


def rule_of(module_name: str) -> type[RuleDefinition]:
    """Import a rule module and return its one rule; raise RegistryError where there is none."""
    try:
        module = importlib.import_module(module_name)
    except Exception as error:
        raise RegistryError(f"{module_name} cannot be imported: {type(error).__name__}: {error}") from error
    rules = [
        value
        for value in vars(module).values()
        if isinstance(value, type)
        and issubclass(value, RuleDefinition)
        and value.__module__ == module_name
        and isinstance(vars(value).get("meta"), RuleMeta)
    ]
    if len(rules) != 1:
        raise RegistryError(f"{module_name} defines {len(rules)} rules; expected one class with a `meta` of its own")
    return rules[0]


def _where(rule: type[RuleDefinition]) -> str:
    return f"{rule.__module__}.{rule.__qualname__}"
