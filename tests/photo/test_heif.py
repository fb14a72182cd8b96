"""HEIC and AVIF: what is planted goes, the picture stays."""

import struct
import subprocess
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bme_med import engines
from bme_med.core import Code, Format, MalformedFileError, Plan, Refusal, UnsupportedFileError
from bme_med.photo import heif as engine
from bme_med.photo.heif_file import name_item, read_file
from bme_med.run.properties import read_properties
from tests.oracles.runs import tool
from tests.photo.heif_making import (
    ALPHA,
    AVIF_ALPHA,
    HANDLER,
    Item,
    Property,
    assemble,
    auxiliary,
    box,
    coded,
    colour,
    full_box,
    grid,
    iphone,
    metadata,
    sei,
    transform,
    with_properties,
    with_references,
)
from tests.photo.judging import (
    check_damaged,
    clean,
    corpus,
    decoded,
    is_refused,
    properties,
    residue,
    upright,
)
from tests.photo.making import exif, icc_profile, jpeg, policy, token

POLICY = policy()
PHOTOS = corpus(Format.HEIF)
TOKEN = token(1)
TOKENS = [token(number) for number in range(10)]
PICTURE, OTHER = coded(), coded(mode="L")
AVIF = coded(b"av01")
AVIF_BRANDS = b"avif\0\0\0\0mif1avif"
PLAIN = assemble([PICTURE])
XMP = metadata(b"mime", b"<x:xmpmeta>" + TOKEN + b"</x:xmpmeta>")
MOVIE = box(b"ftyp", b"isom") + box(b"moov", box(b"udta", TOKEN)) + box(b"mdat", TOKEN)


def with_configuration(item: Item, content: bytes) -> Item:
    """`item` with another configuration."""
    kind = item.properties[0][0][4:8]
    return item._replace(properties=[(box(kind, content), True), *item.properties[1:]])


def configuration(item: Item) -> bytes:
    """The content of its configuration."""
    return item.properties[0][0][8:]


def with_unit_in_configuration(item: Item, unit: bytes) -> Item:
    """`item` with a NAL unit in an array of its own."""
    before = configuration(item)
    array = bytes([unit[0] >> 1]) + struct.pack(">HH", 1, len(unit)) + unit
    return with_configuration(item, before[:22] + bytes([before[22] + 1]) + before[23:] + array)


def obu(kind: int, content: bytes) -> bytes:
    """An open bitstream unit of under 128 bytes."""
    return bytes([kind << 3 | 2, len(content)]) + content


def planted_item(item: Item) -> bytes:
    """A file of the picture and `item`."""
    return assemble([PICTURE, item])


def planted_property(content: bytes) -> bytes:
    """A file whose picture has a further property."""
    return assemble([with_properties(PICTURE, (content, False))])


