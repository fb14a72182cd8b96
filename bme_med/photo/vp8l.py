"""VP8L: where a lossless image ends (RFC 9649, 3.2 to 3.7).

The stream says nowhere how long it is, so its codes are read to the last pixel. Colours are made only of the
image that chooses prefix codes; of all others it is enough to know how many pixels a code stands for. Pixels
that take no bits are passed over in one step, so that the time follows from the bytes that there are.
"""

from array import array

from bme_med.photo.errors import DamagedPhotoError

__all__ = ["measure_lossless"]

_PREDICTOR, _CROSS_COLOR, _SUBTRACT_GREEN, _COLOR_INDEXING = range(4)
_GREEN, _RED, _BLUE, _ALPHA, _DISTANCE = range(5)
_LITERALS, _LENGTHS, _DISTANCES = 256, 24, 40
_MAX_CACHE_BITS, _MAX_CODE_BITS, _ROOT_BITS = 11, 15, 8
_CODE_ORDER = (17, 18, 0, 1, 2, 3, 4, 5, 16, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15)
_REPEATS = {16: (2, 3), 17: (3, 3), 18: (7, 11)}
_HASH = 0x1E35A7BD
_PIXEL_BYTES = 9
"""Room for four codes that start within the first byte."""
_MAX_GROUPS = 8_192
_NEAR = (
    *((0, 1), (1, 0), (1, 1), (-1, 1), (0, 2), (2, 0), (1, 2), (-1, 2), (2, 1), (-2, 1), (2, 2), (-2, 2)),
    *((0, 3), (3, 0), (1, 3), (-1, 3), (3, 1), (-3, 1), (2, 3), (-2, 3), (3, 2), (-3, 2), (0, 4), (4, 0)),
    *((1, 4), (-1, 4), (4, 1), (-4, 1), (3, 3), (-3, 3), (2, 4), (-2, 4), (4, 2), (-4, 2), (0, 5), (3, 4)),
    *((-3, 4), (4, 3), (-4, 3), (5, 0), (1, 5), (-1, 5), (5, 1), (-5, 1), (2, 5), (-2, 5), (5, 2), (-5, 2)),
    *((4, 4), (-4, 4), (3, 5), (-3, 5), (5, 3), (-5, 3), (0, 6), (6, 0), (1, 6), (-1, 6), (6, 1), (-6, 1)),
    *((2, 6), (-2, 6), (6, 2), (-6, 2), (4, 5), (-4, 5), (5, 4), (-5, 4), (3, 6), (-3, 6), (6, 3), (-6, 3)),
    *((0, 7), (7, 0), (1, 7), (-1, 7), (5, 5), (-5, 5), (7, 1), (-7, 1), (4, 6), (-4, 6), (6, 4), (-6, 4)),
    *((2, 7), (-2, 7), (7, 2), (-7, 2), (3, 7), (-3, 7), (7, 3), (-7, 3), (5, 6), (-5, 6), (6, 5), (-6, 5)),
    *((8, 0), (4, 7), (-4, 7), (7, 4), (-7, 4), (8, 1), (8, 2), (6, 6), (-6, 6), (8, 3), (5, 7), (-5, 7)),
    *((7, 5), (-7, 5), (8, 4), (6, 7), (-6, 7), (7, 6), (-7, 6), (8, 5), (7, 7), (-7, 7), (8, 6), (8, 7)),
)
"""Columns to the left and rows above of the first 120 distances."""

_Code = tuple[list[tuple[int, int]], dict[int, tuple[int, int]]]
"""Length and symbol by the next eight bits; longer codes, by their bits below a leading one, apart."""


def measure_lossless(data: bytes, width: int, height: int, where: str) -> int:
    """How many bytes of `data`, the stream behind the header of five bytes, an image of that size takes.

    Raises
    ------
    DamagedPhotoError
        If the stream ends before the image does, or cannot be read.
    """
    reader = _Reader(data)
    try:
        reader.read_image(width, height)
    except (IndexError, KeyError, ValueError):
        raise DamagedPhotoError("the image data cannot be read", where=where) from None
    if reader.position > 8 * len(data):
        raise DamagedPhotoError("the image data ends too early", where=where)
    return (reader.position + 7) // 8


def _cells(side: int, bits: int) -> int:
    return (side + (1 << bits) - 1) >> bits


