"""Reads a rule's page from its docstring, in Markdown: a summary, then sections under ``##`` headings."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from lambdalint.rules.definition import RuleDefinition

HEADINGS = (
    "What it does",
    "Why it fails on Lambda",
    "Example",
    "Use instead",
    "Options",
    "Known limits",
)
_MARK = "## "


class PageError(Exception):
    """A docstring without the headings that every rule's page has; the message names rule and heading."""


class Section(msgspec.Struct, frozen=True):
    """A heading and the Markdown below it."""

    title: str
    body: str


class Page(msgspec.Struct, frozen=True):
    """What is to be read about a rule."""

    code: str
    name: str
    summary: str
    sections: tuple[Section, ...]

    def section(self, title: str) -> str:
        """Return the Markdown below a heading; raise KeyError if there is none."""
        for section in self.sections:
            if section.title == title:
                return section.body
        raise KeyError(title)

    @property
    def markdown(self) -> str:
        """The page as Markdown, with a title and a final newline."""
        parts = [f"# {self.code} {self.name}", self.summary]
        parts += [f"{_MARK}{section.title}\n\n{section.body}" for section in self.sections]
        return "\n\n".join(parts) + "\n"


def page(rule: type[RuleDefinition]) -> Page:
    """Return the page of *rule*; raise PageError unless its headings are ``HEADINGS``, none of them empty."""
    meta = rule.meta
    summary, sections = _split(inspect.cleandoc(rule.__doc__ or ""))
    titles = tuple(section.title for section in sections)
    if titles != HEADINGS:
        raise PageError(f"{meta.code}: the headings are {list(titles)}; expected {list(HEADINGS)}")
    for section in sections:
        if not section.body:
            raise PageError(f"{meta.code}: nothing stands below {section.title!r}")
    return Page(meta.code, meta.name, summary, sections)


def _split(text: str) -> tuple[str, tuple[Section, ...]]:
    """Split Markdown at its second-level headings; a ``##`` in a code block is none."""
    parts: list[tuple[str, list[str]]] = [("", [])]
    in_code = False
    for line in text.splitlines():
        if line.lstrip().startswith("```"):
            in_code = not in_code
        if line.startswith(_MARK) and not in_code:
            parts.append((line.removeprefix(_MARK).strip(), []))
        else:
            parts[-1][1].append(line)
    (_, summary), *rest = parts
    return "\n".join(summary).strip(), tuple(Section(title, "\n".join(body).strip()) for title, body in rest)
