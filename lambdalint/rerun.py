"""Repeats what an earlier run has told, where all that it has looked at is as it was.

A run is known by its arguments, its folder, its terminal and the variables that change what it says. With what it has
told, it keeps what it has looked at: files and folders by inode, size and the times of change; those that have changed
just before, by their contents. So an unchanged project costs a look at its files, and nothing else is imported.

The records lie in the user's own folder for caches, not in the project: what they say is printed as it stands.
"""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from time import time_ns
from zlib import crc32

from lambdalint import __version__

MOST_RECORDS = 64
_MOST_INPUTS = 300_000
_LARGEST = 64_000_000
_MAGIC = b"lambdalint run 1"
_JUST_NOW_NS = 100_000_000
"""File systems give times in steps: what has changed so shortly before may change again at the same time."""
_CHANGES_SOMETHING = (
    "--fix", "--add-noqa", "--output", "--changed-since", "--stdin-filename", "--no-cache", "--baseline", "-",
)  # fmt: skip
"""Arguments of runs that write, or that look at more than files."""
_VARIABLES = (
    "CI", "COLUMNS", "FORCE_COLOR", "GITHUB_ACTIONS", "GITLAB_CI", "TF_BUILD", "HOME", "LANG", "LC_ALL", "NO_COLOR",
    "TERM", "XDG_CONFIG_HOME", "GITHUB_WORKSPACE", "CI_PROJECT_DIR", "BUILD_SOURCESDIRECTORY", "GIT_DIR",
    "GIT_CONFIG_GLOBAL",
)  # fmt: skip
_READING = os.O_RDONLY
_ACCESS = os.O_WRONLY | os.O_RDWR


class Run:
    """One run of ``check``: what it is known by, and, while it is recorded, what it tells and looks at."""

    def __init__(self, arguments: list[str]) -> None:
        self.key = _key(arguments)
        self._path = os.path.join(records(), f"{crc32(self.key):08x}.run")
        self._began = 0
        self._looked_at: dict[str, None] = {}
        self._told: tuple[list[bytes], list[bytes]] = ([], [])
        self._is_whole = True
        self._ignored: tuple[str, ...] = (own_folder(),)

    def repeat(self) -> int | None:
        """Tell what the record of this run says and return its status; None where it does not hold."""
        try:
            with open(self._path, "rb") as file:
                content = file.read(_LARGEST)
            head, _, rest = content.partition(b"\n")
            magic, lengths = head[: len(_MAGIC)], [int(number) for number in head[len(_MAGIC) :].split()]
            if magic != _MAGIC or len(lengths) != 4:
                return None
            of_key, of_out, of_err, status = lengths
            if rest[:of_key] != self.key:
                return None
            out, err = rest[of_key : of_key + of_out], rest[of_key + of_out : of_key + of_out + of_err]
            inputs = rest[of_key + of_out + of_err :]
            if not inputs.endswith(b"\n.\n") or not all(map(_is_as_it_was, inputs.split(b"\n")[:-2])):
                return None
        except (OSError, ValueError):
            return None
        with suppress(BrokenPipeError):
            sys.stderr.buffer.write(err)
            sys.stderr.flush()
            sys.stdout.buffer.write(out)
            sys.stdout.flush()
        return status

    def begin(self) -> None:
        """Begin to record."""
        self._began = time_ns()
        sys.addaudithook(self._watch)

    def _watch(self, event: str, arguments: tuple[object, ...]) -> None:
        if event == "open":
            path, _, flags = arguments
            if isinstance(flags, int) and flags & _ACCESS != _READING:
                return
        elif event in ("os.scandir", "os.listdir"):
            (path,) = arguments
        else:
            return
        if isinstance(path, bytes):
            path = os.fsdecode(path)
        if path is None:
            path = "."
        if isinstance(path, (str, os.PathLike)) and self._is_whole:
            self.depends_on(os.path.abspath(path))

    def depends_on(self, *paths: str) -> None:
        """Note absolute paths of files and folders that the run looks at, whether they are there or not."""
        self._looked_at.update(dict.fromkeys(paths))

    def ignores(self, folder: str) -> None:
        """Note that what the run tells does not depend on what lies in a folder: a cache."""
        self._ignored += (folder,)

    def _is_ignored(self, path: str) -> bool:
        return any(path == folder or path.startswith(folder + os.sep) for folder in self._ignored)

    def tell(self, text: str, *, error: bool) -> None:
        """Note what is told on a standard stream."""
        self._told[error].append(text.encode("utf-8", "backslashreplace"))

    def forget(self) -> None:
        """Leave this run without a record."""
        self._is_whole = False
        self._looked_at.clear()

    def end(self, status: int) -> None:
        """Write the record, unless the run has failed; a folder that refuses it is no error."""
        looked_at = list(self._looked_at)
        is_whole, self._is_whole = self._is_whole, False
        if not is_whole or status not in (0, 1) or len(looked_at) > _MOST_INPUTS:
            return
        own = _own_files()
        inputs = [
            _state(path, self._began)
            for path in sorted(looked_at)
            if not _is_of_python(path, own) and not self._is_ignored(path)
        ]
        if None in inputs:
            return
        out, err = (b"".join(told) for told in self._told)
        head = b"%s%d %d %d %d\n" % (_MAGIC, len(self.key), len(out), len(err), status)
        lines = b"".join(line + b"\n" for line in inputs if line is not None)
        with suppress(OSError):
            _write(self._path, head + self.key + out + err + lines + b".\n")


