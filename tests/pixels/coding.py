"""Frames coded and decoded by tools that are not ours: dcmtk, gdcm, OpenJPEG, libjxl."""

import subprocess
import warnings
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import imagecodecs
import jpeg_ls
import numpy as np
import pydicom
from pydicom import Dataset, FileDataset
from pydicom.dataset import FileMetaDataset
from pydicom.encaps import encapsulate, generate_frames
from pydicom.pixels.utils import pixel_array
from pydicom.uid import UID, SecondaryCaptureImageStorage, generate_uid

from bme_med.pixels import PixelForm
from bme_med.pixels.syntaxes import NATIVE
from tests.pixels.reading import form_of, value_of

__all__ = ["DECODERS", "JPEGS", "KINDS", "SYNTAXES", "coded_by_another", "instance", "read_by", "samples_of"]

_COMPRESSED = "1.2.840.10008.1.2.4."
_GRAYS = PixelForm(
    rows=61,
    columns=83,
    samples=1,
    allocated=16,
    stored=12,
    high=11,
    is_signed=False,
    photometric="MONOCHROME2",
)
_BYTES = replace(_GRAYS, allocated=8, stored=8, high=7)
_COLORS = replace(_BYTES, samples=3, photometric="RGB")

KINDS = {
    "8u": _BYTES,
    "10u-monochrome1": replace(_GRAYS, stored=10, high=9, photometric="MONOCHROME1"),
    "12u": _GRAYS,
    "16u": replace(_GRAYS, stored=16, high=15),
    "12s": replace(_GRAYS, is_signed=True),
    "16s": replace(_GRAYS, stored=16, high=15, is_signed=True),
    "rgb8": _COLORS,
    "ybr8": replace(_COLORS, photometric="YBR_FULL"),
    "even": replace(_COLORS, rows=64, columns=96),
    "narrow": replace(_GRAYS, rows=70, columns=9),
}
"""Kinds of samples, of sizes that no block divides but for one."""

SYNTAXES = {
    "rle": "1.2.840.10008.1.2.5",
    "jpeg-lossless": f"{_COMPRESSED}57",
    "jpeg-lossless-sv1": f"{_COMPRESSED}70",
    "jpeg-ls": f"{_COMPRESSED}80",
    "jpeg-ls-near": f"{_COMPRESSED}81",
    "jpeg-2000": f"{_COMPRESSED}90",
    "jpeg-2000-lossy": f"{_COMPRESSED}91",
    "jpeg-xl-lossless": f"{_COMPRESSED}110",
    "jpeg-xl": f"{_COMPRESSED}112",
    "htj2k-lossless": f"{_COMPRESSED}201",
    "htj2k-rpcl": f"{_COMPRESSED}202",
    "htj2k": f"{_COMPRESSED}203",
}
"""Those whose frames are decoded, painted and coded again."""

JPEGS = {
    "baseline": (f"{_COMPRESSED}50", "+eb"),
    "extended": (f"{_COMPRESSED}51", "+ee"),
    "spectral-selection": (f"{_COMPRESSED}53", "+es"),
    "progressive": (f"{_COMPRESSED}55", "+ep"),
    "jpeg-xl-of-jpeg": (f"{_COMPRESSED}111", "+eb"),
}
"""Those whose blocks of coefficients are painted, and how dcmtk is asked for them."""

_ENCODERS = {
    "rle": ("dcmcrle",),
    "jpeg-lossless": ("dcmcjpeg", "+el", "+sv", "6", "+cn"),
    "jpeg-lossless-sv1": ("dcmcjpeg", "+e1", "+cn"),
    "jpeg-ls": ("dcmcjpls", "+el"),
    "jpeg-ls-near": ("dcmcjpls", "+en", "+md", "2"),
    "jpeg-2000": ("gdcmconv", "--j2k"),
}
DECODERS = {
    "rle": ("dcmdrle", "gdcmconv --raw", "pydicom"),
    "jpeg-lossless": ("dcmdjpeg +cn", "gdcmconv --raw"),
    "jpeg-lossless-sv1": ("dcmdjpeg +cn", "gdcmconv --raw"),
    "jpeg-ls": ("dcmdjpls", "gdcmconv --raw", "pydicom"),
    "jpeg-ls-near": ("dcmdjpls", "gdcmconv --raw", "pydicom"),
    "jpeg-2000": ("gdcmconv --raw", "pydicom"),
    "jpeg-2000-lossy": ("gdcmconv --raw", "pydicom"),
    "jpeg-xl-lossless": ("jxlpy",),
    "jpeg-xl": ("jxlpy",),
    "htj2k-lossless": ("pydicom",),
    "htj2k-rpcl": ("pydicom",),
    "htj2k": ("pydicom",),
}