PLANTED = {
    "Exif": planted_item(metadata(b"Exif", exif(1, 1))),
    "Exif in idat": planted_item(metadata(b"Exif", exif(1, 1))._replace(is_stored=True)),
    "Exif in extents": planted_item(metadata(b"Exif", exif(1, 1))._replace(extents=7)),
    "XMP": planted_item(XMP),
    "XMP stored": planted_item(XMP._replace(is_stored=True)),
    "uri": planted_item(Item(b"uri ", TOKEN, name=b"\0" + TOKEN + b"\0")),
    "unknown item": planted_item(Item(b"ZQ00", TOKEN)),
    "item's name": assemble([PICTURE._replace(name=TOKEN + b"\0")]),
    "metadata's content type": planted_item(XMP._replace(name=b"\0text/" + TOKEN + b"\0")),
    "metadata's encoding": planted_item(XMP._replace(name=b"\0text/plain\0" + TOKEN + b"\0")),
    "bytes behind an entry": assemble([PICTURE._replace(name=b"\0" + TOKEN)]),
    "handler's name": assemble(
        [PICTURE], handler=full_box(b"hdlr", 0, 0, bytes(4), b"pict", bytes(12), TOKEN)
    ),
    "handler's reserved bytes": assemble(
        [PICTURE], handler=full_box(b"hdlr", 0, 0, bytes(4), b"pict", TOKEN.ljust(12), b"\0")
    ),
    "minor version and brands": assemble([PICTURE], brands=b"heic" + TOKEN[:4] + b"mif1heic" + b"Q" + TOKEN),
    "minor version": assemble([PICTURE], brands=b"heic" + TOKEN[:4] + b"mif1heic"),
    "brands": assemble([PICTURE], brands=b"heic\0\0\0\0mif1" + TOKEN + b"Qheic"),
    "free": assemble([PICTURE], before=[box(b"free", TOKEN)], after=[box(b"skip", TOKEN)]),
    "free inside": assemble([PICTURE], inside=[box(b"free", TOKEN)], more_properties=box(b"free", TOKEN)),
    "uuid": assemble(
        [PICTURE], before=[box(b"uuid", bytes(16), TOKEN)], after=[box(b"uuid", TOKEN.ljust(16))]
    ),
    "uuid inside": assemble([PICTURE], inside=[box(b"uuid", bytes(16), TOKEN)]),
    "udta": assemble([PICTURE], after=[box(b"udta", TOKEN)], inside=[box(b"udta", TOKEN)]),
    "xml": assemble([PICTURE], inside=[full_box(b"xml ", 0, 0, TOKEN), full_box(b"bxml", 0, 0, TOKEN)]),
    "unknown boxes": assemble([PICTURE], after=[box(b"ZQ00", TOKEN)], inside=[box(b"ZQ00", TOKEN)]),
    "meta of another handler": assemble(
        [PICTURE],
        after=[full_box(b"meta", 0, 0, full_box(b"hdlr", 0, 0, bytes(4), b"mdta", TOKEN.ljust(13)))],
    ),
    "meta that cannot be read": assemble([PICTURE], before=[box(b"meta", TOKEN)]),
    "groups": assemble([PICTURE], inside=[box(b"grpl", full_box(b"altr", 0, 0, TOKEN))]),
    "data information": assemble([PICTURE], inside=[box(b"dinf", box(b"dref", TOKEN))]),
    "movie": assemble([PICTURE], after=[box(b"moov", box(b"udta", TOKEN))]),
    "motion photo": assemble([PICTURE], after=[box(b"mpvd", MOVIE)]),
    "trailer": PLAIN + TOKEN,
    "trailer of Samsung": PLAIN + b"SEFH" + TOKEN + b"SEFT",
    "picture behind the file": PLAIN + jpeg(comment=TOKEN),
    "gaps in mdat": assemble([PICTURE, OTHER], gap=TOKEN),
    "second mdat": assemble([PICTURE], after=[box(b"mdat", TOKEN)]),
    "thumbnail": assemble(
        [
            PICTURE,
            with_references(OTHER, (b"thmb", [1]))._replace(data=OTHER.data + sei(TOKEN), name=TOKEN + b"\0"),
        ]
    ),
    "second picture": assemble([PICTURE, OTHER._replace(data=OTHER.data + sei(TOKEN))]),
    "thumbnail of no size": assemble(
        [
            PICTURE,
            with_references(
                with_properties(Item(b"hvc1", TOKEN), (full_box(b"ispe", 0, 0, bytes(8)), False)),
                (b"thmb", [1]),
            ),
        ]
    ),
    "depth map": assemble(
        [
            PICTURE,
            with_references(
                with_properties(OTHER, auxiliary(b"urn:mpeg:hevc:2015:auxid:2", TOKEN)), (b"auxl", [1])
            ),
        ]
    ),
    "gain map": assemble(
        [
            PICTURE,
            with_references(
                with_properties(OTHER, auxiliary(b"urn:com:apple:photo:2020:aux:hdrgainmap")), (b"auxl", [1])
            ),
            XMP._replace(refers=[(b"cdsc", [2])]),
        ]
    ),
    "unknown property": planted_property(box(b"ZQ00", TOKEN)),
    "property of type uuid": planted_property(box(b"uuid", bytes(16), TOKEN)),
    "property that nothing has": assemble([PICTURE], more_properties=box(b"ZQ00", TOKEN)),
    "description": planted_property(full_box(b"udes", 0, 0, b"en\0" + TOKEN + b"\0\0\0")),
    "alternative text": planted_property(full_box(b"altt", 0, 0, TOKEN + b"\0en\0")),
    "creation time": planted_property(full_box(b"crtt", 0, 0, TOKEN + b"\0")),
    "auxiliary type": planted_property(full_box(b"auxC", 0, 0, TOKEN + b"\0")),
    "bytes behind the size": assemble(
        [PICTURE._replace(properties=[PICTURE.properties[0], (PICTURE.properties[1][0] + TOKEN, False)])]
    ).replace(b"\0\0\0\x14ispe", b"\0\0\0\x1bispe"),
    "bytes behind a rotation": assemble([with_properties(PICTURE, transform(b"irot", b"\0" + TOKEN))]),
    "bytes behind the depths": planted_property(full_box(b"pixi", 0, 1, b"\3\x08\x08\x08" + TOKEN)),
    "bytes behind the colours": planted_property(
        box(b"colr", b"nclx", struct.pack(">HHHB", 1, 13, 6, 0x80), TOKEN)
    ),
    "unknown colours": planted_property(box(b"colr", b"ZQ00", TOKEN)),
    "damaged colour profile": planted_property(box(b"colr", b"prof", TOKEN * 30)),
    "user data in the stream": assemble([PICTURE._replace(data=sei(TOKEN) + PICTURE.data + sei(TOKEN))]),
    "filler in the stream": assemble(
        [PICTURE._replace(data=struct.pack(">I", 2 + len(TOKEN)) + b"\x4c\1" + TOKEN + PICTURE.data)]
    ),
    "another layer": assemble(
        [PICTURE._replace(data=PICTURE.data + struct.pack(">I", 2 + len(TOKEN)) + b"\x02\x09" + TOKEN)]
    ),
    "user data in the configuration": assemble([with_unit_in_configuration(PICTURE, sei(TOKEN)[4:])]),
    "reserved units in the configuration": assemble([with_unit_in_configuration(PICTURE, b"\x60\1" + TOKEN)]),
    "bytes behind the configuration": assemble([with_configuration(PICTURE, configuration(PICTURE) + TOKEN)]),
}
"""Files of which each shows the picture, and holds a token."""


