"""What a photo shows outside and inside of boxes, read in bands, so that one picture is held at a time."""

import hashlib
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from bme_med.core import Region
from bme_med.run.pictures import ShownPicture, shown_pictures

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["Looked", "look_at"]

_ROUNDED = 2


class Looked(NamedTuple):
    """Rows and columns of each picture, SHA-256 of the samples outside, and whether boxes hold one colour."""

    sizes: tuple[tuple[int, int], ...]
    outside: str
    are_covered: bool


def look_at(photo: bytes, around: Sequence[Region], inside: Sequence[Region] = ()) -> Looked:
    """Look at all pictures of `photo`, as they are shown.

    Parameters
    ----------
    photo
        A whole file.
    around
        What is left out of the samples.
    inside
        What has to be of one colour in each picture, but for what decoders round.

    Raises
    ------
    FileError
        If it cannot be decoded.
    """
    digest, sizes, are_covered = hashlib.sha256(), list[tuple[int, int]](), True
    for picture in shown_pictures(photo):
        sizes.append((picture.rows, picture.columns))
        for top, bottom in picture.bands():
            digest.update(_outside(picture.read(top, bottom), top, around))
        are_covered = are_covered and all(_is_of_one_color(picture, region) for region in inside)
    return Looked(tuple(sizes), digest.hexdigest(), are_covered)


def _outside(band: "NDArray[np.uint8]", first: int, regions: Sequence[Region]) -> bytes:
    """The samples of a band that begins at a row, without those in `regions`."""
    import numpy as np

    rows, columns = band.shape[:2]
    parts = [region.clipped(rows=first + rows, columns=columns) for region in regions]
    reaching = [part for part in parts if part.bottom > first and not part.is_empty]
    if not reaching:
        return band.tobytes()
    outside = np.ones((rows, columns), bool)
    for part in reaching:
        outside[max(part.top - first, 0) : part.bottom - first, part.left : part.right] = False
    return band[outside].tobytes()


def _is_of_one_color(picture: ShownPicture, region: Region) -> bool:
    """Whether `region` is, but for what decoders round."""
    import numpy as np

    part = region.clipped(rows=picture.rows, columns=picture.columns)
    if part.is_empty:
        return True
    extremes = []
    for top, bottom in picture.bands():
        top, bottom = max(top, part.top), min(bottom, part.bottom)
        if top < bottom:
            samples = picture.read(top, bottom)[:, part.left : part.right]
            extremes += [samples.min((0, 1)), samples.max((0, 1))]
    spread = np.ptp(np.stack(extremes).astype(int), axis=0)
    return int(spread.max()) <= _ROUNDED
