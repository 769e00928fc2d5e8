"""What the command of an image starts: the handler of a function, an application behind a server, or a program."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import msgspec

from lambdalint.deployment import web_adapter
from lambdalint.deployment.dockerfile_syntax import absolute, split
from lambdalint.deployment.web_program import MODULE, served_name

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from lambdalint.deployment.dockerfile import ImageFacts
    from lambdalint.model import Tree

MAX_WORDS = 100

_HANDLER = re.compile(r"[A-Za-z_][\w./-]*\.[A-Za-z_]\w*")
_APPLICATION = re.compile(r"([A-Za-z_][\w.]*):([A-Za-z_]\w*)(?:\(.*\))?")
_MODULE = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+")
_SERVERS = frozenset({"uvicorn", "gunicorn", "hypercorn", "daphne", "waitress-serve", "fastapi", "flask", "streamlit"})
_PROGRAM = re.compile(r"(?:.*/)?(?:python[\d.]*|sh|bash|node|java)")
_PYTHON = re.compile(r"(?:.*/)?python[\d.]*")
_SHELL = re.compile(r"(?:.*/)?(?:sh|bash|ash|dash)")
_SCRIPTS = (".py", ".sh", ".js", ".mjs", ".jar", ".rb")
_VARIABLE = re.compile(r"\$(?:(\w+)|\{(\w+)(?::?-([^${}]*))?\})")
_FOLDERS = ("--chdir", "--app-dir")
_FIRST = {"flask": ("app.py", "wsgi.py"), "fastapi": ("main.py", "app.py", "api.py", "app/main.py")}
"""The files that a tool takes when its command names none."""


class Started(msgspec.Struct, frozen=True):
    """What a command starts.

    ``handler`` is ``module.name`` of a handler or an application. ``scripts`` are files of the image, of which the
    first one that is there is run instead; ``name`` is the name in it that is served, if that is stated. ``folder`` is
    where the server looks for modules, if not in the working directory. ``serves`` tells that a server is started, or
    another program than the runtime's client.
    """

    handler: str | None = None
    scripts: tuple[str, ...] = ()
    name: str | None = None
    folder: str | None = None
    serves: bool = False


def started(words: Sequence[str], env: Mapping[str, str | None], *, adapter: bool) -> Started:
    """Return what the *words* of a command start; *adapter* tells that requests are passed on to a server."""
    parts = _parts(words, env)
    serves = any(part.rpartition("/")[2] in _SERVERS for part in parts)
    if adapter:
        found = _server(parts, env)
        return found if found is not None else Started(serves=True)
    if serves:
        return Started(serves=True)
    for part in reversed(parts):
        if _HANDLER.fullmatch(part) and not part.endswith(_SCRIPTS) and not part.startswith(("awslambdaric.", "/")):
            runs = any(_PROGRAM.fullmatch(other) for other in parts) and "awslambdaric" not in parts
            return Started(serves=True) if runs and "-m" in parts else Started(part)
    return Started(serves=any(_PROGRAM.fullmatch(part) for part in parts))


def application(tree: Tree, facts: ImageFacts, found: Started, workdir: str) -> str | None:
    """Return the application that a program serves, as ``module.name`` from *workdir*; None if it is not known."""
    for script in found.scripts:
        place = absolute(workdir, script)
        path = project_file(tree, facts, place)
        if path is None:
            continue
        if not path.endswith(".py"):
            return web_adapter.application(tree.read(path) or b"")
        below = place[len(workdir.rstrip("/")) + 1 :] if place.startswith(f"{workdir.rstrip('/')}/") else None
        name = found.name or served_name(tree, path)
        if below is None or name is None:
            return None
        return f"{below.removesuffix('.py').replace('/', '.')}.{name}"
    return None


def project_file(tree: Tree, facts: ImageFacts, place: str) -> str | None:
    """Return the project's file that lies at *place* in the image, or None."""
    for source, at in reversed(facts.copies):
        if at == place and source in tree:
            return source
        if place.startswith(f"{at.rstrip('/')}/"):
            path = f"{source}/{place[len(at.rstrip('/')) + 1 :]}".lstrip("/")
            if path in tree:
                return path
    return None


