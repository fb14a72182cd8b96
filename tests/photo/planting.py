"""Tokens in every place of a photo where metadata can stand, whatever program wrote the photo.

Each place has a token of its own, so that what is left behind names its place. What the photo has already,
such as an Exif, is left as it is; the picture and its orientation do not change.
"""

import io
import struct
import zlib
from collections.abc import Callable, Iterator
from typing import NamedTuple

from PIL import Image

from bme_med.core import Format, sniff
from tests.oracles.residue import residue
from tests.photo.heif_making import box
from tests.photo.making import PNG_SIGNATURE, chunk, chunks, exif, icc_profile, jpeg, segment, token

__all__ = ["Planted", "numbered", "plant"]

STEP = 10
"""Tokens that belong to one place."""

Make = Callable[[int], bytes]
"""Bytes with tokens from a number on."""


class Planted(NamedTuple):
    """A photo with tokens in it; `places` says where each stands, by token."""

    data: bytes
    places: dict[bytes, str]


def numbered(*places: str) -> tuple[dict[str, int], dict[bytes, str]]:
    """The first token of each place, by place; and the place of each token."""
    firsts = {place: number * STEP for number, place in enumerate(places, 1)}
    return firsts, {token(first + at): place for place, first in firsts.items() for at in range(STEP)}


def plant(photo: bytes) -> Planted:
    """`photo` with tokens; nothing is planted where none of its kind of photo can be.

    >>> from tests.photo.making import gif
    >>> sorted(set(plant(gif()).places.values()))
    ['XMP', 'behind the end', 'comment', 'private part']
    """
    into = {
        Format.JPEG: _into_jpeg,
        Format.PNG: _into_png,
        Format.WEBP: _into_webp,
        Format.GIF: _into_gif,
        Format.BMP: _into_bmp,
        Format.TIFF: _into_tiff,
        Format.HEIF: _into_heif,
    }[sniff(photo)]
    data, parts = into(photo)
    return _put(data, parts)


_Part = tuple[str, int, Make]
"""A place, where to put it in, and what."""


def _put(data: bytes, parts: list[_Part]) -> Planted:
    """`data` with `parts` put in."""
    firsts, places = numbered(*(place for place, _, _ in parts))
    for place, at, make in sorted(parts, key=lambda part: part[1], reverse=True):
        data = data[:at] + make(firsts[place]) + data[at:]
    present = residue((each.decode() for each in places), data)
    return Planted(data, {each: place for each, place in places.items() if each.decode() in present})


def _xmp(number: int) -> bytes:
    return (
        b'<?xpacket begin="\xef\xbb\xbf" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/">'
        b'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" '
        b'xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/" photoshop:City="' + token(number) + b'"/>'
        b'</rdf:RDF></x:xmpmeta><?xpacket end="w"?>'
    )


def _iptc(number: int) -> bytes:
    return b"\x1c\2\x5a\0\7" + token(number)


def _photoshop(number: int) -> bytes:
    content = _iptc(number)
    return b"8BIM\4\4\0\0" + struct.pack(">I", len(content)) + content


def _movie(number: int) -> bytes:
    return box(b"ftyp", b"mp42\0\0\0\0mp42") + box(b"moov", box(b"udta", token(number)))


def _into_jpeg(data: bytes) -> tuple[bytes, list[_Part]]:
    start = 2
    if data[2:4] == b"\xff\xe0":
        start = 4 + int.from_bytes(data[4:6], "big")
    xap = b"http://ns.adobe.com/xap/1.0/\0"
    makes: dict[str, Make] = {
        "Exif": lambda n: segment(0xE1, b"Exif\0\0" + exif(1, n)),
        "XMP": lambda n: segment(0xE1, xap + _xmp(n)),
        "colour profile": lambda n: segment(0xE2, b"ICC_PROFILE\0\1\1" + icc_profile(n)),
        "FlashPix": lambda n: segment(0xE2, b"FPXR\0" + token(n)),
        "C2PA": lambda n: segment(0xEB, b"JP\0\1\0\0\0\1" + box(b"jumb", box(b"jumd", token(n)))),
        "IPTC": lambda n: segment(0xED, b"Photoshop 3.0\0" + _photoshop(n)),
        "private part": lambda n: segment(0xE5, b"DERMDESK\0" + token(n)),
        "comment": lambda n: segment(0xFE, token(n)),
    }
    marks = {"Exif": b"Exif\0\0", "XMP": xap, "colour profile": b"ICC_PROFILE\0", "IPTC": b"Photoshop 3.0\0"}
    there = {place for place, mark in marks.items() if mark in data}
    with Image.open(io.BytesIO(data)) as image:
        there |= {"colour profile"} if image.mode != "RGB" else set()
    parts: list[_Part] = [(place, start, make) for place, make in makes.items() if place not in there]
    tail: list[_Part] = [("second picture", len(data), lambda n: jpeg(comment=token(n)))]
    return data, [*parts, *tail, ("behind the end", len(data), _movie)]


