"""Tells which lines of the working tree differ from where its branch began."""

from __future__ import annotations

import contextlib
import os
import re
import stat
from difflib import SequenceMatcher
from typing import TYPE_CHECKING

import msgspec
from msgspec.structs import replace

from lambdalint.engine.collect import MAX_FILE_BYTES
from lambdalint.engine.git import GitError, Repository, open_repository, reason

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

__all__ = ["ChangedLines", "GitError", "read"]

_COMMIT = re.compile(rb"[0-9a-f]{40,64}\n?")
_HUNK = re.compile(rb"@@ -\d+(?:,\d+)? \+(\d+)(?:,(\d+))? @@")
_ESCAPE = re.compile(rb"\\([0-7]{3}|.)", re.DOTALL)
_ESCAPED = {b"a": b"\a", b"b": b"\b", b"t": b"\t", b"n": b"\n", b"v": b"\v", b"f": b"\f", b"r": b"\r"}
_LONE_CR = re.compile(rb"\r(?!\n)")
_DIFF = (
    # the plumbing command: it does not read the settings that shape what "git diff" prints
    "diff-index",
    "--patch",
    "--unified=0",
    "--inter-hunk-context=0",
    "--no-prefix",
    "--no-ext-diff",
    "--no-textconv",
    "--ignore-submodules=all",
    "--ignore-cr-at-eol",
    "--indent-heuristic",
    "--find-renames",
    "-l1000",
)
_EMPTY_BLOB = {
    40: "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391",
    64: "473a0f4c3be8a93681a267e3b1e9a7dcda1185436fe141f7749120a303721813",
}
"""The object name of an empty file, by the length of object names."""


class ChangedLines(msgspec.Struct, frozen=True):
    """The lines that changed, by paths relative to the root, with ``/``.

    ``whole`` are files that count with every line; ``foreign`` are folders, with a ``/`` at their end, of which the
    repository does not say what changed: their files count with every line as well. ``""`` stands for the root.
    """

    ranges: Mapping[str, tuple[range, ...]] = msgspec.field(default_factory=dict)
    whole: frozenset[str] = frozenset()
    foreign: tuple[str, ...] = ()

    def touches(self, path: str, line: int, end_line: int) -> bool:
        """Tell whether any of the lines from *line* to *end_line* changed."""
        if path in self.whole or path.startswith((*self.foreign, "../")):
            return True
        return any(changed.start <= end_line and line < changed.stop for changed in self.ranges.get(path, ()))

    def after(self, path: str, before: bytes, content: bytes) -> ChangedLines:
        """Return what changed once the file at *path* holds *content*; what differs from *before* counts as changed."""
        known = self.ranges.get(path, ())
        old, new = before.splitlines(), content.splitlines()
        ranges: list[range] = []
        for tag, start, stop, to_start, to_stop in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
            if tag != "equal":
                ranges.append(range(to_start + 1, to_stop + 1))
                continue
            shift = to_start - start
            cut = (range(max(one.start, start + 1), min(one.stop, stop + 1)) for one in known)
            ranges += (range(part.start + shift, part.stop + shift) for part in cut if part)
        return replace(self, ranges={**self.ranges, path: tuple(one for one in ranges if one)})


def read(rev: str, *, root: Path) -> ChangedLines:
    """Return what changed below *root* since its branch left *rev*.

    Compared are the merge base of *rev* and HEAD, and the working tree, whether its changes are committed, staged or
    neither. A file that git does not track counts whole, unless it is ignored; so do files in a submodule or another
    repository below the root, and those with merge conflicts. A renamed file is compared with the one it was. A copy is
    new code. That only the ends of lines change does not count.

    Raises:
        GitError: git, the repository, *rev* or the merge base is missing.
    """
    repository = open_repository(root)
    base = _merge_base(repository, rev)
    whole: set[bytes] = set()
    foreign: set[bytes] = set()
    tracked = _records(repository.output("ls-files", "-z", "--stage"))
    for entry in tracked:
        mode_and_stage, _, path = entry.partition(b"\t")
        if mode_and_stage.startswith(b"160000 "):
            foreign.add(path + b"/")
        elif not mode_and_stage.endswith(b" 0"):
            whole.add(path)
    others = set(_records(repository.output("ls-files", "-z", "--others", "--exclude-standard")))
    if not tracked and not others:
        foreign.add(b"")
    foreign |= {path for path in others if path.endswith(b"/")}
    untracked = others - foreign
    patch = _compare(repository, base, rev)
    if patch.deletes and untracked:
        with contextlib.suppress(OSError, GitError):  # without it, what is renamed but not staged counts as new
            patch = _compare_with_untracked(repository, base, untracked)
            untracked = set()
    changed = patch.below(repository.prefix)
    whole |= untracked | {path for path, found in changed.items() if found is None or _has_lone_cr(root, path)}
    ranges = {os.fsdecode(path): tuple(found) for path, found in changed.items() if found and path not in whole}
    return ChangedLines(ranges, frozenset(map(os.fsdecode, whole)), tuple(sorted(map(os.fsdecode, foreign))))


def _records(output: bytes) -> list[bytes]:
    return [record for record in output.split(b"\0") if record]


