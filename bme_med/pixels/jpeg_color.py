"""What black is in a JPEG: DC coefficients (JFIF 1.02; ITU-T T.872; PS3.3, C.7.6.3.1.2)."""

from enum import Enum

from bme_med.core import UnsupportedFileError
from bme_med.pixels.jpeg_frame import Frame

__all__ = ["Level", "fill_coefficient", "fill_levels"]


class Level(Enum):
    """Where in the range of its samples a component is black."""

    LOWEST = -1
    MIDDLE = 0
    HIGHEST = 1


_LOW, _MIDDLE, _HIGH = Level.LOWEST, Level.MIDDLE, Level.HIGHEST
_LUMINANCE_CHROMINANCE = (_LOW, _MIDDLE, _MIDDLE)
_ALL_LOW = (_LOW, _LOW, _LOW)
_DICOM = {
    "MONOCHROME1": (_HIGH,),
    "MONOCHROME2": (_LOW,),
    "RGB": _ALL_LOW,
    "YBR_FULL": _LUMINANCE_CHROMINANCE,
    "YBR_FULL_422": _LUMINANCE_CHROMINANCE,
    "YBR_PARTIAL_422": _LUMINANCE_CHROMINANCE,
    "YBR_PARTIAL_420": _LUMINANCE_CHROMINANCE,
}
_ADOBE_CMYK, _ADOBE_YCCK = 0, 2


def fill_levels(frame: Frame, *, color: str | None, has_jfif: bool, adobe: int | None) -> tuple[Level, ...]:
    """The level of each component that shows as black.

    Parameters
    ----------
    frame
        Its components, whose names tell where nothing else does.
    color
        Photometric Interpretation (0028,0004), which rules in DICOM; None for a photo.
    has_jfif
        Whether there is a segment of JFIF.
    adobe
        The colour transform that an Adobe segment names.

    Raises
    ------
    UnsupportedFileError
        If nothing says what black is.
    """
    count = len(frame.components)
    if color is not None:
        if len(_DICOM.get(color, ())) != count:
            raise UnsupportedFileError(
                "the photometric interpretation does not fit the JPEG frame: convert it to a native syntax"
            )
        return _DICOM[color]
    if count == 1:
        return (_LOW,)
    if count == 3:
        return _ALL_LOW if _is_rgb(frame, has_jfif=has_jfif, adobe=adobe) else _LUMINANCE_CHROMINANCE
    if count == 4 and adobe in (_ADOBE_CMYK, _ADOBE_YCCK):
        return (_LOW,) * 4 if adobe == _ADOBE_CMYK else (*_LUMINANCE_CHROMINANCE, _LOW)
    raise UnsupportedFileError(
        "a JPEG of two components, or of four without an Adobe segment, does not say what black is:"
        " save the picture as RGB or gray"
    )


def _is_rgb(frame: Frame, *, has_jfif: bool, adobe: int | None) -> bool:
    """As decoders judge: JFIF is never RGB, Adobe says so, else the components' names tell."""
    if has_jfif or adobe is not None:
        return not has_jfif and adobe == 0
    return bytes(component.name for component in frame.components) == b"RGB"


def fill_coefficient(level: Level, step: int, bits: int) -> int:
    """The DC coefficient, quantised by `step`, at which all samples of a block are at `level`.

    The DC coefficient is eight times the mean, from which half of the range was taken (A.3.1 and A.3.3).

    >>> [fill_coefficient(level, 16, 8) for level in Level]
    [-64, 0, 64]
    """
    half = 1 << bits - 1
    reach = half if level is _LOW else half - 1
    return level.value * -(-8 * reach // step)
