"""Pictures with something in them that is none, whole and cut into fragments anywhere."""

from dataclasses import replace
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from imagecodecs import jpeg2k_decode, jpeg8_decode
from PIL import Image, ImageCms

from bme_med.core import Range
from bme_med.dicom.codestreams import Pictures, is_start
from tests.pixels.coding import KINDS, read_by

NOISE = np.random.default_rng(9).integers(256, size=(96, 64, 3), dtype=np.uint8)
WORD = b"ZQUNSEENQ"


def picture(kind: str, **options: object) -> bytes:
    buffer = BytesIO()
    Image.fromarray(NOISE).save(buffer, kind, **options)
    return buffer.getvalue()


def box(kind: bytes, content: bytes) -> bytes:
    return (len(content) + 8).to_bytes(4, "big") + kind + content


def segment(marker: int, payload: bytes) -> bytes:
    return bytes((0xFF, marker)) + (len(payload) + 2).to_bytes(2, "big") + payload


def commented(whole: bytes, at: int, marker: int) -> bytes:
    """`whole` with a segment that says `WORD` put in."""
    payload = (len(WORD) + 4).to_bytes(2, "big") + b"\0\1" + WORD
    return whole[:at] + bytes((0xFF, marker)) + payload + whole[at:]


BASELINE, PROGRESSIVE = picture("JPEG", quality=80), picture("JPEG", progressive=True)
BOXED = picture("JPEG2000", tile_size=(32, 32), irreversible=True)
TILED_AT = BOXED.index(b"\xff\x4f\xff\x51")
TILED = BOXED[TILED_AT:]
"""JPEG 2000 in several tiles, without its boxes."""

PLANTED = {
    "a comment in front": commented(BASELINE, 20, 0xFE),
    "an application segment": commented(BASELINE, 20, 0xE1),
    "a comment between scans": commented(PROGRESSIVE, PROGRESSIVE.rindex(b"\xff\xda"), 0xFE),
    "a comment behind the last scan": commented(BASELINE, len(BASELINE) - 2, 0xFE),
    "text behind the end": BASELINE + WORD,
    "a second picture": BASELINE + commented(BASELINE, 20, 0xE1),
    "text between two ends": BASELINE + WORD + b"\xff\xd9",
    "a comment of the main header": commented(TILED, TILED.index(b"\xff\x90"), 0x64),
    "a comment of a tile-part": b"",
    "text behind the end of tiles": TILED + WORD,
    "a box in front": BOXED[:32] + box(b"xml ", WORD) + BOXED[32:],
    "a box behind the codestream": BOXED[: TILED_AT - 8]
    + box(b"jp2c", TILED)
    + box(b"uuid", bytes(16) + WORD),
    "a comment of a boxed codestream": BOXED[: TILED_AT - 8]
    + box(b"jp2c", commented(TILED, TILED.index(b"\xff\x90"), 0x64)),
}


def in_a_tile_part() -> bytes:
    """The last tile-part's length says that it goes to the end (A.4.2)."""
    start = TILED.rindex(b"\xff\x90\x00\x0a")
    open_ended = TILED[: start + 6] + bytes(4) + TILED[start + 10 :]
    return commented(open_ended, start + 12, 0x64)


PLANTED["a comment of a tile-part"] = in_a_tile_part()

JFIF, ADOBE = b"JFIF\0\1\1\0\0\1\0\1\0\0", b"Adobe\0d\0\0\0\0\1"
SPIFF, TRANSFORM = b"SPIFF\0\1\2\0\3\0\0\0\x60\0\0\0\x40\3\x08\5\1\0\0\0\1\0\0\0\1", b"mrfx\0"
FIRST = BASELINE[:2], BASELINE[20:]
"""What stands around the JFIF segment that Pillow writes."""
PLANTED |= {
    f"an application segment: {place}": segment(marker, payload).join(FIRST)
    for place, marker, payload in (
        ("a thumbnail in JFIF", 0xE0, JFIF[:12] + b"\1\3" + WORD),
        ("behind JFIF", 0xE0, JFIF + WORD),
        ("a thumbnail beside JFIF", 0xE0, b"JFXX\0\x13\1\3" + WORD),
        ("no JFIF", 0xE0, WORD),
        ("behind a SPIFF header", 0xE8, SPIFF + WORD),
        ("an entry of a SPIFF directory", 0xE8, b"\0\0\0\x04" + WORD),
        ("behind the end of a SPIFF directory", 0xE8, b"\0\0\0\1\xff\xd8" + WORD),
        ("behind a colour transform of JPEG-LS", 0xE8, TRANSFORM + WORD),
        ("no SPIFF", 0xE8, WORD),
        ("behind Adobe", 0xEE, ADOBE + WORD),
        ("no Adobe", 0xEE, WORD),
    )
}


