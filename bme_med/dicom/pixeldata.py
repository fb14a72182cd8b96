"""How long Pixel Data may be (PS3.3, C.7.6.3.1; PS3.5, 8.1)."""

from bme_med.core import MalformedFileError, Source
from bme_med.dicom.encoding import UNDEFINED
from bme_med.dicom.instance import Instance
from bme_med.dicom.walker import Element

__all__ = ["frames_end", "is_encapsulated"]

_SAMPLES, _PHOTOMETRIC, _FRAMES = 0x00280002, 0x00280004, 0x00280008
_ROWS, _COLUMNS, _BITS = 0x00280010, 0x00280011, 0x00280100


def is_encapsulated(data: Source, pixel_data: Element) -> bool:
    """Whether the value has undefined length and so holds fragments (PS3.5, A.4)."""
    return int.from_bytes(data[pixel_data.value - 4 : pixel_data.value], "little") == UNDEFINED


def frames_end(instance: Instance, pixel_data: Element) -> int:
    """Offset behind the last frame of native Pixel Data, padded to even length.

    The element's own end where it is shorter than its frames, or its frames are not described.

    Raises
    ------
    MalformedFileError
        If Number of Frames cannot be read: nothing could tell frames from what may hide behind them.
    """
    rows, columns, bits = (instance.number(tag) for tag in (_ROWS, _COLUMNS, _BITS))
    if not (rows and columns and bits):
        return pixel_data.end
    samples = instance.number(_SAMPLES, 1)
    if instance.first(_PHOTOMETRIC) == "YBR_FULL_422":
        samples = 2
    frames = instance.number(_FRAMES, 1) if instance.raw(_FRAMES).strip() else 1
    if frames < 1:
        raise MalformedFileError("the number of frames is no number", where="(0028,0008)")
    frame_bytes = (rows * columns * samples * bits * frames + 7) // 8
    return min(pixel_data.value + frame_bytes + (frame_bytes & 1), pixel_data.end)
