"""Instances of the corpus and of pydicom: their form and their pixels, as pydicom reads them."""

import warnings
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any, cast

import pydicom
from pydicom import FileDataset
from pydicom.data import get_testdata_files

from bme_med.pixels import Palette, PixelForm, Rendering, lookup_table

__all__ = ["CORPUS", "form_of", "image_files", "images", "opened", "rendering_of", "value_of"]

CORPUS = Path(__file__).parents[3] / "shared" / "corpus" / "dicom"
_FIRST_ITEM = b"\xfe\xff\0\xe0"
_PIXELS = ("PixelData", "FloatPixelData", "DoubleFloatPixelData")


def form_of(ds: FileDataset) -> PixelForm:
    """Of an image that pydicom has read."""
    is_float = "PixelData" not in ds
    allocated = int(ds.BitsAllocated)
    return PixelForm(
        rows=int(ds.Rows),
        columns=int(ds.Columns),
        samples=int(ds.SamplesPerPixel),
        allocated=allocated,
        stored=allocated if is_float else int(ds.BitsStored),
        high=allocated - 1 if is_float else int(ds.HighBit),
        is_signed=not is_float and bool(ds.PixelRepresentation),
        photometric=str(ds.PhotometricInterpretation),
        planar=int(ds.get("PlanarConfiguration") or 0),
        frames=int(ds.get("NumberOfFrames") or 1),
        is_float=is_float,
        byte_order="little" if ds.original_encoding[1] else "big",
        transfer_syntax=str(ds.file_meta.TransferSyntaxUID),
        vr="OB" if not is_float and ds["PixelData"].VR == "OB" else "OW",
    )


def rendering_of(ds: FileDataset) -> Rendering:
    """Of an image: the palette, where it has one."""
    form = form_of(ds)
    if form.photometric != "PALETTE COLOR":
        return Rendering()
    tables = []
    for color in ("Red", "Green", "Blue"):
        descriptor = [int(number) for number in ds[f"{color}PaletteColorLookupTableDescriptor"].value]
        segmented = ds.get(f"Segmented{color}PaletteColorLookupTableData")
        data = segmented or ds[f"{color}PaletteColorLookupTableData"].value
        tables.append(lookup_table(data, descriptor, form.byte_order, is_segmented=bool(segmented)))
    return Rendering(palette=Palette(descriptor[1], *tables))


def value_of(ds: FileDataset) -> bytes:
    """Of whichever pixel element it has."""
    return next(cast(bytes, ds[name].value) for name in _PIXELS if name in ds)


def opened(path: Path) -> FileDataset | None:
    """What pydicom reads of an image; nothing of any other file, and of images that it knows to be broken."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            ds: Any = pydicom.dcmread(path)
            return ds if "TransferSyntaxUID" in ds.file_meta and value_of(ds) and form_of(ds) else None
        except (pydicom.errors.InvalidDicomError, StopIteration, AttributeError, TypeError, ValueError):
            return None


@cache
def image_files() -> tuple[Path, ...]:
    """Those of pydicom, and of the corpus."""
    found = {*map(Path, get_testdata_files()), *CORPUS.rglob("*")}
    return tuple(sorted(path for path in found if path.is_file()))


def images(*, encapsulated: bool) -> tuple[Path, ...]:
    """The smallest of each kind: no two alike in syntax, samples, photometric interpretation and layout."""
    return _images()[encapsulated]


@cache
def _images() -> tuple[tuple[Path, ...], tuple[Path, ...]]:
    """The native ones, and the encapsulated ones."""
    smallest: tuple[dict[object, tuple[int, Path]], ...] = {}, {}
    for path in image_files():
        ds = opened(path)
        if ds is None:
            continue
        is_encapsulated = ds.file_meta.TransferSyntaxUID.is_encapsulated
        if is_encapsulated and not value_of(ds).startswith(_FIRST_ITEM):
            continue
        form = form_of(ds)
        kind = (
            replace(form, rows=0, columns=form.columns % 2, frames=min(form.frames, 2)),
            ds["PixelData"].VR,
        )
        known = smallest[is_encapsulated]
        known[kind] = min(known.get(kind, (1 << 62, path)), (path.stat().st_size, path))
    native, encapsulated = (tuple(sorted(path for _, path in known.values())) for known in smallest)
    return native, encapsulated
