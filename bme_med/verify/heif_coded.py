"""What a HEIF or AVIF picture hides in properties of numbers, and in headers of its coded data."""

import re
import struct
from collections.abc import Iterator

from bme_med.verify.code_points import are_defined

__all__ = ["hides_rows_or_columns", "is_meaningful", "texts_behind_headers"]

_ONE = 50_000
_SEQUENCE_HEADER = 1


def is_meaningful(kind: bytes, content: bytes) -> bool:
    """Whether the numbers of a property can be true (ITU-T H.265, D.3.28; H.273; CTA-861.3)."""
    if kind == b"mdcv":
        *numbers, brightest, darkest = struct.unpack(">8HII", content)
        points = [complex(x, y) for x, y in zip(numbers[::2], numbers[1::2], strict=True)]
        is_colour = max(point.real + point.imag for point in points) <= _ONE and _is_white(*points)
        is_light = 50_000 <= brightest <= 100_000_000 and darkest <= 50_000 and darkest < brightest
        return bool(is_colour and is_light)
    if kind == b"clli":
        most, average = struct.unpack(">HH", content)
        return bool(most <= 10_000 and average <= (most or 10_000))
    if kind == b"pasp":
        return all(0 < number < 256 for number in struct.unpack(">II", content))
    if kind == b"colr" and content[:4] == b"nclx":
        primaries, transfer, matrix, flags = struct.unpack(">HHHB", content[4:])
        return are_defined(primaries, transfer, matrix) and not flags & 0x7F
    return True


def _is_white(first: complex, second: complex, third: complex, white: complex) -> bool:
    """Whether the last of four points lies inside the triangle of the others."""
    edges = ((first, second), (second, third), (third, first))
    turns = [((end - start).conjugate() * (white - start)).imag for start, end in edges]
    return min(turns) > 0 or max(turns) < 0


class _Bits:
    """Bits of a header, as text."""

    def __init__(self, data: bytes) -> None:
        self._text = "".join(f"{byte:08b}" for byte in data)
        self._at = 0

    def take(self, count: int) -> int:
        self._at += count
        if self._at > len(self._text):
            raise ValueError
        return int(self._text[self._at - count : self._at] or "0", 2)

    def code(self) -> int:
        """An Exp-Golomb code (ITU-T H.265, 9.2)."""
        zeros = self._text.index("1", self._at) - self._at
        self._at += zeros
        return self.take(zeros + 1) - 1

    def rest(self) -> str:
        return self._text[self._at :]


def hides_rows_or_columns(configuration: bytes) -> bool:
    """Whether a SPS in ``hvcC`` cuts off whole tree blocks, or cuts at the left or the top (7.4.3.2.1)."""
    return any(unit[0] >> 1 == 33 and _is_cropped(unit) for unit in _parameter_sets(configuration))


def _parameter_sets(configuration: bytes) -> Iterator[bytes]:
    at = 23
    for _ in range(configuration[22]):
        (count,) = struct.unpack_from(">H", configuration, at + 1)
        at += 3
        for _ in range(count):
            (size,) = struct.unpack_from(">H", configuration, at)
            yield configuration[at + 2 : at + 2 + size]
            at += 2 + size


def _is_cropped(sps: bytes) -> bool:
    """ITU-T H.265, 7.3.2.2.1."""
    bits = _Bits(sps[2:].replace(b"\0\0\3", b"\0\0"))
    layers = bits.take(7) & 7
    bits.take(97)
    said = [bits.take(2) for _ in range(layers)]
    bits.take(2 * (8 - layers) if layers else 0)
    bits.take(sum(88 * (flags >> 1) + 8 * (flags & 1) for flags in said))
    bits.code()
    chroma = bits.code()
    bits.take(int(chroma == 3))
    bits.code(), bits.code()
    if not bits.take(1):
        return False
    left, right, top, bottom = (bits.code() for _ in range(4))
    across, down = 1 + (chroma in (1, 2)), 1 + (chroma == 1)
    bits.code(), bits.code(), bits.code()
    for _ in range(layers + 1 if bits.take(1) else 1):
        bits.code(), bits.code(), bits.code()
    tree = 8 << bits.code() + bits.code()
    return bool(left or top) or right * across >= tree or bottom * down >= tree


def texts_behind_headers(data: bytes) -> bool:
    """Whether something follows an AV1 sequence header, inside its unit, where its syntax ends (5.5.1)."""
    at = 0
    while at < len(data):
        start = at + 1 + (data[at] >> 2 & 1)
        size, shift = len(data) - start, 0
        if data[at] & 2:
            size = 0
            while True:
                size |= (data[start] & 0x7F) << shift
                start, shift = start + 1, shift + 7
                if not data[start - 1] & 0x80:
                    break
        if data[at] >> 3 & 15 == _SEQUENCE_HEADER and not _ends(data[start : start + size]):
            return True
        at = start + size
    return False


def _ends(header: bytes) -> bool:
    bits = _Bits(header)
    profile, _, is_reduced = bits.take(3), bits.take(1), bits.take(1)
    if is_reduced:
        bits.take(5)
    else:
        _pass_points(bits)
    sizes = bits.take(4) + 1, bits.take(4) + 1
    bits.take(sum(sizes))
    if not is_reduced:
        bits.take(7 * bits.take(1))
    bits.take(3)
    if not is_reduced:
        bits.take(4)
        has_order = bits.take(1)
        bits.take(2 * has_order)
        content = 2 if bits.take(1) else bits.take(1)
        if content and not bits.take(1):
            bits.take(1)
        bits.take(3 * has_order)
    bits.take(3)
    _pass_colours(bits, profile)
    bits.take(1)
    return re.fullmatch("10*", bits.rest()) is not None


def _pass_points(bits: _Bits) -> None:
    delay = has_model = 0
    if bits.take(1):
        bits.take(64)
        if bits.take(1):
            bits.code()
        has_model = bits.take(1)
        if has_model:
            delay = bits.take(5) + 1
            bits.take(42)
    has_display = bits.take(1)
    for _ in range(bits.take(5) + 1):
        bits.take(12)
        bits.take(int(bits.take(5) > 7))
        if has_model:
            bits.take((2 * delay + 1) * bits.take(1))
        if has_display:
            bits.take(4 * bits.take(1))


def _pass_colours(bits: _Bits, profile: int) -> None:
    is_deep = bits.take(1)
    is_twelve = bits.take(1) if profile == 2 and is_deep else 0
    is_grey = 0 if profile == 1 else bits.take(1)
    named = bits.take(24) if bits.take(1) else 0
    if is_grey:
        bits.take(1)
        return
    if named != 0x010D00:
        bits.take(1)
        across, down = int(profile != 1), int(profile == 0)
        if is_twelve:
            across = bits.take(1)
            down = bits.take(1) if across else 0
        bits.take(2 * (across & down))
    bits.take(1)
