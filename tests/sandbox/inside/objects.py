"""What the room's object storage holds: content of the kind that a key's extension promises, different for each key."""

from __future__ import annotations

import gzip
import io
import tarfile
import zipfile
from pathlib import PurePosixPath


def content_of(key: str) -> bytes:
    """Return the content of the object *key*: an archive has one member, named after the archive."""
    path = PurePosixPath(key)
    member, text = f"{path.name.partition('.')[0]}.txt", f"{key}\n".encode()
    suffixes = "".join(path.suffixes)
    if suffixes.endswith(".zip"):
        return _zipped(member, text)
    if suffixes.endswith((".tar", ".tgz", ".tar.gz")):
        tarred = _tarred(member, text)
        return tarred if suffixes.endswith(".tar") else gzip.compress(tarred)
    if suffixes.endswith(".gz"):
        return gzip.compress(text)
    return b"{}" if suffixes.endswith(".json") else text


def _zipped(member: str, content: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr(member, content)
    return stream.getvalue()


def _tarred(member: str, content: bytes) -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as archive:
        information = tarfile.TarInfo(member)
        information.size = len(content)
        archive.addfile(information, io.BytesIO(content))
    return stream.getvalue()
