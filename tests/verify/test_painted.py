"""Outputs whose pixels were painted over: as the engine makes them no finding, spoilt ones found."""

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from pydicom import Dataset
from pydicom.encaps import encapsulate, encapsulate_extended
from pydicom.uid import (
    UID,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    HTJ2KLossless,
    ImplicitVRLittleEndian,
)

from bme_med.core import Plan, Policy, splice
from bme_med.core.boxes import BoxRule, BoxSpec
from bme_med.dicom import plan
from bme_med.verify.audits import told_of
from bme_med.verify.dicom import DicomJudge
from bme_med.verify.findings import Check, Problem
from bme_med.verify.judged import Told
from bme_med.verify.painted import mcu_of
from tests.dicom.making import encoded, mr_instance, policy_of
from tests.photo.making import jpeg
from tests.pixels.coding import JPEGS, KINDS, SYNTAXES, coded_by_another, instance, samples_of
from tests.verify.sabotage import edited

BOX = "12,10,28,20@2"
RETAINED = '[dicom]\noptions = ["retain-uids"]\n'


def under(keys: str = "", *, is_drawn: bool = True) -> Policy:
    policy = policy_of('name = "p"\nextends = "ps315-basic"\n' + keys)
    rule = BoxRule("drawn", (), (BoxSpec.parse(BOX),))
    return replace(policy, boxes=(rule,)) if is_drawn else policy


def told_by(made: Plan) -> Told:
    lines = [{"where": one.where, "code": str(one.code), "rule": one.rule} for one in made.actions]
    return told_of({"actions": lines})


def problems_of(
    source: bytes, policy: Policy, spoil: Callable[[Dataset], object] | None = None
) -> list[Problem]:
    """What the check says of what the engine makes of `source`, spoilt."""
    made = plan(source, policy)
    output = splice(made.pieces, source)
    if spoil:
        output = edited(output, spoil)
    return [*DicomJudge(policy.profile).judge(output, source, told_by(made)).problems]


def compressed(syntax: str, kind: str, folder: Path, *, is_extended: bool = False) -> bytes:
    coded = [
        coded_by_another(syntax, samples_of(KINDS[kind], seed), KINDS[kind], folder) for seed in (1, 2, 3)
    ]
    frames = [codestream for codestream, _ in coded]
    ds = instance(encapsulate(frames), replace(coded[0][1], frames=3))
    ds.NumberOfFrames = 3
    if is_extended:
        ds.PixelData, ds.ExtendedOffsetTable, ds.ExtendedOffsetTableLengths = encapsulate_extended(frames)
    told, written = ds.file_meta.TransferSyntaxUID, HTJ2KLossless  # pydicom writes no JPEG XL
    if syntax.startswith("jpeg-xl"):
        ds.file_meta.TransferSyntaxUID = written
    return encoded(ds).replace(written.encode(), told.encode())


@cache
def native(syntax: str = ExplicitVRLittleEndian) -> bytes:
    """Three frames, and much that tells of their pixels."""
    form = KINDS["12u"]
    order = ">" if syntax == ExplicitVRBigEndian else "<"
    frames = [samples_of(form, seed) for seed in (1, 2, 3)]
    ds = instance(b"".join(frame.astype(frame.dtype.newbyteorder(order)).tobytes() for frame in frames), form)
    ds.NumberOfFrames = 3
    ds.file_meta.TransferSyntaxUID = UID(syntax)
    ds.ImageType = ["ORIGINAL", "PRIMARY", "M"]
    ds.SmallestImagePixelValue, ds.LargestImagePixelValue = 3, 77
    ds.set_original_encoding(syntax == ImplicitVRLittleEndian, order == "<")
    return encoded(ds)


@pytest.mark.parametrize("keys", ["", RETAINED])
@pytest.mark.parametrize("syntax", [ExplicitVRLittleEndian, ImplicitVRLittleEndian, ExplicitVRBigEndian])
def test_native_frames_with_a_box_are_no_finding(syntax: str, keys: str) -> None:
    assert problems_of(native(syntax), under(keys)) == []


CODED = [
    (syntax, kind)
    for kind in ("8u", "12u", "even")
    for syntax in (*SYNTAXES, *JPEGS)
    if ((KINDS[kind].stored == 12) == (syntax == "extended") or syntax not in JPEGS)
    and (syntax, kind) != ("jpeg-ls-near", "even")
]


@pytest.mark.parametrize(("syntax", "kind"), CODED)
def test_compressed_frames_with_a_box_are_no_finding(syntax: str, kind: str, tmp_path: Path) -> None:
    assert problems_of(compressed(syntax, kind, tmp_path), under()) == []


def test_bits_without_value_that_show_through_a_box_are_found() -> None:
    def spoil(ds: Dataset) -> None:
        values = np.frombuffer(ds.PixelData, "<u2").reshape(3, ds.Rows, ds.Columns).copy()
        values[1, 12, 15] |= 0x8000
        ds.PixelData = values.tobytes()

    (problem,) = problems_of(native(), under(), spoil)
    assert "not one value" in problem.problem


def test_extended_offset_tables_that_are_not_true_are_found(tmp_path: Path) -> None:
    source = compressed("rle", "8u", tmp_path, is_extended=True)
    assert problems_of(source, under()) == []
    for tag in (0x7FE00001, 0x7FE00002):

        def spoil(ds: Dataset, tag: int = tag) -> None:
            ds[tag].value = b"Quillfeather Ori" + bytes(8)

        assert "Extended Offset Table" in problems_of(source, under(), spoil)[0].problem


