"""SHA-256 beside other work: a long file takes longer to hash than to copy, and gets threads of its own."""

import hashlib
import sys
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from threading import Thread

from bme_med.core.source import Source, view_of

__all__ = ["Hashing", "sha256_beside"]

_STEP = 16 << 20
"""Hashed in one go: threads that compute in Python let another one in every 5 ms only."""
_MANY_BYTES = 16 << 20
"""From so many on, a thread is worth starting."""
_AHEAD = 2
"""So many batches wait while another is hashed, so that a disk that is slow for a moment stops nobody."""


@contextmanager
def sha256_beside(source: Source) -> Iterator[Callable[[], str]]:
    """A function that waits for the SHA-256 of all bytes of `source` and gives its hex digits.

    Hashing leaves the interpreter to others meanwhile, where there are threads: in a browser's Python there
    are none.
    """
    digest = hashlib.sha256()
    if isinstance(source, bytes) or sys.platform == "emscripten":
        _update(digest, source)
        yield digest.hexdigest
        return
    thread = Thread(target=_update, args=(digest, source))
    thread.start()

    def wait() -> str:
        thread.join()
        return digest.hexdigest()

    try:
        yield wait
    finally:
        thread.join()


def _update(digest: "hashlib._Hash", source: Source) -> None:
    data = view_of(source)
    for start in range(0, len(source), _STEP):
        digest.update(data[start : start + _STEP])


class Hashing:
    """SHA-256 of buffers that come in batches; a thread works on them once they are many bytes."""

    def __init__(self) -> None:
        self._digest = hashlib.sha256()
        self._bytes = 0
        self._thread: ThreadPoolExecutor | None = None
        self._pending: deque[Future[None]] = deque()

    def __enter__(self) -> "Hashing":
        return self

    def __exit__(self, *_: object) -> None:
        if self._thread:
            self._thread.shutdown()

    def update(self, buffers: Sequence[bytes | memoryview]) -> None:
        """Take the next batch; waits while too many do, so that memory stays constant."""
        self._bytes += sum(map(len, buffers))
        if self._bytes < _MANY_BYTES:
            self._take(buffers)
            return
        self._wait(_AHEAD)
        self._thread = self._thread or ThreadPoolExecutor(1)
        self._pending.append(self._thread.submit(self._take, buffers))

    def hexdigest(self) -> str:
        """Of all buffers."""
        self._wait(0)
        return self._digest.hexdigest()

    def _take(self, buffers: Sequence[bytes | memoryview]) -> None:
        for buffer in buffers:
            self._digest.update(buffer)

    def _wait(self, most: int) -> None:
        """Until at most so many batches are pending."""
        while len(self._pending) > most:
            self._pending.popleft().result()
