"""What `inspect` lists of a photo's metadata, in every container."""

import io
import json
from collections.abc import Callable
from pathlib import Path

import pillow_heif
import pytest
from PIL import Image, TiffImagePlugin
from PIL.PngImagePlugin import PngInfo
from typer.testing import CliRunner

from bme_med.cli.app import app
from bme_med.core import Format
from bme_med.run import Inspection, inspect_path, load_profile
from bme_med.run.inspecting import Row
from bme_med.run.properties import read_properties
from tests.photo.judging import corpus
from tests.photo.making import picture, tiff_of

NAME = "Oriana Quillfeather"
XMP = (
    b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    b'<rdf:Description xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/" '
    b'photoshop:Headline="ZQ headline"/></rdf:RDF></x:xmpmeta>'
)
FORMATS = (Format.JPEG, Format.PNG, Format.WEBP, Format.TIFF, Format.HEIF, Format.GIF, Format.BMP)
PHOTOS = corpus(*FORMATS)


def rows_of(path: Path) -> dict[str, Row]:
    inspection = inspect_path(path, load_profile("ps315-basic"))
    assert isinstance(inspection, Inspection)
    assert not inspection.refusal
    return {row.where: row for row in inspection.rows}


def exif() -> Image.Exif:
    made = Image.Exif()
    made[0x0112] = 6
    made[0x013B] = NAME
    made.get_ifd(0x8769).update({0x9003: "2021:05:06 10:11:12", 0xA431: "4711023"})
    made.get_ifd(0x8825).update({1: "S", 2: (33.0, 52.0, 10.2), 3: "E", 4: (151.0, 12.0, 30.0)})
    return made


def saved(kind: str, **options: object) -> bytes:
    out = io.BytesIO()
    picture().save(out, kind, **options)
    return out.getvalue()


def in_heif(kind: str) -> bytes:
    out = io.BytesIO()
    pillow_heif.from_pillow(picture()).save(out, format=kind, exif=exif().tobytes(), xmp=XMP)
    return out.getvalue()


def in_tiff() -> bytes:
    entries = TiffImagePlugin.ImageFileDirectory_v2()
    for tag, value in exif().items():
        entries[tag] = value
    entries[0x8769] = dict(exif().get_ifd(0x8769))
    entries[0x8825] = dict(exif().get_ifd(0x8825))
    entries[700] = XMP
    return saved("TIFF", tiffinfo=entries)


def in_png() -> bytes:
    info = PngInfo()
    info.add_itxt("XML:com.adobe.xmp", XMP.decode())
    return saved("PNG", exif=exif(), pnginfo=info)


MADE: dict[str, Callable[[], bytes]] = {
    "jpeg": lambda: saved("JPEG", exif=exif(), xmp=XMP),
    "png": in_png,
    "webp": lambda: saved("WEBP", exif=exif(), xmp=XMP),
    "tiff": in_tiff,
    "heic": lambda: in_heif("HEIF"),
    "avif": lambda: saved("AVIF", exif=exif(), xmp=XMP),
}


