"""What becomes of a child process's failure: which calls raise, and which leave it to the exit status."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambdalint.flow.values import FALSE, TRUE

if TYPE_CHECKING:
    from lambdalint.flow.external_call import ExternalCall

MADE_BY_NAME = ("sh.", "plumbum.cmd.")
"""Packages whose attributes are programs: ``sh.git.clone(...)``."""

_CHECKED = {
    "subprocess.check_call": "CalledProcessError",
    "subprocess.check_output": "CalledProcessError",
    "anyio.run_process": "CalledProcessError",
    "trio.run_process": "CalledProcessError",
    "invoke.run": "UnexpectedExit",
}
"""Calls that raise where a command fails, unless they are told otherwise."""
_QUIET = ("soffice", "libreoffice", "lowriter", "localc", "loffice", "chrome", "chromium", "google-chrome", "headless")
"""Beginnings of the names of programs whose exit status need not tell of a failure."""
_UNCHECKED = {
    "os.popen": "raises no exception, and only close() tells",
    "subprocess.getoutput": "raises no exception, and takes the error message for output",
    "commands.getoutput": "raises no exception, and takes the error message for output",
    "fabric.api.local": "aborts",
}


def names_program(name: str) -> bool:
    """Tell whether a dotted name is that of a program, by the package it is looked up in."""
    return name.startswith(MADE_BY_NAME) and not name.endswith((".Command", ".bake", ".contrib"))


def failure_of(call: ExternalCall, callee: str, *, noticed: bool) -> str:
    """Return what a call does where its command fails, as a clause, or nothing where that is not known.

    ``callee`` is the command's name in effects, ``noticed`` tells that its failure is that of the whole script.
    """
    if callee.removeprefix("command ").startswith(_QUIET):
        return "need not raise anything, as the program may exit as if it had succeeded"
    if names_program(call.name):
        error = "ErrorReturnCode" if call.name.startswith("sh.") else "ProcessExecutionError"
        return f"raises {error}"
    if call.arguments.rest or call.arguments.others:
        return ""
    error = _CHECKED.get(call.name, "CalledProcessError" if call.argument("check") == TRUE else "")
    if not error or call.argument("check") == FALSE or call.argument("warn") == TRUE:
        return _UNCHECKED.get(call.name, "raises no exception, and only the exit status tells")
    return f"raises {error}" if noticed else "need not raise anything, as the script goes on"
