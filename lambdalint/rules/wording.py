"""The words that findings are made of: what a call does, to which path, and what to do instead."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambdalint.model import EffectKind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lambdalint.model import Effect, Span

_LONGEST_PATH = 120
_MOST_NAMES = 3

# What a call does to {path}; {code} is the path as the code writes it, where that differs.
_ACTIONS = {
    EffectKind.WRITE: ("writes {path}", "writes {code} to {path}"),
    EffectKind.APPEND: ("appends to {path}", "appends to {code}, that is {path}"),
    EffectKind.CREATE_DIR: ("creates the directory {path}", "creates the directory {code}, that is {path}"),
    EffectKind.DELETE: ("deletes {path}", "deletes {code}, that is {path}"),
    EffectKind.RENAME: ("moves a file to {path}", "moves a file to {code}, that is {path}"),
    EffectKind.METADATA: (
        "changes the permissions, owner or times of {path}",
        "changes the permissions, owner or times of {code}, that is {path}",
    ),
    EffectKind.EXTRACT: (
        "extracts an archive into {path}",
        "extracts an archive into {code}, that is {path}",
    ),
    EffectKind.DATABASE: (
        "opens the database {path} for writing",
        "opens the database {code}, that is {path}, for writing",
    ),
    EffectKind.CACHE: ("keeps a cache in {path}", "keeps a cache in {code}, that is {path}"),
    EffectKind.LOG: ("logs to {path}", "logs to {code}, that is {path}"),
}

_SCRATCH_OR_LASTING = (
    "use tempfile.gettempdir() for scratch files, S3 for files that must last, EFS for files that functions share"
)
_ADVICE = {
    EffectKind.CREATE_DIR: (
        "create it below tempfile.gettempdir() for scratch files; keep files that must last in S3 or on EFS"
    ),
    EffectKind.DELETE: ("keep files that come and go below tempfile.gettempdir(); what is deployed cannot be removed"),
    EffectKind.METADATA: "set them when the package is built, or work on a copy below tempfile.gettempdir()",
    EffectKind.EXTRACT: "extract into a tempfile.TemporaryDirectory(); send files that must last to S3",
    EffectKind.DATABASE: (
        "keep data that must last in DynamoDB or RDS, and scratch copies below tempfile.gettempdir()"
    ),
    EffectKind.CACHE: (
        "point it below tempfile.gettempdir(); keep a cache that functions share in ElastiCache or DynamoDB"
    ),
    EffectKind.LOG: "log to standard output, which the platform collects",
}


def action(effect: Effect) -> str:
    """Return what *effect* does, in the third person: "writes 'report.csv' to /var/task/report.csv"."""
    path, code = effect.place.path, effect.place.expression
    bare, with_code = _ACTIONS.get(effect.kind, _ACTIONS[EffectKind.WRITE])
    template = bare if code in {path, ""} else with_code
    return template.format(path=shown(path) or "a path", code=f"'{shown(code)}'")


def advice(effect: Effect) -> str:
    """Return what to do instead of *effect*."""
    return _ADVICE.get(effect.kind, _SCRATCH_OR_LASTING)


def shown(text: str) -> str:
    """Return *text* in one line, with escapes for what cannot be printed, and shortened in the middle."""
    if len(text) > _LONGEST_PATH:
        half = _LONGEST_PATH // 2
        text = f"{text[:half]}...{text[-half:]}"
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode("ascii") for char in text)


def joined(names: Sequence[str]) -> str:
    """Return "A", "A and B", or "A, B, C and 4 more"."""
    if len(names) > _MOST_NAMES:
        names = [*names[:_MOST_NAMES], f"{len(names) - _MOST_NAMES} more"]
    *first, last = names
    return f"{', '.join(first)} and {last}" if first else last


def located(span: Span, near: Span) -> str:
    """Return where *span* begins, seen from *near*: "on line 12" or "in storage.py:12"."""
    if "::" in span.path:  # code inside a template has lines of its own
        return f"on line {span.line} of the inline code"
    return f"on line {span.line}" if span.path == near.path else f"in {shown(span.path)}:{span.line}"
