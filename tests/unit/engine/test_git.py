from __future__ import annotations

import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from engine.repository import ALL, TEN, Repo, branched, edited, isolate
from lambdalint.engine.changed_lines import GitError, read

if TYPE_CHECKING:
    from pathlib import Path

posix = pytest.mark.skipif(sys.platform == "win32", reason="POSIX's file names and programs")


@pytest.fixture(autouse=True)
def environment(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    isolate(tmp_path_factory.mktemp("home"), monkeypatch)


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    return branched(tmp_path / "repo")


def refusal(root: Path, rev: str = "main") -> str:
    with pytest.raises(GitError) as caught:
        read(rev, root=root)
    message = str(caught.value)
    assert "\n" not in message
    return message


def test_not_a_repository(tmp_path: Path) -> None:
    assert refusal(tmp_path) == f"{tmp_path} is not in a git repository"


def test_a_bare_repository(tmp_path: Path) -> None:
    repo = Repo(tmp_path / "bare", "--bare")
    assert "bare" in refusal(repo.root)
    assert "is in no working tree" in refusal(repo.root)


@pytest.mark.parametrize(
    "rev",
    ["", "missing", "--help", "-x", "--output=x", "^main", "0" * 40, "main:app.py", ":/nothing like it", "main^9"],
)
def test_no_such_revision(repo: Repo, rev: str) -> None:
    assert refusal(repo.root, rev).startswith(f"the repository has no revision {rev!r}")
    assert sorted(path.name for path in repo.root.iterdir()) == [".git", "app.py", "other.py"]


@pytest.mark.parametrize("rev", ["main..branch", "main...branch", ".."])
def test_a_range_is_no_revision(repo: Repo, rev: str) -> None:
    assert refusal(repo.root, rev) == f"{rev!r} is not one revision"


def test_the_nearest_revision_is_named(repo: Repo, tmp_path: Path) -> None:
    assert refusal(repo.root, "mian") == "the repository has no revision 'mian'; did you mean main?"
    repo.git("clone", "--quiet", str(repo.root), str(tmp_path / "clone"))
    assert refusal(tmp_path / "clone", "main").endswith("did you mean origin/main?")


def test_no_commit_yet(repo: Repo, tmp_path: Path) -> None:
    empty = Repo(tmp_path / "empty")
    assert refusal(empty.root) == "the repository has no revision 'main'"
    repo.git("checkout", "--quiet", "--orphan", "new")
    assert refusal(repo.root) == "HEAD has no commit yet, so there is nothing to compare with"


def test_unrelated_histories(repo: Repo) -> None:
    repo.git("checkout", "--quiet", "--orphan", "new")
    repo.commit(app="unrelated\n")
    assert refusal(repo.root) == "'main' and HEAD have no commit in common"


def test_a_shallow_clone(repo: Repo, tmp_path: Path) -> None:
    repo.commit(app=edited(l2="ours"))
    repo.git("checkout", "--quiet", "main")
    repo.commit(other=edited(l2="theirs"))
    clone = Repo(tmp_path / "clone")
    clone.git("fetch", "--quiet", "--depth=1", repo.root.as_uri(), "main:main-there", "branch:branch")
    clone.git("checkout", "--quiet", "branch")
    advice = "; the clone is shallow: 'git fetch --unshallow' gets the rest (fetch-depth: 0 in a GitHub workflow)"
    assert refusal(clone.root, "main-there") == f"'main-there' and HEAD have no commit in common{advice}"
    assert refusal(clone.root, "HEAD^") == f"the repository has no revision 'HEAD^'{advice}"
    clone.git("fetch", "--quiet", "--unshallow", repo.root.as_uri())
    assert clone.lines("app.py", "main-there") == [2]


@posix
def test_what_a_partial_clone_lacks_is_not_fetched(repo: Repo, tmp_path: Path) -> None:
    repo.git("config", "uploadpack.allowFilter", "true")
    repo.commit(other=edited(l2="ours"), app=edited(l2="ours"))
    repo.commit(other="", app=edited(l2="ours", l3="ours"))
    repo.git("clone", "--quiet", "--filter=blob:none", repo.root.as_uri(), str(tmp_path / "clone"))
    clone = tmp_path / "clone"
    ran = tmp_path / "ran"

    def configure(key: str, value: str) -> None:
        repo.git("config", "--file", str(clone / ".git/config"), key, value)

    configure("remote.origin.url", f"ext::touch {ran}")
    configure("protocol.ext.allow", "always")
    assert refusal(clone, "HEAD^") == (
        "the clone is partial, and lambdalint fetches nothing: 'git diff --stat HEAD^...' gets what is missing"
    )
    assert not ran.exists()
    configure("remote.origin.url", repo.root.as_uri())
    subprocess.run(["git", "diff", "--stat", "HEAD^..."], cwd=clone, check=True, capture_output=True)
    assert [line for line in ALL if read("HEAD^", root=clone).touches("app.py", line, line)] == [3]


@posix
def test_a_broken_repository(repo: Repo) -> None:
    shutil.rmtree(repo.root / ".git/objects")
    (repo.root / ".git/objects").mkdir()
    assert refusal(repo.root, "main").startswith("the repository has no revision 'main'")
    (repo.root / ".git/config").write_text("[core\n")
    assert refusal(repo.root).startswith("git cannot read the repository: bad config line 1 in file")


def test_a_broken_index(repo: Repo) -> None:
    (repo.root / ".git/index").write_bytes(b"DIRC nonsense")
    assert refusal(repo.root).startswith("git ls-files failed: ")


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() != 0, reason="only root can give a folder away")
def test_a_repository_of_somebody_else(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    os.chown(repo.root, 1234, 1234)
    os.chown(repo.root / ".git", 1234, 1234)
    message = refusal(repo.root)
    assert message.startswith("git does not trust the repository: ")
    assert str(repo.root) in message
    assert "git config --global --add safe.directory" in message
    monkeypatch.setenv("GIT_CONFIG_COUNT", "1")
    monkeypatch.setenv("GIT_CONFIG_KEY_0", "safe.directory")
    monkeypatch.setenv("GIT_CONFIG_VALUE_0", str(repo.root))
    assert repo.lines("app.py") == []


def test_git_is_not_installed(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(repo.root))
    assert refusal(repo.root) == "git is not installed, or not on the PATH"


@posix
def test_a_program_of_the_checkout_is_not_git(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    repo.write("git", "#!/bin/sh\ntouch ran\n")
    (repo.root / "git").chmod(0o755)
    monkeypatch.chdir(repo.root)
    monkeypatch.setenv("PATH", f".{os.pathsep}{os.environ['PATH']}")
    assert repo.lines("app.py") == []
    assert not (repo.root / "ran").exists()


@posix
def test_a_git_that_is_too_old(repo: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "bin").mkdir()
    program = tmp_path / "bin/git"
    real = shutil.which("git")
    program.write_text(
        "#!/bin/sh\n"
        'case "$*" in\n'
        "*version*) echo git version 1.8.3.1;;\n"
        "*ignore-cr-at-eol*) echo error: invalid option: --ignore-cr-at-eol >&2; exit 129;;\n"
        f'*) exec {real} "$@";;\n'
        "esac\n"
    )
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}")
    assert refusal(repo.root) == "git 1.8.3.1 is too old; 2.16 or newer is needed"


# ---- hooks


@posix
@pytest.mark.parametrize("how", [["-a"], ["app.py"], []])
@pytest.mark.parametrize("linked", [False, True])
def test_in_a_hook(repo: Repo, tmp_path: Path, how: list[str], linked: bool) -> None:
    if linked:
        repo.git("worktree", "add", "-b", "third", str(tmp_path / "linked"), "main")
    there = tmp_path / "linked" if linked else repo.root
    script = (
        "from pathlib import Path\n"
        "from lambdalint.engine.changed_lines import read\n"
        "changed = read('main', root=Path.cwd())\n"
        "print([line for line in range(1, 13) if changed.touches('app.py', line, line)])\n"
        "print([line for line in range(1, 13) if changed.touches('other.py', line, line)])\n"
    )
    (tmp_path / "script.py").write_text(script)
    hook = repo.root / ".git/hooks/pre-commit"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(f"#!/bin/sh\nenv | grep ^GIT_ >&2\nexec {sys.executable} {tmp_path / 'script.py'} >&2\n")
    hook.chmod(0o755)
    (there / "app.py").write_text(edited(l2="new"))
    (there / "other.py").write_text(edited(l3="new"))
    if not how:
        subprocess.run(["git", "add", "app.py", "other.py"], cwd=there, check=True)
    done = subprocess.run(
        ["git", "commit", "--quiet", "-m", "x", *how], cwd=there, check=True, capture_output=True, text=True
    )
    assert "GIT_INDEX_FILE=" in done.stderr
    assert done.stderr.endswith("[2]\n[3]\n")


def test_a_hook_of_another_repository(repo: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = Repo(tmp_path / "other")
    other.commit(app="other\n")
    repo.write("app.py", edited(l2="new"))
    monkeypatch.setenv("GIT_DIR", str(other.root / ".git"))
    monkeypatch.setenv("GIT_INDEX_FILE", str(other.root / ".git/index"))
    changed = read("main", root=repo.root)
    assert [line for line in ALL if changed.touches("app.py", line, line)] == [2]


def test_a_repository_that_only_the_environment_names(
    repo: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (repo.root / ".git").rename(tmp_path / "elsewhere.git")
    repo.write("app.py", edited(l2="new"))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GIT_DIR", "elsewhere.git")
    monkeypatch.setenv("GIT_WORK_TREE", "repo")
    changed = read("main", root=repo.root)
    assert [line for line in ALL if changed.touches("app.py", line, line)] == [2]


# ---- hostile and unusual settings


@posix
@pytest.mark.parametrize("prepared", ["config", "environment"])
def test_no_setting_runs_or_changes_anything(
    repo: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, prepared: str
) -> None:
    ran = tmp_path / "ran"
    program = tmp_path / "program"
    program.write_text(f'#!/bin/sh\necho "$0 $@" >> {ran}\ncat\n')
    program.chmod(0o755)
    repo.commit(src__app=TEN)
    (repo.root / ".gitattributes").write_text("*.py diff=bad filter=bad\n")
    repo.commit()
    repo.git("branch", "--force", "main")
    hooks = tmp_path / "hooks"
    hooks.mkdir()
    for hook in ("post-index-change", "fsmonitor-watchman", "reference-transaction"):
        shutil.copy(program, hooks / hook)
    (tmp_path / "order").write_text("other.py\n")
    repo.commit(one="".join(f"one {n}\n" for n in range(20)), two="".join(f"two {n}\n" for n in range(20)))
    repo.git("branch", "--force", "main")
    settings = {
        "core.fsmonitor": str(program),
        "core.hooksPath": str(hooks),
        "core.pager": str(program),
        "core.editor": str(program),
        "core.sshCommand": str(program),
        "core.splitIndex": "true",
        "core.quotePath": "false",
        "pager.diff-index": str(program),
        "diff.external": str(program),
        "diff.bad.command": str(program),
        "diff.bad.textconv": str(program),
        "diff.noprefix": "false",
        "diff.mnemonicPrefix": "true",
        "diff.orderFile": str(tmp_path / "order"),
        "diff.relative": "true",
        "diff.context": "9",
        "diff.interHunkContext": "9",
        "diff.renames": "false",
        "diff.renameLimit": "1",
        "diff.algorithm": "patience",
        "diff.colorMoved": "zebra",
        "diff.wordRegex": ".",
        "diff.ignoreSubmodules": "none",
        "diff.submodule": "log",
        "diff.statGraphWidth": "1",
        "color.ui": "always",
        "color.diff": "always",
        "filter.bad.clean": str(program),
        "filter.bad.smudge": str(program),
        "filter.bad.process": str(program),
        "filter.bad.required": "true",
        "alias.diff-index": f"!{program}",
        "alias.rev-parse": f"!{program}",
    }
    for key, value in settings.items():
        repo.git("config", key, value)
    if prepared == "environment":
        for name in ("GIT_EXTERNAL_DIFF", "GIT_PAGER", "PAGER", "GIT_EDITOR", "GIT_SSH_COMMAND", "GIT_ASKPASS"):
            monkeypatch.setenv(name, str(program))
        monkeypatch.setenv("GIT_DIFF_OPTS", "--unified=5")
        monkeypatch.setenv("GIT_TRACE", "1")
        monkeypatch.setenv("GIT_LITERAL_PATHSPECS", "1")
        monkeypatch.setenv("LC_ALL", "de_DE.UTF-8")
        monkeypatch.setenv("LANGUAGE", "de")
    repo.write("app.py", edited(l2="new", l5="new"))
    repo.write("src/app.py", edited(l4="new"))
    repo.write("untracked.py", TEN)
    (repo.root / "other.py").rename(repo.root / "moved.py")
    for old, new in (("one", "three"), ("two", "four")):
        (repo.root / f"{old}.py").rename(repo.root / f"{new}.py")
        repo.write(f"{new}.py", (repo.root / f"{new}.py").read_text() + "new\n")
    before = {path: path.read_bytes() for path in sorted((repo.root / ".git").rglob("*")) if path.is_file()}
    expected = {
        ("app.py", ""): [2, 5],
        ("src/app.py", ""): [4],
        ("app.py", "src"): [4],
        ("untracked.py", ""): list(range(1, 11)),
        ("moved.py", ""): [],
        ("three.py", ""): [21],
        ("four.py", ""): [21],
    }
    for (path, below), lines in expected.items():
        assert repo.lines(path, below=below, of=30) == lines, path
    after = {path: path.read_bytes() for path in sorted((repo.root / ".git").rglob("*")) if path.is_file()}
    assert not ran.exists()
    assert after == before


def test_a_filter_that_cannot_be_turned_off(repo: Repo) -> None:
    (repo.root / ".gitattributes").write_text("*.py filter=a=b\n")
    (repo.root / ".git/config").write_text('[filter "a=b"]\nclean = touch ran\n')
    repo.write("app.py", edited(l2="new"))
    assert refusal(repo.root) == "the git configuration has a filter with '=' in its name: filter.a=b"
    assert not (repo.root / "ran").exists()


def test_a_large_file_counts_whole(repo: Repo) -> None:
    repo.git("checkout", "--quiet", "main")
    repo.commit(big="x = 1\n" * 1_000_000)
    repo.write("big.py", "x = 1\n" * 999_999 + "y\n")
    assert repo.lines("big.py", "HEAD") == ALL


def test_a_locked_and_read_only_repository(repo: Repo) -> None:
    repo.write("app.py", edited(l2="new"))
    (repo.root / ".git/index.lock").touch()
    assert repo.lines("app.py") == [2]
    assert (repo.root / ".git/index.lock").exists()
