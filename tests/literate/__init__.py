"""Literate fixtures: Markdown files whose code blocks are projects, with what must be said of them."""

from literate.expectation import Expectation, PlaceExpectation, expectations_in, places_in
from literate.fixture import Block, Case, Fixture, FixtureError, parse_fixture
from literate.project import Verdict, judge, write_project

__all__ = [
    "Block",
    "Case",
    "Expectation",
    "Fixture",
    "FixtureError",
    "PlaceExpectation",
    "Verdict",
    "expectations_in",
    "judge",
    "parse_fixture",
    "places_in",
    "write_project",
]
