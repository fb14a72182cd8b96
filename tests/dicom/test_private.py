"""Private attributes under the Retain Safe Private Option and a site's own list (PS3.15, E.3.10)."""

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pydicom
import pytest
from pydicom import DataElement, Dataset, FileDataset
from pydicom.dataelem import RawDataElement
from pydicom.dataset import PrivateBlock
from pydicom.sequence import Sequence
from pydicom.tag import Tag

from bme_med.core import Code, FileError, splice
from bme_med.core.resources import read_table
from bme_med.dicom import plan
from tests.dicom.making import encoded, mr_instance, planned, policy_of
from tests.oracles.raw import explicit as raw_explicit
from tests.oracles.raw import implicit as raw_implicit
from tests.oracles.runs import CORPUS

_SAFE = "name='p'\nextends=['ps315-basic', 'option-retain-safe-private']\n"
_SIEMENS, _GE, _PHILIPS = "SIEMENS MR HEADER", "GEMS_PARM_01", "Philips Imaging DD 001"
_LISTED = {
    (row["private_creator"], int(row["tag_pattern"][1:5], 16), int(row["tag_pattern"][8:10], 16))
    for row in read_table("safe_private.csv")
}

both_encodings = pytest.mark.parametrize("explicit", [True, False])


def _output(ds: FileDataset, text: str = _SAFE) -> FileDataset:
    return planned(encoded(ds), text)[1]


def _private(ds: Dataset) -> dict[str, object]:
    """Private elements at the top, by their tag."""
    return {f"{e.tag:08X}": e.value for e in ds if e.tag.is_private}


def _block(ds: Dataset, group: int, creator: str) -> PrivateBlock:
    return ds.private_block(group, creator, create=True)


def _raw_block(ds: Dataset, creator_tag: int, creator: str) -> None:
    ds.add_new(creator_tag, "LO", creator)


@both_encodings
def test_what_the_table_lists_stays_with_its_creator_and_all_else_goes(explicit: bool) -> None:
    ds = mr_instance(explicit=explicit)
    siemens = _block(ds, 0x0019, _SIEMENS)
    siemens.add_new(0x0C, "IS", "1000")
    siemens.add_new(0x0E, "FD", [0.5, 0.25, 1.0])
    siemens.add_new(0x08, "LO", "not in the table")
    _block(ds, 0x0029, "SIEMENS CSA HEADER").add_new(0x10, "OB", b"Quillfeather")
    out = _output(ds)
    assert _private(out) == {"00190010": _SIEMENS, "0019100C": 1000, "0019100E": [0.5, 0.25, 1.0]}
    assert "113111" in {item.CodeValue for item in out.DeidentificationMethodCodeSequence}


def test_a_block_may_sit_anywhere_and_one_creator_may_have_two() -> None:
    ds = mr_instance()
    for block, value in ((0x11, "1"), (0xF3, "2")):
        _raw_block(ds, 0x00190000 | block, _SIEMENS)
        ds.add_new(0x00190000 | block << 8 | 0x0C, "IS", value)
        ds.add_new(0x00190000 | block << 8 | 0x99, "LO", "Quillfeather")
    assert _private(_output(ds)) == {
        "00190011": _SIEMENS, "001900F3": _SIEMENS, "0019110C": 1, "0019F30C": 2,
    }  # fmt: skip


def test_a_creator_counts_in_its_own_block_and_group_only() -> None:
    ds = mr_instance()
    _raw_block(ds, 0x00190010, _SIEMENS)
    _raw_block(ds, 0x00190011, "QUILLFEATHER")
    ds.add_new(0x0019110C, "IS", "1")  # the other creator's
    ds.add_new(0x0019120C, "IS", "2")  # nobody's
    ds.add_new(0x0021100C, "IS", "3")  # of a group without creators
    assert _private(_output(ds)) == {}


