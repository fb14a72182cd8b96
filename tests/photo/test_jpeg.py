"""JPEG: what is planted goes, the picture stays."""

import io
import mmap
import re
import struct
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from bme_med.core import Code, Format, MalformedFileError, UnsupportedFileError, splice
from bme_med.photo import jpeg as engine
from tests.oracles.runs import tool
from tests.photo.fuzzing import EDITS, Edit, edited
from tests.photo.judging import (
    check_damaged,
    clean,
    corpus,
    decoded,
    properties,
    residue,
    upright,
)
from tests.photo.making import exif, icc_profile, jpeg, policy, segment, splice_after, token

POLICY = policy()
PHOTOS = corpus(Format.JPEG)
XMP = b"http://ns.adobe.com/xap/1.0/\0"
TOKEN = token(1)

PAYLOADS: dict[str, tuple[int, bytes]] = {
    "JFIF-thumbnail": (0xE0, b"JFIF\0\1\2\0\0\1\0\1\3\1" + TOKEN + b"12"),
    "JFIF-trailing": (0xE0, b"JFIF\0\1\2\0\0\1\0\1\0\0" + TOKEN),
    "JFXX": (0xE0, b"JFXX\0\x10" + TOKEN),
    "Exif": (0xE1, b"Exif\0\0" + exif(1, 1)),
    "Exif-turned": (0xE1, b"Exif\0\0" + exif(6, 1)),
    "XMP": (0xE1, XMP + b"<x:xmpmeta>" + TOKEN + b"</x:xmpmeta>"),
    "extended-XMP": (0xE1, b"http://ns.adobe.com/xmp/extension/\0" + bytes(40) + TOKEN),
    "MPF": (0xE2, b"MPF\0MM\0*" + TOKEN),
    "FlashPix": (0xE2, b"FPXR\0" + TOKEN),
    "gain-map": (0xE2, b"urn:iso:std:iso:ts:21496:-1\0" + TOKEN),
    "JUMBF": (0xEB, b"JP\0\1" + TOKEN),
    "Photoshop-IPTC": (0xED, b"Photoshop 3.0\x008BIM\4\4\0\0\0\0\0\x0c\x1c\2\x78\0\7" + TOKEN),
    "Adobe-trailing": (0xEE, b"Adobe\0\x64\0\0\0\0\1" + TOKEN),
    "COM": (0xFE, TOKEN),
    **{f"APP{n}": (0xE0 + n, TOKEN) for n in range(16)},
    **{f"JPG{n}": (0xF0 + n, TOKEN) for n in range(14)},
    "unused-DQT": (0xDB, b"\3" + TOKEN.ljust(64)),
    "unused-DHT": (0xC4, b"\x13" + bytes(15) + b"\7" + TOKEN),
}
"""Marker segments, each with the token."""


def _scan(data: bytes) -> int:
    """Where the first SOS starts."""
    return data.index(b"\xff\xda")


@pytest.mark.parametrize("name", PAYLOADS)
@pytest.mark.parametrize("place", ["after SOI", "before SOS"])
def test_a_planted_segment_goes(name: str, place: str) -> None:
    plain = jpeg(quality=90)
    offset = 2 if place == "after SOI" else _scan(plain)
    planted = splice_after(plain, offset, segment(*PAYLOADS[name]))
    output = clean(engine, planted, POLICY)
    assert residue(planted, [TOKEN])
    assert not residue(output, [token(number) for number in range(10)])
    assert decoded(output) == decoded(plain)


def test_a_used_table_stays_where_its_neighbour_in_one_segment_goes() -> None:
    plain = jpeg()
    start = plain.index(b"\xff\xdb")
    (length,) = struct.unpack_from(">H", plain, start + 2)
    both = segment(0xDB, b"\3" + TOKEN.ljust(64) + plain[start + 4 : start + 2 + length])
    planted = plain[:start] + both + plain[start + 2 + length :]
    assert clean(engine, planted, POLICY) == plain


def _between(data: bytes) -> bytes:
    return splice_after(data, 20, TOKEN, b"\xff\xd0\xff\0")


def _after(data: bytes) -> bytes:
    return data + TOKEN


def _second_image(data: bytes) -> bytes:
    return data + jpeg(comment=TOKEN)


