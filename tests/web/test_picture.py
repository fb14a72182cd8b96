"""Frames as the page shows them: what pydicom and numpy make of the same samples."""

import json
import subprocess
import warnings
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
import pytest
from numpy.typing import NDArray
from pydicom.data import get_testdata_file
from pydicom.dataset import Dataset
from pydicom.encaps import generate_frames
from pydicom.pixels.processing import apply_color_lut, apply_rescale, apply_voi_lut, convert_color_space
from pydicom.pixels.utils import pixel_array

from bme_med.dicom.viewing import view_frame
from bme_med.pixels import decode_frame
from tests.nodes import node_for
from tests.pixels.reading import CORPUS, form_of, value_of

WEB = Path(__file__).parents[2] / "bme_med" / "web"
PARITY = sorted((CORPUS / "DICOM-Swift").rglob("DecoderParity/*parity.dcm"))
_EXPLICIT = "1.2.840.10008.1.2.1"


@dataclass(frozen=True)
class Shown:
    """A frame for the page: a view, its bytes, and the picture that is expected."""

    view: dict[str, Any]
    data: bytes
    expected: NDArray[Any]


def _level(values: NDArray[Any], low: float, high: float) -> NDArray[Any]:
    """Levels of a screen, 0 to 255, for values from `low` to `high`."""
    if low == high:
        return np.zeros(values.shape, "u1")
    scaled = (values.astype("f8") - float(low)) / (float(high) - float(low)) * 255
    return np.floor(scaled.clip(0, 255) + 0.5).astype("u1")


def _gray(ds: Dataset, samples: NDArray[Any]) -> NDArray[Any]:
    """As pydicom windows them; from the smallest to the largest sample where no window is given."""
    values = apply_rescale(samples, ds)
    if "WindowCenter" in ds:
        windowed = apply_voi_lut(values, ds, index=0)
        ends = (-(1 << ds.BitsStored - 1), (1 << ds.BitsStored - 1) - 1)
        low, high = ends if ds.PixelRepresentation else (0, (1 << ds.BitsStored) - 1)
        slope, intercept = float(ds.get("RescaleSlope", 1)), float(ds.get("RescaleIntercept", 0))
        levels = _level(windowed, low * slope + intercept, high * slope + intercept)
    else:
        counted = values[samples != ds.PixelPaddingValue] if "PixelPaddingValue" in ds else values
        levels = _level(values, counted.min(), counted.max())
    return 255 - levels if ds.PhotometricInterpretation == "MONOCHROME1" else levels


def _colors(ds: Dataset, samples: NDArray[Any]) -> NDArray[Any]:
    if ds.PhotometricInterpretation == "PALETTE COLOR":
        colors = apply_color_lut(samples, ds)
        return np.asarray(colors >> 8 if colors.dtype.itemsize > 1 else colors)
    if ds.BitsStored > 8:
        return _level(samples, 0, (1 << ds.BitsStored) - 1)
    return (
        convert_color_space(samples, "YBR_FULL", "RGB") if "FULL" in ds.PhotometricInterpretation else samples
    )


def from_file(path: Path, number: int = 1) -> Shown:
    """Frame `number` of an instance; its samples are those that imagecodecs or pydicom decodes."""
    data = path.read_bytes()
    ds = pydicom.dcmread(path)
    view = asdict(view_frame(data, number))
    found = view.pop("data") or b"".join(data[start:end] for start, end in view["ranges"])
    form = form_of(ds)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if view["is_encapsulated"]:
            frames = [*generate_frames(value_of(ds), number_of_frames=form.frames)]
            samples = decode_frame(frames[number - 1], form)
        else:
            pixels = pixel_array(ds, raw=True)
            samples = pixels if form.frames == 1 else pixels[number - 1]
    is_gray = form.samples == 1 and form.photometric != "PALETTE COLOR"
    return Shown(view, found, _gray(ds, samples) if is_gray else _colors(ds, samples))


def made(samples: NDArray[Any], data: bytes | None = None, **said: Any) -> Shown:
    """Synthetic gray samples, from the smallest to the largest."""
    ds = Dataset()
    rows, columns = samples.shape
    view: dict[str, Any] = {
        "is_encapsulated": False,
        "transfer_syntax": _EXPLICIT,
        "frames": 1,
        "rows": rows,
        "columns": columns,
        "samples": 1,
        "photometric": "MONOCHROME2",
        "planar": 0,
        "allocated": samples.dtype.itemsize * 8,
        "stored": samples.dtype.itemsize * 8,
        "low_bits": 0,
        "is_signed": samples.dtype.kind == "i",
        "is_float": samples.dtype.kind == "f",
        "is_big_endian": False,
        "is_paired": False,
        "first_bit": 0,
        "slope": 1.0,
        "intercept": 0.0,
        "is_inverse": False,
        "windows": [],
        "function": "LINEAR",
        "padding": None,
        "palette": [],
        "first_entry": 0,
    } | said
    if view["windows"]:
        [(ds.WindowCenter, ds.WindowWidth)] = view["windows"]
        ds.VOILUTFunction, ds.BitsStored, ds.PixelRepresentation = view["function"], 8, 0
        ds.PhotometricInterpretation = "MONOCHROME2"
        expected = _level(apply_voi_lut(samples, ds), 0, 255)
    else:
        expected = _level(samples, samples.min(), samples.max())
    expected = 255 - expected if view["is_inverse"] else expected
    return Shown(view, samples.tobytes() if data is None else data, expected)


