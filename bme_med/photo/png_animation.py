"""The animation of an APNG: acTL, fcTL and fdAT (PNG 3rd ed., 11.3.5)."""

import struct

from bme_med.core.plan import Pieces
from bme_med.core.source import Source
from bme_med.photo.errors import DamagedPhotoError
from bme_med.photo.png_chunks import Run, encode_chunk, read_chunk
from bme_med.photo.png_image import Header, measure_data, read_rows, store, write_data
from bme_med.photo.png_rows import has_spare_bits, zero_spare_bits

__all__ = ["Animation"]

_SEQUENCE_BYTES = 4


class Animation:
    """Checks the frames of one file in order, and writes them with sequence numbers that have no gap.

    Attributes
    ----------
    frames
        How many frames acTL declares.
    """

    def __init__(self, source: Source, header: Header, out: Pieces, frames: int) -> None:
        self.frames = frames
        self._source, self._header, self._out = source, header, out
        self._frames_read = 0
        self._sequence_read = 0
        self._sequence_written = 0
        self._awaited_bytes = 0
        self._size = header.width, header.height

    @property
    def has_frames(self) -> bool:
        """Whether a frame was read."""
        return self._frames_read > 0

    def read_control(self, run: Run, *, is_first_image: bool) -> None:
        """FcTL: one frame's size and place; the first image's own must cover the whole picture."""
        if run.data_bytes != 26 or self._awaited_bytes or (is_first_image and self._frames_read):
            raise DamagedPhotoError("a frame stands where none can stand", where=run.where)
        data = read_chunk(self._source, run.chunks[0])
        self._take_sequence(data, run.where)
        width, height, left, top, _, dispose, blend = struct.unpack(">4xIIII4sBB", data)
        whole = self._header.width, self._header.height
        is_inside = 0 < width <= whole[0] - left and 0 < height <= whole[1] - top
        if not is_inside or dispose > 2 or blend > 1 or (is_first_image and (width, height) != whole):
            raise DamagedPhotoError("a frame does not fit the picture", where=run.where)
        self._size = width, height
        self._frames_read += 1
        self._awaited_bytes = 0 if is_first_image else self._header.raw_bytes(width, height)
        self._out.literal(encode_chunk(b"fcTL", struct.pack(">I", self._sequence_written) + data[4:]))
        self._sequence_written += 1

    def read_data(self, run: Run) -> bool:
        """FdAT: one frame's data; whether all of it stays."""
        if not self._awaited_bytes:
            raise DamagedPhotoError("frame data without a frame", where=run.where)
        for chunk in run.chunks:
            self._take_sequence(
                self._source[chunk.data.start : min(chunk.data.start + _SEQUENCE_BYTES, chunk.data.end)],
                run.where,
            )
        used = measure_data(self._source, run, self._awaited_bytes, _SEQUENCE_BYTES)
        self._awaited_bytes = 0
        if has_spare_bits(self._header, *self._size) and (
            rows := zero_spare_bits(
                self._header, *self._size, read_rows(self._source, run, used, _SEQUENCE_BYTES)
            )
        ):
            sequence = struct.pack(">I", self._sequence_written)
            self._out.literal(encode_chunk(b"fdAT", sequence + store(rows)))
            self._sequence_written += 1
            return False
        self._sequence_written += write_data(self._source, self._out, run, used, self._sequence_written)
        return used == run.data_bytes - _SEQUENCE_BYTES * len(run.chunks)

    def finish(self) -> None:
        """Refuse an animation that is not what acTL declares."""
        if self._awaited_bytes or self._frames_read != self.frames:
            raise DamagedPhotoError("the animation has not as many frames as it declares")

    def _take_sequence(self, data: bytes, where: str) -> None:
        if data[:_SEQUENCE_BYTES] != struct.pack(">I", self._sequence_read):
            raise DamagedPhotoError("the sequence numbers of the animation have a gap", where=where)
        self._sequence_read += 1
