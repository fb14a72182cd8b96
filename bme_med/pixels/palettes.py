"""Palette color lookup tables (PS3.3, C.7.6.3.1.5, C.7.6.3.1.6, C.7.9.2)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from bme_med.core import MalformedFileError

__all__ = ["Palette", "lookup_table"]

ByteOrder = Literal["little", "big"]

_DISCRETE, _LINEAR, _INDIRECT = range(3)


@dataclass(frozen=True, slots=True)
class Palette:
    """Red, green and blue of each sample.

    Attributes
    ----------
    first
        The sample that the first entry is for: the second value of a descriptor (0028,1101), signed where
        samples are.
    """

    first: int
    red: Sequence[int]
    green: Sequence[int]
    blue: Sequence[int]

    def entries(self) -> Iterator[tuple[int, int, int, int]]:
        """Each sample that has an entry of its own, with its color."""
        colors = zip(self.red, self.green, self.blue, strict=False)
        return ((self.first + place, *color) for place, color in enumerate(colors))


def lookup_table(
    data: bytes, descriptor: Sequence[int], byte_order: ByteOrder = "little", *, is_segmented: bool = False
) -> tuple[int, ...]:
    """The entries of one color: (0028,1201) to (0028,1203), or segmented (0028,1221) to (0028,1223).

    Raises
    ------
    MalformedFileError
        If a segment is cut off, or refers to what is none.

    >>> lookup_table(bytes.fromhex("00000200 0500 0600 01000200 0a00"), (4, 0, 16), is_segmented=True)
    (5, 6, 8, 10)
    """
    count = descriptor[0] or 1 << 16
    is_narrow = descriptor[2] == 8 and (is_segmented or len(data) < 2 * count)
    size = 1 if is_narrow else 2
    places = range(0, len(data) + 1 - size, size)
    entries = [int.from_bytes(data[at : at + size], byte_order) for at in places]
    return tuple(_expanded(entries, is_narrow=is_narrow) if is_segmented else entries)[:count]


def _expanded(data: Sequence[int], *, is_narrow: bool) -> list[int]:
    """The entries that segments stand for (PS3.3, C.7.9.2); a single number behind them pads."""
    entries: list[int] = []
    position = 0
    while position + 1 < len(data):
        if data[position] == _INDIRECT:
            position = _append_copies(data, position, entries, is_narrow=is_narrow)
        else:
            position = _append_segment(data, position, entries)
    return entries


def _append_segment(data: Sequence[int], position: int, entries: list[int]) -> int:
    """Append what the discrete or linear segment at `position` stands for; the place behind it."""
    kind, count = data[position : position + 2] if position + 2 <= len(data) else (-1, 0)
    start = position + 2
    if kind == _DISCRETE and start + count <= len(data):
        entries += data[start : start + count]
        return start + count
    if kind == _LINEAR and count and entries and start < len(data):
        first, change = entries[-1], data[start] - entries[-1]
        entries += (first + round(change * step / count) for step in range(1, count + 1))
        return start + 1
    raise MalformedFileError("a segmented palette is damaged", where="(0028,1221)")


def _append_copies(data: Sequence[int], position: int, entries: list[int], *, is_narrow: bool) -> int:
    """Append again what segments before stand for; the place behind the indirect one at `position`."""
    bits, numbers = (8, 4) if is_narrow else (16, 2)
    end = position + 2 + numbers
    if end > len(data):
        raise MalformedFileError("a segmented palette is damaged", where="(0028,1221)")
    at = sum(number << place * bits for place, number in enumerate(data[position + 2 : end]))
    for _ in range(data[position + 1]):
        at = _append_segment(data, at, entries)
    return end
