"""What people do on the screens, for tests."""

import io
import json
import zipfile
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, expect

from bme_med.core.boxes_file import parse_boxes
from tests.web.browsing import drop

__all__ = [
    "FOUND",
    "OTHERS",
    "SLICES",
    "WRITTEN",
    "drag",
    "drawn",
    "editing",
    "given",
    "in_folder",
    "runs",
    "step",
    "zipped",
]

SLICES = 130  # more than a browser lists at a time
OTHERS = ("ct/deep/Müller.jpg", "photo.jpg", "refused.jpg", "Thumbs.db", ".DS_Store")
FOUND = SLICES + len(OTHERS)
WRITTEN = FOUND - 1


def given(page: Page, *paths: Path) -> Page:
    drop(page, "#drop", *paths)
    expect(page.locator("#next")).to_be_visible()
    return page


def step(page: Page, words: str) -> None:
    page.get_by_role("navigation").get_by_role("button", name=words).click()


def zipped(page: Page) -> dict[str, str]:
    """The members of the ZIP that the page saves."""
    step(page, "Save")
    with page.expect_download() as download:
        page.click("#save-zip")
    with zipfile.ZipFile(io.BytesIO(Path(download.value.path()).read_bytes())) as archive:
        assert archive.testzip() is None
        assert {member.date_time for member in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        return {name: archive.read(name).decode() for name in archive.namelist()}


def runs(page: Page) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = page.evaluate("wishes.runs")
    return found


def drawn(page: Page) -> Any:
    """What the boxes file says."""
    with page.expect_download() as download:
        page.click("#store")
    text = Path(download.value.path()).read_text(encoding="utf-8")
    parse_boxes(text, "boxes.json")
    return json.loads(text)["files"]


def editing(page: Page, scans: Path, name: str = "ct/000.dcm") -> Page:
    """The editor, with a frame of 320 by 200 pixels."""
    step(given(page, scans), "Boxes")
    page.get_by_role("option", name=name).click()
    expect(page.locator("bme-stage svg")).to_be_visible()
    page.wait_for_function("document.querySelector('bme-app').shadowRoot.querySelector('bme-boxes').picture")
    return page


def point(page: Page, x: float, y: float) -> tuple[float, float]:
    """Where a place of the picture is on the screen."""
    box = page.locator("bme-stage svg").bounding_box()
    assert box
    return box["x"] + x * box["width"] / 320, box["y"] + y * box["height"] / 200


def drag(page: Page, start: tuple[float, float], end: tuple[float, float]) -> None:
    page.mouse.move(*point(page, *start))
    page.mouse.down()
    page.mouse.move(*point(page, *end), steps=4)
    page.mouse.up()


def in_folder(page: Page, picked: str) -> None:
    step(page, "Save")
    page.evaluate(f"window.picked = {picked!r}")
    page.click("#save-folder")
