"""Instances with boxes, as whole files: what is painted, what stays, and that nothing of the old is left."""

import hashlib
import warnings
from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import imagecodecs
import numpy as np
import pydicom
import pytest
from pydicom import Dataset, FileDataset
from pydicom.encaps import encapsulate, encapsulate_extended, generate_fragmented_frames, generate_frames
from pydicom.uid import (
    UID,
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
)

from bme_med.core import (
    Code,
    MalformedFileError,
    Plan,
    Policy,
    Range,
    Region,
    Rendered,
    UnsupportedFileError,
    splice,
)
from bme_med.core.boxes import BoxRule, BoxSpec
from bme_med.dicom import plan
from bme_med.pixels import PixelForm, decode_frame, frame_bytes
from tests.dicom.making import encoded, mr_instance, policy_of
from tests.pixels.coding import JPEGS, KINDS, SYNTAXES, coded_by_another, instance, samples_of

_BASE = 'name = "p"\nextends = "ps315-basic"\n'
_BOX = Region(10, 12, 30, 40)
_NATIVE = {
    "implicit": ImplicitVRLittleEndian,
    "explicit": ExplicitVRLittleEndian,
    "big-endian": ExplicitVRBigEndian,
    "deflated": DeflatedExplicitVRLittleEndian,
}


_LIKE_JPEG_XL = "1.2.840.10008.1.2.4.201"


def _policy(*boxes: str, keys: str = "") -> Policy:
    rule = BoxRule("drawn", (), tuple(map(BoxSpec.parse, boxes)))
    return replace(policy_of(_BASE + keys), boxes=(rule,))


def _run(source: bytes, policy: Policy) -> tuple[Plan, bytes]:
    made = plan(source, policy)
    return made, splice(made.pieces, source)


def _read(data: bytes) -> FileDataset:
    return pydicom.dcmread(BytesIO(data))


def _pair(form: PixelForm) -> tuple[list[Any], list[Any]]:
    """Samples of three frames, and the same with another text in the box of the second."""
    frames = [samples_of(form, seed) for seed in (1, 2, 3)]
    others = [frame.copy() for frame in frames]
    random = np.random.default_rng(7)
    inside = others[1][_BOX.top : _BOX.bottom, _BOX.left : _BOX.right]
    low, high = int(frames[1].min()), int(frames[1].max())
    inside[...] = random.integers(low, high, inside.shape)
    return frames, others


def _compressed(
    frames: list[Any], syntax: str, form: PixelForm, folder: Path, *, extended: bool = False
) -> bytes:
    coded = [coded_by_another(syntax, samples, form, folder) for samples in frames]
    value: bytes
    if extended:
        value, offsets, lengths = encapsulate_extended([codestream for codestream, _ in coded])
    else:
        value = encapsulate([codestream for codestream, _ in coded])
    said = coded[0][1].transfer_syntax
    written = _LIKE_JPEG_XL if said.endswith(("110", "111", "112")) else said  # pydicom does not know it
    ds = instance(value, replace(coded[0][1], frames=3, transfer_syntax=written))
    ds.NumberOfFrames = 3
    if extended:
        ds.ExtendedOffsetTable, ds.ExtendedOffsetTableLengths = offsets, lengths
    return encoded(ds).replace(written.encode(), said.encode(), 1)


def _native(frames: list[Any], syntax: str, form: PixelForm) -> bytes:
    ds = instance(b"", form)
    ds.NumberOfFrames = 3
    order = ">" if syntax == ExplicitVRBigEndian else "<"
    value = b"".join(frame.astype(frame.dtype.newbyteorder(order)).tobytes() for frame in frames)
    value += bytes(len(value) % 2)
    is_paired = order == ">" and form.allocated == 8
    ds.PixelData = np.frombuffer(value, "u2").byteswap().tobytes() if is_paired else value
    ds.file_meta.TransferSyntaxUID = UID(syntax)
    ds.set_original_encoding(syntax == ImplicitVRLittleEndian, order == "<")
    return encoded(ds)


