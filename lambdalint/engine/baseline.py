"""The baseline: a file that lists the findings which are known, so that only new ones are reported."""

from __future__ import annotations

import json
import os
import re
import stat
from collections import Counter, defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec.structs import replace

from lambdalint.engine.consolidate import statement_hash
from lambdalint.engine.source_text import split_lines
from lambdalint.model import NOT_JUDGED, Problem, Span

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from lambdalint.model import Finding, Report


_VERSION = 1
_MAX_BYTES = 50_000_000
_SHOWN_CHARACTERS = 120
_STATEMENT = re.compile(r"[0-9a-f]{32}")
_KEYS = ("code", "path", "text", "statement")
_CONFLICT = re.compile(r"^(?:<{7}|={7}|>{7}|\|{7})", re.MULTILINE)
_CREATE = "'lambdalint baseline create --force' makes a new one"


class BaselineError(Exception):
    """Why a baseline cannot be used; the message is one line for the user."""


class Entry(msgspec.Struct, frozen=True):
    """One known finding.

    ``path`` is relative to the folder of the baseline, with ``/``; ``text`` shows a reader what is meant;
    ``statement`` tells the statement, wherever it stands. ``line`` is the entry's own line in the file, 0 for one that
    stands in none.
    """

    code: str
    path: str
    text: str
    statement: str
    line: int = 0

    @property
    def sort_key(self) -> tuple[str, str, str, str]:
        """The order in the file: neighbours in the code are neighbours there."""
        return self.path, self.code, self.text, self.statement


class Split(msgspec.Struct, frozen=True):
    """What a baseline makes of the findings of a run.

    ``moved`` pairs each entry whose finding stands in another file now with the entry that would say so.
    """

    new: tuple[Finding, ...]
    known: tuple[Finding, ...]
    stale: tuple[Entry, ...] = ()
    moved: tuple[tuple[Entry, Entry], ...] = ()


def _everything(path: str, code: str) -> bool:
    del path, code
    return True


class Baseline(msgspec.Struct, frozen=True):
    """The known findings; ``folder`` is what their paths are relative to."""

    folder: Path
    entries: tuple[Entry, ...] = ()

    def split(
        self,
        findings: Sequence[Finding],
        lines: Mapping[str, Sequence[str]],
        *,
        base: Path,
        covers: Callable[[str, str], bool] = _everything,
        hidden: Iterable[Finding] = (),
    ) -> Split:
        """Tell which of the *findings* are known, and which entries no finding matches any more.

        The findings' paths are relative to *base*, and *lines* holds the lines of their files by these paths.
        *covers* tells of a path, relative to *base* too, and a code whether the run would have found it. *hidden* are
        findings that the run is not going to show anyway: their entries are not stale.

        An entry stands for one finding of its code and statement: for one in its file, or else, if the run covers the
        entry or its file is gone, for one in any other. Where a part of the project was not judged, no entry is stale
        but those whose files are gone.
        """
        places = _Places(self.folder, base)
        hidden = list(hidden)
        judged = not any(finding.code in NOT_JUDGED for finding in (*findings, *hidden))
        left: defaultdict[tuple[str, str, str], list[Entry]] = defaultdict(list)
        for entry in self.entries:
            left[entry.code, entry.path, entry.statement].append(entry)
        known: set[int] = set()
        unmatched: list[tuple[int, Entry]] = []
        for number, finding in enumerate((*findings, *hidden)):
            if finding.code not in NOT_JUDGED:
                wanted = _entry(finding, lines.get(finding.span.path, ()), places)
                same = left[wanted.code, wanted.path, wanted.statement]
                if same:
                    same.pop()
                    known.add(number)
                else:
                    unmatched.append((number, wanted))
        absent: defaultdict[tuple[str, str], list[Entry]] = defaultdict(list)
        for entries in left.values():
            for entry in entries:
                covered = judged and covers(places.from_baseline(entry.path), entry.code)
                if covered or not os.path.lexists(self.folder / entry.path):
                    absent[entry.code, entry.statement].append(entry)
        moved: list[tuple[Entry, Entry]] = []
        for number, wanted in unmatched:
            elsewhere = absent[wanted.code, wanted.statement]
            if elsewhere:
                moved.append((elsewhere.pop(), wanted))
                known.add(number)
        stale = [entry for entries in absent.values() for entry in entries]
        return Split(
            tuple(finding for number, finding in enumerate(findings) if number not in known),
            tuple(finding for number, finding in enumerate(findings) if number in known),
            tuple(sorted(stale, key=lambda entry: (entry.line, *entry.sort_key))),
            tuple(moved),
        )


