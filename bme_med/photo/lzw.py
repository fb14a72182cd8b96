"""LZW: how much a stream of codes holds, and where it ends (GIF89a, appendix F; TIFF 6.0, section 13).

Nothing is decoded. Of each code only the length of its string is kept, which is what tells where the picture
is full; and every sample that a picture holds was at least once a code of its own, which tells the colours
that it uses.
"""

from typing import Literal, NamedTuple

from bme_med.photo.errors import DamagedPhotoError

__all__ = ["Measured", "end_codes", "measure_codes"]

_MAX_BITS = 12
_FULL = 1 << _MAX_BITS
_GROUP = 8
"""So many codes fill whole bytes, however wide they are."""


class Measured(NamedTuple):
    """What stands before the picture is full.

    Attributes
    ----------
    bits
        How many bits of the stream that is.
    code_bits
        How wide the next code is.
    has_end
        Whether the next code says that the stream ends.
    samples
        The values that occur.
    """

    bits: int
    code_bits: int
    has_end: bool
    samples: frozenset[int]


def measure_codes(
    data: bytes, samples: int, *, sample_bits: int, is_msb_first: bool, early: int, where: str
) -> Measured:
    """Read codes until `samples` samples are there; TIFF widens its codes one code `early`.

    Raises
    ------
    DamagedPhotoError
        If a code is impossible, or the stream does not hold exactly `samples` samples before its end.
    """
    reader = _Reader(data, sample_bits, early, is_msb_first=is_msb_first)
    try:
        while reader.total < samples:
            reader.read_run(samples)
    except IndexError:
        raise DamagedPhotoError("the image data holds an impossible code", where=where) from None
    except EOFError:
        raise DamagedPhotoError("the image data ends too early", where=where) from None
    if reader.total > samples:
        raise DamagedPhotoError("the image data goes on below the picture", where=where)
    has_end = reader.peek(1) == [reader.clear + 1]
    return Measured(reader.position, reader.width, has_end, frozenset(reader.used))


class _Reader:
    """Reads runs of codes of one width.

    Attributes
    ----------
    total
        How many samples the codes so far hold.
    position
        In bits.
    width
        Of the next code.
    """

    def __init__(self, data: bytes, sample_bits: int, early: int, *, is_msb_first: bool) -> None:
        self.clear = 1 << sample_bits
        self.used: set[int] = set()
        self.position = self.total = 0
        self._data = data
        self._early = early
        self._is_msb_first = is_msb_first
        self._reset()

    def _reset(self) -> None:
        self._lengths = [1] * self.clear + [0, 0]
        self._previous = 0
        self.width = self.clear.bit_length()

    def peek(self, count: int) -> list[int]:
        """The next `count` codes, or as many as there are."""
        width = self.width
        count = min(count, (8 * len(self._data) - self.position) // width)
        first, skipped = divmod(self.position, 8)
        size = -(-count // _GROUP) * width
        chunk = self._data[first : first + size + 1].ljust(size + 1, b"\0")
        order: Literal["big", "little"] = "big" if self._is_msb_first else "little"
        number = int.from_bytes(chunk, order) >> (8 - skipped if self._is_msb_first else skipped)
        chunk = (number & (1 << 8 * size) - 1).to_bytes(size, order)
        shifts = range(0, _GROUP * width, width)[:: -1 if self._is_msb_first else 1]
        mask = (1 << width) - 1
        groups = (int.from_bytes(chunk[at : at + width], order) for at in range(0, size, width))
        return [group >> shift & mask for group in groups for shift in shifts][:count]

    def read_run(self, samples: int) -> None:
        """Read codes until their width changes, one of them clears the table, or `samples` are there.

        Raises
        ------
        IndexError
            If a code is impossible.
        EOFError
            If the stream ends.
        """
        codes = self.peek(self._codes_until_wider())
        if not codes:
            raise EOFError
        special = min(
            (codes.index(code) for code in (self.clear, self.clear + 1) if code in codes), default=-1
        )
        run = codes if special < 0 else codes[:special]
        if self._measure(run, samples):
            return
        if special >= 0:
            if codes[special] != self.clear:
                raise EOFError
            self.position += self.width
            self._reset()

    def _codes_until_wider(self) -> int:
        """How many codes can be read before they widen or the table is full; many once it is."""
        known = len(self._lengths)
        if known == _FULL:
            return _FULL
        limit = _FULL if self.width == _MAX_BITS else (1 << self.width) - self._early
        return max(0, limit - known) + (not self._previous)

    def _measure(self, run: list[int], samples: int) -> bool:
        """Add up the lengths of a run, and stop at the code that completes the samples; whether one does.

        A run may hold impossible codes behind that one, so such a run is read code by code.
        """
        known, previous, total = len(self._lengths), self._previous, self.total
        try:
            self._add(run)
            is_complete = self.total >= samples
        except IndexError:
            is_complete = True
        if is_complete:
            del self._lengths[known:]
            self._previous, self.total = previous, total
            count = 0
            while self.total < samples and count < len(run):
                self._add(run[count : count + 1])
                count += 1
            run = run[:count]
        self.used.update(code for code in set(run) if code < self.clear)
        self.position += len(run) * self.width
        if run and self.width < _MAX_BITS and len(self._lengths) + self._early >> self.width:
            self.width += 1
        return self.total >= samples

    def _add(self, run: list[int]) -> None:
        """Add up the lengths of strings; each but the first after a clear makes a new one, one longer."""
        lengths, previous, total = self._lengths, self._previous, self.total
        if run and not previous:
            previous = lengths[run[0]]
            total += previous
            run = run[1:]
        if len(lengths) == _FULL:
            strings = [lengths[code] for code in run]
            previous = strings[-1] if strings else previous
            total += sum(strings)
        else:
            for code in run:
                lengths.append(previous + 1)
                previous = lengths[code]
                total += previous
        self._previous, self.total = previous, total


def end_codes(data: bytes, measured: Measured, *, sample_bits: int, is_msb_first: bool) -> tuple[int, bytes]:
    """How many bytes of `data` stay as they are, and what follows them: the last codes, and one that ends.

    Bits behind the end are zero.
    """
    kept, bits = divmod(measured.bits, 8)
    end = (1 << sample_bits) + 1
    total = bits + measured.code_bits
    size = (total + 7) // 8
    if is_msb_first:
        first = data[kept] >> 8 - bits if bits else 0
        last = (first << measured.code_bits | end) << 8 * size - total
        return kept, last.to_bytes(size, "big")
    first = data[kept] & (1 << bits) - 1 if bits else 0
    return kept, (first | end << bits).to_bytes(size, "little")
