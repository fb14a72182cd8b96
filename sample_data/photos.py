"""Clinic photos: JPEGs, PNGs and a HEIC, each with metadata that a camera, an editor or a phone left.

A photo is its list of parts; the file is their bytes in a row.
"""

import struct

from heif_writer import Item, box, picture_size, write_heif
from hevc_writer import encode_hevc, user_data
from jpeg_writer import encode_jpeg, segment
from photo_parts import (
    Entry,
    ascii_,
    chunk,
    exif,
    icc_profile,
    iptc,
    png_pixels,
    rationals,
    short,
    stored,
    undefined,
    xmp,
)
from pictures import lesion

__all__ = ["GPS", "Parts", "back", "damaged", "dermatoscope", "forearm", "heel", "phone", "scan"]

Parts = list[tuple[str, bytes]]

# Latitude and longitude of the ocean's point farthest from any land, and the time of day in UTC.
GPS = {
    "latitude": (48, 1, 52, 1, 3648, 100),
    "longitude": (123, 1, 23, 1, 3516, 100),
    "time": (12, 1, 11, 1, 7, 1),
}

_WIDTH, _HEIGHT = 320, 240


def _gps(order: str) -> list[Entry]:
    return [
        undefined(0, b"\2\3\0\0", kind=1),
        ascii_(1, "S"),
        rationals(2, order, *GPS["latitude"]),
        ascii_(3, "W"),
        rationals(4, order, *GPS["longitude"]),
        rationals(7, order, *GPS["time"]),
        ascii_(0x12, "WGS-84"),
        undefined(0x1C, b"ASCII\0\0\0WICKENFELL-CELL-0417"),
        ascii_(0x1D, "2024:05:06"),
    ]


def _camera(order: str, comment: bytes) -> list[Entry]:
    maker = b"LUMENAR\0" + b"serial=LMN-30558124;owner=Thistledown Photo Desk;firmware=2.04\0"
    return [
        rationals(0x829A, order, 1, 125),
        rationals(0x829D, order, 56, 10),
        short(0x8827, 200, order),
        undefined(0x9000, b"0232"),
        ascii_(0x9003, "2024:05:06 14:11:07"),
        ascii_(0x9004, "2024:05:06 14:11:07"),
        ascii_(0x9011, "+02:00"),
        undefined(0x9101, b"\1\2\3\0"),
        undefined(0x927C, maker),
        undefined(0x9286, comment),
        ascii_(0x9291, "837"),
        undefined(0xA000, b"0100"),
        short(0xA001, 1, order),
        short(0xA002, _WIDTH, order),
        short(0xA003, _HEIGHT, order),
        ascii_(0xA420, "f3a90c51d7e2486bb0417c6e55aa9180"),
        ascii_(0xA430, "Thistledown Photo Desk"),
        ascii_(0xA431, "LMN-30558124"),
        ascii_(0xA434, "Lumenar Macro 60mm F2.8"),
        ascii_(0xA435, "LNS-77140936"),
    ]


def _image(order: str, orientation: int, description: str) -> list[Entry]:
    return [
        ascii_(0x010E, description),
        ascii_(0x010F, "Lumenar Optical"),
        ascii_(0x0110, "Lumenar D9 Mark IV"),
        short(0x0112, orientation, order),
        rationals(0x011A, order, 72, 1),
        rationals(0x011B, order, 72, 1),
        short(0x0128, 2, order),
        ascii_(0x0131, "DermDesk 5.1, workstation ZM-DERM-03"),
        ascii_(0x0132, "2024:05:06 15:02:44"),
        ascii_(0x013B, "Thistledown, Cosima"),
        short(0x0213, 1, order),
        ascii_(0x8298, "Zephyrmoor Infirmary, C. Thistledown"),
        undefined(0x9C9D, "Cosima Thistledown\0".encode("utf-16-le"), kind=1),
    ]


def _thumbnail(seed: int) -> bytes:
    comment = segment(0xFE, b"thumbnail of Quillfeather before cropping")
    return encode_jpeg(lesion(80, 64, seed=seed), 80, 64, quality=60, before=comment)


def _packet(title: str) -> bytes:
    simple = {
        "xmp:CreateDate": "2024-05-06T14:11:07+02:00",
        "xmp:CreatorTool": "DermDesk 5.1",
        "xmpMM:DocumentID": "uuid:5b7c1f0e-6a33-4c0d-9b1e-8d2f44a6c917",
        "photoshop:City": "Wickenfell",
        "exif:GPSLatitude": "48,52.608S",
        "exif:GPSLongitude": "123,23.586W",
        "aux:SerialNumber": "LMN-30558124",
    }
    lists = {
        "dc:creator": ("Seq", "Cosima Thistledown"),
        "dc:description": ("Alt", title),
        "dc:subject": ("Bag", "MRN-8841907"),
        "Iptc4xmpExt:PersonInImage": ("Bag", "Oriana Quillfeather 羽根筆 織亜"),
    }
    return xmp(simple, lists)


