"""Splits a Dockerfile into its instructions, and an instruction into words."""

from __future__ import annotations

import json
import re
import shlex
from posixpath import normpath
from typing import TYPE_CHECKING

import msgspec

from lambdalint.model import Span

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_WORDS = 1_000
MAX_TEXT = 20_000

_INSTRUCTION = re.compile(r"\s*([A-Za-z]+)\s+(.*)", re.DOTALL)
_HEREDOC = re.compile(r"<<-?[\"']?(\w+)[\"']?")
_SHELL = re.compile(r"(?:--\S+\s+)*<<-?[\"']?\w+[\"']?\s*")
_TAKES_DOCUMENTS = frozenset({"RUN", "COPY", "ADD"})


class Instruction(msgspec.Struct, frozen=True):
    """One instruction: its name in capitals, its text with continued lines joined, and where it starts.

    ``script`` is the text of the here-document that a ``RUN`` hands to the shell.
    """

    name: str
    text: str
    line: int
    column: int
    end_column: int
    script: str | None = None

    def span(self, path: str) -> Span:
        """Return the first line of the instruction, in the Dockerfile at *path*."""
        return Span(path, self.line, self.column, self.line, self.end_column)


class _Open(msgspec.Struct):
    """An instruction of which a line, or a here-document, has not been read yet."""

    line: int
    column: int
    end_column: int
    parts: list[str] = msgspec.field(default_factory=list)
    ends: list[str] = msgspec.field(default_factory=list)
    documents: list[str] = msgspec.field(default_factory=list)

    def close(self) -> Instruction | None:
        match = _INSTRUCTION.fullmatch(" ".join(self.parts))
        if match is None:
            return None
        name, text = match[1].upper(), match[2].strip()
        is_shell = name == "RUN" and _SHELL.fullmatch(text) is not None
        script = "\n".join(self.documents) if is_shell else None
        return Instruction(name, text, self.line, self.column, self.end_column, script)


def instructions(text: str) -> Iterator[Instruction]:
    """Yield the instructions of a Dockerfile; continued lines are joined, comments and here-documents left out."""
    escape = "`" if re.match(r"\s*#\s*escape\s*=\s*`", text) else "\\"
    opened: _Open | None = None
    for number, line in enumerate(text.splitlines(), 1):
        if opened is not None and opened.ends:
            if line.strip() == opened.ends[0]:
                opened.ends.pop(0)
            else:
                opened.documents.append(line)
            if opened.ends:
                continue
            found, opened = opened.close(), None
            if found is not None:
                yield found
            continue
        stripped = line.strip()
        if stripped.startswith("#") or (opened is not None and not stripped):
            continue
        if opened is None:
            start = len(line) - len(line.lstrip()) + 1
            opened = _Open(number, start, max(start, len(line.rstrip()) + 1))
        if stripped.endswith(escape):
            opened.parts.append(line.rstrip()[:-1])
            continue
        opened.parts.append(line)
        match = _INSTRUCTION.fullmatch(" ".join(opened.parts))
        if match is not None and match[1].upper() in _TAKES_DOCUMENTS:
            opened.ends = _HEREDOC.findall(match[2])
            if opened.ends:
                continue
        found, opened = opened.close(), None
        if found is not None:
            yield found
    if opened is not None and (found := opened.close()) is not None and not opened.ends:
        yield found


def words(text: str) -> list[str]:
    """Return the words of an instruction's JSON form, or of its shell form."""
    if text.startswith("["):
        try:
            listed = json.loads(text)
        except (ValueError, RecursionError):
            listed = None
        if isinstance(listed, list):
            return [word for word in listed[:MAX_WORDS] if isinstance(word, str)]
    return split(text)


def split(text: str) -> list[str]:
    """Return the words of *text* as a shell splits them, as far as its quotes are closed."""
    try:
        return shlex.split(text[:MAX_TEXT])[:MAX_WORDS]
    except ValueError:
        return text[:MAX_TEXT].split()[:MAX_WORDS]


def absolute(folder: str, path: str) -> str:
    """Return the absolute place of *path*, which may be relative to *folder*, in the image."""
    joined = normpath(path if path.startswith("/") else f"{folder}/{path}")
    return "/" + joined.lstrip("/")
