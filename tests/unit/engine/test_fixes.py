from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from lambdalint.engine.atomic_write import replace_file
from lambdalint.engine.fixes import Change, choose, prepare
from lambdalint.engine.targets import Applied, Bounds, apply
from lambdalint.model import Confidence, Edit, Finding, Fix, Safety, Severity, Span

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

SAFE = frozenset({Safety.SAFE})


def edit(place: str, text: str = "") -> Edit:
    """*place* is ``path:line:column-end_column``."""
    path, line, columns = place.split(":")
    start, _, end = columns.partition("-")
    return Edit(Span(path, int(line), int(start), int(line), int(end or start)), text)


def finding(*edits: Edit, code: str = "LMB102", safety: Safety = Safety.SAFE, line: int = 1) -> Finding:
    span = Span.point(edits[0].span.path if edits else "a.py", line)
    return Finding(code, "a-rule", "message", Severity.ERROR, Confidence.HIGH, span, fix=Fix("Mend it", edits, safety))


def change(*edits: Edit, code: str = "LMB102") -> Change:
    return Change(edits, (code,), edits[0].span)


def write(root: Path, files: Mapping[str, str]) -> dict[str, str]:
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, encoding="utf-8")
    return dict(files)


def read(root: Path) -> dict[str, str]:
    files = (path for path in root.rglob("*") if path.is_file() and not path.is_symlink())
    return {path.relative_to(root).as_posix(): path.read_text(encoding="utf-8") for path in files}


def messages(applied: Applied) -> list[str]:
    return [f"{problem.span.path}: {problem.message}" for problem in applied.problems]


def test_fixes_that_overlap_wait() -> None:
    first, second = finding(edit("a.py:1:1-5"), line=1), finding(edit("a.py:1:4-9"), line=2)
    apart = finding(edit("a.py:1:5-9"), line=3)
    chosen = choose([apart, second, first], SAFE)
    assert [one.span.line for one in chosen.changes] == [1, 3]
    assert chosen.waiting == (second,)


def test_a_fix_waits_as_a_whole() -> None:
    first = finding(edit("a.py:1:1-5"), line=1)
    second = finding(edit("a.py:3:1-5"), edit("a.py:1:4-9"), line=2)
    third = finding(edit("a.py:3:2-3"), line=3)
    chosen = choose([first, second, third], SAFE)
    assert [one.span.line for one in chosen.changes] == [1, 3]
    assert chosen.waiting == (second,)


def test_fixes_may_share_an_edit() -> None:
    needed = edit("a.py:1:1", "import tempfile\n")
    chosen = choose([finding(needed, edit("a.py:2:1-2"), line=2), finding(needed, edit("a.py:3:1-2"), line=3)], SAFE)
    assert prepare(chosen.changes, {"a.py": b"\n1\n1\n"}).contents == {"a.py": b"import tempfile\n\n\n\n"}
    assert chosen.waiting == ()


@pytest.mark.parametrize(
    ("allowed", "codes"),
    [
        (SAFE, ["LMB101"]),
        (SAFE | {Safety.UNSAFE}, ["LMB101", "LMB102"]),
        (frozenset(Safety), ["LMB101", "LMB102"]),
        (frozenset[Safety](), []),
    ],
)
def test_what_is_allowed(allowed: frozenset[Safety], codes: list[str]) -> None:
    findings = [
        finding(edit("a.py:1:1-2"), code="LMB101"),
        finding(edit("a.py:2:1-2"), code="LMB102", safety=Safety.UNSAFE),
        finding(edit("a.py:3:1-2"), code="LMB103", safety=Safety.DISPLAY_ONLY),
        finding(code="LMB104"),
    ]
    assert [code for one in choose(findings, allowed).changes for code in one.codes] == codes


