import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bme_med.run.stopping import StoppedError
from bme_med.workers import available_cpus, chunked, ordered, pool


def nothing() -> None:
    pass


def lost(task: int) -> str:
    return f"lost {task}"


def work_slowly_at_first(task: int) -> str:
    time.sleep(0.05 if task < 3 else 0)
    return f"done {task}"


def run(work: Callable[[int], str], tasks: list[int], workers: int, each: int = 2) -> list[str]:
    chunks = [tasks[start : start + each] for start in range(0, len(tasks), each)]
    return list(ordered(work, chunks, workers=workers, lost=lost, check=nothing))


@pytest.mark.parametrize("workers", [1, 2, 4, 9])
@pytest.mark.parametrize("count", [0, 1, 2, 50])
def test_results_come_in_the_order_of_the_tasks(workers: int, count: int) -> None:
    assert run(work_slowly_at_first, list(range(count)), workers) == [f"done {n}" for n in range(count)]


def test_more_chunks_than_the_window_get_through(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool, "_WINDOW", 3)
    assert run(work_slowly_at_first, list(range(40)), 3, each=1) == [f"done {n}" for n in range(40)]


@pytest.mark.parametrize("deadly", [{0}, {7}, {7, 8}, {0, 19}, set(range(20))])
def test_a_task_that_kills_its_process_costs_only_itself(deadly: set[int]) -> None:
    def work(task: int) -> str:
        if task in deadly:
            os.kill(os.getpid(), signal.SIGKILL)
        return f"done {task}"

    expected = [f"{'lost' if n in deadly else 'done'} {n}" for n in range(20)]
    assert run(work, list(range(20)), 2, each=4) == expected


def test_large_results_do_not_block() -> None:
    assert run(lambda task: str(task) * 3_000_000, list(range(12)), 3) == [
        str(n) * 3_000_000 for n in range(12)
    ]


def test_a_check_that_raises_ends_the_workers() -> None:
    def stop() -> None:
        raise StoppedError("enough")

    started = time.monotonic()
    with pytest.raises(StoppedError):
        list(ordered(lambda _: time.sleep(60), [[1], [2]], workers=2, lost=lost, check=stop))
    assert time.monotonic() - started < 10


def test_workers_end_with_a_parent_that_was_killed(tmp_path: Path) -> None:
    def work(task: int) -> int:
        (tmp_path / str(os.getpid())).touch()
        return task

    parent = os.fork()
    if parent == 0:
        results = ordered(work, [[1], [2], [3]], workers=2, lost=lost, check=nothing)
        next(results)
        os.kill(os.getpid(), signal.SIGKILL)
    os.waitpid(parent, 0)
    deadline = time.monotonic() + 10
    while any(Path(f"/proc/{path.name}").exists() for path in tmp_path.iterdir()):
        assert time.monotonic() < deadline
        time.sleep(0.05)


@settings(max_examples=50)
@given(sizes=st.lists(st.integers(0, 40 << 20), max_size=200), workers=st.integers(1, 8))
def test_chunks_hold_every_task_once_in_order(sizes: list[int], workers: int) -> None:
    chunks = chunked(sizes, int, workers)
    assert [size for chunk in chunks for size in chunk] == sizes
    assert all(0 < len(chunk) <= 32 for chunk in chunks)
    assert all(sum(chunk[:-1]) < 16 << 20 for chunk in chunks)
    assert len(chunks) >= min(len(sizes), 4 * workers)


def test_there_is_a_processor() -> None:
    assert available_cpus() >= 1
