"""The site without its server, and on hosts that do less than `bme-med ui`, in Chromium."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from playwright.sync_api import BrowserContext, Page, Playwright, expect, sync_playwright

from tests.nodes import absent
from tests.web.browsing import FLAGS, served
from tests.web.building import built_site

PATIENT_MS = 300_000
READY = """async () => {
  const { active } = await navigator.serviceWorker.ready
  while (active.state !== "activated") await new Promise(done => setTimeout(done, 50))
}"""
INSTALLED = """async () => {
  const registration = await navigator.serviceWorker.register("sw.js")
  const worker = registration.installing ?? registration.waiting ?? registration.active
  while (!["redundant", "activated"].includes(worker.state)) await new Promise(done => setTimeout(done, 50))
  return worker.state
}"""


class Plain(SimpleHTTPRequestHandler):
    """A host that cannot send headers of ours."""

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name in the base class
        """Say nothing."""


@contextmanager
def plainly_served(site: Path) -> Iterator[str]:
    """The address of `site` on a host that sends no policy."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Plain, directory=str(site))) as server:
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/"
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture(scope="module")
def driver() -> Iterator[Playwright]:
    if not shutil.which("chromium"):
        absent("chromium is not installed")
    with sync_playwright() as driver:
        yield driver


@pytest.fixture
def launch(driver: Playwright, tmp_path: Path) -> Iterator[Callable[[], BrowserContext]]:
    """Starts Chromium, each time with the same profile of a user."""
    started: list[BrowserContext] = []

    def start() -> BrowserContext:
        for earlier in started:
            earlier.close()
        path = shutil.which("chromium")
        started[:] = [driver.chromium.launch_persistent_context(tmp_path, executable_path=path, args=FLAGS)]
        return started[0]

    yield start
    for context in started:
        context.close()


def expect_locked(page: Page) -> None:
    expect(page.locator("#lock")).to_have_text("Network lock: verified", timeout=PATIENT_MS)


@pytest.mark.parametrize(
    "serve",
    [
        pytest.param(served, id="bme-med ui"),
        pytest.param(plainly_served, id="a host without headers", marks=pytest.mark.nightly),
    ],
)
def test_a_page_that_was_opened_once_works_without_its_server(
    serve: Callable[[Path], object], launch: Callable[[], BrowserContext]
) -> None:
    site = built_site()
    page = launch().new_page()
    with serve(site) as address:  # type: ignore[attr-defined]
        page.goto(address)
        expect_locked(page)
        page.evaluate(READY)
    page.reload()
    expect_locked(page)
    again = launch().new_page()
    again.goto(address)
    expect_locked(again)


def test_a_site_with_a_changed_file_is_not_kept(tmp_path: Path, launch: Callable[[], BrowserContext]) -> None:
    site = Path(shutil.copytree(built_site(), tmp_path / "changed"))
    with (site / "assets" / "worker.js").open("a") as script:
        script.write("\n")
    with served(site) as address:
        page = launch().new_page()
        page.goto(f"{address}NOTICE.txt")
        assert page.evaluate(INSTALLED) == "redundant"
    with served(built_site()) as address:
        page.goto(f"{address}NOTICE.txt")
        assert page.evaluate(INSTALLED) == "activated"


def test_the_service_worker_gives_nothing_that_is_not_of_the_site(
    launch: Callable[[], BrowserContext],
) -> None:
    page = launch().new_page()
    with served(built_site()) as address:
        page.goto(f"{address}NOTICE.txt")
        assert page.evaluate(INSTALLED) == "activated"
        page.reload()
        status = "async path => (await fetch(path)).status"
        assert page.evaluate(status, "assets/index.js") == 200
        assert page.evaluate(status, "policy.txt") == 404
        assert page.evaluate("async () => (await fetch('./', { method: 'POST', body: 'x' })).status") == 405
