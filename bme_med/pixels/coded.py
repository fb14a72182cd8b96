"""Decoded frames, and the marker segments that say how they were coded (ISO/IEC 10918-1, B.1; 15444-1, A)."""

from collections.abc import Callable, Container, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from bme_med.core import MalformedFileError, UnsupportedFileError
from bme_med.pixels.form import PixelForm

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = [
    "Codec",
    "Coded",
    "decoded_by",
    "ended",
    "jpeg_header",
    "marker_segments",
    "other_coding",
    "require_size",
]

_SCAN = 0xDA
_ALONE = frozenset((0x01, *range(0xD0, 0xD9)))
_START_OF_SCAN, _END_OF_IMAGE = b"\xff\xda", b"\xff\xd9"
_DATA_FOLLOWS = frozenset((0xD9, _SCAN, 0x90))
"""EOI; behind SOS (JPEG) and SOT (JPEG 2000) stand coded data."""


@dataclass(frozen=True, slots=True)
class Coded:
    """A frame as its codestream holds it.

    Attributes
    ----------
    samples
        ``(rows, columns)``, or ``(rows, columns, samples)``: in the codestream's own precision and sign, and
        in the colors that were coded.
    precision
        Bits that hold them.
    is_signed
        Whether they have a sign in the codestream, whatever Pixel Representation says.
    kept
        What an encoder takes over: a predictor, whether components are transformed.
    photometric
        Of `samples` once they are coded again; of a changed color space another one than before.
    note
        What coding them again loses or changes, for the audit.
    """

    samples: "NDArray[Any]"
    precision: int
    is_signed: bool
    photometric: str
    kept: int = 0
    note: str = ""


class Codec(NamedTuple):
    """How frames of some transfer syntaxes are read, and written without loss: `encode` undoes `decode`."""

    decode: Callable[[bytes, PixelForm], Coded]
    encode: Callable[[Coded], bytes]


def marker_segments(codestream: bytes) -> Iterator[tuple[int, bytes]]:
    """Markers and their segments, up to the first that coded data follow.

    Raises
    ------
    MalformedFileError
        If a segment is cut off, or no such marker comes.
    """
    position = 2
    while len(codestream) >= position + 4 and codestream[position] == 0xFF:
        marker = codestream[position + 1]
        if marker == 0xFF or marker in _ALONE:
            position += 1 if marker == 0xFF else 2
            continue
        end = position + 2 + max(int.from_bytes(codestream[position + 2 : position + 4], "big"), 2)
        if end > len(codestream):
            break
        yield marker, codestream[position + 4 : end]
        if marker in _DATA_FOLLOWS:
            return
        position = end
    raise MalformedFileError("the header of a compressed frame is cut short", where="(7FE0,0010)")


def require_size(form: PixelForm, rows: int, columns: int, samples: int) -> None:
    """Compare what a codestream says of its size, before a decoder takes memory for it.

    Raises
    ------
    MalformedFileError
        If it is not the one of `form`.
    """
    if (rows, columns, samples) != (form.rows, form.columns, form.samples):
        raise MalformedFileError("a frame is not of the size that the attributes say", where="(7FE0,0010)")


def jpeg_header(codestream: bytes, frame_markers: Container[int], form: PixelForm) -> tuple[int, bytes]:
    """Precision of a JPEG or JPEG-LS, and the parameters of its first scan: three bytes.

    Raises
    ------
    MalformedFileError
        If a header is cut short, or the size is not the one of `form`.
    UnsupportedFileError
        If it has none of these frame headers.
    """
    segments = [*marker_segments(codestream)]
    frame = next((segment for marker, segment in segments if marker in frame_markers), None)
    if frame is None:
        raise other_coding("is not coded as its transfer syntax says")
    marker, scan = segments[-1]
    if len(frame) < 6 or marker != _SCAN or not scan or len(scan) != 4 + 2 * scan[0]:
        raise MalformedFileError("the header of a compressed frame is cut short", where="(7FE0,0010)")
    require_size(form, int.from_bytes(frame[1:3], "big"), int.from_bytes(frame[3:5], "big"), frame[5])
    return frame[0], scan[-3:]


def ended(jpeg: bytes) -> bytes:
    """The JPEG or JPEG-LS: of what is cut off a decoder makes up the rest, or looks for it for many seconds.

    Raises
    ------
    MalformedFileError
        If it has no end.
    """
    if jpeg.rfind(_END_OF_IMAGE) <= jpeg.find(_START_OF_SCAN):
        raise MalformedFileError("a compressed frame is cut short", where="(7FE0,0010)")
    return jpeg


def decoded_by(decode: Callable[..., Any], codestream: bytes, **options: Any) -> Any:
    """What a decoder of another package makes of a codestream.

    Raises
    ------
    MalformedFileError
        If it makes nothing of it.
    """
    try:
        return decode(codestream, **options)
    except (RuntimeError, ValueError) as error:
        raise MalformedFileError("a compressed frame cannot be decoded", where="(7FE0,0010)") from error


def other_coding(what: str) -> UnsupportedFileError:
    """The refusal of a codestream that is sound, and coded as `what` says."""
    return UnsupportedFileError(
        f"a compressed frame {what}: decompress the file with another tool, then run again"
    )