def _merge_base(repository: Repository, rev: str) -> str:
    """Return the commit that *rev* and HEAD have in common, and with HEAD what is being merged into it."""
    ours = _commit(repository, "HEAD")
    theirs = _commit(repository, rev)
    if theirs is None:
        raise GitError(_unknown(repository, rev))
    if ours is None:
        raise GitError("HEAD has no commit yet, so there is nothing to compare with")
    merged = _commit(repository, "MERGE_HEAD")
    answer = repository.ask("merge-base", theirs, ours, *([merged] if merged else []))
    if answer.status == 0 and _COMMIT.fullmatch(answer.output):
        return answer.output.decode().strip()
    if answer.status > 1:
        raise GitError(f"git merge-base failed: {reason(answer.errors)}")
    raise GitError(f"{rev!r} and HEAD have no commit in common{_shallow_advice(repository)}")


def _commit(repository: Repository, rev: str) -> str | None:
    """Return the name of the one commit that *rev* says, None if it says none."""
    if not rev or rev.startswith("-") or "\0" in rev:
        return None
    answer = repository.ask("rev-parse", "--quiet", "--verify", rev + "^{commit}")
    if answer.status or not _COMMIT.fullmatch(answer.output):
        return None
    return answer.output.decode().strip()


def _unknown(repository: Repository, rev: str) -> str:
    import difflib

    if ".." in rev:
        return f"{rev!r} is not one revision"
    refs = os.fsdecode(repository.ask("for-each-ref", "--format=%(refname:short)").output).splitlines()
    near = [ref for ref in refs if rev and ref.endswith("/" + rev)] or difflib.get_close_matches(rev, refs, n=1)
    meant = f"; did you mean {near[0]}?" if near else ""
    return f"the repository has no revision {rev!r}{meant}{_shallow_advice(repository)}"


def _shallow_advice(repository: Repository) -> str:
    if not repository.shallow:
        return ""
    return "; the clone is shallow: 'git fetch --unshallow' gets the rest (fetch-depth: 0 in a GitHub workflow)"


class _Patch:
    """What a patch changes: the new lines of each file, None for those that cannot be told; and if it deletes files."""

    def __init__(self) -> None:
        self.files: dict[bytes, list[range] | None] = {}
        self.deletes = False

    def read(self, lines: Iterable[bytes]) -> _Patch:
        """Add the *lines* of a patch that git made without prefixes and without context."""
        name = b""
        deleted = False
        for line in lines:
            if line[:1] in b"+-\\":  # the most by far
                continue
            hunk = _HUNK.match(line)
            if hunk:
                start, length = int(hunk[1]), int(hunk[2] or 1)
                ranges = self.files.setdefault(name, [])
                if length and ranges is not None:
                    ranges.append(range(start, start + length))
            elif line.startswith(b"diff --git "):
                both = line[len(b"diff --git ") : -1]
                name, deleted = _unquoted(both[: len(both) // 2]), False  # "name name", unless it is a rename
            elif line.startswith(b"rename to "):
                name = _unquoted(line[len(b"rename to ") : -1])
            elif line.startswith(b"deleted file mode "):
                deleted = self.deletes = True
            elif line.startswith(b"Binary files ") and not deleted:
                self.files[name] = None
        return self

    def below(self, prefix: bytes) -> dict[bytes, list[range] | None]:
        """Return the files below the folder *prefix*, by their paths relative to it."""
        return {path[len(prefix) :]: found for path, found in self.files.items() if path.startswith(prefix)}


def _unquoted(name: bytes) -> bytes:
    """Return a file name that git quotes if it holds special characters."""
    if not name.startswith(b'"'):
        return name

    def character(match: re.Match[bytes]) -> bytes:
        escape = match[1]
        return bytes([int(escape, 8) & 0xFF]) if len(escape) == 3 else _ESCAPED.get(escape, escape)

    return _ESCAPE.sub(character, name[1:-1])


def _compare(repository: Repository, base: str, rev: str) -> _Patch:
    """Return the patch from *base*, which *rev* led to, to the working tree."""
    try:
        return _Patch().read(repository.lines(*_DIFF, base, "--"))
    except GitError as error:
        if "promisor remote" not in str(error):
            raise
        raise GitError(
            f"the clone is partial, and lambdalint fetches nothing: 'git diff --stat {rev}...' gets what is missing"
        ) from None


def _compare_with_untracked(repository: Repository, base: str, untracked: Iterable[bytes]) -> _Patch:
    """Return the patch from *base* with *untracked* files as if they were added, so that they can be renamed ones.

    An index of its own lists them; the repository's stays as it is.
    """
    import shutil
    import tempfile
    from pathlib import Path

    own = os.fsdecode(repository.output("rev-parse", "--git-path", "index")[:-1])
    with tempfile.TemporaryDirectory(prefix="lambdalint-") as folder:
        index = Path(folder, "index")
        shutil.copy2(repository.root / own, index)  # its time tells git which files may have changed since
        blob = _EMPTY_BLOB[len(base)].encode()
        given = b"".join(b"100644 %s\t%s%s\0" % (blob, repository.prefix, path) for path in sorted(untracked))
        answer = repository.ask("update-index", "--add", "--replace", "-z", "--index-info", given=given, index=index)
        if answer.status:
            raise GitError(reason(answer.errors))
        return _Patch().read(repository.lines(*_DIFF, base, "--", index=index))


def _has_lone_cr(root: Path, path: bytes) -> bool:
    """Tell whether a file holds line ends that Python counts, and git does not."""
    file = root / os.fsdecode(path)
    try:
        status = file.lstat()
        if not stat.S_ISREG(status.st_mode) or status.st_size > MAX_FILE_BYTES:
            return False
        return _LONE_CR.search(file.read_bytes()) is not None
    except OSError:
        return False
