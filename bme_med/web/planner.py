"""One file in a worker of a page: planned as the command line plans it, its output said piece by piece.

A range of the source is said by its offsets, and the page copies it; everything else is bytes.
"""

import hashlib
from collections.abc import Callable

from bme_med.core import Format, Plan, Policy, Range, Refusal, Rendered, Source, iter_chunks, sniff
from bme_med.run.finding import Found
from bme_med.run.working import Outcome, Task, Worker

__all__ = ["MOST_BYTES", "Emit", "Planner"]

MOST_BYTES = 256 << 20
"""Of a file that is worked on as a whole: a page has 4 GB at most, and its memory never becomes less."""

_TOO_LARGE = "a photo of more than 256 MB is too large for a page: use the command line"

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

    def _plan(self, task: Task, source: Source) -> tuple[Source, Plan | Refusal]:
        if len(source) > MOST_BYTES and (format_ := sniff(source)) is not Format.DICOM:
            return source, Refusal(_TOO_LARGE, format_)
        return super()._plan(task, source)

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