def _profile() -> bytes:
    return icc_profile("Lumenar CG2730 SN 88213377 Zephyrmoor", "calibrated by C. Thistledown")


def _video() -> bytes:
    """A motion photo's tail: an MP4 without pictures."""
    ftyp = struct.pack(">I4s4sI4s", 20, b"ftyp", b"mp42", 0, b"mp42")
    place = b"\xa9xyz" + struct.pack(">HH", 18, 0x15C7) + b"-48.8768-123.3931/"
    text = b"voice note: this is Oriana Quillfeather, born 11 February 1931"
    boxes = struct.pack(">I", len(place) + 4) + place
    boxes += struct.pack(">I", len(text) + 8) + b"free" + text
    return ftyp + boxes


def _jpeg(seed: int, quality: int, sampling: int, metadata: Parts, after: Parts) -> Parts:
    rgb = lesion(_WIDTH, _HEIGHT, seed=seed)
    jpeg = encode_jpeg(rgb, _WIDTH, _HEIGHT, quality=quality, sampling=sampling)
    return [("SOI", jpeg[:2]), *metadata, ("image", jpeg[2:]), *after]


_JFIF = ("APP0/JFIF", segment(0xE0, b"JFIF\0\1\1\1\0\x48\0\x48\0\0"))


def forearm() -> Parts:
    """The full set: JFIF, Exif with GPS and a thumbnail, XMP, IPTC, ICC, a comment, a video after the end."""
    comment = b"UNICODE\0" + "left forearm, Oriana Quillfeather, MRN-8841907".encode("utf-16-le")
    tiff = exif(
        "<", _image("<", 1, "Quillfeather left forearm"), _camera("<", comment), _gps("<"), _thumbnail(5)
    )
    texts = (
        (5, "Quillfeather Oriana"),
        (25, "MRN-8841907"),
        (55, "20240506"),
        (60, "141107+0200"),
        (80, "Cosima Thistledown"),
        (90, "Wickenfell"),
        (103, "ACC7730415"),
        (120, "Mrs. Quillfeather's mole, grown since March"),
    )
    metadata = [
        _JFIF,
        ("APP1/Exif", segment(0xE1, b"Exif\0\0" + tiff)),
        ("APP1/XMP", segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + _packet("Quillfeather, follow-up"))),
        ("APP13/Photoshop", segment(0xED, iptc(*texts))),
        ("APP2/ICC", segment(0xE2, b"ICC_PROFILE\0\1\1" + _profile())),
        ("COM", segment(0xFE, b"Quillfeather Oriana 1931-02-11, ref. Dr. Brackenfold")),
    ]
    return _jpeg(5, 85, 2, metadata, [("after EOI", _video())])


def phone() -> Parts:
    """Lying on its side: Orientation 6, big-endian Exif, an ASCII user comment, no JFIF."""
    comment = b"ASCII\0\0\0Quillfeather heel, taken by Cosima"
    tiff = exif(">", _image(">", 6, "heel"), _camera(">", comment), _gps(">"), _thumbnail(8))
    unknown = segment(0xE5, b"DERMDESK\0patient=Quillfeather^Oriana;visit=20240506")
    return _jpeg(8, 75, 2, [("APP1/Exif", segment(0xE1, b"Exif\0\0" + tiff)), ("APP5", unknown)], [])


def back() -> Parts:
    """Patient 2, chroma not halved: JFIF, two comments, a profile."""
    metadata = [
        _JFIF,
        ("COM", segment(0xFE, "Vandersloot-Müller, Jörgen: Rücken".encode())),
        ("COM", segment(0xFE, "Jörgen Vandersloot-Müller, VM-55310278".encode("latin-1"))),
        ("APP2/ICC", segment(0xE2, b"ICC_PROFILE\0\1\1" + _profile())),
    ]
    return _jpeg(13, 88, 1, metadata, [("after EOI", b"\nscanned for Vandersloot\n")])


def damaged() -> bytes:
    """The first bytes of a photo whose copying broke off inside the tables."""
    *metadata, (_, image) = phone()
    return b"".join(data for _, data in metadata) + image[:40]


