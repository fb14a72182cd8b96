"""Fax data in a TIFF: where the last line of a strip ends (TIFF 6.0, 10 and 11; ITU-T T.4 and T.6).

Nothing says how long the data is, so its codes are read to the last line. A code that ends the page stays
where it follows at once; a page that ends before its last line ends there.
"""

from bme_med.photo.errors import DamagedPhotoError
from bme_med.photo.tiff_fax_codes import HORIZONTAL, LINE_END, LOOKUP_BITS, PASS, Table, modes, runs

__all__ = ["measure_fax"]

_RLE, _T4, _T6 = 2, 3, 4
_TWO_DIMENSIONAL = 1
_LINE_END_BITS = len(LINE_END)
_PAGE_ENDS = 6
_BLOCK_ENDS = 2
_WINDOW_BYTES = 5


def measure_fax(data: bytes, width: int, lines: int, *, compression: int, options: int, where: str) -> int:
    """How many bits of `data` a strip of `lines` lines takes; `options` is T4Options.

    Raises
    ------
    DamagedPhotoError
        If there are fewer bits, or a code that none of the lines can have.
    """
    reader = _Reader(data, width, where)
    if compression == _T6:
        reader.read_block(lines)
    elif compression == _T4:
        reader.read_page(lines, has_tags=bool(options & _TWO_DIMENSIONAL))
    else:
        for _ in range(lines):
            reader.position = -(-reader.position // 8) * 8
            reader.read_line()
    if reader.position > 8 * len(data):
        raise DamagedPhotoError("the image data ends too early", where=where)
    return reader.position


class _Reader:
    """Reads lines; of each it remembers where the colour changes, first from white to black."""

    def __init__(self, data: bytes, width: int, where: str) -> None:
        self._data = data
        self._width = width
        self._where = where
        self._changes: list[int] = []
        self.position = 0

    def _peek(self, bits: int) -> int:
        """The next `bits`, at most 32; behind the data there are zeros."""
        start, skipped = divmod(self.position, 8)
        window = self._data[start : start + _WINDOW_BYTES].ljust(_WINDOW_BYTES, b"\0")
        return int.from_bytes(window, "big") >> 8 * _WINDOW_BYTES - skipped - bits & (1 << bits) - 1

    def _read_code(self, table: Table) -> str | int:
        bits, value = table[self._peek(LOOKUP_BITS)]
        if not bits or self.position > 8 * len(self._data):
            raise DamagedPhotoError("the fax data is damaged", where=self._where)
        self.position += bits
        return value

    def _take_line_end(self) -> bool:
        """Pass over a code that ends a line, and the zeros that fill the line up before it."""
        if self._peek(_LINE_END_BITS - 1):
            return False
        start, skipped = divmod(self.position, 8)
        at = start
        if not self._peek(8 - skipped):
            at = len(self._data) - len(self._data[start + 1 :].lstrip(b"\0"))
        if at >= len(self._data):
            return False
        first = self._data[at] & (0xFF >> skipped if at == start else 0xFF)
        self.position = 8 * at + 9 - first.bit_length()
        return True

    def read_block(self, lines: int) -> None:
        """T.6: every line by the one above, then perhaps the end of the block."""
        for _ in range(lines):
            if self._take_block_end():
                return
            self._read_by_line_above()
        self._take_block_end()

    def _take_block_end(self) -> bool:
        if self._peek(_BLOCK_ENDS * _LINE_END_BITS) != int(_BLOCK_ENDS * LINE_END, 2):
            return False
        self.position += _BLOCK_ENDS * _LINE_END_BITS
        return True

    def read_page(self, lines: int, *, has_tags: bool) -> None:
        """T.4: lines, each behind a code that ends the one before, then perhaps the end of the page."""
        for number in range(lines):
            ends, is_alone = self._take_line_ends(2, has_tags=has_tags)
            if ends > 1 and number:
                self._take_line_ends(_PAGE_ENDS - 2, has_tags=has_tags)
                return
            if is_alone or not has_tags:
                self.read_line()
            else:
                self._read_by_line_above()
        self._take_line_ends(_PAGE_ENDS, has_tags=has_tags)

    def _take_line_ends(self, most: int, *, has_tags: bool) -> tuple[int, bool]:
        """How many codes that end a line follow, and whether the last says that the next stands alone."""
        found, is_alone = 0, True
        while found < most and self._take_line_end():
            found += 1
            if has_tags:
                is_alone = bool(self._peek(1))
                self.position += 1
        return found, is_alone

    def read_line(self) -> None:
        """A line of runs, white first."""
        changes: list[int] = []
        self._changes = changes
        at, color = 0, 0
        while at < self._width:
            at = self._change(changes, at + self._read_run(color))
            color ^= 1

    def _read_run(self, color: int) -> int:
        total = 0
        while True:
            part = int(self._read_code(runs(color)))
            total += part
            if part < 64:
                return total

    def _change(self, changes: list[int], at: int) -> int:
        """Note that the colour changes at pixel `at`; a run of no pixels is no change."""
        if not (changes[-1] if changes else 0) <= at <= self._width:
            raise DamagedPhotoError("the fax data is damaged", where=self._where)
        if changes and changes[-1] == at:
            changes.pop()
        else:
            changes.append(at)
        return at

    def _read_by_line_above(self) -> None:
        above = [*self._changes, *[self._width] * 3]
        changes: list[int] = []
        at, color, next_ = -1, 0, 0
        while at < self._width:
            while next_ and above[next_ - 1] > at:
                next_ -= 1
            while above[next_] <= at < self._width and next_ < len(above) - 2:
                next_ += 1
            first = min(next_ + (next_ & 1 ^ color), len(above) - 2)
            mode = self._read_code(modes())
            if mode == PASS:
                at = above[first + 1]
            elif mode == HORIZONTAL:
                middle = self._change(changes, max(at, 0) + self._read_run(color))
                at = self._change(changes, middle + self._read_run(color ^ 1))
            else:
                at = self._change(changes, above[first] + int(mode))
                color ^= 1
        self._changes = changes
