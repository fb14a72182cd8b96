"""Scans of a progressive JPEG (ITU-T T.81, annex G)."""

from collections.abc import Iterator, Sequence

from bme_med.core import UnsupportedFileError
from bme_med.pixels.jpeg_frame import Frame, Grid, Span
from bme_med.pixels.jpeg_picture import CodedScan
from bme_med.pixels.jpeg_tables import Tables

__all__ = ["Progression"]


class Progression:
    """The scans of one progressive picture."""

    def __init__(self, frame: Frame, fills: Sequence[int]) -> None:
        del frame, fills
        raise UnsupportedFileError("progressive JPEG cannot be painted yet: save it as baseline JPEG")

    def intervals(
        self, coded: CodedScan, layout: Grid, pieces: Sequence[list[Span]], tables: Tables
    ) -> Iterator[bytes]:
        """The restart intervals of one scan."""
        raise NotImplementedError