@pytest.mark.parametrize("kind", MADE)
def test_every_container_shows_its_properties_with_group_meaning_and_fate(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "photo"
    path.write_bytes(MADE[kind]())
    rows = rows_of(path)
    artist = rows["Exif.Image.Artist"]
    assert (artist.before, artist.code, artist.after, artist.group) == (NAME, "X", "", "Exif.Image")
    assert "camera owner" in artist.meaning
    assert rows["Exif.Photo.BodySerialNumber"].before == "4711023"
    assert rows["Exif.GPSInfo.GPSLatitude"].code == "X"
    position = rows["GPS position"]
    assert (position.before, position.code, position.after) == ("-33.869500, 151.208333", "X", "")
    headline = rows["Xmp.photoshop.Headline"]
    assert (headline.before, headline.code, headline.group) == ("ZQ headline", "X", "Xmp.photoshop")
    assert all(row.rule and row.words for row in rows.values())


def test_a_position_in_xmp_is_shown_too(tmp_path: Path) -> None:
    place = (
        b'xmlns:exif="http://ns.adobe.com/exif/1.0/" exif:GPSLatitude="33,52,10S" exif:GPSLongitude="9,6.5E"'
    )
    (tmp_path / "photo").write_bytes(
        saved("WEBP", xmp=XMP.replace(b"<rdf:Description ", b"<rdf:Description " + place + b" "))
    )
    position = rows_of(tmp_path / "photo")["GPS position in XMP"]
    assert (position.before, position.code, position.after) == ("-33.869444, 9.108333", "X", "")


def test_parts_that_are_numbered_anew_are_compared_with_their_like(tmp_path: Path) -> None:
    info = PngInfo()
    info.add_text("Author", NAME)
    (tmp_path / "photo").write_bytes(saved("PNG", pnginfo=info, exif=exif()))
    rows = rows_of(tmp_path / "photo")
    (data,) = [row for where, row in rows.items() if where.endswith("/IDAT")]
    assert data.where != "1/IDAT"
    assert (data.code, data.after) == ("K", data.before)
    (turn,) = [row for where, row in rows.items() if where.endswith("/eXIf")]
    assert (turn.code, turn.after) == ("D", "38 bytes")


def test_what_an_output_has_and_its_source_had_not_is_shown(tmp_path: Path) -> None:
    (tmp_path / "photo").write_bytes(saved("JPEG", exif=exif()))
    inspection = inspect_path(tmp_path / "photo", load_profile("hipaa-safe-harbor"))
    assert isinstance(inspection, Inspection)
    rows = {row.where: row for row in inspection.rows}
    year = rows["Xmp.photoshop.DateCreated"]
    assert (year.before, year.code, year.after) == ("", "D", "2021")
    assert (rows["APP1/XMP"].before, rows["APP1/XMP"].rule) == ("", "written anew")


def test_a_thumbnail_is_shown_as_present(tmp_path: Path) -> None:
    source = next(path for path in PHOTOS if path.name == "exif-72dpi-int.jpg")
    thumbnail = rows_of(source)["Thumbnail"]
    assert (thumbnail.before, thumbnail.code, thumbnail.after) == ("present, 4,482 bytes", "X", "")


def test_texts_of_a_gif_and_of_a_png_are_shown(tmp_path: Path) -> None:
    trailer = bytes(range(255, -1, -1)) + b"\0"
    whole = saved("GIF", comment=NAME.encode())[:-1]
    application = b"\x21\xff\x0bXMP DataXMP" + XMP + b"\x01" + trailer
    (tmp_path / "photo.gif").write_bytes(whole + application + b";")
    rows = rows_of(tmp_path / "photo.gif")
    assert [row.code for row in rows.values() if row.before == NAME] == ["X"]
    assert (rows["Xmp.photoshop.Headline"].before, rows["Xmp.photoshop.Headline"].code) == (
        "ZQ headline",
        "X",
    )
    info = PngInfo()
    info.add_text("Author", NAME, zip=True)
    info.add_text("Device", "4711023")
    (tmp_path / "photo.png").write_bytes(saved("PNG", pnginfo=info))
    shown = {row.before for row in rows_of(tmp_path / "photo.png").values()}
    assert {f"Author: {NAME}", "Device: 4711023"} <= shown


def test_texts_of_every_page_of_a_tiff_are_shown(tmp_path: Path) -> None:
    page = {256: (3, (8,)), 257: (3, (6,)), 258: (3, (8,)), 259: (3, (1,)), 262: (3, (1,)), 278: (3, (6,))}
    pages = [({**page, 315: (2, text + b"\0")}, [bytes(48)]) for text in (b"ZQ one", b"ZQ two")]
    (tmp_path / "photo").write_bytes(tiff_of(*pages))  # type: ignore[arg-type]
    rows = rows_of(tmp_path / "photo")
    shown = {where: row.before for where, row in rows.items() if where.endswith("/Artist")}
    assert shown == {"IFD0/Artist": "ZQ one", "IFD1/Artist": "ZQ two"}
    assert rows["Exif.Image.Artist"].rule == rows["IFD0/Artist"].rule


@pytest.mark.skipif(not PHOTOS, reason="the corpus is not beside this checkout")
@pytest.mark.parametrize("every", [5, pytest.param(1, marks=pytest.mark.nightly)])
@pytest.mark.parametrize("format_", FORMATS)
def test_photos_of_the_corpus_can_be_inspected(format_: Format, every: int) -> None:
    profile = load_profile("hipaa-safe-harbor")
    for path in corpus(format_)[::every]:
        inspection = inspect_path(path, profile)
        assert isinstance(inspection, Inspection)
        assert json.loads(json.dumps(inspection.to_json()))["format"] == format_.value
        listed = {row.where: row for row in inspection.rows if row.group}
        found = read_properties(path.read_bytes(), format_)
        assert {item.name for item in found} <= set(listed), path.name
        for row in inspection.rows:
            assert inspection.refusal or (row.code and row.rule), (path.name, row.where)


def test_json_and_the_table_show_the_position(tmp_path: Path) -> None:
    (tmp_path / "photo").write_bytes(MADE["jpeg"]())
    shown = CliRunner().invoke(app, ["inspect", str(tmp_path / "photo"), "--json"])
    rows = {row["where"]: row for row in json.loads(shown.stdout)["rows"]}
    assert rows["GPS position"]["before"] == "-33.869500, 151.208333"
    assert rows["Exif.Image.Artist"]["group"] == "Exif.Image"
    table = CliRunner().invoke(app, ["inspect", str(tmp_path / "photo")]).stdout
    assert "Properties in its metadata" in table
    assert "GPS position" in table