def boxed(header: bytes, *, between: bytes = b"", brands: bytes = b"jp2 ") -> bytes:
    """`TILED` in boxes: signature, file type, what is `between`, a header, and the codestream."""
    file_type = box(b"ftyp", b"jp2 \0\0\0\0" + brands)
    return BOXED[:12] + file_type + between + box(b"jp2h", header) + box(b"jp2c", TILED)


IHDR, COLR = (
    box(b"ihdr", b"\0\0\0\x60\0\0\0\x40\0\3\7\7\0\0"),
    box(b"colr", b"\1\0\0\0\0\0\x10"),
)
CDEF = box(b"cdef", b"\0\3\0\0\0\0\0\1\0\1\0\0\0\2\0\2\0\0\0\3")
RESOLUTION = b"\0\1\0\2\0\1\0\2\3\3"
PROFILE = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
PLANTED |= {
    f"a box: {place}": planted
    for place, planted in {
        "behind a colour": boxed(IHDR + box(b"colr", COLR[8:] + WORD)),
        "a colour profile": boxed(IHDR + box(b"colr", b"\2\0\0" + PROFILE.replace(PROFILE[48:57], WORD))),
        "any colour profile": boxed(IHDR + box(b"colr", b"\3\0\0" + WORD) + COLR),
        "a colour of a vendor": boxed(IHDR + COLR + box(b"colr", b"\4\0\0" + bytes(16) + WORD)),
        "behind channel definitions": boxed(IHDR + COLR + box(b"cdef", CDEF[8:] + WORD)),
        "in the header, nobody knows": boxed(IHDR + COLR + box(b"xml ", WORD)),
        "in the header, for the file": boxed(IHDR + COLR + box(b"ftyp", WORD)),
        "in the header, a codestream": boxed(IHDR + COLR + box(b"jp2c", WORD)),
        "behind a resolution": boxed(IHDR + COLR + box(b"res ", box(b"resc", RESOLUTION + WORD))),
        "in place of a resolution": boxed(IHDR + COLR + box(b"res ", box(b"resd", WORD + b"\0"))),
        "beside a resolution": boxed(IHDR + COLR + box(b"res ", box(b"lbl ", WORD))),
        "a brand": boxed(IHDR + COLR, brands=b"jp2 " + WORD + b"\0\0\0"),
        "features": boxed(IHDR + COLR, between=box(b"rreq", b"\1\x80\x80\0\0\0\1" + WORD + bytes(8))),
        "a label of a codestream": boxed(IHDR + COLR, between=box(b"jpch", box(b"lbl ", WORD))),
        "a label of a layer": boxed(IHDR + COLR, between=box(b"jplh", box(b"lbl ", WORD))),
        "a profile of a layer": boxed(
            IHDR + COLR, between=box(b"jplh", box(b"cgrp", box(b"colr", b"\2\0\0" + WORD)))
        ),
    }.items()
}

