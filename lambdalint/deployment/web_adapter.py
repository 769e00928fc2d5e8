"""Finds the web application behind a start script, for functions that the Lambda Web Adapter serves."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lambdalint.model import Room

MAX_BYTES = 100_000

_SERVER = re.compile(r"(?:^|[\s/;&|])(?:uvicorn|gunicorn|hypercorn|daphne|waitress-serve)[ \t]+([^\n;&|]*)")
_APPLICATION = re.compile(r"([A-Za-z_][\w.]*):([A-Za-z_]\w*)(?:\(\))?")
_REMARK = re.compile(r"(?m)^[ \t]*#.*$")
_WRAPPER = "AWS_LAMBDA_EXEC_WRAPPER"


def is_wrapped(room: Room) -> bool:
    """Tell whether the functions in *room* are started by an adapter from a layer."""
    return any(variable.name == _WRAPPER for variable in room.env)


def application(script: bytes) -> str | None:
    """Return the application that a start script gives to its server, as ``module.object``; None if it names none."""
    text = script[:MAX_BYTES].decode("utf-8", "replace").replace("\r\n", "\n")
    for command in _SERVER.finditer(_REMARK.sub("", text).replace("\\\n", " ")):
        for word in command[1].split():
            match = _APPLICATION.fullmatch(word.strip("\"'"))
            if match is not None:
                return f"{match[1]}.{match[2]}"
    return None
