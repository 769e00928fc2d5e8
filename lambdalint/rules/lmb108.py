"""LMB108 shared-memory-unavailable."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambdalint.model import Confidence, EffectKind, Family, Guard, RuleMeta, Severity
from lambdalint.rules.rule import Rule
from lambdalint.rules.shared_memory import in_shared_memory
from lambdalint.rules.wording import action

if TYPE_CHECKING:
    import libcst as cst

    from lambdalint.model import Effect

_RAISES = "raises OSError (38, 'Function not implemented', or 2 or 13, by the version of the C library)"
_POOL = "use concurrent.futures.ThreadPoolExecutor, or a multiprocessing.Process with a Pipe for each part of the work"
_OF_THREADS = {
    **{
        name: f"threading.{name}"
        for name in ("Lock", "RLock", "Semaphore", "BoundedSemaphore", "Event", "Condition", "Barrier")
    },
    **dict.fromkeys(("Queue", "SimpleQueue", "JoinableQueue"), "queue.Queue"),
    **dict.fromkeys(("Value", "Array", "RawValue", "RawArray"), "a variable with a threading.Lock"),
}
"""What threads have in the place of what processes share."""
_ADVICE = {
    "loguru.logger.add": "leave out enqueue=True",
    "torch.utils.data.DataLoader": "leave num_workers at 0",
    "multiprocessing.shared_memory.SharedMemory": "keep the data in this process, or in a file mapped with mmap",
    "multiprocessing.shared_memory.ShareableList": "keep the data in this process, or in a file mapped with mmap",
    "multiprocessing.managers.SharedMemoryManager.SharedMemory": "use a multiprocessing.Manager() without it",
    "multiprocessing.managers.SharedMemoryManager.ShareableList": "use a multiprocessing.Manager() without it",
    "elasticsearch.helpers.parallel_bulk": "use elasticsearch.helpers.streaming_bulk",
    "opensearchpy.helpers.parallel_bulk": "use opensearchpy.helpers.streaming_bulk",
    "pandarallel.pandarallel.initialize": "use apply(), or split the work among invocations",
}


class SharedMemoryUnavailable(Rule):
    """Flags what needs `/dev/shm`: locks, queues and pools of `multiprocessing`, and what is built on them.

    ## What it does

    Flags calls that make a semaphore or a block of shared memory: locks, events, conditions, queues,
    pools, values and arrays of `multiprocessing`, also through a context, `ProcessPoolExecutor`,
    `SharedMemory`, and libraries that use these, such as `tqdm.contrib.concurrent.process_map`, loguru with
    `enqueue=True`, or a `DataLoader` of PyTorch with workers. So is a path below `/dev/shm`.

    Since Python 3.8 that includes `multiprocessing.pool.ThreadPool` and `multiprocessing.dummy.Pool`: they
    run threads, and have a queue with a semaphore all the same.

    ## Why it fails on Lambda

    A semaphore is a file in `/dev/shm`, which a function does not have; an image has none either. The
    call raises `OSError: [Errno 38] Function not implemented` on Amazon Linux 2, and
    `FileNotFoundError` or `PermissionError` with other versions of the C library. On a developer's machine,
    and in most local emulators, it succeeds.

    `joblib` tries a semaphore when it is imported. It warns and runs all jobs one after the other, so that
    nothing fails and nothing is gained: a warning here.

    ## Example

    ```python
    from concurrent.futures import ProcessPoolExecutor


    def handler(event, context):
        with ProcessPoolExecutor() as pool:
            return list(pool.map(sum, event["rows"]))
    ```

    ## Use instead

    ```python
    from concurrent.futures import ThreadPoolExecutor


    def handler(event, context):
        with ThreadPoolExecutor() as pool:
            return list(pool.map(sum, event["rows"]))
    ```

    Threads are enough where the work is to wait. For work of the processor, start a
    `multiprocessing.Process` for each part and send its result through a `multiprocessing.Pipe`, or invoke
    a function for each part. `multiprocessing.Manager()` works, and its queues and locks do.

    ## Options

    None.

    ## Known limits

    `n_jobs` of scikit-learn is not reported: its default is one job, and it only gets slower. A library that
    makes a lock on its own, when it is imported or called, is known of common ones only.
    """

    meta = RuleMeta(
        code="LMB108",
        name="shared-memory-unavailable",
        family=Family.READ_ONLY,
        severity=Severity.ERROR,
        confidence=Confidence.HIGH,
        summary="Flags what needs `/dev/shm`: locks, queues and pools of `multiprocessing`, and what is built on them.",
        since="0.1.0",
    )

    def concerns(self, effect: Effect) -> bool:
        """Concerned with what is made in shared memory, unless the code goes on by another way without it."""
        return in_shared_memory(effect) and Guard.FALLBACK not in effect.guards

    def visit_Call(self, node: cst.Call) -> None:
        """Report each such effect."""
        for effect in self.effects(node):
            if effect.argument is not None:
                message = f"{action(effect)}, in shared memory, of which there is none at run time"
                self.report(node, effect, message, "use tempfile.gettempdir() for scratch files")
                continue
            self.report(
                node,
                effect,
                f"{effect.callee} needs /dev/shm, which does not exist at run time: it {effect.failure or _RAISES}",
                _advice(effect),
                severity=Severity.WARNING if effect.kind is EffectKind.CACHE else None,
            )


def _advice(effect: Effect) -> str:
    owner, _, name = effect.callee.rpartition(".")
    if owner == "multiprocessing" and name in _OF_THREADS:
        return f"use {_OF_THREADS[name]}, or a Pipe between processes"
    return _ADVICE.get(effect.callee, _POOL)
