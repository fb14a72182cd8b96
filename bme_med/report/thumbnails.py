"""Thumbnails of one picture: read by pydicom and Pillow, at most 160 pixels wide and high, as PNG.

A region is covered in the picture as it was stored, before anything is made smaller, so that no pixel of it
has a part in the thumbnail. A PNG of ours holds the picture and nothing else.
"""

import io
import warnings
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bme_med.core import Box, Region, regions_of
from bme_med.pixels import PixelForm, decode_frame
from bme_med.pixels.limits import refuse_too_large

if TYPE_CHECKING:
    from PIL.Image import Image

__all__ = ["LONGEST_SIDE", "Thumbnail", "thumbnail_of"]

LONGEST_SIDE = 160
_COLOURS = 256
_MARK = (214, 40, 120)
_COVER = (150, 150, 150)
_HATCH = 7
"""Distance between the lines of a covered region, in pixels of the thumbnail."""


@dataclass(frozen=True, slots=True)
class Thumbnail:
    """A picture that a page can show, and what it is of.

    Attributes
    ----------
    uri
        ``data:`` URI of a PNG.
    width, height
        Of the PNG.
    rows, columns
        Of the picture.
    frame, frames
        Which of how many, counted from 1.
    regions
        That are marked in it.
    """

    uri: str
    width: int
    height: int
    rows: int
    columns: int
    frame: int
    frames: int
    regions: int


@dataclass(frozen=True, slots=True)
class _Picture:
    """A decoded picture, of a photo the right way round, and the regions in it.

    Attributes
    ----------
    rows, columns
        Of the whole picture; `image` may be smaller where there are no regions.
    """

    image: "Image"
    rows: int
    columns: int
    regions: tuple[Region, ...]
    frame: int = 1
    frames: int = 1


def thumbnail_of(path: Path, format_: str, boxes: Sequence[Box], *, is_covered: bool) -> Thumbnail | None:
    """The picture at `path`, with the regions of `boxes` outlined, or nothing where it cannot be shown.

    With `is_covered`, nothing of the picture is left inside the regions.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            read = _read_instance if format_ == "dicom" else _read_photo
            return _made(read(path, boxes), is_covered=is_covered)
    except Exception:  # noqa: BLE001 - decoders raise what they like; a report does without the picture
        return None


def _read_instance(path: Path, boxes: Sequence[Box]) -> _Picture:
    """One frame: the first that a box is for, else the middle one."""
    from pydicom import dcmread

    head = dcmread(path, force=True, specific_tags=["NumberOfFrames"], stop_before_pixels=True)
    frames = int(head.get("NumberOfFrames") or 1)
    first = next((box.frames[0].first for box in boxes if box.frames), None)
    frame = first or (frames + 1) // 2
    samples, about = _samples(path, frame - 1)
    rows, columns = samples.shape[:2]
    regions = regions_of(boxes, frame, rows=rows, columns=columns)
    return _Picture(_shown(samples, about, regions), rows, columns, regions, frame, frames)


def _samples(path: Path, index: int) -> tuple[Any, Any]:
    """The samples of one frame, counted from 0, and the attributes that tell how to show them."""
    from pydicom import Dataset
    from pydicom.pixels.utils import pixel_array

    about = Dataset()
    try:
        return pixel_array(path, ds_out=about, index=index), about
    except RuntimeError:  # pydicom needs further packages for some transfer syntaxes
        return _decoded(path, index)


def _decoded(path: Path, index: int) -> tuple[Any, Any]:
    """As `_samples`, by our own decoders."""
    from pydicom import dcmread
    from pydicom.encaps import get_frame
    from pydicom.pixels.processing import convert_color_space

    about = dcmread(path, force=True)
    form = PixelForm(
        rows=about.Rows,
        columns=about.Columns,
        samples=about.SamplesPerPixel,
        allocated=about.BitsAllocated,
        stored=about.BitsStored,
        high=about.HighBit,
        is_signed=about.PixelRepresentation == 1,
        photometric=about.PhotometricInterpretation,
        frames=int(about.get("NumberOfFrames") or 1),
        transfer_syntax=about.file_meta.TransferSyntaxUID,
    )
    samples = decode_frame(get_frame(about.PixelData, index, number_of_frames=form.frames), form)
    if form.photometric.startswith("YBR_FULL"):
        samples = convert_color_space(samples, "YBR_FULL", "RGB")
    return samples, about


def _shown(samples: Any, about: Any, regions: Sequence[Region]) -> "Image":
    """`samples` of one frame as a viewer shows them, 8 bits each."""
    from PIL import Image
    from pydicom.pixels.processing import apply_color_lut

    if about.PhotometricInterpretation == "PALETTE COLOR":
        samples = apply_color_lut(samples, about)
    if samples.ndim == 3:
        bits = samples.dtype.itemsize * 8
        return Image.fromarray((samples >> max(bits - 8, 0)).astype("uint8"))
    return Image.fromarray(_windowed(samples, about, regions))


def _windowed(samples: Any, about: Any, regions: Sequence[Region]) -> Any:
    """Gray values from 0 to 255: through the instance's window, unless that leaves one value only."""
    from pydicom.pixels.processing import apply_modality_lut, apply_voi_lut

    gray = None
    if "WindowCenter" in about or "VOILUTSequence" in about:
        gray = _stretched(apply_voi_lut(apply_modality_lut(samples, about), about), regions)
    if gray is None or gray.min() == gray.max():
        gray = _stretched(samples, regions)
    return 255 - gray if about.PhotometricInterpretation == "MONOCHROME1" else gray


