"""One worker process and the pipe to it.

Each has a pipe of its own, so that its death is seen at once. On Linux it is forked, from a parent that has
one thread: it needs no import and no copy of its tasks.
"""

import gc
import os
import signal
import sys
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from multiprocessing.connection import Connection
    from multiprocessing.context import ForkContext, SpawnContext

__all__ = ["DEATHS", "Process", "few_collections"]

T = TypeVar("T")
R = TypeVar("R")

DEATHS = (EOFError, OSError)
"""What talking to a dead process raises."""

_YOUNG_OBJECTS = 50_000
"""So many are made before the collector looks at them."""

_NO_MORE = -1
"""Asks a process to end."""


class Process(Generic[T, R]):
    """A process that does chunks of tasks by number; `queue` holds the numbers that it has."""

    def __init__(self, work: Callable[[T], R], chunks: Sequence[Sequence[T]]) -> None:
        import multiprocessing

        if sys.platform == "linux":
            context: ForkContext | SpawnContext = multiprocessing.get_context("fork")
        else:
            context = multiprocessing.get_context("spawn")
        self.queue: deque[int] = deque()
        self.connection, far_end = context.Pipe()
        self.process = context.Process(target=_serve, args=(far_end, work, chunks, os.getpid()), daemon=True)
        self.process.start()
        far_end.close()

    def give(self, number: int) -> None:
        """Ask for chunk `number`."""
        self.queue.append(number)
        self.connection.send(number)

    def take(self) -> list[R]:
        """The results of one chunk, in the order in which chunks were given."""
        results: list[R] = self.connection.recv()
        return results

    def end(self, grace_seconds: float) -> None:
        """Let an idle process go; end one that is at work."""
        with suppress(*DEATHS):
            self.connection.send(_NO_MORE)
        self.process.join(grace_seconds)
        self.process.kill()
        self.process.join()
        self.connection.close()


def _serve(
    connection: "Connection[list[R], int]", work: Callable[[T], R], chunks: Sequence[Sequence[T]], parent: int
) -> None:
    """Answer each chunk number with results, until there are no more or the parent is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    with few_collections():
        while True:
            while not connection.poll(1):
                if os.getppid() != parent:
                    return
            try:
                number = connection.recv()
                if number == _NO_MORE:
                    return
                connection.send([work(task) for task in chunks[number]])
            except DEATHS:
                return


@contextmanager
def few_collections() -> Iterator[None]:
    """Meanwhile the collector looks for cycles seldom: work makes none, and tables stay to the end."""
    before = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(_YOUNG_OBJECTS)
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()
