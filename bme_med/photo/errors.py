"""The error of all photo engines."""

from bme_med.core.errors import MalformedFileError

__all__ = ["CONVERT", "RAW_FILE", "DamagedPhotoError"]

CONVERT = "convert the picture to JPEG or PNG, then run again"
"""What a person can do about a picture that is sound but cannot be cleaned here."""

RAW_FILE = "a camera's raw file: develop it to JPEG or TIFF in the camera's program, then run again"
"""Why raw files are refused, those that look like a TIFF included."""

_ADVICE = "save the picture anew and use that, or leave it out"


class DamagedPhotoError(MalformedFileError):
    """The bytes break the grammar of their container; the message ends with what a person can do.

    >>> print(DamagedPhotoError("chunk CRC does not match", where="3/tEXt", offset=181))
    chunk CRC does not match in 3/tEXt at byte 181: save the picture anew and use that, or leave it out
    """

    def __str__(self) -> str:
        return f"{super().__str__()}: {_ADVICE}"
