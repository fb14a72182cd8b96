"""Tokens in a copy of a photo: properties that Exiv2 writes, and every part that a container can hold.

Exiv2 writes into JPEG, PNG, WebP and TIFF; the parts of each container are put in by hand. HEIF and BMP take
bytes behind the picture alone.
"""

import struct
import zlib
from collections.abc import Callable, Iterable, Iterator

from bme_med.core import Format
from bme_med.selftest.places import Numbers, Place
from bme_med.selftest.values import word

__all__ = ["PhotoDraft", "photo_places"]

_WITH_PROPERTIES = (Format.JPEG, Format.PNG, Format.WEBP, Format.TIFF)
_EXIF = (
    *("Image.DocumentName", "Image.ImageDescription", "Image.Make", "Image.Model", "Image.Software"),
    *("Image.Artist", "Image.HostComputer", "Image.Copyright", "Image.XPTitle", "Image.XPComment"),
    *("Image.XPAuthor", "Image.XPKeywords", "Image.XPSubject", "Image.ImageID", "Image.CameraSerialNumber"),
    *("Photo.UserComment", "Photo.MakerNote", "Photo.CameraOwnerName", "Photo.BodySerialNumber"),
    *("Photo.LensMake", "Photo.LensModel", "Photo.LensSerialNumber", "Photo.ImageUniqueID"),
    *("Photo.RelatedSoundFile", "Photo.SpectralSensitivity", "GPSInfo.GPSSatellites", "GPSInfo.GPSMapDatum"),
    *("GPSInfo.GPSProcessingMethod", "GPSInfo.GPSAreaInformation", "Iop.RelatedImageFileFormat"),
    *("Thumbnail.ImageDescription", "Thumbnail.Artist"),
)
_MAKER_NOTE = "Exif.Photo.MakerNote"
"""Exiv2 takes its bytes as numbers."""

_IPTC = (
    *("ObjectName", "EditStatus", "Category", "SuppCategory", "FixtureId", "Keywords", "LocationName"),
    *("SpecialInstructions", "ReferenceNumber", "Program", "Byline", "BylineTitle", "City", "SubLocation"),
    *("ProvinceState", "CountryName", "TransmissionReference", "Headline", "Credit", "Source", "Copyright"),
    *("Contact", "Caption", "Writer"),
)
_XMP = (
    *("dc.title", "dc.creator", "dc.description", "dc.subject", "dc.rights", "dc.identifier", "dc.source"),
    *("xmp.CreatorTool", "xmp.Label", "xmp.Nickname", "xmpMM.DocumentID", "xmpMM.InstanceID"),
    *("xmpRights.UsageTerms", "photoshop.City", "photoshop.Headline", "photoshop.Instructions"),
    *("photoshop.Credit", "iptc.Location", "iptc.Scene", "tiff.Artist", "tiff.Make", "exif.UserComment"),
    *("exif.ImageUniqueID", "aux.SerialNumber", "aux.OwnerName", "aux.Lens"),
)
_XMP_HEADER = b"http://ns.adobe.com/xap/1.0/\0"
_ICC = "description of the colour profile"
_PNG_START = 33
"""Bytes of signature and IHDR."""

_ASCII, _BYTES = 2, 7
_TIFF_TAGS = {
    **dict.fromkeys((270, 305, 315, 316, 33432, 42112, 65000), _ASCII),
    **dict.fromkeys((700, 33723, 34377, 37724), _BYTES),
}
"""Type by tag: description, software, artist, XMP, IPTC, Photoshop's, GDAL's and a private one."""


class PhotoDraft:
    """A copy of a photo."""

    def __init__(self, source: bytes) -> None:
        self.data = source

    def encode(self) -> bytes:
        """The file's bytes."""
        return self.data


def photo_places(source: bytes, format_: Format, numbers: Numbers) -> dict[str, list[Place]]:
    """The places of a photo, by what they have in common; each group goes into a copy of its own."""
    groups = {"parts of the container": [*_parts(source, format_, numbers)]}
    if format_ in _WITH_PROPERTIES:
        groups["properties"] = [*_properties(format_, numbers)]
        if format_ in (Format.JPEG, Format.PNG):
            groups["comment"] = [_with_exiv2("Comment", "modify_comment", word(numbers.next()), as_text=True)]
    return {name: places for name, places in groups.items() if places}