@pytest.mark.parametrize("name", PLANTED)
def test_what_is_planted_goes(name: str) -> None:
    source = PLANTED[name]
    output = clean(engine, source, POLICY)
    assert residue(source, [TOKEN, TOKEN[:4]])
    assert not residue(output, [*TOKENS, TOKEN[:4]])
    assert decoded(output) == decoded(PLAIN)
    assert not any("ZQ" in action.where for action in engine.plan(source, POLICY).actions)


AVIF_PLANTED = {
    "metadata in the stream": AVIF._replace(data=AVIF.data + obu(5, b"\4" + TOKEN)),
    "padding in the stream": AVIF._replace(data=obu(15, TOKEN) + AVIF.data),
    "temporal delimiter": AVIF._replace(data=obu(2, TOKEN) + AVIF.data),
    "reserved units": AVIF._replace(data=AVIF.data + obu(9, TOKEN)),
    "metadata in the configuration": with_configuration(AVIF, configuration(AVIF) + obu(5, b"\4" + TOKEN)),
}


@pytest.mark.parametrize("name", AVIF_PLANTED)
def test_what_is_planted_into_avif_goes(name: str) -> None:
    source = assemble([AVIF_PLANTED[name]], brands=AVIF_BRANDS)
    output = clean(engine, source, POLICY)
    assert not residue(output, TOKENS)
    assert decoded(output) == decoded(assemble([AVIF], brands=AVIF_BRANDS))


def listed(data: bytes, folder: Path) -> str:
    """What exiftool lists of a photo, embedded documents included."""
    path = folder / "photo.heic"
    path.write_bytes(data)
    command = [tool("exiftool") or "exiftool", "-a", "-G1", "-s", "-ee", "-u", str(path)]
    return subprocess.run(command, capture_output=True, check=False, text=True).stdout


def test_the_gps_of_a_second_picture_goes(tmp_path: Path) -> None:
    source = iphone()
    planned = engine.plan(source, POLICY)
    output = clean(engine, source, POLICY)
    assert listed(source, tmp_path).count("[GPS]           GPSLatitude ") == 2
    assert "GPS" not in listed(output, tmp_path)
    assert not residue(output, [token(number) for number in range(20)])
    assert upright(output) == upright(source)
    assert decoded(output) == decoded(source)
    assert {action.where for action in planned.actions if action.code is Code.X} >= {
        "item 6/hvc1",
        "item 7/hvc1",
        "item 8/grid",
        "item 10/Exif",
        "item 11/Exif",
        "item 12/XMP",
    }
    assert any("further pictures" in finding for finding in planned.findings)


def test_the_video_of_a_motion_photo_goes(tmp_path: Path) -> None:
    movie = (
        box(b"ftyp", b"mp42\0\0\0\0mp42") + box(b"moov", box(b"udta", TOKEN)) + box(b"mdat", TOKEN * 430_000)
    )
    source = assemble(
        [PICTURE, metadata(b"Exif", exif(1, 2))],
        before=[box(b"free", TOKEN)],
        after=[box(b"mpvd", movie), box(b"sefd", b"SEFH" + TOKEN + b"SEFT")],
    )
    planned = engine.plan(source, POLICY)
    output = clean(engine, source, POLICY)
    assert len(source) > 3_000_000
    assert len(output) < 5_000
    assert not residue(output, TOKENS)
    assert decoded(output) == decoded(PLAIN)
    assert any("video" in finding for finding in planned.findings)
    (tmp_path / "photo.heic").write_bytes(output)
    assert properties(tmp_path) == {}


