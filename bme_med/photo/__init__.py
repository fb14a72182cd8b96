"""Photos: one engine a container, each an allowlist of what decoding needs."""

from bme_med.photo import bmp, gif, heif, jpeg, png, tiff, webp

__all__ = ["bmp", "gif", "heif", "jpeg", "png", "tiff", "webp"]