def _into_png(data: bytes) -> tuple[bytes, list[_Part]]:
    types = {type_ for type_, _ in chunks(data)}
    start = len(PNG_SIGNATURE) + 25
    makes: dict[str, tuple[bytes, Make]] = {
        "colour profile": (b"iCCP", lambda n: b"icc\0\0" + zlib.compress(icc_profile(n))),
        "text": (b"tEXt", lambda n: b"Author\0" + token(n)),
        "compressed text": (b"zTXt", lambda n: b"Comment\0\0" + zlib.compress(token(n))),
        "XMP": (b"iTXt", lambda n: b"XML:com.adobe.xmp\0\0\0\0\0" + _xmp(n)),
        "Exif": (b"eXIf", lambda n: exif(1, n)),
        "time": (b"tIME", token),
        "C2PA": (b"caBX", lambda n: box(b"jumb", box(b"jumd", token(n)))),
        "private part": (b"prVt", token),
    }
    if types & {b"sRGB", b"cICP", b"gAMA", b"cHRM"} or data[25] in (0, 4):  # other colours, or grey
        types.add(b"iCCP")
    parts: list[_Part] = [
        (place, start, lambda n, type_=type_, make=make: chunk(type_, make(n)))  # type: ignore[misc]
        for place, (type_, make) in makes.items()
        if type_ not in types - {b"tEXt", b"zTXt"}
    ]
    last, end = _last_data(data)
    tail: list[_Part] = [("behind the compressed data", last, lambda n: chunk(b"IDAT", token(n)))]
    return data, [*parts, *tail, ("behind the end", end, token)]


def _last_data(data: bytes) -> tuple[int, int]:
    """Where the last IDAT ends, and where the file does."""
    position, last = len(PNG_SIGNATURE), 0
    for type_, content in chunks(data):
        position += 12 + len(content)
        last = position if type_ == b"IDAT" else last
    return last, position


def _into_webp(data: bytes) -> tuple[bytes, list[_Part]]:
    """The file with an extended header; its sizes and flags count the parts that are put in."""
    with Image.open(io.BytesIO(data)) as image:
        size, has_alpha = image.size, image.mode == "RGBA"
    body = data[12 : 8 + int.from_bytes(data[4:8], "little")]
    if not body.startswith(b"VP8X"):
        canvas = b"".join((side - 1).to_bytes(3, "little") for side in size)
        body = b"VP8X" + struct.pack("<IBxxx", 10, 0x10 * has_alpha) + canvas + body
    flags, firsts = body[8], numbered("Exif", "XMP", "C2PA", "private part", "colour profile")[0]
    contents = {"C2PA": (b"C2PA", token), "private part": (b"prVt", token)}
    for place, type_, bit, make in (
        ("Exif", b"EXIF", 8, lambda n: exif(1, n)),
        ("XMP", b"XMP ", 4, _xmp),
        ("colour profile", b"ICCP", 32, icc_profile),
    ):
        if not flags & bit:
            contents[place], flags = (type_, make), flags | bit
    firsts, places = numbered("behind the end", "behind the picture", *contents)
    made = {place: _riff_chunk(type_, make(firsts[place])) for place, (type_, make) in contents.items()}
    profile = made.pop("colour profile", b"")
    images = _longer_images(body[18:], token(firsts["behind the picture"]))
    body = body[:8] + bytes([flags]) + body[9:18] + profile + images + b"".join(made.values())
    whole = b"RIFF" + struct.pack("<I", 4 + len(body)) + b"WEBP" + body + token(firsts["behind the end"])
    return whole, _already(places)


def _longer_images(body: bytes, tail: bytes) -> bytes:
    """The chunks `body`, those of bitstreams and alpha longer by `tail`, in frames too."""
    out, at = b"", 0
    while at < len(body):
        type_, size = body[at : at + 4], int.from_bytes(body[at + 4 : at + 8], "little")
        content = body[at + 8 : at + 8 + size]
        if type_ == b"ANMF":
            content = content[:16] + _longer_images(content[16:], tail)
        elif type_ in (b"VP8 ", b"VP8L", b"ALPH"):
            content += tail
        out += _riff_chunk(type_, content)
        at += 8 + size + size % 2
    return out


def _riff_chunk(type_: bytes, content: bytes) -> bytes:
    return type_ + struct.pack("<I", len(content)) + content + bytes(len(content) % 2)


def _already(places: dict[bytes, str]) -> list[_Part]:
    """Parts that stand in the file already, so that only their numbers are counted."""
    return [(place, 0, lambda _: b"") for place in dict.fromkeys(places.values())]