def test_frames_that_became_native_are_no_finding(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from bme_med.pixels import encapsulated

    monkeypatch.setattr(encapsulated, "_encoded", lambda *_: None)
    for syntax, kind in (("jpeg-ls-near", "8u"), ("jpeg-2000", "even"), ("jpeg-2000", "12u")):
        assert problems_of(compressed(syntax, kind, tmp_path), under()) == []


SPOILT: dict[str, tuple[str, Callable[[Dataset], object]]] = {
    "the old instance": ("(0008,0018)", lambda ds: setattr(ds, "SOPInstanceUID", "1.2.3.4.5")),
    "pixels that are called original": (
        "(0008,0008)",
        lambda ds: setattr(ds, "ImageType", ["ORIGINAL", "PRIMARY", "M"]),
    ),
    "another way that it was derived": (
        "(0008,2111)",
        lambda ds: setattr(ds, "DerivationDescription", "Quillfeather was here"),
    ),
    "another image type": ("(0008,0008)", lambda ds: setattr(ds, "ImageType", ["DERIVED", "PRIMARY", "Q"])),
    "the smallest value": ("(0028,0106)", lambda ds: ds.add_new(0x00280106, "US", 3)),
    "another photometric interpretation": (
        "(0028,0004)",
        lambda ds: setattr(ds, "PhotometricInterpretation", "MONOCHROME1"),
    ),
    "a planar configuration": ("(0028,0006)", lambda ds: setattr(ds, "PlanarConfiguration", 1)),
    "a lossy history that never was": ("(0028,2110)", lambda ds: setattr(ds, "LossyImageCompression", "00")),
    "text that is said to be there": ("(0028,0301)", lambda ds: setattr(ds, "BurnedInAnnotation", "YES")),
    "no word on text": ("(0028,0301)", lambda ds: ds.__delitem__("BurnedInAnnotation")),
    "no code of clean pixels": ("(0012,0064)", lambda ds: ds.DeidentificationMethodCodeSequence.pop()),
    "a pixel outside": ("(7FE0,0010)", lambda ds: setattr(ds, "PixelData", ds.PixelData[:-2] + b"\1\1")),
}


@pytest.mark.parametrize("keys", ["", RETAINED])
@pytest.mark.parametrize("what", SPOILT)
def test_what_does_not_follow_from_painting_is_found(what: str, keys: str) -> None:
    place, spoil = SPOILT[what]
    assert place in {problem.place for problem in problems_of(native(), under(keys), spoil)}


def test_clean_pixels_that_no_audit_tells_of_are_found() -> None:
    """A box alone is not enough: what may be text can be left beside it."""
    source, policy = native(), under()
    made = plan(source, policy)
    told = replace(told_by(made), were_pixels_cleaned=False)
    problems = DicomJudge(policy.profile).judge(splice(made.pieces, source), source, told).problems
    marks = {problem.place for problem in problems if problem.check is Check.MARKS}
    assert marks == {"(0012,0064)", "(0028,0301)"}


DIGESTED = [
    ("native", ""),
    ("rle", "8u"),
    ("jpeg-2000", "12u"),
    ("baseline", "even"),
    ("jpeg-xl-of-jpeg", "8u"),
]


@pytest.mark.parametrize(("syntax", "kind"), DIGESTED)
@pytest.mark.parametrize("with_source", [True, False])
def test_a_digest_that_is_not_that_of_the_pixels_is_found(
    syntax: str, kind: str, with_source: bool, tmp_path: Path
) -> None:
    source, policy = compressed(syntax, kind, tmp_path) if kind else native(), under()
    made = plan(source, policy)
    output, told = splice(made.pieces, source), told_by(made)
    assert told.outside
    forged = replace(told, outside=told.outside._replace(digest="0" * 64))
    judge = DicomJudge(policy.profile)
    assert judge.judge(output, None, told).problems == ()
    (problem,) = judge.judge(output, source if with_source else None, forged).problems
    assert (problem.place, problem.check) == ("(7FE0,0010)", Check.AUDIT)


def test_a_pixel_that_changed_is_found_without_the_source() -> None:
    made = plan(native(), under())
    output = edited(splice(made.pieces, native()), lambda ds: setattr(ds, "PixelData", turned_in(ds, 1)))
    (problem,) = DicomJudge(under().profile).judge(output, None, told_by(made)).problems
    assert problem.check is Check.AUDIT


@pytest.mark.parametrize(("row", "column"), [(10, 12), (29, 39), (15, 20)])
def test_a_region_that_is_not_covered_whole_is_found_without_the_source(row: int, column: int) -> None:
    made = plan(native(), under())
    at = row * KINDS["12u"].columns + column
    output = edited(splice(made.pieces, native()), lambda ds: setattr(ds, "PixelData", turned_in(ds, at)))
    (problem,) = DicomJudge(under().profile).judge(output, None, told_by(made)).problems
    assert problem.check is Check.PIXELS


def turned_in(ds: Dataset, at: int) -> bytes:
    """The pixels with one of the second frame changed."""
    values = np.frombuffer(ds.PixelData, "<u2").reshape(3, -1).copy()
    values[1, at] ^= 1
    return values.tobytes()


def test_units_of_a_jpeg_are_read_of_its_frame_header() -> None:
    assert mcu_of(jpeg()) in {(8, 8), (16, 16)}
    assert mcu_of(b"\xff\xd8\xff\xd9") == (1, 1)


def test_an_instance_without_a_box_is_judged_as_before() -> None:
    assert problems_of(encoded(mr_instance()), under(is_drawn=False)) == []
