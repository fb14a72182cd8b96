"""WebP inside TIFF: each strip or tile is a whole file (compression 50001)."""

from typing import Any

from bme_med.core.plan import Pieces
from bme_med.core.profile import Profile
from bme_med.core.source import Source
from bme_med.photo.errors import DamagedPhotoError
from bme_med.photo.gate import is_whole
from bme_med.photo.spliced import Spliced, moved
from bme_med.photo.tiff_geometry import Unit
from bme_med.photo.webp import plan_part
from bme_med.photo.webp_image import MAX_PIXELS

__all__ = ["WebpUnits"]


class WebpUnits:
    """Writes the strips or tiles of a file; lossless ones are read to their end up to a number of pixels."""

    def __init__(self, source: Source, profile: Profile) -> None:
        self._source = source
        self._profile = profile
        self._left = MAX_PIXELS
        self.measured: dict[tuple[str, int], tuple[int, Any]] = {}

    def write(self, out: Pieces, unit: Unit, where: str) -> None:
        """Write one strip or tile.

        Raises
        ------
        FileError
            If it is no WebP that may pass, or holds a larger picture than its page has room for.
        """
        file = Spliced((unit.place,), self._source)
        part = plan_part(file, self._profile, self._left)
        if part.width > unit.width or part.height > unit.height:
            raise DamagedPhotoError("a strip or tile holds a larger picture than its page", where=where)
        self._left = part.pixels_left
        self.measured |= moved(part.plan.measured, unit.place.start)
        if is_whole(part.plan.pieces, file):
            out.keep(*unit.place)
        else:
            out.keep_from(unit.place.start, part.plan.pieces)
