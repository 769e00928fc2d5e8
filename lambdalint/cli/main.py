"""The program: the group of all commands, and the boundary that turns what goes wrong into one line."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from lambdalint import __version__, rerun
from lambdalint.cli.baseline import baseline
from lambdalint.cli.cache import cache
from lambdalint.cli.catalogue import catalogue
from lambdalint.cli.check import check
from lambdalint.cli.configuration import configuration
from lambdalint.cli.explain import explain
from lambdalint.cli.functions import functions
from lambdalint.cli.rules import list_rules, show_rule
from lambdalint.cli.terminal import CLEAN, FAILED, INTERRUPTED, warn

if TYPE_CHECKING:
    from collections.abc import Sequence


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, message="lambdalint %(version)s")
def commands() -> None:
    """Find, before deployment, what Python code on AWS Lambda gets wrong about its file system."""


for command in (check, functions, explain, show_rule, list_rules, catalogue, baseline, configuration, cache):
    commands.add_command(command)


def run(arguments: Sequence[str] | None = None) -> int:
    """Run the command line with *arguments* (by default the process's own) and return the exit code."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(encoding="utf-8", errors="backslashreplace")
    try:
        code = commands.main(
            None if arguments is None else list(arguments), prog_name="lambdalint", standalone_mode=False
        )
    except click.ClickException as error:
        error.show()
        return FAILED
    except (click.Abort, KeyboardInterrupt):
        warn("lambdalint: interrupted\n")
        return INTERRUPTED
    except Exception as error:  # the boundary of the process: one line instead of a traceback
        cause = " ".join(str(error).split()) or "no message"
        warn(f"lambdalint: internal error: {type(error).__name__}: {cause}; please report it\n")
        return FAILED
    return code if isinstance(code, int) else CLEAN


def main() -> None:
    """Run the command line and exit."""
    code = run()
    known = rerun.current()
    if known is not None:
        known.end(code)
    sys.exit(code)
