from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from lambdalint.config.patterns import carry, is_usable
from lambdalint.engine.ignorefiles import compile_patterns


@pytest.mark.parametrize(
    ("pattern", "written_in", "folder", "carried"),
    [
        ("tests/", "/r", "/r", ("tests/",)),
        ("/tests/*", "/r", "/r/svc", ()),
        ("svc/tests/*", "/r", "/r/svc", ("/tests/*",)),
        ("!svc/tests/*", "/r", "/r/svc", ("!/tests/*",)),
        ("s?c/tests/", "/r", "/r/svc", ("/tests/",)),
        ("/svc", "/r", "/r/svc", ("/**",)),
        ("*/a", "/r", "/r/svc/x", ()),
        ("x/**/b", "/r", "/r/x", ("/**/b",)),
        ("x/**/b/c", "/r", "/r/x/b", ("/**/b/c", "/c")),
        ("conftest.py", "/r/conf", "/r", ("conftest.py",)),
        ("conftest.py", "/shared", "/r", ("conftest.py",)),
        ("**/tests/*.py", "/shared", "/r", ("**/tests/*.py",)),
        ("tests/", "/r", "/r/tests/svc", ("/**",)),
        ("tests/*.py", "/r/conf [1]", "/r", ("/conf\\ \\[1]/tests/*.py",)),
        ("tests/*.py", "/shared", "/r", ()),
    ],
)
def test_patterns_of_another_folder(pattern: str, written_in: str, folder: str, carried: tuple[str, ...]) -> None:
    assert carry(pattern, Path(written_in), Path(folder)) == carried


_STEPS = st.lists(
    st.sampled_from(["a", "b", "ab", "a*", "?", "*", "**", "[ab]", "c d", "\\#x", "*b", "[!a]"]), min_size=1, max_size=4
)
_PATTERNS = st.builds(
    lambda start, steps, end: start + "/".join(steps) + end,
    st.sampled_from(["", "/", "**/"]),
    _STEPS,
    st.sampled_from(["", "/", "/**"]),
)
_FOLDERS = st.lists(st.sampled_from(["a", "b", "ab", "c d"]), max_size=3).map(lambda names: Path("/r", *names))
_FILES = st.lists(st.sampled_from(["a", "b", "ab", "c d", "#x", "[z]"]), min_size=1, max_size=4)


@settings(max_examples=300, deadline=None)
@given(_PATTERNS, _FOLDERS, _FOLDERS, _FILES, st.booleans())
@example("a/**/ab/b", Path("/r"), Path("/r/a/ab"), ["b"], False)
def test_a_carried_pattern_names_the_same_files(
    pattern: str, written_in: Path, folder: Path, names: list[str], directory: bool
) -> None:
    assume(is_usable(pattern))
    path = str(folder.joinpath(*names))
    is_anchored = "/" in pattern.rstrip("/") and not pattern.lstrip("/").startswith("**")
    base = written_in if is_anchored or folder.is_relative_to(written_in) else folder
    original = compile_patterns(str(base), [pattern])
    carried = compile_patterns(str(folder), carry(pattern, written_in, folder))
    expected = original is not None and original.decide(path, directory=directory)
    assert bool(carried is not None and carried.decide(path, directory=directory)) is bool(expected)
