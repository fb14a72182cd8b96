import errno
import fcntl
import hashlib
import os
import stat
from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bme_med.core import Piece, Range, splice
from bme_med.run import direct, writing
from bme_med.run.writing import flush, write_pieces

SOURCE = bytes(range(256)) * 20

pieces = st.lists(
    st.one_of(
        st.binary(max_size=40),
        st.tuples(st.integers(0, len(SOURCE)), st.integers(0, len(SOURCE))).map(
            lambda pair: Range(min(pair), max(pair))
        ),
    ),
    max_size=30,
)


@pytest.mark.parametrize("long_bytes", [0, writing._LONG_BYTES])
@given(pieces=pieces, most=st.integers(1, 3000))
def test_what_is_written_is_the_plan_however_little_the_system_takes_at_once(
    tmp_path_factory: pytest.TempPathFactory, long_bytes: int, pieces: list[Piece], most: int
) -> None:
    path = tmp_path_factory.mktemp("out") / "file"
    with pytest.MonkeyPatch.context() as patch:
        write = os.write
        patch.setattr(writing, "_LONG_BYTES", long_bytes)
        patch.setattr(direct, "_BLOCK_BYTES", 1000)
        patch.setattr(os, "writev", lambda fd, buffers: write(fd, b"".join(buffers)[:most]))
        patch.setattr(os, "write", lambda fd, data: write(fd, bytes(data)[:most]))
        digest = write_pieces(str(path), pieces, SOURCE)
    assert path.read_bytes() == splice(pieces, SOURCE)
    assert digest == hashlib.sha256(path.read_bytes()).hexdigest()


def test_batches_end_before_the_system_has_enough(tmp_path: Path) -> None:
    many: list[Piece] = [Range(n, n + 1) for n in range(5000)]
    write_pieces(str(tmp_path / "many"), many, SOURCE)
    assert (tmp_path / "many").read_bytes() == SOURCE[:5000]


def test_it_works_where_the_system_has_no_writev(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(os, "writev")
    write_pieces(str(tmp_path / "file"), [b"a", Range(0, 3), b"z"], SOURCE)
    assert (tmp_path / "file").read_bytes() == b"a\0\1\2z"


LONG = bytes(range(256)) * 100
"""Six blocks and a bit."""


def write_long(path: Path, monkeypatch: pytest.MonkeyPatch, answers: Iterable[int] = ()) -> list[bool]:
    """A long output; whether each write went past the cache. The system `answers` with errors first."""
    write, errors, seen = os.write, iter(answers), []

    def answer(descriptor: int, data: memoryview) -> int:
        seen.append(bool(fcntl.fcntl(descriptor, fcntl.F_GETFL) & os.O_DIRECT))
        if number := next(errors, 0):
            raise OSError(number, os.strerror(number))
        return write(descriptor, data)

    monkeypatch.setattr(writing, "_LONG_BYTES", len(LONG))
    monkeypatch.setattr(direct, "_BLOCK_BYTES", 4096)
    monkeypatch.setattr(os, "write", answer)
    write_pieces(str(path), [Range(0, len(LONG))], LONG)
    return seen


def takes_direct_writes(folder: Path) -> bool:
    """Whether the file system of `folder` does."""
    try:
        os.close(os.open(folder / "probe", os.O_WRONLY | os.O_CREAT | os.O_DIRECT))
    except OSError:
        return False
    return True


def test_a_long_output_goes_past_the_cache_but_for_its_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = write_long(tmp_path / "file", monkeypatch)
    assert seen == [takes_direct_writes(tmp_path)] * 6 + [False]
    assert (tmp_path / "file").read_bytes() == LONG


def test_a_file_system_that_takes_no_direct_writes_after_all_is_written_to_as_any_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_long(tmp_path / "file", monkeypatch, [errno.EINVAL] if takes_direct_writes(tmp_path) else [])
    assert (tmp_path / "file").read_bytes() == LONG


def test_a_file_system_that_knows_no_direct_writes_is_written_to_as_any_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(descriptor: int, command: int, flags: int = 0) -> int:
        if command == fcntl.F_SETFL:
            raise OSError(errno.EINVAL, "Invalid argument")
        return control(descriptor, command, flags)

    control = fcntl.fcntl
    monkeypatch.setattr(fcntl, "fcntl", fail)
    assert write_long(tmp_path / "file", monkeypatch) == [False] * 7
    assert (tmp_path / "file").read_bytes() == LONG


def test_a_full_disk_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(OSError, match="No space left"):
        write_long(tmp_path / "file", monkeypatch, [0, 0, errno.ENOSPC])


@pytest.mark.parametrize(("umask", "mode"), [(0o022, 0o644), (0o077, 0o600), (0, 0o644)])
def test_the_mode_is_ours_under_the_users_umask(tmp_path: Path, umask: int, mode: int) -> None:
    before = os.umask(umask)
    try:
        write_pieces(str(tmp_path / "file"), [b"x"], b"")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "file").stat().st_mode) == mode


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"there")
    with pytest.raises(FileExistsError):
        write_pieces(str(tmp_path / "file"), [b"x"], b"")
    assert (tmp_path / "file").read_bytes() == b"there"


@pytest.mark.parametrize("has_syncfs", [True, False])
@pytest.mark.parametrize("count", [0, 1, 40])
def test_few_files_are_flushed_one_by_one_and_many_at_once_where_possible(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, count: int, *, has_syncfs: bool
) -> None:
    paths = [str(tmp_path / f"{n}") for n in range(count)]
    for path in paths:
        Path(path).touch()
    flushed: list[int] = []
    monkeypatch.setattr(os, "fsync", flushed.append)
    if not has_syncfs:
        monkeypatch.setattr(writing, "_sync_file_system", lambda _: False)
    flush(paths, str(tmp_path))
    assert len(flushed) == (0 if has_syncfs and count == 40 else count)
