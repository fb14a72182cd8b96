"""Each reader turns the copy as it turned the source, whether it looks into Exif, into XMP, or into both."""

import json
import subprocess
from pathlib import Path

import pytest

from bme_med import engines
from bme_med.core import Code, Plan, splice
from bme_med.photo.orientation import Turn
from bme_med.photo.packet import encode_packet
from tests.oracles.runs import tool
from tests.photo.judging import decoded, exiv2_keys, properties, residue, upright
from tests.photo.making import policy, token
from tests.photo.test_packet import KINDS, exif_of
from tests.photo.turning import saved_as, told_twice

PHOTOS = told_twice()
CONTAINERS = ("jpg", "png", "webp", "tif")
TURNED = b'<rdf:Description tiff:Orientation="8" photoshop:DateCreated="2014"/>'
TOKEN = token(1)
EIGHT = Turn("", 8, b'"')


def cleaned(photo: bytes, **options: str) -> bytes:
    planned = engines.plan(photo, policy(**options))
    assert isinstance(planned, Plan), planned
    return splice(planned.pieces, photo)


@pytest.mark.parametrize("name", PHOTOS)
def test_pillow_turns_the_copy_as_before(name: str) -> None:
    output = cleaned(PHOTOS[name])
    assert decoded(output) == decoded(PHOTOS[name])
    assert upright(output) == upright(PHOTOS[name])
    assert cleaned(output) == output


@pytest.mark.skipif(not tool("exiftool"), reason="exiftool is not installed")
def test_exiftool_reads_the_same_orientation(tmp_path: Path) -> None:
    before = _orientations(PHOTOS, tmp_path / "before")
    after = _orientations({name: cleaned(photo) for name, photo in PHOTOS.items()}, tmp_path / "after")
    assert after == before
    assert set(after.values()) == {1, 3, 6, 8}


def _orientations(photos: dict[str, bytes], folder: Path) -> dict[str, int]:
    """As exiftool reads it; 0, which turns nothing, is 1."""
    folder.mkdir()
    for name, data in photos.items():
        (folder / name).write_bytes(data)
    command = [tool("exiftool") or "exiftool", "-n", "-j", "-Orientation", str(folder)]
    listed = json.loads(subprocess.run(command, capture_output=True, check=False).stdout)
    return {Path(photo["SourceFile"]).name: photo.get("Orientation") or 1 for photo in listed}


@pytest.mark.parametrize("container", CONTAINERS)
def test_what_xmp_alone_says_stays_in_xmp_alone(container: str) -> None:
    output = cleaned(saved_as(container, "Exif without it", "an element 8"))
    assert output.count(encode_packet(EIGHT, "")) == 1
    assert not any(mark in output for mark in (b"Exif\0\0", b"eXIf", b"EXIF"))


@pytest.mark.parametrize("container", CONTAINERS)
def test_one_packet_says_how_to_turn_and_the_year(container: str) -> None:
    source = KINDS[container][1](exif_of(orientation=None), TURNED)
    output = cleaned(source, dates="year")
    assert output.count(encode_packet(EIGHT, "2021")) == output.count(b"<?xpacket begin") == 1
    assert upright(output) == upright(source)
    again = engines.plan(output, policy(dates="year"))
    assert isinstance(again, Plan)
    assert splice(again.pieces, output) == output
    kept = Code.K, "Orientation and the year it was taken"
    assert kept in [(action.code, action.rule) for action in again.actions]
    assert cleaned(output) == cleaned(source)
    upright_year = cleaned(output, dates="year", orientation="drop")
    assert upright_year == cleaned(source, dates="year", orientation="drop")
    assert upright_year.count(encode_packet(None, "2021")) == 1


@pytest.mark.parametrize("dates", ["remove", "year"])
@pytest.mark.parametrize("container", CONTAINERS)
def test_no_other_byte_of_exif_or_xmp_stays(container: str, dates: str) -> None:
    source = KINDS[container][1](exif_of(orientation=None), TOKEN + TURNED + TOKEN)
    places = [TOKEN, b"2014", b"2016", b"2021:"]
    assert residue(source, places)
    output = cleaned(source, dates=dates)
    assert not residue(output, places)
    assert decoded(output) == decoded(source)
    assert upright(output) == upright(source)


@pytest.mark.parametrize("container", CONTAINERS)
def test_both_go_where_the_profile_says_so(container: str) -> None:
    source = KINDS[container][1](exif_of(orientation=None), TURNED)
    assert b"xpacket" not in cleaned(source, orientation="drop")


@pytest.mark.skipif(not (tool("exiftool") and tool("exiv2")), reason="exiftool or exiv2 is not installed")
def test_independent_readers_find_both_and_no_other_property(tmp_path: Path) -> None:
    for container in CONTAINERS:
        source = KINDS[container][1](exif_of(orientation=None), TURNED)
        (tmp_path / f"photo.{container}").write_bytes(cleaned(source, dates="year"))
    assert properties(tmp_path) == {}
    assert exiv2_keys(tmp_path) == {
        *("Xmp.tiff.Orientation", "Xmp.photoshop.DateCreated", "Exif.Image.XMLPacket")
    }
