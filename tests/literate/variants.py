"""Other ways to write or run a case that must not change what is reported."""

from __future__ import annotations

from typing import TYPE_CHECKING

from literate.expectation import as_suppressions, as_suppressions_above, without_expectations
from literate.imports import rewrite_imports

if TYPE_CHECKING:
    from literate.fixture import Case


def bare(case: Case) -> dict[str, bytes]:
    """Return the files of *case* without the comments that say what is expected, which must not make a difference."""
    return _with_text(case, {block.path: without_expectations(block.text) for block in case.blocks})


def suppressed(case: Case) -> dict[str, bytes]:
    """Return the files of *case* with a suppression of each line that must be reported: nothing may be left."""
    return _with_text(
        case,
        {
            block.path: (as_suppressions_above if "Dockerfile" in block.path else as_suppressions)(block.text)
            for block in case.blocks
        },
    )


def restyled(case: Case, style: str) -> dict[str, bytes] | None:
    """Return the files of *case* with imports in another *style*, or None if that changes nothing."""
    texts = {block.path: without_expectations(block.text) for block in case.blocks}
    python = {path: text for path, text in texts.items() if path.endswith(".py")}
    rewritten = rewrite_imports(python, style)
    return None if rewritten == python else _with_text(case, {**texts, **rewritten})


def _with_text(case: Case, texts: dict[str, str]) -> dict[str, bytes]:
    """Return the files of *case*, some with another text; blocks with an encoding of their own stay."""
    files = case.files
    for block in case.blocks:
        if block.path in texts and block.is_plain_text:
            files[block.path] = texts[block.path].encode()
    return files
