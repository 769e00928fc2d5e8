"""What ``genezio.yaml`` states of the room of a function, and of its package."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from msgspec.structs import replace

from lambdalint.deployment.node import Scalar
from lambdalint.deployment.rooms import merge_environment
from lambdalint.model import Build, EnvironmentVariable, Manifest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lambdalint.deployment.node import Node
    from lambdalint.model import Room, Tree

MAX_VARIABLES = 500

_EXPRESSION = re.compile(r"\$\{\{.*?\}\}", re.DOTALL)
_RUNTIME = re.compile(r"(python\d+\.\d+)\.x")
_MANIFESTS = ("requirements.txt", "pyproject.toml")


def given(node: Node | None, name: str) -> Node | None:
    """Return what *node* sets *name* to; None where it is not set, or null."""
    found = node.get(name) if node is not None else None
    return None if isinstance(found, Scalar) and found.value is None else found


def known_text(node: Node | None) -> str | None:
    """Return the text of *node*; None where it is none, or holds an expression that the deployment replaces."""
    text = node.text.strip() if node is not None and node.text is not None else None
    return None if text is None or is_expression(text) else text


def is_expression(text: str) -> bool:
    """Tell whether *text* holds ``${{...}}``, whose value is known when the project is deployed."""
    return _EXPRESSION.search(text) is not None


def with_settings(room: Room, block: Node, runtime: Node | None, environment: Node | None) -> Room:
    """Return *room* with what the *block* of a function states.

    The file is not the only place for variables: there are those of the dashboard and of ``--env``. Without a number
    of concurrent requests, the platform decides.
    """
    size, timeout, most = (given(block, name) for name in ("storageSize", "timeout", _CONCURRENT))
    requests = _number(most)
    known = known_text(runtime)
    version = _RUNTIME.fullmatch(known or "")
    settings = {"tmp_mb": size, "timeout": timeout, "runtime": runtime, "environment": environment}
    return replace(
        room,
        tmp_mb=room.tmp_mb if size is None else _number(size),
        timeout=_number(timeout),
        runtime=version[1] if version is not None else known,
        concurrent_requests=None if requests is None else requests > 1,
        env=merge_environment(room.env, _variables(environment)),
        env_complete=False,
        spans=tuple((name, node.span) for name, node in settings.items() if node is not None),
    )


def build(tree: Tree, folder: str, *, scripted: bool) -> Build:
    """Return how the package of a function in *folder* is made; *scripted* tells that the project runs commands first.

    The CLI installs ``requirements.txt``, else the project of ``pyproject.toml``, with pip beside the code, whatever
    the package manager is called: ``functionToCloudInput`` of
    https://github.com/Genez-io/genezio/blob/main/src/commands/deploy/genezio.ts.
    """
    paths = (f"{folder}/{name}".lstrip("/") for name in _MANIFESTS)
    manifest = next((path for path in paths if path in tree), None)
    return Build((Manifest(manifest),) if manifest is not None else (), complete=not scripted)


_CONCURRENT = "maxConcurrentRequestsPerInstance"


def _variables(environment: Node | None) -> Iterator[EnvironmentVariable]:
    for entry in environment.entries[:MAX_VARIABLES] if environment is not None else ():
        yield EnvironmentVariable(entry.name, known_text(entry.value), entry.key.span)


def _number(node: Node | None) -> int | None:
    text = node.text if node is not None else None
    return int(text) if text is not None and re.fullmatch(r"\d{1,9}", text, re.ASCII) else None
