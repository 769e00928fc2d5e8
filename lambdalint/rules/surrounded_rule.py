"""The base of the rules that look at the code around a call, too."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambdalint.rules.rule import Rule
from lambdalint.syntax.fixed_values import Surroundings

if TYPE_CHECKING:
    import libcst as cst

    from lambdalint.rules.definition import RuleDefinition


class SurroundedRule(Rule):
    """A rule that knows the nodes above a call: they are looked for where the first call of a file asks for them."""

    def __init__(self, path: str, options: RuleDefinition.Options) -> None:
        super().__init__(path, options)
        self._module: cst.Module | None = None
        self._around: Surroundings | None = None

    def visit_Module(self, node: cst.Module) -> None:
        """Remember what is around calls."""
        self._module, self._around = node, None

    @property
    def around(self) -> Surroundings:
        """What is around the calls of the module that is visited."""
        assert self._module is not None, "a call is visited after its module"
        self._around = self._around or Surroundings(self._module)
        return self._around
