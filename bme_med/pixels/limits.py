"""How large a picture may be that is decoded: a file of some bytes can hold one of any size."""

from bme_med.core.errors import FileError

__all__ = ["MAX_PIXELS", "TOO_LARGE", "refuse_too_large"]

MAX_PIXELS = 200_000_000
TOO_LARGE = f"the picture has more than {MAX_PIXELS:,} pixels: save it smaller"
_EMPTY_PIXELS, _PIXELS_A_BYTE = 64_000_000, 1000
"""What has more pixels than this, and for each of its bytes, is nearly empty, and made to cost memory."""
_TOO_EMPTY = f"the picture has more than {_EMPTY_PIXELS:,} pixels and nearly nothing on them: save it smaller"


def refuse_too_large(pixels: int, size: int) -> None:
    """Raise where a picture of so many pixels, in a file of `size` bytes, is not to be decoded.

    Raises
    ------
    FileError
        With what to do.
    """
    if pixels > MAX_PIXELS:
        raise FileError(TOO_LARGE)
    if pixels > max(_EMPTY_PIXELS, _PIXELS_A_BYTE * size):
        raise FileError(_TOO_EMPTY)
