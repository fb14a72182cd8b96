"""The network lock: nothing that page or worker try reaches anybody, whichever way the page was opened."""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Error, Page, Worker, expect

from tests.web.browsing import served
from tests.web.building import ROOT, built_site
from tests.web.canary import CHANNELS, WORKER_CHANNELS, Canary, listening

PATIENT_MS = 300_000
SETTLED_MS = 400
CONNECTS = {"frame", "window of a form"}
"""Chromium connects ahead, before it asks the policy; nothing goes over that connection."""

EVERY_KIND = {"fetch", "image", "WebSocket", "WebRTC", "window", "form", "navigation"}
"""One channel of each kind: requests, elements, sockets, datagrams, windows, forms, navigations."""

UNHEARD = {"WebTransport"}
"""Chromium wants a certificate before it sends a byte of the page."""


@pytest.fixture(params=["site", "file"])
def page(request: pytest.FixtureRequest, browser: Browser) -> Iterator[Page]:
    """The page, served or opened by double-click, with its lock proved."""
    site = built_site()
    with served(site) as address:
        context = browser.new_context()
        page = context.new_page()
        page.goto(address if request.param == "site" else (ROOT / "dist" / "bme-med.html").as_uri())
        expect(page.locator("#lock")).to_have_text("Network lock: verified", timeout=PATIENT_MS)
        yield page
        context.close()


def attempt(place: Page | Worker, code: str, canary: Canary) -> None:
    """Try one channel; that it is not there, or throws, is as good as any other way to fail."""
    started = f"async ({{ url, udp }}) => {{ try {{ await (async () => {{ {code} }})() }} catch {{}} }}"
    bounded = f"arg => Promise.race([({started})(arg), new Promise(done => setTimeout(done, {SETTLED_MS}))])"
    place.evaluate(bounded, {"url": canary.url, "udp": canary.udp})


def test_nothing_leaves_the_page_or_its_workers(page: Page) -> None:
    address = page.url
    with listening() as canary:
        for name, code in CHANNELS.items():
            before = canary.connections
            attempt(page, code, canary)
            page.wait_for_timeout(SETTLED_MS)
            assert canary.heard == 0, name
            assert canary.connections == before or name in CONNECTS, name
        assert page.workers
        before = canary.connections
        for name, code in WORKER_CHANNELS.items():
            attempt(page.workers[0], code, canary)
            page.wait_for_timeout(SETTLED_MS)
            assert (canary.heard, canary.connections) == (0, before), name
    assert page.url.partition("#")[0] == address
    assert len(page.context.pages) == 1
    assert len(CHANNELS) + len(WORKER_CHANNELS) > 20


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=() if name in EVERY_KIND else pytest.mark.nightly)
        for name in sorted(set(CHANNELS) - UNHEARD)
    ],
)
def test_without_the_lock_every_channel_is_heard(browser: Browser, name: str, tmp_path: Path) -> None:
    """The canary would have heard it: otherwise its silence says nothing."""
    (tmp_path / "index.html").write_text("<!doctype html><title>open</title><body></body>")
    (tmp_path / "policy.txt").write_text("default-src * 'unsafe-inline' data: blob:")
    with served(tmp_path) as address, listening() as canary:
        context = browser.new_context()
        page = context.new_page()
        page.goto(address)
        with suppress(Error):  # a navigation ends the evaluation
            attempt(page, CHANNELS[name], canary)
        for _ in range(50):
            if canary.heard:
                break
            page.wait_for_timeout(100)
        context.close()
        assert canary.heard
