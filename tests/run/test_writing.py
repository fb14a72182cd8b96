import errno
import hashlib
import os
import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bme_med.core import Piece, Range, splice
from bme_med.run import writing
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


@given(pieces=pieces, most=st.integers(1, 3000))
def test_what_is_written_is_the_plan_however_little_the_system_takes_at_once(
    tmp_path_factory: pytest.TempPathFactory, pieces: list[Piece], most: int
) -> None:
    path = tmp_path_factory.mktemp("out") / "file"
    with pytest.MonkeyPatch.context() as patch:
        write = os.write
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


def write_long(path: Path, monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    """A file that is flushed while it is written, by a system that then fails with error `number`."""

    def fail(_: int) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(writing, "_EARLY_BYTES", 1)
    monkeypatch.setattr(os, "fsync", fail)
    write_pieces(str(path), [Range(0, len(SOURCE))], SOURCE)


def test_an_error_of_a_flush_before_the_end_is_told_for_the_system_tells_it_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(OSError, match="Input/output error"):
        write_long(tmp_path / "file", monkeypatch, errno.EIO)


def test_a_file_system_that_cannot_flush_is_no_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_long(tmp_path / "file", monkeypatch, errno.EINVAL)
    assert (tmp_path / "file").read_bytes() == SOURCE


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