@pytest.mark.parametrize(
    "creator",
    ["Siemens MR Header", "SIEMENS  MR HEADER", "SIEMENS MR HEADER\\ZQ", "SIEMENS MR HEADER ZQ", ""],
)
def test_a_creator_that_is_not_the_tables_letter_for_letter_is_unknown(creator: str) -> None:
    ds = mr_instance()
    _raw_block(ds, 0x00190010, creator)
    ds.add_new(0x0019100C, "IS", "1")
    assert _private(_output(ds)) == {}


@pytest.mark.parametrize("creator", ["SIEMENS MR HEADER ", " SIEMENS MR HEADER", "SIEMENS MR HEADER\0"])
def test_padding_of_a_creator_means_nothing(creator: str) -> None:
    ds = mr_instance()
    _raw_block(ds, 0x00190010, creator)
    ds.add_new(0x0019100C, "IS", "1")
    assert set(_private(_output(ds))) == {"00190010", "0019100C"}


def test_a_creator_of_another_item_or_of_what_encloses_it_counts_for_nothing() -> None:
    ds = mr_instance()
    _block(ds, 0x0019, _SIEMENS).add_new(0x0C, "IS", "1")
    inner = Dataset()
    inner.add_new(0x0019100C, "IS", "2")
    ds.MREchoSequence = Sequence([inner])
    assert _private(_output(ds).MREchoSequence[0]) == {}


def test_a_block_of_which_nothing_is_left_takes_its_creator_along() -> None:
    ds = mr_instance()
    _raw_block(ds, 0x00190010, _SIEMENS)  # empty from the start
    _raw_block(ds, 0x00190011, _SIEMENS)
    ds.add_new(0x0019110C, "LO", "Quillfeather")  # no IS, as the table wants it
    _raw_block(ds, 0x20010010, _PHILIPS)
    ds[0x20011008] = RawDataElement(Tag(0x20011008), "IS", 2, b"ZQ", 0, False, True)  # no number
    ds.add_new(0x200110C1, "LO", "Quillfeather")  # nothing but a name
    assert _private(_output(ds)) == {}


@both_encodings
def test_private_sequences_are_cleaned_inside(explicit: bool) -> None:
    ds = mr_instance(explicit=explicit)
    inner = Dataset()
    inner.PatientName = "Quillfeather^Oriana"
    inner.InstitutionName = "Sonnblick"
    inner.Manufacturer = "for Quillfeather"
    inner.StudyDate = "20240229"
    inner.ReferencedSOPInstanceUID = "1.2.3.4.5"
    _block(inner, 0x2001, _PHILIPS).add_new(0x2D, "SS", 7)
    _block(inner, 0x2001, "QUILLFEATHER").add_new(0x01, "LO", "Quillfeather")
    _block(ds, 0x2001, _PHILIPS).add_new(0x5F, "SQ", Sequence([inner]))
    made, out = planned(encoded(ds), _SAFE)
    item = out[0x2001105F].value[0]
    assert _private(item) == {"20010010": _PHILIPS, "2001102D": 7}
    assert item.PatientName == made.fields["PatientID"]
    assert item.Manufacturer == "for"
    assert item.ReferencedSOPInstanceUID == out.SOPInstanceUID
    assert item.StudyDate == "" or "StudyDate" not in item
    assert "InstitutionName" not in item


@both_encodings
def test_a_private_sequence_in_un_is_cleaned_inside(explicit: bool) -> None:
    item = _implicit(0x00100010, b"Quillfeather") + _implicit(0x00181030, b"kept")
    value = b"\xfe\xff\x00\xe0" + len(item).to_bytes(4, "little") + item
    ds = mr_instance(explicit=explicit)
    _block(ds, 0x2001, _PHILIPS).add_new(0x5F, "UN", value)
    text = _SAFE + "[dicom.attributes]\nProtocolName='K'"
    read = _output(ds, text)[0x2001105F]
    assert read.VR == "SQ"
    assert b"Quillfeather" not in encoded(_output(ds, text))
    assert read.value[0].ProtocolName == "kept"


def _implicit(tag: int, value: bytes) -> bytes:
    head = (tag >> 16).to_bytes(2, "little") + (tag & 0xFFFF).to_bytes(2, "little")
    return head + len(value).to_bytes(4, "little") + value


