"""What painting a region of a JPEG costs: ``python -m tests.bench.painting``.

Processor seconds, and how often Pillow decodes the same picture in that time, in the same run. The picture is
made: smooth shapes with noise, coded as cameras and other programs code it.
"""

import io
import resource
import time
from collections.abc import Callable

import numpy as np
from PIL import Image

from bme_med.core import Region
from bme_med.pixels.jpeg import paint_jpeg

__all__ = ["main"]

ROUNDS = 3
LARGE, FRAME = (6000, 8000), (512, 512)
CODINGS: dict[str, dict[str, object]] = {
    "standard tables": {"quality": 85},
    "tables of its own": {"quality": 85, "optimize": True},
    "tables of its own, restart markers": {"quality": 85, "optimize": True, "restart_marker_rows": 1},
    "progressive": {"quality": 85, "progressive": True},
}


def picture(rows: int, columns: int, mode: str) -> Image.Image:
    """Shapes of many sizes with noise, about as hard to code as a photo."""
    random = np.random.default_rng(1)
    image = Image.new("RGB", (columns, rows))
    for cells in (4, 16, 64, 256):
        coarse = random.integers(0, 256, (cells, cells, 3), np.uint8)
        layer = Image.fromarray(coarse).resize((columns, rows), Image.Resampling.BICUBIC)
        image = Image.blend(image, layer, 0.4)
    noise = Image.effect_noise((columns, rows), 12).convert("RGB")
    return Image.blend(image, noise, 0.2).convert(mode)


def cpu_seconds(work: Callable[[], object]) -> float:
    """The least of several rounds."""
    seconds = []
    for _ in range(ROUNDS):
        start = time.process_time()
        work()
        seconds.append(time.process_time() - start)
    return min(seconds)


def decode(jpeg: bytes) -> None:
    """As Pillow does it."""
    with Image.open(io.BytesIO(jpeg)) as opened:
        opened.load()


def measure(name: str, jpeg: bytes, region: Region) -> None:
    """Print one line of the table."""
    decoding = cpu_seconds(lambda: decode(jpeg))
    start = time.process_time()
    paint_jpeg(jpeg, [region])
    first = time.process_time() - start
    again = cpu_seconds(lambda: paint_jpeg(jpeg, [region]))
    print(
        f"| {name} | {len(jpeg) / 1e6:.2f} | {1000 * decoding:.1f} | {1000 * first:.1f} | {1000 * again:.1f}"
        f" | {again / decoding:.1f} |"
    )


def main() -> None:
    """Print the table."""
    Image.MAX_IMAGE_PIXELS = None
    print("| picture | MB | Pillow decodes, ms | first painting, ms | further ones, ms | ratio |")
    print("|---|---|---|---|---|---|")
    for label, (rows, columns), mode, region in (
        ("512 x 512, gray", FRAME, "L", Region(4, 4, 40, 200)),
        ("512 x 512, colour", FRAME, "RGB", Region(4, 4, 40, 200)),
        ("48 megapixels", LARGE, "RGB", Region(3000, 1000, 3200, 1800)),
    ):
        image = picture(rows, columns, mode)
        for coding, options in CODINGS.items():
            out = io.BytesIO()
            image.save(out, "JPEG", **options)
            measure(f"{label}, {coding}", out.getvalue(), region)
    print(f"\nlargest resident set: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000:.0f} MB")


if __name__ == "__main__":
    main()