def _decoded(ds: FileDataset, form: PixelForm) -> list[Any]:
    """The frames of `ds`; of compressed ones as our decoder reads them, which other tests judge."""
    if ds.file_meta.TransferSyntaxUID in _NATIVE.values():
        return list(ds.pixel_array)
    coded = replace(
        form,
        transfer_syntax=str(ds.file_meta.TransferSyntaxUID),
        photometric=str(ds.PhotometricInterpretation),
    )
    frames = generate_frames(ds.PixelData, number_of_frames=3)
    if coded.transfer_syntax.endswith(".111"):  # frames without a box no longer say which JPEG they were
        return [imagecodecs.jpegxl_decode(frame) for frame in frames]
    return [decode_frame(frame, coded) for frame in frames]


def _assert_second_is_painted(before: list[Any], after: list[Any], margin: int = 0) -> None:
    covered = np.zeros(before[1].shape[:2], bool)
    around = _BOX.grown(margin, margin).clipped(rows=covered.shape[0], columns=covered.shape[1])
    covered[around.top : around.bottom, around.left : around.right] = True
    assert not covered.all()
    assert np.array_equal(before[0], after[0])
    assert np.array_equal(before[2], after[2])
    assert np.array_equal(before[1][~covered], after[1][~covered])
    inside = after[1][_BOX.top : _BOX.bottom, _BOX.left : _BOX.right]
    assert len(np.unique(inside.reshape(_BOX.area, -1), axis=0)) == 1


@pytest.mark.parametrize("kind", ["8u", "12u", "16s", "rgb8"])
@pytest.mark.parametrize("syntax", _NATIVE.values(), ids=_NATIVE)
def test_native_frames_are_painted_and_two_sources_that_differ_in_the_box_give_one_output(
    syntax: str, kind: str
) -> None:
    form = KINDS[kind]
    frames, others = _pair(form)
    policy = _policy(f"{_BOX}@2")
    _, output = _run(_native(frames, syntax, form), policy)
    _, other = _run(_native(others, syntax, form), policy)
    assert output == other
    assert _read(output).file_meta.TransferSyntaxUID == syntax
    _assert_second_is_painted(frames, _decoded(_read(output), form))


def _packed(frames: list[Any], allocated: int) -> bytes:
    """Samples that fill no bytes, the lowest bit first and one frame behind the other (PS3.5, 8.1.1)."""
    bits = np.array(frames).reshape(-1, 1) >> np.arange(allocated) & 1
    value = np.packbits(bits.reshape(-1), bitorder="little").tobytes()
    return value + bytes(len(value) % 2)


@pytest.mark.parametrize("allocated", [1, 12])
def test_the_audit_has_digests_of_frames_whose_samples_fill_no_bytes(allocated: int) -> None:
    form = replace(KINDS["8u"], allocated=allocated, stored=allocated, high=allocated - 1)
    random = np.random.default_rng(5)
    frames = list(random.integers(0, 1 << allocated, (3, form.rows, form.columns)))
    ds = instance(_packed(frames, allocated), form)
    ds.NumberOfFrames = 3
    made, output = _run(encoded(ds), _policy(f"{_BOX}@all"))
    for frame in frames:
        frame[_BOX.top : _BOX.bottom, _BOX.left : _BOX.right] = 0
    expected = _packed(frames, allocated)
    assert _read(output).PixelData == expected
    rules = {action.where: action.rule for action in made.actions}
    digest = hashlib.sha256(expected[: frame_bytes(form, 3)]).hexdigest()
    outside = f"as before in 3 frames, SHA-256 with zeros in the boxes {digest}"
    assert rules["(7FE0,0010) PixelData outside the boxes"] == outside
    inside = f"one value, {bytes(-(-allocated // 8)).hex()} as stored"
    assert rules["(7FE0,0010) PixelData inside the boxes"] == inside


def _is_coded(syntax: str, form: PixelForm) -> bool:
    """Whether there are frames of that form in that syntax."""
    if syntax in JPEGS:
        return (form.stored == 12) == (syntax == "extended")
    return syntax != "jpeg-ls-near" or form.samples != 3


