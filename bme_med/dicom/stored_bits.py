"""Which bits of a native sample hold its value, and clearing all others (PS3.5, 8.1.1; PS3.3, C.9.2).

Until 2004 an overlay plane could lie in bits of Pixel Data that the samples leave unused. Readers mask them
or take them as they are, so that cleared bits look like what devices write today: zero, and the sign repeated
where samples are signed.
"""

from collections.abc import Iterator
from dataclasses import KW_ONLY, dataclass, replace
from functools import cache
from itertools import takewhile
from struct import unpack
from typing import Literal, NamedTuple

from bme_med.core import Range, Rendered, Source, UnsupportedFileError
from bme_med.core.source import view_of
from bme_med.core.splice import CHUNK_BYTES
from bme_med.dicom.instance import Instance
from bme_med.dicom.pixeldata import is_encapsulated
from bme_med.dicom.walker import PIXEL_DATA
from bme_med.pixels.bounds import lie_within

__all__ = ["StoredBits", "cleared", "clearing_reason", "padding_of", "refuse_hidden_overlays", "stored_bits"]

_ALLOCATED, _STORED, _HIGH = 0x00280100, 0x00280101, 0x00280102
_REPRESENTATION, _PADDING = 0x00280103, 0x00280120
_OVERLAY_ALLOCATED, _OVERLAY_POSITION, _OVERLAY_DATA = 0x0100, 0x0102, 0x3000
_FIRST_OVERLAY = 0x60000000
_MANY_BYTES = 1 << 17
"""From so many on, numpy is worth the time that it takes to load."""

_FORMATS = {8: "B", 16: "H", 32: "I", 64: "Q"}


class _Lane(NamedTuple):
    """How byte `place` of each sample follows from its byte `origin`; `stable` holds the bytes that stay."""

    place: int
    origin: int
    table: bytes
    stable: bytes

    def is_clear(self, samples: bytes, step: int) -> bool:
        """Whether clearing would leave this byte of all `samples`, each `step` bytes long, as it is."""
        mine = samples[self.place :: step]
        if self.origin == self.place:
            return not mine.translate(None, self.stable)
        return mine == samples[self.origin :: step].translate(self.table)


@dataclass(frozen=True, slots=True)
class StoredBits:
    """The samples of native Pixel Data: bits `low` to `high` of `allocated` hold the value.

    >>> StoredBits(16, 0, 11, is_signed=False).clear(bytes.fromhex("34f2")).hex()
    '3402'
    """

    allocated: int
    low: int
    high: int
    _: KW_ONLY
    is_signed: bool
    byte_order: Literal["little", "big"] = "little"

    def clear(self, samples: bytes) -> bytes:
        """`samples` with nothing in their unused bits but the sign; of a cut sample at the end zero bytes."""
        step = self.allocated // 8
        whole = len(samples) - len(samples) % step
        new = bytearray(samples[:whole])
        for lane in _lanes(self):
            new[lane.place :: step] = samples[lane.origin : whole : step].translate(lane.table)
        return bytes(new) + bytes(len(samples) - whole)

    def is_clear(self, samples: bytes | memoryview, allowed: int | None = None) -> bool:
        """Whether `clear` would change nothing; samples that equal `allowed` may stand."""
        step = self.allocated // 8
        if len(samples) >= _MANY_BYTES and not self.low:
            found = lie_within(samples, self._values, self.allocated, self.byte_order, beside=allowed)
            if found is not None:
                return found
        whole = bytes(samples[: len(samples) - len(samples) % step])
        if all(lane.is_clear(whole, step) for lane in _lanes(self)):
            return True
        return allowed is not None and self._is_clear_beside(whole, allowed)

    @property
    def _values(self) -> range:
        """What a sample may be that has its value in its lowest bits."""
        return range(-1 << self.high, 1 << self.high) if self.is_signed else range(2 << self.high)

    def _is_clear_beside(self, samples: bytes, allowed: int) -> bool:
        count = len(samples) * 8 // self.allocated
        mark = "<" if self.byte_order == "little" else ">"
        values = set(unpack(f"{mark}{count}{_FORMATS[self.allocated]}", samples)) - {allowed}
        size = self.allocated // 8
        return all(self.is_clear(value.to_bytes(size, self.byte_order)) for value in values)


@cache
def _lanes(bits: StoredBits) -> tuple[_Lane, ...]:
    """The bytes of a sample that are not all value."""
    size = bits.allocated // 8
    places = range(size) if bits.byte_order == "little" else range(size)[::-1]
    mask = (2 << bits.high) - (1 << bits.low)
    sign_byte, sign = bits.high // 8, 1 << bits.high % 8
    lanes = []
    for number, place in enumerate(places):
        kept = mask >> 8 * number & 0xFF
        if kept == 0xFF:
            continue
        repeated = 0 if number < sign_byte or not bits.is_signed else 0xFF & ~(kept and 2 * sign - 1)
        table = bytes(byte & kept | (repeated if byte & sign else 0) for byte in range(256))
        origin = places[min(number, sign_byte)] if bits.is_signed else place
        lanes.append(_Lane(place, origin, table, bytes(byte for byte in range(256) if table[byte] == byte)))
    return tuple(lanes)


