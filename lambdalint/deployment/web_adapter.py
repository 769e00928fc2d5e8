"""Finds the web application behind a start script, for functions that the Lambda Web Adapter serves."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from lambdalint.deployment.web_program import served_name
from lambdalint.model import Tree

if TYPE_CHECKING:
    from lambdalint.model import Room

MAX_BYTES = 100_000

_SERVER = re.compile(
    r"(?:^|[\s/;&|])(?:uvicorn|gunicorn|hypercorn|daphne|waitress-serve|granian|uwsgi)[ \t]+([^\n;&|]*)"
)
_PROGRAM = re.compile(
    r"(?:^|[\s/;&|])(?:python[\d.]*|fastapi[ \t]+(?:run|dev))[ \t]+(?:-[A-Za-z]+[ \t]+)*(\w[\w./-]*)\.py(?=[\s;&|]|$)"
)
_FLASK = re.compile(r"(?:^|[\s/;&|])flask[ \t]+(?:--app|-A)[ =]([\w.:]+)")
_APPLICATION = re.compile(r"([A-Za-z_][\w.]*):([A-Za-z_]\w*)(?:\(\))?")
_REMARK = re.compile(r"(?m)^[ \t]*#.*$")
_WRAPPER = "AWS_LAMBDA_EXEC_WRAPPER"


def is_wrapped(room: Room) -> bool:
    """Tell whether the functions in *room* are started by an adapter from a layer."""
    return any(variable.name == _WRAPPER for variable in room.env)


def application(script: bytes, tree: Tree | None = None, folder: str = "") -> str | None:
    """Return the application that a start script gives to its server, as ``module.object``; None if it names none.

    A Python program that the script starts, in *folder* of *tree*, is looked at for what it serves.
    """
    text = script[:MAX_BYTES].decode("utf-8", "replace").replace("\r\n", "\n")
    text = _REMARK.sub("", text).replace("\\\n", " ")
    for command in _SERVER.finditer(text):
        for word in command[1].split():
            match = _APPLICATION.fullmatch(word.strip("\"'"))
            if match is not None:
                return f"{match[1]}.{match[2]}"
    for program in _PROGRAM.finditer(text) if tree is not None else ():
        path = Tree.join(folder, f"{program[1]}.py")
        name = served_name(tree, path) if tree is not None and path is not None and path in tree else None
        if name is not None:
            return f"{program[1].removeprefix('./')}.{name}"
    named = _FLASK.search(text)
    if named is None or tree is None:
        return None
    module, _, name = named[1].partition(":")
    path = Tree.join(folder, f"{module.replace('.', '/')}.py")
    return f"{module}.{name or (served_name(tree, path) if path is not None else None) or 'app'}"
