"""Code that stands inside a CDK program, or that the program reads from a file to put it into the template."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambdalint.model import InlineSource

if TYPE_CHECKING:
    from lambdalint.deployment.cdk.expression import Expression, Values
    from lambdalint.model import Span, Tree

_FAR = 20
"""How many lines of the program may stand between two lines of the code."""


def inline_file(tree: Tree, values: Values, code: Expression | None) -> str | None:
    """Return the file whose whole content is the *code*, or None."""
    text = values.text(code)
    if code is None or not text or code.span.path not in tree or code.span.line != 1 or code.span.column != 1:
        return None
    content = (tree.read(code.span.path) or b"").decode("utf-8", "replace")
    return code.span.path if content.strip() == text.strip() else None


def read_inline(tree: Tree, values: Values, code: Expression | None, name: str) -> InlineSource | None:
    """Return *code*, a text of the program, as a source of its own; None where its value is not known."""
    text = values.text(code)
    if code is None or not text:
        return None
    span = code.span
    content = (tree.read(span.path) or b"").decode("utf-8", "replace")
    places = _places(text.split("\n"), content.splitlines(), span)
    return InlineSource(span.path, f"{span.path}::{name}", text, places)


def _places(lines: list[str], source: list[str], span: Span) -> tuple[tuple[int, int], ...]:
    """Return the place of each of *lines*: where its text is found in the *span*, else that of the line before."""
    current = (span.line, span.column - 1)
    number, column = span.line - 1, max(span.column - 1, 0)
    found: list[tuple[int, int]] = []
    for line in lines:
        wanted = line.strip()[:40]
        if wanted:
            start = column
            for candidate in range(number, min(number + _FAR, span.end_line, len(source))):
                at = source[candidate].find(wanted, start)
                if at >= 0:
                    indentation = len(line) - len(line.lstrip())
                    current = (candidate + 1, max(at - indentation, 0))
                    number, column = candidate, at + len(wanted)
                    break
                start = 0
        found.append(current)
    return tuple(found)
