"""Runs of blocks without further coefficients in a progressive JPEG (ITU-T T.81, G.1.2.2 and G.1.2.3)."""

from bme_med.pixels.jpeg_bits import FLUSH_PARTS, BitWriter
from bme_med.pixels.jpeg_huffman import HuffmanTable

__all__ = ["RunWriter"]

_LONGEST_RUN = 0x7FFF


class RunWriter:
    """Writes the AC coefficients of a scan, block by block.

    Runs are counted anew and become as long as they can be: where the source broke them, or painting joined
    them, does not show.
    """

    def __init__(self, table: HuffmanTable) -> None:
        self.table = table
        self._writer = BitWriter()
        self._parts = self._writer.parts
        self._run = 0
        self._corrections: list[str] = []
        self._codes = _RunCodes(table)

    def put(self, bits: str) -> None:
        """Append bits of a block that has coefficients."""
        parts = self._parts
        if self._run:
            parts.append(self._codes[self._run])
            self._run = 0
            if self._corrections:
                parts += self._corrections
                self._corrections.clear()
        parts.append(bits)
        if len(parts) > FLUSH_PARTS:
            self._writer.flush()

    def end_block(self, corrections: str = "") -> None:
        """Count a block that has no further coefficients; `corrections` refine those that it has already."""
        self._run += 1
        if corrections:
            self._corrections.append(corrections)
        if self._run == _LONGEST_RUN:
            self.put("")

    def end_blocks(self, count: int) -> None:
        """Count blocks that have no coefficients at all."""
        while count:
            step = min(count, _LONGEST_RUN - self._run)
            self._run += step
            count -= step
            if self._run == _LONGEST_RUN:
                self.put("")

    def finish(self) -> bytes:
        """The bytes of a restart interval."""
        self.put("")
        return self._writer.finish()


class _RunCodes(dict[int, str]):
    """Blocks to how a run of so many is written: its size, and what it has beyond the smallest of that."""

    def __init__(self, table: HuffmanTable) -> None:
        super().__init__()
        self._table = table

    def __missing__(self, blocks: int) -> str:
        size = blocks.bit_length() - 1
        self[blocks] = code = self._table.code(size << 4) + f"{blocks:b}"[1:]
        return code