def test_a_fix_after_which_the_file_does_not_parse_is_left_out() -> None:
    changes = [change(edit("a.py:1:1-2", "b")), change(edit("a.py:2:1", "(")), change(edit("a.py:2:2-3", "= b"))]
    prepared = prepare(changes, {"a.py": b"a = 1\nc == 2\n"})
    assert prepared.contents == {"a.py": b"b = 1\nc= b== 2\n"}
    assert prepared.made == (changes[0], changes[2])
    assert [str(one.span) for one in prepared.problems] == ["a.py:2:1"]
    assert prepared.problems[0].message.startswith("the fix of LMB102 is left out: a.py could not be parsed any more (")


@pytest.mark.parametrize(
    ("path", "content", "spoiling"),
    [
        ("a.py", "a = 1\n", "("),
        ("a.yaml", "a: 1\n", "}"),
        ("a.json", "{}\n", "{"),
        ("a.toml", "a = 1\n", "="),
    ],
)
def test_formats_that_are_read_again(path: str, content: str, spoiling: str) -> None:
    prepared = prepare([change(edit(f"{path}:1:1", spoiling))], {path: content.encode()})
    assert (prepared.contents, prepared.made, len(prepared.problems)) == ({}, (), 1)
    broken = prepare([change(edit(f"{path}:1:1", spoiling))], {path: (spoiling + content).encode()})
    assert broken.contents == {path: (spoiling * 2 + content).encode()}


def test_a_fix_that_spoils_one_of_its_files_is_left_out_of_all() -> None:
    both = change(edit("a.py:1:1-2", "b"), edit("b.py:1:1", "("))
    prepared = prepare([both, change(edit("b.py:1:1-2", "c"))], {"a.py": b"a = 1\n", "b.py": b"a = 1\n"})
    assert prepared.contents == {"b.py": b"c = 1\n"}
    assert prepared.problems[0].span == both.span


def test_files_are_written(tmp_path: Path) -> None:
    expected = write(tmp_path, {"src/a.py": "a = 1\n", "b.py": "b = 1\n", "c.py": "c = 1\n"})
    (tmp_path / "b.py").chmod(0o755)
    changes = [
        change(edit("src/a.py:1:1-2", "x"), edit("b.py:1:1-2", "y")),
        change(edit("b.py:1:5-6", "2"), code="LMB901"),
    ]
    applied = apply(changes, expected, within=Bounds.of([tmp_path]), cwd=tmp_path)
    assert applied == Applied({"LMB102": 1, "LMB901": 1}, ("b.py", "src/a.py"), ())
    assert read(tmp_path) == {"src/a.py": "x = 1\n", "b.py": "y = 2\n", "c.py": "c = 1\n"}
    assert (tmp_path / "b.py").stat().st_mode & 0o777 == 0o755


def test_paths_are_relative_to_the_working_directory(tmp_path: Path) -> None:
    write(tmp_path, {"src/a.py": "a = 1\n", "lib/b.py": "b = 1\n"})
    changes = [change(edit("a.py:1:1-2", "x")), change(edit("../lib/b.py:1:1-2", "y"))]
    expected: dict[str, bytes | str] = {"a.py": "a = 1\n", "../lib/b.py": b"b = 1\n"}
    assert apply(changes, expected, within=Bounds.of([tmp_path]), cwd=tmp_path / "src").problems == ()
    assert read(tmp_path) == {"src/a.py": "x = 1\n", "lib/b.py": "y = 1\n"}


def test_a_file_that_has_changed_since_is_left_alone(tmp_path: Path) -> None:
    write(tmp_path, {"a.py": "a = 2\n", "b.py": "b = 1\n", "c.py": "c = 1\n"})
    changes = [change(edit("a.py:1:1-2", "x"), edit("b.py:1:1-2", "x")), change(edit("c.py:1:1-2", "x"))]
    expected = {"a.py": "a = 1\n", "b.py": "b = 1\n", "c.py": "c = 1\n"}
    applied = apply(changes, expected, within=Bounds.of([tmp_path]), cwd=tmp_path)
    assert messages(applied) == ["a.py: nothing is changed in this file: it has changed since it was analysed"]
    assert applied.counts == {"LMB102": 1}
    assert read(tmp_path) == {"a.py": "a = 2\n", "b.py": "b = 1\n", "c.py": "x = 1\n"}


