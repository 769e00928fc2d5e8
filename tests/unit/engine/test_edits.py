from __future__ import annotations

import re
from itertools import pairwise

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from lambdalint.engine.edits import EditError, apply_edits, edit_text, exclude_each_other
from lambdalint.model import Edit, Span


def edit(line: int, column: int, end_line: int, end_column: int, text: str = "", path: str = "a.py") -> Edit:
    return Edit(Span(path, line, column, end_line, end_column), text)


@pytest.mark.parametrize(
    ("edits", "after"),
    [
        ([edit(1, 1, 1, 2, "x")], "x = 1\nb = 2\n"),
        ([edit(1, 6, 1, 6, "  # one"), edit(2, 6, 2, 6, "  # two")], "a = 1  # one\nb = 2  # two\n"),
        ([edit(2, 6, 2, 6, "  # two"), edit(1, 6, 1, 6, "  # one")], "a = 1  # one\nb = 2  # two\n"),
        ([edit(1, 1, 2, 1)], "b = 2\n"),
        ([edit(2, 1, 3, 1)], "a = 1\n"),
        ([edit(1, 1, 1, 1, "import os\n\n")], "import os\n\na = 1\nb = 2\n"),
        ([edit(3, 1, 3, 1, "c = 3\n")], "a = 1\nb = 2\nc = 3\n"),
        ([edit(1, 1, 3, 1)], ""),
        ([edit(1, 1, 1, 2, "x"), edit(1, 2, 1, 2, "y")], "xy = 1\nb = 2\n"),
        ([edit(1, 1, 1, 1, "import os\n")] * 2, "import os\na = 1\nb = 2\n"),
        ([], "a = 1\nb = 2\n"),
    ],
)
def test_edits(edits: list[Edit], after: str) -> None:
    assert apply_edits("a.py", b"a = 1\nb = 2\n", edits) == after.encode()


@pytest.mark.parametrize(
    ("edits", "message"),
    [
        ([edit(1, 1, 1, 4), edit(1, 3, 1, 5)], "two edits of line 1 overlap"),
        ([edit(1, 1, 2, 1), edit(1, 3, 1, 3, "x")], "two edits of line 1 overlap"),
        ([edit(1, 3, 1, 3, "x"), edit(1, 3, 1, 3, "y")], "two edits of line 1 overlap"),
        ([edit(1, 7, 1, 7, "x")], "an edit at line 1 lies outside of the file"),
        ([edit(4, 2, 4, 2, "x")], "an edit at line 4 lies outside of the file"),
        ([edit(5, 1, 5, 1, "x")], "an edit at line 5 lies outside of the file"),
        ([edit(0, 1, 1, 1, "x")], "an edit at line 0 lies outside of the file"),
        ([edit(2, 1, 1, 1, "x")], "an edit at line 2 lies outside of the file"),
    ],
)
def test_edits_that_cannot_be_made(edits: list[Edit], message: str) -> None:
    with pytest.raises(EditError, match=re.escape(message)):
        edit_text("a = 1\nb = 2\n", edits)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"a\r\nb\r\n", b"#\r\na\r\nb!\r\n"),
        (b"a\rb\r", b"#\ra\rb!\r"),
        (b"a\r\nb\n", b"#\r\na\r\nb!\n"),
        (b"a\nb", b"#\na\nb!"),
        (b"a\n\x0c\nb\n", b"#\na\n\x0c!\nb\n"),
        ("\N{LINE SEPARATOR}a\nb\x85\n".encode(), "#\n\N{LINE SEPARATOR}a\nb!\x85\n".encode()),
    ],
)
def test_line_ends_stay_and_new_ones_are_like_those_around(before: bytes, after: bytes) -> None:
    assert apply_edits("a.yaml", before, [edit(1, 1, 1, 1, "#\n"), edit(2, 2, 2, 2, "!")]) == after


def test_the_last_line_without_an_end_can_be_deleted() -> None:
    assert apply_edits("a.py", b"a = 1\n# gone", [edit(2, 1, 3, 1)]) == b"a = 1\n"
    assert apply_edits("a.py", b"# gone", [edit(1, 1, 2, 1)]) == b""


