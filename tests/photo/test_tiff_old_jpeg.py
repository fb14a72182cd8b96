"""The JPEG of before 1995 inside TIFF: what is planted goes, each of its forms stays."""

import struct
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bme_med.core import Code, Format, MalformedFileError, UnsupportedFileError
from bme_med.photo import tiff as engine
from bme_med.photo.tiff_ifd import walk
from bme_med.verify.containers import foreign_parts
from tests.oracles.runs import tool
from tests.photo.fuzzing import Edit, edited, edits_with
from tests.photo.judging import check_damaged, clean, decoded, exiv2_keys, properties, residue
from tests.photo.making import TiffValue, exif, jpeg, policy, segment, splice_after, tiff_of, token

POLICY = policy()
TOKEN = token(1)
TOKENS = [token(number) for number in range(10)]
WIDTH, HEIGHT = 48, 32
PLANTED = (
    segment(0xE1, b"Exif\0\0" + exif(6, 2)),
    segment(0xFE, TOKEN),
    segment(0xED, b"Photoshop 3.0\0" + TOKEN),
    segment(0xDB, b"\3" + (TOKEN * 10)[:64]),
)


def one_table_a_segment(data: bytes) -> bytes:
    """A JPEG as old readers want it: each table in a segment of its own, no JFIF."""
    out, position = data[:2], 2
    while data[position + 1] != 0xDA:
        end = position + 2 + int.from_bytes(data[position + 2 : position + 4], "big")
        marker, payload = data[position + 1], data[position + 4 : end]
        position = end
        while payload and marker in (0xDB, 0xC4):
            size = 65 if marker == 0xDB else 17 + sum(payload[1:17])
            out += segment(marker, payload[:size])
            payload = payload[size:]
        if marker in (0xC0, 0xDD):
            out += segment(marker, payload)
    return out + data[position:]


COLOR = one_table_a_segment(jpeg(quality=70, subsampling=2))
GRAY = one_table_a_segment(jpeg("L", quality=70))
RESTARTED = one_table_a_segment(jpeg(quality=70, subsampling=2, restart_marker_rows=1))
GRAY_RESTARTED = one_table_a_segment(jpeg("L", quality=70, restart_marker_rows=1))


def short(*numbers: int) -> TiffValue:
    return 3, numbers


def long(*numbers: int) -> TiffValue:
    return 4, numbers


def page(samples: int = 3, rows: int = HEIGHT, **more: TiffValue) -> dict[int, TiffValue]:
    """The entries of a page; `more` by number, as ``t270``."""
    entries = {
        256: short(WIDTH),
        257: short(HEIGHT),
        258: short(*samples * [8]),
        259: short(6),
        262: short(6 if samples == 3 else 1),
        277: short(samples),
        278: short(rows),
        512: short(1),
    }
    if samples == 3:
        entries[530] = short(2, 2)
    return {**entries, **{int(name[1:]): value for name, value in more.items()}}


def places(parts: list[bytes], gap: bytes) -> list[int]:
    """Where `tiff_of` puts `parts`."""
    return [8 + sum(map(len, parts[:number])) + len(gap) * (number + 1) for number in range(len(parts))]


def made(
    entries: dict[int, TiffValue],
    parts: list[bytes],
    strips: list[int],
    *,
    gap: bytes = b"",
    order: str = "<",
    **tags: TiffValue,
) -> bytes:
    """A TIFF of `parts`, some of which, by number, are strips; `tags` name others by number."""
    at = places(parts, gap)
    where = {int(tag[1:]): long(*(at[number] for number in value[1])) for tag, value in tags.items()}
    lying = {273: long(*(at[n] for n in strips)), 279: long(*(len(parts[n]) for n in strips))}
    if not strips:
        lying = {273: (4, b""), 279: (4, b"")}
    source = tiff_of(({**entries, **lying, **where}, parts), gap=gap, order=order)
    return source if strips else without_strips(source, order)


def without_strips(source: bytes, order: str) -> bytes:
    """`source` whose entries of strips are of a private tag."""
    for tag in (273, 279):
        source = source.replace(
            struct.pack(f"{order}HHI", tag, 4, 0), struct.pack(f"{order}HHI", 65000, 4, 0)
        )
    return source


