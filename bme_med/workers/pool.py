"""Work spread over processes: results in the order of the tasks, however many workers there are.

The task that a process died of (killed for memory, a crash in a library) is found, and costs only itself.
"""

import os
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import suppress
from typing import Generic, TypeVar

from bme_med.workers.process import DEATHS, Process, few_collections

__all__ = ["available_cpus", "chunked", "ordered"]

T = TypeVar("T")
R = TypeVar("R")

_CHUNK_TASKS = 32
_CHUNK_BYTES = 16 << 20
_QUEUE = 2
"""Chunks that one worker has at most; the second waits while the result of the first is fetched."""

_WINDOW = 64
"""Chunks that may be done ahead of the first one that is not."""

_GRACE_SECONDS = 0.2


def available_cpus() -> int:
    """Processors that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def chunked(tasks: Sequence[T], size: Callable[[T], int], workers: int) -> list[list[T]]:
    """`tasks` in chunks that are worth a message and small enough that all workers get some.

    >>> [len(chunk) for chunk in chunked([1] * 300, int, workers=2)]
    [32, 32, 32, 32, 32, 32, 32, 32, 32, 12]
    >>> [len(chunk) for chunk in chunked([1] * 4, int, workers=2)]
    [1, 1, 1, 1]
    """
    most = max(1, min(_CHUNK_TASKS, len(tasks) // (4 * workers)))
    chunks: list[list[T]] = []
    room = 0
    for task in tasks:
        if room <= 0 or len(chunks[-1]) == most:
            chunks.append([])
            room = _CHUNK_BYTES
        chunks[-1].append(task)
        room -= size(task)
    return chunks


def ordered(
    work: Callable[[T], R],
    chunks: Sequence[Sequence[T]],
    *,
    workers: int,
    lost: Callable[[T], R],
    check: Callable[[], None],
) -> Generator[R, None, None]:
    """Yield ``work(task)`` for every task, in order.

    Parameters
    ----------
    work
        Must not raise.
    chunks
        The tasks.
    workers
        Processes; with 1 the work is done in this process.
    lost
        Gives the result of a task that its process died of.
    check
        Called often; what it raises ends everything.
    """
    if workers == 1 or len(chunks) < 2:
        with few_collections():
            for chunk in chunks:
                for task in chunk:
                    check()
                    yield work(task)
        return
    pool = _Pool(work, chunks, min(workers, len(chunks)), lost, check)
    try:
        yield from pool.run()
    finally:
        pool.end()


class _Pool(Generic[T, R]):
    """All workers, and the results that are not yet due."""

    def __init__(
        self,
        work: Callable[[T], R],
        chunks: Sequence[Sequence[T]],
        workers: int,
        lost: Callable[[T], R],
        check: Callable[[], None],
    ) -> None:
        self._work = work
        self._chunks = chunks
        self._lost = lost
        self._check = check
        self._workers: list[Process[T, R]] = [Process(work, chunks) for _ in range(workers)]
        self._ready: dict[int, list[R]] = {}
        self._given = 0

    def run(self) -> Iterator[R]:
        for due in range(len(self._chunks)):
            while due not in self._ready:
                self._give(due)
                self._fetch()
            self._give(due)
            yield from self._ready.pop(due)

    def _give(self, due: int) -> None:
        """Fill the workers' queues, the emptiest first."""
        end = min(len(self._chunks), due + _WINDOW)
        for depth in range(_QUEUE):
            for worker in self._workers:
                if self._given < end and len(worker.queue) <= depth:
                    self._ask(worker, self._given)
                    self._given += 1

    def _ask(self, worker: Process[T, R], number: int) -> None:
        with suppress(*DEATHS):  # a dead worker: fetching finds that out, and does the chunk
            worker.give(number)

    def _fetch(self) -> None:
        """Wait until some worker has a result, or has died."""
        from multiprocessing.connection import wait

        done = wait([worker.connection for worker in self._workers if worker.queue], timeout=0.1)
        for worker in [worker for worker in self._workers if worker.connection in done]:
            try:
                self._ready[worker.queue[0]] = worker.take()
                worker.queue.popleft()
            except DEATHS:
                self._replace(worker)
        self._check()

    def _replace(self, dead: Process[T, R]) -> None:
        """Do the chunk that a worker died of, task by task, and put another worker in its place."""
        dead.end(0)
        guilty, *waiting = dead.queue
        self._workers.remove(dead)
        self._ready[guilty] = [self._do_alone(task) for task in self._chunks[guilty]]
        worker = Process(self._work, self._chunks)
        self._workers.append(worker)
        for number in waiting:
            self._ask(worker, number)

    def _do_alone(self, task: T) -> R:
        worker: Process[T, R] = Process(self._work, [[task]])
        try:
            worker.give(0)
            while not worker.connection.poll(0.1):
                self._check()
            return worker.take()[0]
        except DEATHS:
            return self._lost(task)
        finally:
            worker.end(0)

    def end(self) -> None:
        for worker in self._workers:
            worker.end(_GRACE_SECONDS)
