"""VP8: a lossy image cut to what decoders need of it (RFC 6386, 9.1, 9.5 and 9.7)."""

from bme_med.core.plan import Measured, Pieces, Range
from bme_med.core.source import Source
from bme_med.photo.spliced import known
from bme_med.photo.vp8 import HEADER_BYTES, SIZE_BYTES, Partition, measure_lossy

__all__ = ["write_lossy"]

_SPARE_BYTES = 1
"""Decoders that load ahead want a byte behind the last one that matters."""


def write_lossy(source: Source, out: Pieces, place: Range, width: int, height: int, where: str) -> Measured:
    """Write the frame at `place`, each partition up to its end.

    Where a partition ends as encoders end it, all of it stays. Else it stays up to the last bit that matters;
    zeros fill that byte and one more, which is what decoders read there anyway.

    Returns
    -------
    Measured
        Where the partitions end.

    Raises
    ------
    DamagedPhotoError
        If it ends too early.
    """
    data, kind = source[place.start : place.end], f"VP8 {width} x {height}"
    end, told = known(source, kind, place.start) or (0, ())
    partitions: tuple[Partition, ...] = told
    if end != place.end:
        partitions = measure_lossy(data, width, height, where)
    parts = [_cut(data, partition) for partition in partitions]
    sizes = [len(part) for part in parts]
    head = int.from_bytes(data[:3], "little") & 0x1F | sizes[0] << 5
    table = b"".join(size.to_bytes(SIZE_BYTES, "little") for size in sizes[1:-1])
    _put(out, data, place.start, 0, head.to_bytes(3, "little") + data[3:HEADER_BYTES])
    _put(out, data, place.start, HEADER_BYTES, parts[0])
    _put(out, data, place.start, HEADER_BYTES + partitions[0].size, table)
    for partition, part in zip(partitions[1:], parts[1:], strict=True):
        _put(out, data, place.start, partition.start, part)
    return {(kind, place.start): (place.end, partitions)}


def _cut(data: bytes, partition: Partition) -> bytes:
    start, size = partition.start, partition.size
    if partition.is_plain:
        return data[start : start + size]
    whole, odd = divmod(partition.needed_bits, 8)
    kept = data[start : start + whole]
    if odd:
        kept += bytes((data[start + whole] & 0xFF00 >> odd & 0xFF,))
    return kept + bytes(min(_SPARE_BYTES, size - len(kept)))


def _put(out: Pieces, data: bytes, base: int, at: int, part: bytes) -> None:
    """Append `part`: what of it stands at `at` in the source as a range, the rest as it is."""
    same = len(part)
    if data[at : at + same] != part:
        same = max(0, same - 1 - _SPARE_BYTES)
        if data[at : at + same] != part[:same]:
            same = 0
    out.keep(base + at, base + at + same)
    out.literal(part[same:])
