"""Where the analysis runs: on this machine, or on the cluster that ``--executor`` names."""

from __future__ import annotations

import contextlib
import re
from typing import TYPE_CHECKING

import click

from lambdalint.cli.terminal import Failure, warn

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from concurrent.futures import Executor

    from lambdalint.model import Report

ERROR, LOCAL = ON_FAILURE = ("error", "local")
"""What is done where a cluster cannot do the work."""
_ADDRESS = re.compile(r"dask:((?:(?:tcp|tls|ws|wss)://)?(?:\[[0-9A-Fa-f:.]+\]|[^\s:/\[\]]+):[0-9]{1,5})")


def parse(context: click.Context, parameter: click.Parameter, value: str | None) -> str | None:
    """Return the address of the scheduler that the flag names."""
    del context
    if value is None:
        return None
    found = _ADDRESS.fullmatch(value)
    if found is None:
        raise click.BadParameter(f"{value!r} is not like dask:HOST:PORT or dask:tcp://HOST:PORT", param=parameter)
    return found[1]


class Place:
    """Where the analysis runs; for good on this machine once a cluster has failed and that is allowed."""

    def __init__(self, executor: Executor | None, failed: Callable[[Exception], None]) -> None:
        self._executor = executor
        self._failed = failed

    def run(self, analyse: Callable[..., Report]) -> Report:
        """Return the report that *analyse* makes with an executor, which makes it anew where a cluster fails."""
        if self._executor is not None:
            from lambdalint.engine.cluster import ClusterError

            try:
                return analyse(executor=self._executor)
            except ClusterError as error:
                self._failed(error)
                self._executor = None
        return analyse()


@contextlib.contextmanager
def chosen(scheduler: str | None, on_failure: str | None, *, quiet: bool) -> Iterator[Place]:
    """Give the place that the flags name; a cluster that fails ends the run if *on_failure* does not say otherwise."""

    def failed(error: Exception) -> None:
        from lambdalint.output.escape import escape

        if on_failure != LOCAL:
            raise Failure(f"--executor dask:{scheduler}: {error}") from None
        if not quiet:
            warn(f"warning: --executor dask:{scheduler}: {escape(str(error))}; the analysis runs on this machine\n")

    if scheduler is None:
        if on_failure is not None:
            raise click.UsageError("--executor-failure is about --executor, which is not given")
        yield Place(None, failed)
        return
    from lambdalint.engine.cluster import ClusterError
    from lambdalint.engine.dask_executor import connect

    with contextlib.ExitStack() as stack:

        def left(error: Exception) -> None:
            stack.close()  # its threads end before this machine's own pool starts processes
            failed(error)

        executor = None
        try:
            executor = stack.enter_context(connect(scheduler))
        except ClusterError as error:
            failed(error)
        yield Place(executor, left)
