"""What a PNG's metadata chunks say about the picture: Orientation (PNG 3rd ed., 11.3.3 and 11.3.4.5).

eXIf is the place for it. ImageMagick writes ``Raw profile type exif`` into text chunks, and other programs
write XMP; decoders honour both.
"""

from bme_med.core.source import Source
from bme_med.photo.orientation import Turn, exif_turn, xmp_turn
from bme_med.photo.png_chunks import Run
from bme_med.photo.png_image import inflate

__all__ = ["FORMS", "XMP_IN_PNG", "find_form", "read_text", "read_turn"]

FORMS = ("eXIf", "raw profile", "XMP")
"""The forms in which a chunk may say Orientation, the one that counts first."""

XMP_IN_PNG = b"XML:com.adobe.xmp\0\0\0\0\0"
"""What precedes an XMP packet in an iTXt chunk that is not compressed (PNG 3rd ed., 11.3.3.4)."""

_MAX_TEXT_BYTES, _MAX_SHOWN_BYTES = 1 << 20, 1 << 14
_KEYWORDS = {
    b"Raw profile type exif": "raw profile",
    b"Raw profile type APP1": "raw profile",
    b"XML:com.adobe.xmp": "XMP",
}


def find_form(source: Source, run: Run) -> str | None:
    """In which form a metadata chunk may say Orientation."""
    data = run.chunks[0].data
    if run.type == b"eXIf":
        return "eXIf"
    if run.type not in (b"tEXt", b"zTXt", b"iTXt"):
        return None
    return _KEYWORDS.get(source[data.start : min(data.start + 32, data.end)].partition(b"\0")[0])


def read_turn(source: Source, run: Run, form: str) -> Turn | None:
    """Orientation in a metadata chunk of that form; None where it does not say."""
    start, end = run.chunks[0].data
    data = source[start : min(end, start + _MAX_TEXT_BYTES)]
    if form == "eXIf":
        return exif_turn(run.where, data)
    text = _read_text(run.type, data.partition(b"\0")[2])
    if form == "XMP":
        return xmp_turn(run.where, text)
    turn = exif_turn(run.where, _read_hex(text))
    return turn and turn._replace(mark=b'"')


def read_text(source: Source, run: Run) -> str:
    """Keyword and text of tEXt, zTXt or iTXt, for a person; of a long text the first thousands of bytes."""
    start, end = run.chunks[0].data
    keyword, _, rest = source[start : min(end, start + _MAX_TEXT_BYTES)].partition(b"\0")
    encoding = "utf-8" if run.type == b"iTXt" else "latin-1"
    text = _read_text(run.type, rest)[:_MAX_SHOWN_BYTES]
    return f"{keyword.decode('latin-1')}: {text.decode(encoding, 'replace')}"


def _read_text(type_: bytes, rest: bytes) -> bytes:
    """The text after the keyword of tEXt, zTXt or iTXt; empty where it cannot be read."""
    if type_ == b"tEXt":
        return rest
    if type_ == b"zTXt":
        return inflate(rest[1:], _MAX_TEXT_BYTES) or b""
    text = rest[2:].split(b"\0", 2)[-1]
    return (inflate(text, _MAX_TEXT_BYTES) or b"") if rest[:1] == b"\1" else text


def _read_hex(text: bytes) -> bytes:
    """The bytes of a raw profile: an empty line, a name, a length, then lines of hex digits."""
    try:
        return bytes.fromhex(b"".join(text.split(b"\n")[3:]).decode("ascii"))
    except ValueError:
        return b""