def _properties(format_: Format, numbers: Numbers) -> Iterator[Place]:
    is_page = format_ is Format.TIFF  # a thumbnail would be a page of it
    exif = [name for name in _EXIF if not (is_page and name.startswith("Thumbnail."))]
    kinds = {"Exif": exif, "Iptc.Application2": [*_IPTC], "Xmp": [*_XMP]}
    if format_ is Format.WEBP:
        del kinds["Iptc.Application2"]
    for kind, names in kinds.items():
        method = f"modify_{kind.partition('.')[0].lower()}"
        for name in names:
            yield _with_exiv2(f"{kind}.{name}", method, word(numbers.next()))


def _with_exiv2(name: str, method: str, token: str, *, as_text: bool = False) -> Place:
    """A property, written by Exiv2; where it cannot, nothing is planted."""

    def put(draft: PhotoDraft) -> None:
        import pyexiv2  # type: ignore[import-untyped]

        pyexiv2.set_log_level(4)
        with pyexiv2.ImageData(draft.data) as image:
            value = " ".join(map(str, token.encode())) if name == _MAKER_NOTE else token
            getattr(image, method)(value if as_text else {name: value})
            draft.data = image.get_bytes()

    return Place(name, token, put)


def _parts(source: bytes, format_: Format, numbers: Numbers) -> Iterator[Place]:
    """Parts put in by hand, and bytes behind the end of the image."""
    for where, insert in _INSERTS.get(format_, {}).items():
        keeper = ("color_profile", "keep") if where == _ICC else ("", "")
        yield _inserted(where, word(numbers.next()), insert, keeper)
    if format_ is Format.TIFF and source[:4] in (b"II*\0", b"MM\0*"):
        for tag in _TIFF_TAGS:
            yield _inserted(f"tag {tag}", word(numbers.next()), _tiff_tag(tag))
    yield _inserted("behind the end of the image", word(numbers.next()), lambda data, token: data + token)


def _profile_with(token: bytes) -> bytes:
    """An sRGB profile whose description starts with the token (ICC.1, 10.15)."""
    from PIL import ImageCms

    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    text = token.decode().encode("utf-16-be")
    start = profile.index("sRGB".encode("utf-16-be"))
    return profile[:start] + text + profile[start + len(text) :]


_Insert = Callable[[bytes, bytes], bytes]
"""Puts a token into the bytes of a photo."""


def _inserted(where: str, token: str, insert: _Insert, keeper: tuple[str, str] = ("", "")) -> Place:
    def put(draft: PhotoDraft) -> None:
        draft.data = insert(draft.data, token.encode())

    return Place(where, token, put, keeper=keeper)


def _segment(marker: int, before: bytes = b"", after: bytes = b"") -> _Insert:
    """A marker segment behind the start of a JPEG (ITU-T T.81, B.1.1)."""

    def insert(data: bytes, token: bytes) -> bytes:
        payload = before + token + after
        return data[:2] + struct.pack(">BBH", 0xFF, marker, len(payload) + 2) + payload + data[2:]

    return insert


def _chunk(kind: bytes, before: bytes = b"", *, is_packed: bool = False) -> _Insert:
    """A chunk behind the IHDR of a PNG (PNG 3rd ed., 5.3)."""

    def insert(data: bytes, token: bytes) -> bytes:
        body = before + (zlib.compress(token * 9) if is_packed else token)
        made = struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        return data[:_PNG_START] + made + data[_PNG_START:]

    return insert


def _riff(kind: bytes) -> _Insert:
    """A chunk at the end of a WebP's RIFF (RFC 9649, 2.3)."""

    def insert(data: bytes, token: bytes) -> bytes:
        made = kind + struct.pack("<I", len(token)) + token + bytes(len(token) % 2)
        size = struct.unpack_from("<I", data, 4)[0]
        end = 8 + size + size % 2
        return data[:4] + struct.pack("<I", end - 8 + len(made)) + data[8:end] + made + data[end:]

    return insert