def _png(header: bytes, chunks: list[tuple[bytes, bytes]], after: bytes) -> Parts:
    parts: Parts = [("signature", b"\x89PNG\r\n\x1a\n")]
    for number, (kind, data) in enumerate([(b"IHDR", header), *chunks, (b"IEND", b"")], 1):
        parts.append((f"{number}/{kind.decode()}", chunk(kind, data)))
    return [*parts, ("after IEND", after)]


def dermatoscope() -> Parts:
    """An RGB picture with every text chunk, Exif, a date, a profile, a private chunk and a tail."""
    width, height = 128, 96
    tiff = exif(">", [ascii_(0x013B, "Thistledown, Cosima")], [ascii_(0xA431, "LMN-30558124")])
    international = b"XML:com.adobe.xmp\0\0\0\0\0" + _packet("Quillfeather dermatoscopy")
    chunks = [
        (b"iCCP", b"CG2730 88213377\0\0" + stored(_profile())),
        (b"tEXt", b"Author\0Cosima Thistledown"),
        (b"tEXt", b"Creation Time\0Mon, 06 May 2024 14:11:07 +0200"),
        (b"zTXt", b"Description\0\0" + stored(b"lentigo? Quillfeather Oriana, MRN-8841907")),
        (b"iTXt", international),
        (b"eXIf", tiff),
        (b"tIME", struct.pack(">HBBBBB", 2024, 5, 6, 14, 11, 7)),
        (b"qfNt", b"note for Oriana Quillfeather"),
        (b"IDAT", png_pixels(lesion(width, height, seed=21), width * 3)),
    ]
    return _png(
        struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0), chunks, b"recovered: QUILLFEATHER ORIANA"
    )


def heel() -> Parts:
    """As a phone writes it: turned by a property, a thumbnail, a second picture with an Exif of its own."""
    comment = b"ASCII\0\0\0Quillfeather heel, taken by Cosima"
    tiff = exif(">", _image(">", 6, "heel"), _camera(">", comment), _gps(">"))
    place = exif(">", [ascii_(0x013B, "Thistledown, Cosima")], [ascii_(0xA431, "LMN-30558124")], _gps(">"))
    turned = box(b"irot", b"\3")
    colours = [box(b"colr", b"nclx", struct.pack(">HHHB", 1, 13, 6, 0x80)), box(b"colr", b"prof", _profile())]
    hidden = user_data(b"before cropping: Oriana Quillfeather")
    kind = b"application/rdf+xml\0"
    items = [
        _coded(128, 96, [*colours, turned], user_data(b"encoded by ZM-DERM-03"))._replace(
            name=b"Quillfeather heel"
        ),
        _coded(64, 32, [turned], hidden)._replace(refers=[(b"thmb", 1)]),
        _coded(32, 64, [turned], hidden)._replace(is_hidden=True),
        Item(b"Exif", bytes(4) + tiff, refers=[(b"cdsc", 1)], is_hidden=True),
        Item(b"Exif", bytes(4) + place, refers=[(b"cdsc", 3)], is_hidden=True),
        Item(b"mime", _packet("Quillfeather heel"), refers=[(b"cdsc", 1)], more=kind, is_hidden=True),
    ]
    return [
        *write_heif(items, b"DermDesk 5.1, workstation ZM-DERM-03"),
        ("uuid", box(b"uuid", bytes(range(16)), b"patient=Quillfeather^Oriana;visit=20240506")),
        ("free", box(b"free", b"recovered: QUILLFEATHER ORIANA")),
        ("mpvd", box(b"mpvd", _video())),
    ]


def _coded(width: int, height: int, properties: list[bytes], before: bytes = b"") -> Item:
    """A picture, with `before` in front of its slice."""
    configuration, slice_ = encode_hevc(bytes(lesion(width, height, seed=55)), width, height)
    needed = [box(b"hvcC", configuration), picture_size(width, height)]
    return Item(b"hvc1", before + slice_, [*needed, *properties])


def scan() -> Parts:
    """A grey picture of patient 2 with a Latin-1 title."""
    width, height = 160, 120
    grey = bytes(lesion(width, height, seed=34)[1::3])
    chunks = [
        (b"gAMA", struct.pack(">I", 45455)),
        (b"pHYs", struct.pack(">IIB", 2835, 2835, 1)),
        (b"tEXt", "Title\0Überweisung Vandersloot-Müller".encode("latin-1")),
        (b"IDAT", png_pixels(grey, width)),
        (b"tEXt", b"Software\0scanner BORSCAN-00417 for Vandersloot"),
    ]
    return _png(struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0), chunks, b"")
