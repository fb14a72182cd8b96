"""Frames and photos as the page's workers show them in Chromium, under the policy of the site."""

import base64
import io
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pillow_heif
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageOps
from playwright.sync_api import Page
from pydicom.data import get_testdata_file

from tests.nodes import node_for
from tests.pixels.jpeg_making import photo
from tests.pixels.reading import CORPUS
from tests.web.browsing import bundled, chromium, served
from tests.web.building import WEB
from tests.web.test_picture import from_file

PAGES = Path(__file__).parent / "pages"
WASM = {
    "openjpeg.wasm": "@cornerstonejs/codec-openjpeg/dist/openjpegwasm_decode.wasm",
    "charls.wasm": "@cornerstonejs/codec-charls/dist/charlswasm_decode.wasm",
    "openjph.wasm": "@cornerstonejs/codec-openjph/dist/openjphjs.wasm",
    "libheif.wasm": "libheif-js/libheif-wasm/libheif.wasm",
}
DICOM = (
    *("SC_rgb_jpeg_gdcm", "SC_rgb_dcmtk_+eb+cr", "SC_rgb_dcmtk_+eb+cy+n1", "SC_rgb_small_odd_jpeg"),
    *("MR_small_jp2klossless", "MR_small_jpeg_ls_lossless", "MR_small_RLE", "CT_small"),
)
_ORIENTATION = 0x0112
_SECONDS = 120


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    """A page that looks at what lies beside it."""
    folder = tmp_path_factory.mktemp("site")
    node = node_for(WEB)
    policy = f'import {{ SITE_POLICY }} from "{WEB / "build" / "policy.mjs"}"; console.log(SITE_POLICY)'
    with open(folder / "policy.txt", "w", encoding="utf-8") as said:
        subprocess.run([node, "--input-type=module", "-e", policy], stdout=said, check=True, timeout=60)
    workers = ["--format=iife", "--external:fs", "--external:path", "--external:crypto"]
    bundled([PAGES / "looking.ts"], folder / "page")
    bundled([WEB / "src" / "looking.ts", WEB / "src" / "heic.ts"], folder / "assets", *workers)
    for name, place in WASM.items():
        shutil.copyfile(WEB / "node_modules" / place, folder / "assets" / name)
    (folder / "index.html").write_text('<!doctype html><script type="module" src="page/looking.js"></script>')
    with served(folder) as address, chromium() as browser:
        opened = browser.new_page()
        opened.set_default_timeout(_SECONDS * 1000)
        opened.goto(address)
        yield opened


def looked(page: Page, data: bytes, format_: str, view: dict[str, Any] | None = None) -> NDArray[np.uint8]:
    """RGBA that a worker makes of it."""
    found = page.evaluate("asked => look(asked)", [format_, base64.b64encode(data).decode(), view])
    assert isinstance(found, list), found
    rows, columns, pixels = found
    return np.frombuffer(base64.b64decode(pixels), "u1").reshape(rows, columns, 4)


@pytest.mark.parametrize("name", DICOM)
def test_a_frame_is_shown_as_imagecodecs_decodes_it(name: str, page: Page) -> None:
    shown = from_file(Path(str(get_testdata_file(f"{name}.dcm"))))
    found = looked(page, shown.data, "dicom", shown.view)
    wanted = shown.expected if shown.expected.ndim == 3 else shown.expected[..., None].repeat(3, axis=2)
    assert found.shape[:2] == wanted.shape[:2]
    assert np.abs(found[..., :3].astype(int) - wanted).max() <= 2  # both round colors of JPEG


def test_what_a_frame_says_of_itself_neither_turns_nor_colors_it(page: Page) -> None:
    shown = from_file(Path(str(get_testdata_file("SC_rgb_dcmtk_+eb+cr.dcm"))))
    exif = Image.Exif()
    exif[_ORIENTATION] = 6
    file = _encoded(photo(), "JPEG", exif=exif)
    head = file[2 : file.index(b"\xff\xdb")]
    assert head.startswith(b"\xff\xe0")
    assert b"Exif" in head
    found = looked(page, shown.data[:2] + head + shown.data[2:], "dicom", shown.view)
    assert np.abs(found[..., :3].astype(int) - shown.expected).max() <= 2


def _encoded(image: Image.Image, format_: str, **options: Any) -> bytes:
    out = io.BytesIO()
    image.save(out, format_, **options)
    return out.getvalue()


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_photo_is_shown_the_right_way_round(orientation: int, page: Page) -> None:
    exif = Image.Exif()
    exif[_ORIENTATION] = orientation
    data = _encoded(photo(), "JPEG", quality=95, subsampling=0, exif=exif)
    wanted = np.asarray(ImageOps.exif_transpose(Image.open(io.BytesIO(data))).convert("RGB"))
    assert np.abs(looked(page, data, "jpeg")[..., :3].astype(int) - wanted).max() <= 2


@pytest.mark.parametrize("format_", ["PNG", "BMP", "GIF", "WEBP"])
def test_photos_of_other_formats_are_shown(format_: str, page: Page) -> None:
    data = _encoded(photo(), format_, **({"lossless": True} if format_ == "WEBP" else {}))
    wanted = np.asarray(Image.open(io.BytesIO(data)).convert("RGB"))
    assert np.array_equal(looked(page, data, format_.lower())[..., :3], wanted)


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus is not beside this checkout")
def test_heic_is_shown_as_pillow_shows_it(page: Page) -> None:
    pillow_heif.register_heif_opener()
    data = (CORPUS.parent / "photos" / "exifr" / "heic-single.heic").read_bytes()
    wanted = np.asarray(Image.open(io.BytesIO(data)).convert("RGB").convert("L")).astype(int)
    found = np.asarray(Image.fromarray(looked(page, data, "heif")[..., :3].copy()).convert("L"))
    assert found.shape == wanted.shape
    assert np.abs(found - wanted).mean() < 1  # chroma is enlarged in other ways


def test_what_no_browser_shows_is_said(page: Page) -> None:
    with pytest.raises(AssertionError, match="this browser cannot show pictures of this kind"):
        looked(page, _encoded(photo(), "TIFF"), "tiff")
