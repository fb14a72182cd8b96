"""The page in Debian's Chromium, in which no name resolves but the loopback's."""

import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from http.server import HTTPServer, SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

from playwright.sync_api import Browser, Page, sync_playwright

from bme_med.web.server import SiteServer
from tests.nodes import absent, node_for
from tests.web.building import WEB

__all__ = ["FLAGS", "bundled", "chromium", "drop", "served"]

FLAGS = (
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
    "--no-sandbox",
    "--disable-gpu",
)


def bundled(entries: Sequence[Path], folder: Path, *options: str) -> None:
    """TypeScript `entries`, each in one script below `folder`."""
    node_for(WEB)
    command = [str(WEB / "node_modules" / ".bin" / "esbuild"), *map(str, entries), f"--outdir={folder}"]
    command += ["--bundle", "--format=esm", "--log-level=warning", *options]
    subprocess.run(command, check=True, timeout=120)


@contextmanager
def served(site: Path) -> Iterator[str]:
    """The address of `site`, as `bme-med ui` serves it."""
    with SiteServer(site, 0) as server, _serving(server):
        yield server.url


@contextmanager
def served_anew(folder: Path, policy: str) -> Iterator[str]:
    """The address of `folder`, in which files may appear later, under `policy`."""
    handler = type("Handler", (_Handler,), {"policy": policy})
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(handler, directory=str(folder)))
    with server, _serving(server):
        yield f"http://127.0.0.1:{server.server_port}/"


@contextmanager
def _serving(server: HTTPServer) -> Iterator[None]:
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()


class _Handler(SimpleHTTPRequestHandler):
    policy = ""
    extensions_map = {  # noqa: RUF012 - the base class has it so
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
        browser = driver.chromium.launch(executable_path=path, args=list(FLAGS))
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
