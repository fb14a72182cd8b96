"""Frames with burned-in text, and as many without: real frames as they are stored, and invented patients.

Fonts and most frames come from packages (extra ``bme-med[bench]``), the other frames from the corpus.
"""

from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont
from pydicom import dcmread
from pydicom.pixels.processing import apply_color_lut

from bme_med.core.regions import Region
from bme_med.pixels.detect import Appearance

__all__ = ["Case", "Planted", "negative", "positive", "rendered", "stored"]

CORPUS = Path(__file__).parents[3] / "shared" / "corpus" / "dicom"
SIZES = (8, 9, 10, 11, 12, 14, 16, 18, 20, 24, 28, 32, 40)
CONTRASTS = (1, 1, 1, 0.6, 0.4, 0.3, 0.2, 0.15)
BITMAP = "Pillow's bitmap font"
FONTS = (
    *("DejaVuSans.ttf", "DejaVuSans-Bold.ttf", "DejaVuSansMono.ttf", "DejaVuSansMono-Bold.ttf"),
    *("DejaVuSerif.ttf", "STIXGeneral.ttf", "cmtt10.ttf", "cmss10.ttf", "Aileron", BITMAP, BITMAP),
)

Samples = NDArray[Any]


@dataclass(frozen=True, slots=True)
class Planted:
    """A string in a frame.

    Attributes
    ----------
    glyphs
        The pixels of its letters in `region`.
    size
        Of the font, in pixels.
    contrast, noise
        To what is around it, and the standard deviation of that, as shares of the frame's range.
    """

    region: Region
    glyphs: NDArray[np.bool_]
    size: int
    font: str
    contrast: float
    noise: float
    is_turned: bool
    is_hidden: bool = False

    @property
    def is_clear(self) -> bool:
        """Whether a person reads it without looking twice."""
        return not self.is_hidden and self.contrast >= 0.2 and self.contrast >= 3 * self.noise


@dataclass(frozen=True, slots=True)
class Case:
    """A frame, how it is shown, and what was planted into it."""

    kind: str
    samples: Samples
    appearance: Appearance
    planted: tuple[Planted, ...] = ()


@dataclass(frozen=True, slots=True)
class Background:
    """A frame without text: a part of a real one, and the size that it is given."""

    kind: str
    file: str
    part: tuple[int, int, int, int] | None = None
    side: int = 0
    canvas: tuple[int, int] | None = None


_PHILIPS = "dcm_qa_ct/In/Philips/S21570"
_UIH = "dcm_qa_uih/In/DTI_132225/dti_tra_dir16_PA_rot_SaveBySlc__134057"
BACKGROUNDS = (
    Background("CR 15 bits", "RG1_UNCR.dcm"),
    Background("CR 15 bits, small", "RG1_UNCR.dcm", side=900),
    Background("CR 10 bits, film", "RG3_UNCR.dcm", (0, 0, 1150, 1760), side=2400),
    Background("CT 14 bits", "693_UNCR.dcm"),
    Background("CT 12 bits", f"{_PHILIPS}/S2010/I10"),
    Background("CT scout", f"{_PHILIPS}/S1000/I10"),
    Background("CT 16 bits", "rt-utils/tests/mock_data/ct_1.dcm"),
    Background("CT, enlarged", "CT_small.dcm", side=256),
    Background("enhanced CT", "eCT_Supplemental.dcm"),
    Background("MR 12 bits", "MR-SIEMENS-DICOM-WithOverlays.dcm"),
    Background("MR 1024", "MR2_UNCR.dcm"),
    Background("MR mosaic", f"{_UIH}/00000001.dcm"),
    Background("DX 8 bits", "highdicom/data/test_files/dx_image.dcm", side=640),
    Background("US colour", "US1_UNCI.dcm", (120, 30, 330, 600), canvas=(480, 640)),
    Background("US palette", "OBXXXX1A.dcm", (60, 330, 180, 600), canvas=(768, 1024)),
    Background("US palette 16 bits", "gdcm-US-ALOKA-16.dcm", (110, 60, 420, 600), canvas=(600, 800)),
    Background("US flow", "color-pl.dcm", (0, 0, 120, 190), canvas=(240, 320)),
    Background("OT pattern", "image_dfl.dcm"),
)