def _parts(words: Sequence[str], env: Mapping[str, str | None]) -> list[str]:
    """Return the words of a command, with those of what a shell is given to run, and without variables."""

    def value(match: re.Match[str]) -> str:
        return env.get(match[1] or match[2]) or match[3] or match[0]

    parts: list[str] = []
    for index, word in enumerate(words[:MAX_WORDS]):
        is_script = index > 0 and re.fullmatch(r"-[a-z]*c", words[index - 1]) is not None
        if " " in word and (is_script or len(words) < 4):
            parts += [part.rstrip(";") for part in split(_VARIABLE.sub(value, word))]
        else:
            parts.append(_VARIABLE.sub(value, word))
    return parts[:MAX_WORDS]


def _server(parts: list[str], env: Mapping[str, str | None]) -> Started | None:
    """Return what a command serves that starts a web server."""
    folder = next((value for one in _FOLDERS if (value := _option(parts, one)) is not None), None)
    for part in parts:
        match = _APPLICATION.fullmatch(part)
        if match is not None:
            return Started(f"{match[1]}.{match[2]}", folder=folder, serves=True)
    tool = next((part.rpartition("/")[2] for part in parts if part.rpartition("/")[2] in _SERVERS), None)
    if tool == "gunicorn":
        module = next((part for part in parts if _MODULE.fullmatch(part) and not part.endswith(_SCRIPTS)), None)
        return Started(f"{module}.application", folder=folder, serves=True) if module is not None else None
    if tool in {"flask", "fastapi", "streamlit"}:
        return _tool(tool, parts, env)
    for index, part in enumerate(parts):
        following = [one for one in parts[index + 1 :] if one in {"-m", "-c"} or not one.startswith("-")]
        if _PYTHON.fullmatch(part) and following:
            if following[0] == "-m" and len(following) > 1:
                stem = following[1].replace(".", "/")
                return Started(scripts=(f"{stem}.py", f"{stem}/__main__.py"), serves=True)
            return Started(scripts=(following[0],), serves=True) if following[0].endswith(".py") else None
        if (_SHELL.fullmatch(part) and following) or part.endswith(".sh"):
            script = part if part.endswith(".sh") else following[0]
            return Started(scripts=(script,), serves=True) if script != "-c" else None
    return Started(scripts=(parts[0],), serves=True) if len(parts) == 1 and not _HANDLER.fullmatch(parts[0]) else None


def _tool(tool: str, parts: list[str], env: Mapping[str, str | None]) -> Started:
    """Return what ``flask run``, ``fastapi run`` or ``streamlit run`` serves."""
    files = [part for part in parts if part.endswith(".py")]
    if tool == "streamlit":
        return Started(scripts=tuple(files[:1]), name=MODULE, serves=True)
    if tool == "fastapi":
        return Started(scripts=tuple(files[:1]) or _FIRST[tool], name=_option(parts, "--app"), serves=True)
    named = _option(parts, "--app") or _option(parts, "-A") or env.get("FLASK_APP")
    if not named:
        return Started(scripts=_FIRST[tool], serves=True)
    module, _, name = named.removesuffix(".py").partition(":")
    stem = module.removesuffix(".py").replace(".", "/")
    return Started(scripts=(f"{stem}.py", f"{stem}/__init__.py"), name=name.partition("(")[0] or None, serves=True)


def _option(parts: list[str], name: str) -> str | None:
    """Return the value of an option of a command, or None."""
    for index, part in enumerate(parts):
        if part.startswith(f"{name}="):
            return part[len(name) + 1 :]
        if part == name and index + 1 < len(parts):
            return parts[index + 1]
    return None