class _Places:
    """Translates paths between the baseline's folder and the one that findings are relative to."""

    def __init__(self, folder: Path, base: Path) -> None:
        self._folder = os.path.realpath(folder)
        self._base = os.path.realpath(base)

    def from_baseline(self, path: str) -> str:
        return self._relative(self._folder, path, self._base)

    def in_baseline(self, path: str) -> str:
        return self._relative(self._base, path, self._folder)

    @staticmethod
    def _relative(here: str, path: str, there: str) -> str:
        if here == there:
            return path
        try:
            return os.path.relpath(f"{here}/{path}", there).replace(os.sep, "/")
        except ValueError:  # on another drive
            return path


def _entry(finding: Finding, lines: Sequence[str], places: _Places) -> Entry:
    number = finding.span.line - 1
    text = " ".join(lines[number].split()) if 0 <= number < len(lines) else ""
    shown = text or finding.message
    if len(shown) > _SHOWN_CHARACTERS:
        shown = shown[: _SHOWN_CHARACTERS - 3] + "..."
    return Entry(finding.code, places.in_baseline(finding.span.path), shown, statement_hash(finding, lines))


def create(report: Report, *, base: Path, folder: Path) -> Baseline:
    """Return a baseline in *folder* of all findings of *report*, whose paths are relative to *base*."""
    places = _Places(folder, base)
    lines = {path: split_lines(text) for path, text in report.sources.items()}
    entries = [
        _entry(finding, lines.get(finding.span.path, ()), places)
        for finding in report.findings
        if finding.code not in NOT_JUDGED
    ]
    return Baseline(folder, tuple(sorted(entries, key=lambda entry: entry.sort_key)))


def prune(baseline: Baseline, split: Split) -> Baseline:
    """Return *baseline* without the stale entries of its *split*, and with those that moved in their new places."""
    gone = Counter((*split.stale, *(old for old, _ in split.moved)))
    kept = [new for _, new in split.moved]
    for entry in baseline.entries:
        if gone[entry]:
            gone[entry] -= 1
        else:
            kept.append(entry)
    return replace(baseline, entries=tuple(sorted(kept, key=lambda entry: entry.sort_key)))


def stale_problems(stale: Iterable[Entry], file: str) -> tuple[Problem, ...]:
    """Return a warning for each *stale* entry of the baseline that the report calls *file*."""
    return tuple(
        Problem(
            Span.point(file, max(entry.line, 1)),
            f"{entry.code} in {entry.path}: no finding matches this entry any more "
            "('lambdalint baseline prune' removes it)",
        )
        for entry in stale
    )


def encode(baseline: Baseline) -> bytes:
    """Return the content of the file that holds *baseline*: one entry a line, in the order of path, code and text."""
    rows = [
        "    " + _row({"code": entry.code, "path": entry.path, "text": entry.text, "statement": entry.statement})
        for entry in sorted(baseline.entries, key=lambda entry: entry.sort_key)
    ]
    listed = "[\n" + ",\n".join(rows) + "\n  ]" if rows else "[]"
    return f'{{\n  "version": {_VERSION},\n  "findings": {listed}\n}}\n'.encode()


def _row(values: Mapping[str, str]) -> str:
    text = json.dumps(values, ensure_ascii=False)
    if text.isprintable():
        return text
    return "".join(one if one.isprintable() else json.dumps(one)[1:-1] for one in text)