@dataclass(frozen=True, slots=True)
class _Clearing:
    """Makes the cleared samples of a range of the source."""

    samples: Range
    bits: StoredBits

    def __call__(self, source: Source) -> Iterator[bytes]:
        return map(self.bits.clear, map(bytes, _chunks(source, self.samples)))


def stored_bits(instance: Instance) -> StoredBits | None:
    """Of native Pixel Data whose samples leave bits unused and are described; else nothing.

    Nothing of big endian samples longer than a word: writers disagree about the order of their words.
    """
    byte_order = instance.coding.byte_order
    allocated, stored = instance.number(_ALLOCATED), instance.number(_STORED)
    high = instance.number(_HIGH, stored - 1)
    low = high - stored + 1
    if allocated not in _FORMATS or not 0 < stored < allocated or low < 0 or high >= allocated:
        return None
    if byte_order == "big" and allocated > 16:
        return None
    is_signed = instance.number(_REPRESENTATION) == 1
    return StoredBits(allocated, low, high, is_signed=is_signed, byte_order=byte_order)


def cleared(samples: Range, bits: StoredBits) -> Rendered:
    """The samples with their unused bits cleared, made while splicing."""
    return Rendered(samples.end - samples.start, _Clearing(samples, bits))


def clearing_reason(instance: Instance, samples: Range, policy: str) -> str | None:
    """The finding where unused bits are to be cleared, else nothing.

    `policy` is ``pixels.unused-bits`` of the profile: for what no overlay explains.

    Raises
    ------
    UnsupportedFileError
        Where the policy is to refuse.
    """
    bits = stored_bits(instance)
    if _hidden_overlays(instance):
        return "an overlay in unused bits of Pixel Data was cleared"
    if bits is None or policy == "keep" or _is_plain(instance, samples, bits):
        return None
    if policy == "refuse":
        raise UnsupportedFileError(
            "unused bits of Pixel Data hold what no attribute explains, such as an old overlay; "
            'set pixels.unused-bits = "clear", or "keep" where Bits Stored is known to be wrong'
        )
    return "unused bits of Pixel Data held what no attribute explains and were cleared"


def padding_of(instance: Instance) -> int | None:
    """Pixel Padding Value as an unsigned number: some devices pad outside the range that they store."""
    return instance.number(_PADDING) if instance.raw(_PADDING) else None


def _is_plain(instance: Instance, samples: Range, bits: StoredBits) -> bool:
    """Whether unused bits hold zero, or else the sign, in all samples but those of Pixel Padding Value."""
    padding = padding_of(instance)
    return any(
        all(candidate.is_clear(chunk, padding) for chunk in _chunks(instance.data, samples))
        for candidate in {bits, replace(bits, is_signed=False)}
    )


def _chunks(source: Source, samples: Range) -> Iterator[bytes | memoryview]:
    data = view_of(source)
    for start in range(samples.start, samples.end, CHUNK_BYTES):
        yield data[start : min(start + CHUNK_BYTES, samples.end)]


def _hidden_overlays(instance: Instance) -> list[int]:
    """Bit positions of overlay planes that lie in Pixel Data (PS3.3, C.9.2; retired in 2004)."""
    positions = []
    for tag in takewhile(_FIRST_OVERLAY.__le__, reversed(instance.by_tag)):
        if tag >> 24 == 0x60 and tag & 0xFFFF in (_OVERLAY_ALLOCATED, _OVERLAY_POSITION):
            group = tag & 0xFFFF0000
            position = instance.number(group | _OVERLAY_POSITION)
            is_deep = position != 0 or instance.number(group | _OVERLAY_ALLOCATED) > 1
            if is_deep and group | _OVERLAY_DATA not in instance.by_tag:
                positions.append(position)
    return positions


def refuse_hidden_overlays(instance: Instance) -> None:
    """Raise where an overlay lies in Pixel Data and cannot be cleared.

    Raises
    ------
    UnsupportedFileError
        With what to do.
    """
    positions = _hidden_overlays(instance)
    if not positions or PIXEL_DATA not in instance.by_tag:
        return
    if is_encapsulated(*instance.by_tag[PIXEL_DATA]):
        raise UnsupportedFileError(
            "an overlay lies in unused bits of compressed Pixel Data; decompress the file, then try again"
        )
    bits = stored_bits(instance)
    if bits is None or any(bits.low <= position <= bits.high for position in positions):
        raise UnsupportedFileError(
            "an overlay claims bits of Pixel Data that hold the image; correct Bits Stored or the overlay"
        )
