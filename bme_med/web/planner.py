"""One file in a worker of a page: planned as the command line plans it, its output said piece by piece.

A range of the source is said by its offsets, and the page copies it; everything else is bytes.
"""

import hashlib
from collections.abc import Callable

from bme_med.core import Plan, Policy, Range, Rendered, Source, iter_chunks
from bme_med.run.finding import Found
from bme_med.run.working import Outcome, Task, Worker

__all__ = ["Emit", "Planner"]

_SMALL_BYTES = 1 << 12
"""Shorter ranges are said as bytes."""

Emit = Callable[[int, int, bytes | None], None]
"""Told each part of an output in its order: a range of the source, or (0, 0, bytes)."""


class Planner(Worker):
    """Plans one file after the other under one policy."""

    def __init__(self, policy: Policy) -> None:
        super().__init__(policy, None)
        self._emit: Emit = _unheard

    def plan(self, found: Found, emit: Emit) -> Outcome:
        """The outcome of one file; `emit` hears its output, which counts where the outcome is `written`."""
        self._emit = emit
        try:
            return self(Task(0, found))
        finally:
            self._emit = _unheard

    def keep(self, number: int, plan: Plan, source: Source, *, is_source: bool) -> str:  # noqa: ARG002
        """Say the output, and give its SHA-256."""
        digest = hashlib.sha256()
        small: list[bytes] = []
        for piece in plan.pieces:
            is_long = isinstance(piece, Range) and piece.end - piece.start >= _SMALL_BYTES
            if not (isinstance(piece, Rendered) or is_long):
                small += (bytes(chunk) for chunk in iter_chunks([piece], source))
                continue
            self._say(b"".join(small), digest)
            small.clear()
            if is_long and is_source and isinstance(piece, Range):
                for chunk in iter_chunks([piece], source):
                    digest.update(chunk)
                self._emit(piece.start, piece.end, None)
            else:
                for chunk in iter_chunks([piece], source):
                    self._say(bytes(chunk), digest)
        self._say(b"".join(small), digest)
        return digest.hexdigest()

    def _say(self, data: bytes, digest: "hashlib._Hash") -> None:
        if data:
            digest.update(data)
            self._emit(0, 0, data)


def _unheard(_start: int, _end: int, _data: bytes | None) -> None:
    """What nobody listens to."""