class _Reader:
    """Reads one stream; `position` counts bits."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self.position = 0

    def read(self, count: int) -> int:
        """The next `count` bits.

        Raises
        ------
        IndexError
            If the stream ends before them.
        """
        start, skipped = divmod(self.position, 8)
        self.position += count
        if self.position > 8 * len(self._data):
            raise IndexError
        chunk = self._data[start : start + (skipped + count + 7) // 8]
        return int.from_bytes(chunk, "little") >> skipped & (1 << count) - 1

    def read_image(self, width: int, height: int) -> None:
        """Transforms, each with its own image, then the picture."""
        seen = set()
        while self.read(1):
            transform = self.read(2)
            if transform in seen:
                raise ValueError("a transform twice")
            seen.add(transform)
            if transform in (_PREDICTOR, _CROSS_COLOR):
                bits = self.read(3) + 2
                self._skip_image(_cells(width, bits), _cells(height, bits))
            elif transform == _COLOR_INDEXING:
                colors = self.read(8) + 1
                self._skip_image(colors, 1)
                width = _cells(width, 0 if colors > 16 else 1 if colors > 4 else 2 if colors > 2 else 3)
        cache_bits = self._read_cache_bits()
        if not self.read(1):
            self._skip_pixels(width, height, [self._read_group(cache_bits)], None, 0)
            return
        bits = self.read(3) + 2
        chosen = self._read_pixels(_cells(width, bits), _cells(height, bits))
        choices = array("H", (pixel >> 8 & 0xFFFF for pixel in chosen))
        if max(choices) >= _MAX_GROUPS:
            raise ValueError("more groups of codes than pictures have")
        groups = [self._read_group(cache_bits) for _ in range(max(choices) + 1)]
        self._skip_pixels(width, height, groups, choices, bits)

    def _skip_image(self, width: int, height: int) -> None:
        """The image of a transform."""
        self._skip_pixels(width, height, [self._read_group(self._read_cache_bits())], None, 0)

    def _read_cache_bits(self) -> int:
        if not self.read(1):
            return 0
        bits = self.read(4)
        if not 1 <= bits <= _MAX_CACHE_BITS:
            raise ValueError("an impossible cache")
        return bits

    def _read_group(self, cache_bits: int) -> list[_Code]:
        first = _LITERALS + _LENGTHS + (1 << cache_bits if cache_bits else 0)
        return [self._read_code(size) for size in (first, _LITERALS, _LITERALS, _LITERALS, _DISTANCES)]

    def _read_code(self, size: int) -> _Code:
        lengths = [0] * size
        if self.read(1):
            count = self.read(1) + 1
            lengths[self.read(8 if self.read(1) else 1)] = 1
            if count == 2:
                lengths[self.read(8)] = 1
            return _make_code(lengths)
        kinds = [0] * len(_CODE_ORDER)
        for at in range(self.read(4) + 4):
            kinds[_CODE_ORDER[at]] = self.read(3)
        left = 2 + self.read(2 + 2 * self.read(3)) if self.read(1) else size
        kind_code, symbol, previous = _make_code(kinds), 0, 8
        while symbol < size and left:
            left -= 1
            length = self._read_symbol(kind_code)
            if length < 16:
                lengths[symbol] = length
                previous = length or previous
                symbol += 1
                continue
            bits, least = _REPEATS[length]
            repeat = least + self.read(bits)
            if symbol + repeat > size:
                raise ValueError("lengths behind the last symbol")
            lengths[symbol : symbol + repeat] = [previous if length == 16 else 0] * repeat
            symbol += repeat
        return _make_code(lengths)

    def _read_symbol(self, code: _Code) -> int:
        roots, others = code
        start, skipped = divmod(self.position, 8)
        bits = int.from_bytes(self._data[start : start + 3], "little") >> skipped
        length, symbol = roots[bits & 0xFF]
        if length > _ROOT_BITS:
            length, symbol = _find_long(others, bits)
        self.position += length
        return symbol

    def _read_prefixed(self, symbol: int) -> int:
        if symbol < 4:
            return symbol + 1
        extra = symbol - 2 >> 1
        return (2 + (symbol & 1) << extra) + self.read(extra) + 1

    def _read_pixels(self, width: int, height: int) -> "array[int]":
        """An image whose pixels matter."""
        cache_bits = self._read_cache_bits()
        green, red, blue, alpha, distance = self._read_group(cache_bits)
        cache = [0] * (1 << cache_bits)
        pixels = array("I")
        while len(pixels) < width * height:
            symbol = self._read_symbol(green)
            if symbol < _LITERALS:
                pixel = symbol << 8 | self._read_symbol(red) << 16
                pixel |= self._read_symbol(blue)
                added = [pixel | self._read_symbol(alpha) << 24]
            elif symbol < _LITERALS + _LENGTHS:
                length = self._read_prefixed(symbol - _LITERALS)
                back = _pixels_back(self._read_prefixed(self._read_symbol(distance)), width)
                if back > len(pixels) or len(pixels) + length > width * height:
                    raise ValueError("a copy from outside")
                added = [pixels[len(pixels) - back + at % back] for at in range(length)]
            else:
                added = [cache[symbol - _LITERALS - _LENGTHS]]
            pixels.extend(added)
            if cache_bits:
                for pixel in added:
                    cache[(pixel * _HASH & 0xFFFFFFFF) >> 32 - cache_bits] = pixel
        return pixels

    def _skip_pixels(
        self, width: int, height: int, groups: list[list[_Code]], choices: "array[int] | None", bits: int
    ) -> None:
        """An image whose pixels do not matter, by runs of pixels that have one group of codes."""
        cells, total, at = _cells(width, bits), width * height, 0
        while at < total:
            if not choices:
                at = self._skip_run(groups[0], at, total)
                continue
            row, column = divmod(at, width)
            group = groups[choices[(row >> bits) * cells + (column >> bits)]]
            at = self._skip_run(group, at, at - column + min(((column >> bits) + 1) << bits, width))
        if at > total:
            raise ValueError("a copy to outside")

    def _skip_run(self, group: list[_Code], at: int, end: int) -> int:
        """Read from pixel `at` to pixel `end`, or beyond it by a copy; where that is."""
        (roots, others), *colors = (code for code in group[:_DISTANCE] if code is group[0] or code[0][0][0])
        if not colors and not roots[0][0] and roots[0][1] < _LITERALS:
            return end
        data, position, from_bytes = self._data, self.position, int.from_bytes
        while at < end:
            start = position >> 3
            bits = from_bytes(data[start : start + _PIXEL_BYTES], "little") >> (position & 7)
            length, symbol = roots[bits & 0xFF]
            if length > _ROOT_BITS:
                length, symbol = _find_long(others, bits)
            position += length
            if symbol < _LITERALS:
                bits >>= length
                for color, longer in colors:
                    length = color[bits & 0xFF][0]
                    if length > _ROOT_BITS:
                        length = _find_long(longer, bits)[0]
                    bits >>= length
                    position += length
            elif symbol < _LITERALS + _LENGTHS:
                self.position = position
                at += self._read_prefixed(symbol - _LITERALS) - 1
                self._read_prefixed(self._read_symbol(group[_DISTANCE]))
                position = self.position
            at += 1
            if start > len(data):
                raise IndexError
        self.position = position
        return at


def _find_long(others: dict[int, tuple[int, int]], bits: int) -> tuple[int, int]:
    """Length and symbol of a code that does not fit into the first table."""
    for length in range(_ROOT_BITS + 1, _MAX_CODE_BITS + 1):
        if found := others.get(1 << length | bits & (1 << length) - 1):
            return found
    raise ValueError("no such code")


def _pixels_back(code: int, width: int) -> int:
    if code > len(_NEAR):
        return code - len(_NEAR)
    left, up = _NEAR[code - 1]
    return max(1, left + up * width)


def _make_code(lengths: list[int]) -> _Code:
    """A canonical prefix code; one symbol alone takes no bits (3.7.2.1)."""
    used = [symbol for symbol, length in enumerate(lengths) if length]
    if len(used) <= 1:
        return [(0, used[0] if used else 0)] * (1 << _ROOT_BITS), {}
    roots = [(_MAX_CODE_BITS + 1, 0)] * (1 << _ROOT_BITS)
    others: dict[int, tuple[int, int]] = {}
    number, previous = 0, 0
    for length, symbol in sorted((lengths[symbol], symbol) for symbol in used):
        number <<= length - previous
        previous = length
        code = int(f"{number:0{length}b}"[::-1], 2)
        if number >> length:
            raise ValueError("more codes than fit")
        number += 1
        if length > _ROOT_BITS:
            others[1 << length | code] = (length, symbol)
        else:
            for high in range(0, 1 << _ROOT_BITS, 1 << length):
                roots[high | code] = (length, symbol)
    if number != 1 << previous:
        raise ValueError("codes are missing")
    return roots, others
