"""What breaks the encoding's rules: mended by pydicom's reading, or refused; nothing gets lost on the way."""

import logging
import warnings
from collections.abc import Callable
from io import BytesIO
from struct import pack

import pytest
from pydicom import Dataset, dcmread
from pydicom.encaps import generate_fragments
from pydicom.uid import UID, ImplicitVRLittleEndian, JPEGBaseline8Bit

from bme_med.core import Action, Code, FileError, Plan, Range, Refusal
from bme_med.dicom.instance import read_instance, read_strictly
from bme_med.verify.tables import load_tables
from tests.oracles.planting import ENCODINGS, encode, small_mr
from tests.oracles.raw import explicit, implicit, item, with_element
from tests.oracles.residue import residue
from tests.oracles.runs import deidentify, plan, policy, without_refusing

UNDER = without_refusing(policy("ps315-basic"))

UNSEEN = "ZQTOKENX"

_UNDEFINED = b"\xff\xff\xff\xff"
_ITEM, _ITEM_END, _SEQUENCE_END = (
    b"\xfe\xff\x00\xe0",
    b"\xfe\xff\x0d\xe0\0\0\0\0",
    b"\xfe\xff\xdd\xe0\0\0\0\0",
)


def _encoded(ds: Dataset, encoding: str = "explicit") -> bytes:
    return encode(ds, ENCODINGS[encoding], load_tables())


def _planned(source: bytes) -> Plan:
    planned = plan(source, UNDER)
    assert isinstance(planned, Plan), planned
    return planned


def _deidentified(source: bytes) -> Dataset:
    output = deidentify(source, UNDER)
    assert isinstance(output, bytes), output
    read_strictly(output)
    return dcmread(BytesIO(output))


def _refused(source: bytes) -> str:
    planned = plan(source, UNDER)
    assert isinstance(planned, Refusal)
    return planned.reason


def _swapped(source: bytes, first: bytes, second: bytes) -> bytes:
    """`source` with two neighbouring pieces changed places."""
    assert first + second in source
    return source.replace(first + second, second + first)


ROWS, COLUMNS = explicit(0x00280010, b"US", b"\2\0"), explicit(0x00280011, b"US", b"\2\0")
PIXELS = explicit(0x7FE00010, b"OW", bytes(range(8)))
THICK = explicit(0x00180050, b"DS", b"1.5 ")

IRREGULAR: dict[str, Callable[[], bytes]] = {
    "an odd length": lambda: with_element(explicit(0x00180050, b"DS", b"1.5")),
    "elements out of order": lambda: _swapped(_encoded(small_mr()), ROWS, COLUMNS),
    "a VR that does not exist": lambda: with_element(explicit(0x00180050, b"ZZ", b"1.5 ")),
    "an implicit element among explicit ones": lambda: with_element(implicit(0x00180050, b"1.5 ")),
    "an element that stands there twice with one value": lambda: with_element(THICK + THICK),
    "text with an undefined length": lambda: with_element(
        b"\x08\0\x04\x01UT\0\0" + _UNDEFINED + b"1.5 " + _SEQUENCE_END
    ),
    "an implicit item in an explicit sequence": lambda: with_element(
        explicit(0x00189114, b"SQ", item(implicit(0x00180050, b"1.5 ")))
    ),
    "an item with delimiters in a sequence of defined length": lambda: with_element(
        explicit(0x00189114, b"SQ", _ITEM + _UNDEFINED + explicit(0x00180050, b"DS", b"1.5") + _ITEM_END)
    ),
    "an odd length beside empty elements in items": lambda: with_element(
        explicit(0x00180050, b"DS", b"1.5")
        + explicit(
            0x00189114, b"SQ", item(explicit(0x00089007, b"CS", b"") + explicit(0x00281050, b"DS", b""))
        )
        + explicit(0x00189115, b"SQ", item(implicit(0x00281050, b"") + implicit(0x00280010, b"")))
        + explicit(
            0x00189117, b"SQ", item(explicit(0x00280010, b"US", b"") + explicit(0x00281202, b"OW", b""))
        )
    ),
    "garbage behind the pixels": lambda: _encoded(small_mr()) + b"garbage that is no element",
    "zero bytes behind an odd value": lambda: with_element(explicit(0x00180050, b"DS", b"1.5")) + bytes(300),
    "a declared encoding that is not the dataset's": lambda: _encoded(small_mr(), "implicit").replace(
        b"UI\x12\x001.2.840.10008.1.2\0", b"UI\x14\x001.2.840.10008.1.2.1\0"
    ),
    "file meta with an element twice": lambda: _encoded(small_mr()).replace(
        b"\2\0\x10\0UI", b"\2\0\x10\0UI\x14\x001.2.840.10008.1.2.1\0\2\0\x10\0UI"
    ),
    "an odd length in big endian": lambda: _encoded(small_mr(), "big endian").replace(
        b"\0\x08\0\x60CS\0\2MR", b"\0\x08\0\x60CS\0\3MR "
    ),
    "a text in the reserved bytes of long lengths": lambda: _encoded(small_mr()).replace(b"OW\0\0", b"OWZQ"),
    "an odd length in implicit VR": lambda: _encoded(small_mr(), "implicit").replace(
        b"\x08\0\x60\0\2\0\0\0MR", b"\x08\0\x60\0\3\0\0\0MR "
    ),
}