_CODED = [
    (syntax, kind)
    for kind in ("8u", "12u", "even")
    for syntax in (*SYNTAXES, *JPEGS)
    if _is_coded(syntax, KINDS[kind])
]


@pytest.mark.parametrize(("syntax", "kind"), _CODED)
def test_compressed_frames_are_painted_and_two_sources_that_differ_in_the_box_give_one_output(
    syntax: str, kind: str, tmp_path: Path
) -> None:
    form = KINDS[kind]
    frames, others = _pair(form)
    if syntax in JPEGS or "lossy" in syntax or syntax in ("jpeg-xl", "htj2k", "jpeg-ls-near"):
        others = (
            frames  # what a box covers changes what stands around it: differing sources are made by frame
        )
    source = _compressed(frames, syntax, form, tmp_path)
    policy = _policy(f"{_BOX}@2")
    made, output = _run(source, policy)
    _, other = _run(_compressed(others, syntax, form, tmp_path), policy)
    assert output == other
    before, after = _read(source), _read(output)
    assert before.file_meta.TransferSyntaxUID == after.file_meta.TransferSyntaxUID
    margin = 20 if syntax in JPEGS else 0
    _assert_second_is_painted(_decoded(before, form), _decoded(after, form), margin)
    assert any(action.where == "(7FE0,0010) PixelData outside the boxes" for action in made.actions)


@pytest.mark.parametrize("kind", ["8u", "even"])
def test_jpeg_xl_made_from_jpeg_is_painted_again_in_a_second_pass(kind: str, tmp_path: Path) -> None:
    form = KINDS[kind]
    source = _compressed(_pair(form)[0], "jpeg-xl-of-jpeg", form, tmp_path)
    _, first = _run(source, _policy(f"{_BOX}@2"))
    frames = list(generate_frames(_read(first).PixelData, number_of_frames=3))
    for frame in frames[::2]:
        start = frame.index(b"jbrd") + 4
        assert not any(frame[start : frame.index(b"jxlp", start) - 4])
    _, second = _run(first, _policy("0,0,4,4@1"))
    after = _read(second)
    assert after.file_meta.TransferSyntaxUID == ExplicitVRLittleEndian
    samples = after.pixel_array  # pydicom makes RGB of it
    assert len(np.unique(samples[0, :4, :4].reshape(16, -1), axis=0)) == 1
    assert samples[0, :4, :4].max() < 10
    for index in (0, 2):
        theirs = imagecodecs.jpegxl_decode(frames[index]).astype(int)
        assert np.abs(samples[index] - theirs)[4:].max() <= 2


def test_frames_without_a_box_stay_ranges_of_the_source() -> None:
    form = KINDS["12u"]
    source = _native(_pair(form)[0], ExplicitVRLittleEndian, form)
    made = plan(source, _policy(f"{_BOX}@2"))
    size = frame_bytes(form)
    start = source.index(_pair(form)[0][0].tobytes())
    *_, first, painted, last = made.pieces
    assert isinstance(first, Range)
    assert isinstance(painted, Rendered)
    assert (first.end, painted.size) == (start + size, size)
    assert last == Range(start + 2 * size, start + 3 * size)


def test_compressed_frames_without_a_box_keep_their_bytes_and_offset_tables_follow(tmp_path: Path) -> None:
    form = KINDS["8u"]
    source = _compressed(_pair(form)[0], "jpeg-ls", form, tmp_path)
    _, output = _run(source, _policy(f"{_BOX}@2"))
    before, after = _read(source), _read(output)
    old, new = (list(generate_frames(ds.PixelData, number_of_frames=3)) for ds in (before, after))
    assert (old[0], old[2]) == (new[0], new[2])
    assert old[1] != new[1]
    offsets = np.frombuffer(after.PixelData[8:20], "<u4")
    assert [after.PixelData[20 + offset : 24 + offset] for offset in offsets] == [b"\xfe\xff\0\xe0"] * 3


