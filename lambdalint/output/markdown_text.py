"""Puts foreign text into Markdown: nothing in it becomes a link, an image, a mention, HTML or the end of a cell."""

from __future__ import annotations

import re

from lambdalint.output.escape import escape

_LEADING = "\"'("
_TRAILING = "\"'),.;:?!"
_BACKTICKS = re.compile(r"`+")
_REFERENCE = re.compile(r"www\.|gh-\d", re.IGNORECASE)
_NOT_SPACE = re.compile(r"\S+")


def code(text: str) -> str:
    """Return *text* as a code span, in which Markdown and the services that show it interpret nothing."""
    text = escape(text)
    if not text:
        return ""
    fence = "`" * (max(map(len, _BACKTICKS.findall(text)), default=0) + 1)
    padding = " " if "`" in (text[0], text[-1]) or text[0] == text[-1] == " " else ""
    return f"{fence}{padding}{text}{padding}{fence}"


def prose(text: str) -> str:
    """Return *text* with each word as a code span that is more than letters, digits and common punctuation."""
    return _NOT_SPACE.sub(lambda word: _word(word[0]), escape(text))


def row(*cells: str) -> str:
    """Return a line of a table of *cells* that are Markdown."""
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |\n"


def _word(word: str) -> str:
    start, end = 0, len(word)
    while start < end and word[start] in _LEADING:
        start += 1
    while start < end and word[end - 1] in _TRAILING:
        if word[end - 1] == ")" and word.count(")", start, end) <= word.count("(", start, end):
            break
        end -= 1
    core = word[start:end]
    if not core or _is_plain(core):
        return word
    return word[:start] + code(core) + word[end:]


def _is_plain(core: str) -> bool:
    """Whether *core* is nothing that Markdown, or a service that looks for addresses and references, acts upon."""
    letters = core.replace("-", "").replace(".", "").replace("'", "")
    return letters.isalnum() and not _REFERENCE.match(core)
