from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from literate import Expectation, FixtureError, PlaceExpectation, judge, parse_fixture
from literate.expectation import as_suppressions, as_suppressions_above, expectations_in, places_in
from literate.variants import restyled, suppressed

from lambdalint.model import Confidence, Finding, Severity, Span

if TYPE_CHECKING:
    from pathlib import Path

    from literate import Fixture


def parse(tmp_path: Path, text: str) -> Fixture:
    path = tmp_path / "LMB102-relative-path-write.md"
    path.write_text(text)
    return parse_fixture(path)


TWO_CASES = """\
# LMB102 relative-path-write

Prose.

```python
open("no part of a project", "w")
```

## Flagged

### First

```python title="a.py" event='{"id": 1}'
open("a", "w")  # error: LMB102
```

```yaml title="t.yaml"
A: 1  # error: LMB501, LMB502
```

## Fix

### Second

```python title="a.py" sandbox="skip: no reason"
open("b", "w")  # error: LMB102  # missed: LMB101
```

```python title="a.py" fixed="yes"
open("/tmp/b", "w")
```
"""


def test_cases(tmp_path: Path) -> None:
    fixture = parse(tmp_path, TWO_CASES)
    first, second = fixture.cases
    assert fixture.title == "LMB102 relative-path-write"
    assert "Prose." in fixture.prose
    assert (first.section, first.title, first.event) == ("Flagged", "First", {"id": 1})
    assert first.files == {
        "a.py": b'open("a", "w")  # error: LMB102\n',
        "t.yaml": b"A: 1  # error: LMB501, LMB502\n",
    }
    assert first.expectations == (
        Expectation("a.py", 1, "LMB102"),
        Expectation("t.yaml", 1, "LMB501"),
        Expectation("t.yaml", 1, "LMB502"),
    )
    assert second.section == "Fix"
    assert second.skipped_in_sandbox == "no reason"
    assert [block.text for block in second.repaired] == ['open("/tmp/b", "w")\n']
    assert second.expectations == (
        Expectation("a.py", 1, "LMB101", missed=True),
        Expectation("a.py", 1, "LMB102"),
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("# A\n```python title='a.py'\nx = 1\n", "2: the block is never closed"),
        ("# A\n```python title='a.py' when='now'\n```\n", "2: unknown attribute 'when'"),
        ("# A\n```python title='a.py' event='{'\n```\n", "2: the event is not JSON"),
        ("# A\n```python title='a.py' sandbox='no'\n```\n", "2: sandbox must read"),
        ("# A\n```python title='a.py'\n```\n```python title='a.py'\n```\n", "same title"),
        (
            "# A\n```python title='a.py'\nx  # error: LMB12\n```\n",
            "a.py:1: an expectation that cannot be read",
        ),
        ("no heading\n", "a title is missing"),
    ],
)
def test_what_does_not_keep_the_format_is_refused(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(FixtureError, match=message):
        parse(tmp_path, text)


def test_bytes_that_markdown_cannot_hold(tmp_path: Path) -> None:
    text = "# A\n```python title='a.py' escaped='yes'\n\\x00\\xff\n```\n"
    latin = "## B\n```python title='b.py' encoding='latin-1'\né\n```\n"
    first, second = parse(tmp_path, text + latin).cases
    assert first.files == {"a.py": b"\x00\xff\n"}
    assert second.files == {"b.py": b"\xe9\n"}


def test_places() -> None:
    text = "open(x)  # place: /tmp/{event['id']} | /data/a\nopen(y)\n"
    assert places_in("a.py", text) == (PlaceExpectation("a.py", 1, ("/tmp/{event['id']}", "/data/a")),)
    assert expectations_in("a.py", text) == ()


def test_suppressions_take_the_place_of_expectations() -> None:
    text = "a  # error: LMB101, LMB107\nb  # missed: LMB102\nc  # error: LMB102  # missed: LMB103\n"
    assert as_suppressions(text) == "a  # noqa: LMB101, LMB107\nb\nc  # noqa: LMB102\n"
    above = "# lambdalint: ignore[{}] as expected\n"
    assert as_suppressions_above(text) == (above.format("LMB101, LMB107") + "a\nb\n" + above.format("LMB102") + "c\n")


def test_suppressed_case(tmp_path: Path) -> None:
    first = parse(tmp_path, TWO_CASES).cases[0]
    assert suppressed(first)["a.py"] == b'open("a", "w")  # noqa: LMB102\n'


def test_case_without_imports_has_no_other_style(tmp_path: Path) -> None:
    assert restyled(parse(tmp_path, TWO_CASES).cases[0], "alias") is None


def _finding(code: str, line: int) -> Finding:
    return Finding(code, "name", "message", Severity.ERROR, Confidence.HIGH, Span.point("a.py", line))


def test_verdict_names_every_difference() -> None:
    expectations = [
        Expectation("a.py", 1, "LMB101"),
        Expectation("a.py", 2, "LMB102"),
        Expectation("a.py", 3, "LMB103", missed=True),
        Expectation("a.py", 4, "LMB104", missed=True),
    ]
    verdict = judge([_finding("LMB101", 1), _finding("LMB103", 3), _finding("LMB105", 5)], expectations)
    assert verdict.unreported == ("a.py:2 LMB102",)
    assert verdict.unexpected == ("a.py:5 LMB105 message",)
    assert verdict.found_after_all == ("a.py:3 LMB103 message",)
    assert not verdict.agrees
    assert judge([_finding("LMB101", 1), _finding("LMB102", 2)], expectations).agrees