def _fill(data: bytes) -> bytes:
    return data[:-2] + b"\xff\xff\xff" + data[-2:]


@pytest.mark.parametrize("plant", [_between, _after, _second_image, _fill])
def test_bytes_outside_the_segments_go(plant: Callable[[bytes], bytes]) -> None:
    plain = jpeg()
    assert clean(engine, plant(plain), POLICY) == clean(engine, plain, POLICY)


def test_segments_between_scans_go() -> None:
    plain = jpeg(progressive=True)
    second = [match.start() for match in re.finditer(b"\xff\xda", plain)][1]
    planted = splice_after(plain, second, segment(0xFE, TOKEN), segment(0xE1, b"Exif\0\0" + exif(6)))
    assert clean(engine, planted, POLICY) == plain


TEXT = b"PATIENT ZQ00001 MRN 12345678 BORN 1970-01-01 ".ljust(64, b".")
"""As long as a quantisation table."""


def _scans(data: bytes) -> list[int]:
    return [match.start() for match in re.finditer(b"\xff\xda", data)]


@pytest.mark.parametrize("subsampling", [0, 2])
def test_a_quantisation_table_between_scans_goes_as_every_decoder_keeps_the_first(subsampling: int) -> None:
    plain = jpeg(progressive=True, subsampling=subsampling)
    for number, place in enumerate(_scans(plain)[1:], 1):
        planted = splice_after(plain, place, segment(0xDB, bytes((number & 1,)) + TEXT))
        assert clean(engine, planted, POLICY) == plain
        assert decoded(planted) == decoded(plain)


def _apart(tables: list[bytes]) -> bytes:
    """A sequential JPEG of three scans of one component, each behind a quantisation table of its own."""
    names = b"\1\2\3"
    frame = segment(0xC1, struct.pack(">BHHB", 8, 8, 8, 3) + b"".join(bytes((n, 0x11, 0)) for n in names))
    scans = [segment(0xDA, bytes((1, name, 0)) + b"\0\x3f\0") + b"\x12\x34" for name in names]
    body = b"".join(table + scan for table, scan in zip(tables, scans, strict=True))
    return b"\xff\xd8" + frame + body + b"\xff\xd9"


def test_each_component_keeps_the_quantisation_table_of_its_own_scan() -> None:
    tables = [segment(0xDB, bytes(1) + bytes((step,)) * 64) for step in (1, 2, 3)]
    source = _apart(tables)
    assert clean(engine, source, POLICY) == source
    twice = _apart([tables[0], segment(0xDB, b"\0" + TEXT) + tables[1], tables[2]])
    assert clean(engine, twice, POLICY) == source


def test_what_a_sequential_scan_does_not_use_of_its_header_goes() -> None:
    for subsampling in (0, 2):
        plain = jpeg(subsampling=subsampling)
        at = _scans(plain)[0] + 11
        planted = plain[:at] + b"ZQ1" + plain[at + 3 :]
        assert plain[at : at + 3] == b"\0\x3f\0"
        assert clean(engine, planted, POLICY) == plain


def test_a_progressive_scan_names_no_table_that_it_does_not_use() -> None:
    plain = jpeg("L", progressive=True)
    direct, alternating = _scans(plain)[:2]
    planted = bytearray(plain)
    planted[direct + 6] |= 0x05
    planted[alternating + 6] |= 0x50
    assert clean(engine, bytes(planted), POLICY) == plain
    assert decoded(bytes(planted)) == decoded(plain)


def test_version_and_flags_of_adobe_and_jfif_go_and_their_meaning_stays() -> None:
    plain = jpeg(keep_rgb=True, subsampling=0)
    at = plain.index(b"Adobe") + 5
    planted = plain[:at] + b"ZQ0001" + plain[at + 6 :]
    assert clean(engine, planted, POLICY) == plain
    dense = jpeg(dpi=(300, 200))
    at = dense.index(b"JFIF") + 5
    assert clean(engine, dense, POLICY) == dense
    assert clean(engine, dense[:at] + b"ZQ" + dense[at + 2 :], POLICY) == dense
    rewritten = clean(engine, dense[:at] + b"ZQ00001" + dense[at + 7 :], POLICY)
    assert Image.open(io.BytesIO(rewritten)).info["jfif_density"] == (1, 1)
    assert decoded(rewritten) == decoded(dense)


