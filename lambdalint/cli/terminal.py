"""Standard output and standard error, and how a run that fails ends."""

from __future__ import annotations

import contextlib
import os
import sys
from typing import TYPE_CHECKING, Any

import click

from lambdalint import rerun

if TYPE_CHECKING:
    from collections.abc import Iterator

CLEAN, FINDINGS, FAILED, INTERRUPTED = 0, 1, 2, 130


class Failure(click.ClickException):
    """An error that ends the run, told in one line."""

    exit_code = FAILED

    def show(self, file: Any = None) -> None:  # click's own signature
        """Write the line to standard error."""
        from lambdalint.output.escape import escape

        click.echo(f"lambdalint: error: {escape(self.message)}", file=file, err=True)


def write(text: str) -> None:
    """Write to standard output; a reader that has gone away is no error."""
    run = rerun.current()
    if run is not None:
        run.tell(text, error=False)
    with _reader_may_go():
        sys.stdout.write(text)
        sys.stdout.flush()


def write_bytes(content: bytes) -> None:
    """Write what is text of any encoding to standard output; on a terminal, in a form that cannot control it."""
    if sys.stdout.isatty():
        from lambdalint.output.escape import escape

        lines = content.decode("utf-8", "replace").split("\n")
        write("\n".join(escape(line.expandtabs()) for line in lines))
        return
    with _reader_may_go():
        sys.stdout.buffer.write(content)
        sys.stdout.flush()


@contextlib.contextmanager
def _reader_may_go() -> Iterator[None]:
    try:
        yield
    except BrokenPipeError:
        # What is still buffered would raise again when the interpreter flushes at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def warn(text: str) -> None:
    """Write to standard error; a reader that has gone away is no error."""
    run = rerun.current()
    if run is not None:
        run.tell(text, error=True)
    with contextlib.suppress(BrokenPipeError):
        sys.stderr.write(text)
        sys.stderr.flush()


def has_color() -> bool:
    """Tell whether standard output shows colours."""
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
