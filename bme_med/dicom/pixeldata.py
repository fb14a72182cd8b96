"""What Pixel Data may be: encapsulated or not, and how long (PS3.3, C.7.6.3.1; PS3.5, 8.1 and A.4)."""

from bme_med.core import MalformedFileError, Source, UnsupportedFileError
from bme_med.dicom.dictionary import format_tag
from bme_med.dicom.encoding import UNDEFINED
from bme_med.dicom.instance import Instance
from bme_med.dicom.part10 import Contents
from bme_med.dicom.walker import PIXEL_DATA, PIXEL_TAGS, Element

__all__ = [
    "frame_bits",
    "frames_end",
    "is_encapsulated",
    "lacks_pixels",
    "number_of_frames",
    "refuse_contradiction",
]

_SAMPLES, _PHOTOMETRIC, _FRAMES = 0x00280002, 0x00280004, 0x00280008
_ROWS, _COLUMNS, _BITS = 0x00280010, 0x00280011, 0x00280100


def is_encapsulated(data: Source, pixel_data: Element) -> bool:
    """Whether the value has undefined length and so holds fragments (PS3.5, A.4)."""
    return int.from_bytes(data[pixel_data.value - 4 : pixel_data.value], "little") == UNDEFINED


def refuse_contradiction(data: Source, pixel_data: Element, contents: Contents) -> None:
    """Raise where top-level Pixel Data is not what the transfer syntax says: what its bytes are is unknown.

    Raises
    ------
    UnsupportedFileError
        With what to do.
    """
    is_empty = pixel_data.end == pixel_data.value
    if not is_empty and is_encapsulated(data, pixel_data) != contents.is_compressed:
        expected, found = ("", "not ") if contents.is_compressed else ("un", "")
        raise UnsupportedFileError(
            f"the transfer syntax is for {expected}compressed pixels, but Pixel Data is {found}encapsulated: "
            "convert it with another tool, then run again"
        )


def lacks_pixels(instance: Instance) -> bool:
    """Whether an image is described, but none of its pixels are there."""
    if any(tag in instance.by_tag for tag in PIXEL_TAGS):
        return False
    return all(instance.number(tag) for tag in (_ROWS, _COLUMNS, _BITS))


def frames_end(instance: Instance, pixel_data: Element) -> int:
    """Offset behind the last frame of native pixel data, integer or float, padded to even length.

    Behind the element's end where it is shorter than its frames.

    Raises
    ------
    MalformedFileError
        If the frames are not described: nothing could tell them from what may hide behind them.
    UnsupportedFileError
        If chroma is said to be subsampled and is not: as described, a third of the frames would go.
    """
    if pixel_data.end == pixel_data.value and not all(map(instance.number, (_ROWS, _COLUMNS, _BITS))):
        return pixel_data.end
    full_size = _padded_bytes(frame_bits(instance) * number_of_frames(instance))
    if instance.first(_PHOTOMETRIC) != "YBR_FULL_422":
        return pixel_data.value + full_size
    if pixel_data.end - pixel_data.value >= full_size:
        raise UnsupportedFileError(
            "Photometric Interpretation is YBR_FULL_422, but each pixel has all its samples: "
            "correct it to YBR_FULL where that is meant, then run again"
        )
    return pixel_data.value + _padded_bytes(frame_bits(instance) * number_of_frames(instance) // 3 * 2)


def _padded_bytes(bits: int) -> int:
    size = (bits + 7) // 8
    return size + (size & 1)


def frame_bits(instance: Instance) -> int:
    """Bits of one frame, decoded, with all samples of each pixel.

    Raises
    ------
    MalformedFileError
        If nothing describes it.
    """
    rows, columns, bits = (instance.number(tag) for tag in (_ROWS, _COLUMNS, _BITS))
    if not (rows and columns and bits):
        raise MalformedFileError(
            "nothing says how many rows, columns and bits these pixels have", where=format_tag(PIXEL_DATA)
        )
    return rows * columns * instance.number(_SAMPLES, 1) * bits


def number_of_frames(instance: Instance) -> int:
    """How many frames there should be.

    Raises
    ------
    MalformedFileError
        If what says it is no number.
    """
    frames = instance.number(_FRAMES, 1) if instance.raw(_FRAMES).strip() else 1
    if frames < 1:
        raise MalformedFileError("the number of frames is no number", where=format_tag(_FRAMES))
    return frames
