"""Zstandard inside TIFF: the one frame stays, what follows goes or is refused."""

import pytest

from bme_med.core import FileError, Range, UnsupportedFileError
from bme_med.photo.tiff_zstd import end_of_frame

MAGIC = b"\x28\xb5\x2f\xfd"
RAW, RLE, COMPRESSED, RESERVED = range(4)


def block(kind: int, data: bytes, *, size: int | None = None, is_last: bool = True) -> bytes:
    number = len(data) if size is None else size
    return (number << 3 | kind << 1 | is_last).to_bytes(3, "little") + data


def frame(*blocks: bytes, flags: int = 0, rest: bytes = b"\x58") -> bytes:
    return MAGIC + bytes((flags,)) + rest + b"".join(blocks)


def end_of(data: bytes, decoded: int | None = 8) -> int:
    return end_of_frame(b"--" + data, Range(2, 2 + len(data)), decoded, "IFD0") - 2


TEXT = block(RAW, b"ZQ000001")
FRAMES = {
    "no size, one block": frame(TEXT),
    "no size, two blocks": frame(block(RAW, b"ZQ00", is_last=False), block(RLE, b"Z", size=4)),
    "a block that is compressed": frame(block(COMPRESSED, b"ZQ")),
    "a checksum": frame(TEXT, flags=4) + b"1234",
    "a size of one byte": frame(TEXT, flags=0x20, rest=b"\x08"),
    "a size of eight bytes": frame(TEXT, flags=0xC0, rest=b"\x58\x08" + bytes(7)),
}


@pytest.mark.parametrize("name", FRAMES)
@pytest.mark.parametrize("tail", [b"", b"ZQ", bytes(9), b"ZQ00001" * 9])
def test_the_end_is_that_of_the_last_block(name: str, tail: bytes) -> None:
    assert end_of(FRAMES[name] + tail) == len(FRAMES[name])


def test_a_size_of_two_bytes_counts_from_256() -> None:
    data = frame(block(RAW, bytes(256)), flags=0x60, rest=b"\0\0")
    assert end_of(data + b"ZQ", 256) == len(data)


REFUSED = {
    "nothing": b"",
    "another magic": b"ZQ00001" * 3,
    "a dictionary": frame(TEXT, flags=1, rest=b"\x58\x01"),
    "reserved bits": frame(TEXT, flags=8),
    "a block of no kind": frame(block(RESERVED, b"ZQ000001")),
    "a block that is too large": frame(block(RLE, b"Z", size=1 << 18)),
    "no last block": frame(block(RAW, b"ZQ000001", is_last=False)),
    "a block that is cut off": frame(TEXT)[:-1],
    "a checksum that is cut off": frame(TEXT, flags=4) + b"123",
    "another size declared": frame(TEXT, flags=0x20, rest=b"\x09"),
    "too little": frame(block(RAW, b"ZQ00001")),
    "too much": frame(block(RAW, b"ZQ0000001")),
    "another frame behind it": frame(TEXT) + frame(TEXT),
    "a frame to be skipped behind it": frame(TEXT) + b"\x50\x2a\x4d\x18\2\0\0\0ZQ",
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_not_one_frame_of_the_picture_is_refused(name: str) -> None:
    with pytest.raises(FileError) as caught:
        end_of(REFUSED[name])
    assert "ZQ" not in str(caught.value)


def test_a_second_frame_is_named_as_the_reason() -> None:
    with pytest.raises(UnsupportedFileError, match="more than one piece"):
        end_of(REFUSED["another frame behind it"])
