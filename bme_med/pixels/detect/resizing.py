"""Pictures in another size."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["resized"]


def resized(picture: "NDArray[np.uint8]", rows: int, columns: int) -> "NDArray[np.uint8]":
    """`picture`, (rows, columns) or (rows, columns, 3), in that size; between pixels it is smooth."""
    import numpy as np
    from PIL import Image

    if picture.shape[:2] == (rows, columns):
        return picture
    image = Image.fromarray(np.ascontiguousarray(picture))
    return np.asarray(image.resize((columns, rows), Image.Resampling.BILINEAR))
