"""Runs of blocks without further coefficients in a progressive JPEG (ITU-T T.81, G.1.2.2 and G.1.2.3)."""

from bme_med.pixels.jpeg_bits import BitWriter
from bme_med.pixels.jpeg_huffman import HuffmanTable

__all__ = ["RunWriter"]

_LONGEST_RUN = 0x7FFF
_SIZES = 15
"""A run is written as one of so many sizes, and what it has beyond the smallest of that size."""


class RunWriter:
    """Writes the AC coefficients of a scan, block by block.

    Runs are counted anew and become as long as they can be: where the source broke them, or painting joined
    them, does not show.
    """

    def __init__(self, table: HuffmanTable) -> None:
        self.table = table
        self.writer = BitWriter()
        self._run = 0
        self._corrections = BitWriter()
        sizes = (size for size in range(_SIZES) if size << 4 in table.symbols)
        self._codes = {size: table.code(size << 4) for size in sizes}

    def put(self, value: int, bits: int) -> None:
        """Append bits of a block that has coefficients."""
        if self._run:
            self._end_run()
        self.writer.put(value, bits)

    def end_block(self, corrections: int = 0, bits: int = 0) -> None:
        """Count a block that has no further coefficients; `corrections` refine those that it has already."""
        self._run += 1
        if bits:
            self._corrections.put(corrections, bits)
        if self._run == _LONGEST_RUN:
            self._end_run()

    def end_blocks(self, count: int) -> None:
        """Count blocks that have no coefficients at all."""
        while count:
            step = min(count, _LONGEST_RUN - self._run)
            self._run += step
            count -= step
            if self._run == _LONGEST_RUN:
                self._end_run()

    def finish(self) -> bytes:
        """The bytes of a restart interval."""
        if self._run:
            self._end_run()
        return self.writer.finish()

    def _end_run(self) -> None:
        size = self._run.bit_length() - 1
        code, length = self._codes[size]
        self.writer.put(code << size | self._run - (1 << size), length + size)
        self._run = 0
        if self._corrections.bits or self._corrections.data:
            self.writer.put(*self._corrections.taken())
            self._corrections = BitWriter()
