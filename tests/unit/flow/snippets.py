"""Snippets of handlers, and what the flow says of the effects in them, by line."""

from __future__ import annotations

import re
import tempfile
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent, indent

from lambdalint import catalogue, deployment, flow
from lambdalint.model import Effect, Lifetime, Removal, Settings, Tree

PRELUDE = (
    "import asyncio, atexit, base64, contextlib, datetime, functools, glob, hashlib, json, logging, os, random\n"
    "import requests, shutil, sqlite3, subprocess, sys, tempfile, threading, time, urllib.request, uuid, zipfile\n"
    "from concurrent.futures import ThreadPoolExecutor\n"
    "from pathlib import Path\n"
    "import boto3\n"
    "s3, sqs = boto3.client('s3'), boto3.client('sqs')\n"
)
_MARK = re.compile(r"#\s*([\w ,]+)$")


@dataclass(frozen=True)
class Analysed:
    """The effects of a snippet; a comment at the end of a line (``# made``, ``# made, removal``) names that line."""

    source: str
    by_line: dict[int, list[Effect]]

    def line(self, mark: str) -> int:
        """Return the number of the one line with a mark."""
        lines = [number for number, line in enumerate(self.source.splitlines(), start=1) if mark in _marks(line)]
        assert len(lines) == 1, f"{len(lines)} lines are marked {mark!r}"
        return lines[0]

    def mark(self, line: int | None) -> str | None:
        """Return the marks of a line as they are written; a line without one stands for itself."""
        if line is None:
            return None
        return ", ".join(_marks(self.source.splitlines()[line - 1])) or f"line {line}"

    def effects(self, mark: str = "made") -> list[Effect]:
        """Return the effects of a marked line that make something in /tmp."""
        return [effect for effect in self.by_line[self.line(mark)] if effect.lifetime is not None]

    def effect(self, mark: str = "made") -> Effect:
        """Return the one effect of a marked line that makes something in /tmp."""
        (effect,) = self.effects(mark)
        return effect

    def lifetime(self, mark: str = "made") -> Lifetime:
        """Return what becomes of the one object that a marked line makes."""
        lifetime = self.effect(mark).lifetime
        assert lifetime is not None
        return lifetime


def analysed(source: str) -> Analysed:
    """Analyse a module with a handler, or with a web application; shortcuts must not change what is found."""
    source = PRELUDE + dedent(source)
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        (root / "app.py").write_text(source, encoding="utf-8")
        tree, rows, settings = Tree(root, ("app.py",)), catalogue.load(), Settings(cache=False)
        functions = deployment.read(tree, settings, rows).functions
        result = flow.analyse(tree, functions, rows, settings)
        assert result == flow.analyse(tree, functions, rows, settings, shortcuts=False)
    assert result.entry_points, "no entry point is found"
    assert not result.broken, result.broken
    by_line: defaultdict[int, list[Effect]] = defaultdict(list)
    for effect in result.effects:
        by_line[effect.span.line].append(effect)
    return Analysed(source, by_line)


def invoked(body: str, before: str = "") -> Analysed:
    """Analyse a handler by its body; ``before`` is what the module defines above it."""
    body = indent(dedent(body).strip(), "    ")
    return analysed(f"{dedent(before)}\ndef handler(event, context):\n{body}\n")


def with_path(body: str, before: str = "") -> Analysed:
    """Analyse a handler by its body, in which ``path`` is a new name in ``/tmp``."""
    return invoked('path = f"/tmp/{uuid.uuid4()}"\n' + dedent(body).strip(), before)


Fate = tuple[Removal, "str | None", "str | None"]


def fate(found: Analysed, mark: str = "made") -> Fate:
    """Return how what is made is removed, with the marks of the removal and of the way out that skips it."""
    lifetime = found.lifetime(mark)
    skipped = lifetime.skipped.span.line if lifetime.skipped is not None else None
    removal = lifetime.removal.line if lifetime.removal is not None else None
    return lifetime.removed, found.mark(removal), found.mark(skipped)


def marked(found: Analysed, removed: Removal) -> Fate:
    """Return the fate that the marks of a snippet state: ``# removal`` and ``# leaves`` where they stand."""
    marks = {mark for line in found.source.splitlines() for mark in _marks(line)}
    return removed, "removal" if "removal" in marks else None, "leaves" if "leaves" in marks else None


def _marks(line: str) -> list[str]:
    found = _MARK.search(line)
    return [part.strip() for part in found[1].split(",")] if found else []
