"""A stand-in for the SDK that Lambda's runtime brings: object storage in memory, and services that always answer.

An object exists unless a part of its key, or its bucket, is called ``absent``. It holds what was uploaded, or else
what ``objects`` makes of its key.
"""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import io
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from sandbox.inside.objects import content_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from types import ModuleType

_ANSWER = {"ResponseMetadata": {"HTTPStatusCode": 200}}
_ABSENT = "absent"
_POSITIONAL = {
    "download_file": ("Bucket", "Key", "Filename"),
    "download_fileobj": ("Bucket", "Key", "Fileobj"),
    "upload_file": ("Filename", "Bucket", "Key"),
    "upload_fileobj": ("Fileobj", "Bucket", "Key"),
}
"""The order of the parameters that may be given by position. A bucket or an object as a resource knows the first."""


class ClientError(Exception):
    """A refusal by a service."""

    def __init__(self, error_response: dict[str, Any], operation_name: str) -> None:
        self.response, self.operation_name = error_response, operation_name
        super().__init__(f"An error occurred calling {operation_name}: {error_response['Error']}")


class _Storage:
    """Object storage: one method an operation, with parameters in small letters."""

    def __init__(self) -> None:
        self._stored: dict[tuple[str, str], bytes] = {}

    def download_file(self, bucket: str, key: str, filename: str, **_: object) -> None:
        content = self._content(bucket, key)
        Path(filename).write_bytes(content)

    def download_fileobj(self, bucket: str, key: str, fileobj: Any, **_: object) -> None:
        fileobj.write(self._content(bucket, key))

    def upload_file(self, bucket: str, key: str, filename: str, **_: object) -> None:
        self._store(bucket, key, Path(filename).read_bytes())

    def upload_fileobj(self, bucket: str, key: str, fileobj: Any, **_: object) -> None:
        self._store(bucket, key, fileobj.read())

    def get_object(self, bucket: str, key: str, **_: object) -> dict[str, Any]:
        content = self._content(bucket, key)
        return {**_ANSWER, "Body": _Body(content), "ContentLength": len(content), "Metadata": {}}

    def head_object(self, bucket: str, key: str, **_: object) -> dict[str, Any]:
        return {**_ANSWER, "ContentLength": len(self._content(bucket, key)), "ETag": '"0"', "Metadata": {}}

    def put_object(self, bucket: str, key: str, body: Any = b"", **_: object) -> dict[str, Any]:
        content = body.read() if hasattr(body, "read") else body
        self._store(bucket, key, content.encode() if isinstance(content, str) else content)
        return dict(_ANSWER)

    def list_objects_v2(self, bucket: str, prefix: str = "", **_: object) -> dict[str, Any]:
        self._refuse_absent(bucket, prefix)
        keys = [f"{prefix}{name}.txt" for name in ("first", "second")]
        return {**_ANSWER, "KeyCount": 2, "Contents": [{"Key": key, "Size": len(content_of(key))} for key in keys]}

    get, put, list_objects = get_object, put_object, list_objects_v2

    def _content(self, bucket: str, key: str) -> bytes:
        self._refuse_absent(bucket, key)
        return self._stored.get((bucket, key), content_of(key))

    def _store(self, bucket: str, key: str, content: bytes) -> None:
        self._refuse_absent(bucket, key)
        self._stored[bucket, key] = content

    @staticmethod
    def _refuse_absent(bucket: str, key: str) -> None:
        path = PurePosixPath(bucket, key)
        if _ABSENT in (*path.parts, path.stem):
            raise ClientError({"Error": {"Code": "404", "Message": "Not Found"}}, "HeadObject")


class _Body(io.BytesIO):
    """The stream of an object's content."""

    def iter_chunks(self, chunk_size: int = 1024) -> Iterator[bytes]:
        while chunk := self.read(chunk_size):
            yield chunk


_STORAGE = _Storage()


class Service:
    """A client, or a resource with what it stands for (a bucket, an object of it); any name is an operation."""

    def __init__(self, name: str, known: Mapping[str, str]) -> None:
        self._name, self._known = name, known
        self.bucket_name = self.name = known.get("Bucket", "")
        self.key = known.get("Key", "")

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        if name == "exceptions":
            return _Exceptions()
        if name == "meta":
            return _Meta(self._name)
        if name == "get_paginator":
            return lambda operation: _Paginator(getattr(self, operation))
        if name in ("Bucket", "Object"):
            return lambda *names: self._part(names)
        operation = getattr(_STORAGE, name, None) if self._name == "s3" else None
        if operation is not None:
            return lambda *values, **parameters: operation(**self._parameters(name, values, parameters))
        if name[:1].isupper():
            return lambda *names: Service(self._name, self._known)
        return lambda *values, **parameters: dict(_ANSWER)

    def _part(self, names: Sequence[str]) -> Service:
        lacking = [name for name in ("Bucket", "Key") if name not in self._known]
        return Service(self._name, {**self._known, **dict(zip(lacking, names, strict=False))})

    def _parameters(self, operation: str, values: Sequence[object], given: Mapping[str, object]) -> dict[str, Any]:
        names = [name for name in _POSITIONAL.get(operation, ()) if name not in self._known]
        found = {**self._known, **dict(zip(names, values, strict=False)), **given}
        return {name.lower(): value for name, value in found.items()}


class _Exceptions:
    def __getattr__(self, name: str) -> type[ClientError]:
        return ClientError


class _Meta:
    def __init__(self, service: str) -> None:
        self.client = Service(service, {})


class _Paginator:
    """Gives the one page that an operation returns."""

    def __init__(self, operation: Any) -> None:
        self._operation = operation

    def paginate(self, **parameters: object) -> Iterator[dict[str, Any]]:
        yield self._operation(**parameters)


class Session:
    """Makes clients and resources."""

    def __init__(self, *_: object, **settings: object) -> None:
        self._settings = settings

    @staticmethod
    def client(service_name: str, *_: object, **settings: object) -> Service:
        """Return a client of the service, or the service as a resource."""
        return Service(service_name, {})

    resource = client


class _Settings:
    """Accepts any setting."""

    def __init__(self, *values: object, **settings: object) -> None:
        self.settings = (values, settings)


_MODULES: dict[str, dict[str, object]] = {
    "boto3": {"Session": Session, "client": Session.client, "resource": Session.resource},
    "boto3.s3": {},
    "boto3.s3.transfer": {"TransferConfig": _Settings},
    "boto3.session": {"Session": Session},
    "botocore": {},
    "botocore.client": {"Config": _Settings},
    "botocore.config": {"Config": _Settings},
    "botocore.exceptions": {"BotoCoreError": ClientError, "ClientError": ClientError},
}


class SdkFinder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds the stand-ins, whatever the machine has installed, but for an SDK that the job brings in *folders*."""

    def __init__(self, folders: Sequence[str]) -> None:
        self._folders = folders

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if fullname not in _MODULES:
            return None
        if importlib.machinery.PathFinder.find_spec(fullname.partition(".")[0], self._folders) is not None:
            return None
        return importlib.machinery.ModuleSpec(fullname, self, is_package=True)

    def exec_module(self, module: ModuleType) -> None:
        vars(module).update(_MODULES[module.__name__])