def positive(seed: int, place: int) -> Case:
    """A frame with two to five strings."""
    rng = np.random.default_rng([seed, place])
    kind, samples, appearance = _background(place, rng)
    planted: list[Planted] = []
    for turn in range(int(rng.integers(2, 6))):
        string = _write(samples, rng, planted, hidden=place % 5 == 4 and turn == 0)
        planted += [string] if string else []
    return Case(kind, samples, appearance, tuple(planted))


def negative(seed: int, place: int) -> Case:
    """A frame without text; a third with the ticks of a scale, a third with a letter of a side as well."""
    rng = np.random.default_rng([seed, place])
    kind, samples, appearance = _background(place, rng)
    if place % 3:
        _rule(samples)
    if place % 3 == 2:
        _mark(samples, rng)
    return Case(kind, samples, appearance)


def _background(place: int, rng: np.random.Generator) -> tuple[str, Samples, Appearance]:
    """One of the frames, mirrored or upside down by chance, and in negative where it has one sample."""
    background = BACKGROUNDS[place % len(BACKGROUNDS)]
    samples, windows = _stored(background)
    samples = np.flip(samples, tuple(axis for axis in (0, 1) if rng.random() < 0.5)).copy()
    photometric = "RGB" if samples.ndim == 3 else "MONOCHROME2"
    if samples.ndim == 2 and rng.random() < 0.25:
        samples = (samples.max() - samples + samples.min()).astype(samples.dtype)
        photometric = "MONOCHROME1"
    return background.kind, samples, Appearance(photometric, windows)


@cache
def _stored(background: Background) -> tuple[Samples, tuple[tuple[float, float], ...]]:
    samples = stored(background.file)
    if background.part:
        top, left, bottom, right = background.part
        samples = samples[top:bottom, left:right]
    if background.side:
        share = background.side / max(samples.shape[:2])
        samples = _resized(samples, *(round(side * share) for side in samples.shape[:2]))
    ds = dcmread(_find(background.file), stop_before_pixels=True)
    slope, intercept = float(ds.get("RescaleSlope", 1)), float(ds.get("RescaleIntercept", 0))
    center, width = (_first(ds.get(keyword)) for keyword in ("WindowCenter", "WindowWidth"))
    windows = (((center - intercept) / slope, width / slope),) if center is not None and width else ()
    return _on_canvas(samples, background.canvas), windows


def stored(file: str) -> Samples:
    """The first frame of a file as it is stored; one with a palette in red, green and blue of 8 bits."""
    ds = dcmread(_find(file))
    samples: Samples = ds.pixel_array
    if ds.PhotometricInterpretation == "PALETTE COLOR":
        colours = apply_color_lut(samples, ds)
        samples = (colours >> 8 if colours.itemsize > 1 else colours).astype(np.uint8)
    return samples[0] if int(ds.get("NumberOfFrames") or 1) > 1 else samples


def _first(value: Any) -> float | None:
    if value is None:
        return None
    return float(value if isinstance(value, int | float) else value[0])


def _find(file: str) -> Path:
    """Where it lies: in the corpus, or in one of two packages."""
    folders = [
        CORPUS,
        package_folder("data_store") / "data",
        package_folder("pydicom") / "data" / "test_files",
    ]
    return next(folder / file for folder in folders if (folder / file).is_file())


def package_folder(package: str) -> Path:
    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise SystemExit(f"{package} is missing; install what the bench needs: pip install 'bme-med[bench]'")
    return Path(spec.submodule_search_locations[0])


def _resized(samples: Samples, rows: int, columns: int) -> Samples:
    if samples.ndim == 3:
        planes = [_resized(samples[..., plane], rows, columns) for plane in range(samples.shape[2])]
        return np.stack(planes, axis=2)
    image = Image.fromarray(samples.astype(np.float32)).resize((columns, rows), Image.Resampling.BICUBIC)
    resized: Samples = np.clip(np.asarray(image), samples.min(), samples.max()).astype(samples.dtype)
    return resized


