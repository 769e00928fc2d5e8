from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from engine.repository import ALL, TEN, Repo, branched, edited, isolate
from lambdalint.engine.changed_lines import read

posix = pytest.mark.skipif(sys.platform == "win32", reason="POSIX's file names and programs")


@pytest.fixture(autouse=True)
def environment(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    isolate(tmp_path_factory.mktemp("home"), monkeypatch)


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    return branched(tmp_path / "repo")


def test_committed_staged_and_unstaged_changes_count(repo: Repo) -> None:
    repo.commit(app=edited(l2="committed"))
    repo.write("app.py", edited(l2="committed", l5="staged"))
    repo.git("add", "app.py")
    repo.write("app.py", edited(l2="committed", l5="staged", l9="unstaged"))
    assert repo.lines("app.py") == [2, 5, 9]
    assert repo.lines("other.py") == []


def test_a_change_that_was_taken_back_does_not_count(repo: Repo) -> None:
    repo.commit(app=edited(l2="committed"))
    repo.write("app.py", TEN)
    assert repo.lines("app.py") == []


def test_a_finding_of_several_lines_is_touched_by_a_change_of_any_of_them(repo: Repo) -> None:
    repo.write("app.py", edited(l4="new", l5="new"))
    changed = repo.changed()
    spans = [(1, 3), (1, 4), (4, 5), (5, 8), (3, 6), (6, 8)]
    assert [changed.touches("app.py", *span) for span in spans] == [False, True, True, True, True, False]


def test_what_main_did_since_does_not_count(repo: Repo) -> None:
    repo.commit(app=edited(l2="ours"))
    repo.git("checkout", "--quiet", "main")
    repo.commit(app=edited(l9="theirs"))
    repo.git("checkout", "--quiet", "branch")
    assert repo.lines("app.py") == [2]


def test_what_is_being_merged_does_not_count(repo: Repo) -> None:
    repo.commit(app=edited(l2="ours"))
    repo.git("checkout", "--quiet", "main")
    repo.commit(app=edited(l9="theirs"))
    repo.git("checkout", "--quiet", "branch")
    repo.git("merge", "--quiet", "--no-commit", "main")
    assert repo.lines("app.py") == [2]


def test_a_file_with_merge_conflicts_counts_whole(repo: Repo) -> None:
    repo.commit(app=edited(l2="ours"))
    repo.git("checkout", "--quiet", "main")
    repo.commit(app=edited(l2="theirs"))
    repo.git("checkout", "--quiet", "branch")
    with pytest.raises(subprocess.CalledProcessError):
        repo.git("merge", "--quiet", "main")
    assert repo.lines("app.py") == ALL
    assert repo.lines("other.py") == []


@posix
def test_the_name_of_a_file_with_conflicts_is_not_taken_for_a_change(repo: Repo) -> None:
    name = "p\n@@ -0,0 +5 @@"
    for branch in ("branch", "main"):
        repo.git("checkout", "--quiet", branch)
        repo.write(name, branch)
        repo.commit()
    with pytest.raises(subprocess.CalledProcessError):
        repo.git("merge", "--quiet", "branch")
    repo.write("other.py", edited(l2="new"))
    assert repo.lines("other.py", "branch") == [2]
    assert repo.lines(name, "branch") == ALL


def test_untracked_files_count_whole_unless_they_are_ignored(repo: Repo) -> None:
    repo.write(".gitignore", "ignored.py\n/build/\n")
    for path in ("new.py", "deep/er/new.py", "ignored.py", "build/app.py"):
        repo.write(path, TEN)
    assert [repo.lines(path) for path in ("new.py", "deep/er/new.py")] == [ALL, ALL]
    assert [repo.lines(path) for path in ("ignored.py", "build/app.py")] == [[], []]


def test_new_files_count_whole(repo: Repo) -> None:
    repo.commit(committed=TEN)
    repo.write("staged.py", TEN)
    repo.git("add", "staged.py")
    repo.write("promised.py", TEN)
    repo.git("add", "--intent-to-add", "promised.py")
    for path in ("committed.py", "staged.py", "promised.py"):
        assert repo.lines(path) == list(range(1, 11))


@pytest.mark.parametrize("state", ["committed", "staged", "unstaged", "half"])
def test_a_renamed_file_is_compared_with_what_it_was(repo: Repo, state: str) -> None:
    if state == "unstaged":
        (repo.root / "app.py").rename(repo.root / "moved.py")
    elif state == "half":
        repo.git("rm", "--quiet", "--cached", "app.py")
        (repo.root / "app.py").rename(repo.root / "moved.py")
    else:
        repo.git("mv", "app.py", "moved.py")
    if state == "committed":
        repo.commit()
    assert repo.lines("moved.py") == []
    repo.write("moved.py", edited(l3="new"))
    assert repo.lines("moved.py") == [3]
    assert repo.lines("other.py") == []


def test_to_find_unstaged_renames_the_index_is_not_touched(repo: Repo) -> None:
    (repo.root / "app.py").rename(repo.root / "moved.py")
    index = (repo.root / ".git/index").read_bytes()
    assert repo.lines("moved.py") == []
    assert (repo.root / ".git/index").read_bytes() == index
    assert repo.git("status", "--short") == "D app.py\n?? moved.py"


def test_a_change_within_the_second_of_the_commit_is_seen_beside_an_unstaged_rename(repo: Repo) -> None:
    app, index = repo.root / "app.py", repo.root / ".git/index"
    repo.git("config", "core.trustctime", "false")
    repo.git("config", "core.checkStat", "minimal")
    os.utime(app, (10**9, 10**9))
    repo.git("update-index", "--refresh")
    os.utime(index, (10**9, 10**9))
    (repo.root / "other.py").rename(repo.root / "moved.py")
    app.write_text(TEN.replace("line 4", "LINE 4"))
    os.utime(app, (10**9, 10**9))
    assert repo.lines("app.py") == [4]


def test_a_renamed_folder_and_a_file_that_becomes_one(repo: Repo) -> None:
    repo.commit(src__one=TEN, src__two=TEN + "two\n")
    repo.git("branch", "--force", "main")
    (repo.root / "src").rename(repo.root / "lib")
    (repo.root / "app.py").rename(repo.root / "inner.py")
    (repo.root / "app.py").mkdir()
    (repo.root / "inner.py").rename(repo.root / "app.py/inner.py")
    assert repo.lines("lib/one.py") == repo.lines("lib/two.py") == repo.lines("app.py/inner.py") == []


def test_renames_are_followed_into_the_root(repo: Repo) -> None:
    repo.git("checkout", "--quiet", "main")
    repo.commit(old__app=TEN + "a longer file\n")
    (repo.root / "new").mkdir()
    repo.git("mv", "old/app.py", "new/app.py")
    repo.commit()
    assert repo.lines("app.py", "HEAD^", below="new") == []


def test_a_copy_is_new_code(repo: Repo) -> None:
    repo.commit(copy=TEN, app=edited(l1="new"))
    assert repo.lines("copy.py") == list(range(1, 11))


@posix
def test_a_mode_and_a_deletion_change_no_line(repo: Repo) -> None:
    (repo.root / "app.py").chmod(0o755)
    repo.write("other.py", "".join(TEN.splitlines(keepends=True)[3:]))
    assert repo.lines("app.py") == repo.lines("other.py") == []
    (repo.root / "other.py").unlink()
    assert repo.lines("other.py") == []


def test_a_new_block_begins_where_a_reader_sees_it_begin(repo: Repo) -> None:
    block = "# {0}\ndef {0}():\n    pass\n\n"
    first, new, last = (block.format(name).replace(f"# {name}", "# a task") for name in ("first", "new", "last"))
    repo.commit(app=first + last)
    repo.git("branch", "--force", "main")
    repo.git("config", "diff.indentHeuristic", "false")
    repo.write("app.py", first + new + last)
    assert repo.lines("app.py") == [5, 6, 7, 8]


def test_a_touched_file_is_not_a_changed_one(repo: Repo) -> None:
    os.utime(repo.root / "app.py", (1, 1))
    assert repo.lines("app.py") == []


def test_an_empty_file_that_gets_lines(repo: Repo) -> None:
    repo.git("checkout", "--quiet", "main")
    repo.commit(empty="")
    repo.write("empty.py", "one\ntwo\n")
    assert repo.lines("empty.py", "HEAD") == [1, 2]


def test_the_last_line_end(repo: Repo) -> None:
    repo.git("checkout", "--quiet", "main")
    repo.commit(without=TEN[:-1])
    repo.write("without.py", TEN + "line 11\n")
    assert repo.lines("without.py", "HEAD") == [11]
    repo.write("app.py", TEN[:-1])
    assert repo.lines("app.py", "HEAD") == []
    repo.write("app.py", edited(l10="new")[:-1])
    assert repo.lines("app.py", "HEAD") == [10]


@pytest.mark.parametrize("autocrlf", ["false", "true", "input"])
def test_new_line_ends_change_no_line(repo: Repo, autocrlf: str) -> None:
    repo.git("config", "core.autocrlf", autocrlf)
    repo.write("app.py", TEN.replace("\n", "\r\n"))
    assert repo.lines("app.py") == []
    repo.write("app.py", edited(l7="new").replace("\n", "\r\n"))
    assert repo.lines("app.py") == [7]


def test_line_ends_that_git_does_not_count(repo: Repo) -> None:
    repo.write("app.py", "one\rtwo\n" + TEN)
    assert repo.lines("app.py") == ALL


def test_a_binary_file_counts_whole(repo: Repo) -> None:
    repo.git("checkout", "--quiet", "main")
    repo.commit(data=b"\0" * 100 + b"old\n", same=b"\0")
    repo.write("data.py", b"\0" * 100 + b"new\n")
    repo.write("new.py", b"\0new")
    repo.git("add", "new.py")
    assert repo.lines("data.py", "HEAD") == repo.lines("new.py", "HEAD") == ALL
    assert repo.lines("same.py", "HEAD") == []
    (repo.root / "data.py").rename(repo.root / "moved.py")
    assert repo.lines("moved.py", "HEAD") == ALL
    (repo.root / "same.py").unlink()
    assert repo.lines("same.py", "HEAD") == []


NAMES = [
    "with space.py",
    "trailing space .py",
    "ünïcödé 東京.py",
    "a => b.py",
    "{a => b}.py",
    "a b/a b.py",
    "-leading.py",
    " b.py",
    ":(top)x.py",
    "[glob]*.py",
    pytest.param('quo"te.py', marks=posix),
    pytest.param("back\\slash.py", marks=posix),
    pytest.param("new\nline.py", marks=posix),
    pytest.param("tab\tand\rreturn.py", marks=posix),
    pytest.param("a\ndiff --git b.py", marks=posix),
    pytest.param("bell\x07 and \x1b[31m.py", marks=posix),
    pytest.param("invalid \udcff\udc80.py", marks=[posix, pytest.mark.skipif(sys.platform == "darwin", reason="APFS")]),
]


@pytest.mark.parametrize("name", NAMES)
def test_names(repo: Repo, name: str) -> None:
    repo.write(name, TEN)
    repo.write("binary " + name, b"\0old")
    repo.write("renamed " + name, TEN + "a longer one\n")
    assert repo.lines(name) == ALL
    repo.commit()
    repo.git("branch", "--force", "main")
    repo.write(name, edited(l4="new"))
    repo.write("binary " + name, b"\0new")
    (repo.root / ("renamed " + name)).rename(repo.root / ("moved " + Path(name).name))
    assert repo.lines(name) == [4]
    assert repo.lines("binary " + name) == ALL
    repo.git("add", "--all")
    assert repo.lines("moved " + Path(name).name) == []
    repo.write("moved " + Path(name).name, edited(l6="new") + "a longer one\n")
    assert repo.lines("moved " + Path(name).name) == [6]


@posix
def test_a_symbolic_link(repo: Repo) -> None:
    (repo.root / "app.py").unlink()
    (repo.root / "app.py").symlink_to("other.py")
    (repo.root / "new.py").symlink_to("missing")
    repo.git("add", "--all")
    assert repo.lines("other.py") == []
    repo.commit()
    repo.git("branch", "--force", "main")
    (repo.root / "app.py").unlink()
    repo.write("app.py", TEN)
    assert repo.lines("app.py") == list(range(1, 11))


def test_the_root_may_be_a_folder_of_the_repository(repo: Repo) -> None:
    repo.commit(src__app=TEN, source=TEN)
    repo.git("branch", "--force", "main")
    repo.write("src/app.py", edited(l2="new"))
    repo.write("source.py", edited(l3="new"))
    repo.write("src/new.py", TEN)
    assert repo.lines("app.py", below="src") == [2]
    assert repo.lines("new.py", below="src") == ALL
    assert repo.lines("src/app.py") == [2]
    assert repo.changed(below="src").touches("../source.py", 1, 1)  # it is not below the root: nothing is known


@posix
def test_the_root_may_be_reached_through_a_symbolic_link(repo: Repo, tmp_path: Path) -> None:
    repo.commit(src__app=TEN)
    repo.git("branch", "--force", "main")
    repo.write("src/app.py", edited(l2="new"))
    (tmp_path / "link").symlink_to(repo.root / "src")
    assert [line for line in ALL if read("main", root=tmp_path / "link").touches("app.py", line, line)] == [2]


def test_a_detached_head_and_every_way_to_say_a_revision(repo: Repo) -> None:
    first = repo.git("rev-parse", "HEAD")
    repo.git("tag", "--annotate", "--message=tag", "v1")
    repo.commit(app=edited(l2="new"))
    repo.git("checkout", "--quiet", "--detach")
    for rev in (first, first[:10], "v1", "main", "HEAD^", "HEAD~1", "refs/heads/main", "@{-1}~"):
        assert repo.lines("app.py", rev) == [2], rev
    assert repo.lines("app.py", "HEAD") == []


def test_a_linked_worktree(repo: Repo, tmp_path: Path) -> None:
    repo.git("worktree", "add", "-b", "third", str(tmp_path / "linked"), "main")
    (tmp_path / "linked/app.py").write_text(edited(l8="new"))
    changed = read("main", root=tmp_path / "linked")
    assert [line for line in ALL if changed.touches("app.py", line, line)] == [8]
    assert repo.lines("app.py") == []


def test_what_lies_in_other_repositories_counts_whole(repo: Repo, tmp_path: Path) -> None:
    library = Repo(tmp_path / "library")
    library.commit(lib=TEN)
    repo.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(library.root), "vendor/lib")
    repo.commit()
    repo.git("branch", "--force", "main")
    nested = Repo(repo.root / "nested")
    nested.commit(app=TEN)
    ran = tmp_path / "ran"
    (tmp_path / "program").write_text(f"#!/bin/sh\ntouch {ran}\n")
    (tmp_path / "program").chmod(0o755)
    for inner, name in ((repo.root / "vendor/lib", "lib.py"), (nested.root, "app.py")):
        (inner / name).write_text(TEN.replace("line 4", "LINE 4"))
        os.utime(inner / name, (1, 1))
        subprocess.run(["git", "config", "filter.bad.clean", str(tmp_path / "program")], cwd=inner, check=True)
        (inner / ".gitattributes").write_text("*.py filter=bad\n")
    assert repo.lines("vendor/lib/lib.py") == repo.lines("nested/app.py") == ALL
    assert not ran.exists()
    assert repo.lines("app.py") == []
    assert repo.lines("lib.py", below="vendor/lib") == [4]


def test_a_root_of_which_git_knows_nothing_counts_whole(repo: Repo) -> None:
    repo.write(".gitignore", "/ignored/\n")
    repo.write("ignored/app.py", TEN)
    assert repo.lines("app.py", below="ignored") == ALL


def test_sha256(tmp_path: Path) -> None:
    repo = Repo(tmp_path / "repo", "--object-format=sha256")
    repo.commit(app=TEN)
    (repo.root / "app.py").rename(repo.root / "moved.py")
    repo.write("moved.py", edited(l2="new"))
    assert repo.lines("moved.py") == [2]