_VALUES = "'(0099,xx01) ACME'='K'\n" + "".join(f"'(0099,xx{n:02X}) ACME'='K'\n" for n in range(2, 12))


def _of_every_vr() -> FileDataset:
    ds = mr_instance()
    block = _block(ds, 0x0099, "ACME")
    for number, (vr, value) in enumerate(
        [
            ("DA", "20240301"),
            ("DT", "20240301101500"),
            ("TM", "101500"),
            ("UI", "1.2.3.4.5"),
            ("PN", "Vole^Ada"),
            ("LO", "seen by Vole, Quillfeather"),
            ("AE", "ZQSITE"),
            ("UR", "http://zq.example"),
            ("CS", "BRAIN"),
            ("DS", "1.5"),
            ("AS", "093Y"),
        ],
        start=1,
    ):
        block.add_new(number, vr, value)
    return ds


@pytest.mark.parametrize(
    ("dates", "expected"),
    [
        ("remove", {}),
        ("year", {"00991001": "20240101", "00991002": "2024"}),
        ("shift", {"00991003": "101500"}),
    ],
)
def test_dates_uids_names_and_text_follow_the_policies_of_standard_attributes(
    dates: str, expected: dict[str, str]
) -> None:
    base = "name='p'\nextends='ps315-basic'\n"
    out = _output(_of_every_vr(), f"{base}[dates]\npolicy='{dates}'\n[dicom.attributes]\n{_VALUES}")
    left = {tag: str(value) for tag, value in _private(out).items()}
    if dates == "shift":
        shifted = left.pop("00991001")
        assert shifted != "20240301"
        assert left.pop("00991002") == f"{shifted}101500"
    assert left == {
        "00990010": "ACME",
        "00991004": out.SOPInstanceUID,
        "00991006": "seen by",
        "00991009": "BRAIN",
        "0099100A": "1.5",
        "0099100B": "090Y" if dates == "year" else "093Y",
        **expected,
    }


def test_a_vr_that_the_file_does_not_say_is_looked_up_by_creator() -> None:
    ds = mr_instance(explicit=False)
    block = _block(ds, 0x0019, _SIEMENS)
    block.add_new(0x0C, "IS", "1000")
    block.add_new(0x0D, "CS", "Quillfeather")
    acme = _block(ds, 0x0099, "ACME")
    acme.add_new(0x01, "LO", "nobody knows its VR")
    out = _output(ds, f"{_SAFE}[dicom.attributes]\n'(0099,xx01) ACME'='K'")
    assert _private(out) == {"00190010": _SIEMENS, "0019100C": 1000}


def test_a_private_date_that_the_file_calls_un_is_read_as_a_date() -> None:
    ds = mr_instance(explicit=False)
    _block(ds, 0x0009, "GEMS_IDEN_01").add_new(0xE3, "UI", "1.2.3.4.5")
    _block(ds, 0x0011, "SPI RELEASE 1").add_new(0x10, "LO", "Quillfeather at work")
    _block(ds, 0x0019, "GEMS_ACQU_01").add_new(0x9D, "DT", "20240301101500")
    _block(ds, 0x0021, "BRIT Systems, Inc.").add_new(0x34, "DA", "2024.03.01")
    lines = "".join(
        f"'{name}'='K'\n"
        for name in (
            "(0009,xxE3) GEMS_IDEN_01",
            "(0011,xx10) SPI RELEASE 1",
            "(0019,xx9D) GEMS_ACQU_01",
            "(0021,xx34) BRIT Systems, Inc.",
        )
    )
    base = "name='p'\nextends='ps315-basic'\n[dates]\npolicy='year'\n[dicom.attributes]\n"
    left = _private(_output(ds, base + lines))
    assert {tag: str(value).strip() for tag, value in left.items() if tag[4:6] != "00"} == {
        "000910E3": str(_output(ds).SOPInstanceUID),
        "00111010": "at work",
        "0019109D": "2024",
        "00211034": "20240101",
    }


