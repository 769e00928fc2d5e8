"""The page of one rule, and the table of all rules."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

import msgspec

from lambdalint.output import json_report

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lambdalint.model import RuleMeta


class Option(msgspec.Struct, frozen=True):
    """One option of a rule: its key, what it expects in words, and its default in TOML."""

    name: str
    expected: str
    default: str


class RulePage(msgspec.Struct, frozen=True):
    """A rule's declaration, documentation (Markdown) and options."""

    meta: RuleMeta
    documentation: str
    options: tuple[Option, ...] = ()


def _facts(meta: RuleMeta) -> dict[str, str]:
    return {
        "family": meta.family.value,
        "severity": meta.severity.value,
        "confidence": meta.confidence.value,
        "fix": meta.fix.value.replace("_", " ") if meta.fix else "none",
        "since": meta.since,
    }


def _options(page: RulePage) -> list[str]:
    return [f"{option.name} = {option.default}  # {option.expected}" for option in page.options]


def render_text(page: RulePage) -> str:
    """Return the page for a terminal."""
    title = f"{page.meta.code} {page.meta.name}"
    lines = [title, "=" * len(title), "", textwrap.fill(page.meta.summary, 100), ""]
    lines += [f"{name + ':':<12} {value}" for name, value in _facts(page.meta).items()]
    lines += ["", page.documentation.strip()]
    if page.options:
        lines += ["", f"[tool.lambdalint.rules.{page.meta.code}]", *_options(page)]
    return "\n".join(lines) + "\n"


def render_markdown(page: RulePage) -> str:
    """Return the page as Markdown."""
    facts = "; ".join(f"{name}: {value}" for name, value in _facts(page.meta).items())
    lines = [f"# {page.meta.code} {page.meta.name}", "", page.meta.summary, "", f"*{facts}*", ""]
    lines.append(page.documentation.strip())
    if page.options:
        lines += ["", "```toml", f"[tool.lambdalint.rules.{page.meta.code}]", *_options(page), "```"]
    return "\n".join(lines) + "\n"


def _object(page: RulePage) -> dict[str, object]:
    meta = page.meta
    return {
        "code": meta.code,
        "name": meta.name,
        "summary": meta.summary,
        "family": meta.family.value,
        "severity": meta.severity.value,
        "confidence": meta.confidence.value,
        "fix": meta.fix.value if meta.fix else None,
        "since": meta.since,
        "options": [
            {"name": option.name, "expected": option.expected, "default": option.default} for option in page.options
        ],
        "documentation": page.documentation.strip(),
    }


def render_json(page: RulePage) -> str:
    """Return the page as a JSON object."""
    return json_report.dump(_object(page))


def render_table(pages: Sequence[RulePage]) -> str:
    """Return one line a rule: code, name, severity, fix, summary."""
    rows = [("code", "name", "severity", "fix", "summary")]
    for page in pages:
        fix = page.meta.fix.value.replace("_", " ") if page.meta.fix else "-"
        rows.append((page.meta.code, page.meta.name, page.meta.severity.value, fix, page.meta.summary))
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    return "".join(
        "  ".join([*(row[column].ljust(widths[column]) for column in range(4)), row[4]]) + "\n" for row in rows
    )


def render_json_table(pages: Sequence[RulePage]) -> str:
    """Return all rules as a JSON array."""
    return json_report.dump([_object(page) for page in pages])
