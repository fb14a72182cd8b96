"""The browser edition against the command line: ``python -m tests.bench.browser [--work DIR]``.

Slices are de-identified by the engine of the page in Node, which has the WebAssembly of Chromium, and by the
command line's code in one process; processor time is compared, round by round. WebAssembly is compiled better
while it runs, so that the first slices of a page cost more than later ones. Chromium then opens the site with
a new profile of a user, and again with what it kept.
"""

import argparse
import gzip
import shutil
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from playwright.sync_api import expect, sync_playwright

from bme_med.run import deidentify, make_job
from tests.bench.material import default_folder, few_slices
from tests.run.making import key_file
from tests.web.browsing import FLAGS, served
from tests.web.building import ROOT, built_site, run_in_node, runner

__all__ = ["main"]

PROFILE = "ps315-basic"
SLICES = 400
ROUNDS = 3
KEY = bytes(range(32)).hex()
PATIENT_MS = 300_000


def main() -> None:
    """Measure, and print a table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--work", type=Path, default=default_folder())
    source = few_slices(parser.parse_args().work, SLICES)
    site = built_site()
    sizes = [path.stat().st_size for path in site.rglob("*") if path.is_file()]
    packed = sum(len(gzip.compress(path.read_bytes(), 6)) for path in site.rglob("*") if path.is_file())
    start, page, native, heap = _slices(source)
    usual = median(native)
    cold, warm = _starts(site)
    rows = {
        "files of the site": f"{len(sizes)}",
        "MB transferred, as they are / gzip": f"{sum(sizes) / 1e6:.1f} / {packed / 1e6:.1f}",
        "MB of bme-med.html": f"{(ROOT / 'dist' / 'bme-med.html').stat().st_size / 1e6:.1f}",
        "start in Chromium, new profile, s": f"{cold:.1f}",
        "start in Chromium, kept by the browser, s": f"{warm:.1f}",
        "start of the first worker, cpu s": f"{start:.1f}",
        "command line, one process, cpu ms a slice": f"{usual * 1000:.1f}",
        **{
            f"page, slice {number * SLICES + 1} on, cpu ms": f"{one * 1000:.1f}, {one / usual:.1f} times"
            for number, one in enumerate(page)
        },
        "memory of Python, largest worker, MB": f"{heap / 1e6:.0f}",
    }
    print("\n".join(["| browser edition | |", "|---|---|", *(f"| {k} | {v} |" for k, v in rows.items())]))


def _slices(source: Path) -> tuple[float, list[float], list[float], int]:
    """Processor seconds: the start, a slice of the page and of the command line, by round; bytes of heap."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        script = runner(ROOT / "tests" / "web" / "run.ts", folder)
        native = [_natively(source, folder / f"n{number}", key_file(folder)) for number in range(ROUNDS)]
        order = {"input": source, "profile": PROFILE, "key": KEY}
        orders = [
            {**order, "out": folder / f"p{number}", "audit": folder / f"p{number}.jsonl"}
            for number in range(ROUNDS)
        ]
        said = run_in_node(script, orders)
    page = [one["cpuSeconds"] / SLICES for one in said["done"]]
    return said["startSeconds"], page, native, max(one["heap"] for one in said["done"])


def _natively(source: Path, out: Path, key: Path) -> float:
    started = time.process_time()
    deidentify(make_job([source], out, profile=PROFILE, key_file=key, workers=1))
    return (time.process_time() - started) / SLICES


def _starts(site: Path) -> tuple[float, float]:
    """Seconds from opening the page until it takes files: for the first time, and in a new browser."""
    chromium = shutil.which("chromium") or sys.exit("chromium is not installed")
    seconds = []
    with tempfile.TemporaryDirectory() as profile, sync_playwright() as driver, served(site) as address:
        for _ in range(2):
            context = driver.chromium.launch_persistent_context(profile, executable_path=chromium, args=FLAGS)
            page = context.new_page()
            started = time.perf_counter()
            page.goto(address)
            expect(page.locator("#lock")).to_have_text("Network lock: verified", timeout=PATIENT_MS)
            seconds.append(time.perf_counter() - started)
            page.evaluate("async () => { await navigator.serviceWorker.ready }")
            page.wait_for_timeout(3000)
            context.close()
    return seconds[0], seconds[1]


if __name__ == "__main__":
    main()
