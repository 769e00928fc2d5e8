"""Runs the analysis on the workers of a Dask cluster."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
import time
import warnings
from concurrent.futures import Executor, Future
from typing import TYPE_CHECKING, Any, TypeVar
from uuid import uuid4
from weakref import WeakKeyDictionary, WeakSet

from lambdalint.engine import cluster
from lambdalint.engine.cluster import ClusterError, OtherInstallation, TaskLost

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from lambdalint.model import Tree

_Result = TypeVar("_Result")

_CONNECTING = 5.0
_ASKING = 30.0
_WITHOUT_WORKERS = 60.0
_BETWEEN_LOOKS = 2.0
"""Seconds for a connection, for an answer of the scheduler, until a worker comes, and between looks for workers."""
_LOGGERS = ("distributed", "tornado", "asyncio")


@contextlib.contextmanager
def connect(address: str, *, without_workers: float = _WITHOUT_WORKERS) -> Iterator[Executor]:
    """Give an executor that works on the cluster whose scheduler listens at *address*.

    What is submitted and not done is cancelled at the end. A cluster that has no worker for *without_workers* seconds
    is given up.

    Raises:
        ClusterError: there is no such cluster, or its workers have another lambdalint or Python.
    """
    try:
        import distributed
    except ImportError as error:
        raise ClusterError(f"Dask cannot be imported ({error}): pip install 'lambdalint[dask]'") from None
    with _quiet():
        try:
            _knock(address)
            client = distributed.Client(address, timeout=_CONNECTING, set_as_default=False, name="lambdalint")
        except Exception as error:  # whatever the transport raises
            raise ClusterError(f"no scheduler answers: {_told(error)}") from None
        executor = DaskExecutor(client, without_workers)
        try:
            executor.compare_installations()
            yield executor
        finally:
            executor.shutdown(wait=False, cancel_futures=True)
            with contextlib.suppress(Exception):
                client.close(timeout=_CONNECTING)


def _knock(address: str) -> None:
    """Raise OSError where nothing listens: Dask itself would try again until its time is over."""
    host, _, port = address.rpartition("://")[2].rpartition(":")
    socket.create_connection((host.strip("[]"), int(port)), _CONNECTING).close()


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Silence the warnings and logs of Dask: what matters of them is raised."""
    names = [name for name in logging.root.manager.loggerDict if name.partition(".")[0] in _LOGGERS]
    levels = {name: logging.getLogger(name).level for name in names}
    for name in names:
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        for name, level in levels.items():
            logging.getLogger(name).setLevel(level)


def _told(error: BaseException) -> str:
    return f"{type(error).__name__}: {' '.join(str(error).split())[:300]}".removesuffix(": ")


class DaskExecutor(Executor):
    """Submits calls to a cluster, each tree as it is when it is first needed.

    *client* is a ``distributed.Client``. Results raise :class:`TaskLost` where the workers ended that ran the task,
    and :class:`ClusterError` where the cluster is gone.
    """

    def __init__(self, client: Any, without_workers: float = _WITHOUT_WORKERS) -> None:
        self._client = client
        self._without_workers = without_workers
        self._worked = time.monotonic()
        self._snapshots: WeakKeyDictionary[Tree, Any] = WeakKeyDictionary()
        self._asked: WeakSet[Any] = WeakSet()

    def compare_installations(self) -> None:
        """Raise ClusterError if a worker has another lambdalint or Python than this machine."""
        try:
            # called on the client's own loop, run() is a coroutine, which may take so long
            found = self._client.sync(
                self._client.run, cluster.installation, on_error="return", callback_timeout=_ASKING
            )
        except Exception as error:  # whatever the transport raises
            raise ClusterError(f"its workers do not answer: {_told(error)}") from None
        for worker, answer in sorted(found.items()):
            if isinstance(answer, BaseException):
                raise ClusterError(f"worker {worker} cannot run lambdalint: {_told(answer)}")
            differs = cluster.difference(answer)
            if differs is not None:
                raise ClusterError(f"worker {worker} would report other things: {differs}")

    def submit(self, fn: Callable[..., _Result], /, *args: Any, **kwargs: Any) -> Future[_Result]:
        """Send the call to the cluster."""
        if kwargs:
            raise TypeError("calls with keywords are not sent")
        sent = cluster.parcel(fn, args)
        try:
            snapshot = None if sent.tree is None else self._snapshot(sent.tree)
            asked = self._submit(cluster.run, snapshot, sent.content, cluster.installation())
        except Exception as error:  # whatever the transport raises
            raise ClusterError(f"a task could not be sent: {_told(error)}") from None
        self._asked.add(asked)
        return _Answer(self, asked, lambda: fn(*args))

    def _snapshot(self, tree: Tree) -> Any:
        if tree not in self._snapshots:
            # a task, not scattered data: what a worker takes with it when it ends can be made again
            self._snapshots[tree] = self._submit(cluster.unpack, cluster.pack(tree), cluster.installation())
        return self._snapshots[tree]

    def _submit(self, fn: Callable[..., object], *args: Any) -> Any:
        return self._client.submit(fn, *args, key=f"lambdalint-{fn.__name__}-{uuid4().hex}", pure=False)

    def require_workers(self) -> None:
        """Raise ClusterError if the scheduler does not answer, or has had no worker for too long."""
        try:
            workers = self._client.sync(self._client.nthreads, callback_timeout=_ASKING)
        except Exception as error:  # whatever the transport raises
            raise ClusterError(f"its scheduler does not answer any more: {_told(error)}") from None
        if workers:
            self._worked = time.monotonic()
        elif time.monotonic() - self._worked > self._without_workers:
            raise ClusterError(f"it has had no worker for {self._without_workers:g} seconds")

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Forget what was submitted; with *cancel_futures*, also on the cluster."""
        del wait
        asked = [one for one in self._asked if not one.done()]
        if cancel_futures and asked and self._client.status == "running":
            with contextlib.suppress(Exception):
                self._client.sync(self._client.cancel, asked, force=True, callback_timeout=_CONNECTING)
        self._snapshots.clear()


class _Answer(Future[_Result]):
    """The result of a task on the cluster; *work* makes it here where the worker lacked a file."""

    def __init__(self, executor: DaskExecutor, asked: Any, work: Callable[[], _Result]) -> None:
        super().__init__()
        self._executor = executor
        self._asked = asked
        self._work = work

    def result(self, timeout: float | None = None) -> _Result:
        """Wait for the result, as long as the cluster lives."""
        del timeout
        encoded = self._wait()
        return self._work() if encoded is None else cluster.decoded(encoded)

    def _wait(self) -> bytes | None:
        from distributed.scheduler import KilledWorker

        while True:
            try:
                encoded: bytes | None = self._asked.result(timeout=_BETWEEN_LOOKS)
            except KilledWorker as error:
                raise TaskLost(str(error)) from None
            except OtherInstallation as error:
                raise ClusterError(f"a worker would report other things: {error}") from None
            except (Exception, asyncio.CancelledError) as error:  # whatever the transport raises
                if getattr(error, "reason", None) == "scheduler-connection-lost":
                    raise ClusterError("the connection to its scheduler was lost") from None
                if self._asked.done():
                    raise ClusterError(f"a task came to nothing: {_told(error)}") from None
                self._executor.require_workers()
            else:
                return encoded
