"""Small photos, whole or with tokens planted in them, made by Pillow and by hand."""

import io
import struct
import zlib
from collections.abc import Iterator
from functools import cache

from PIL import Image, ImageCms

from bme_med.core import Policy, Pseudonyms, parse_profile
from tests.oracles.runs import KEY

__all__ = [
    "TiffValue",
    "animation",
    "bmp",
    "chunk",
    "chunks",
    "exif",
    "gif",
    "icc_profile",
    "jpeg",
    "moving",
    "picture",
    "png",
    "policy",
    "segment",
    "splice_after",
    "tiff",
    "tiff_of",
    "token",
    "webp",
]

PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"


def policy(
    *, orientation: str = "keep", color: str = "sanitize", hidden: str = "refuse", dates: str = "remove"
) -> Policy:
    """A profile that says nothing but how to treat photos."""
    text = (
        f'name = "test"\n[photo]\norientation = "{orientation}"\ncolor-profile = "{color}"\n'
        f'hidden-pixels = "{hidden}"\n[dates]\npolicy = "{dates}"\n'
    )
    return Policy(parse_profile("test", lambda name: (name, text)), Pseudonyms(KEY))


def token(number: int) -> bytes:
    """Seven bytes that stand nowhere else: they fit into tIME."""
    return b"ZQ%05d" % number


def picture(mode: str = "RGB", size: tuple[int, int] = (48, 32)) -> Image.Image:
    """A picture in which every turn and every lost row shows."""
    image = Image.new("RGB", size)
    image.putdata([(5 * x % 256, 7 * y % 256, (x * y) % 256) for y in range(size[1]) for x in range(size[0])])
    return image.convert(mode)


def jpeg(mode: str = "RGB", **options: object) -> bytes:
    """A JPEG of `picture`; options as Pillow's."""
    out = io.BytesIO()
    picture(mode).save(out, "JPEG", **options)
    return out.getvalue()


def segment(marker: int, payload: bytes) -> bytes:
    """A marker segment."""
    return struct.pack(">BBH", 0xFF, marker, len(payload) + 2) + payload


def splice_after(data: bytes, offset: int, *parts: bytes) -> bytes:
    """`data` with `parts` put in at `offset`."""
    return data[:offset] + b"".join(parts) + data[offset:]


def png(mode: str = "RGB", **options: object) -> bytes:
    """A PNG of `picture`; options as Pillow's."""
    out = io.BytesIO()
    picture(mode).save(out, "PNG", **options)
    return out.getvalue()


def animation() -> bytes:
    """An APNG of three frames; the second and third cover a part of the picture."""
    return moving("PNG")


def bmp(mode: str = "RGB", size: tuple[int, int] = (47, 32), **options: object) -> bytes:
    """A BMP of `picture`; options as Pillow's."""
    out = io.BytesIO()
    picture(mode, size).save(out, "BMP", **options)
    return out.getvalue()


def gif(mode: str = "P", **options: object) -> bytes:
    """A GIF of `picture`; options as Pillow's."""
    out = io.BytesIO()
    picture(mode).save(out, "GIF", **options)
    return out.getvalue()


TiffValue = tuple[int, bytes | tuple[int, ...]]
"""Type, and numbers of it or the bytes themselves."""

_TIFF_LETTERS = {1: "B", 3: "H", 4: "I", 5: "I", 11: "f", 12: "d", 16: "Q"}


