"""The progress bar: on stderr, and only where that is a terminal."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

__all__ = ["shown_progress"]

_REFRESH_SECONDS = 0.1


@contextmanager
def shown_progress(what: str) -> Iterator[Callable[[int, int], None]]:
    """A function that takes how many files of how many are done."""
    if not sys.stderr.isatty():
        yield lambda done, total: None  # noqa: ARG005 - nobody looks
        return
    from time import monotonic

    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    shown_at = 0.0
    with Progress(*columns, console=Console(stderr=True), transient=True, auto_refresh=False) as progress:
        task = progress.add_task(what, total=None)

        def show(done: int, total: int) -> None:
            nonlocal shown_at
            if done == total or monotonic() - shown_at > _REFRESH_SECONDS:
                shown_at = monotonic()
                progress.update(task, completed=done, total=total, refresh=True)

        yield show