def read(path: Path) -> Baseline:
    """Read the baseline in the file at *path*.

    Raises:
        BaselineError: it is missing, cannot be read, or is no baseline that this version understands.
    """
    text = _text(path)
    conflict = _CONFLICT.search(text)
    if conflict:
        line = text.count("\n", 0, conflict.start()) + 1
        raise BaselineError(f"{path}:{line}: a merge conflict; keep the entries of both sides")
    try:
        value = json.loads(text)
    except json.JSONDecodeError as error:
        raise BaselineError(f"{path}:{error.lineno}: not JSON: {_lowered(error.msg)}; {_CREATE}") from None
    except (ValueError, RecursionError):
        raise BaselineError(f"{path}:1: not a baseline; {_CREATE}") from None
    rows = _rows(path, value)
    numbers = _line_numbers(text, len(rows))
    entries = tuple(_checked(path, row, number) for row, number in zip(rows, numbers, strict=True))
    return Baseline(Path(os.path.abspath(path)).parent, entries)  # noqa: PTH100 - links stay as they are


def _text(path: Path) -> str:
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            raise BaselineError(f"{path}: not a file")
        if status.st_size > _MAX_BYTES:
            raise BaselineError(f"{path}: larger than {_MAX_BYTES // 1_000_000} MB; {_CREATE}")
        content = path.read_bytes()
    except FileNotFoundError:
        raise BaselineError(f"{path}: no such file; 'lambdalint baseline create' makes it") from None
    except (OSError, ValueError) as error:
        raise BaselineError(f"{path}: cannot be read: {getattr(error, 'strerror', None) or error}") from None
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise BaselineError(f"{path}:{line}: not valid UTF-8; {_CREATE}") from None


def _lowered(message: str) -> str:
    return message[:1].lower() + message[1:]


def _rows(path: Path, value: Any) -> list[Any]:
    """Return the entries of a decoded file; *value* is whatever JSON can be."""
    if not isinstance(value, dict) or "version" not in value:
        raise BaselineError(f"{path}:1: not a baseline of lambdalint: it has no 'version'; {_CREATE}")
    version = value["version"]
    if type(version) is not int or version != _VERSION:
        raise BaselineError(
            f"{path}:1: version {json.dumps(version)[:40]} is not understood; expected {_VERSION}; "
            f"with this lambdalint, {_CREATE}"
        )
    rows = value.get("findings")
    unknown = sorted(value.keys() - {"version", "findings"})
    if unknown:
        raise BaselineError(f"{path}:1: unknown key {unknown[0]!r}; expected 'version' and 'findings'")
    if not isinstance(rows, list):
        raise BaselineError(f"{path}:1: 'findings' is not a list; {_CREATE}")
    return rows


def _line_numbers(text: str, count: int) -> list[int]:
    """Return the line of each of *count* entries, as far as the layout of the file tells; else 1."""
    opened = [number for number, line in enumerate(text.split("\n"), 1) if line.lstrip().startswith("{")][1:]
    return opened if len(opened) == count else [1] * count


def _checked(path: Path, row: Any, line: int) -> Entry:
    where = f"{path}:{line}"
    if not isinstance(row, dict):
        raise BaselineError(f"{where}: an entry is not an object; {_CREATE}")
    for key in _KEYS:
        if key not in row:
            raise BaselineError(f"{where}: an entry has no {key!r}; {_CREATE}")
        if not isinstance(row[key], str):
            raise BaselineError(f"{where}: {key!r} of an entry is not a string; {_CREATE}")
    unknown = sorted(row.keys() - set(_KEYS))
    if unknown:
        raise BaselineError(f"{where}: unknown key {unknown[0]!r}; expected {', '.join(map(repr, _KEYS))}")
    if not _STATEMENT.fullmatch(row["statement"]):
        raise BaselineError(f"{where}: 'statement' is not a hash of 32 hexadecimal digits; {_CREATE}")
    return Entry(row["code"], row["path"], row["text"], row["statement"], line)