def split(data: bytes) -> tuple[bytes, list[bytes]]:
    """A JPEG up to its data, and the data between its RST, without EOI."""
    start = data.index(b"\xff\xda")
    start += 2 + int.from_bytes(data[start + 2 : start + 4], "big")
    parts, position = [], start
    for at in range(start, len(data) - 1):
        if data[at] == 0xFF and 0xD0 <= data[at + 1] <= 0xD9:
            parts.append(data[position:at])
            position = at + 2
    return data[:start], parts


def tables(data: bytes) -> dict[str, list[bytes]]:
    """The tables of a JPEG as TIFF has them."""
    found: dict[str, list[bytes]] = {"t519": [], "t520": [], "t521": []}
    position = 2
    while data[position + 1] != 0xDA:
        end = position + 2 + int.from_bytes(data[position + 2 : position + 4], "big")
        payload = data[position + 4 : end]
        if data[position + 1] == 0xDB:
            found["t519"].append(payload[1:])
        if data[position + 1] == 0xC4:
            found["t521" if payload[0] >> 4 else "t520"].append(payload[1:])
        position = end
    return found


def interchange(data: bytes = COLOR, *, gap: bytes = b"", order: str = "<", **more: TiffValue) -> bytes:
    """An interchange stream that the strip is, too."""
    entries = {**page(t514=long(len(data))), **{int(name[1:]): value for name, value in more.items()}}
    return made(entries, [data], [0], t513=long(0), gap=gap, order=order)


def strip_of_data(*, gap: bytes = b"", order: str = "<", head: tuple[bytes, ...] = ()) -> bytes:
    """An interchange stream of heads, and one strip of data."""
    start, (data,) = split(COLOR)
    start = splice_after(start, 2, *head)
    return made(page(t514=long(len(start))), [start, data], [1], t513=long(0), gap=gap, order=order)


def strips_of_data(*, gap: bytes = b"", order: str = "<", tail: bytes = b"") -> bytes:
    """Heads, and a strip for every row of MCUs."""
    start, data = split(RESTARTED)
    data[-1] += tail
    entries = page(rows=16, t514=long(len(start)))
    numbers = list(range(1, len(data) + 1))
    return made(entries, [start, *data], numbers, t513=long(0), gap=gap, order=order)


def with_tables(
    data: bytes = COLOR, samples: int = 3, *, gap: bytes = b"", order: str = "<", rows: int = HEIGHT
) -> bytes:
    """Strips of data, and the tables apart."""
    parts = split(data)[1]
    strips = list(range(len(parts)))
    selectors = {}
    for tag, kind in tables(data).items():
        first = len(parts)
        parts += kind
        selectors[tag] = long(*(first + min(number, len(kind) - 1) for number in range(samples)))
    return made(page(samples, rows), parts, strips, gap=gap, order=order, **selectors)


def strip_alone(data: bytes = COLOR, *, gap: bytes = b"", order: str = "<") -> bytes:
    """A strip that is a whole stream, without a word of it."""
    return made(page(), [data], [0], gap=gap, order=order)


FORMS: dict[str, Callable[..., bytes]] = {
    "a stream that is the strip": lambda **how: interchange(**how),
    "a stream without strips": lambda **how: made(
        page(t514=long(len(COLOR))), [COLOR], [], t513=long(0), **how
    ),
    "a gray stream": lambda **how: made(page(1, t514=long(len(GRAY))), [GRAY], [0], t513=long(0), **how),
    "heads and a strip": strip_of_data,
    "heads and strips": strips_of_data,
    "tables and a strip": with_tables,
    "tables and strips": lambda **how: with_tables(RESTARTED, rows=16, **how),
    "gray tables and strips": lambda **how: with_tables(GRAY_RESTARTED, 1, rows=8, **how),
    "a strip that is a stream": strip_alone,
}


def rgba(data: bytes, folder: Path) -> bytes:
    """What libtiff shows."""
    folder.mkdir(exist_ok=True)
    (folder / "in.tif").write_bytes(data)
    command = [tool("tiff2rgba") or "tiff2rgba", str(folder / "in.tif"), str(folder / "out.tif")]
    subprocess.run(command, capture_output=True, check=True)
    return (folder / "out.tif").read_bytes()