@pytest.mark.parametrize("kind", IRREGULAR)
def test_irregular_files_are_mended_and_say_so(kind: str) -> None:
    source = IRREGULAR[kind]()
    with pytest.raises(FileError):
        read_strictly(source)
    planned = _planned(source)
    assert not any(isinstance(piece, Range) for piece in planned.pieces)
    findings = [finding for finding in planned.findings if finding.startswith("read the tolerant way: ")]
    assert len(findings) == 1
    assert Action("main dataset", Code.C, findings[0]) in planned.actions
    output = _deidentified(source)
    assert output.Rows == output.Columns == 2
    assert output.PixelData == bytes(range(8))
    assert output.SOPClassUID == small_mr().SOPClassUID
    assert output.PatientName != small_mr().PatientName


@pytest.mark.parametrize("kind", IRREGULAR)
def test_values_that_stay_keep_their_bytes(kind: str) -> None:
    source = IRREGULAR[kind]()
    instance = read_instance(source)
    assert instance.raw(0x00180050) in (b"", b"1.5 ")
    assert instance.raw(0x7FE00010) == bytes(range(8))


def test_a_mended_file_needs_no_mending_again() -> None:
    for make in IRREGULAR.values():
        output = deidentify(make(), UNDER)
        assert isinstance(output, bytes)
        assert not any("tolerant" in finding for finding in _planned(output).findings)


def test_who_sent_the_file_is_known_where_its_file_meta_is_damaged_too() -> None:
    ds = small_mr()
    ds.add_new(0x00181020, "LO", f"5.0 of {UNSEEN}")
    ds.file_meta.SourceApplicationEntityTitle = UNSEEN
    whole = _encoded(ds)
    assert UNSEEN in whole[:400].decode("latin-1")
    source = whole.replace(b"\2\0\x10\0UI", b"\2\0\x10\0UI\x14\x001.2.840.10008.1.2.1\0\2\0\x10\0UI")
    assert "read the tolerant way: file meta is damaged" in _planned(source).findings[0]
    for one in (whole, source):
        output = deidentify(one, without_refusing(policy("research-longitudinal")))
        assert isinstance(output, bytes)
        assert not residue([UNSEEN], output)


def test_an_implicit_dataset_in_a_compressed_syntax_is_written_with_explicit_vrs() -> None:
    ds = small_mr()
    ds.BitsAllocated = ds.BitsStored = 8
    frame = b"\xff\xd8\xff\xda\0\2pixels\xff\xd9"
    pixels = b"\xe0\x7f\x10\0" + _UNDEFINED + item(b"") + item(frame + b"\0") + _SEQUENCE_END
    del ds.PixelData
    source = _encoded(ds, "implicit").replace(
        b"UI\x12\x001.2.840.10008.1.2\0", b"UI\x16\x001.2.840.10008.1.2.4.50"
    )
    output = _deidentified(source + pixels)
    assert output.file_meta.TransferSyntaxUID == JPEGBaseline8Bit
    assert list(generate_fragments(output.PixelData))[-1].startswith(frame)
    assert output["Rows"].VR == "US"
    assert output.Rows == 2