@pytest.mark.parametrize("angle", range(4))
@pytest.mark.parametrize("mirror", [None, 0, 1])
@pytest.mark.parametrize("item", [PICTURE, AVIF])
def test_the_picture_is_turned_as_before(item: Item, angle: int, mirror: int | None) -> None:
    turns = [
        transform(b"irot", bytes([angle])),
        *([] if mirror is None else [transform(b"imir", bytes([mirror]))]),
    ]
    brands = AVIF_BRANDS if item is AVIF else b"heic\0\0\0\0mif1heic"
    source = assemble([with_properties(item, *turns), metadata(b"Exif", exif(6, 1))], brands=brands)
    output = clean(engine, source, POLICY)
    assert upright(output) == upright(source)
    xmp = XMP._replace(data=b'<rdf:Description tiff:Orientation="3"/>')
    for said in (metadata(b"Exif", exif(6, 1)), xmp):
        source = assemble([with_properties(item, *turns), said], brands=brands)
        disagrees = any("disagree" in finding for finding in engine.plan(source, POLICY).findings)
        assert disagrees == (angle == 0 and mirror is None)


@pytest.mark.parametrize("color", ["keep", "sanitize", "drop"])
@pytest.mark.parametrize("kind", [b"prof", b"rICC"])
def test_the_colour_profile_follows_the_policy(color: str, kind: bytes) -> None:
    profile, coding = icc_profile(1), struct.pack(">HHHB", 1, 13, 6, 0x80)
    source = assemble([with_properties(PICTURE, colour(b"nclx", coding), colour(kind, profile))])
    output = clean(engine, source, policy(color=color))
    assert b"nclx" + coding in output
    assert (kind in output) == (color != "drop")
    assert (profile in output) == (color == "keep")
    if color != "keep":
        assert not residue(output, [token(number) for number in range(10)])
    if color != "drop":
        assert decoded(output) == decoded(source)


@pytest.mark.parametrize(("item", "kind"), [(PICTURE, ALPHA), (AVIF, AVIF_ALPHA)])
def test_transparency_stays(item: Item, kind: bytes) -> None:
    mask = coded(item.type, "L")
    mask = with_references(with_properties(mask, auxiliary(kind, TOKEN)), (b"auxl", [1]))
    source = assemble(
        [with_references(item, (b"prem", [2])), mask],
        brands=AVIF_BRANDS if item is AVIF else b"heic\0\0\0\0mif1heic",
    )
    output = clean(engine, source, POLICY)
    assert decoded(output) == decoded(source)
    assert decoded(output)[0][0] in ("RGBA", "RGBa")
    assert not residue(output, TOKENS)
    assert b"prem" in output
    assert any("transparency" in finding for finding in engine.plan(source, POLICY).findings)


@pytest.mark.parametrize("is_stored", [False, True])
@pytest.mark.parametrize("shape", [(2, 2, 250, 128), (3, 1, 384, 64), (1, 2, 121, 126)])
def test_tiles_stay_where_they_were(shape: tuple[int, int, int, int], is_stored: bool) -> None:
    tiles = [PICTURE, OTHER, coded(mode="L")._replace(data=PICTURE.data), OTHER]
    columns, rows, width, height = shape
    whole = grid(columns, rows, width, height, is_stored=is_stored)
    source = assemble([whole._replace(data=whole.data + TOKEN), *tiles[: columns * rows]])
    output = clean(engine, source, POLICY)
    assert decoded(output) == decoded(source)
    assert not residue(output, TOKENS)
    assert b"idat" not in output


def test_equal_data_is_written_once() -> None:
    source = assemble([grid(2, 2, 256, 128), PICTURE, PICTURE, PICTURE, PICTURE])
    start = source.index(b"mdat") + 4
    once = clean(engine, source, POLICY)
    assert clean(engine, once, POLICY) == once
    assert len(source) - start == 4 * len(PICTURE.data)


def test_data_in_extents_is_joined() -> None:
    source = assemble([PICTURE._replace(extents=100, is_stored=True)], gap=TOKEN)
    assert clean(engine, source, POLICY) == clean(engine, PLAIN, POLICY)


def test_a_clean_file_does_not_change() -> None:
    output = clean(engine, PLAIN, POLICY)
    assert clean(engine, output, POLICY) == output
    assert {action.code for action in engine.plan(output, POLICY).actions} == {Code.K}


