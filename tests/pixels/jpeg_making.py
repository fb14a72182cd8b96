"""JPEG pictures of every kind, and what other decoders make of them."""

import io
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import imagecodecs
import jpeglib
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

__all__ = [
    "SAMPLINGS",
    "coefficients",
    "decoded_by_djpeg",
    "encode",
    "encode_by_cjpeg",
    "encode_by_imagecodecs",
    "photo",
    "pixels",
    "twelve_bits",
]

SAMPLINGS = {"1x1": (1, 1), "2x1": (2, 1), "2x2": (2, 2), "1x2": (1, 2), "4x1": (4, 1)}
"""Sampling factors of luminance as cjpeg says them: columns, rows. Chroma is 1x1."""


def photo(
    rows: int = 150, columns: int = 203, *, mode: str = "RGB", seed: int = 1, text: str = ""
) -> Image.Image:
    """A smooth and noisy picture, with `text` in large letters near row 40, column 60."""
    y, x = np.mgrid[0:rows, 0:columns]
    smooth = np.stack([128 + 90 * np.sin(x / 17 + y / 31), 128 + 90 * np.cos(x / 23), x * 255 / columns], -1)
    noisy = smooth + np.random.default_rng(seed).normal(0, 9, smooth.shape)
    image = Image.fromarray(noisy.clip(0, 255).astype(np.uint8))
    if text:
        ImageDraw.Draw(image).text((60, 40), text, fill="white", font_size=18)
    return image.convert(mode)


def encode(image: Image.Image, **options: object) -> bytes:
    """`image` as JPEG; options as Pillow's."""
    out = io.BytesIO()
    image.save(out, "JPEG", **options)
    return out.getvalue()


def encode_by_cjpeg(image: Image.Image, *options: str) -> bytes:
    """`image` as JPEG; options as cjpeg's."""
    out = io.BytesIO()
    image.save(out, "PPM")
    return subprocess.run(["cjpeg", *options], input=out.getvalue(), capture_output=True, check=True).stdout


def encode_by_imagecodecs(samples: NDArray[Any], **options: Any) -> bytes:
    """`samples` as JPEG; options as those of jpeg8_encode."""
    return bytes(imagecodecs.jpeg8_encode(samples, **options))


def twelve_bits(seed: int = 1) -> NDArray[np.uint16]:
    """Gray samples of 12 bits, smooth and noisy."""
    y, x = np.mgrid[0:150, 0:203]
    smooth = 2048 + 1500 * np.sin(x / 17 + y / 31)
    noisy = smooth + np.random.default_rng(seed).normal(0, 60, smooth.shape)
    samples: NDArray[np.uint16] = noisy.clip(0, 4095).astype(np.uint16)
    return samples


def pixels(data: bytes) -> NDArray[np.uint8]:
    """As Pillow decodes it."""
    return np.asarray(Image.open(io.BytesIO(data)))


def decoded_by_djpeg(data: bytes) -> NDArray[np.uint8]:
    """As djpeg decodes it; what it warns of is an error."""
    done = subprocess.run(["djpeg", "-pnm", "-strict"], input=data, capture_output=True, check=True)
    return np.asarray(Image.open(io.BytesIO(done.stdout)))


def coefficients(data: bytes) -> list[NDArray[np.int16]]:
    """Quantised coefficients of each component: rows and columns of blocks of 8 x 8."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "picture.jpg"
        path.write_bytes(data)
        read = jpeglib.read_dct(str(path))
    return [np.array(found) for found in (read.Y, read.Cb, read.Cr, read.K) if found is not None]
