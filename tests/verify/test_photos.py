"""Whatever lies in a photo beside its picture is found, in every container."""

import io
import struct
import zlib
from collections.abc import Callable
from dataclasses import replace
from functools import cache

import pillow_heif
import pytest
from PIL import Image

from bme_med.verify.findings import Check
from bme_med.verify.judged import Judged, Told
from bme_med.verify.photo import PhotoJudge
from tests.oracles.runs import deidentify, policy
from tests.photo.heif_making import assemble, box, coded, with_properties
from tests.photo.making import (
    bmp,
    chunk,
    exif,
    gif,
    icc_profile,
    jpeg,
    moving,
    picture,
    png,
    segment,
    tiff,
    tiff_of,
    webp,
)
from tests.photo.making import policy as photo_policy
from tests.photo.test_heif_av1 import AVIF, BRANDS, FRAME, PAYLOADS, SEQUENCE, unit
from tests.photo.test_heif_hevc_window import HIDING, cropped
from tests.photo.test_heif_numbers import light, mastering, numbers, shape
from tests.photo.test_packet import KINDS, exif_of
from tests.photo.turning import saved_as

PROFILE = "ps315-basic"
NAME = b"Quillfeather"
XMP = (
    b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    b'<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" dc:source="Quillfeather"/>'
    b"</rdf:RDF></x:xmpmeta>"
)
XMP_IN_JPEG, XMP_IN_PNG = b"http://ns.adobe.com/xap/1.0/\0", b"XML:com.adobe.xmp\0\0\0\0\0"


def packet(year: bytes = b"2021", orientation: bytes = b"6") -> bytes:
    """The packet that an output may hold, with these values in it; without where they are empty."""
    said = b' xmlns:tiff="http://ns.adobe.com/tiff/1.0/" tiff:Orientation="%s"' % orientation
    told = b' xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/" photoshop:DateCreated="%s"' % year
    return (
        b'<?xpacket begin="\xef\xbb\xbf" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/">'
        b'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about=""'
        + (said if orientation else b"") + (told if year else b"")
        + b'/></rdf:RDF></x:xmpmeta><?xpacket end="r"?>'
    )  # fmt: skip


HALF = HIDING["half of the rows"]


def numbered(*properties: bytes) -> bytes:
    """A HEIC with these properties too."""
    return assemble([with_properties(coded(), *((content, False) for content in properties))])


def lengthened(text: bytes) -> bytes:
    """An AVIF whose sequence header is followed by `text`, inside its unit."""
    data = unit(SEQUENCE, PAYLOADS[SEQUENCE] + text) + unit(FRAME, PAYLOADS[FRAME])
    return assemble([AVIF._replace(data=data)], brands=BRANDS)


def judge(output: bytes, source: bytes | None = None) -> Judged:
    return PhotoJudge(policy(PROFILE).profile).judge(output, source, Told())


@cache
def heif() -> bytes:
    pillow_heif.register_heif_opener()
    out = io.BytesIO()
    picture(size=(64, 64)).save(out, "HEIF", quality=90)
    return out.getvalue()


def bmp_runs(codes: bytes, depth: int = 8) -> Callable[[bytes], bytes]:
    """A row of five pixels and two colours, run-length encoded."""
    compression = 1 if depth == 8 else 2
    head = struct.pack("<IiiHHII8xII", 40, 5, 1, 1, depth, compression, len(codes), 2, 0)
    body = head + bytes((0, 0, 0, 0, 255, 255, 255, 0)) + codes
    return lambda _: struct.pack("<2sIII", b"BM", 14 + len(body), 0, 14 + 48) + body


SOURCES: dict[str, Callable[[], bytes]] = {
    "JPEG": lambda: jpeg(),
    "PNG": lambda: png(),
    "WebP": lambda: webp(lossless=True),
    "GIF": lambda: gif(),
    "BMP": lambda: bmp(),
    "TIFF": lambda: tiff(),
    "HEIC": heif,
}
VARIANTS: dict[str, Callable[[], bytes]] = {
    "progressive JPEG": lambda: jpeg(progressive=True),
    "PNG of one bit": lambda: png_of_rows(bytes((0, 0x88, 1, 0x90, 2, 0x60, 3, 0x38, 4, 0x08))),
    "BMP of runs": lambda: bmp_runs(b"\5\1\0\0\0\1")(b""),
}
"""Sources with places that others do not have."""


