import mmap
import os
import struct
import sys
from hashlib import shake_256
from pathlib import Path

import pytest

from bme_med.core import FileError
from bme_med.core.source import view_of
from bme_med.run.opening import MAPPED_FROM, open_source


@pytest.mark.parametrize(
    ("size", "kind"), [(0, bytes), (1000, bytes), (MAPPED_FROM, mmap.mmap), (MAPPED_FROM + 1, mmap.mmap)]
)
def test_small_files_are_read_and_large_ones_mapped(tmp_path: Path, size: int, kind: type) -> None:
    data = os.urandom(1000) * (size // 1000) + bytes(size % 1000)
    (tmp_path / "file").write_bytes(data)
    with open_source(str(tmp_path / "file")) as source:
        assert isinstance(source, kind)
        assert source[0 : len(source)] == data


def counted(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Sizes that the system is asked for from now on."""
    sizes: list[int] = []
    read = os.read

    def reading(descriptor: int, size: int) -> bytes:
        sizes.append(size)
        return read(descriptor, size)

    monkeypatch.setattr(os, "read", reading)
    return sizes


def test_where_a_map_would_be_a_copy_slices_are_read_and_no_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = shake_256(b"7").digest(1_500_000)
    (tmp_path / "file").write_bytes(data)
    monkeypatch.setattr(sys, "platform", "emscripten")
    places = struct.iter_unpack(">II", shake_256(b"8").digest(4000))
    with open_source(str(tmp_path / "file"), mapped_from=1) as source:
        assert not isinstance(source, bytes | mmap.mmap)
        assert len(source) == len(data)
        reads = counted(monkeypatch)
        for start in range(0, len(data), 16):
            assert source[start : start + 16] == data[start : start + 16]
        assert len(reads) < 10
        for pair in places:
            start, end = sorted(place % (len(data) + 100) for place in pair)
            assert source[start:end] == data[start:end]
        assert source[5:3] == b""
        assert source[-10:] == data[-10:]


@pytest.mark.parametrize("mapped_from", [1, 1 << 20])
def test_a_file_that_grows_while_it_is_read_is_refused(tmp_path: Path, mapped_from: int) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"first half")
    with pytest.raises(FileError, match="changed while it was read"), open_source(str(path), mapped_from):
        path.write_bytes(b"first half, second half")


def test_a_file_whose_time_changes_while_it_is_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"first")
    with pytest.raises(FileError, match="changed while it was read"), open_source(str(path)):
        os.utime(path, ns=(1, 1))


def test_a_file_that_shrinks_while_it_is_read_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"0123456789")
    read = os.read
    parts = iter([4, 0])
    monkeypatch.setattr(os, "read", lambda descriptor, _: read(descriptor, next(parts)))
    with pytest.raises(FileError, match="shrank"), open_source(str(path)):
        pass


def test_reading_goes_on_where_the_system_gives_less_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"0123456789")
    read = os.read
    monkeypatch.setattr(os, "read", lambda descriptor, size: read(descriptor, min(size, 3)))
    with open_source(str(path)) as source:
        assert source == b"0123456789"


def test_a_disk_that_fails_is_a_reason_and_no_crash(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"0123456789")

    def fail(descriptor: int, size: int) -> bytes:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(os, "read", fail)
    with pytest.raises(FileError, match="Input/output error"), open_source(str(path)):
        pass


def test_what_is_no_plain_file_is_refused_without_waiting(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"x")
    (tmp_path / "link").symlink_to(tmp_path / "file")
    os.mkfifo(tmp_path / "pipe")
    for name in ("link", "pipe", "gone"):
        with pytest.raises(FileError), open_source(str(tmp_path / name)):
            pass


def test_a_reason_holds_no_path(tmp_path: Path) -> None:
    with pytest.raises(FileError) as caught, open_source(str(tmp_path / "Quillfeather")):
        pass
    assert "Quillfeather" not in str(caught.value)


def test_an_error_that_holds_a_view_of_a_map_is_told_and_the_map_closed_with_it(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"12345678")

    def fail() -> None:
        with open_source(str(path), mapped_from=1) as source:
            view = view_of(source)[2:4]
            raise FileError(f"damaged at byte {bytes(view)[0]}")

    with pytest.raises(FileError, match="damaged at byte 51"):
        fail()
    assert str(path) not in Path("/proc/self/maps").read_text()