def _on_canvas(samples: Samples, canvas: tuple[int, int] | None) -> Samples:
    """In the middle of a black screen, as large as four fifths of it allow."""
    if canvas is None:
        return samples
    share = min(0.8 * side / own for side, own in zip(canvas, samples.shape[:2], strict=True))
    rows, columns = (round(side * share) for side in samples.shape[:2])
    screen = np.zeros((*canvas, *samples.shape[2:]), samples.dtype)
    top, left = (canvas[0] - rows) // 2, (canvas[1] - columns) // 2
    screen[top : top + rows, left : left + columns] = _resized(samples, rows, columns)
    return screen


_GIVEN = (
    *("ORIANA", "JONAH", "MAREN", "PIET", "AKIHIKO", "OLESYA"),
    *("LUCIEN", "ZOE", "IAN", "FATOU", "BJORN", "XIMENA"),
)
_FAMILY = (
    *("QUILLFEATHER", "SMYTHE", "O'NEILL", "GARCIA-LOPEZ", "TANABE", "IVANOVA"),
    *("LI", "NG", "ABERNATHY", "WOJCIK", "DOE", "HALVORSEN"),
)
_MONTHS = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]


def _invented(rng: np.random.Generator) -> str:
    """A name, date, number or hospital, in one of the forms that consoles write."""
    given, family = str(rng.choice(_GIVEN)), str(rng.choice(_FAMILY))
    year, month, day = (int(rng.integers(*ends)) for ends in ((1925, 2024), (1, 13), (1, 29)))
    number = int(rng.integers(100_000, 100_000_000))
    forms = (
        f"{family}^{given}",
        f"{family.title()}, {given.title()} {given[0]}",
        f"DOB: {day:02}/{month:02}/{year}",
        f"{year}-{month:02}-{day:02}",
        f"MRN {number}",
        f"ID: {number // 1000}-{number % 1000:03}",
        f"{day:02}-{_MONTHS[month - 1]}-{year} 14:2{day % 10}:09",
        f"Acc# A{number}",
        "ST ELSEWHERE HOSP",
        f"{day:02}.{month:02}.{year} {given.title()} {family.title()} [F]",
    )
    return forms[int(rng.integers(len(forms)))]


def rendered(text: str, font: str, size: int) -> NDArray[np.float64]:
    """How much of each pixel is ink, 0 to 1, with a margin of two."""
    drawn = _font(font, size)
    left, top, right, bottom = (round(each) for each in drawn.getbbox(text))
    image = Image.new("L", (right - left + 4, bottom - top + 4), 0)
    ImageDraw.Draw(image).text((2 - left, 2 - top), text, font=drawn, fill=255)
    if font == BITMAP:
        times = max(1, round(size / 11))
        image = image.resize((image.width * times, image.height * times), Image.Resampling.NEAREST)
    return np.asarray(image) / 255


@cache
def _font(font: str, size: int) -> Any:
    if font == BITMAP:
        return ImageFont.load_default_imagefont()
    if font == "Aileron":
        return ImageFont.load_default(size)
    return ImageFont.truetype(package_folder("matplotlib") / "mpl-data" / "fonts" / "ttf" / font, size)


def _write(
    samples: Samples, rng: np.random.Generator, others: list[Planted], *, hidden: bool
) -> Planted | None:
    """Burn a string in, where it can be read, and beside `others`; none if no place was found."""
    for _ in range(60):
        font, size = str(rng.choice(FONTS)), int(rng.choice(SIZES))
        is_turned = bool(rng.random() < 0.25)
        ink = np.rot90(rendered(_invented(rng), font, size), is_turned)
        contrast = float(rng.choice(CONTRASTS))
        place = _place(samples, ink, rng)
        if place is None or any(not place.grown(3, 3).common(other.region).is_empty for other in others):
            continue
        part = samples[place.top : place.bottom, place.left : place.right].astype(np.float64)
        low, high = (float(each) for each in np.percentile(samples[::3, ::3], [0.2, 99.8]))
        noise = float(part.std() / (high - low))
        made = (
            _hide(samples, place, ink)
            if hidden
            else _burn(samples, place, ink, max(contrast, 2 * noise), (low, high), rng)
        )
        if made and noise <= 0.25:
            return Planted(place, ink > 0.3, size, font, made, noise, is_turned, hidden)
    return None


