"""Tables of a JPEG: quantisation, Huffman, arithmetic conditioning, restart interval (ITU-T T.81, B.2.4)."""

from collections.abc import Iterator

from bme_med.photo.errors import DamagedPhotoError

__all__ = ["DAC", "DHT", "DQT", "DRI", "Table", "read_tables"]

DHT, DAC, DQT, DRI = 0xC4, 0xCC, 0xDB, 0xDD
_MAX_CODES = 256
_COEFFICIENTS = 64
_CODE_BITS = 16
_HIGHEST_DIFFERENCE = 16


class Table:
    """One definition inside a segment: bytes `start` to `end` of its payload.

    Attributes
    ----------
    destination
        Where it is installed; a definition of the same kind replaces what was there.
    is_legal
        Whether it can be one that an encoder made.
    is_used
        Whether a scan decodes with it.
    """

    __slots__ = ("destination", "end", "is_legal", "is_used", "start")

    def __init__(self, start: int, end: int, destination: int, *, is_legal: bool) -> None:
        self.start = start
        self.end = end
        self.destination = destination
        self.is_legal = is_legal
        self.is_used = False


def read_tables(marker: int, payload: bytes, where: str) -> Iterator[Table]:
    """The definitions in a payload (B.2.4.1 to B.2.4.4).

    Raises
    ------
    DamagedPhotoError
        If one does not end with the payload or before.
    """
    start = 0
    while start < len(payload):
        length = 2
        if marker == DQT:
            length = 1 + _COEFFICIENTS * (1 + (payload[start] >> 4))
        elif marker == DHT:
            length = 17 + sum(payload[start + 1 : start + 17])
        is_definition = payload[start] >> 4 <= 1 and length <= 17 + _MAX_CODES
        if (marker != DRI and not is_definition) or start + length > len(payload):
            raise DamagedPhotoError("a table does not fit its segment", where=where)
        destination = 0 if marker == DRI else payload[start] & (0x0F if marker == DQT else 0xFF)
        is_legal = marker != DHT or _has_one_code_each(payload[start : start + length])
        yield Table(start, start + length, destination, is_legal=is_legal)
        start += length


def _has_one_code_each(definition: bytes) -> bool:
    """Whether no symbol has two codes, the codes fit in 16 bits, and a DC symbol is one (C.2, F.1.2.1)."""
    counts, symbols = definition[1:17], definition[17:]
    codes = sum(count << _CODE_BITS - length for length, count in enumerate(counts, 1))
    is_dc = definition[0] >> 4 == 0
    is_known = not is_dc or max(symbols, default=0) <= _HIGHEST_DIFFERENCE
    return len(set(symbols)) == len(symbols) and codes <= 1 << _CODE_BITS and is_known
