"""What is packed in bytes: zlib, gzip, ZIP and raw deflate streams, base64, hexadecimal, one in the other."""

import binascii
import re
import zlib
from collections.abc import Iterator
from contextlib import suppress

__all__ = ["unpacked", "views"]

_HEADERS = (
    (re.compile(rb"\x78[\x01\x5e\x9c\xda]"), zlib.MAX_WBITS),
    (re.compile(rb"\x1f\x8b\x08"), zlib.MAX_WBITS | 16),
)
_ZIP_MEMBER = re.compile(rb"PK\x03\x04.{22}(..)(..)", re.DOTALL)
_BASE64_RUN = re.compile(rb"[A-Za-z0-9+/_\r\n-]{12,}={0,2}")
_HEX_RUN = re.compile(rb"(?:[0-9A-Fa-f]{2}\s?){5,}")
_DEPTH = 3
_MOST_BYTES = 64 << 20
"""Of what one stream inflates to."""

_LEAST_RAW_BYTES = 8


def views(data: bytes, depth: int = _DEPTH) -> Iterator[bytes]:
    """The bytes themselves and whatever is packed in them, and in that."""
    yield data
    yield from unpacked(data, depth)


def unpacked(data: bytes, depth: int = _DEPTH) -> Iterator[bytes]:
    """Whatever is packed in `data`, and in that."""
    if not depth:
        return
    for packed in (*_inflated(data), *_decoded(data)):
        yield from views(packed, depth - 1)


def _inflated(data: bytes) -> Iterator[bytes]:
    for header, bits in _HEADERS:
        for found in header.finditer(data):
            yield from _plain(data[found.start() :], bits)
    for found in _ZIP_MEMBER.finditer(data):
        skipped = sum(int.from_bytes(length, "little") for length in found.groups())
        yield from _plain(data[found.end() + skipped :], -zlib.MAX_WBITS)
    if len(data) >= _LEAST_RAW_BYTES:
        yield from _whole(data)


def _plain(data: bytes, bits: int) -> Iterator[bytes]:
    with suppress(zlib.error):
        plain = zlib.decompressobj(bits).decompress(data, _MOST_BYTES)
        if plain:
            yield plain


def _whole(data: bytes) -> Iterator[bytes]:
    """What `data` is, if all of it is one raw deflate stream (RFC 1951), but for a byte of padding."""
    with suppress(zlib.error):
        stream = zlib.decompressobj(-zlib.MAX_WBITS)
        plain = stream.decompress(data, _MOST_BYTES)
        if stream.eof and len(stream.unused_data) <= 1 and plain:
            yield plain


def _decoded(data: bytes) -> Iterator[bytes]:
    for run in _BASE64_RUN.findall(data):
        text = re.sub(rb"[\r\n=]", b"", run).translate(bytes.maketrans(b"-_", b"+/"))
        for start in range(4):
            whole = text[start : start + (len(text) - start) // 4 * 4]
            with suppress(binascii.Error):
                yield binascii.a2b_base64(whole)
    for run in _HEX_RUN.findall(data):
        digits = re.sub(rb"\s", b"", run)
        yield bytes.fromhex(digits[: len(digits) // 2 * 2].decode())