def _stretched(samples: Any, regions: Sequence[Region]) -> Any:
    """Values from 0 to 255 over the range that `samples` have outside `regions`."""
    import numpy as np

    values = np.nan_to_num(samples.astype("float64"), posinf=0, neginf=0)
    is_seen = np.ones(values.shape, bool)
    for region in regions:
        is_seen[region.top : region.bottom, region.left : region.right] = False
    seen = values[is_seen]
    low, high = (seen.min(), seen.max()) if seen.size else (0.0, 0.0)
    return np.clip((values - low) * (255 / ((high - low) or 1)), 0, 255).astype("uint8")


def _read_photo(path: Path, boxes: Sequence[Box]) -> _Picture:
    import pillow_heif
    from PIL import Image, ImageOps

    pillow_heif.register_heif_opener(thumbnails=False)
    with Image.open(path) as opened:
        rows, columns = opened.height, opened.width
        refuse_too_large(rows * columns, path.stat().st_size)
        if not boxes:
            opened.draft("RGB", (2 * LONGEST_SIDE, 2 * LONGEST_SIDE))
        if opened.format == "HEIF":
            opened.info.pop("xmp", None)  # the container alone turns a HEIF picture
        upright = ImageOps.exif_transpose(opened)
        if (upright.width > upright.height) != (columns > rows):
            rows, columns = columns, rows
        regions = regions_of(boxes, 1, rows=rows, columns=columns)
        return _Picture(_plain(upright), rows, columns, regions)


def _plain(image: "Image") -> "Image":
    """`image` as gray or RGB of 8 bits a sample, transparent parts white."""
    from PIL import Image

    if image.mode.startswith("I"):
        return image.convert("I").point(lambda value: value * (1 / 256)).convert("L")
    if image.mode in ("1", "L"):
        return image.convert("L")
    if image.has_transparency_data:
        white = Image.new("RGBA", image.size, "white")
        image = Image.alpha_composite(white, image.convert("RGBA"))
    return image.convert("RGB")


def _made(picture: _Picture, *, is_covered: bool) -> Thumbnail:
    """The thumbnail of `picture`."""
    image = picture.image.convert("RGB") if picture.regions else picture.image
    if is_covered:
        for region in picture.regions:
            image.paste(_COVER, (region.left, region.top, region.right, region.bottom))
    image = _resized(image)
    scale = image.width / picture.columns
    for region in picture.regions:
        _mark(image, [round(side * scale) for side in region], is_covered=is_covered)
    return Thumbnail(
        uri=_data_uri(image),
        width=image.width,
        height=image.height,
        rows=picture.rows,
        columns=picture.columns,
        frame=picture.frame,
        frames=picture.frames,
        regions=len(picture.regions),
    )


def _resized(image: "Image") -> "Image":
    """`image`, smaller; a very small one is made larger in whole steps, so that its pixels show."""
    from PIL import Image

    scale = LONGEST_SIDE / max(image.size)
    if scale >= 1:
        step = int(scale)
        return image.resize((image.width * step, image.height * step), Image.Resampling.NEAREST)
    size = max(1, round(image.width * scale)), max(1, round(image.height * scale))
    return image.resize(size, Image.Resampling.LANCZOS, reducing_gap=3.0)


def _mark(image: "Image", sides: Sequence[int], *, is_covered: bool) -> None:
    """Outline a region of `image`, and hatch it where it is covered."""
    from PIL import Image, ImageDraw

    top, left, bottom, right = sides
    width, height = max(right - left, 3), max(bottom - top, 3)
    patch = (
        Image.new("RGB", (width, height), _COVER)
        if is_covered
        else image.crop((left, top, left + width, top + height))
    )
    draw = ImageDraw.Draw(patch)
    for start in range(-height, width, _HATCH) if is_covered else ():
        draw.line((start, height, start + height, 0), fill=_MARK)
    draw.rectangle((0, 0, width - 1, height - 1), outline=_MARK)
    image.paste(patch, (left, top))


def _data_uri(image: "Image") -> str:
    """`image` as a PNG of at most `_COLOURS` colours or grays, with no word beside it."""
    image.info = {}
    out = io.BytesIO()
    (image.quantize(_COLOURS) if image.mode == "RGB" else image).save(out, "PNG", compress_level=9)
    return f"data:image/png;base64,{b64encode(out.getvalue()).decode()}"