def test_one_restart_marker_too_many_stays_as_some_cameras_write_it() -> None:
    plain = jpeg(restart_marker_blocks=2)
    camera = plain[:-2] + b"\xff\xd7" + plain[-2:]
    assert clean(engine, camera, POLICY) == camera


@pytest.mark.parametrize("number", range(1, 9))
def test_orientation_stays_alone(number: int) -> None:
    source = splice_after(jpeg(), 2, segment(0xE1, b"Exif\0\0" + exif(number, 1)))
    output = clean(engine, source, POLICY)
    assert upright(output) == upright(source)
    assert (b"Exif" in output) == (number != 1)
    assert len(output) == len(jpeg()) + (36 if number != 1 else 0)


def test_orientation_of_xmp_stays_in_xmp() -> None:
    source = splice_after(jpeg(), 2, segment(0xE1, XMP + b'<rdf:Description tiff:Orientation="8"/>'))
    planned = engine.plan(source, POLICY)
    output = splice(planned.pieces, source)
    assert upright(output) == upright(source)
    assert b"Exif" not in output
    assert ("APP1/XMP", Code.D) in [(action.where, action.code) for action in planned.actions]


def test_orientation_goes_where_the_profile_says_so() -> None:
    source = splice_after(jpeg(), 2, segment(0xE1, b"Exif\0\0" + exif(6)))
    assert clean(engine, source, policy(orientation="drop")) == jpeg()


@pytest.mark.parametrize("color", ["keep", "sanitize", "drop"])
def test_the_colour_profile_follows_the_policy(color: str) -> None:
    profile = icc_profile(1)
    source = jpeg(icc_profile=profile)
    output = clean(engine, source, policy(color=color))
    tokens = [token(number) for number in range(1, 7)]
    kept = Image.open(io.BytesIO(output)).info.get("icc_profile")
    assert residue(source, tokens)
    assert decoded(output) == decoded(source)
    match color:
        case "keep":
            assert kept == profile
        case "sanitize":
            assert kept
            assert not residue(output, tokens)
        case _:
            assert kept is None


def test_a_long_profile_in_disordered_chunks_is_joined() -> None:
    profile = icc_profile() + bytes(150_000)
    source = jpeg(icc_profile=profile)
    first = source.index(b"\xff\xe2")
    middle = first + 2 + int.from_bytes(source[first + 2 : first + 4], "big")
    last = middle + 2 + int.from_bytes(source[middle + 2 : middle + 4], "big")
    swapped = source[:first] + source[middle:last] + source[first:middle] + source[last:]
    kept = clean(engine, swapped, policy(color="keep"))
    assert Image.open(io.BytesIO(kept)).info["icc_profile"] == profile
    assert clean(engine, swapped, POLICY) == clean(engine, source, POLICY)
    assert b"ICC_PROFILE" not in clean(engine, source[:first] + source[middle:], POLICY)


@pytest.mark.parametrize(
    "source",
    [
        jpeg(),
        jpeg(progressive=True),
        jpeg("L"),
        jpeg("CMYK"),
        jpeg(keep_rgb=True),
        jpeg(subsampling=2, restart_marker_rows=1),
        jpeg(optimize=True, quality=30),
    ],
)
def test_a_photo_without_metadata_does_not_change(source: bytes) -> None:
    assert clean(engine, source, POLICY) == source


@pytest.mark.parametrize("cut", [2, 3, 40, 200])
def test_a_photo_that_was_cut_off_gets_its_end(cut: int) -> None:
    source = jpeg(quality=95)[:-cut]
    planned = engine.plan(source, POLICY)
    output = splice(planned.pieces, source)
    assert output.endswith(b"\xff\xd9")
    assert decoded(output) == decoded(source)
    assert any("EOI" in finding for finding in planned.findings)
    assert clean(engine, source, POLICY) == output


def _longer(marker: bytes) -> bytes:
    """A JPEG whose first segment of that marker holds the token behind what it declares."""
    plain = jpeg()
    start = plain.index(marker)
    (length,) = struct.unpack_from(">H", plain, start + 2)
    end = start + 2 + length
    return plain[: start + 2] + struct.pack(">H", length + 7) + plain[start + 4 : end] + TOKEN + plain[end:]