def _into_gif(data: bytes) -> tuple[bytes, list[_Part]]:
    start = 13 + (3 << (data[10] & 7) + 1 if data[10] & 0x80 else 0)
    trailer = b"\1" + bytes(range(255, -1, -1)) + b"\0"
    parts: list[_Part] = [
        ("comment", start, lambda n: b"\x21\xfe\7" + token(n) + b"\0"),
        ("XMP", start, lambda n: b"\x21\xff\x0bXMP DataXMP" + _xmp(n) + trailer),
        ("private part", start, lambda n: b"\x21\xff\x0bDERMDESK1.0\7" + token(n) + b"\0"),
        ("behind the end", len(data), token),
    ]
    return b"GIF89a" + data[6:], parts


def _into_bmp(data: bytes) -> tuple[bytes, list[_Part]]:
    start = int.from_bytes(data[10:14], "little")
    gap = len(token(0))
    moved = data[:10] + struct.pack("<I", start + gap) + data[14:]
    return moved, [("between the parts", start, token), ("behind the end", len(data), token)]


_TIFF_PLACES: dict[str, tuple[int, int, Make]] = {
    "text": (270, 2, lambda n: token(n) + b"\0"),
    "artist": (315, 2, lambda n: token(n) + b"\0"),
    "XMP": (700, 1, _xmp),
    "IPTC": (33723, 7, _iptc),
    "Photoshop": (34377, 7, _photoshop),
    "private part": (65000, 7, token),
}
"""Tag, type and content."""


def _into_tiff(data: bytes) -> tuple[bytes, list[_Part]]:
    """The file with its directories, made longer, behind its end."""
    order = "<" if data[:2] == b"II" else ">"
    is_big = data[2:4] in (b"+\0", b"\0+")
    inline, word = (8, "Q") if is_big else (4, "I")
    out, link = bytearray(data), 8 if is_big else 4
    names = [f"{place}{page}" for page in ("", ", page 2 and on") for place in _TIFF_PLACES]
    firsts, places = numbered(*names, "between the parts", "Exif")
    for number, entries in enumerate(_directories(data, order, is_big=is_big)):
        for place, (tag, type_, make) in _TIFF_PLACES.items():
            content = make(firsts[place if not number else f"{place}, page 2 and on"])
            if tag not in entries:
                out += bytes(len(out) % 2)
                entries[tag] = struct.pack(f"{order}HH{word}{word}", tag, type_, len(content), len(out))
                out += content + token(firsts["between the parts"])
        if 34665 not in entries and not number:
            out += bytes(len(out) % 2)
            entries[34665] = struct.pack(f"{order}HH{word}{word}", 34665, 4, 1, len(out))
            out += _exif_directory(order, word, len(out), token(firsts["Exif"]))
        out += bytes(len(out) % 2)
        out[link : link + inline] = struct.pack(f"{order}{word}", len(out))
        out += struct.pack(f"{order}{'Q' if is_big else 'H'}", len(entries))
        out += b"".join(entries[tag] for tag in sorted(entries))
        link = len(out)
        out += bytes(inline)
    return bytes(out), _already(places)


def _directories(data: bytes, order: str, *, is_big: bool) -> Iterator[dict[int, bytes]]:
    """The entries of each page, by tag."""
    word, count_of, size = ("Q", "Q", 20) if is_big else ("I", "H", 12)
    (at,) = struct.unpack_from(order + word, data, 8 if is_big else 4)
    seen = set()
    while at and at not in seen:
        seen.add(at)
        (count,) = struct.unpack_from(order + count_of, data, at)
        first = at + struct.calcsize(order + count_of)
        table = [data[first + size * n : first + size * (n + 1)] for n in range(count)]
        yield {struct.unpack_from(order + "H", entry)[0]: entry for entry in table}
        (at,) = struct.unpack_from(order + word, data, first + size * count)


def _exif_directory(order: str, word: str, start: int, serial: bytes) -> bytes:
    """An Exif directory at `start` with a body's serial number and nothing else."""
    head = struct.pack(order + ("Q" if word == "Q" else "H"), 1)
    behind = start + len(head) + 4 + 3 * struct.calcsize("=" + word)
    entry = struct.pack(f"{order}HH{word}{word}", 0xA431, 2, len(serial) + 1, behind)
    return head + entry + bytes(struct.calcsize("=" + word)) + serial + b"\0"


def _into_heif(data: bytes) -> tuple[bytes, list[_Part]]:
    end = len(data)
    return data, [
        ("free space", end, lambda n: box(b"free", token(n))),
        ("C2PA", end, lambda n: box(b"uuid", bytes.fromhex("d8fec3d61b0e483c92975828877ec481"), token(n))),
        ("user data", end, lambda n: box(b"udta", token(n))),
        ("video", end, lambda n: box(b"mpvd", _movie(n))),
        ("private part", end, lambda n: box(b"sefd", b"SEFH" + token(n) + b"SEFT")),
        ("between the parts", end, lambda n: box(b"mdat", token(n))),
    ]