def test_extended_offset_tables_are_made_anew(tmp_path: Path) -> None:
    form = KINDS["8u"]
    source = _compressed(_pair(form)[0], "rle", form, tmp_path, extended=True)
    _, output = _run(source, _policy(f"{_BOX}@2"))
    ds = _read(output)
    starts, sizes = (
        np.frombuffer(raw, "<u8") for raw in (ds.ExtendedOffsetTable, ds.ExtendedOffsetTableLengths)
    )
    tables = list(map(int, starts)), list(map(int, sizes))
    frames = generate_frames(ds.PixelData, number_of_frames=3, extended_offsets=tables)
    _assert_second_is_painted(
        _decoded(_read(source), form), [decode_frame(f, _form(ds, form)) for f in frames]
    )


def _form(ds: FileDataset, form: PixelForm) -> PixelForm:
    return replace(form, transfer_syntax=str(ds.file_meta.TransferSyntaxUID))


def test_a_frame_of_several_fragments_is_painted_whole(tmp_path: Path) -> None:
    form = KINDS["8u"]
    codestreams = [coded_by_another("jpeg-ls", samples, form, tmp_path) for samples in _pair(form)[0]]
    value = encapsulate([codestream for codestream, _ in codestreams], fragments_per_frame=3)
    ds = instance(value, codestreams[0][1])
    ds.NumberOfFrames = 3
    source = encoded(ds)
    _, output = _run(source, _policy(f"{_BOX}@2"))
    _assert_second_is_painted(_decoded(_read(source), form), _decoded(_read(output), form))
    fragments = generate_fragmented_frames(_read(output).PixelData, number_of_frames=3)
    assert [len(frame) for frame in fragments] == [3, 1, 3]


def test_fragments_that_nothing_assigns_to_frames_are_refused(tmp_path: Path) -> None:
    form = KINDS["8u"]
    codestream, coded = coded_by_another("rle", samples_of(form), form, tmp_path)
    ds = instance(encapsulate([codestream] * 3, fragments_per_frame=2, has_bot=False), coded)
    ds.NumberOfFrames = 3
    with pytest.raises(UnsupportedFileError, match="no RLE frame"):
        plan(encoded(ds), _policy("0,0,1,1"))


def test_frames_that_are_missing_cannot_be_painted(tmp_path: Path) -> None:
    form = KINDS["8u"]
    codestream, coded = coded_by_another("rle", samples_of(form), form, tmp_path)
    ds = instance(encapsulate([codestream] * 2, has_bot=False), coded)
    ds.NumberOfFrames = 3
    with pytest.raises(UnsupportedFileError, match="fewer compressed frames"):
        plan(encoded(ds), _policy("0,0,1,1"))


def test_bytes_behind_the_planes_of_a_frame_without_a_box_go_too(tmp_path: Path) -> None:
    form = KINDS["8u"]
    codestream, coded = coded_by_another("rle", samples_of(form), form, tmp_path)
    ds = instance(encapsulate([codestream + b"ZQUNSEENQZ"] * 2), coded)
    ds.NumberOfFrames = 2
    _, output = _run(encoded(ds), _policy(f"{_BOX}@2"))
    assert b"UNSEEN" not in output
    assert np.array_equal(_decoded(_read(output), form)[0], samples_of(form))


def test_videos_are_refused_with_a_reason(tmp_path: Path) -> None:
    form = replace(KINDS["even"], transfer_syntax="1.2.840.10008.1.2.4.102")
    ds = instance(encapsulate([b"\0\0\1\xba" + bytes(60)]), form)
    with pytest.raises(UnsupportedFileError, match="video"):
        plan(encoded(ds), _policy("0,0,1,1"))


def test_where_no_encoder_is_all_frames_become_native_and_the_lossy_history_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from bme_med.pixels import encapsulated

    form = KINDS["8u"]
    source = _compressed(_pair(form)[0], "jpeg-ls-near", form, tmp_path)
    monkeypatch.setattr(encapsulated, "_encoded", lambda *_: None)
    made, output = _run(source, _policy(f"{_BOX}@2"))
    ds = _read(output)
    assert ds.file_meta.TransferSyntaxUID == ExplicitVRLittleEndian
    assert ds.LossyImageCompression == "01"
    assert any("decompressed" in finding for finding in made.findings)
    _assert_second_is_painted(_decoded(_read(source), form), list(ds.pixel_array))
    assert made.size == len(output)