def test_odd_fragments_are_padded_and_the_offset_table_follows() -> None:
    ds = small_mr()
    del ds.PixelData
    ds.NumberOfFrames = 2
    frames = [pack("<16I", 2, 64, 69, *bytes(13)) + b"\3" + word + b"\xfdz" for word in (b"odd1", b"odd2")]
    assert [len(frame) for frame in frames] == [71, 71]
    table = pack("<2I", 0, 8 + 71)
    head = b"\xe0\x7f\x10\0OB\0\0" + _UNDEFINED
    pixels = head + item(table) + item(frames[0]) + item(frames[1]) + _SEQUENCE_END
    source = _encoded(ds).replace(b"UI\x14\x001.2.840.10008.1.2.1\0", b"UI\x16\x001.2.840.10008.1.2.5\0\0\0")
    output = _deidentified(source + pixels)
    value = output.PixelData
    assert value[:16] == item(pack("<2I", 0, 8 + 72))
    assert value[16:] == item(frames[0] + b"\0") + item(frames[1] + b"\0")


REFUSED: dict[str, tuple[Callable[[], bytes], str]] = {
    "an attribute with two values": (
        lambda: with_element(THICK + explicit(0x00180050, b"DS", b"2.5 ")),
        "says an attribute twice",
    ),
    "two values in an item": (
        lambda: with_element(explicit(0x00189114, b"SQ", item(THICK + explicit(0x00180050, b"DS", b"2.5 ")))),
        "cannot all be told apart",
    ),
    "a sequence of text": (lambda: with_element(explicit(0x00189114, b"SQ", b"no items here   ")), "item"),
    "a sequence that ends within an element": (
        lambda: with_element(explicit(0x00189114, b"SQ", item(THICK)[:-2])),
        "",
    ),
    "a sequence without its delimiter": (
        lambda: with_element(b"\x18\0\x14\x91SQ\0\0" + _UNDEFINED + item(THICK)),
        "",
    ),
    "an item without its delimiter": (
        lambda: with_element(
            b"\x18\0\x14\x91SQ\0\0" + _UNDEFINED + _ITEM + _UNDEFINED + THICK + _SEQUENCE_END
        ),
        "",
    ),
    "garbage where pixels should be": (
        lambda: _encoded(small_mr())[: -len(PIXELS)] + b"garbage that is no element",
        "",
    ),
    "pixels that end too early": (lambda: _encoded(small_mr())[:-2], "reaches beyond its end"),
    "a byte order that is not its syntax's": (
        lambda: _encoded(small_mr(), "big endian").replace(
            b"UI\x14\x001.2.840.10008.1.2.2\0", b"UI\x16\x001.2.840.10008.1.2.4.50"
        ),
        "byte order",
    ),
}


@pytest.mark.parametrize("kind", REFUSED)
def test_what_cannot_be_read_whole_is_refused_with_what_to_do(kind: str) -> None:
    make, message = REFUSED[kind]
    reason = _refused(make())
    assert message in reason
    assert any(advice in reason for advice in ("again from where it came", "export it again", "another tool"))


def test_a_file_cut_at_any_byte_never_comes_out_with_fewer_pixels() -> None:
    source = IRREGULAR["an odd length"]()
    for end in range(132, len(source)):
        output = deidentify(source[:end], UNDER)
        if isinstance(output, bytes):
            assert "PixelData" not in dcmread(BytesIO(output))


def test_bytes_behind_empty_pixels_are_not_taken_for_garbage() -> None:
    empty = _encoded(small_mr()).replace(PIXELS, explicit(0x7FE00010, b"OW", b"") + bytes(range(1, 9)) * 4)
    assert _refused(empty)


