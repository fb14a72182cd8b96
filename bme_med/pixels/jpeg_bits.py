"""Bits of entropy-coded data: read in words, written with stuffing (ITU-T T.81, B.1.1.5, F.1.2.3)."""

import sys
from array import array
from collections.abc import Iterator

from bme_med.core import MalformedFileError

__all__ = ["WORD_BITS", "BitReader", "BitWriter"]

WORD_BITS = 32
_GUARD = array("I", [0xFFFFFFFF, 0xFFFFFFFF])
"""What a reader may look at behind the end, as decoders do."""
_FLUSH_BITS = 512


class BitReader:
    """The bits of one restart interval, without stuffing.

    The loops that must be fast keep `held`, `count` and `words` in local variables and put them back.

    Attributes
    ----------
    held, count
        Bits that were taken from the words and not used yet: the lowest `count` bits of `held`.
    words
        The words of 32 bits that follow.
    """

    __slots__ = ("_bits", "_fed", "count", "held", "words")

    def __init__(self, data: bytes) -> None:
        padded = array("I", data + bytes(-len(data) % 4))
        if sys.byteorder == "little":
            padded.byteswap()
        padded.extend(_GUARD)
        self._bits = 8 * len(data)
        self._fed = len(padded)
        self.words: Iterator[int] = iter(padded)
        self.held = 0
        self.count = 0

    def peek(self, bits: int) -> int:
        """The next `bits` bits, at most 32, which stay."""
        while self.count < bits:
            self.held = (self.held & (1 << self.count) - 1) << WORD_BITS | self._next_word()
            self.count += WORD_BITS
        return self.held >> self.count - bits & (1 << bits) - 1

    def read(self, bits: int) -> int:
        """The next `bits` bits, at most 32."""
        value = self.peek(bits)
        self.count -= bits
        return value

    def close(self) -> None:
        """Check that no more was read than there was."""
        left = WORD_BITS * sum(1 for _ in self.words) + self.count
        if self._fed * WORD_BITS - left > self._bits:
            raise MalformedFileError("the scan is cut off", where="SOS")

    def _next_word(self) -> int:
        try:
            return next(self.words)
        except StopIteration:
            raise MalformedFileError("the scan is cut off", where="SOS") from None


class BitWriter:
    """Collects bits; whole bytes move from `value` to `data` now and then."""

    __slots__ = ("bits", "data", "value")

    def __init__(self) -> None:
        self.data = bytearray()
        self.value = 0
        self.bits = 0

    def put(self, value: int, bits: int) -> None:
        """Append the `bits` bits of `value`."""
        self.value = self.value << bits | value
        self.bits += bits
        if self.bits > _FLUSH_BITS:
            self.flush()

    def flush(self) -> None:
        """Move whole bytes to `data`."""
        rest = self.bits & 7
        self.data += (self.value >> rest).to_bytes(self.bits >> 3, "big")
        self.value &= (1 << rest) - 1
        self.bits = rest

    def taken(self) -> tuple[int, int]:
        """Everything collected as one number, and its bits."""
        value = int.from_bytes(self.data, "big") << self.bits | self.value
        return value, 8 * len(self.data) + self.bits

    def finish(self) -> bytes:
        """The bytes of a restart interval: filled up with ones, a zero behind each 0xFF."""
        fill = -self.bits & 7
        self.put((1 << fill) - 1, fill)
        self.flush()
        return bytes(self.data.replace(b"\xff", b"\xff\0"))