def _key(arguments: list[str]) -> bytes:
    """Return all that a run is known by."""
    terminal = [str(stream.isatty()) for stream in (sys.stdout, sys.stderr)]
    variables = [f"{name}={os.environ.get(name)}" for name in _VARIABLES]
    parts = [__version__, sys.version, sys.prefix, os.getcwd(), *terminal, *variables, own_stamp(), *arguments]
    return "\0".join(parts).encode("utf-8", "surrogateescape")


def _own_files() -> str:
    return os.path.dirname(os.path.abspath(__file__))


def own_stamp() -> str:
    """Return what changes with lambdalint itself, also where the version stays the same.

    Where it is installed, that is the record of its installation, which holds the hash of each file; in a checkout, the
    times and sizes of its files.
    """
    own = _own_files()
    if os.path.exists(os.path.join(own, "catalogue", "data.msgpack")):
        record = os.path.join(os.path.dirname(own), f"lambdalint-{__version__}.dist-info", "RECORD")
        with suppress(OSError):
            return str(_content(record))
        return ""
    stamp = 0
    waiting = [own]
    while waiting:
        with os.scandir(waiting.pop()) as entries:
            for entry in entries:
                if entry.is_dir():
                    if entry.name != "__pycache__":
                        waiting.append(entry.path)
                elif entry.name.endswith((".py", ".toml")):
                    found = entry.stat()
                    stamp ^= crc32(f"{entry.path} {found.st_mtime_ns} {found.st_size}".encode())
    return str(stamp)


def own_folder() -> str:
    """Return the user's own folder for what lambdalint keeps."""
    base = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    return os.path.join(base, "lambdalint")


def records() -> str:
    """Return the folder of the records."""
    return os.path.join(own_folder(), "runs")


def delete_records() -> tuple[int, int]:
    """Delete the records of all runs; return how many there were, and how many bytes."""
    count = size = 0
    with suppress(OSError), os.scandir(records()) as entries:
        for entry in entries:
            if entry.name.endswith((".run", ".new")):
                with suppress(OSError):
                    found = entry.stat(follow_symlinks=False).st_size
                    os.unlink(entry.path)
                    count, size = count + 1, size + found
    return count, size


def _is_of_python(path: str, own: str) -> bool:
    """Tell whether a file is lambdalint's, or was read to import a module."""
    if path.startswith((own, "/proc/", "/dev/", "/sys/")):
        return True
    imported = path.endswith((".py", ".pyc", ".so", ".pth", ".typed")) or "." not in os.path.basename(path)
    return imported and path.startswith((sys.prefix, sys.base_prefix))


def _state(path: str, began: int) -> bytes | None:
    """Return the line that says how a file or folder is; None where that cannot be written."""
    name = os.fsencode(path)
    if b"\n" in name:
        return None
    try:
        found = os.stat(path)
        if max(found.st_mtime_ns, found.st_ctime_ns) + _JUST_NOW_NS < began:
            return b"s%s\t%s" % (_signature(found), name)
        return b"c%d\t%s" % (_content(path), name)
    except (FileNotFoundError, NotADirectoryError):
        return b"-\t" + name
    except OSError:
        return None


def _signature(found: os.stat_result) -> bytes:
    return b"%d %d %d %d" % (found.st_mtime_ns, found.st_ctime_ns, found.st_size, found.st_ino)


def _content(path: str) -> int:
    """Return a checksum of a file's content, or of the names in a folder."""
    if os.path.isdir(path):
        return crc32("\0".join(sorted(os.listdir(path))).encode("utf-8", "surrogateescape"))
    with open(path, "rb") as file:
        return crc32(file.read())


def _is_as_it_was(line: bytes) -> bool:
    state, _, name = line.partition(b"\t")
    kind = state[:1]
    if kind == b"s":
        return _signature(os.stat(name)) == state[1:]
    if kind == b"c":
        return b"%d" % _content(os.fsdecode(name)) == state[1:]
    return kind == b"-" and not os.path.lexists(name)


def _write(path: str, content: bytes) -> None:
    """Write a record as a whole, and delete those that were written longest ago."""
    folder = os.path.dirname(path)
    os.makedirs(folder, mode=0o700, exist_ok=True)
    temporary = f"{path}.{os.getpid()}.new"
    with open(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(content)
    os.replace(temporary, path)
    with os.scandir(folder) as entries:
        records = sorted((entry.stat().st_mtime_ns, entry.path) for entry in entries)
    for _, old in records[:-MOST_RECORDS]:
        with suppress(OSError):
            os.unlink(old)


_current: Run | None = None
"""The run that is being recorded: one process makes one run, and its stages tell what they look at."""


def recorded(arguments: list[str]) -> Run | None:
    """Return the run that *arguments* ask for, if it is one that can be repeated."""
    if arguments[:1] != ["check"] or os.environ.get("GITHUB_STEP_SUMMARY"):
        return None
    if any(argument.partition("=")[0] in _CHANGES_SOMETHING for argument in arguments[1:]):
        return None
    return Run(arguments[1:])


def current() -> Run | None:
    """Return the run that is being recorded."""
    return _current


def looks_for(path: str | os.PathLike[str]) -> None:
    """Note that the run that is being recorded looks whether there is something at an absolute path."""
    if _current is not None:
        _current.depends_on(os.fspath(path))


def begin(run: Run | None) -> None:
    """Record *run* from now on."""
    global _current
    _current = run
    if run is not None:
        run.begin()
