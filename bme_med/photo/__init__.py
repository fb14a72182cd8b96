"""Photos: one engine a container, each an allowlist of what decoding needs."""

from bme_med.photo import gif, jpeg, png, webp

__all__ = ["gif", "jpeg", "png", "webp"]
