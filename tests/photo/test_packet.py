"""The year of a photo: one fixed packet of XMP, or nothing."""

import io
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pillow_heif
import pytest
from PIL import Image, TiffImagePlugin
from PIL.PngImagePlugin import PngInfo

from bme_med import engines
from bme_med.core import Code, Format, Plan, sniff, splice
from bme_med.photo import heif as heif_engine
from bme_med.photo import jpeg as jpeg_engine
from bme_med.photo import png as png_engine
from bme_med.photo import tiff as tiff_engine
from bme_med.photo import webp as webp_engine
from bme_med.photo.orientation import Turn
from bme_med.photo.packet import MAX_PACKET_BYTES, encode_packet, read_year
from bme_med.photo.taken import taken_on
from tests.oracles.runs import tool
from tests.photo.judging import clean, corpus, decoded, exiv2_keys, properties, residue, upright
from tests.photo.making import policy, token

MARKS = (b'"', b"'")
YEARS, NO_YEARS = policy(dates="year"), policy()
TOKEN = token(1)
XMP = TOKEN + b'<rdf:Description photoshop:DateCreated="2014" xmp:CreateDate="2015"/>'


def exif_of(date: str = "2021:05:06 10:11:12", orientation: int | None = 1) -> Image.Exif:
    exif = Image.Exif()
    if orientation:
        exif[0x0112] = orientation
    exif[0x0132] = "2016:01:01 10:00:00"
    exif[0x013B] = TOKEN.decode()
    exif.get_ifd(0x8769)[0x9003] = date
    return exif


def _png(exif: Image.Exif | None, packet: bytes) -> bytes:
    info = PngInfo()
    if packet:
        info.add_itxt("XML:com.adobe.xmp", packet.decode())
    return _saved("PNG", exif=exif or Image.Exif(), pnginfo=info)


def _tiff(exif: Image.Exif | None, packet: bytes) -> bytes:
    entries = TiffImagePlugin.ImageFileDirectory_v2()
    for tag, value in (exif or Image.Exif()).items():
        entries[tag] = value
    if exif:
        entries[0x8769] = dict(exif.get_ifd(0x8769))
    if packet:
        entries[700] = packet
    return _saved("TIFF", tiffinfo=entries)


def _saved(kind: str, **options: object) -> bytes:
    out = io.BytesIO()
    image = Image.new("RGB", (32, 16))
    image.putdata([(8 * x, 16 * y, 7) for y in range(16) for x in range(32)])
    image.save(out, kind, **options)
    return out.getvalue()


def _plain(kind: str) -> Callable[[Image.Exif | None, bytes], bytes]:
    def save(exif: Image.Exif | None, packet: bytes) -> bytes:
        return _saved(kind, exif=exif or Image.Exif(), **({"xmp": packet} if packet else {}))

    return save


KINDS = {
    "jpg": (jpeg_engine, _plain("JPEG")),
    "png": (png_engine, _png),
    "webp": (webp_engine, _plain("WEBP")),
    "tif": (tiff_engine, _tiff),
    "heic": (heif_engine, _plain("HEIF")),
    "avif": (heif_engine, _plain("AVIF")),
}
Kind = tuple[ModuleType, Callable[[Image.Exif | None, bytes], bytes]]


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
@pytest.mark.parametrize("orientation", [1, 6])
def test_the_year_stays_and_nothing_else_of_the_date(kind: Kind, orientation: int) -> None:
    engine, make = kind
    source = make(exif_of(orientation=orientation), XMP)
    output = clean(engine, source, YEARS)
    assert output.count(encode_packet(None, "2021")) == 1
    assert not residue(output, [TOKEN, b"2021:", b"2014", b"2015", b"2016"])
    assert decoded(output) == decoded(source)
    assert upright(output) == upright(source)
    assert output.replace(encode_packet(None, "2021"), encode_packet(None, "2022")) != output
    assert isinstance(engines.plan(source, YEARS), Plan)
    again = engines.plan(output, YEARS)
    assert isinstance(again, Plan)
    assert splice(again.pieces, output) == output
    assert (Code.K, "the year it was taken") in [(action.code, action.rule) for action in again.actions]


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
@pytest.mark.parametrize(
    "date",
    [
        *("", "    :  :     :  :  ", "0000:00:00 00:00:00", "1931:05:06 10:11:12", "1980:01:01 00:00:00"),
        *("2021", "2021-05-06 10:11:12", "2021:13:06 10:11:12", "Quillfeather"),
    ],
)
def test_nothing_is_written_where_the_date_of_taking_is_not_to_be_trusted(kind: Kind, date: str) -> None:
    engine, make = kind
    source = make(exif_of(date), XMP)
    assert clean(engine, source, YEARS) == clean(engine, source, NO_YEARS)


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_the_packet_goes_where_the_profile_removes_or_shifts_dates(kind: Kind) -> None:
    engine, make = kind
    output = clean(engine, make(exif_of(), b""), YEARS)
    for dates in ("remove", "shift"):
        cleaned = clean(engine, output, policy(dates=dates))
        assert b"DateCreated" not in cleaned
        assert cleaned == clean(engine, make(exif_of(), b""), policy(dates=dates))


