"""A browser for tests of the page, and the screens with an engine that answers at once (`pages/fake.ts`)."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.web.browsing import bundled, chromium, served
from tests.web.screens import OTHERS, SLICES

POLICY = "default-src 'none'; script-src 'self'; img-src blob:; form-action 'none'; base-uri 'none'"
PAGES = Path(__file__).parent / "pages"

FOLDERS = """
const root = navigator.storage.getDirectory()
window.showDirectoryPicker = async ({ id }) => {
  const [input, output] = (window.picked ?? "|").split("|")
  let folder = await root
  for (const name of (id === "bme-med-input" ? input : output).split("/")) {
    if (name) folder = await folder.getDirectoryHandle(name, { create: true })
  }
  return folder
}
"""
"""The picker waits for a person; a folder of the origin private file system is of the same class."""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as one:
        yield one


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("site")
    bundled([PAGES / "fake.ts"], folder)
    (folder / "policy.txt").write_text(POLICY)
    (folder / "index.html").write_text(
        '<!doctype html><html lang="en"><meta charset="utf-8"><title>bme-med</title><main></main>'
        '<script type="module" src="/fake.js"></script></html>'
    )
    with served(folder) as address:
        yield address


@pytest.fixture
def page(browser: Browser, site: str) -> Iterator[Page]:
    """The first screen; nothing that a test does may be against the page's policy, or raise an error."""
    context = browser.new_context(viewport={"width": 1280, "height": 860})
    complaints: list[str] = []
    context.add_init_script(FOLDERS)
    page = context.new_page()
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(site)
    yield page
    context.close()
    assert complaints == []


@pytest.fixture(scope="module")
def scans(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("in") / "scans"
    (folder / "ct" / "deep").mkdir(parents=True)
    for number in range(SLICES):
        (folder / "ct" / f"{number:03}.dcm").write_text(f"slice {number}")
    for name in OTHERS:
        (folder / name).write_text(name)
    return folder