def crop(columns: int, rows: int, across: int, down: int) -> Property:
    """A clean aperture; offsets of the centre in halves of a pixel."""
    return transform(b"clap", struct.pack(">IIIIiiii", columns, 1, rows, 1, across, 2, down, 2))


def test_a_crop_that_hides_pixels_is_refused_unless_the_profile_keeps_them() -> None:
    source = assemble([with_properties(PICTURE, crop(64, 32, 0, 0))])
    with pytest.raises(UnsupportedFileError, match="hidden-pixels"):
        engine.plan(source, POLICY)
    keeping = policy(hidden="keep")
    assert decoded(clean(engine, source, keeping)) == decoded(source)
    assert any("hides pixels" in finding for finding in engine.plan(source, keeping).findings)


@pytest.mark.parametrize("aperture", [crop(128, 64, 0, 0), crop(121, 60, -7, -4), crop(128, 3, 0, -61)])
def test_a_crop_of_an_encoders_padding_stays(aperture: Property) -> None:
    source = assemble([with_properties(PICTURE, aperture)])
    assert decoded(clean(engine, source, POLICY)) == decoded(source)


@pytest.mark.parametrize("aperture", [crop(121, 64, 7, 0), crop(120, 64, -8, 0), crop(124, 64, 0, 0)])
def test_a_crop_of_more_is_refused(aperture: Property) -> None:
    assert is_refused(engine, assemble([with_properties(PICTURE, aperture)]), POLICY)


OVERLAY = Item(
    b"iovl",
    struct.pack(">BB8xHHhhhh", 0, 0, 128, 64, 0, 0, 9, 9),
    [PICTURE.properties[1]],
    [(b"dimg", [2, 3])],
    is_stored=True,
)


def test_an_overlay_hides_pixels() -> None:
    source = assemble([OVERLAY, PICTURE, OTHER])
    assert is_refused(engine, source, POLICY)
    assert decoded(clean(engine, source, policy(hidden="keep"))) == decoded(source)


def test_a_picture_derived_by_turning_stays() -> None:
    derived = Item(b"iden", b"", [PICTURE.properties[1], transform(b"irot", b"\1")], [(b"dimg", [2])])
    source = assemble([derived, PICTURE])
    assert upright(clean(engine, source, POLICY)) == upright(source)


def replaced(old: bytes, new: bytes, source: bytes = PLAIN) -> bytes:
    """`source` with its only `old` replaced."""
    assert source.count(old) == 1
    return source.replace(old, new)


ITEM_1 = struct.pack(">HHHH", 1, 0, 0, 1)
TILES = [PICTURE] * 4
WHOLE = grid(2, 2, 250, 120)
EXIF = metadata(b"Exif", exif(1, 1))


def located(change: bytes, at: int) -> bytes:
    """The file with bytes of the picture's location replaced, from its number on."""
    return replaced(ITEM_1, (ITEM_1[:at] + change + ITEM_1[at + len(change) :]))


def extent(start: int, size: int, source: bytes = PLAIN, number: int = 1) -> bytes:
    """`source` with the data of an item at another place."""
    entry = struct.pack(">HHHH", number, 0, 0, 1)
    assert source.count(entry) == 1
    at = source.index(entry) + len(entry)
    return source[:at] + struct.pack(">II", start, size) + source[at + 8 :]