ALMOST = {
    "a word more": encode_packet(None, "2021").replace(b"<rdf:Description ", b'<rdf:Description dc:x="Z" '),
    "a name for the year": encode_packet(None, "2021").replace(b"2021", b"Anna"),
    "a whole date": encode_packet(None, "2021").replace(b"2021", b"2021-05-06"),
    "a year of long ago": encode_packet(None, "1931"),
    "padding behind": encode_packet(None, "2021") + b" ",
    "an Orientation that turns nothing": encode_packet(Turn("", 1, b'"'), "2021"),
    "an Orientation that is none": encode_packet(Turn("", 9, b'"'), "2021"),
    "another end": encode_packet(None, "2021").replace(b'end="r"', b'end="w"'),
}


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
@pytest.mark.parametrize("name", ALMOST)
def test_what_is_almost_the_packet_goes(kind: Kind, name: str) -> None:
    engine, make = kind
    output = clean(engine, make(None, ALMOST[name]), YEARS)
    assert output == clean(engine, make(None, b""), NO_YEARS)
    assert read_year(ALMOST[name]) == ""


def test_no_packet_is_longer_than_the_one_that_says_all() -> None:
    for year in range(1990, 2100):
        full = [encode_packet(Turn("", turn, mark), str(year)) for turn in range(2, 9) for mark in MARKS]
        assert {len(packet) for packet in full} == {MAX_PACKET_BYTES}
        assert {read_year(packet) for packet in full} == {str(year)}
        assert len(encode_packet(None, str(year))) < MAX_PACKET_BYTES


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_the_day_is_found_in_every_container_and_the_year_in_what_it_becomes(kind: Kind) -> None:
    engine, make = kind
    source = make(exif_of(), b"")
    output = clean(engine, source, YEARS)
    assert taken_on(source, sniff(source)) == "20210506"
    assert taken_on(output, sniff(output)) == "2021"


def test_libheif_finds_the_packet_and_nothing_else() -> None:
    output = clean(heif_engine, KINDS["heic"][1](exif_of(), XMP), YEARS)
    opened = pillow_heif.open_heif(output)
    assert opened.info["xmp"] == encode_packet(None, "2021")
    assert not opened.info.get("exif")
    assert [entry["type"] for entry in opened.info["metadata"]] == []


PHOTOS = corpus(Format.JPEG, Format.PNG, Format.WEBP, Format.TIFF, Format.HEIF, Format.GIF, Format.BMP)


@pytest.mark.skipif(not PHOTOS, reason="the corpus is not beside this checkout")
def test_photos_of_the_corpus_tell_their_year_and_pass_the_gate(tmp_path: Path) -> None:
    told = 0
    for number, path in enumerate(PHOTOS):
        source = path.read_bytes()
        planned, plain = (engines.plan(source, each) for each in (YEARS, NO_YEARS))
        assert isinstance(planned, Plan) == isinstance(plain, Plan), path.name
        if isinstance(planned, Plan) and isinstance(plain, Plan):
            output = splice(planned.pieces, source)
            told += b"DateCreated" in output
            is_dated = bool(taken_on(source, planned.format))
            assert (planned.size > plain.size) == is_dated, path.name
            (tmp_path / f"{number}{planned.suffix}").write_bytes(output)
    assert told
    if tool("exiftool"):
        assert properties(tmp_path) == {}


@pytest.mark.skipif(not (tool("exiftool") and tool("exiv2")), reason="exiftool or exiv2 is not installed")
def test_independent_readers_find_the_year_and_no_other_property(tmp_path: Path) -> None:
    for name, (engine, make) in KINDS.items():
        (tmp_path / f"photo.{name}").write_bytes(clean(engine, make(exif_of(orientation=6), XMP), YEARS))
    assert properties(tmp_path) == {}
    assert exiv2_keys(tmp_path) == {"Xmp.photoshop.DateCreated", "Exif.Image.XMLPacket"}
