"""AV1 in AVIF: headers end where they say, tiles are there once, the frame is as large as the file says."""

import subprocess
from pathlib import Path

import pytest

from bme_med.core import FileError, MalformedFileError, UnsupportedFileError
from bme_med.photo import heif as engine
from bme_med.photo.heif_av1 import keep_units
from bme_med.photo.heif_av1_frame import read_frame_header
from bme_med.photo.heif_av1_sequence import read_sequence
from bme_med.photo.heif_bits import Bits
from tests.oracles.runs import tool
from tests.photo.heif_making import (
    AVIF_ALPHA,
    Item,
    assemble,
    auxiliary,
    box,
    coded,
    full_box,
    with_properties,
    with_references,
)
from tests.photo.judging import clean, decoded, residue
from tests.photo.making import policy, token

POLICY = policy()
TOKEN = token(1)
AVIF = coded(b"av01")
BRANDS = b"avif\0\0\0\0mif1avif"
SEQUENCE, HEADER, TILES, FRAME = 1, 3, 4, 6


def size_of(number: int) -> bytes:
    """``leb128()`` (4.10.5)."""
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*out, number])


def unit(kind: int, payload: bytes, head: int = 2) -> bytes:
    """An open bitstream unit."""
    return bytes([kind << 3 | head]) + size_of(len(payload)) + payload


def units(data: bytes) -> dict[int, bytes]:
    """The payloads of an item, by type."""
    found, at = {}, 0
    while at < len(data):
        size, start = 0, at + 1
        while True:
            size |= (data[start] & 0x7F) << 7 * (start - at - 1)
            start += 1
            if not data[start - 1] & 0x80:
                break
        found[data[at] >> 3 & 15] = data[start : start + size]
        at = start + size
    return found


PAYLOADS = units(AVIF.data)
READ = read_sequence(PAYLOADS[SEQUENCE])


def header_bits(payload: bytes = PAYLOADS[FRAME]) -> str:
    """The bits of the frame header."""
    bits = Bits(payload)
    assert read_frame_header(bits, READ, (0, 0))
    return f"{int.from_bytes(payload, 'big'):0{8 * len(payload)}b}"[: 8 * len(payload) - bits.left]