def test_what_lies_outside_of_the_given_paths_is_left_alone(tmp_path: Path) -> None:
    expected = write(tmp_path, {"out.py": "a = 1\n", "in/real.py": "a = 1\n"})
    (tmp_path / "in" / "link.py").symlink_to(tmp_path / "out.py")
    (tmp_path / "in" / "up").symlink_to(tmp_path)
    (tmp_path / "in" / "within.py").symlink_to("real.py")
    paths = ["../out.py", "link.py", "up/out.py", str(tmp_path / "out.py"), "within.py"]
    changes = [change(edit(f"{path}:1:1-2", "x")) for path in paths]
    applied = apply(changes, dict.fromkeys(paths, "a = 1\n"), within=Bounds.of([tmp_path / "in"]), cwd=tmp_path / "in")
    assert {problem.message for problem in applied.problems} == {
        "nothing is changed in this file: it lies outside of the given paths"
    }
    assert applied.paths == ("within.py",)
    assert read(tmp_path) == {**expected, "in/real.py": "x = 1\n"}
    assert (tmp_path / "in" / "within.py").is_symlink()


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("gone.py", "it is no file any more"),
        ("folder.py", "it is no file any more"),
        ("loop.py", "it"),
        ("nul\0.py", "it cannot be read: "),
        ("unknown.py", "it was not analysed"),
    ],
)
def test_files_that_cannot_be_read(tmp_path: Path, path: str, message: str) -> None:
    write(tmp_path, {"unknown.py": "a = 1\n"})
    (tmp_path / "folder.py").mkdir()
    (tmp_path / "loop.py").symlink_to("loop.py")
    expected = {} if path == "unknown.py" else {path: "a = 1\n"}
    applied = apply([change(edit(f"{path}:1:1-2", "x"))], expected, within=Bounds.of([tmp_path]), cwd=tmp_path)
    assert applied.counts == {}
    assert [one.message.startswith(f"nothing is changed in this file: {message}") for one in applied.problems] == [True]


def test_if_one_file_cannot_be_written_those_of_the_same_fix_get_their_content_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = write(tmp_path, {"a.py": "a = 1\n", "b.py": "b = 1\n", "c.py": "c = 1\n"})

    def replace_or_fail(path: Path, content: bytes) -> None:
        if path.name == "b.py":  # an administrator, as whom the tests may run, can write to every file
            raise OSError(28, "No space left on device", str(path))
        replace_file(path, content)

    monkeypatch.setattr("lambdalint.engine.targets.replace_file", replace_or_fail)
    changes = [change(edit("a.py:1:1-2", "x"), edit("b.py:1:1-2", "x")), change(edit("c.py:1:1-2", "x"))]
    applied = apply(changes, expected, within=Bounds.of([tmp_path]), cwd=tmp_path)
    assert messages(applied) == ["b.py: cannot be written: No space left on device"]
    assert (applied.counts, applied.paths) == ({"LMB102": 1}, ("c.py",))
    assert read(tmp_path) == {"a.py": "a = 1\n", "b.py": "b = 1\n", "c.py": "x = 1\n"}


def test_fixes_that_share_files_are_written_together(tmp_path: Path) -> None:
    expected = write(tmp_path, dict.fromkeys(("a.py", "b.py", "c.py", "d.py"), "a = 1\n"))
    changes = [
        change(edit("a.py:1:1-2", "x"), edit("b.py:1:1-2", "x")),
        change(edit("c.py:1:1-2", "x"), edit("d.py:1:1-2", "x")),
        change(edit("b.py:1:5-6", "2"), edit("c.py:1:5-6", "2")),
    ]
    applied = apply(changes, expected, within=Bounds.of([tmp_path]), cwd=tmp_path)
    assert applied.counts == {"LMB102": 3}
    assert read(tmp_path) == {"a.py": "x = 1\n", "b.py": "x = 2\n", "c.py": "x = 2\n", "d.py": "x = 1\n"}
