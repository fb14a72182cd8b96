"""Bits of a HEVC NAL unit (ITU-T H.265, 7.2, 7.3.1.1 and 9.2)."""

from bme_med.photo.errors import DamagedPhotoError

__all__ = ["Bits"]

_LONGEST_CODE = 32


class Bits:
    """Reads the payload of a NAL unit, behind its header of two bytes, without emulation prevention.

    >>> bits = Bits(bytes.fromhex("4001a340"))
    >>> bits.number(1), bits.golomb(), bits.golomb(), bits.is_at_end()
    (1, 1, 5, True)
    """

    __slots__ = ("_left", "_value")

    def __init__(self, unit: bytes) -> None:
        data = unit[2:].replace(b"\0\0\3", b"\0\0")
        self._left = 8 * len(data)
        self._value = int.from_bytes(data, "big")

    def number(self, count: int) -> int:
        """An unsigned number of `count` bits.

        Raises
        ------
        DamagedPhotoError
            If there are not as many.
        """
        self._left -= count
        if self._left < 0:
            raise DamagedPhotoError("a HEVC unit ends too early")
        return (self._value >> self._left) & ((1 << count) - 1)

    def flag(self) -> bool:
        """One bit."""
        return bool(self.number(1))

    def golomb(self, most: int = (1 << 32) - 2) -> int:
        """An Exp-Golomb code, ``ue(v)``, of at most `most`."""
        zeros = 0
        while not self.flag():
            zeros += 1
            if zeros > _LONGEST_CODE:
                raise DamagedPhotoError("an impossible code in a HEVC unit")
        value = (1 << zeros) - 1 + self.number(zeros)
        if value > most:
            raise DamagedPhotoError("an impossible number in a HEVC unit")
        return value

    def skip_golomb(self, count: int) -> None:
        """Read `count` codes, signed or not, whose values do not matter here."""
        for _ in range(count):
            self.golomb()

    def is_at_end(self) -> bool:
        """Whether nothing but the trailing bits is left: a one, and zeros (7.3.2.11)."""
        rest = self._value & ((1 << self._left) - 1)
        return self._left > 0 and rest == 1 << (self._left - 1)