def test_frames_too_long_to_hold_are_painted_again_while_writing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from bme_med.dicom import encapsulated_painting

    form = KINDS["8u"]
    source = _compressed(_pair(form)[0], "jpeg-ls", form, tmp_path)
    _, held = _run(source, _policy(f"{_BOX}@2"))
    monkeypatch.setattr(encapsulated_painting, "_HELD_BYTES", 0)
    made, output = _run(source, _policy(f"{_BOX}@2"))
    assert any(isinstance(piece, Rendered) for piece in made.pieces)
    assert output == held


def _with_copies() -> FileDataset:
    """An image beside what a profile can keep and may show it again, or tell of its values."""
    ds = mr_instance()
    ds.SmallestImagePixelValue, ds.LargestImagePixelValue = 3, 77
    ds.add_new(0x60000010, "US", 4)
    ds.add_new(0x60000011, "US", 4)
    ds.add_new(0x60000040, "CS", "G")
    ds.add_new(0x60000050, "SS", [1, 1])
    ds.add_new(0x60000100, "US", 1)
    ds.add_new(0x60000102, "US", 0)
    ds.add_new(0x60003000, "OW", b"OVERLAYS")
    ds.private_block(0x0019, "ACME", create=True).add_new(0x01, "OB", b"PRIVATE PIXELS")
    return ds


_KEEPING = """
[dicom.attributes]
"(60xx,3000)" = "K"
"(60xx,0010)" = "K"
"(0019,xx01) ACME" = "K"
[dicom]
options = ["retain-uids"]
"""


def test_no_copy_of_what_was_painted_over_stays_whatever_the_profile_keeps() -> None:
    source = encoded(_with_copies())
    policy = policy_of(_BASE + _KEEPING.replace("[dicom]\n", "").replace('options = ["retain-uids"]\n', ""))
    kept = _read(_run(source, policy)[1])
    assert b"OVERLAYS" in encoded(kept)
    assert b"PRIVATE PIXELS" in encoded(kept)
    rule = BoxRule("drawn", (), (BoxSpec(0, 0, 1, 1),))
    _, output = _run(source, replace(policy, boxes=(rule,)))
    for text in (b"OVERLAYS", b"PRIVATE PIXELS"):
        assert text not in output
    ds = _read(output)
    assert "SmallestImagePixelValue" not in ds
    assert "LargestImagePixelValue" not in ds
    assert not [element for element in ds if element.tag.group == 0x6000]


def test_other_pixels_are_another_instance_also_where_uids_are_kept() -> None:
    keys = '[dicom]\noptions = ["retain-uids"]\n'
    source = encoded(mr_instance())
    _, kept = _run(source, policy_of(_BASE + keys))
    assert _read(kept).SOPInstanceUID == "1.2.3.4.5"
    made, output = _run(source, _policy("0,0,1,1", keys=keys))
    ds = _read(output)
    assert ds.SOPInstanceUID == ds.file_meta.MediaStorageSOPInstanceUID == made.fields["SOPInstanceUID"]
    assert ds.SOPInstanceUID != "1.2.3.4.5"
    assert ds.SeriesInstanceUID == "1.2.3.4"
    assert any("new SOP Instance UID" in finding for finding in made.findings)


def test_image_and_frame_type_say_derived() -> None:
    ds = mr_instance()
    ds.ImageType = ["ORIGINAL", "PRIMARY", "M", "Quillfeather"]
    kind = Dataset()
    kind.FrameType = ["ORIGINAL", "PRIMARY", "VOLUME", "NONE"]
    group = Dataset()
    group.MRImageFrameTypeSequence = [kind]
    ds.SharedFunctionalGroupsSequence = [group]
    out = _read(_run(encoded(ds), _policy("0,0,1,1"))[1])
    assert list(out.ImageType)[:3] == ["DERIVED", "PRIMARY", "M"]
    assert "Quillfeather" not in str(out.ImageType)
    frame_type = out.SharedFunctionalGroupsSequence[0].MRImageFrameTypeSequence[0].FrameType
    assert list(frame_type) == ["DERIVED", "PRIMARY", "VOLUME", "NONE"]