def samples_of(form: PixelForm, seed: int = 1) -> Any:
    """A picture with edges and noise that uses the whole range of its samples but for its darkest end."""
    random = np.random.default_rng(seed)
    rows, columns = np.mgrid[: form.rows, : form.columns]
    waves = np.sin(rows / 7) * np.cos(columns / 5) + random.normal(0, 0.05, rows.shape)
    steps = (rows // 16 + columns // 16) % 2
    ramp = waves + steps
    ramp = (ramp - ramp.min()) / (ramp.max() - ramp.min())
    unsigned = (9 + ramp * ((1 << form.stored) - 19)).astype("i8")
    if form.samples == 3:
        unsigned = np.stack([unsigned, unsigned[::-1], unsigned[:, ::-1]], axis=-1)
    values = unsigned - (1 << form.stored - 1) if form.is_signed else unsigned
    return values.astype(f"{'i' if form.is_signed else 'u'}{form.allocated // 8}")


def instance(pixels: bytes, form: PixelForm) -> FileDataset:
    """A secondary capture with `pixels` as its value, native or encapsulated."""
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = SecondaryCaptureImageStorage
    meta.MediaStorageSOPInstanceUID = generate_uid(entropy_srcs=["frames"])
    meta.TransferSyntaxUID = UID(form.transfer_syntax)
    ds = FileDataset("", Dataset(), file_meta=meta, preamble=bytes(128))
    ds.SOPClassUID, ds.SOPInstanceUID = SecondaryCaptureImageStorage, meta.MediaStorageSOPInstanceUID
    ds.Modality, ds.PatientID = "OT", ""
    ds.StudyInstanceUID = ds.SeriesInstanceUID = generate_uid(entropy_srcs=["frames"])
    ds.Rows, ds.Columns, ds.SamplesPerPixel = form.rows, form.columns, form.samples
    ds.BitsAllocated, ds.BitsStored, ds.HighBit = form.allocated, form.stored, form.high
    ds.PixelRepresentation, ds.PhotometricInterpretation = int(form.is_signed), form.photometric
    if form.samples > 1:
        ds.PlanarConfiguration = form.planar
    ds.add_new(0x7FE00010, "OW" if form.transfer_syntax in NATIVE else "OB", pixels)
    return ds


def coded_by_another(syntax: str, samples: Any, form: PixelForm, folder: Path) -> tuple[bytes, PixelForm]:
    """The codestream that another encoder makes of `samples`, and the form that it says they have."""
    if syntax in _ENCODERS and not (syntax == "jpeg-ls-near" and form.is_signed):
        ds = _converted(instance(samples.tobytes(), form), _ENCODERS[syntax], folder)
        return next(generate_frames(value_of(ds), number_of_frames=1)), form_of(ds)
    if syntax in JPEGS:
        return _jpeg(syntax, samples, form, folder)
    coded = replace(form, transfer_syntax=SYNTAXES[syntax])
    kept = samples.view(f"u{samples.itemsize}") & ((1 << form.stored) - 1)
    if syntax == "jpeg-ls-near":
        return bytes(jpeg_ls.encode_buffer(kept.tobytes(), form.rows, form.columns, 1, form.stored, 2)), coded
    if syntax == "jpeg-2000-lossy":
        codestream = imagecodecs.jpeg2k_encode(
            samples,
            level=60,
            codecformat="j2k",
            bitspersample=form.stored,
            reversible=False,
            mct=form.samples == 3,
        )
        return bytes(codestream), replace(coded, photometric="YBR_ICT") if form.samples == 3 else coded
    if syntax.startswith("htj2k"):
        lossy = {"level": 0.0001, "reversible": False} if syntax == "htj2k" else {"reversible": True}
        return bytes(imagecodecs.htj2k_encode(samples, rgb=False, planar=False, **lossy)), coded
    is_lossy = syntax == "jpeg-xl" and form.photometric != "YBR_FULL"
    options = {"distance": 1.0} if is_lossy else {"lossless": True}
    codestream = imagecodecs.jpegxl_encode(kept, bitspersample=form.stored, **options)
    return bytes(codestream), coded


def _jpeg(syntax: str, samples: Any, form: PixelForm, folder: Path) -> tuple[bytes, PixelForm]:
    uid, option = JPEGS[syntax]
    ds = _converted(instance(samples.tobytes(), form), ("dcmcjpeg", option), folder)
    codestream = next(generate_frames(value_of(ds), number_of_frames=1))
    if uid.endswith("111"):
        codestream = bytes(imagecodecs.jpegxl_encode_jpeg(codestream))
    return codestream, replace(form_of(ds), transfer_syntax=uid)


def read_by(decoder: str, codestream: bytes, form: PixelForm, folder: Path) -> Any:
    """What another decoder makes of the codestream."""
    if decoder == "jxlpy":
        return _read_by_libjxl(codestream, form)
    ds = instance(encapsulate([codestream]), form)
    if decoder != "pydicom":
        ds = _converted(ds, tuple(decoder.split()), folder)
    out = BytesIO()
    ds.save_as(out, enforce_file_format=True)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return pixel_array(pydicom.dcmread(BytesIO(out.getvalue())), raw=True)


def _converted(ds: FileDataset, command: tuple[str, ...], folder: Path) -> FileDataset:
    source, target = folder / "source.dcm", folder / "target.dcm"
    ds.save_as(source, enforce_file_format=True)
    program, *options = command
    done = subprocess.run([program, *options, source, target], capture_output=True, check=False)
    assert not done.returncode, (command, done.stderr)
    return pydicom.dcmread(target)


def _read_by_libjxl(codestream: bytes, form: PixelForm) -> Any:
    """Another libjxl, whose samples fill their containers."""
    from jxlpy import JXLPyDecoder

    decoder = JXLPyDecoder(codestream)
    bits = decoder.get_info()["bits_per_sample"]
    container = 8 if bits <= 8 else 16
    full = np.frombuffer(decoder.get_frame(), f"u{container // 8}").astype("f8")
    samples = np.rint(full * ((1 << bits) - 1) / ((1 << container) - 1)).astype("i4")
    if form.is_signed:
        samples = (samples ^ 1 << bits - 1) - (1 << bits - 1)
    shape = (form.rows, form.columns, form.samples)
    return samples.reshape(shape[: 2 + (form.samples > 1)])
