"""Bits of entropy-coded data: read in windows, written as text (ITU-T T.81, B.1.1.5, F.1.2.3).

Python shifts long numbers slowly and joins texts fast: what is written is collected as zeros and ones.
"""

from array import array
from collections.abc import Iterator, Sequence

from bme_med.core import MalformedFileError

__all__ = ["FLUSH_PARTS", "WINDOW_BITS", "BitReader", "BitWriter", "bit_readers"]

WINDOW_BITS = 12
"""Bits that are looked up at once. Tables for more fit no cache, and are slow to make for a first frame."""
_MASK = (1 << WINDOW_BITS) - 1
_GUARD = b"\xff\xff\xff"
"""What a reader may look at behind the end, as decoders do."""
_BATCH_BYTES = 1 << 20
FLUSH_PARTS = 1 << 16
"""How many parts a writer should not have for long."""


class BitReader:
    """The bits of one restart interval.

    Attributes
    ----------
    windows
        For each bit the number that it and those behind it are; behind the end stand ones.
    position
        The next bit.
    """

    __slots__ = ("_data", "position", "windows")

    def __init__(self, data: bytes, windows: Sequence[int]) -> None:
        self._data = data
        self.windows = windows
        self.position = 0

    @property
    def text(self) -> str:
        """All bits as zeros and ones; it is made anew each time."""
        return bin(int.from_bytes(b"\1" + self._data, "big"))[3:]

    def read(self, bits: int) -> int:
        """The next `bits` bits, at most 16."""
        value = self.peek(bits)
        self.position += bits
        return value

    def peek(self, bits: int) -> int:
        """The next `bits` bits, at most 16, which stay."""
        start = self.position >> 3
        octets = int.from_bytes((self._data[start : start + 3] + _GUARD)[:3], "big")
        return octets >> 24 - bits - (self.position & 7) & (1 << bits) - 1

    def close(self) -> None:
        """Check that no more was read than there was."""
        if self.position > 8 * len(self._data):
            raise MalformedFileError("the scan is cut off", where="SOS")


def bit_readers(intervals: Sequence[bytes]) -> Iterator[BitReader]:
    """Yield a reader for each of `intervals`, which have their stuffing; some share one array of windows."""
    batch: list[bytes] = []
    collected = 0
    for interval in intervals:
        batch.append(interval.replace(b"\xff\0", b"\xff"))
        collected += len(interval)
        if collected >= _BATCH_BYTES:
            yield from _readers(batch)
            batch, collected = [], 0
    yield from _readers(batch)


def _readers(batch: Sequence[bytes]) -> Iterator[BitReader]:
    windows, start = _windows(b"".join(data + _GUARD for data in batch)), 0
    for data in batch:
        end = start + len(data) + len(_GUARD)
        yield BitReader(data, windows[8 * start : 8 * (end - 2)])
        start = end


def _windows(data: bytes) -> memoryview:
    """The windows of all bits of `data` but the last two bytes, by numpy where there is one."""
    try:
        import numpy as np
    except ImportError:
        return _plain_windows(data)
    octets = np.frombuffer(data, np.uint8).astype(np.uint32)
    triples = octets[:-2] << 16 | octets[1:-1] << 8 | octets[2:]
    windows = np.empty((len(triples), 8), np.uint16)
    for bit in range(8):
        windows[:, bit] = triples >> _shift(bit) & _MASK
    return memoryview(windows.tobytes()).cast("H")


def _plain_windows(data: bytes) -> memoryview:
    triples = [a << 16 | b << 8 | c for a, b, c in zip(data, data[1:], data[2:], strict=False)]
    windows = array("H", bytes(16 * len(triples)))
    for bit in range(8):
        shift = _shift(bit)
        windows[bit::8] = array("H", [triple >> shift & _MASK for triple in triples])
    return memoryview(windows)


def _shift(bit: int) -> int:
    """How far the window that starts with `bit` of a triple of bytes lies above its end."""
    return 24 - WINDOW_BITS - bit


class BitWriter:
    """Collects bits, in texts of zeros and ones.

    Attributes
    ----------
    parts
        What was not packed yet; loops that must be fast append to it.
    """

    __slots__ = ("_data", "parts")

    def __init__(self) -> None:
        self._data = bytearray()
        self.parts: list[str] = []

    def flush(self) -> None:
        """Pack whole bytes."""
        text = "".join(self.parts)
        whole = len(text) & ~7
        if whole:
            self._data += int(text[:whole], 2).to_bytes(whole >> 3, "big")
        self.parts[:] = [text[whole:]]

    def finish(self) -> bytes:
        """The bytes of a restart interval: filled up with ones, a zero behind each 0xFF."""
        bits = sum(map(len, self.parts))
        self.parts.append("1" * (-bits & 7))
        self.flush()
        return bytes(self._data.replace(b"\xff", b"\xff\0"))