def _place(samples: Samples, ink: NDArray[np.float64], rng: np.random.Generator) -> Region | None:
    """Where a console would write: mostly near a border."""
    rows, columns = samples.shape[:2]
    high, wide = ink.shape
    if high + 8 >= rows or wide + 8 >= columns:
        return None
    top, left = int(rng.integers(2, rows - high - 2)), int(rng.integers(2, columns - wide - 2))
    if rng.random() < 0.6:
        top = int(rng.choice([min(top, rows // 8), max(top, rows - rows // 8 - high)]))
        left = int(rng.choice([min(left, columns // 10), max(left, columns - columns // 10 - wide)]))
        top, left = max(2, min(top, rows - high - 2)), max(2, min(left, columns - wide - 2))
    return Region(top, left, top + high, left + wide)


def _burn(
    samples: Samples,
    place: Region,
    ink: NDArray[np.float64],
    contrast: float,
    ends: tuple[float, float],
    rng: np.random.Generator,
) -> float | None:
    """Blend a string in; its contrast, or none where there is no room for it between black and white."""
    low, high = ends
    part = samples[place.top : place.bottom, place.left : place.right].astype(np.float64)
    around = part.mean()
    level = high if around < (low + high) / 2 else low
    if contrast < 1:
        level = around + np.sign(level - around) * contrast * (high - low)
    if not low <= level <= high or abs(level - around) < 0.1 * (high - low):
        return None
    colour = np.full(part.shape[2:], level)
    if part.ndim == 3 and contrast >= 1 and level == high:
        colour = high * np.array(((1, 1, 1), (1, 1, 0), (0, 1, 0), (0.4, 0.8, 1))[int(rng.integers(4))])
    weight = ink[..., None] if part.ndim == 3 else ink
    blended = np.round(part * (1 - weight) + weight * colour)
    samples[place.top : place.bottom, place.left : place.right] = blended.astype(samples.dtype)
    return float(abs(level - around) / (high - low))


def _hide(samples: Samples, place: Region, ink: NDArray[np.float64]) -> float | None:
    """A string that no window shows: so little brighter than what is flat around it."""
    part = samples[place.top : place.bottom, place.left : place.right]
    noise = float(part.std())
    span = float(samples.max()) - float(samples.min())
    step = max(1, round(4 * noise))
    if part.ndim == 3 or step / span > 0.03 or int(part.max()) + step > samples.max():
        return None
    part[ink > 0.5] += np.array(step, samples.dtype)
    return step / span


def _rule(samples: Samples) -> None:
    """Ticks of a scale near the right border."""
    rows, columns = samples.shape[:2]
    right, white = columns - max(6, columns // 40), samples.max()
    top, step = round(rows * 0.2), round(rows * 0.06)
    for tick in range(10):
        samples[top + tick * step, right - (6 if tick % 5 else 12) : right] = white
    samples[top : top + 9 * step + 1, right] = white


def _mark(samples: Samples, rng: np.random.Generator) -> None:
    """An R or an L at the left border."""
    rows = samples.shape[0]
    ink = rendered("RL"[int(rng.integers(2))], "DejaVuSans-Bold.ttf", max(14, rows // 25))
    top, (high, wide) = round(rows * 0.4), ink.shape
    part = samples[top : top + high, 4 : 4 + wide]
    middle = (float(samples.max()) + float(samples.min())) / 2
    part[ink > 0.5] = samples.max() if part.mean() < middle else samples.min()
