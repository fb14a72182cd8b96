"""SHA-256 of a source, beside the work on it: a mapped file is hashed by a thread of its own."""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Thread

from bme_med.core import Source

__all__ = ["sha256_beside"]

_STEP = 1 << 20


@contextmanager
def sha256_beside(source: Source) -> Iterator[Callable[[], str]]:
    """A function that waits for the SHA-256 of all bytes of `source` and gives its hex digits.

    Hashing takes as long as copying, and leaves the interpreter to others meanwhile.
    """
    digest = hashlib.sha256()
    if isinstance(source, bytes):
        digest.update(source)
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
    for start in range(0, len(source), _STEP):
        digest.update(source[start : start + _STEP])