@pytest.mark.parametrize("keys", ["", '[dicom]\noptions = ["clean-descriptors"]\n'])
def test_the_derivation_description_says_that_regions_were_painted_over(keys: str) -> None:
    ds = mr_instance()
    for before in ("", "made from Quillfeather's scan"):
        ds.DerivationDescription = before
        out = _read(_run(encoded(ds), _policy("0,0,1,1", keys=keys))[1])
        assert out.DerivationDescription.startswith("Regions were painted over")
    assert "DerivationDescription" not in _read(_run(encoded(mr_instance()), policy_of(_BASE))[1])


def test_the_audit_names_frames_box_and_origin_and_compares() -> None:
    form = KINDS["12u"]
    source = _native(_pair(form)[0], ExplicitVRLittleEndian, form)
    made = plan(source, _policy("1,2,3,4@1-2", "5,6,7,8"))
    redacted = [(action.where, action.rule) for action in made.actions if action.code is Code.REDACT]
    assert redacted[:2] == [
        ("(7FE0,0010) PixelData frames 1-2: 1,2,3,4", "drawn"),
        ("(7FE0,0010) PixelData all frames: 5,6,7,8", "drawn"),
    ]
    assert redacted[2][1].startswith("as before in 3 frames, SHA-256")
    assert redacted[3][1].startswith("one value")


def test_pixels_shorter_than_their_frames_are_refused() -> None:
    form = KINDS["12u"]
    ds = instance(_pair(form)[0][0].tobytes(), form)
    ds.NumberOfFrames = 3
    with pytest.raises(MalformedFileError, match="shorter than its frames"):
        plan(encoded(ds), _policy("0,0,1,1"))


def test_unused_bits_are_cleared_and_boxes_painted_in_one_go() -> None:
    form = KINDS["12u"]
    frames = _pair(form)[0]
    dirty = [frame | 0x7000 for frame in frames]
    source = _native(dirty, ExplicitVRLittleEndian, form)
    _, output = _run(source, _policy(f"{_BOX}@2", keys='[pixels]\nunused-bits = "clear"\n'))
    _assert_second_is_painted(frames, _decoded(_read(output), form))


def test_slices_of_a_series_with_boxes_do_not_depend_on_each_other() -> None:
    """The engine remembers what slices share: a box for one of them must not reach another."""
    first, second = mr_instance(), mr_instance()
    second.SOPInstanceUID = second.file_meta.MediaStorageSOPInstanceUID = UID("1.2.3.4.6")
    third = mr_instance()
    third.SOPInstanceUID = third.file_meta.MediaStorageSOPInstanceUID = UID("1.2.3.4.7")
    plain, boxed = policy_of(_BASE), _policy("0,0,1,1")
    shared = replace(boxed, profile=plain.profile)
    for ds in (first, second, third, second):
        source = encoded(ds)
        assert _read(_run(source, plain)[1]).ImageType[0] == "ORIGINAL"
        assert _read(_run(source, shared)[1]).ImageType[0] == "DERIVED"


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


@pytest.mark.parametrize("explicit", [True, False])
def test_numbers_of_private_blocks_stay_where_pixels_are_painted_over(explicit: bool) -> None:
    """Also where the file says no VR: the creator's dictionary does. What it does not know may be pixels."""
    ds = mr_instance(explicit=explicit)
    block = ds.private_block(0x0019, "SIEMENS MR HEADER", create=True)
    block.add_new(0x0C, "IS", "1000")
    block.add_new(0x77, "UN", b"PRIVATE PIXELS")
    options = '[dicom]\noptions = ["retain-safe-private"]\n[dicom.attributes]\n'
    policy = _policy("0,0,1,1", keys=f'{options}"(0019,xx77) SIEMENS MR HEADER" = "K"\n')
    made, output = _run(encoded(ds), policy)
    assert any(action.code == "redact" for action in made.actions)
    assert _read(output)[0x0019100C].value == 1000
    assert b"PRIVATE PIXELS" not in output
