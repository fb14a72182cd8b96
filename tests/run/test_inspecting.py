from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo
from pydicom import Dataset
from pydicom.sequence import Sequence

from bme_med.core import Code, UsageError
from bme_med.run import Inspection, inspect_path, load_profile
from bme_med.run.inspecting import WORDS, Row
from tests.photo.making import jpeg
from tests.run.making import instance, snapshot


def inspect(path: Path, profile: str = "hipaa-safe-harbor") -> Inspection:
    result = inspect_path(path, load_profile(profile))
    assert isinstance(result, Inspection)
    return result


def rows_of(path: Path, **options: str) -> dict[str, Row]:
    return {row.where: row for row in inspect(path, **options).rows}


@pytest.fixture
def scan(tmp_path: Path) -> Path:
    item = Dataset()
    item.ReferencedSOPClassUID = "1.2.840.10008.5.1.4.1.1.4"
    item.ReferencedSOPInstanceUID = "1.2.3.4.5.6"
    request = Dataset()
    request.RequestedProcedureDescription = "ZQ head"
    path = tmp_path / "scan.dcm"
    values: dict[str, Any] = {
        "SourceImageSequence": Sequence([item]),
        "RequestAttributesSequence": Sequence([request]),
    }
    path.write_bytes(instance(1, **values))
    return path


def test_every_attribute_is_shown_before_and_after_with_code_and_rule(scan: Path) -> None:
    before = snapshot(scan.parent)
    rows = rows_of(scan)
    patient = rows["(0010,0020) PatientID"]
    assert (patient.before, patient.code, patient.words) == ("ZQ-90210", "D", WORDS[Code.D])
    assert patient.after.startswith("S-")
    assert patient.rule
    kept = rows["(0008,0060) Modality"]
    assert (kept.before, kept.code, kept.after) == ("MR", "K", "MR")
    assert all(row.code and row.rule for row in rows.values())
    assert snapshot(scan.parent) == before


def test_nested_attributes_share_the_fate_of_a_sequence_that_goes(scan: Path) -> None:
    rows = rows_of(scan)
    gone = [row for row in rows.values() if row.before == "ZQ head"]
    assert [(row.code, row.after) for row in gone] == [("X", "")]


def test_what_a_run_adds_is_shown(scan: Path) -> None:
    rows = rows_of(scan)
    added = rows["(0012,0062) PatientIdentityRemoved"]
    assert (added.before, added.after) == ("", "YES")
    assert rows["preamble and file meta"].code == "D"


def test_every_property_of_a_photo_is_shown_with_what_becomes_of_it(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x013B] = "Oriana Quillfeather"
    path = tmp_path / "photo.jpg"
    path.write_bytes(jpeg("RGB", exif=exif, comment=b"ZQ comment"))
    rows = rows_of(path)
    assert (rows["Exif.Image.Artist"].before, rows["Exif.Image.Artist"].code) == ("Oriana Quillfeather", "X")
    turn = rows["Exif.Image.Orientation"]
    assert (turn.before, turn.code, turn.after) == ("6", "K", "6")
    assert (rows["Comment"].before, rows["Comment"].code, rows["Comment"].after) == ("ZQ comment", "X", "")
    assert rows["Exif.Image.Artist"].rule


def test_a_file_that_a_run_would_refuse_says_why(tmp_path: Path) -> None:
    path = tmp_path / "scan.dcm"
    path.write_bytes(instance(1, BurnedInAnnotation="YES"))
    inspection = inspect(path, "ps315-basic")
    assert "burned-in" in inspection.refusal
    assert any(row.before == "ZQ-90210" for row in inspection.rows)
    (tmp_path / "notes.txt").write_text("ZQ")
    assert inspect(tmp_path / "notes.txt").refusal


def test_json_holds_what_the_table_shows(scan: Path) -> None:
    inspection = inspect(scan)
    document = inspection.to_json()
    assert document["format"] == "dicom"
    assert len(document["rows"]) == len(inspection.rows)
    names = {"where", "before", "code", "words", "rule", "after", "group", "meaning"}
    assert set(document["rows"][0]) == names


def test_a_path_with_nothing_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="gone"):
        inspect(tmp_path / "gone")


def test_xmp_in_a_png_is_shown_with_the_fate_of_its_chunk(tmp_path: Path) -> None:
    xmp = (
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        '<rdf:Description xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title><rdf:Alt>'
        '<rdf:li xml:lang="x-default">ZQ title</rdf:li></rdf:Alt></dc:title><dc:creator><rdf:Seq>'
        "<rdf:li>ZQ one</rdf:li><rdf:li>ZQ two</rdf:li></rdf:Seq></dc:creator></rdf:Description>"
        "</rdf:RDF></x:xmpmeta>"
    )
    info = PngInfo()
    info.add_itxt("XML:com.adobe.xmp", xmp)
    Image.new("RGB", (4, 4)).save(tmp_path / "photo.png", pnginfo=info)
    rows = rows_of(tmp_path / "photo.png")
    assert (rows["Xmp.dc.title"].before, rows["Xmp.dc.title"].code) == ("ZQ title", "X")
    assert rows["Xmp.dc.creator"].before == "ZQ one; ZQ two"
    assert rows["Xmp.dc.creator"].rule == next(
        row.rule for row in rows.values() if row.where.endswith("iTXt")
    )


def test_a_photo_that_the_reader_of_properties_cannot_read_is_shown_by_its_parts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: object) -> None:
        raise RuntimeError("no image")

    monkeypatch.setattr("pyexiv2.ImageData", fail)
    (tmp_path / "photo").write_bytes(jpeg("RGB", comment=b"ZQ"))
    rows = rows_of(tmp_path / "photo")
    assert rows["COM"].code == "X"
    assert "Comment" not in rows


def test_items_behind_one_that_went_are_compared_with_themselves(tmp_path: Path) -> None:
    def text(code: str, meaning: str, value: str) -> Dataset:
        name, item = Dataset(), Dataset()
        name.CodeValue, name.CodingSchemeDesignator, name.CodeMeaning = code, "DCM", meaning
        item.ValueType, item.ConceptNameCodeSequence, item.TextValue = "TEXT", Sequence([name]), value
        return item

    items = [text("121022", "Accession Number", "ZQ-90210"), text("112039", "Tracking Identifier", "lesion")]
    scan, profile = tmp_path / "scan.dcm", tmp_path / "p.toml"
    scan.write_bytes(instance(1, AcquisitionContextSequence=Sequence(items)))
    profile.write_text("name='p'\n[dicom]\noptions=['clean-structured-content']")
    rows = rows_of(scan, profile=str(profile))
    gone, stays = (rows[f"(0040,0555)[{number}].(0040,A160) TextValue"] for number in (0, 1))
    assert (gone.before, gone.code, gone.after) == ("ZQ-90210", "X", "")
    assert (stays.before, stays.code, stays.after) == ("lesion", "K", "lesion")