@cache
def good(name: str) -> bytes:
    source = {**SOURCES, **VARIANTS}[name]()
    output = deidentify(source, policy(PROFILE))
    assert isinstance(output, bytes), output
    assert judge(output, source).problems == ()
    return output


def after_soi(marker: int, payload: bytes) -> Callable[[bytes], bytes]:
    return lambda data: data[:2] + segment(marker, payload) + data[2:]


def before_end(marker: int, payload: bytes) -> Callable[[bytes], bytes]:
    return lambda data: data[:-2] + segment(marker, payload) + data[-2:]


def png_of_rows(rows: bytes, columns: int = 5, interlace: int = 0) -> bytes:
    """A picture of one bit; interlaced, one of two columns and a row."""
    height = 1 if interlace else len(rows) // 2
    head = struct.pack(">IIBBBBB", columns, height, 1, 0, 0, 0, interlace)
    parts = [(b"IHDR", head), (b"IDAT", zlib.compress(rows)), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunk(*part) for part in parts)


def before_last(start: bytes, marker: int, payload: bytes) -> Callable[[bytes], bytes]:
    def add(data: bytes) -> bytes:
        at = data.rindex(start)
        return data[:at] + segment(marker, payload) + data[at:]

    return add


def png_chunk(kind: bytes, content: bytes, at: int = 33) -> Callable[[bytes], bytes]:
    return lambda data: data[:at] + chunk(kind, content) + data[at:]


def webp_chunk(kind: bytes, content: bytes) -> Callable[[bytes], bytes]:
    def add(data: bytes) -> bytes:
        body = data[8:] + kind + struct.pack("<I", len(content)) + content + bytes(len(content) % 2)
        return b"RIFF" + struct.pack("<I", len(body)) + body

    return add


def gif_extension(kind: int, content: bytes) -> Callable[[bytes], bytes]:
    return lambda data: data[:-1] + bytes((0x21, kind, len(content))) + content + b"\0" + data[-1:]


def saved(format_: str, **options: object) -> Callable[[bytes], bytes]:
    """Saved again by Pillow with something more."""

    def save(data: bytes) -> bytes:
        out = io.BytesIO()
        with Image.open(io.BytesIO(data)) as image:
            image.save(out, format_, **options)
        return out.getvalue()

    return save


def tail(data: bytes) -> bytes:
    return data + NAME


def bmp_gap(data: bytes) -> bytes:
    start = int.from_bytes(data[10:14], "little")
    header = struct.pack("<II", len(data) + 12, 0) + struct.pack("<I", start + 12)
    return data[:2] + header + data[14:start] + NAME + data[start:]


def tiff_with(**options: object) -> Callable[[bytes], bytes]:
    pixels = picture(size=(8, 8)).tobytes()
    entries = {256: (3, (8,)), 257: (3, (8,)), 258: (3, (8, 8, 8)), 259: (3, (1,)), 262: (3, (2,))}
    entries |= {277: (3, (3,)), 278: (3, (8,))}
    more = options.get("entries", {})
    gap = options.get("gap", b"")
    assert isinstance(more, dict)
    assert isinstance(gap, bytes)
    return lambda _: tiff_of(({**entries, **more}, [pixels]), gap=gap)


