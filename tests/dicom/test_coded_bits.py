"""Bits of compressed samples above Bits Stored: encoders and decoders are not ours."""

import builtins
from collections.abc import Callable, Sequence
from dataclasses import replace
from io import BytesIO
from typing import Any

import imagecodecs
import jpeg_ls
import numpy as np
import pytest
from pydicom import FileDataset, dcmread
from pydicom.encaps import encapsulate, generate_frames
from pydicom.uid import (
    UID,
    HTJ2KLossless,
    JPEG2000Lossless,
    JPEGLosslessSV1,
    JPEGLSLossless,
    RLELossless,
)

from bme_med.core import Plan, UnsupportedFileError, splice
from bme_med.core.boxes import BoxRule, BoxSpec
from bme_med.dicom import coded_bits, plan
from tests.dicom.making import encoded, mr_instance, policy_of

JPEGXLLossless = UID("1.2.840.10008.1.2.4.110")
SIZE = 64
IMAGE = (np.arange(2 * SIZE * SIZE, dtype="<u2").reshape(2, SIZE, SIZE) // 5 * 21 % 4096).astype("<u2")
LETTERS = np.zeros((SIZE, SIZE), "<u2")
LETTERS[20:40, 10:14] = LETTERS[20:24, 10:30] = 1
HIDDEN = IMAGE | LETTERS << np.uint16(14)
SIGNED = (IMAGE.astype("<i2") - 2048).view("<u2")
"""Samples of 12 bits with their sign repeated in 16."""

Encode = Callable[[Any, int], bytes]


def by_charls(frame: Any, bits: int) -> bytes:
    return bytes(
        jpeg_ls.encode_buffer(frame.tobytes(), SIZE, SIZE, 1, bits, lossy_error=0, interleave_mode=0)
    )


ENCODERS: dict[UID, Encode] = {
    JPEGLosslessSV1: lambda frame, bits: bytes(
        imagecodecs.jpeg8_encode(frame, lossless=True, predictor=1, bitspersample=bits)
    ),
    JPEGLSLossless: by_charls,
    JPEG2000Lossless: lambda frame, bits: bytes(
        imagecodecs.jpeg2k_encode(frame, level=0, codecformat="j2k", bitspersample=bits, reversible=True)
    ),
    JPEGXLLossless: lambda frame, bits: bytes(
        imagecodecs.jpegxl_encode(frame, lossless=True, bitspersample=bits, usecontainer=False)
    ),
    HTJ2KLossless: lambda frame, _: bytes(imagecodecs.htj2k_encode(frame, reversible=True)),
}
DECODERS: dict[UID, Callable[[bytes], Any]] = {
    JPEGLosslessSV1: imagecodecs.jpeg8_decode,
    JPEGLSLossless: imagecodecs.jpegls_decode,
    JPEG2000Lossless: imagecodecs.jpeg2k_decode,
    JPEGXLLossless: imagecodecs.jpegxl_decode,
    HTJ2KLossless: imagecodecs.jpeg2k_decode,
}
SYNTAXES = [*ENCODERS, RLELossless]


def instance(frames: Any, syntax: UID, *, bits: int = 16, signed: bool = False) -> FileDataset:
    """`frames` of 12 bits by the attributes, coded with `bits`."""
    ds = mr_instance()
    ds.NumberOfFrames, ds.Rows, ds.Columns = frames.shape
    ds.BitsStored, ds.HighBit, ds.PixelRepresentation = 12, 11, int(signed)
    if syntax == RLELossless:
        ds.PixelData = frames.tobytes()
        ds.compress(RLELossless, generate_instance_uid=False)
        return ds
    ds.file_meta.TransferSyntaxUID = syntax
    ds.PixelData = encapsulate([ENCODERS[syntax](frame, bits) for frame in frames])
    ds["PixelData"].is_undefined_length, ds["PixelData"].VR = True, "OB"
    return ds


def decoded(ds: FileDataset) -> Any:
    """All bits of all samples, by a decoder that is not ours."""
    syntax = ds.file_meta.TransferSyntaxUID
    if syntax == RLELossless:
        ds.BitsStored, ds.HighBit = 16, 15
        return ds.pixel_array.view("<u2")
    frames = generate_frames(ds.PixelData, number_of_frames=ds.NumberOfFrames)
    return np.stack([DECODERS[syntax](frame) for frame in frames])


def file_of(ds: FileDataset) -> bytes:
    """The file's bytes; pydicom writes no JPEG XL, and is told another name as long."""
    syntax = ds.file_meta.TransferSyntaxUID
    if syntax != JPEGXLLossless:
        return encoded(ds)
    ds.file_meta.TransferSyntaxUID = HTJ2KLossless
    written = encoded(ds).replace(HTJ2KLossless.encode(), syntax.encode())
    ds.file_meta.TransferSyntaxUID = syntax
    return written


def planned(ds: FileDataset, keys: str = "", boxes: Sequence[str] = ()) -> tuple[Plan, FileDataset]:
    source = file_of(ds)
    rules = (BoxRule("drawn", (), tuple(map(BoxSpec.parse, boxes))),) if boxes else ()
    made = plan(source, replace(policy_of(f"name = 'p'\n{keys}"), boxes=rules))
    return made, dcmread(BytesIO(splice(made.pieces, source)))


@pytest.mark.parametrize("syntax", SYNTAXES)
def test_letters_above_bits_stored_are_refused(syntax: UID) -> None:
    ds = instance(HIDDEN, syntax)
    assert np.array_equal(decoded(instance(HIDDEN, syntax)) >> 14 & 1, np.stack([LETTERS] * 2))
    for keys in ("", "[pixels]\nunused-bits='clear'"):
        with pytest.raises(UnsupportedFileError, match=r"unused bits of compressed.*decompress"):
            planned(ds, keys)


@pytest.mark.parametrize("syntax", SYNTAXES)
def test_they_are_refused_in_any_frame_and_beside_boxes(syntax: UID) -> None:
    ds = instance(np.stack((IMAGE[0], HIDDEN[1])), syntax)
    with pytest.raises(UnsupportedFileError, match="unused bits of compressed"):
        planned(ds)
    with pytest.raises(UnsupportedFileError, match="unused bits of compressed"):
        planned(ds, boxes=["0,0,8,8@1"])


@pytest.mark.parametrize("syntax", SYNTAXES)
def test_a_profile_may_keep_them(syntax: UID) -> None:
    _, out = planned(instance(HIDDEN, syntax), "[pixels]\nunused-bits='keep'")
    assert np.array_equal(decoded(out), HIDDEN)


@pytest.mark.parametrize("bits", [12, 16])
@pytest.mark.parametrize("syntax", SYNTAXES)
def test_longer_samples_with_nothing_in_them_stay_as_they_are(syntax: UID, bits: int) -> None:
    ds = instance(IMAGE, syntax, bits=bits)
    made, out = planned(ds)
    assert len(out.PixelData) == len(ds.PixelData)
    assert np.array_equal(decoded(out), IMAGE)
    assert not any("bits" in finding for finding in made.findings)


@pytest.mark.parametrize("syntax", SYNTAXES)
def test_a_sign_that_is_repeated_is_nothing_hidden_and_a_frame_without_it_is(syntax: UID) -> None:
    for frames in (SIGNED, SIGNED & np.uint16(0x0FFF)):
        ds = instance(frames, syntax, signed=True)
        assert np.array_equal(decoded(planned(ds)[1]).view("<u2"), frames)
    with pytest.raises(UnsupportedFileError, match="unused bits"):
        planned(instance(np.stack((SIGNED[0], SIGNED[1] & np.uint16(0x0FFF))), syntax, signed=True))


@pytest.mark.parametrize("syntax", [syntax for syntax in ENCODERS if syntax != HTJ2KLossless])
def test_what_the_header_says_is_too_short_is_not_decoded(
    syntax: UID, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(coded_bits, "native_bytes", None)
    ds = instance(IMAGE, syntax, bits=12)
    assert planned(ds)[1].PixelData == ds.PixelData


@pytest.mark.parametrize("syntax", ENCODERS)
def test_without_a_decoder_longer_samples_are_refused(syntax: UID, monkeypatch: pytest.MonkeyPatch) -> None:
    source, policy = file_of(instance(IMAGE, syntax)), policy_of("name = 'p'")
    imported = builtins.__import__

    def missing(name: str, *rest: Any) -> Any:
        if name == "imagecodecs":
            raise ImportError(name)
        return imported(name, *rest)

    monkeypatch.setattr(builtins, "__import__", missing)
    with pytest.raises(UnsupportedFileError, match="nothing here can look"):
        plan(source, policy)


def test_padding_outside_bits_stored_is_no_hidden_data() -> None:
    padded = np.where(IMAGE > 2000, np.uint16(63536), IMAGE).astype("<u2")
    ds = instance(padded, RLELossless)
    ds.PixelPaddingValue = 63536
    assert planned(ds)[1].PixelData == ds.PixelData
