"""Turns the examples of catalogue rows into jobs, in rooms that hold what the examples speak of."""

from __future__ import annotations

import gzip
import io
import sqlite3
import sys
import tarfile
import tempfile
import zipfile
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from sandbox.job import Job

if TYPE_CHECKING:
    from lambdalint.catalogue.schema import EffectRow

_STAGE = """\
import os, shutil
for name in ('a', 'a.txt', 'x.txt'):
    open('/tmp/' + name, 'w').close()
for name in ('d', 'e'):
    os.makedirs('/tmp/' + name)
for name in ('a.zip', 'a.tar', 'a.gz', 'a.db'):
    shutil.copy('/var/task/' + name, '/tmp/' + name)
del os, shutil, name
"""
"""Runs before each example: what it expects to find in ``/tmp``."""

ROOMS = ("absent", "file", "directory")
"""What ``/opt/x`` is: a call that removes or changes needs something to be refused."""


def _archives() -> dict[str, bytes]:
    zipped, tarred = io.BytesIO(), io.BytesIO()
    with zipfile.ZipFile(zipped, "w") as archive:
        archive.writestr("m", "m")
    with tarfile.open(fileobj=tarred, mode="w") as archive:
        member = tarfile.TarInfo("m")
        member.size = 1
        archive.addfile(member, io.BytesIO(b"m"))
    return {"a.zip": zipped.getvalue(), "a.tar": tarred.getvalue(), "a.gz": gzip.compress(b"a")}


def _database() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "a.db")
        connection = sqlite3.connect(path)
        connection.execute("create table t (a)")
        connection.close()
        return path.read_bytes()


@lru_cache(maxsize=1)
def _furniture() -> dict[str, bytes]:
    """Return the files that examples find in ``/var/task`` and ``/opt``."""
    return {
        "a": b"a",
        "a.txt": b"a",
        "a.py": b"a = 1\n",
        "a.uu": b"begin 644 x\n#80``\n`\nend\n",
        "app/__main__.py": b"print()\n",
        "d/f": b"f",
        "python/p.py": b"",
        "a.db": _database(),
        **_archives(),
    }


def is_standard(row: EffectRow) -> bool:
    """Tell whether the call of *row* belongs to the standard library."""
    return row.call.partition(".")[0] in sys.stdlib_module_names


def job_for(name: str, code: str, room: str) -> Job:
    """Return a job that runs *code* where ``/opt/x`` is as *room* says."""
    layer = dict(_furniture())
    if room == "file":
        layer.update({"x": b"x", "x.py": b"x = 1\n", "b": b"b"})
    return Job(
        name,
        files=_furniture(),
        layer_files=layer,
        layer_directories=("x", "b") if room == "directory" else (),
        code=_STAGE + code,
    )
