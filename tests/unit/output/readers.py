"""Reads formats back by the rules of the services that they are for."""

from __future__ import annotations

from dataclasses import dataclass

from markdown_it import MarkdownIt


@dataclass(frozen=True)
class Command:
    """A command to a CI service."""

    name: str
    properties: dict[str, str]
    data: str


def github_commands(text: str) -> list[Command]:
    """Read each line as GitHub's runner does: a command, or, which fails, anything else."""
    found = []
    for line in _lines(text):
        assert line.startswith("::"), line
        info, _, data = line[2:].partition("::")
        name, _, told = info.partition(" ")
        properties = dict(part.split("=", 1) for part in told.strip().split(",") if part)
        unescaped = {key: _undone(value, _GITHUB_PROPERTY) for key, value in properties.items()}
        found.append(Command(name, unescaped, _undone(data, _GITHUB_DATA)))
    return found


def azure_commands(text: str) -> list[Command]:
    """Read each line as Azure's agent does, which looks for the first command anywhere in it."""
    found = []
    for line in _lines(text):
        before, prefix, rest = line.partition("##vso[")
        assert (before, prefix) == ("", "##vso["), line
        info, _, data = rest.partition("]")
        name, _, told = info.partition(" ")
        properties = dict(part.split("=", 1) for part in told.split(";") if part)
        unescaped = {key: _undone(value, _AZURE) for key, value in properties.items()}
        found.append(Command(name, unescaped, _undone(data, _AZURE)))
    return found


_GITHUB_DATA = (("%0D", "\r"), ("%0A", "\n"), ("%25", "%"))
_GITHUB_PROPERTY = (("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ","), ("%25", "%"))
_AZURE = (("%3B", ";"), ("%0D", "\r"), ("%0A", "\n"), ("%5D", "]"), ("%AZP25", "%"))


def _undone(text: str, escapes: tuple[tuple[str, str], ...]) -> str:
    for written, character in escapes:
        text = text.replace(written, character)
    return text


def _lines(text: str) -> list[str]:
    assert text == "" or text.endswith("\n")
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")[:-1]


@dataclass(frozen=True)
class Markdown:
    """What a document shows: the cells of its table by row, the kinds of its inline markup, its blocks of HTML."""

    rows: list[list[str]]
    markup: set[str]
    html: str


def read_markdown(text: str) -> Markdown:
    """Read *text* as CommonMark with tables."""
    rows: list[list[str]] = []
    markup: set[str] = set()
    html = ""
    in_cell = False
    for token in MarkdownIt("commonmark").enable("table").parse(text):
        if token.type == "tr_open":
            rows.append([])
        in_cell = token.type in ("td_open", "th_open") or (in_cell and token.type == "inline")
        html += token.content if token.type == "html_block" else ""
        if token.type == "inline":
            children = token.children or []
            markup |= {child.type for child in children}
            if in_cell:
                rows[-1].append("".join(child.content for child in children))
    return Markdown(rows, markup, html)