def test_bytes_stay_only_where_the_list_says_that_they_are_bytes() -> None:
    ds = mr_instance()
    hologic = _block(ds, 0x7E01, "HOLOGIC, Inc.")
    hologic.add_new(0x12, "OB", b"\1\2\3\4")
    hologic.add_new(0x01, "OB", b"Quillfeather")  # LO in the table
    siemens = _block(ds, 0x0119, "SIEMENS Ultrasound SC2000")
    siemens.add_new(0x11, "OB", b"Quillfeather")  # the table gives no VR
    _block(ds, 0x0019, _SIEMENS).add_new(0x0E, "OB", b"Quillfeather")  # FD in the table
    assert _private(_output(ds)) == {"7E010010": "HOLOGIC, Inc.", "7E011012": b"\1\2\3\4"}


def test_a_site_vouches_for_bytes_by_naming_them() -> None:
    ds = mr_instance()
    _block(ds, 0x0099, "ACME").add_new(0x01, "OB", b"\1\2")
    text = "name='p'\nextends='ps315-basic'\n[dicom.attributes]\n'(0099,xx01) ACME'='K'"
    assert _private(_output(ds, text))["00991001"] == b"\1\2"


def test_a_number_that_is_longer_than_the_table_says_is_no_number() -> None:
    ds = mr_instance()
    block = _block(ds, 0x2001, _PHILIPS)
    block.add_new(0x01, "FL", 1.5)
    block.add_new(0x03, "FL", [1.5, 2.5, 3.5])  # VM 1 in the table
    assert _private(_output(ds)) == {"20010010": _PHILIPS, "20011001": 1.5}


def test_a_site_removes_empties_and_replaces_private_attributes_too() -> None:
    ds = mr_instance(explicit=False)
    block = _block(ds, 0x0019, _SIEMENS)
    block.add_new(0x0C, "IS", "1000")
    block.add_new(0x0D, "CS", "DIRECTIONAL")
    block.add_new(0x0E, "FD", [0.5, 0.25, 1.0])
    lines = ("xx0C) SIEMENS MR HEADER'='D'", "xx0D) SIEMENS MR HEADER'='Z'", "xx0E) SIEMENS MR HEADER'='X'")
    out = _output(ds, _SAFE + "[dicom.attributes]\n" + "\n".join(f"'(0019,{line}" for line in lines))
    assert _private(out) == {"00190010": _SIEMENS, "0019100C": 0, "0019100D": ""}


def _declaration(status: str, **more: object) -> Dataset:
    item = Dataset()
    item.PrivateGroupReference = 0x0019
    item.PrivateCreatorReference = _SIEMENS
    item.BlockIdentifyingInformationStatus = status
    for keyword, value in more.items():
        setattr(item, keyword, value)
    return item


def _recommended(code: str, *elements: int) -> Sequence:
    item = Dataset()
    item.IdentifyingPrivateElements = list(elements)
    item.DeidentificationAction = code
    return Sequence([item])


@both_encodings
@pytest.mark.parametrize(
    ("declaration", "left"),
    [
        (_declaration("SAFE"), {"0019100C", "0019100D"}),
        (_declaration("UNSAFE"), set()),
        (_declaration("MIXED", NonidentifyingPrivateElements=[0x0D]), {"0019100D"}),
        (_declaration("SAFE", DeidentificationActionSequence=_recommended("X", 0x0C)), {"0019100D"}),
        (
            _declaration("SAFE", DeidentificationActionSequence=_recommended("Z", 0x0C, 0x0D)),
            {"0019100C", "0019100D"},
        ),
    ],
)
def test_what_the_file_calls_identifying_goes_and_what_it_calls_safe_stays_only_by_the_table(
    explicit: bool, declaration: Dataset, left: set[str]
) -> None:
    ds = mr_instance(explicit=explicit)
    ds.PrivateDataElementCharacteristicsSequence = Sequence([declaration])
    block = _block(ds, 0x0019, _SIEMENS)
    block.add_new(0x0C, "IS", "1000")
    block.add_new(0x0D, "CS", "DIRECTIONAL")
    block.add_new(0x99, "LO", "called safe, but not in the table")
    out = _output(ds)
    assert set(_private(out)) - {"00190010"} == left
    assert "PrivateDataElementCharacteristicsSequence" not in out
    if "DeidentificationActionSequence" in declaration and "0019100C" in left:
        assert out[0x0019100C].value in (None, "")


