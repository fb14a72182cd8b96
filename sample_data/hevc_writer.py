"""A HEVC encoder without compression: every coding unit holds its samples as they are (ITU-T H.265, 7.3.8.7).

One intra picture of 8 bits, chroma halved, in blocks of 32 by 32. Integers and fixed choices alone, so that
the bytes are the same everywhere.
"""

import struct

from jpeg_writer import split_planes

__all__ = ["encode_hevc", "user_data"]

_BLOCK = 32
_LEVEL = 30
_PROFILE = bytes.fromhex("0370000000900000000000") + bytes((_LEVEL,))
"""``profile_tier_level``: Main Still Picture, progressive, level 1 (7.3.3)."""

_VPS, _SPS, _PPS, _SLICE, _SEI = 32, 33, 34, 19, 39

_LPS_RANGES = (240, 227, 216, 205, 195, 185, 175, 166, 158, 150, 142, 135)
"""The last column of table 9-53, as far as the state of one context gets in as many blocks."""


class _Bits:
    """Bits in a row, as syntax elements are written (7.2, 9.2)."""

    def __init__(self) -> None:
        self.text = ""

    def put(self, value: int, bits: int) -> None:
        self.text += f"{value:0{bits}b}" if bits else ""

    def golomb(self, *values: int) -> None:
        """Unsigned Exp-Golomb codes."""
        for value in values:
            size = (value + 1).bit_length()
            self.put(value + 1, 2 * size - 1)

    def align(self, *, stop: str = "") -> None:
        self.text += stop
        self.text += "0" * (-len(self.text) % 8)

    def done(self) -> bytes:
        return int(self.text, 2).to_bytes(len(self.text) // 8, "big")


def encode_hevc(rgb: bytes, width: int, height: int) -> tuple[bytes, bytes]:
    """The content of ``hvcC``, and a slice behind its length; both sides are multiples of 32.

    At most twelve blocks.
    """
    sets = [(_VPS, _video_set()), (_SPS, _sequence_set(width, height)), (_PPS, _picture_set())]
    fixed = b"\1" + _PROFILE + bytes.fromhex("f000fcfdf8f800000f")
    arrays = b""
    for type_, payload in sets:
        unit = _unit(type_, payload)
        arrays += struct.pack(">BHH", 0x80 | type_, 1, len(unit)) + unit
    slice_ = _unit(_SLICE, _slice(rgb, width, height))
    return fixed + bytes((len(sets),)) + arrays, struct.pack(">I", len(slice_)) + slice_


def user_data(text: bytes) -> bytes:
    """A message that no decoder needs, behind its length (D.2.7)."""
    payload = b"\5" + bytes((16 + len(text),)) + bytes(range(16)) + text + b"\x80"
    unit = _unit(_SEI, payload)
    return struct.pack(">I", len(unit)) + unit


def _unit(type_: int, payload: bytes) -> bytes:
    """A NAL unit; what looks like a start code in it is broken up (7.3.1.1)."""
    out, zeros = bytearray((type_ << 1, 1)), 0
    for byte in payload:
        if zeros >= 2 and byte <= 3:
            out.append(3)
            zeros = 0
        out.append(byte)
        zeros = 0 if byte else zeros + 1
    return bytes(out)


def _finished(bits: _Bits) -> bytes:
    bits.align(stop="1")
    return bits.done()


def _put_profile(bits: _Bits) -> None:
    for byte in _PROFILE:
        bits.put(byte, 8)


def _video_set() -> bytes:
    bits = _Bits()
    bits.put(0b0000_11_000000_000_1, 16)
    bits.put(0xFFFF, 16)
    _put_profile(bits)
    bits.put(1, 1)
    bits.golomb(0, 0, 0)
    bits.put(0, 6)
    bits.golomb(0)
    bits.put(0, 2)
    return _finished(bits)


def _sequence_set(width: int, height: int) -> bytes:
    bits = _Bits()
    bits.put(0b0000_000_1, 8)
    _put_profile(bits)
    bits.golomb(0, 1, width, height)
    bits.put(0, 1)
    bits.golomb(0, 0, 0)
    bits.put(1, 1)
    bits.golomb(0, 0, 0)
    bits.golomb(2, 0, 0, 3, 0, 0)  # coding blocks of 32, transforms of 4 to 32
    bits.put(0b0001, 4)  # samples as they are
    bits.put(0x77, 8)  # of 8 bits
    bits.golomb(2, 0)  # in blocks of 32
    bits.put(1, 1)
    bits.golomb(0)
    bits.put(0, 5)
    return _finished(bits)


def _picture_set() -> bytes:
    bits = _Bits()
    bits.golomb(0, 0)
    bits.put(0, 7)
    bits.golomb(0, 0, 0)
    bits.put(0, 3)
    bits.golomb(0, 0)
    bits.put(0, 7)
    bits.put(0b101, 3)  # no deblocking
    bits.put(0, 2)
    bits.golomb(0)
    bits.put(0, 2)
    return _finished(bits)


def _slice(rgb: bytes, width: int, height: int) -> bytes:
    bits = _Bits()
    bits.put(0b10, 2)
    bits.golomb(0, 2, 0)
    bits.align(stop="1")
    out = bits.done()
    planes = [
        bytes(max(0, min(255, v + 128)) for v in plane) for plane in split_planes(rgb, width, height, 2)
    ]
    corners = [(y, x) for y in range(0, height, _BLOCK) for x in range(0, width, _BLOCK)]
    for number, (y, x) in enumerate(corners):
        out += _block_start(number)
        for at, plane in enumerate(planes):
            scale = 2 if at else 1
            row, left, side = width // scale, x // scale, _BLOCK // scale
            for line in range(y // scale, y // scale + side):
                out += plane[line * row + left : line * row + left + side]
    return out + _end()


def _block_start(number: int) -> bytes:
    """Not at the end yet, one part, samples as they are (9.3.4.2 to 9.3.4.3.5)."""
    range_ = 510 - 2 * (number > 0)
    range_ -= _LPS_RANGES[number]
    return _terminated(range_ - 2)


def _end() -> bytes:
    """The end of the slice, which is its stop bit too."""
    return _terminated(510 - 2)


def _terminated(low: int) -> bytes:
    """A terminating bin of 1 behind bins that left `low` at 0, flushed and aligned (9.3.4.3.5, 9.3.5.5).

    Seven shifts bring the range from 2 back to 256. Of the ten bits of `low`, the first is never written.
    """
    text = f"{low:010b}"
    text = text[1:8] + f"{int(text[8:], 2) | 1:02b}"
    return int(text.ljust(16, "0"), 2).to_bytes(2, "big")