@pytest.mark.parametrize(
    ("before", "change", "after"),
    [
        (b"\xef\xbb\xbfa\n", edit(1, 1, 1, 1, "\u20ac"), b"\xef\xbb\xbf\xe2\x82\xaca\n"),
        (b"# coding: latin-1\n\xe4 = 1\n", edit(2, 1, 2, 1, "\xf6"), b"# coding: latin-1\n\xf6\xe4 = 1\n"),
        (b"#!/bin/sh\n# coding: cp1252\n'\x80'\n", edit(1, 1, 2, 1), b"# coding: cp1252\n'\x80'\n"),
    ],
)
def test_the_encoding_stays(before: bytes, change: Edit, after: bytes) -> None:
    assert apply_edits("a.py", before, [change]) == after


@pytest.mark.parametrize(
    ("path", "content", "change", "message"),
    [
        ("a.py", b"# coding: ascii\n", edit(2, 1, 2, 1, "\xe4"), "the file's encoding, ascii, cannot express '\\xe4'"),
        ("a.py", b"a\n", edit(1, 1, 1, 1, "\ud800"), "the file's encoding, utf-8, cannot express '\\ud800'"),
        ("a.py", b"a = '\xff'\n", edit(1, 1, 1, 1, "b"), "its encoding is not known: invalid or missing encoding"),
        ("a.py", b"# coding: klingon\n", edit(1, 1, 1, 1, "b"), "its encoding is not known: unknown encoding"),
        ("a.py", b"# coding: rot13\n", edit(1, 1, 1, 1, "b"), "it is not valid rot13"),
        ("a.yaml", b"a: \xff\n", edit(1, 1, 1, 1, "b"), "it is not valid utf-8"),
        ("a.py", b"# coding: utf-7\n# +AGE-\n", edit(1, 1, 1, 1, "#"), "cannot be written back as it was"),
        ("a.py", b"#\n#\n# coding: latin-1\n", edit(1, 1, 2, 1), "the file would declare another encoding"),
    ],
)
def test_what_would_be_lost_is_refused(path: str, content: bytes, change: Edit, message: str) -> None:
    with pytest.raises(EditError, match=re.escape(message)):
        apply_edits(path, content, [change])


@pytest.mark.parametrize(
    ("first", "second", "excluded"),
    [
        (edit(1, 1, 1, 3), edit(1, 3, 1, 5), False),
        (edit(1, 1, 1, 3), edit(1, 2, 1, 5), True),
        (edit(1, 2, 1, 5), edit(1, 1, 1, 3), True),
        (edit(1, 1, 2, 1), edit(2, 1, 3, 1), False),
        (edit(1, 1, 1, 3), edit(1, 3, 1, 3, "x"), False),
        (edit(1, 1, 1, 3), edit(1, 1, 1, 1, "x"), True),
        (edit(1, 1, 1, 1, "x"), edit(1, 1, 1, 1, "y"), True),
        (edit(1, 1, 1, 1, "x"), edit(1, 1, 1, 1, "x"), False),
        (edit(1, 1, 1, 3), edit(1, 1, 1, 3, path="b.py"), False),
    ],
)
def test_what_excludes_each_other(first: Edit, second: Edit, excluded: bool) -> None:
    assert exclude_each_other(first, second) is excluded
    assert exclude_each_other(second, first) is excluded


TEXTS = st.text(st.sampled_from("ab \t\x0c\x0b\x85\u2028\U0001f600"), max_size=6)
LINES = st.lists(st.tuples(TEXTS, st.sampled_from(("\n", "\r\n", "\r"))), min_size=1, max_size=6)


@given(LINES, TEXTS, st.data())
def test_what_is_not_edited_stays(lines: list[tuple[str, str]], tail: str, data: st.DataObject) -> None:
    """Against the obvious way to do it: change each line for itself."""
    assume(not any(end == "\r" and (text, other) == ("", "\n") for (_, end), (text, other) in pairwise(lines)))
    content = "".join(text + end for text, end in lines) + tail
    edits, expected = [], list(lines)
    for number in data.draw(st.sets(st.integers(1, len(lines)))):
        text, end = lines[number - 1]
        start = data.draw(st.integers(0, len(text)))
        stop = data.draw(st.integers(start, len(text)))
        edits.append(edit(number, start + 1, number, stop + 1, "NEW"))
        expected[number - 1] = text[:start] + "NEW" + text[stop:], end
    after = apply_edits("a.yaml", content.encode(), edits)
    assert after == ("".join(text + end for text, end in expected) + tail).encode()
