"""Spreads work over an executor, in portions that do not depend on it."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any, TypeVar, cast

from lambdalint.engine.garbage import collect_seldom

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from concurrent.futures import Executor, Future

    from lambdalint.model import Function, Tree

_Task = TypeVar("_Task")
_Result = TypeVar("_Result")

MAX_BATCHES = 16
POOL_PAYS_FROM = 200
"""Python files below which starting worker processes costs more than it saves."""


def batches(functions: Sequence[Function], python_files: int) -> list[tuple[Function, ...]]:
    """Divide *functions* into portions of whole code roots, neighbours together.

    The division depends on the project only. Each portion costs a pass over the tree, so small projects have
    one.
    """
    if python_files < POOL_PAYS_FROM or not functions:
        return [tuple(functions)]
    groups: dict[str, list[Function]] = {}
    for function in functions:
        groups.setdefault(function.code_root, []).append(function)
    limit = max(1, -(-len(functions) // MAX_BATCHES))
    found: list[list[Function]] = [[]]
    for _, group in sorted(groups.items()):
        if found[-1] and len(found[-1]) + len(group) > limit:
            found.append([])
        found[-1].extend(group)
    return [tuple(batch) for batch in found]


def portions(items: Sequence[_Task], size: int) -> list[tuple[_Task, ...]]:
    """Cut *items* into pieces of at most *size*."""
    return [tuple(items[start : start + size]) for start in range(0, len(items), size)]


_common: Tree | None = None
"""The tree that all tasks of a pool of processes speak of: it crosses once for each process, not with each task."""


class _Whole:
    """A tree on its way to a process that does not know it yet."""

    def __init__(self, tree: Tree | None) -> None:
        self.tree = tree

    def __reduce__(self) -> tuple[Any, ...]:
        return _arrived, (None if self.tree is None else self.tree.__getstate__(),)


def _arrived(state: dict[str, object] | None) -> _Whole:
    from lambdalint.model import Tree

    if state is None:
        return _Whole(None)
    tree = Tree.__new__(Tree)
    tree.__dict__.update(state)
    return _Whole(tree)


def _begin(whole: _Whole) -> None:
    """Begin the life of a worker process."""
    _share(whole.tree)
    collect_seldom()


def _share(tree: Tree | None) -> None:
    global _common
    _common = tree


def _shared() -> Tree | None:
    return _common


def _reduced(tree: Tree) -> str | tuple[Any, ...]:
    """Tell how *tree* crosses to another process of the pool."""
    return (_shared, ()) if tree is _common else tree.__reduce_ex__(4)


@contextlib.contextmanager
def workers(
    jobs: int, python_files: int, executor: Executor | None = None, tree: Tree | None = None
) -> Iterator[Executor | None]:
    """Give the executor to work with: the given one, a pool of *jobs* processes where that pays, or None.

    The processes of such a pool know *tree*, and keep what they have found out about it from one task to the next. They
    are made for the first task: where all is known, none is needed.
    """
    if executor is not None or jobs <= 1 or python_files < POOL_PAYS_FROM:
        yield executor
        return
    later = _Later(jobs, tree)
    with _sharing(tree):
        try:
            yield cast("Executor", later)
        except BaseException:
            later.shutdown(wait=False, cancel_futures=True)
            raise
        later.shutdown()


class _Later:
    """An executor in processes, which are made for the first task."""

    def __init__(self, jobs: int, tree: Tree | None) -> None:
        self._jobs = jobs
        self._tree = tree
        self._pool: Executor | None = None

    def submit(self, work: Callable[[_Task], _Result], task: _Task) -> Future[_Result]:
        """See ``Executor.submit``."""
        if self._pool is None:
            from concurrent.futures import ProcessPoolExecutor
            from multiprocessing.reduction import ForkingPickler

            from lambdalint.model import Tree

            ForkingPickler.register(Tree, _reduced)
            self._pool = ProcessPoolExecutor(self._jobs, initializer=_begin, initargs=(_Whole(self._tree),))
        return self._pool.submit(work, task)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """See ``Executor.shutdown``."""
        if self._pool is not None:
            self._pool.shutdown(wait, cancel_futures=cancel_futures)


@contextlib.contextmanager
def _sharing(tree: Tree | None) -> Iterator[None]:
    _share(tree)
    try:
        yield
    finally:
        _share(None)


def spread(
    work: Callable[[_Task], _Result],
    tasks: Sequence[_Task],
    executor: Executor | None,
    lost: Callable[[_Task], _Result],
    done: Callable[[int], None] = lambda count: None,
) -> list[_Result]:
    """Return ``work(task)`` for each of *tasks*, in their order, whatever order they end in.

    *work* must not raise. Where a worker process dies, each task that went down with it is tried once more in
    a process of its own; ``lost(task)`` stands for one that dies again. *done* is told how many tasks are
    finished.
    """
    results: list[_Result] = []
    if executor is None or not tasks:
        for task in tasks:
            results.append(work(task))
            done(len(results))
        return results
    from concurrent.futures import BrokenExecutor

    pending: list[Future[_Result] | None] = []
    for task in tasks:
        try:
            pending.append(executor.submit(work, task))
        except BrokenExecutor:
            pending.append(None)
    for task, future in zip(tasks, pending, strict=True):
        try:
            results.append(future.result() if future is not None else _alone(work, task, lost, executor))
        except BrokenExecutor:
            results.append(_alone(work, task, lost, executor))
        done(len(results))
    return results


def _alone(
    work: Callable[[_Task], _Result], task: _Task, lost: Callable[[_Task], _Result], executor: Executor
) -> _Result:
    import multiprocessing
    from concurrent.futures import BrokenExecutor, ProcessPoolExecutor

    # another executor may have threads here, whose locks a forked process would inherit
    method = None if isinstance(executor, (ProcessPoolExecutor, _Later)) else "spawn"
    with ProcessPoolExecutor(1, multiprocessing.get_context(method), _begin, (_Whole(_common),)) as pool:
        try:
            return pool.submit(work, task).result()
        except BrokenExecutor:
            return lost(task)
