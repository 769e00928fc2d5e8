"""Whether flake8 could report any of our codes, against what it decides of each."""

from __future__ import annotations

import itertools
from argparse import Namespace

import pytest
from flake8.style_guide import Decision, DecisionEngine  # type: ignore[import-untyped]  # it has no type information

from lambdalint import rules
from lambdalint.flake8_plugin.options import may_be_reported

CHOICES: tuple[list[str] | None, ...] = (None, [], ["E"], ["L"], ["LMB"], ["LMB1"], ["LMB102", "LMB999"], ["E", "LM"])


@pytest.mark.parametrize("select", CHOICES, ids=str)
def test_nothing_is_left_out_that_flake8_would_report(select: list[str] | None) -> None:
    for ignore, extend_select, extend_ignore in itertools.product(CHOICES, repeat=3):
        options = Namespace(
            select=select,
            ignore=ignore,
            extend_select=extend_select,
            extend_ignore=extend_ignore,
            extended_default_select=["F", "E", "W", "C90", "LMB"],
            extended_default_ignore=[],
        )
        engine = DecisionEngine(options)
        reported = [code for code in rules.codes() if engine.decision_for(code) is Decision.Selected]
        if reported:
            assert may_be_reported(options), (options, reported)
        elif not {"LMB1", "LMB102"} & {*(ignore or ()), *(extend_ignore or ())}:
            assert not may_be_reported(options), options