def tiff_of(
    *pages: tuple[dict[int, TiffValue], list[bytes]], order: str = "<", is_big: bool = False, gap: bytes = b""
) -> bytes:
    """A TIFF of pages, each with its entries and its strips, or tiles; `gap` stands between all parts."""
    offset, head = (
        ("Q", struct.pack(f"{order}HHH", 43, 8, 0)) if is_big else ("I", struct.pack(f"{order}H", 42))
    )
    inline = 8 if is_big else 4
    out = bytearray((b"II" if order == "<" else b"MM") + head + bytes(inline))
    link = len(out) - inline
    for entries, units in pages:
        places = []
        for unit in units:
            out += gap
            places.append(len(out))
            out += unit
        tags = (324, 325) if 322 in entries else (273, 279)
        numbers = (tuple(places), tuple(len(unit) for unit in units))
        made = {**dict(zip(tags, ((16 if is_big else 4, each) for each in numbers), strict=True)), **entries}
        table = b""
        for tag, (type_, value) in sorted(made.items()):
            letter = _TIFF_LETTERS.get(type_, "B")
            data = value if isinstance(value, bytes) else struct.pack(f"{order}{len(value)}{letter}", *value)
            count = len(data) // (struct.calcsize(letter) * (2 if type_ == 5 else 1))
            if len(data) > inline:
                out += gap
                out += bytes(len(out) % 2)
                place = struct.pack(f"{order}{offset}", len(out))
                out += data
                data = place
            table += struct.pack(f"{order}HH{offset}", tag, type_, count) + data.ljust(inline, b"\0")
        out += gap
        out += bytes(len(out) % 2)
        out[link : link + inline] = struct.pack(f"{order}{offset}", len(out))
        out += struct.pack(f"{order}{'Q' if is_big else 'H'}", len(made)) + table
        link = len(out)
        out += bytes(inline)
    return bytes(out + gap)


def tiff(mode: str = "RGB", size: tuple[int, int] = (48, 32), **options: object) -> bytes:
    """A TIFF of `picture`; options as Pillow's."""
    out = io.BytesIO()
    picture(mode, size).save(out, "TIFF", **options)
    return out.getvalue()


def webp(mode: str = "RGB", **options: object) -> bytes:
    """A WebP of `picture`; options as Pillow's."""
    out = io.BytesIO()
    picture(mode).save(out, "WEBP", **options)
    return out.getvalue()


def moving(format_: str) -> bytes:
    """An animation of three frames, as Pillow writes it in `format_`."""
    frames = [picture(), picture(), picture()]
    for number, frame in enumerate(frames):
        frame.paste((255, 0, 90 * number), (4 * number, number, 4 * number + 9, number + 9))
    out = io.BytesIO()
    frames[0].save(out, format_, save_all=True, append_images=frames[1:], duration=100, loop=0)
    return out.getvalue()


def chunk(type_: bytes, data: bytes) -> bytes:
    """A PNG chunk with its CRC."""
    return struct.pack(">I", len(data)) + type_ + data + struct.pack(">I", zlib.crc32(type_ + data))


def chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Type and data of every chunk, up to IEND."""
    position, type_ = len(PNG_SIGNATURE), b""
    while type_ != b"IEND":
        length, type_ = struct.unpack_from(">I4s", data, position)
        yield type_, data[position + 8 : position + 8 + length]
        position += 12 + length


def exif(orientation: int, number: int = 0) -> bytes:
    """A TIFF with Orientation, and tokens from `number` on in every directory and behind the last."""
    properties = Image.Exif()
    properties[0x0112] = orientation
    properties[0x010E] = properties[0x013B] = token(number).decode()
    properties.get_ifd(0x8769).update({0x927C: token(number + 1), 0x9286: b"ASCII\0\0\0" + token(number + 2)})
    properties.get_ifd(0x8825).update({1: "N", 2: (12.0, 34.0, 56.0), 0x1D: token(number + 3).decode()})
    return properties.tobytes().removeprefix(b"Exif\0\0") + jpeg(comment=token(number + 4))


@cache
def icc_profile(number: int = 0) -> bytes:
    """An sRGB profile with tokens in description, copyright, `mmod`, header and a gap; made once."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    count = int.from_bytes(profile[128:132], "big")
    end = 132 + 12 * count
    entries = [struct.unpack_from(">4sII", profile, 132 + 12 * at) for at in range(count)]
    elements = {name: profile[start : start + size] for name, start, size in entries}
    for name in (b"desc", b"cprt"):
        text = token(number).decode().encode("utf-16-be")
        elements[name] = struct.pack(">4s4xII4sII", b"mluc", 1, 12, b"enUS", len(text), 28) + text
    elements[b"mmod"] = b"mmod" + bytes(4) + token(number + 1)
    elements[b"rTRC"] += token(number + 2)
    table, body, start = b"", token(number + 3), end + 12
    for name, element in elements.items():
        body += bytes(-(start + len(body)) % 4)
        table += struct.pack(">4sII", name, start + len(body), len(element))
        body += element
    size = start + len(body)
    header = struct.pack(">I", size) + token(number + 4)[:4] + profile[8:84] + token(number + 5) + bytes(37)
    return header + struct.pack(">I", len(elements)) + table + body
