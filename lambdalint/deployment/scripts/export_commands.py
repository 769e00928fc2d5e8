"""The commands that write a requirements file from another manifest."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambdalint.deployment.scripts.command_options import Options, read_options
from lambdalint.deployment.scripts.installs import Export
from lambdalint.deployment.scripts.script_text import has_unknown, in_project

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lambdalint.deployment.scripts.build_folders import BuildFolders
    from lambdalint.deployment.scripts.install_commands import Written
    from lambdalint.deployment.scripts.shell_run import Field, Shell
    from lambdalint.model import Span

MAX_PARENTS = 10

_SOUGHT = frozenset({"pyproject.toml", "Pipfile"})
_POETRY_LONG = frozenset(
    {"format", "output", "with", "without", "only", "extras", "directory", "project", "index", "group"}
)
_PDM_LONG = frozenset({"format", "output", "group", "project", "lockfile", "venv"})
_UV_LONG = frozenset(
    {"format", "package", "prune", "extra", "no-extra", "group", "no-group", "only-group", "output-file", "script"}
    | {"no-editable-package", "no-emit-package", "index", "default-index", "index-url", "extra-index-url", "python"}
    | {"find-links", "index-strategy", "keyring-provider", "upgrade-package", "resolution", "prerelease"}
    | {"exclude-newer", "link-mode", "cache-dir", "refresh-package", "color", "directory", "project", "config-file"}
    | {"constraints", "overrides", "python-version", "python-platform", "annotation-style", "custom-compile-command"}
)
_COMPILE_LONG = frozenset(
    {"output-file", "extra", "index-url", "extra-index-url", "find-links", "resolver", "constraint", "cert", "config"}
    | {"client-cert", "trusted-host", "upgrade-package", "annotation-style", "pip-args", "unsafe-package", "cache-dir"}
)


def export(
    shell: Shell,
    folders: BuildFolders,
    written: Written,
    words: Sequence[Field],
    output: str | None,
    span: Span,
) -> Export | None:
    """Follow a command that exports requirements; *output* is the file that its output goes to.

    Returns what is written where, and notes it for installs of the same run; None for other commands.
    """
    match [given.text for given in words[:3]]:
        case ["poetry", *_]:
            command = _poetry(words[1:])
        case ["pdm", "export", *_]:
            command = _pdm(words[2:])
        case ["uv", "export", *_]:
            command = _uv(words[2:])
        case ["uv", "pip", "compile"]:
            command = _compile(words[3:], uv=True)
        case ["uv" | "pip" | "pip3", "pip" | "freeze", *_] if any(given.text == "freeze" for given in words[1:3]):
            command = (None, None, ())
        case ["pip-compile", *_]:
            command = _compile(words[1:])
        case ["pipenv", *_]:
            command = _pipenv(words[1:])
        case _:
            return None
    if command is None:
        return None
    source, target, groups = command
    target = target or output
    if target is None:
        return None
    path = shell.path(target)
    origin = _found(shell, folders, source) if source else None
    if len(written.manifests) < 100:
        written.manifests[path] = origin, groups
    relative = in_project(path)
    if relative is None or has_unknown(relative):
        return None
    return Export(origin, relative, span, groups)


def _found(shell: Shell, folders: BuildFolders, source: str) -> str | None:
    """Return the project's file *source*; a project's own file is looked for in the folders above, too."""
    path = shell.path(source)
    for _ in range(MAX_PARENTS):
        origin = folders.source_of(path)
        folder, _, name = path.rpartition("/")
        if origin is not None or name not in _SOUGHT or "/" not in folder:
            return origin
        path = f"{folder.rpartition('/')[0]}/{name}"
    return None


_Command = tuple[str | None, str | None, tuple[str, ...]]


def _names(options: Options, *names: str) -> tuple[str, ...]:
    found = [part for option in options.values(*names) for part in option.text.replace(",", " ").split()]
    return tuple(dict.fromkeys(found))


def _below(options: Options, name: str, *where: str) -> str:
    folder = options.last(*where)
    return f"{folder}/{name}" if folder else name


def _poetry(fields: Sequence[Field]) -> _Command | None:
    options = read_options(fields, "foECP", _POETRY_LONG)
    if not options.rest or options.rest[0].text != "export":
        return None
    groups = _names(options, "with", "only", "E", "extras") + (("dev",) if options.has("dev") else ())
    return _below(options, "pyproject.toml", "C", "directory", "P", "project"), options.last("o", "output"), groups


def _pdm(fields: Sequence[Field]) -> _Command:
    options = read_options(fields, "foGpL", _PDM_LONG)
    groups = _names(options, "G", "group")
    return _below(options, "pyproject.toml", "p", "project"), options.last("o", "output"), groups


def _uv(fields: Sequence[Field]) -> _Command | None:
    options = read_options(fields, "oifpPC", _UV_LONG)
    if options.has("package", "all-packages", "script"):
        return None, options.last("o", "output-file"), ()
    groups = _names(options, "extra", "group", "only-group")
    return _below(options, "pyproject.toml", "directory", "project"), options.last("o", "output-file"), groups


def _compile(fields: Sequence[Field], *, uv: bool = False) -> _Command:
    options = read_options(fields, "ocifpPb" if uv else "oifPcr", _UV_LONG if uv else _COMPILE_LONG)
    sources = [given.text for given in options.rest]
    source = sources[0] if len(sources) == 1 else (None if sources or uv else "requirements.in")
    target = options.last("o", "output-file")
    if target is None and source is not None and not uv:
        folder, slash, name = source.rpartition("/")
        target = f"{folder}{slash}{'requirements.txt' if name in _PROJECTS else name.rpartition('.')[0] + '.txt'}"
    return source, target, _names(options, "extra")


_PROJECTS = frozenset({"pyproject.toml", "setup.py", "setup.cfg"})


def _pipenv(fields: Sequence[Field]) -> _Command | None:
    options = read_options(fields, "", frozenset({"categories", "python", "pypi-mirror"}))
    if not options.rest or options.rest[0].text not in ("requirements", "lock"):
        return None
    if options.rest[0].text == "lock" and not options.has("r", "requirements"):
        return None
    groups = _names(options, "categories")
    return "Pipfile", None, groups + (("dev-packages",) if options.has("dev", "d", "dev-only") else ())