REFUSED = {
    "no type": PLAIN[24:],
    "cut off in meta": PLAIN[:200],
    "cut off in the picture": PLAIN[:-1],
    "cut off before the picture": PLAIN[: PLAIN.index(b"mdat") - 4],
    "no meta": PLAIN[:24] + PLAIN[PLAIN.index(b"mdat") - 4 :],
    "meta twice": PLAIN + PLAIN[24 : PLAIN.index(b"mdat") - 4],
    "another handler": replaced(b"pict", b"mdta"),
    "a sequence": assemble([AVIF], brands=b"avis\0\0\0\0mif1avif", after=[box(b"moov", TOKEN)]),
    "the low-overhead form": assemble([PICTURE], brands=b"mif3\0\0\0\0mif3", before=[box(b"mini", TOKEN)]),
    "no primary item": PLAIN.replace(b"pitm", b"free"),
    "a primary item that does not exist": replaced(b"pitm\0\0\0\0\0\1", b"pitm\0\0\0\0\0\2"),
    "a primary item that is metadata": assemble([XMP]),
    "a primary item of an unknown type": assemble([PICTURE._replace(type=b"avc1")]),
    "a primary item that is a thumbnail": assemble([with_references(PICTURE, (b"thmb", [2])), OTHER]),
    "a primary item that is auxiliary": assemble([with_references(PICTURE, (b"auxl", [2])), OTHER]),
    "an encrypted picture": replaced(
        struct.pack(">HH4s", 1, 0, b"hvc1"), struct.pack(">HH4s", 1, 1, b"hvc1")
    ),
    "a difference to another picture": assemble([with_references(PICTURE, (b"pred", [2])), OTHER]),
    "two items of one number": replaced(
        struct.pack(">HH4s", 2, 0, b"hvc1"), struct.pack(">HH4s", 1, 0, b"hvc1"), assemble([PICTURE, OTHER])
    ),
    "two handlers": assemble([PICTURE], inside=[HANDLER]),
    "two places of one item": replaced(struct.pack(">HHHH", 2, 0, 0, 1), ITEM_1, assemble([PICTURE, OTHER])),
    "two references of one kind": assemble([with_references(WHOLE, (b"dimg", [2])), *TILES]),
    "data in another file": located(b"\0\1", 4),
    "data in another item": located(b"\0\2", 2),
    "data in no item data": located(b"\0\1", 2),
    "no data": located(b"\0\0", 6),
    "data before mdat": extent(30, 100),
    "data behind the file": extent(len(PLAIN) - 100, 101),
    "data far behind the file": extent(0xFFFFFFFF, 0xFFFFFFFF),
    "data of no length": extent(len(PLAIN) - 100, 0),
    "data that is metadata as well": extent(len(PLAIN) - 100, 100, assemble([PICTURE, EXIF]), 2),
    "an odd size of a field": PLAIN.replace(b"iloc\1\0\0\0\x44", b"iloc\1\0\0\0\x45"),
    "an unknown version of iloc": PLAIN.replace(b"iloc\1", b"iloc\3"),
    "an essential property that is unknown": assemble(
        [with_properties(PICTURE, (box(b"ZQ00", TOKEN), True))]
    ),
    "a property that does not exist": replaced(b"\0\1\2\x81\2", b"\0\1\2\x81\3"),
    "two sizes": assemble(
        [with_properties(PICTURE, (full_box(b"ispe", 0, 0, struct.pack(">II", 9, 9)), False))]
    ),
    "no configuration": assemble([PICTURE._replace(properties=PICTURE.properties[1:])]),
    "an impossible size": assemble(
        [PICTURE._replace(properties=[PICTURE.properties[0], (full_box(b"ispe", 0, 0, bytes(8)), False)])]
    ),
    "an impossible depth": planted_property(full_box(b"pixi", 0, 0, b"\3\x08\x08\x99")),
    "very many depths": planted_property(full_box(b"pixi", 0, 0, b"\x07" + TOKEN)),
    "an impossible crop": assemble([with_properties(PICTURE, crop(500, 64, 0, 0))]),
    "a crop by nothing": assemble([with_properties(PICTURE, transform(b"clap", bytes(32)))]),
    "a rotation without content": assemble([with_properties(PICTURE, transform(b"irot", b""))]),
    "an unknown configuration": assemble([with_configuration(PICTURE, b"\2" + configuration(PICTURE)[1:])]),
    "an empty configuration": assemble([with_configuration(PICTURE, b"")]),
    "a cut configuration": assemble([with_configuration(PICTURE, configuration(PICTURE)[:-1])]),
    "an unknown AV1 configuration": assemble([with_configuration(AVIF, b"\x82\0\0\0")], brands=AVIF_BRANDS),
    "bytes between the units": assemble([PICTURE._replace(data=PICTURE.data + b"ZQ")]),
    "a unit of no length": assemble([PICTURE._replace(data=bytes(4) + PICTURE.data)]),
    "two pictures in one": assemble([PICTURE._replace(data=PICTURE.data + OTHER.data)]),
    "no picture in it": assemble([PICTURE._replace(data=sei(TOKEN))]),
    "very many units": assemble([PICTURE._replace(data=1_001 * (b"\0\0\0\2\x46\1") + PICTURE.data)]),
    "AV1 of two pictures": assemble([AVIF._replace(data=AVIF.data + AVIF.data)], brands=AVIF_BRANDS),
    "AV1 of no picture": assemble([AVIF._replace(data=obu(5, TOKEN))], brands=AVIF_BRANDS),
    "AV1 that is cut off": assemble([AVIF._replace(data=AVIF.data[:-1])], brands=AVIF_BRANDS),
    "AV1 with a size without end": assemble([AVIF._replace(data=b"\x0a" + b"\xff" * 9)], brands=AVIF_BRANDS),
    "AV1 with a forbidden bit": assemble([AVIF._replace(data=b"\x92\0" + AVIF.data)], brands=AVIF_BRANDS),
    "very many AV1 units": assemble(
        [AVIF._replace(data=1_001 * obu(15, b"") + AVIF.data)], brands=AVIF_BRANDS
    ),
    "a grid without tiles": assemble([WHOLE._replace(refers=[])]),
    "a grid of tiles that do not exist": assemble([WHOLE, PICTURE]),
    "a grid of other tiles": assemble([grid(2, 1, 250, 64), PICTURE, coded(width=64)]),
    "a grid larger than its tiles": assemble([grid(2, 2, 257, 120), *TILES]),
    "a grid of unseen tiles": assemble([grid(2, 2, 128, 120), *TILES]),
    "a grid that hides pixels": assemble([grid(1, 1, 100, 64), PICTURE]),
    "a grid of an unknown version": assemble([WHOLE._replace(data=b"\1" + WHOLE.data[1:]), *TILES]),
    "a cut grid": assemble([WHOLE._replace(data=WHOLE.data[:7]), *TILES]),
    "a grid of itself": assemble([WHOLE._replace(refers=[(b"dimg", [1, 1, 1, 1])]), *TILES]),
    "an overlay of an unknown version": assemble(
        [OVERLAY._replace(data=b"\1" + OVERLAY.data[1:]), PICTURE, OTHER]
    ),
    "tiles of a coded picture": assemble([with_references(PICTURE, (b"dimg", [2])), OTHER]),
    "very many boxes": PLAIN + 10_000 * box(b"free"),
    "very many boxes inside": assemble([PICTURE], inside=10_000 * [box(b"free")]),
    "a box that is too long": assemble([PICTURE], inside=[b"\0\0\xff\xfffree"]),
    "a box that is too short": assemble([PICTURE], inside=[b"\0\0\0\7free"]),
    "half a box": assemble([PICTURE], inside=[b"\0\0\0"]),
    "empty pictures": assemble([PICTURE._replace(data=b"")]),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_could_hide_something_is_refused(name: str) -> None:
    with pytest.raises((MalformedFileError, UnsupportedFileError)) as caught:
        engine.plan(REFUSED[name], POLICY)
    assert "ZQ" not in str(caught.value)


@pytest.mark.skipif(not PHOTOS, reason="the corpus is not beside this checkout")
def test_every_photo_of_the_corpus_is_clean_and_unchanged(tmp_path: Path) -> None:
    for number, path in enumerate(PHOTOS):
        source = path.read_bytes()
        if b"moov" in source:
            assert is_refused(engine, source, POLICY), path.name
            continue
        output = clean(engine, source, POLICY)
        assert decoded(output) == decoded(source), path.name
        assert upright(output) == upright(source), path.name
        (tmp_path / f"{number:03}.heic").write_bytes(output)
    if tool("exiftool"):
        assert properties(tmp_path) == {}


def with_plants(source: bytes) -> bytes:
    """`source` with tokens in all data that goes, and in boxes and bytes behind the last box."""
    planned = engine.plan(source, POLICY)
    gone = {action.where for action in planned.actions if action.code is Code.X}
    file, changed = read_file(source), bytearray(source)
    for number, location in file.catalog.locations.items():
        if location.construction == 0 and name_item(file.catalog.items[number]) in gone:
            for start, size in location.extents:
                changed[start : start + size] = (TOKEN * (size // len(TOKEN) + 1))[:size]
    boxes = [box(type_, TOKEN) for type_ in (b"free", b"uuid", b"udta", b"mpvd", b"moov", b"sefd", b"mdat")]
    return b"".join([bytes(changed), *boxes, TOKEN])


@pytest.mark.skipif(not PHOTOS, reason="the corpus is not beside this checkout")
def test_what_goes_has_no_say_in_the_output() -> None:
    for path in PHOTOS:
        source = path.read_bytes()
        if b"moov" not in source:
            assert residue(with_plants(source), [TOKEN])
            assert clean(engine, with_plants(source), POLICY) == clean(engine, source, POLICY), path.name


@pytest.mark.skipif(not PHOTOS, reason="the corpus is not beside this checkout")
def test_another_reader_finds_no_metadata() -> None:
    for source in [iphone(), *PLANTED.values(), *(path.read_bytes() for path in PHOTOS)]:
        if not is_refused(engine, source, POLICY):
            assert read_properties(clean(engine, source, POLICY), Format.HEIF) == []


@pytest.mark.parametrize("more", [box(b"free"), box(b"uuid", TOKEN)])
def test_what_the_engine_would_remove_again_is_not_written(
    monkeypatch: pytest.MonkeyPatch, more: bytes
) -> None:
    assert isinstance(engines.plan(PLAIN, POLICY), Plan)
    monkeypatch.setattr(engine, "encode_brands", lambda content: box(b"ftyp", content) + more)
    assert isinstance(engines.plan(PLAIN, POLICY), Refusal)


def tower(width: int, levels: int) -> bytes:
    """Grids of grids of grids."""
    size = full_box(b"ispe", 0, 0, struct.pack(">II", 128, 64)), False
    cells = struct.pack(">BBBBHH", 0, 0, 0, width - 1, 128 * width, 64)
    grids = [
        Item(b"grid", cells, [size], [(b"dimg", [level + 2] * width)], is_stored=True)
        for level in range(levels)
    ]
    return assemble([*grids, PICTURE])


BOMBS = {
    "many items on the same bytes": assemble(
        [grid(50, 40, 50 * 128, 40 * 64), *[PICTURE._replace(extents=1)] * 2000]
    ),
    "a tower of grids": tower(200, 20),
    "many units": assemble(
        [
            grid(8, 4, 8 * 128, 4 * 64),
            *[PICTURE._replace(data=900 * (b"\0\0\0\2\x46\1") + PICTURE.data)] * 256,
        ]
    ),
    "many extents": assemble([PICTURE._replace(data=PICTURE.data * 8, extents=30_000)]),
    "many references": assemble(
        [with_references(PICTURE, *[(b"cd%02d" % n, [1] * 60_000) for n in range(5)])]
    ),
    "a large profile": assemble([with_properties(PICTURE, colour(b"prof", bytes(9 << 20)))]),
    "many free boxes": assemble([PICTURE], after=9_000 * [box(b"free")]),
}


@pytest.mark.parametrize("name", BOMBS)
def test_memory_stays_bounded_by_the_size_of_the_file(name: str) -> None:
    source = BOMBS[name]
    tracemalloc.start()
    try:
        is_refused(engine, source, POLICY)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 64 * len(source) + (1 << 20)


SAMPLES = [
    *(
        PLANTED[name]
        for name in ("Exif", "XMP", "depth map", "gaps in mdat", "user data in the configuration")
    ),
    iphone(),
    assemble([AVIF_PLANTED["metadata in the stream"], XMP], brands=AVIF_BRANDS),
    assemble([OVERLAY, PICTURE, OTHER]),
    assemble([with_properties(PICTURE, crop(121, 60, -7, -4), transform(b"irot", b"\1"))]),
]
Edit = tuple[str, float, bytes, int]
NUMBERS = st.sampled_from(
    [b"\0", b"\1", b"\2", b"\x7f", b"\x80", b"\xff", b"\0\0\0\0", b"\0\0\0\1", b"\xff" * 4]
)
EDITS = st.lists(
    st.tuples(
        st.sampled_from(["set", "set", "set", "insert", "delete", "copy", "grow"]),
        st.floats(0, 1, exclude_max=True),
        NUMBERS | st.binary(max_size=8),
        st.integers(0, 64),
    ),
    min_size=1,
    max_size=4,
)


def edited(source: bytes, edits: list[Edit]) -> bytes:
    """`source` after each edit; half of the places lie before the coded data, where the boxes are."""
    for kind, place, value, size in edits:
        head = source.find(b"mdat") if 0 <= place < 0.5 else len(source)
        at = int((place * 2 if place < 0.5 else place) * max(head, 1))
        match kind:
            case "set":
                source = source[:at] + value + source[at + len(value) :]
            case "insert":
                source = source[:at] + value + source[at:]
            case "delete":
                source = source[:at] + source[at + size :]
            case "copy":
                source = source[:at] + source[at : at + size] + source[at:]
            case _:
                number = int.from_bytes(source[at : at + 4], "big") + size
                source = source[:at] + (number & 0xFFFFFFFF).to_bytes(4, "big") + source[at + 4 :]
    return source


def check_edited(sample: bytes, edits: list[Edit]) -> None:
    damaged = edited(sample, edits)
    for under in (POLICY, KEEPING):
        check_damaged(engine, damaged, under)


KEEPING = policy(color="keep", hidden="keep")


@settings(max_examples=1000, deadline=None)
@given(st.sampled_from(SAMPLES), EDITS)
def test_damage_ends_in_a_plan_or_a_refusal(sample: bytes, edits: list[Edit]) -> None:
    check_edited(sample, edits)


@pytest.mark.nightly
@settings(max_examples=20_000, deadline=None)
@given(st.sampled_from(SAMPLES), EDITS)
def test_much_damage_ends_in_a_plan_or_a_refusal(sample: bytes, edits: list[Edit]) -> None:
    check_edited(sample, edits)
