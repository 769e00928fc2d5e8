"""The process: environment, working directory, import path, the temporary directory, and the platform's context."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambdalint.flow.containers import known_items
from lambdalint.flow.models.os_path import absolute
from lambdalint.flow.store import PROCESS
from lambdalint.flow.text import CWD_MARK, has_holes, without_marks
from lambdalint.flow.values import (
    FALSE,
    NOTHING,
    UNKNOWN,
    Atom,
    External,
    ExternalObject,
    Mapping,
    Opaque,
    Text,
    Value,
    bounded,
    join,
    texts_of,
)
from lambdalint.model import Hole, HoleKind

if TYPE_CHECKING:
    from collections.abc import Callable

    from lambdalint.flow.external_call import ExternalCall
    from lambdalint.flow.machine import Machine


def _names(value: Value | None) -> list[str] | None:
    """Return the literal names in a value, or None if some are not known."""
    if not value:
        return None
    texts = texts_of(value)
    return None if any(has_holes(text) for text in texts) else texts


def _get(call: ExternalCall) -> Value | None:
    names = _names(call.argument("key@0"))
    default = call.argument("default@1") or NOTHING
    if names is None:
        return join(UNKNOWN, default)
    result: Value = ()
    for name in names:
        result = join(result, call.machine.environment.get(call.machine, name, default))
    return result


def _set_default(call: ExternalCall) -> Value | None:
    names = _names(call.argument("@0"))
    value = call.argument("@1") or UNKNOWN
    result: Value = ()
    for name in names or []:
        result = join(result, call.machine.environment.set_default(call.machine, name, value))
    return result or UNKNOWN


def _update(call: ExternalCall) -> Value | None:
    machine = call.machine
    for name, value in call.arguments.keywords.items():
        machine.environment.set(machine, name, value)
    for atom in call.arguments.at_position(0) or ():
        if isinstance(atom, Mapping):
            for key in machine.store.names(atom.uid):
                if key.startswith("["):
                    machine.environment.set(machine, key[1:-1], machine.store.get(atom.uid, key) or UNKNOWN)
    return NOTHING


def _the_environment(call: ExternalCall) -> Value | None:
    """A copy of the environment, or a view of it, is looked up like the environment itself."""
    return (External("os.environ"),)


def _put(call: ExternalCall) -> Value | None:
    for name in _names(call.argument("@0")) or []:
        call.machine.environment.set(call.machine, name, call.argument("@1") or UNKNOWN)
    return NOTHING


def _change_directory(call: ExternalCall) -> Value | None:
    machine = call.machine
    given = call.argument("path@0")
    results: list[str] = []
    for text in texts_of(given) if given else []:
        results.extend(absolute(machine, text))
    home = without_marks(machine.deployed.room.cwd)
    kept = [text + CWD_MARK if without_marks(text) == home else text.replace(CWD_MARK, "") for text in results]
    machine.store.set(PROCESS, "cwd", bounded(tuple(Text(text) for text in dict.fromkeys(kept))) or UNKNOWN)
    return NOTHING


def _current_directory(call: ExternalCall) -> Value | None:
    return call.machine.store.get(PROCESS, "cwd") or UNKNOWN


def _chdir_context(call: ExternalCall) -> Value | None:
    machine = call.machine
    uid = machine.store.new_uid()
    results = [found for text in texts_of(call.argument("path@0") or UNKNOWN) for found in absolute(machine, text)]
    machine.store.set(uid, "<path>", bounded(tuple(Text(text.replace(CWD_MARK, "")) for text in results)) or UNKNOWN)
    return (ExternalObject("contextlib.chdir", uid),)


def _add_import_path(call: ExternalCall) -> Value | None:
    position = 1 if call.method == "insert" else 0
    given = call.arguments.at_position(position)
    values = [given] if given is not None else []
    if call.method == "extend":
        values = known_items(call.machine, given or ()) or []
    for value in values:
        for text in texts_of(value):
            for path in absolute(call.machine, text):
                if not has_holes(path):
                    call.machine.finder.add_root(without_marks(path), first=call.method == "insert")
    return NOTHING


def _temporary_directory(call: ExternalCall) -> Value | None:
    return (Text(call.machine.temporary_directory),)


def _of_this_process(call: ExternalCall) -> Value | None:
    """What the environment keeps for as long as it lives."""
    return (Opaque(Hole(HoleKind.LOOP, f"{call.method}()", confined=True), truthy=True),)


def _system(call: ExternalCall) -> Value | None:
    return (Text("Linux"),)


def has_attribute(dotted: str) -> bool:
    """Tell whether a dotted name is that of an attribute of the context."""
    return dotted.startswith("aws.lambda.Context.")


def attribute(machine: Machine, dotted: str, atom: Atom | None) -> Value | None:
    """Return attributes of the context that the platform passes to a handler."""
    name = dotted.rpartition(".")[2]
    if name in ("aws_request_id", "log_stream_name"):
        kind = HoleKind.UNIQUE if name == "aws_request_id" else HoleKind.ENVIRONMENT
        return (Opaque(Hole(kind, f"context.{name}", confined=True), truthy=True),)
    if name in ("function_name", "function_version", "memory_limit_in_mb"):
        return (Opaque(Hole(HoleKind.ENVIRONMENT, f"context.{name}", confined=True), truthy=True),)
    return None


MODELS: dict[str, Callable[[ExternalCall], Value | None]] = {
    "os.environ.get": _get,
    "os.environ.pop": _get,
    "os.getenv": _get,
    "os.environ.setdefault": _set_default,
    "os.environ.update": _update,
    "os.putenv": _put,
    "os.environ.copy": _the_environment,
    "os.environ.keys": _the_environment,
    "sys.stdout.isatty": lambda call: FALSE,
    "sys.stdin.isatty": lambda call: FALSE,
    "sys.stderr.isatty": lambda call: FALSE,
    "os.chdir": _change_directory,
    "os.getcwd": _current_directory,
    "os.getcwdb": _current_directory,
    "os.curdir": _current_directory,
    "contextlib.chdir": _chdir_context,
    "sys.path.append": _add_import_path,
    "sys.path.insert": _add_import_path,
    "sys.path.extend": _add_import_path,
    "site.addsitedir": _add_import_path,
    "tempfile.gettempdir": _temporary_directory,
    "tempfile.gettempdirb": _temporary_directory,
    "platform.system": _system,
    **dict.fromkeys(
        (
            "os.getpid",
            "os.getppid",
            "os.getuid",
            "os.getlogin",
            "getpass.getuser",
            "socket.gethostname",
            "platform.node",
            "threading.get_ident",
            "threading.get_native_id",
        ),
        _of_this_process,
    ),
}
