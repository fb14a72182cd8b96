"""Photos: one engine a container, each an allowlist of what decoding needs."""

from bme_med.photo import jpeg, png, webp

__all__ = ["jpeg", "png", "webp"]