def packed(bits: str) -> bytes:
    bits += "0" * (-len(bits) % 8)
    return int(bits, 2).to_bytes(len(bits) // 8, "big")


HEAD = header_bits()
CODED = PAYLOADS[FRAME][len(packed(HEAD)) :]
ALONE = unit(SEQUENCE, PAYLOADS[SEQUENCE])


def file(*more: bytes, item: Item = AVIF) -> bytes:
    """A file of these units."""
    return assemble([item._replace(data=b"".join(more))], brands=BRANDS)


PLAIN = file(ALONE, unit(FRAME, PAYLOADS[FRAME]))


def test_a_frame_may_stand_in_two_units() -> None:
    source = file(ALONE, unit(HEADER, packed(HEAD + "1")), unit(TILES, CODED))
    assert decoded(clean(engine, source, POLICY)) == decoded(source) == decoded(PLAIN)


REFUSED = {
    "text behind a sequence header": file(
        unit(SEQUENCE, PAYLOADS[SEQUENCE] + TOKEN * 4), unit(FRAME, PAYLOADS[FRAME])
    ),
    "text behind a frame header": file(ALONE, unit(HEADER, packed(HEAD + "1") + TOKEN), unit(TILES, CODED)),
    "bits behind a frame header": file(ALONE, unit(FRAME, packed(HEAD + "1" * (-len(HEAD) % 8)) + CODED)),
    "tiles of no frame": file(ALONE, unit(FRAME, PAYLOADS[FRAME]), unit(TILES, TOKEN)),
    "tiles before a frame": file(ALONE, unit(TILES, TOKEN), unit(FRAME, PAYLOADS[FRAME])),
    "a frame without tiles": file(ALONE, unit(HEADER, packed(HEAD + "1"))),
    "a reserved bit": file(ALONE, unit(FRAME, PAYLOADS[FRAME], head=3)),
    "a layer that is not declared": file(
        ALONE, bytes([FRAME << 3 | 6, 0x28]) + size_of(len(PAYLOADS[FRAME])) + PAYLOADS[FRAME]
    ),
    "reserved bits of a layer": file(
        ALONE, bytes([FRAME << 3 | 6, 5]) + size_of(len(PAYLOADS[FRAME])) + PAYLOADS[FRAME]
    ),
    "another sequence header": file(
        ALONE, unit(SEQUENCE, PAYLOADS[SEQUENCE] + b"\0"), unit(FRAME, PAYLOADS[FRAME])
    ),
    "another size": file(
        AVIF.data,
        item=AVIF._replace(
            properties=[AVIF.properties[0], (full_box(b"ispe", 0, 0, b"\0\0\0\x80\0\0\0\x20"), False)]
        ),
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_could_hide_something_is_refused(name: str) -> None:
    with pytest.raises(MalformedFileError):
        engine.plan(REFUSED[name], POLICY)


def test_the_same_text_in_the_configuration_goes() -> None:
    configuration = AVIF.properties[0][0]
    repeated = configuration[8:12] + unit(SEQUENCE, PAYLOADS[SEQUENCE] + TOKEN)
    content = (8 + len(repeated)).to_bytes(4, "big") + b"av1C" + repeated
    source = file(AVIF.data, item=AVIF._replace(properties=[(content, True), AVIF.properties[1]]))
    assert residue(source, [TOKEN])
    assert not residue(clean(engine, source, POLICY), [TOKEN])


def test_transparency_without_a_size_stays() -> None:
    mask = coded(b"av01", "L")
    mask = with_references(with_properties(mask, auxiliary(AVIF_ALPHA)), (b"auxl", [1]))
    mask = mask._replace(properties=[mask.properties[0], mask.properties[2]])
    assert mask.data[-64:] in clean(engine, assemble([AVIF, mask], brands=BRANDS), POLICY)


def test_reserved_bits_of_the_configuration_go() -> None:
    (content, _), size = AVIF.properties
    source = file(AVIF.data, item=AVIF._replace(properties=[(content[:11] + b"\xe0", True), size]))
    assert clean(engine, source, POLICY) == clean(engine, PLAIN, POLICY)


def rendered(width: int, height: int) -> bytes:
    """A file whose frame is to be shown in another size (5.9.6)."""
    at = 2 + (HEAD[1] == "1") + READ.has_superres
    assert HEAD[at] == "0"
    said = f"1{width - 1:016b}{height - 1:016b}"
    return file(ALONE, unit(FRAME, packed(HEAD[:at] + said + HEAD[at + 1 :]) + CODED))


def test_a_size_to_show_that_hides_pixels_is_a_crop() -> None:
    assert decoded(rendered(128, 64)) == decoded(PLAIN)
    assert decoded(clean(engine, rendered(121, 60), POLICY)) == decoded(PLAIN)
    with pytest.raises(UnsupportedFileError, match="hides pixels"):
        engine.plan(rendered(63, 64), POLICY)
    assert decoded(clean(engine, rendered(63, 64), policy(hidden="keep"))) == decoded(PLAIN)


def test_a_picture_in_one_layer_is_as_large_as_the_file_says() -> None:
    small = full_box(b"ispe", 0, 0, b"\0\0\0\x80\0\0\0\x20"), False
    layer = box(b"lsel", b"\xff\xff"), True
    whole = AVIF._replace(properties=[*AVIF.properties, layer])
    assert decoded(clean(engine, file(AVIF.data, item=whole), POLICY)) == decoded(PLAIN)
    part = AVIF._replace(properties=[AVIF.properties[0], small, layer])
    with pytest.raises(MalformedFileError):
        engine.plan(file(AVIF.data, item=part), POLICY)


@pytest.mark.parametrize("cut", range(1, len(packed(HEAD))))
def test_a_cut_header_is_refused(cut: int) -> None:
    with pytest.raises(FileError):
        keep_units(ALONE + unit(FRAME, PAYLOADS[FRAME][:cut]), "", has_layers=False)


STILL = ("-c:v", "libaom-av1", "-still-picture", "1", "-cpu-used", "8")
ENCODERS: dict[str, tuple[str, ...]] = {
    "tiles": (*STILL, "-tiles", "2x2"),
    "uneven tiles": (*STILL, "-aom-params", "tile-width=2,3:tile-height=2,1"),
    "grain": (*STILL, "-aom-params", "film-grain-test=6"),
    "grey with grain": (*STILL, "-aom-params", "film-grain-test=5", "-pix_fmt", "gray"),
    "4:4:4 with grain": (*STILL, "-aom-params", "film-grain-test=7", "-pix_fmt", "yuv444p"),
    "4:2:2 of 12 bits": (*STILL, "-pix_fmt", "yuv422p12le"),
    "red, green and blue": (*STILL, "-pix_fmt", "gbrp"),
    "lossless": (*STILL, "-aom-params", "lossless=1"),
    "matrices and large blocks": (*STILL, "-aom-params", "enable-qm=1:sb-size=128"),
    "restoration": (*STILL, "-cpu-used", "3", "-enable-restoration", "1"),
    "a sequence with a decoder model": (
        "-c:v",
        "libaom-av1",
        "-cpu-used",
        "8",
        "-aom-params",
        "timing-info=model",
    ),
    "SVT": ("-c:v", "libsvtav1", "-preset", "8", "-svtav1-params", "film-grain=20"),
    "rav1e": ("-c:v", "librav1e", "-speed", "10"),
}


@pytest.mark.skipif(not tool("ffmpeg"), reason="ffmpeg is not installed")
@pytest.mark.parametrize("name", ENCODERS)
def test_headers_end_where_ffmpeg_says(name: str, tmp_path: Path) -> None:
    path = tmp_path / "picture.obu"
    source = ("-f", "lavfi", "-i", "testsrc2=s=520x264:d=1:r=1", "-pix_fmt", "yuv420p")
    run = ["ffmpeg", "-v", "error", *source, *ENCODERS[name], "-frames:v", "1", "-f", "obu", str(path)]
    encoded = subprocess.run(run, capture_output=True, check=False, text=True)
    if "Unknown encoder" in encoded.stderr:
        pytest.skip("ffmpeg lacks this encoder")
    assert encoded.returncode == 0, encoded.stderr
    data = path.read_bytes()
    payloads = units(data)
    bits = Bits(payloads[FRAME])
    header = read_frame_header(bits, read_sequence(payloads[SEQUENCE]), (0, 0))
    assert header
    assert header.size == (520, 264)
    last, name_of_next = traced(path)
    assert name_of_next == "Frame"
    assert 8 * len(payloads[FRAME]) - bits.left == last - 8 * (1 + len(size_of(len(payloads[FRAME]))))
    assert keep_units(data, "", has_layers=False).frame


def traced(path: Path) -> tuple[int, str]:
    """The bit behind the last one of the frame header in its unit, as ffmpeg reads it, and what follows."""
    command = ["ffmpeg", "-v", "trace", "-nostdin", "-f", "obu", "-i", str(path), "-c", "copy"]
    command += ["-bsf:v", "trace_headers", "-f", "null", "-"]
    shown = subprocess.run(command, capture_output=True, check=True, text=True).stderr
    lines = [
        line.split("] ", 1)[1].split() for line in shown.splitlines() if line.startswith("[trace_headers")
    ]
    end = max(number for number, line in enumerate(lines) if line[0] == "Frame" and line[1] == "0:")
    field = lines[end - 1]
    return int(field[0]) + len(field[-3]), lines[end][0]
