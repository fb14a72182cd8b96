"""Photos whose Orientation stands in Exif, in XMP, or in both, in every way and container."""

import io
import struct
import zlib

from tests.photo.making import chunk, exif, jpeg, picture, png, segment, splice_after, webp

__all__ = ["EXIFS", "PACKETS", "saved_as", "told_twice"]

_RDF = (
    b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    b'<rdf:Description rdf:about="" xmlns:tiff="http://ns.adobe.com/tiff/1.0/"%s</rdf:Description></rdf:RDF>'
    b"</x:xmpmeta>"
)


def _entry(tag: int, type_: int, count: int, value: bytes) -> bytes:
    """An Exif of one entry."""
    return struct.pack(">2sHIHHHI4sI", b"MM", 42, 8, 1, tag, type_, count, value, 0)


EXIFS = {
    "no Exif": b"",
    "Exif without it": _entry(0x010F, 2, 2, b"A"),
    "Exif 0": _entry(0x0112, 3, 1, b""),
    "Exif 1": exif(1),
    "Exif 6": exif(6),
}
PACKETS = {
    "no XMP": b"",
    "XMP 1": _RDF % b' tiff:Orientation="1">',
    "XMP 3": _RDF % b' tiff:Orientation="3">',
    "an element 8": _RDF % b"><tiff:Orientation>8</tiff:Orientation>",
    "apostrophes 8": _RDF % b" tiff:Orientation='8'>",
    "spaces 8": _RDF % b' tiff:Orientation = "8">',
}
_CONTAINERS = ("jpg", "png", "late.png", "raw.png", "webp", "tif")


def told_twice() -> dict[str, bytes]:
    """Each Exif with each XMP, in each container that holds both."""
    return {
        f"{said}, {packed}.{container}": saved_as(container, said, packed)
        for container in _CONTAINERS
        for said in EXIFS
        for packed in PACKETS
    }


def saved_as(container: str, said: str, packed: str) -> bytes:
    """The picture with one of `EXIFS`, which a TIFF has in its own directory, and one of `PACKETS`."""
    tiff, packet = EXIFS[said], PACKETS[packed]
    match container:
        case "jpg":
            parts = [segment(0xE1, b"Exif\0\0" + tiff)] if tiff else []
            parts += [segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + packet)] if packet else []
            return splice_after(jpeg(quality=90), 20, *parts)
        case "webp":
            return webp(lossless=True, exif=tiff, xmp=packet)
        case "tif":
            tags: dict[int, object] = {274: int(said[-1])} if said[-1].isdigit() else {}
            out = io.BytesIO()
            picture().save(out, "TIFF", tiffinfo=tags | ({700: packet} if packet else {}))
            return out.getvalue()
    flat = png()
    parts = [_png_exif(tiff, is_raw=container == "raw.png")] if tiff else []
    parts += [chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + packet)] if packet else []
    return splice_after(flat, len(flat) - 12 if container == "late.png" else 33, *parts)


def _png_exif(tiff: bytes, *, is_raw: bool) -> bytes:
    """An eXIf, or the text chunk that ImageMagick writes."""
    if not is_raw:
        return chunk(b"eXIf", tiff)
    text = b"\nexif\n%8d\n" % len(tiff) + tiff.hex().encode()
    return chunk(b"zTXt", b"Raw profile type exif\0\0" + zlib.compress(text))