PALETTE = b"".join(bytes((at, 255 - at, at // 2)) for at in range(256))
INDEXED = BytesIO()
Image.fromarray(NOISE[..., 0]).save(INDEXED, "JPEG2000", no_jp2=True)
INDEXED_HEADER = (
    box(b"ihdr", b"\0\0\0\x60\0\0\0\x40\0\1\7\7\0\0")
    + COLR
    + box(b"pclr", b"\1\0\3\7\7\7" + PALETTE)
    + box(b"cmap", b"\0\0\1\0\0\0\1\1\0\0\1\2")
)


def indexed(header: bytes) -> bytes:
    """A picture of one component and a palette."""
    return BOXED[:32] + box(b"jp2h", header) + box(b"jp2c", INDEXED.getvalue())


PLANTED["a box: behind a palette"] = indexed(
    INDEXED_HEADER.replace(
        box(b"pclr", b"\1\0\3\7\7\7" + PALETTE), box(b"pclr", b"\1\0\3\7\7\7" + PALETTE + WORD)
    )
)
UNREAD = {
    "behind an image header": boxed(box(b"ihdr", IHDR[8:] + WORD) + COLR),
    "in place of component depths": boxed(IHDR + box(b"bpcc", WORD) + COLR),
    "no box in the header": boxed(IHDR + COLR + b"\0\0" + WORD),
    "less than a box": boxed(IHDR + COLR, between=box(b"jplh", WORD[:7])),
    "a box that reaches beyond its own": boxed(IHDR + COLR + b"\0\0\1\0res " + WORD),
    "a long box that reaches beyond its own": boxed(IHDR + COLR + b"\0\0\0\1res " + WORD),
    "a segment of JPEG 2000 that nobody knows": commented(TILED, TILED.index(b"\xff\x90"), 0x6F),
    "bytes in a header of JPEG 2000": WORD.join(
        (TILED[: TILED.index(b"\xff\x90")], TILED[TILED.index(b"\xff\x90") :])
    ),
} | {f"marker {marker:02X}": segment(marker, WORD).join(FIRST) for marker in (0x02, 0xC8, 0xF0, 0xF6, 0xFD)}
"""Pictures that decoders stumble over, for other reasons than what is emptied."""

PLAIN = {
    "JFIF, SPIFF, Adobe": (
        segment(0xE0, JFIF)
        + segment(0xE8, SPIFF)
        + segment(0xE8, b"\0\0\0\1\xff\xd8")
        + segment(0xE8, TRANSFORM)
        + segment(0xEE, ADOBE)
    ).join(FIRST),
    "a short Adobe": segment(0xEE, ADOBE[:10]).join(FIRST),
    "headers": boxed(IHDR + box(b"bpcc", b"\7\7\7") + COLR + CDEF + box(b"res ", box(b"resc", RESOLUTION))),
    "a palette": indexed(INDEXED_HEADER),
    "several brands": boxed(IHDR + COLR, brands=b"jp2 jpx jpxb"),
    "sYCC in a layer": boxed(
        IHDR + COLR, between=box(b"jplh", box(b"cgrp", box(b"colr", b"\1\0\0\0\0\0\x12")))
    ),
}
"""Pictures with all that a decoder may need."""


def cleaned(data: bytes, fragments: list[Range]) -> bytes:
    out = bytearray(data)
    for start, end in Pictures(data).spare_ranges(fragments)[0]:
        out[start:end] = bytes(end - start)
    return bytes(out)


def pixels(data: bytes) -> bytes:
    return Image.open(BytesIO(data)).tobytes()


@pytest.mark.parametrize(
    "whole", [BASELINE, PROGRESSIVE, TILED, BOXED, *PLAIN.values()], ids=[*range(4), *PLAIN]
)
def test_of_a_plain_picture_every_byte_stays(whole: bytes) -> None:
    assert is_start(whole[:8])
    assert cleaned(whole, [Range(0, len(whole))]) == whole
    assert cleaned(whole + b"\0", [Range(0, len(whole) + 1)]) == whole + b"\0"


@pytest.mark.parametrize("place", PLANTED)
def test_what_is_no_picture_goes_and_the_picture_stays(place: str) -> None:
    planted = PLANTED[place]
    assert WORD in planted
    clean = cleaned(planted, [Range(0, len(planted))])
    assert WORD not in clean
    assert len(clean) == len(planted)
    assert pixels(clean) == pixels(planted)


@pytest.mark.parametrize("place", PLANTED)
def test_other_decoders_see_the_same_picture(place: str) -> None:
    planted = PLANTED[place]
    decode = jpeg8_decode if planted.startswith(b"\xff\xd8") else jpeg2k_decode
    assert np.array_equal(decode(cleaned(planted, [Range(0, len(planted))])), decode(planted))


@pytest.mark.parametrize("decoder", ["dcmdjpeg +cn", "gdcmconv --raw"])
@pytest.mark.parametrize("place", [place for place in PLANTED if place.startswith("an application segment:")])
def test_other_toolkits_see_the_same_jpeg(place: str, decoder: str, tmp_path: Path) -> None:
    planted = PLANTED[place]
    form = replace(KINDS["ybr8"], rows=96, columns=64, transfer_syntax="1.2.840.10008.1.2.4.50")
    clean = cleaned(planted, [Range(0, len(planted))])
    before, after = (read_by(decoder, picture, form, tmp_path) for picture in (BASELINE, clean))
    assert np.array_equal(before, after)


@pytest.mark.parametrize("place", UNREAD)
def test_what_no_decoder_reads_is_emptied_and_nothing_else_changes(place: str) -> None:
    planted = UNREAD[place]
    clean = cleaned(planted, [Range(0, len(planted))])
    assert WORD[:7] in planted
    assert WORD[:7] not in clean
    changed = [at for at, (old, new) in enumerate(zip(planted, clean, strict=True)) if old != new]
    assert changed[-1] - changed[0] < len(WORD) + 16


def test_a_picture_that_starts_as_one_with_something_spare_in_front_is_looked_into_as_well() -> None:
    planted = PLANTED["an application segment: behind JFIF"]
    pictures = Pictures(planted * 3)
    for start in range(0, 3 * len(planted), len(planted)):
        assert not pictures.is_plain(start, start + len(planted))
        assert pictures.spare_ranges([Range(start, start + len(planted))])[0]


@pytest.mark.parametrize("place", PLANTED)
def test_it_goes_wherever_the_fragments_are_cut(place: str) -> None:
    planted = PLANTED[place]
    whole = cleaned(planted, [Range(0, len(planted))])
    around = planted.rindex(WORD)
    for cut in {2, 4, 21, 23, around - 5, around - 3, around + 1, around + 8, len(planted) - 1}:
        gap = b"\xfe\xff\0\xe0gap."
        data = planted[:cut] + gap + planted[cut:]
        fragments = [Range(0, cut), Range(cut + len(gap), len(data))]
        assert cleaned(data, fragments) == whole[:cut] + gap + whole[cut:], cut


@pytest.mark.parametrize("place", PLANTED)
def test_it_goes_behind_plain_pictures_that_start_alike(place: str) -> None:
    plain = (BASELINE, PROGRESSIVE, TILED, BOXED)
    planted = PLANTED[place]
    pictures = Pictures(b"".join((*plain, planted)))
    start = 0
    for picture in plain:
        assert pictures.spare_ranges([Range(start, start + len(picture))]) == ([], True)
        start += len(picture)
    spare, _ = pictures.spare_ranges([Range(start, start + len(planted))])
    alone, _ = Pictures(planted).spare_ranges([Range(0, len(planted))])
    assert [Range(first - start, end - start) for first, end in spare] == alone


@pytest.mark.parametrize("end", [23, 24, 30])
def test_a_segment_that_is_cut_off_shows(end: int) -> None:
    planted = commented(BASELINE, 20, 0xFE)
    spare, is_whole = Pictures(planted).spare_ranges([Range(0, end)])
    assert not is_whole
    assert spare == ([Range(24, end)] if end > 24 else [])


def test_a_picture_whose_end_is_missing_is_whole_in_its_segments() -> None:
    assert Pictures(BASELINE).spare_ranges([Range(0, len(BASELINE) - 2)]) == ([], True)


@pytest.mark.parametrize("error", [-40, -1, 1, 40])
def test_a_tile_part_whose_length_is_wrong_keeps_its_coded_data(error: int) -> None:
    at = TILED.index(b"\xff\x90\x00\x0a") + 6
    length = int.from_bytes(TILED[at : at + 4], "big") + error
    wrong = TILED[:at] + length.to_bytes(4, "big") + TILED[at + 4 :]
    assert cleaned(wrong, [Range(0, len(wrong))]) == wrong


@pytest.mark.parametrize("whole", [BASELINE, PROGRESSIVE, TILED, BOXED], ids=range(4))
def test_damaged_pictures_come_to_an_end(whole: bytes) -> None:
    chance = np.random.default_rng(4)
    for _ in range(300):
        damaged = bytearray(whole)
        for at in chance.integers(min(len(whole), 400), size=4):
            damaged[at] = chance.choice([0, 1, 12, 0x90, 0x93, 0xD9, 0xFF])
        spare, _ = Pictures(bytes(damaged)).spare_ranges([Range(0, len(damaged))])
        assert spare == sorted(spare)


def test_of_a_boxed_jpeg_xl_the_pictures_boxes_stay_and_others_are_emptied() -> None:
    start, picture_box = box(b"JXL ", b"\r\n\x87\n"), box(b"jxlc", b"\xff\x0acoded")
    planted = start + box(b"Exif", WORD) + picture_box + box(b"xml ", WORD)
    emptied = start + box(b"Exif", bytes(len(WORD))) + picture_box + box(b"xml ", bytes(len(WORD)))
    assert cleaned(planted, [Range(0, len(planted))]) == emptied


def test_nothing_stands_between_two_segments() -> None:
    planted = BASELINE[:20] + WORD + BASELINE[20:]
    assert cleaned(planted, [Range(0, len(planted))]) == BASELINE[:20] + bytes(len(WORD)) + BASELINE[20:]