FAULTS: dict[str, tuple[str, Callable[[bytes], bytes]]] = {
    "JPEG with Exif": ("JPEG", after_soi(0xE1, b"Exif\0\0" + exif(1))),
    "JPEG with Exif after the scan": ("JPEG", before_end(0xE1, b"Exif\0\0" + exif(1))),
    "JPEG with XMP": ("JPEG", after_soi(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + XMP)),
    "JPEG with a packet that says nothing": ("JPEG", after_soi(0xE1, XMP_IN_JPEG + packet(b"", b""))),
    "JPEG with an Orientation that is none": ("JPEG", after_soi(0xE1, XMP_IN_JPEG + packet(b"", b"9"))),
    "JPEG with extended XMP": ("JPEG", after_soi(0xE1, b"http://ns.adobe.com/xmp/extension/\0" + XMP)),
    "JPEG with IPTC": ("JPEG", after_soi(0xED, b"Photoshop 3.0\x008BIM\x04\x04\0\0\0\0\0\x0c" + NAME)),
    "JPEG with a comment": ("JPEG", after_soi(0xFE, NAME)),
    "JPEG with a comment after the scan": ("JPEG", before_end(0xFE, NAME)),
    "JPEG with a JFIF extension": ("JPEG", after_soi(0xE0, b"JFXX\0\x10" + NAME)),
    "JPEG with a thumbnail in JFIF": ("JPEG", after_soi(0xE0, b"JFIF\0\1\2\0\0\1\0\1\1\1" + b"abc")),
    "JPEG with further pictures": ("JPEG", after_soi(0xE2, b"MPF\0" + exif(1))),
    "JPEG with C2PA": ("JPEG", after_soi(0xEB, b"JP\0\1" + NAME)),
    "JPEG with Ducky": ("JPEG", after_soi(0xEC, b"Ducky" + NAME)),
    "JPEG with a longer Adobe": ("JPEG", after_soi(0xEE, b"Adobe\0d\0\0\0\0\0" + NAME)),
    "JPEG with maker data": ("JPEG", after_soi(0xE7, NAME)),
    "JPEG with bytes between segments": ("JPEG", lambda data: data[:2] + NAME + data[2:]),
    "JPEG with a tail": ("JPEG", tail),
    "JPEG with a second picture": ("JPEG", lambda data: data + jpeg()),
    "JPEG with a profile that tells": ("JPEG", saved("JPEG", icc_profile=icc_profile(3), quality=95)),
    "JPEG with a year": ("JPEG", after_soi(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + XMP[:40])),
    "JPEG with a table between its scans": ("progressive JPEG", before_last(b"\xff\xda", 0xDB, 65 * b"\0")),
    "JPEG with a table that nothing uses": ("JPEG", after_soi(0xDB, b"\3" + NAME.ljust(64))),
    "JPEG with a symbol of two codes": ("JPEG", after_soi(0xC4, b"\0\0\3" + bytes(14) + b"ann")),
    "JPEG with more in its scan header": ("JPEG", lambda data: data.replace(b"\0\x3f\0", b"Qui", 1)),
    "JPEG with a table that a scan names for nothing": (
        "progressive JPEG",
        lambda data: data.replace(b"\xff\xda\0\x0c\3\1\0", b"\xff\xda\0\x0c\3\1\5", 1),
    ),
    "JPEG with a version of JFIF": ("JPEG", lambda data: data.replace(b"JFIF\0\1\1", b"JFIF\0Qu", 1)),
    "JPEG with a density that is none": ("JPEG", lambda data: data[:13] + b"\1Quil" + data[18:]),
    "JPEG with flags in Adobe": ("JPEG", after_soi(0xEE, b"Adobe\0\x64Quil\1")),
    "PNG with a gamma that is none": ("PNG", png_chunk(b"gAMA", NAME[:4])),
    "PNG with colours that are none": ("PNG", png_chunk(b"cHRM", "Quillfea".encode("utf-32-be"))),
    "PNG with a density that is none": ("PNG", png_chunk(b"pHYs", NAME[:8] + b"\1")),
    "PNG with light that is none": ("PNG", png_chunk(b"cLLI", NAME[:8])),
    "PNG with a display that is none": ("PNG", png_chunk(b"mDCV", NAME * 2)),
    "PNG with a coding that is none": ("PNG", png_chunk(b"cICP", NAME[:4])),
    "PNG with an intent that is none": ("PNG", png_chunk(b"sRGB", NAME[:1])),
    "PNG with bits that are none": ("PNG", png_chunk(b"sBIT", NAME[:3])),
    "PNG with more in its transparent colour": ("PNG", png_chunk(b"tRNS", NAME[:6])),
    "PNG with more in its background": ("PNG", png_chunk(b"bKGD", NAME[:6])),
    "PNG with bits behind a row": ("PNG of one bit", lambda _: png_of_rows(bytes((0, 0x81)))),
    "PNG with bits behind a filtered row": (
        "PNG of one bit",
        lambda _: png_of_rows(bytes((1, 0x80, 4, 0x87))),
    ),
    "PNG with bits behind a row of a pass": (
        "PNG of one bit",
        lambda _: png_of_rows(bytes((0, 0x80, 0, 0xC0)), 2, 1),
    ),
    "PNG with a text": ("PNG", png_chunk(b"tEXt", b"Author\0" + NAME)),
    "PNG with a packed text": ("PNG", png_chunk(b"zTXt", b"Author\0\0" + zlib.compress(NAME))),
    "PNG with a text in UTF-8": ("PNG", png_chunk(b"iTXt", b"Author\0\0\0\0\0" + NAME)),
    "PNG with XMP": ("PNG", png_chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + XMP)),
    "PNG with a year that is none": ("PNG", png_chunk(b"iTXt", XMP_IN_PNG + packet(b"1871"))),
    "PNG with Exif": ("PNG", png_chunk(b"eXIf", exif(1))),
    "PNG with a time": ("PNG", png_chunk(b"tIME", b"\x07\xe0\1\1\1\1\1")),
    "PNG with a private chunk": ("PNG", png_chunk(b"prVt", NAME)),
    "PNG with a suggested palette": ("PNG", png_chunk(b"sPLT", NAME + b"\0\x08")),
    "PNG with C2PA": ("PNG", png_chunk(b"caBX", NAME)),
    "PNG with a broken CRC": ("PNG", lambda data: data[:29] + b"\0\0\0\0" + data[33:]),
    "PNG with data in IEND": ("PNG", lambda data: data[:-12] + chunk(b"IEND", NAME)),
    "PNG with a tail": ("PNG", tail),
    "PNG with a profile that tells": ("PNG", saved("PNG", icc_profile=icc_profile(3))),
    "WebP with Exif": ("WebP", webp_chunk(b"EXIF", exif(1))),
    "WebP with XMP": ("WebP", webp_chunk(b"XMP ", XMP)),
    "WebP with a packet and more": ("WebP", webp_chunk(b"XMP ", packet() + b"7")),
    "WebP with an unknown chunk": ("WebP", webp_chunk(b"NAME", NAME)),
    "WebP with C2PA": ("WebP", webp_chunk(b"C2PA", NAME)),
    "WebP with a tail": ("WebP", tail),
    "WebP with a profile that tells": ("WebP", saved("WEBP", icc_profile=icc_profile(3), lossless=True)),
    "GIF with a comment": ("GIF", gif_extension(0xFE, NAME)),
    "GIF with a plain text": ("GIF", gif_extension(0x01, NAME)),
    "GIF with an application block": ("GIF", gif_extension(0xFF, b"XMP DataXMP")),
    "GIF with more in its loop": ("GIF", gif_extension(0xFF, b"NETSCAPE2.0\x0c" + NAME)),
    "GIF with a tail": ("GIF", tail),
    "GIF with a screen smaller than its image": ("GIF", lambda data: data[:6] + b"\x10\0" + data[8:]),
    "BMP with codes behind its last pixel": ("BMP of runs", bmp_runs(b"\5\1\0\2Qu\0\1")),
    "BMP with pixels behind its last one": ("BMP of runs", bmp_runs(b"\5\1\0\0\5Q\0\1")),
    "BMP with a jump to nowhere": ("BMP of runs", bmp_runs(b"\4\1\0\2\1\0\0\0\0\1")),
    "BMP with a jump at its end": ("BMP of runs", bmp_runs(b"\4\1\0\2\1\0\0\1")),
    "BMP with half a byte of no pixel": ("BMP of runs", bmp_runs(b"\1\x1f\4\1\0\1", 4)),
    "BMP with a gap": ("BMP", bmp_gap),
    "BMP with a tail": ("BMP", tail),
    "BMP with something reserved": ("BMP", lambda data: data[:6] + b"Quil" + data[10:]),
    "TIFF with an artist": ("TIFF", tiff_with(entries={315: (2, NAME + b"\0")})),
    "TIFF with a description": ("TIFF", tiff_with(entries={270: (2, NAME + b"\0")})),
    "TIFF with a date": ("TIFF", tiff_with(entries={306: (2, b"2011:02:03 10:11:12\0")})),
    "TIFF with XMP": ("TIFF", tiff_with(entries={700: (1, XMP)})),
    "TIFF with a longer packet": ("TIFF", tiff_with(entries={700: (1, packet() + b" ")})),
    "TIFF with IPTC": ("TIFF", tiff_with(entries={33723: (7, NAME)})),
    "TIFF with Exif": ("TIFF", tiff_with(entries={34665: (4, (8,))})),
    "TIFF with a private tag": ("TIFF", tiff_with(entries={65000: (7, NAME)})),
    "TIFF with a short private tag": ("TIFF", tiff_with(entries={65000: (3, (7,))})),
    "TIFF with gaps": ("TIFF", tiff_with(gap=NAME)),
    "TIFF with a tail": ("TIFF", tail),
    "TIFF with a thumbnail": ("TIFF", tiff_with(entries={513: (4, (8,)), 514: (4, (4,))})),
    "HEIC with an unknown box": ("HEIC", lambda data: data + box(b"uuid", NAME * 2)),
    "HEIC with a free box": ("HEIC", lambda data: data + box(b"free", NAME)),
    "HEIC with a tail": ("HEIC", tail),
    "HEIC with a second store": ("HEIC", lambda data: data + box(b"mdat", NAME)),
    "HEIC with Exif": ("HEIC", saved("HEIF", exif=exif(1))),
    "HEIC with XMP": ("HEIC", saved("HEIF", xmp=XMP)),
    "HEIC with a window that hides a half": ("HEIC", lambda data: assemble([cropped(*HALF)])),
    "HEIC with a text for a display": ("HEIC", lambda data: numbered(box(b"mdcv", NAME.ljust(24)[:24]))),
    "HEIC with a text for light": ("HEIC", lambda data: numbered(box(b"clli", NAME[:4]))),
    "HEIC with a text for a shape": ("HEIC", lambda data: numbered(box(b"pasp", NAME[:8].ljust(8)))),
    "HEIC with a text for colours": (
        "HEIC",
        lambda data: numbered(box(b"colr", b"nclx" + NAME[:6] + b"\x80")),
    ),
    "HEIC with two levels of light": (
        "HEIC",
        lambda data: numbered(box(b"clli", b"\0\2\0\1"), box(b"clli", b"\0\3\0\1")),
    ),
    "AVIF with a text behind its sequence header": ("HEIC", lambda data: lengthened(NAME)),
    "no photo": ("JPEG", lambda data: NAME),
    "a cut photo": ("PNG", lambda data: data[: len(data) // 2]),
}


@pytest.mark.parametrize("what", FAULTS)
def test_a_photo_with_something_more_is_found(what: str) -> None:
    name, spoil = FAULTS[what]
    assert {problem.check for problem in judge(spoil(good(name))).problems} & {
        Check.CONTAINER,
        Check.READABLE,
    }


def other(name: str) -> bytes:
    """A picture with one spot that the good one has not."""
    with Image.open(io.BytesIO(SOURCES[name]())) as image:
        changed = image.copy()
    changed.putpixel((5, 5), 1 if image.mode == "P" else (1, 2, 3))
    out = io.BytesIO()
    format_ = {"HEIC": "HEIF", "WebP": "WEBP"}.get(name, name)
    changed.save(out, format_, **({"lossless": True} if name == "WebP" else {}))
    return out.getvalue()


@pytest.mark.parametrize("name", SOURCES)
def test_another_picture_is_found(name: str) -> None:
    assert Check.PIXELS in {problem.check for problem in judge(good(name), other(name)).problems}


@pytest.mark.parametrize("name", ["GIF", "PNG", "WEBP"])
def test_a_missing_frame_is_found(name: str) -> None:
    source = moving(name)
    output = deidentify(source, policy(PROFILE))
    assert isinstance(output, bytes)
    assert judge(output, source).problems == ()
    first = deidentify(SOURCES["WebP" if name == "WEBP" else name](), policy(PROFILE))
    assert isinstance(first, bytes)
    assert Check.PIXELS in {problem.check for problem in judge(first, source).problems}


HIDDEN: dict[str, Callable[[bytes], bytes]] = {
    "plain": lambda text: text,
    "in UTF-16": lambda text: text.decode().encode("utf-16-be"),
    "in zlib": zlib.compress,
    "in hexadecimal": lambda text: text.hex().encode(),
}


@pytest.mark.parametrize("how", HIDDEN)
@pytest.mark.parametrize("value", ["Quillfeather", "SN-99887766", "2011:02:03"])
def test_what_the_source_tells_is_found_in_bytes_of_the_output(value: str, how: str) -> None:
    tags = Image.Exif()
    tags[0x013B] = tags[0x010E] = "Quillfeather"
    tags.get_ifd(0x8769).update({0xA431: "SN-99887766", 0x9003: "2011:02:03 10:11:12"})
    source = jpeg(exif=tags)
    output = deidentify(source, policy(PROFILE))
    assert isinstance(output, bytes)
    assert judge(output, source).problems == ()
    spoilt = before_end(0xE9, HIDDEN[how](value.encode()))(output)
    assert Check.IDENTIFIER in {problem.check for problem in judge(spoilt, source).problems}


@pytest.mark.parametrize("dates", ["year", "remove"])
@pytest.mark.parametrize("said", ["no Exif", "Exif without it"])
@pytest.mark.parametrize("packed", ["XMP 3", "apostrophes 8"])
@pytest.mark.parametrize("container", ["jpg", "png", "webp", "tif"])
def test_what_xmp_says_of_turning_is_no_finding_where_it_stays(
    container: str, packed: str, said: str, dates: str
) -> None:
    source, under = saved_as(container, said, packed), photo_policy(dates=dates)
    output = deidentify(source, under)
    assert isinstance(output, bytes)
    assert output.count(b"tiff:Orientation") == 1
    assert PhotoJudge(under.profile).judge(output, source, Told()).problems == ()
    dropping = photo_policy(dates=dates, orientation="drop").profile
    assert Check.CONTAINER in {
        one.check for one in PhotoJudge(dropping).judge(output, source, Told()).problems
    }


@pytest.mark.parametrize("container", ["jpg", "png", "webp", "tif"])
def test_a_year_is_no_finding_where_it_stays(container: str) -> None:
    source = KINDS[container][1](exif_of(), b"")
    output = deidentify(source, photo_policy(dates="year"))
    assert isinstance(output, bytes)
    assert output.count(b"DateCreated") == 1
    judged = PhotoJudge(photo_policy(dates="year").profile).judge(output, source, Told())
    assert judged.problems == ()
    assert PhotoJudge(photo_policy().profile).judge(output, source, Told()).problems


def test_a_window_is_no_finding_where_hidden_pixels_may_stay() -> None:
    keeping = replace(policy(PROFILE).profile, hidden_pixels="keep")
    output = assemble([cropped(*HALF)])
    assert judge(output).problems
    assert not PhotoJudge(keeping).judge(output, None, Told()).problems


@pytest.mark.parametrize("content", [mastering(), light(707, 165), shape(1, 1), numbers(9, 16, 9)])
def test_numbers_that_mean_something_are_no_finding(content: bytes) -> None:
    assert not judge(numbered(content)).problems
    assert not judge(lengthened(b"")).problems
