"""Pictures with something in them that is none, whole and cut into fragments anywhere."""

from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from bme_med.core import Range
from bme_med.dicom.codestreams import Pictures, is_start

NOISE = np.random.default_rng(9).integers(256, size=(96, 64, 3), dtype=np.uint8)
WORD = b"ZQUNSEENQ"


def picture(kind: str, **options: object) -> bytes:
    buffer = BytesIO()
    Image.fromarray(NOISE).save(buffer, kind, **options)
    return buffer.getvalue()


def box(kind: bytes, content: bytes) -> bytes:
    return (len(content) + 8).to_bytes(4, "big") + kind + content


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


def cleaned(data: bytes, fragments: list[Range]) -> bytes:
    out = bytearray(data)
    for start, end in Pictures(data).spare_ranges(fragments)[0]:
        out[start:end] = bytes(end - start)
    return bytes(out)


def pixels(data: bytes) -> bytes:
    return Image.open(BytesIO(data)).tobytes()


@pytest.mark.parametrize("whole", [BASELINE, PROGRESSIVE, TILED, BOXED], ids=range(4))
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
