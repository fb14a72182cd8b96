"""Elements of an ICC profile, with nothing but what their types declare (ICC.1:2022, section 10).

Numbers must be those of colours: text gives others. Curves and colour tables stay as they are, in sizes that
profiles have.
"""

import struct
from itertools import accumulate
from math import prod
from typing import NamedTuple

from bme_med.core.code_points import MATRICES, PRIMARIES, TRANSFERS

__all__ = ["Spaces", "cut_element", "pad_element"]

_CHANNELS = {b"GRAY": 1, b"CMYK": 4}
"""Channels of colour spaces; all others here have three."""

_CURVE_PARAMETERS = (1, 3, 4, 5, 7)
"""How many parameters a parametric curve has, by its function type (10.18)."""

_ONE = 1 << 16
"""1.0 as an s15Fixed16Number (4.6)."""
_HIGHEST_COLOUR, _HIGHEST_FACTOR, _HIGHEST_PARAMETER = 4, 32, 256
"""What a tristimulus value or a factor of an adaptation, a factor of a matrix or parameter of a function, and
a parameter of a function within a table stays below: of real profiles 1.1, 16 where a curve is the inverse of
one that starts at a sixteenth, and 137."""
_MAX_ENTRIES = 4096
"""Of a curve: as a lut16Type may have (10.10), and the longest of real profiles."""
_MAX_SAMPLES = 1_000_000
"""Of a multi-dimensional table: 65 points in three dimensions, and 23 in four."""

_IDENTITY = tuple(_ONE * (row == column) for row in range(3) for column in range(3))


class Spaces(NamedTuple):
    """The colour spaces that a table leads from and to, by their signatures (7.2.6, 7.2.7)."""

    source: bytes
    target: bytes

    @property
    def channels(self) -> tuple[int, int]:
        """How many channels they have."""
        return _CHANNELS.get(self.source, 3), _CHANNELS.get(self.target, 3)


def cut_element(element: bytes, types: tuple[bytes, ...], spaces: Spaces) -> bytes:
    """`element`, of one of `types`, with nothing but what its type declares.

    Raises
    ------
    ValueError, IndexError, struct.error
        If it ends too early, or holds what no profile has there.
    """
    type_ = element[:4]
    if type_ not in types:
        raise ValueError("a type that the tag cannot have")
    match type_:
        case b"XYZ ":
            return element[:4] + bytes(4) + _numbers(element[8:20], 3, _HIGHEST_COLOUR)
        case b"sf32":
            return element[:4] + bytes(4) + _numbers(element[8:44], 9, _HIGHEST_COLOUR)
        case b"cicp":
            return element[:4] + bytes(4) + _code_points(element[8:12])
        case b"mft1" | b"mft2":
            return _cut_table(element, spaces)
        case b"mAB " | b"mBA ":
            return _cut_lut(element, spaces)
        case _:
            return _cut_curve(element)


def _numbers(data: bytes, count: int, below: int) -> bytes:
    """`data`, which is that many s15Fixed16Numbers whose absolute values lie below a limit."""
    if any(abs(number) >= below * _ONE for number in struct.unpack(f">{count}i", data)):
        raise ValueError("a number that no colour has")
    return data


def _code_points(data: bytes) -> bytes:
    """`data`, which is colour primaries, transfer characteristics, matrix and range (10.3)."""
    primaries, transfer, matrix, is_full = data
    if not (primaries in PRIMARIES and transfer in TRANSFERS and matrix in MATRICES and is_full < 2):
        raise ValueError("a code point that is not defined")
    return data


def _take(element: bytes, size: int) -> bytes:
    """The first `size` bytes, the reserved ones zero."""
    if len(element) < size:
        raise ValueError("an element ends too early")
    return element[:4] + bytes(4) + element[8:size]


def _cut_curve(element: bytes, below: int = _HIGHEST_FACTOR) -> bytes:
    if element[:4] == b"curv":
        (count,) = struct.unpack_from(">I", element, 8)
        _require_entries(count)
        return _take(element, 12 + 2 * count)
    if element[:4] != b"para":
        raise ValueError("not a curve")
    count = _CURVE_PARAMETERS[int.from_bytes(element[8:10], "big")]
    parameters = _numbers(element[12 : 12 + 4 * count], count, below)
    return element[:4] + bytes(4) + element[8:10] + bytes(2) + parameters


