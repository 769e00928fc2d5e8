from __future__ import annotations

import os
import stat
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from lambdalint.engine.atomic_write import replace_file

if TYPE_CHECKING:
    from pathlib import Path

posix = pytest.mark.skipif(sys.platform == "win32", reason="permission bits and links are POSIX's")


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_file_gets_its_new_content(tmp_path: Path) -> None:
    file = tmp_path / "app.py"
    file.write_bytes(b"much longer than what follows\r\n")
    replace_file(file, b"new\r\n\x00\xff")
    assert file.read_bytes() == b"new\r\n\x00\xff"
    assert names(tmp_path) == ["app.py"]


@posix
def test_a_new_file_has_the_permissions_of_any_new_file(tmp_path: Path) -> None:
    file = tmp_path / "new.json"
    replace_file(file, b"{}")
    (tmp_path / "usual").touch()
    assert file.read_bytes() == b"{}"
    assert file.stat().st_mode == (tmp_path / "usual").stat().st_mode


@posix
@pytest.mark.parametrize("mode", [0o755, 0o640, 0o666, 0o600])
def test_permission_bits_are_kept(tmp_path: Path, mode: int) -> None:
    file = tmp_path / "tool.py"
    file.write_text("old")
    file.chmod(mode)
    replace_file(file, b"new")
    assert stat.S_IMODE(file.stat().st_mode) == mode


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() != 0, reason="only root can give a file away")
def test_the_owner_is_kept(tmp_path: Path) -> None:
    file = tmp_path / "app.py"
    file.write_text("old")
    os.chown(file, 1234, 2345)
    replace_file(file, b"new")
    assert (file.stat().st_uid, file.stat().st_gid) == (1234, 2345)


@posix
def test_a_symbolic_link_is_not_followed(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.write_text("theirs")
    for target in (outside, tmp_path / "nothing"):
        link = tmp_path / f"to-{target.name}"
        link.symlink_to(target)
        with pytest.raises(OSError, match="a symbolic link, which is not followed") as caught:
            replace_file(link, b"new")
        assert caught.value.filename == str(link)
        assert link.is_symlink()
    assert outside.read_text() == "theirs"
    assert names(tmp_path) == ["outside", "to-nothing", "to-outside"]


@posix
def test_a_hard_link_keeps_the_old_content(tmp_path: Path) -> None:
    file, other = tmp_path / "app.py", tmp_path / "other"
    file.write_text("old")
    os.link(file, other)
    replace_file(file, b"new")
    assert (file.read_text(), other.read_text()) == ("new", "old")


def test_a_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "app.py").mkdir()
    with pytest.raises(IsADirectoryError, match="Is a directory"):
        replace_file(tmp_path / "app.py", b"new")
    assert names(tmp_path) == ["app.py"]


@posix
def test_a_pipe_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(OSError, match="not a regular file"):
        replace_file(tmp_path / "pipe", b"new")
    assert stat.S_ISFIFO((tmp_path / "pipe").stat().st_mode)


@pytest.mark.parametrize("name", ["missing/app.py", "file/app.py", "n" * 300, "a\0b", "a\ud800b"])
def test_a_place_where_no_file_can_be_is_an_error_with_its_name(tmp_path: Path, name: str) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(OSError, match=r".") as caught:
        replace_file(tmp_path / name, b"new")
    assert caught.value.filename == str(tmp_path / name)
    assert caught.value.strerror
    assert names(tmp_path) == ["file"]


@posix
def test_a_name_as_long_as_names_may_be(tmp_path: Path) -> None:
    file = tmp_path / ("n" * 255)
    replace_file(file, b"new")
    assert file.read_bytes() == b"new"


UNPRIVILEGED = """
import os, sys
from pathlib import Path
from lambdalint.engine.atomic_write import replace_file
os.chdir(sys.argv[1])
if os.geteuid() == 0:
    os.setgroups([])
    os.setgid(65534)
    os.setuid(65534)
try:
    replace_file(Path("app.py"), b"new")
except PermissionError as error:
    print(error)
"""


@posix
@pytest.mark.parametrize(("of_folder", "of_file"), [(0o777, 0o444), (0o555, 0o666)])
def test_what_may_not_be_written_to_is_refused(tmp_path: Path, of_folder: int, of_file: int) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    file = folder / "app.py"
    file.write_text("old")
    file.chmod(of_file)
    folder.chmod(of_folder)
    done = subprocess.run([sys.executable, "-c", UNPRIVILEGED, str(folder)], check=True, capture_output=True, text=True)
    folder.chmod(0o755)
    assert done.stdout == "[Errno 13] Permission denied: 'app.py'\n"
    assert file.read_text() == "old"
    assert names(folder) == ["app.py"]


LIMITED = """
import resource, signal, sys
from pathlib import Path
from lambdalint.engine.atomic_write import replace_file
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
try:
    replace_file(Path(sys.argv[1]), b"x" * 5000)
except OSError as error:
    print(error)
"""


@posix
def test_a_write_that_breaks_off_leaves_the_old_content(tmp_path: Path) -> None:
    file = tmp_path / "app.py"
    file.write_text("old")
    done = subprocess.run([sys.executable, "-c", LIMITED, str(file)], check=True, capture_output=True, text=True)
    assert "File too large" in done.stdout
    assert str(file) in done.stdout
    assert file.read_text() == "old"
    assert names(tmp_path) == ["app.py"]
