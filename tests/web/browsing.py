"""The page in Debian's Chromium, in which no name resolves but the loopback's."""

import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
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
    with SiteServer(site, 0) as server:
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield server.url
        finally:
            server.shutdown()
            thread.join()


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