def test_what_follows_the_pixels_and_is_no_element_does_not_survive() -> None:
    for tail in (UNSEEN.encode() * 3, b"\0\0\0\0" + UNSEEN.encode(), _encoded(small_mr()), b"\xff" * 9):
        source = _encoded(small_mr()) + tail
        output = deidentify(source, UNDER)
        assert isinstance(output, Refusal) or not residue([UNSEEN, "Quillfeather"], output)


def test_nothing_of_the_file_reaches_a_reason_a_finding_or_the_terminal(
    capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    """Warnings and log lines of pydicom often repeat the value."""
    token = UNSEEN.encode()
    sources = [
        with_element(explicit(0x00080020, b"DA", token + b"1")),
        with_element(explicit(0x00280106, b"US", token + b"1")),
        with_element(explicit(0x00080005, b"CS", token + b"1")),
        with_element(explicit(0x00189114, b"SQ", token * 2)),
        with_element(token * 3),
        _encoded(small_mr())[:400] + token * 40,
        b"\x08\0\x05\0CS\x08\0" + token * 20,
    ]
    with caplog.at_level(logging.DEBUG), warnings.catch_warnings():
        warnings.simplefilter("error")
        for source in sources:
            planned = plan(source, UNDER)
            said = (
                planned.reason if isinstance(planned, Refusal) else str((planned.findings, planned.actions))
            )
            assert UNSEEN not in said
            for at in range(0, len(UNSEEN), 4):  # as a tag
                tag = token[at : at + 4]
                assert f"({tag[1::-1].hex().upper()},{tag[:1:-1].hex().upper()})" not in said
    assert "".join(capfd.readouterr()) == ""
    assert UNSEEN not in caplog.text


@pytest.mark.parametrize("depth", [33, 64, 99])
@pytest.mark.parametrize("undefined", [False, True])
def test_deep_nesting_is_followed_and_cleaned(depth: int, undefined: bool) -> None:
    content = explicit(0x00080080, b"LO", UNSEEN.encode())
    for _ in range(depth):
        if undefined:
            content = _ITEM + _UNDEFINED + content + _ITEM_END
            content = b"\x18\0\x14\x91SQ\0\0" + _UNDEFINED + content + _SEQUENCE_END
        else:
            content = explicit(0x00189114, b"SQ", item(content))
    for source in (with_element(content), with_element(content + explicit(0x0018A001, b"LO", b"odd"))):
        output = deidentify(source, policy("hipaa-safe-harbor"))
        assert isinstance(output, bytes)
        assert not residue([UNSEEN], output)


@pytest.mark.parametrize("depth", [101, 300, 5000])
def test_deeper_nesting_than_that_is_refused(depth: int) -> None:
    opening = b"\x18\0\x14\x91SQ\0\0" + _UNDEFINED + _ITEM + _UNDEFINED
    closing = _ITEM_END + _SEQUENCE_END
    assert "nested deeper" in _refused(with_element(opening * depth + closing * depth))


def test_a_large_file_is_not_mended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bme_med.dicom.tolerant.MAX_COPY_BYTES", 100)
    assert "convert it with another tool" in _refused(IRREGULAR["an odd length"]())


def test_a_file_of_more_items_than_any_instance_is_not_mended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bme_med.dicom.part10._MAX_ITEMS", 3)
    items = explicit(0x00189114, b"SQ", item(b"") * 4)
    assert "more sequence items" in _refused(with_element(explicit(0x00180050, b"DS", b"1.5") + items))


def test_without_pydicom_nothing_is_mended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "pydicom.filebase", None)
    assert "not installed" in _refused(IRREGULAR["an odd length"]())


def test_the_declared_syntax_gives_way_to_the_one_found() -> None:
    source = _encoded(small_mr(), "explicit").replace(
        b"UI\x14\x001.2.840.10008.1.2.1\0", b"UI\x12\x001.2.840.10008.1.2\0"
    )
    assert _deidentified(source).file_meta.TransferSyntaxUID == UID("1.2.840.10008.1.2.1")
    source = IRREGULAR["a declared encoding that is not the dataset's"]()
    assert _deidentified(source).file_meta.TransferSyntaxUID == ImplicitVRLittleEndian
