"""Turns the bytes of a source file into text and lines, as Python reads them."""

from __future__ import annotations

import io
import re
import tokenize

_LINE_END = re.compile(r"\r\n|\r|\n")


def decode_python(content: bytes) -> str:
    """Decode Python source by its byte order mark or declaration.

    Raises:
        SyntaxError: the declared encoding is unknown.
        ValueError: the content is not in its encoding.
        LookupError: the declared encoding is none of text.
    """
    encoding, _ = tokenize.detect_encoding(io.BytesIO(content).readline)
    return content.decode(encoding)


def decode_leniently(path: str, content: bytes) -> str:
    """Decode any file for display; what cannot be decoded becomes U+FFFD."""
    if path.endswith(".py"):
        try:
            return decode_python(content)
        except (SyntaxError, ValueError, LookupError):
            pass
    return content.decode("utf-8-sig", "replace")


def split_lines(text: str) -> list[str]:
    """Split *text* at the line ends that Python and YAML count; ``str.splitlines`` knows more."""
    return _LINE_END.split(text)