@pytest.mark.skipif(not tool("tiff2rgba"), reason="libtiff-tools are not installed")
@pytest.mark.parametrize("name", FORMS)
@pytest.mark.parametrize("order", "<>")
def test_every_form_stays_as_it_is(name: str, order: str, tmp_path: Path) -> None:
    source = FORMS[name](gap=TOKEN, order=order)
    output = clean(engine, source, POLICY)
    assert not residue(output, TOKENS)
    assert rgba(output, tmp_path) == rgba(source, tmp_path)
    if "gray" not in name:  # Pillow reads no gray one
        assert decoded(output) == decoded(source)
    assert foreign_parts(output, Format.TIFF) == []
    ours = {entry.tag for directory in walk(output) for entry in directory.entries}
    theirs = {entry.tag for directory in walk(source) for entry in directory.entries}
    assert ours == theirs - {65000}


@pytest.mark.skipif(not tool("tiff2rgba"), reason="libtiff-tools are not installed")
@pytest.mark.parametrize("at", [2, 100, -1])
def test_what_is_planted_into_a_stream_goes(at: int, tmp_path: Path) -> None:
    end = COLOR.index(b"\xff\xc0") if at == 100 else at
    planted = COLOR + TOKEN if at < 0 else splice_after(COLOR, end, *PLANTED)
    for form in (interchange, strip_alone):
        output = clean(engine, form(planted), POLICY)
        assert residue(form(planted), TOKENS)
        assert output == clean(engine, form(COLOR), POLICY)
        assert rgba(output, tmp_path) == rgba(form(COLOR), tmp_path)


def test_what_is_planted_into_heads_goes() -> None:
    assert clean(engine, strip_of_data(head=PLANTED), POLICY) == clean(engine, strip_of_data(), POLICY)


@pytest.mark.skipif(not tool("tiff2rgba"), reason="libtiff-tools are not installed")
def test_what_a_scan_header_does_not_use_goes_wherever_its_data_lies(tmp_path: Path) -> None:
    start, (data,) = split(COLOR)
    assert start.endswith(b"\0\x3f\0")
    named = start[:-3] + b"ZQ1"
    for form in (interchange, strip_alone):
        assert clean(engine, form(named + data + b"\xff\xd9"), POLICY) == clean(engine, form(COLOR), POLICY)
    apart = made(page(t514=long(len(named))), [named, data], [1], t513=long(0))
    output = clean(engine, apart, POLICY)
    assert output == clean(engine, strip_of_data(), POLICY)
    assert rgba(output, tmp_path) == rgba(strip_of_data(), tmp_path)


def test_what_stands_behind_the_last_strip_goes() -> None:
    plain = clean(engine, strips_of_data(tail=b"\xff\xd9"), POLICY)
    assert clean(engine, strips_of_data(tail=b"\xff\xd9" + TOKEN), POLICY) == plain
    assert decoded(plain) == decoded(strips_of_data())


def test_a_clean_picture_is_kept_and_a_cut_one_is_said() -> None:
    for source, code in ((interchange(), Code.K), (interchange(COLOR + TOKEN), Code.C)):
        actions = engine.plan(source, POLICY).actions
        assert {
            a.code for a in actions if a.where in ("IFD0/StripOffsets", "IFD0/JPEGInterchangeFormat")
        } == {code}


def test_a_length_that_is_missing_is_that_of_the_strip() -> None:
    source = made(page(), [COLOR + TOKEN], [0], t513=long(0))
    output = clean(engine, source, POLICY)
    assert output == clean(engine, interchange(), POLICY)
    assert decoded(output) == decoded(source)


def test_strips_inside_the_stream_stay_inside() -> None:
    start, parts = split(RESTARTED)
    at = places([RESTARTED], b"")[0]
    offsets = [at + len(start)]
    for part in parts[:-1]:
        offsets.append(offsets[-1] + len(part) + 2)
    sizes = long(*map(len, parts))
    entries = page(rows=16, t273=long(*offsets), t279=sizes, t514=long(len(RESTARTED)))
    data = splice_after(RESTARTED, 2, *PLANTED)
    moved = sum(map(len, PLANTED))
    shifted = page(
        rows=16,
        t273=long(*(offset + moved for offset in offsets)),
        t279=sizes,
        t514=long(len(data)),
    )
    plain = tiff_of(({**entries, 513: long(at)}, [RESTARTED]))
    planted = tiff_of(({**shifted, 513: long(at)}, [data]))
    output = clean(engine, planted, POLICY)
    assert output == clean(engine, plain, POLICY)
    assert decoded(output) == decoded(plain)
    for directory in walk(output):
        strips = directory.find(273)
        assert strips
        for number, offset in enumerate(struct.unpack(f"<{len(parts)}I", strips.read(output))):
            assert output[offset : offset + len(parts[number])] == parts[number]