def _extension(head: bytes) -> _Insert:
    """An extension in front of a GIF's blocks (GIF89a, 23 to 26)."""

    def insert(data: bytes, token: bytes) -> bytes:
        colours = 3 << (data[10] & 7) + 1 if data[10] & 0x80 else 0
        start = 13 + colours
        return b"GIF89a" + data[6:start] + b"!" + head + bytes([len(token)]) + token + b"\0" + data[start:]

    return insert


def _tiff_tag(tag: int) -> _Insert:
    """An entry of a TIFF's first directory, which is written anew at the end (TIFF 6.0, section 2)."""

    def insert(data: bytes, token: bytes) -> bytes:
        order = "<" if data[:2] == b"II" else ">"
        (start,) = struct.unpack_from(f"{order}I", data, 4)
        (count,) = struct.unpack_from(f"{order}H", data, start)
        entries = {
            struct.unpack_from(f"{order}H", data, at)[0]: data[at : at + 12]
            for at in range(start + 2, start + 2 + 12 * count, 12)
        }
        following = data[start + 2 + 12 * count : start + 6 + 12 * count]
        data += bytes(len(data) % 2)
        value = token + b"\0"
        entries[tag] = struct.pack(f"{order}HHII", tag, _TIFF_TAGS[tag], len(value), len(data))
        data += value + bytes(len(value) % 2)
        directory = struct.pack(f"{order}H", len(entries)) + b"".join(entries[key] for key in sorted(entries))
        return data[:4] + struct.pack(f"{order}I", len(data)) + data[8:] + directory + following

    return insert


def _jpeg_profile(data: bytes, token: bytes) -> bytes:
    return _segment(0xE2, b"ICC_PROFILE\0\1\1" + _profile_with(token))(data, b"")


def _png_profile(data: bytes, token: bytes) -> bytes:
    return _chunk(b"iCCP", b"sRGB\0\0" + zlib.compress(_profile_with(token)))(data, b"")


def _jpeg_inserts() -> Iterable[tuple[str, _Insert]]:
    yield "APP0/JFIF thumbnail", _segment(0xE0, b"JFIF\0\1\2\0\0\1\0\1\3\1", b"1")
    yield "APP0/JFXX", _segment(0xE0, b"JFXX\0\x10")
    yield "APP1/XMP", _segment(0xE1, _XMP_HEADER + b"<x:xmpmeta>", b"</x:xmpmeta>")
    yield "APP1/extended XMP", _segment(0xE1, b"http://ns.adobe.com/xmp/extension/\0" + bytes(40))
    yield "APP2/MPF", _segment(0xE2, b"MPF\0MM\0*")
    yield "APP2/FlashPix", _segment(0xE2, b"FPXR\0")
    yield "APP11/JUMBF", _segment(0xEB, b"JP\0\1")
    yield "APP13/Photoshop", _segment(0xED, b"Photoshop 3.0\x008BIM\4\4\0\0\0\0\0\x0d\x1c\2\x78\0\x08")
    yield "COM", _segment(0xFE)
    yield _ICC, _jpeg_profile
    yield from ((f"APP{number}", _segment(0xE0 + number)) for number in range(16))


_INSERTS: dict[Format, dict[str, _Insert]] = {
    Format.JPEG: dict(_jpeg_inserts()),
    Format.PNG: {
        _ICC: _png_profile,
        "tEXt": _chunk(b"tEXt", b"Comment\0"),
        "zTXt": _chunk(b"zTXt", b"Author\0\0", is_packed=True),
        "iTXt": _chunk(b"iTXt", b"Title\0\0\0en\0\0"),
        "iTXt, compressed": _chunk(b"iTXt", b"Description\0\1\0en\0\0", is_packed=True),
        "iTXt/XMP": _chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0"),
        "a private chunk": _chunk(b"prVt"),
        "a private chunk, safe to copy": _chunk(b"prVa"),
    },
    Format.WEBP: {"an unknown chunk": _riff(b"ZQZQ")},
    Format.GIF: {
        "comment extension": _extension(b"\xfe"),
        "application extension": _extension(b"\xff\x0bZQEXTENSION"),
        "application extension/XMP": _extension(b"\xff\x0bXMP DataXMP"),
    },
}