PLAIN, RESTARTED, PROGRESSIVE = jpeg(), jpeg(restart_marker_blocks=2), jpeg("L", progressive=True)
REFUSED = {
    "DQT with more": _longer(b"\xff\xdb"),
    "DHT with more": _longer(b"\xff\xc4"),
    "SOF with more": _longer(b"\xff\xc0"),
    "SOS with more": _longer(b"\xff\xda"),
    "DAC of no legal class": splice_after(jpeg(), 2, segment(0xCC, TOKEN + b".")),
    "five components": b"\xff\xd8" + segment(0xC0, b"\x08\0\x08\0\x08\5" + bytes(15)) + b"\xff\xd9",
    "no width": b"\xff\xd8" + segment(0xC0, b"\x08\0\x08\0\0\1\1\x11\0") + b"\xff\xd9",
    "two components of one name": PLAIN.replace(b"\2\x11\1\3\x11\1", b"\2\x11\1\2\x11\1"),
    "a scan of an unknown component": PLAIN.replace(b"\1\0\2\x11\3\x11\0\x3f", b"\1\0\2\x11\7\x11\0\x3f"),
    "coefficients that are none": PROGRESSIVE.replace(b"\1\1\0\1\5\2", b"\1\1\0\1\x7f\2"),
    "a scan before the frame": b"\xff\xd8" + PLAIN[_scan(PLAIN) :],
    "very many segments": b"\xff\xd8" + 10_001 * segment(0xFE, b"") + PLAIN[2:],
    "no picture": b"\xff\xd8\xff\xd9",
    "tables only": PLAIN[: PLAIN.index(b"\xff\xc0")] + b"\xff\xd9",
    "an image inside": splice_after(PLAIN, 2, PLAIN),
    "a second frame": splice_after(PLAIN, _scan(PLAIN), segment(0xC0, b"\x08\0\1\0\1\1\1\x11\0")),
    "a reserved marker": splice_after(PLAIN, 2, segment(0x4F, TOKEN)),
    "a hierarchical frame": splice_after(PLAIN, 2, segment(0xDE, b"\x08\0\1\0\1\1\1\x11\0")),
    "a segment past the end": PLAIN[:-2] + b"\xff\xc4\x7f\xff",
    "a picture coded twice": PLAIN[:-2] + PLAIN[_scan(PLAIN) :],
    "data after the last interval": RESTARTED[:-2] + b"\xff\xd0" + TOKEN + RESTARTED[-2:],
    "a symbol with two codes": PLAIN.replace(b"\0\1\2\3\4\5\6\7", b"\0\1ZQZZQZ", 1),
    "more codes than there are": PLAIN.replace(b"\0\0\1\5\1\1\1\1", b"\0\5\1\0\1\1\1\1", 1),
    "a difference of too many bits": PLAIN.replace(b"\7\x08\x09\x0a\x0b", b"PATIN", 1),
    "a refinement of what was not coded": PROGRESSIVE.replace(b"\1\1\0\1\5\2", b"\1\1\0\1\5\x52"),
    "RST without interval": PLAIN[:-2] + b"\xff\xd0" + TOKEN + PLAIN[-2:],
    "not a JPEG": b"GIF89a" + PLAIN,
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_could_hide_something_is_refused(name: str) -> None:
    with pytest.raises((MalformedFileError, UnsupportedFileError)) as caught:
        engine.plan(REFUSED[name], POLICY)
    assert "ZQ" not in str(caught.value)


def _frame(process: int, scans: bytes, lines: int = 8) -> bytes:
    """A JPEG of a process that Pillow does not write, with entropy-coded data that nobody decodes here."""
    frame = segment(process, struct.pack(">BHHB", 8, lines, 8, 1) + b"\1\x11\0")
    return b"\xff\xd8" + segment(0xDB, bytes(65)) + frame + scans + b"\xff\xd9"


SCAN = segment(0xDA, b"\1\1\0\0\x3f\0") + b"\x12\x34\xff\0\x56"


@pytest.mark.parametrize("process", [0xC1, 0xC3, 0xC9, 0xCB])
def test_other_processes_pass_with_the_tables_that_they_use(process: int) -> None:
    quantisation, direct, alternating = segment(0xDB, bytes(65)), b"\0\x10", b"\x10\x05"
    is_lossless = process in (0xC3, 0xCB)
    scan = SCAN.replace(b"\0\x3f\0", b"\1\0\0") if is_lossless else SCAN
    source = _frame(process, segment(0xCC, direct + alternating) + scan)
    used = {0xC1: b"", 0xC3: b"", 0xC9: segment(0xCC, direct + alternating), 0xCB: segment(0xCC, direct)}
    expected = _frame(process, used[process] + scan)
    assert clean(engine, source, POLICY) == (expected.replace(quantisation, b"") if is_lossless else expected)


def test_the_number_of_lines_may_follow_the_first_scan() -> None:
    lines = segment(0xDC, b"\0\x08")
    source = _frame(0xC0, SCAN + lines, lines=0)
    assert clean(engine, source, POLICY) == source
    assert clean(engine, _frame(0xC0, SCAN + lines + lines, lines=0), POLICY) == source


class Window:
    """A source that is neither bytes nor a map."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    def __len__(self) -> int:
        return len(self._data)

    def __getitem__(self, key: slice, /) -> bytes:
        return self._data[key]


def test_every_kind_of_source_gives_the_same_plan(tmp_path: Path) -> None:
    source = splice_after(jpeg(comment=TOKEN), 2, segment(0xE1, b"Exif\0\0" + exif(6)))
    path = tmp_path / "photo.jpg"
    path.write_bytes(source)
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as mapped:
        assert (
            engine.plan(mapped, POLICY) == engine.plan(source, POLICY) == engine.plan(Window(source), POLICY)
        )


@pytest.mark.parametrize("length", range(65_530, 65_540))
@pytest.mark.parametrize(
    ("end", "kept"),
    [
        (b"\xff\xd9", b""),
        (b"\xff\xff\xd9", b""),
        (b"\xff" * 70_000 + b"\xd9", b""),
        (b"\xff\0\xff\xd9", b"\xff\0"),
        (b"\xff\xff\0\xff\xd9", b"\xff\xff\0"),
        (b"\xff\xd0\1\xff\xd9", b"\xff\xd0\1"),
        (b"\xff\xff\xd0\1\xff\xd9", b"\xff\xff\xd0\1"),
        (b"\xff\xd0\xff\xff\xd9", b"\xff\xd0"),
        (b"\xff", b""),
    ],
)
def test_markers_are_found_wherever_windows_meet(length: int, end: bytes, kept: bytes) -> None:
    head = segment(0xDD, b"\0\1") + segment(0xDA, b"\1\1\0\0\x3f\0") + bytes(length)
    source = _frame(0xC0, head + end, lines=800)
    assert clean(engine, source[:-2], POLICY) == _frame(0xC0, head + kept, lines=800)


def test_each_finding_is_said() -> None:
    planned = engine.plan(_after(_between(PLAIN)), POLICY)
    assert planned.findings[0] == "faces and burned-in text were not looked for"
    assert len(planned.findings) == 3


@pytest.mark.skipif(not PHOTOS, reason="the corpus is not beside this checkout")
def test_every_photo_of_the_corpus_is_clean_and_unchanged(tmp_path: Path) -> None:
    for number, path in enumerate(PHOTOS):
        source = path.read_bytes()
        output = clean(engine, source, POLICY)
        assert decoded(output) == decoded(source), path.name
        assert upright(output) == upright(source), path.name
        (tmp_path / f"{number:03}.jpg").write_bytes(output)
    if tool("exiftool"):
        assert properties(tmp_path) == {}


SAMPLES = [
    splice_after(jpeg(comment=TOKEN), 2, *(segment(*payload) for payload in PAYLOADS.values())) + TOKEN,
    jpeg(progressive=True, icc_profile=icc_profile(), exif=b"Exif\0\0" + exif(6)),
    jpeg("CMYK", restart_marker_blocks=3, subsampling=0),
    jpeg("L", quality=20),
]


@settings(max_examples=300)
@given(st.sampled_from(SAMPLES), EDITS)
def test_a_damaged_photo_ends_in_a_plan_or_a_refusal(sample: bytes, edits: list[Edit]) -> None:
    check_damaged(engine, edited(sample, edits), POLICY)
