"""Pictures of the browser edition's screens: python docs/screens.py, after `make ui`."""

import sys
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, expect

ROOT = Path(__file__).parents[1]
SIZE = (1280, 860)
WIDTH = 1000
PATIENT_MS = 300_000
TEXT = (0.01, 0.0, 0.99, 0.2)
"""Where the sample's ultrasound image has its text: left, top, right, bottom, as parts of the picture."""


def main() -> None:
    """Walk through the four screens with the sample's files."""
    sys.path.insert(0, str(ROOT))
    from tests.web.browsing import chromium

    with chromium() as browser:
        dark = browser.new_page(viewport={"width": SIZE[0], "height": SIZE[1]}, color_scheme="dark")
        light = browser.new_page(viewport={"width": SIZE[0], "height": SIZE[1]})
        for page, names in ((light, ("files", "changes", "boxes", "save")), (dark, ("dark",))):
            _walk(page, names)


def _walk(page: Page, names: tuple[str, ...]) -> None:
    from tests.web.browsing import drop

    page.goto((ROOT / "dist" / "bme-med.html").as_uri())
    expect(page.locator("#lock")).to_have_text("Network lock: verified", timeout=PATIENT_MS)
    drop(page, "#drop", ROOT / "sample_data" / "input")
    expect(page.locator("#found")).to_contain_text("patient", timeout=PATIENT_MS)
    steps = {"files": _files, "changes": _changes, "boxes": _boxes, "save": _save, "dark": _changes}
    for name in names:
        steps[name](page)
        shot = Image.open(BytesIO(page.screenshot()))
        small = shot.resize((WIDTH, WIDTH * SIZE[1] // SIZE[0]), Image.Resampling.LANCZOS)
        small.convert("RGB").quantize(256, Image.Quantize.MAXCOVERAGE).save(
            ROOT / "docs" / f"browser-{name}.png", optimize=True
        )


def _go(page: Page, words: str) -> None:
    page.get_by_role("navigation").get_by_role("button", name=words).click()


def _files(page: Page) -> None:
    page.evaluate("window.scrollTo(0, 0)")


def _changes(page: Page) -> None:
    _go(page, "Before and after")
    page.get_by_role("grid").get_by_role("row").nth(5).click(timeout=PATIENT_MS)


def _boxes(page: Page) -> None:
    _go(page, "Boxes")
    series = page.get_by_label("Series or kind")
    series.select_option(
        label=next(one for one in series.locator("option").all_inner_texts() if "Leber" in one)
    )
    picture = page.locator("bme-stage svg")
    expect(picture).to_be_visible(timeout=PATIENT_MS)
    if area := picture.bounding_box():
        left, top, right, bottom = TEXT
        page.mouse.move(area["x"] + left * area["width"], area["y"] + top * area["height"] + 2)
        page.mouse.down()
        page.mouse.move(area["x"] + right * area["width"], area["y"] + bottom * area["height"], steps=3)
        page.mouse.up()
    expect(page.locator("bme-stage .box")).to_have_count(1)


def _save(page: Page) -> None:
    _go(page, "Save")
    with page.expect_download(timeout=PATIENT_MS):
        page.click("#save-zip")
    expect(page.locator("bme-result")).to_contain_text("Done")
    page.get_by_text("neither DICOM nor").click()
    page.evaluate("window.scrollTo(0, 0)")


if __name__ == "__main__":
    main()