def test_a_frame_of_rows_or_columns_that_are_not_shown_is_refused() -> None:
    for source in (interchange(t257=short(15)), interchange(t256=short(31))):
        with pytest.raises(MalformedFileError, match="larger picture"):
            engine.plan(source, POLICY)


def test_a_thumbnail_of_exif_in_the_chain_goes() -> None:
    from tests.photo.test_tiff import PIXELS, gray

    thumbnail = {259: short(6), 513: long(0), 514: long(9)}
    source = tiff_of((gray(), [PIXELS]), (thumbnail, [TOKEN]))
    output = clean(engine, source, POLICY)
    assert output == clean(engine, tiff_of((gray(), [PIXELS])), POLICY)


HEAD = split(COLOR)[0]
REFUSED = {
    "no length": made(page(), [COLOR, split(COLOR)[1][0]], [1], t513=long(0)),
    "a stream behind the end": interchange(t514=long(1 << 20)),
    "a strip that is no part": made(page(t514=long(len(COLOR))), [COLOR, TOKEN], [1], t513=long(0)),
    "a strip inside a segment that goes": made(
        page(
            rows=16,
            t273=long(8 + 6, 8 + 7),
            t279=long(2, 2),
            t514=long(len(COLOR) + len(PLANTED[1])),
        ),
        [splice_after(COLOR, 2, PLANTED[1])],
        [0],
        t513=long(0),
    ),
    "heads in the directory": tiff_of(
        ({**page(t514=long(len(COLOR) + 9)), 513: long(8), 273: long(8), 279: long(9)}, [COLOR])
    ),
    "heads without data": made(page(t514=long(len(HEAD))), [HEAD], [], t513=long(0)),
    "tables without data": made(page(), [COLOR], [], t519=long(0), t520=long(0), t521=long(0)),
    "no tables": made(page(), [split(COLOR)[1][0]], [0]),
    "a table behind the end": tiff_of(
        ({**page(), 519: long(1 << 20), 520: long(8), 521: long(8)}, [split(COLOR)[1][0]])
    ),
    "another number of samples": made(page(1, t514=long(len(COLOR))), [COLOR], [0], t513=long(0)),
    "planes apart": made(
        page(t284=short(2), t514=long(len(HEAD))), [HEAD, b"1", b"2", b"3"], [1, 2, 3], t513=long(0)
    ),
    "tiles side by side": tiff_of(
        ({**page(t322=short(16), t323=short(16)), 513: long(8), 514: long(len(COLOR))}, [COLOR] * 6)
    ),
    "more RST than strips": made(
        page(t514=long(len(HEAD))), [HEAD, split(COLOR)[1][0] + b"\xff\xd0" + TOKEN], [1], t513=long(0)
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_proved_is_refused(name: str) -> None:
    with pytest.raises((MalformedFileError, UnsupportedFileError)) as caught:
        engine.plan(REFUSED[name], POLICY)
    assert "ZQ" not in str(caught.value)


def test_independent_readers_find_structure_alone(tmp_path: Path) -> None:
    for number, form in enumerate(FORMS.values()):
        source = form(gap=TOKEN)
        (tmp_path / f"{number}.tif").write_bytes(clean(engine, source, POLICY))
    if tool("exiftool"):
        assert properties(tmp_path) == {}
    if tool("exiv2"):
        assert exiv2_keys(tmp_path) == set()


SAMPLES = [form(gap=TOKEN) for form in FORMS.values()]
EDITS = edits_with(b"\xff\xd9", b"\xff\xda", bytes(4), b"\1\2\4\0", b"\2\2\4\0", b"\7\2\4\0", b"\1\0\0\0")


@settings(max_examples=1000)
@given(st.sampled_from(SAMPLES), EDITS)
def test_a_damaged_photo_ends_in_a_plan_or_a_refusal(sample: bytes, edits: list[Edit]) -> None:
    check_damaged(engine, edited(sample, edits), POLICY)


@pytest.mark.nightly
@settings(max_examples=20_000)
@given(st.sampled_from(SAMPLES), EDITS)
def test_very_many_damaged_photos_end_in_a_plan_or_a_refusal(sample: bytes, edits: list[Edit]) -> None:
    check_damaged(engine, edited(sample, edits), POLICY)