def _require_entries(*counts: int) -> None:
    if max(counts) > _MAX_ENTRIES:
        raise ValueError("a curve of too many entries")


def _require_samples(count: int) -> None:
    if count > _MAX_SAMPLES:
        raise ValueError("a table of too many samples")


def _cut_table(element: bytes, spaces: Spaces) -> bytes:
    """A lut16Type or lut8Type (10.10, 10.11)."""
    inputs, outputs, grid = element[8:11]
    if (inputs, outputs) != spaces.channels:
        raise ValueError("channels that the colour spaces do not have")
    samples = grid**inputs * outputs
    _require_samples(samples)
    if element[:4] == b"mft1":
        size = 48 + 256 * (inputs + outputs) + samples
    else:
        entries = struct.unpack_from(">2H", element, 48)
        _require_entries(*entries)
        size = 52 + 2 * (entries[0] * inputs + entries[1] * outputs + samples)
    taken = _take(element, size)
    return taken[:11] + b"\0" + _table_matrix(taken[12:48], spaces) + taken[48:]


def _table_matrix(data: bytes, spaces: Spaces) -> bytes:
    """The matrix, which is the identity unless the table leads from XYZ (10.10); some readers apply any.

    They take one that is off by the least step for the identity, and none where there are not three channels.
    """
    if spaces.source == b"XYZ ":
        return _numbers(data, 9, _HIGHEST_FACTOR)
    numbers = zip(struct.unpack(">9i", data), _IDENTITY, strict=True)
    if spaces.channels[0] == 3 and any(abs(number - one) > 1 for number, one in numbers):
        raise ValueError("a matrix where there can be none")
    return struct.pack(">9i", *_IDENTITY)


def _cut_lut(element: bytes, spaces: Spaces) -> bytes:
    """A lutAToBType or lutBToAType, its five parts laid out anew without gaps (10.12 and 10.13)."""
    inputs, outputs = element[8:10]
    if (inputs, outputs) != spaces.channels:
        raise ValueError("channels that the colour spaces do not have")
    b, matrix, m, grid, a = (
        element[offset:] if offset else b"" for offset in struct.unpack_from(">5I", element, 12)
    )
    near, far = (outputs, inputs) if element[:4] == b"mAB " else (inputs, outputs)
    parts = (
        _cut_curves(b, near) if b else b"",
        _numbers(matrix[:48], 12, _HIGHEST_FACTOR) if matrix else b"",
        _cut_curves(m, near) if m else b"",
        _cut_grid(grid, inputs, outputs) if grid else b"",
        _cut_curves(a, far) if a else b"",
    )
    starts = accumulate((len(part) for part in parts), initial=32)
    placed = (start if part else 0 for part, start in zip(parts, starts, strict=False))
    return struct.pack(">4s4xBB2x5I", element[:4], inputs, outputs, *placed) + b"".join(parts)


def _cut_curves(data: bytes, count: int) -> bytes:
    curves = b""
    for _ in range(count):
        curves += pad_element(_cut_curve(data[len(curves) :], _HIGHEST_PARAMETER))
    return curves


def _cut_grid(data: bytes, inputs: int, outputs: int) -> bytes:
    """A multi-dimensional table: 16 grid sizes, the sample size and the samples (10.12.3)."""
    points, sample_bytes = data[:inputs], data[16]
    samples = prod(points) * outputs
    _require_samples(samples)
    end = 20 + samples * sample_bytes
    if sample_bytes not in (1, 2) or end > len(data):
        raise ValueError("an impossible grid")
    return pad_element(points + bytes(16 - inputs) + bytes((sample_bytes, 0, 0, 0)) + data[20:end])


def pad_element(element: bytes) -> bytes:
    """`element` up to a multiple of four bytes (7.1.2)."""
    return element + bytes(-len(element) % 4)
