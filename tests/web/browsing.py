"""The page in Debian's Chromium, in which no name resolves but the loopback's."""

import os
import shutil
import subprocess
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar, NoReturn

from playwright.sync_api import Browser, Page, sync_playwright

__all__ = ["PAGE", "SITE", "WEB", "absent", "built", "bundled", "chromium", "drop", "policy", "served"]

WEB = Path(__file__).parents[2] / "bme_med" / "web"
SITE = WEB / "site"
PAGE = WEB.parents[1] / "dist" / "bme-med.html"
POLICY = "default-src 'none'; script-src 'self'; connect-src 'self'; img-src blob:; form-action 'none'; base-uri 'none'"
_FLAGS = (
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
    "--no-sandbox",
    "--disable-gpu",
)


def absent(reason: str) -> NoReturn:
    """Skip, but fail on a build server, where nothing may be left out."""
    import pytest

    if os.environ.get("BME_MED_REQUIRE_ORACLES") == "1":
        pytest.fail(reason)
    pytest.skip(reason)


def bundled(entries: Sequence[Path], folder: Path, *options: str) -> None:
    """TypeScript `entries`, each in one script below `folder`."""
    esbuild = WEB / "node_modules" / ".bin" / "esbuild"
    if not esbuild.exists():
        absent("the browser edition's packages are not installed: run `make ui`")
    command = [str(esbuild), *map(str, entries), "--bundle", "--format=esm", "--log-level=warning"]
    subprocess.run([*command, f"--outdir={folder}", *options], check=True, timeout=120)


def built() -> None:
    """Skip where the browser edition has not been built."""
    if not ((SITE / "index.html").exists() and PAGE.exists()):
        absent("the browser edition is not built: run `make ui`")


def policy() -> str:
    """The policy that the built site is served under."""
    return (SITE / "policy.txt").read_text(encoding="utf-8").strip()


@contextmanager
def served(folder: Path, policy: str = POLICY) -> Iterator[str]:
    """The address under which `folder` is served, under `policy`."""
    handler = type("Handler", (_Handler,), {"policy": policy})
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(handler, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/"
    finally:
        server.shutdown()
        server.server_close()


class _Handler(SimpleHTTPRequestHandler):
    policy = ""
    extensions_map: ClassVar[dict[str, str]] = {
        ".html": "text/html",
        ".js": "text/javascript",
        ".wasm": "application/wasm",
        "": "application/octet-stream",
    }

    def end_headers(self) -> None:
        self.send_header("Content-Security-Policy", self.policy)
        super().end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name in the base class
        """Says nothing."""


@contextmanager
def chromium() -> Iterator[Browser]:
    """Without a window."""
    path = shutil.which("chromium")
    if not path:
        absent("chromium is not installed")
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=path, args=list(_FLAGS))
        try:
            yield browser
        finally:
            browser.close()


def drop(page: Page, selector: str, *paths: Path) -> None:
    """Drop files or folders as a file manager does."""
    box = page.locator(selector).bounding_box()
    assert box
    at = {"x": box["x"] + box["width"] / 2, "y": box["y"] + box["height"] / 2}
    data = {"items": [], "files": [str(path) for path in paths], "dragOperationsMask": 1}
    session = page.context.new_cdp_session(page)
    for kind in ("dragEnter", "dragOver", "drop"):
        session.send("Input.dispatchDragEvent", {"type": kind, **at, "data": data})
    session.detach()
