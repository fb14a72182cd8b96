"""Metadata properties of a photo, as an independent reader (Exiv2) sees them: Exif, IPTC, XMP, comment.

The reader names each with its group, and says what it means. Where it does not look into a container, our
own scan hands it the XMP.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from bme_med.core import Action, FileError, Format, Source
from bme_med.photo import gif_blocks
from bme_med.photo.jpeg_metadata import XMP_HEADER
from bme_med.photo.tiff_tags import tag_name

__all__ = ["Property", "container_of", "read_properties"]

_CONTAINERS = {
    "Exif": ("Exif", "EXIF", "eXIf", "tEXt", "zTXt", "iTXt"),
    "Iptc": ("Photoshop", "IPTC", "tEXt", "zTXt", "iTXt"),
    "Xmp": ("XMP", "iTXt", "tEXt"),
    "Comment": ("COM", "tEXt", "zTXt", "iTXt"),
}
"""By kind of property: what the names of the parts that may hold them contain, the likeliest first."""
_KINDS = {"GPS position": "Exif", "GPS position in XMP": "Xmp", "Thumbnail": "Exif"}
"""Of properties that are put together here, the kind of what they are made of."""
_AXES = ("GPSLatitude", "GPSLongitude")
_POSITION = "Where the picture was taken: latitude and longitude in degrees"
_XMP_DEGREES = re.compile(r"(\d+),(\d+(?:\.\d+)?)(?:,(\d+(?:\.\d+)?))?([NSEW])")
_MAX_XMP_BYTES = 60_000
_GIF_TRAILER = b"\x01" + bytes(range(255, -1, -1))
"""What follows XMP in a GIF, so that readers who count sub-blocks find their way out."""


@dataclass(frozen=True, slots=True)
class Property:
    """One property, such as ``Exif.GPSInfo.GPSLatitude``; its value is for the user's own screen.

    `tag` is the number of a TIFF tag.
    """

    name: str
    value: str
    meaning: str = ""
    tag: int = -1

    @property
    def group(self) -> str:
        """The name without its last part; the whole name of one that has no parts."""
        return self.name.rpartition(".")[0] or self.name


def read_properties(source: Source, format_: Format) -> list[Property]:
    """All properties; none where the reader cannot read the photo."""
    found = _read(source[0 : len(source)])
    if format_ is Format.GIF:
        found += _read(_carried(_gif_xmp(source)))
    return found


def _read(data: bytes) -> list[Property]:
    try:
        import pyexiv2  # type: ignore[import-untyped]
    except ImportError:  # a browser's Python has none: the parts are shown, not what is in them
        return []
    pyexiv2.set_log_level(4)
    try:
        with pyexiv2.ImageData(data) as image:
            readers = (image.read_exif_detail, image.read_iptc_detail, image.read_xmp_detail)
            details = [_try(reader) for reader in readers]
            comment, thumbnail = _try(image.read_comment), _try(image.read_thumbnail)
    except (RuntimeError, UnicodeDecodeError):
        return []
    found = [_property(name, detail) for group in details for name, detail in (group or {}).items()]
    found += _position({item.name: item.value for item in found})
    if thumbnail:
        found.append(Property("Thumbnail", f"present, {len(thumbnail):,} bytes", "A smaller picture in Exif"))
    return [*found, Property("Comment", comment, "A text beside the picture")] if comment else found


def _try(reader: Callable[[], Any]) -> Any:
    """What `reader` reads; nothing where it fails, as that of one group says nothing about another."""
    try:
        return reader()
    except (RuntimeError, UnicodeDecodeError):
        return None


def _property(name: str, detail: Mapping[str, Any]) -> Property:
    meaning = detail.get("tagDesc") or detail.get("tagLabel") or ""
    return Property(name, _text(detail["value"]), str(meaning), int(detail.get("tagNumber", -1)))


def _position(values: Mapping[str, str]) -> Iterator[Property]:
    """Latitude and longitude as people and maps write them."""
    pairs = {
        "GPS position": [_exif_degrees(values, name) for name in _AXES],
        "GPS position in XMP": [_xmp_degrees(values.get(f"Xmp.exif.{name}", "")) for name in _AXES],
    }
    for name, (latitude, longitude) in pairs.items():
        if latitude is not None and longitude is not None:
            yield Property(name, f"{latitude:.6f}, {longitude:.6f}", _POSITION)


def _exif_degrees(values: Mapping[str, str], name: str) -> float | None:
    number = _degrees(values.get(f"Exif.GPSInfo.{name}", ""))
    is_negative = values.get(f"Exif.GPSInfo.{name}Ref", "").strip("\0 ") in ("S", "W")
    return -number if number is not None and is_negative else number


def _xmp_degrees(text: str) -> float | None:
    """Degrees, minutes and perhaps seconds, and the hemisphere, as one number (XMP part 2, 1.2.7.4).

    >>> _xmp_degrees("33,52.17S"), _xmp_degrees("Quillfeather")
    (-33.8695, None)
    """
    match = _XMP_DEGREES.fullmatch(text)
    if not match:
        return None
    number = float(match[1]) + float(match[2]) / 60 + float(match[3] or 0) / 3600
    return -number if match[4] in "SW" else number


def _degrees(text: str) -> float | None:
    """Degrees, minutes and seconds as one number.

    >>> _degrees("47/1 22/1 3720/100")
    47.377
    >>> _degrees("47/0 0/0 0/0")
    """
    try:
        parts = [Fraction(part) for part in text.split()]
    except (ValueError, ZeroDivisionError):
        return None
    return float(sum(part / 60**n for n, part in enumerate(parts))) if len(parts) == 3 else None


def _gif_xmp(source: Source) -> bytes:
    """The XMP of a GIF, which stands in the file as it is, not cut into sub-blocks (XMP part 3, 1.1.2)."""
    try:
        for block in gif_blocks.walk(source):
            if block.kind == "XMP":
                raw = source[block.data[0].end : block.end]
                return raw.partition(_GIF_TRAILER)[0]
    except FileError:
        pass
    return b""


def _carried(xmp: bytes) -> bytes:
    """A JPEG of no picture that carries `xmp`; nothing where it does not fit."""
    if not 0 < len(xmp) <= _MAX_XMP_BYTES:
        return b""
    payload = XMP_HEADER + xmp
    return b"\xff\xd8\xff\xe1" + (2 + len(payload)).to_bytes(2, "big") + payload + b"\xff\xd9"


def container_of(item: Property, actions: Iterable[Action]) -> Action | None:
    """The action on the part of the photo that `item` stands in."""
    actions = list(actions)
    entry = f"IFD0/{tag_name(item.tag)}"
    if item.group == "Exif.Image" and (own := [action for action in actions if action.where == entry]):
        return own[0]
    kind = _KINDS.get(item.name, item.name.partition(".")[0])
    for word in _CONTAINERS[kind]:
        for action in actions:
            if word in action.where:
                return action
    return None


def _text(value: object) -> str:
    if isinstance(value, dict):
        return "; ".join(str(text) for text in value.values())
    return "; ".join(map(str, value)) if isinstance(value, list) else str(value)
