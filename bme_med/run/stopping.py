"""Stopping early without losing what was done: interrupts are noticed between two files, never within one."""

import signal
from types import FrameType
from typing import Self

from bme_med.core import BmeError

__all__ = ["Interruption", "Interrupts", "StoppedError"]


class StoppedError(BmeError):
    """The run cannot go on; what is complete was kept, and ``--resume`` goes on from there."""


class Interruption(BaseException):
    """A signal ends the command.

    It can come at any line, within a library too, and what catches every error there must not catch it.
    """


class Interrupts:
    """Context in which SIGINT, SIGTERM and SIGHUP ask the run to stop.

    The second signal does what it did before.
    """

    def __init__(self) -> None:
        self._caught = ""
        self._before: dict[int, object] = {}

    def __enter__(self) -> Self:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            self._before[number] = signal.signal(number, self._note)
        return self

    def __exit__(self, *_: object) -> None:
        self._restore()

    def check(self) -> None:
        """Raise StoppedError if a signal came."""
        if self._caught:
            raise StoppedError(f"interrupted by {self._caught}")

    def _note(self, number: int, _: FrameType | None) -> None:
        self._caught = signal.Signals(number).name
        self._restore()

    def _restore(self) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)  # type: ignore[arg-type]
        self._before.clear()
