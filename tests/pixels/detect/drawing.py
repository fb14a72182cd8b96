"""Pictures with letters, for tests: Pillow draws them."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

__all__ = ["glyphs", "page"]


def glyphs(
    text: str, *, size: int = 16, at: tuple[int, int] = (24, 20), shape: tuple[int, int] = (96, 288)
) -> NDArray[np.bool_]:
    """Where the ink of `text` is: from row and column `at` on, in a picture of `shape`."""
    image = Image.new("L", (shape[1], shape[0]), 0)
    ImageDraw.Draw(image).text((at[1], at[0]), text, font=ImageFont.load_default(size), fill=255)
    return np.asarray(image) > 127


def page(text: str, *, size: int = 16, ink: int = 230, paper: int = 20) -> NDArray[np.uint8]:
    """A small grey picture that says `text`."""
    return np.where(glyphs(text, size=size), ink, paper).astype(np.uint8)
