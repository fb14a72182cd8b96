"""Bits of coded units (ITU-T H.265, 7.2, 7.3.1.1 and 9.2; AV1 bitstream specification, 4.10 and 5.3.4)."""

from bme_med.photo.errors import DamagedPhotoError

__all__ = ["Bits"]

_LONGEST_CODE = 32


class Bits:
    """Reads the payload of a unit, its highest bit first.

    >>> bits = Bits.of_nal_unit(bytes.fromhex("4001a340"))
    >>> bits.number(1), bits.golomb(), bits.golomb(), bits.is_at_end()
    (1, 1, 5, True)
    """

    __slots__ = ("_left", "_value")

    def __init__(self, payload: bytes) -> None:
        self._left = 8 * len(payload)
        self._value = int.from_bytes(payload, "big")

    @classmethod
    def of_nal_unit(cls, unit: bytes) -> "Bits":
        """Those of a NAL unit behind its header of two bytes, without emulation prevention."""
        return cls(unit[2:].replace(b"\0\0\3", b"\0\0"))

    @property
    def left(self) -> int:
        """How many bits are left."""
        return self._left

    def number(self, count: int) -> int:
        """An unsigned number of `count` bits.

        Raises
        ------
        DamagedPhotoError
            If there are not as many.
        """
        self._left -= count
        if self._left < 0:
            raise DamagedPhotoError("a coded unit ends too early")
        return (self._value >> self._left) & ((1 << count) - 1)

    def flag(self) -> bool:
        """One bit."""
        return bool(self.number(1))

    def golomb(self, most: int = (1 << 32) - 2) -> int:
        """An Exp-Golomb code, ``ue(v)`` and ``uvlc()``, of at most `most`."""
        zeros = 0
        while not self.flag():
            zeros += 1
            if zeros > _LONGEST_CODE:
                raise DamagedPhotoError("an impossible code in a coded unit")
        value = (1 << zeros) - 1 + self.number(zeros)
        if value > most:
            raise DamagedPhotoError("an impossible number in a coded unit")
        return value

    def skip_golomb(self, count: int) -> None:
        """Read `count` codes, signed or not, whose values do not matter here."""
        for _ in range(count):
            self.golomb()

    def is_at_end(self) -> bool:
        """Whether nothing but the trailing bits is left: a one, and zeros (7.3.2.11; 5.3.4)."""
        rest = self._value & ((1 << self._left) - 1)
        return self._left > 0 and rest == 1 << (self._left - 1)