def test_the_description_of_private_blocks_goes_where_they_go() -> None:
    ds = mr_instance()
    ds.PrivateDataElementCharacteristicsSequence = Sequence([_declaration("SAFE")])
    assert "PrivateDataElementCharacteristicsSequence" not in _output(ds, "name='p'\nextends='ps315-basic'")


def _files() -> Iterator[Path]:
    """Files with private blocks of many makers, a few of each folder."""
    pydicom_files = Path(pydicom.__file__).parent / "data" / "test_files"
    yield from (pydicom_files / name for name in ("CT_small.dcm", "MR_small.dcm", "nested_priv_SQ.dcm"))
    for folder in sorted((CORPUS / "dicom").glob("*")):
        files = sorted(path for path in folder.rglob("*") if path.is_file() and path.suffix in ("", ".dcm"))
        yield from files[:: max(1, len(files) // 6)]


def _places(ds: Dataset, prefix: str = "") -> Iterator[tuple[str, str, DataElement]]:
    """Every private element with its place and creator."""
    for element in ds:
        place = f"{prefix}{element.tag:08X}"
        if element.tag.is_private and element.tag.element > 0xFF:
            creator = ds.get(element.tag.group << 16 | element.tag.element >> 8)
            yield place, str(creator.value).strip() if creator else "", element
        if element.VR == "SQ":
            for number, item in enumerate(element.value):
                yield from _places(item, f"{place}[{number}].")


def _number_of(element: DataElement) -> tuple[int, int]:
    return element.tag.group, element.tag.element & 0xFF


def test_real_blocks_keep_what_the_table_lists_with_its_value_and_nothing_else() -> None:
    """Values of plain numbers and codes are compared; text and sequences are judged by their presence."""
    makers = set()
    seen = 0
    for path in _files():
        text = _SAFE + "[dicom]\nstructured-reports='empty'\n[pixels]\nburned-in='keep'"
        source = path.read_bytes()
        try:
            _, out = planned(source, text)
        except FileError:
            continue
        before = pydicom.dcmread(BytesIO(source), force=True)
        left = {place: element for place, _, element in _places(out)}
        for place, creator, element in _places(out):
            assert (creator, *_number_of(element)) in _LISTED, (path, place)
        for place, creator, element in _places(before):
            around = place.rpartition("[")[0]
            is_number = element.VR in ("FL", "FD", "SS", "SL", "US", "UL")
            is_listed = (creator, *_number_of(element)) in _LISTED
            if is_number and is_listed and (not around or around in left):
                assert left[place].value == element.value, (path, place)
                makers.add(creator)
                seen += 1
    assert seen > 2
    if CORPUS.exists():
        assert {"GEMS_HELIOS_01", _PHILIPS} <= makers
        assert seen > 100


def test_kept_parts_say_by_which_table_they_stay() -> None:
    ds = mr_instance()
    _block(ds, 0x0043, _GE).add_new(0x39, "IS", ["1000", "8", "0", "0"])
    made, _ = planned(encoded(ds), _SAFE)
    kept = [a for a in made.actions if a.where.startswith("(0043") and a.code is Code.K]
    assert [action.where for action in kept] == ["(0043,0010)", "(0043,1039)"]
    assert "PS3.15 Table E.3.10-1" in kept[1].rule


_MAKERS = {
    "dcm_qa_uih": {"(0065,xx09) Image Private Header", "(0065,xx37) Image Private Header"},
    "dcm_qa_canon_61": {"(700D,xx05) CANON_MEC_MR3", "(700D,xx14) CANON_MEC_MR3^10"},
}


@pytest.mark.parametrize("folder", _MAKERS)
def test_makers_that_the_table_does_not_know_keep_what_the_site_lists_and_nothing_else(folder: str) -> None:
    files = sorted(path for path in (CORPUS / "dicom" / folder).rglob("*") if path.suffix == ".dcm")
    if not files:
        pytest.skip("the corpus does not lie beside the checkout")
    lines = "".join(f"'{line}'='K'\n" for line in _MAKERS[folder])
    for path in files[::10]:
        source = path.read_bytes()
        assert list(_places(planned(source, _SAFE)[1])) == []
        before = {place: element.value for place, _, element in _places(pydicom.dcmread(BytesIO(source)))}
        left = list(_places(planned(source, f"{_SAFE}[dicom.attributes]\n{lines}")[1]))
        for place, creator, element in left:
            assert (
                f"({element.tag.group:04X},xx{element.tag.element & 0xFF:02X}) {creator}" in _MAKERS[folder]
            )
            assert element.value == before[place]
        assert len(left) == len(_MAKERS[folder])


def test_a_private_sequence_that_a_site_lists_is_cleaned_inside_in_real_files() -> None:
    files = sorted(path for path in (CORPUS / "dicom" / "dcm_qa_uih").rglob("*.dcm"))
    if not files:
        pytest.skip("the corpus does not lie beside the checkout")
    source = files[0].read_bytes()
    text = f"{_SAFE}[dicom.attributes]\n'(0065,xx51) Image Private Header'='K'"
    before, out = pydicom.dcmread(BytesIO(source)), planned(source, text)[1]
    (element,) = [e for e in out if e.tag.is_private and e.tag.element > 0xFF]
    assert len(element.value) == len(before[element.tag].value) > 1
    assert [place for place, _, _ in _places(out) if "." in place] == []
    assert not any(item.get("AcquisitionDate") or item.get("AcquisitionTime") for item in element.value)


_NAME = b"Quillfeather"


def _planted(row: dict[str, str], vr: str, *, explicit: bool) -> bytes:
    """A file with the patient's name as the value of one attribute of the table."""
    group, low = int(row["tag_pattern"][1:5], 16), int(row["tag_pattern"][8:10], 16)
    creator = row["private_creator"].encode() + b" " * (len(row["private_creator"]) % 2)
    tags = group << 16 | 0x0010, group << 16 | 0x1000 | low
    if explicit:
        raw = raw_explicit(tags[0], b"LO", creator) + raw_explicit(tags[1], vr.encode(), _NAME)
    else:
        raw = raw_implicit(tags[0], creator) + raw_implicit(tags[1], _NAME)
    ds = mr_instance(explicit=explicit)
    whole = encoded(ds)
    after = next(int(element.tag) for element in ds if element.tag > tags[0])
    at = whole.index((after >> 16).to_bytes(2, "little") + (after & 0xFFFF).to_bytes(2, "little"), 132)
    return whole[:at] + raw + whole[at:]


_VRS = ("LO", "FL", "implicit")
_NIGHTLY_VRS = tuple(pytest.param(vr, marks=pytest.mark.nightly) for vr in ("UN", "OB", "UT", "IS"))


@pytest.mark.parametrize("vr", [*_VRS, *_NIGHTLY_VRS])
def test_no_name_survives_in_any_attribute_that_the_table_lists(vr: str) -> None:
    """Every row with the patient's name as its value: bytes and numbers as well."""
    under = policy_of(_SAFE)
    rows = read_table("safe_private.csv")
    assert len(rows) > 400
    for row in rows:
        source = _planted(row, vr, explicit=vr != "implicit")
        assert source.count(_NAME) == 2
        output = splice(plan(source, under).pieces, source)
        assert _NAME not in output, row["tag_pattern"]
        is_replaced = row["vr"] == "UI" and vr in ("UN", "implicit")  # by a UID
        assert (row["private_creator"].encode() in output) is is_replaced, row["tag_pattern"]