def _ramp(kind: str) -> NDArray[Any]:
    first = -100 if kind[1] == "i" else 0
    return np.arange(first, first + 240).reshape(12, 20).astype(kind)


def _bits(samples: NDArray[Any], allocated: int) -> bytes:
    """Samples of fewer bits one behind the other, the lowest bit first."""
    whole = sum(int(sample) << at * allocated for at, sample in enumerate(samples.ravel()))
    return whole.to_bytes(-(-samples.size * allocated // 8), "little")


_WINDOWS = [(100.0, 80.0)]
CASES: dict[str, Callable[[], Shown]] = {
    "signed 16 bits": lambda: made(_ramp("<i2")),
    "signed 8 bits": lambda: made(_ramp("<i1")),
    "unsigned 32 bits": lambda: made(_ramp("<u4") * 1_000_003),
    "float": lambda: made(_ramp("<f4") / 7),
    "double float": lambda: made(_ramp("<f8") / 7),
    "big endian": lambda: made(_ramp("<i2"), _ramp(">i2").tobytes(), is_big_endian=True),
    "words of two samples": lambda: made(
        _ramp("<u1"), _ramp("<u1").view(">u2").astype("<u2").tobytes(), is_big_endian=True, is_paired=True
    ),
    "12 bits packed": lambda: made(_ramp("<u2"), _bits(_ramp("<u2"), 12), allocated=12, stored=12),
    "1 bit": lambda: made(_ramp("<u2") % 2, _bits(_ramp("<u2") % 2, 1), allocated=1, stored=1),
    "a later frame of 1 bit": lambda: made(
        _ramp("<u2") % 3 % 2, b"\x55" + _bits((_ramp("<u2") % 3 % 2), 1), allocated=1, stored=1, first_bit=8
    ),
    "other bits above": lambda: made(
        _ramp("<i2"), ((_ramp("<i2") & 0xFFF) | 0x5000).astype("<u2").tobytes(), stored=12
    ),
    "other bits below": lambda: made(_ramp("<u2"), (_ramp("<u2") << 3 | 5).tobytes(), stored=12, low_bits=3),
    "MONOCHROME1": lambda: made(_ramp("<u2"), is_inverse=True),
    "linear": lambda: made(_ramp("<u2"), windows=_WINDOWS),
    "a narrow window": lambda: made(_ramp("<u2"), windows=[(100.0, 1.0)]),
    "linear, exact": lambda: made(_ramp("<u2"), function="LINEAR_EXACT", windows=_WINDOWS),
    "sigmoid": lambda: made(_ramp("<u2"), function="SIGMOID", windows=_WINDOWS),
}
FILES = (
    *("CT_small", "MR_small", "MR_small_bigendian", "ExplVR_BigEnd", "image_dfl", "liver_1frame", "rtdose"),
    *("examples_palette", "SC_rgb_small_odd", "SC_ybr_full_422_uncompressed", "examples_overlay"),
    *("MR_small_RLE", "SC_rgb_rle", "SC_rgb_rle_16bit", "MR_small_jp2klossless", "SC_rgb_jls_lossy_line"),
    *("JPEGLSNearLossless_08", "JPEGLSNearLossless_16", "693_J2KI", "GDCMJ2K_TextGBR"),
    *("MR_small_jpeg_ls_lossless", "JPEG-lossy", "JPGExtended"),
)
PATHS = [Path(str(get_testdata_file(f"{name}.dcm"))) for name in FILES] + PARITY
CASES |= {path.name: partial(from_file, path) for path in PATHS}


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with what the page makes of all cases."""
    folder = tmp_path_factory.mktemp("pictures")
    for number, make in enumerate(CASES.values()):
        shown = make()
        (folder / f"{number}.json").write_text(json.dumps(shown.view))
        (folder / f"{number}.bin").write_bytes(shown.data)
    script = folder / "picture.cjs"
    node = node_for(WEB)
    bundle = [str(WEB / "node_modules/.bin/esbuild"), str(Path(__file__).with_name("picture.ts"))]
    bundle += ["--bundle", "--platform=node", f"--outfile={script}", "--log-level=error"]
    subprocess.run(bundle, check=True, timeout=120)
    command = [node, str(script), str(WEB / "node_modules"), str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr[-1000:]
    return folder


@pytest.mark.parametrize("name", CASES)
def test_a_frame_is_shown_as_pydicom_and_numpy_show_it(name: str, pictures: Path) -> None:
    expected = CASES[name]().expected
    found = pictures / f"{[*CASES].index(name)}.rgba"
    assert found.exists(), found.with_suffix(".txt").read_text()
    pixels = np.frombuffer(found.read_bytes(), "u1").reshape(*expected.shape[:2], 4)
    assert (pixels[..., 3] == 255).all()
    wanted = expected if expected.ndim == 3 else expected[..., None].repeat(3, axis=2)
    assert np.abs(pixels[..., :3].astype(int) - wanted).max() <= 1  # where halves are rounded
    assert (pixels[..., :3] == wanted).mean() > 0.99
