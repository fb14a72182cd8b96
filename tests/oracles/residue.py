"""Looking for planted values in bytes: in every encoding, through compression, base64 and hexadecimal."""

import base64
import binascii
import re
import zlib
from collections.abc import Iterable, Iterator
from contextlib import suppress
from urllib.parse import quote

__all__ = ["forms", "residue", "views"]

_TEXT_ENCODINGS = (
    "ascii",
    "latin-1",
    "utf-8",
    "utf-16-le",
    "utf-16-be",
    "iso2022_jp",
    "shift_jis",
    "iso8859-5",
    "gb18030",
)
_ZLIB_HEADER = re.compile(rb"\x78[\x01\x5e\x9c\xda]")
_GZIP_HEADER = re.compile(rb"\x1f\x8b\x08")
_BASE64_RUN = re.compile(rb"[A-Za-z0-9+/\r\n]{12,}={0,2}")
_HEX_RUN = re.compile(rb"(?:[0-9A-Fa-f]{2}\s?){8,}")
_DEPTH = 3


def residue(values: Iterable[str | bytes], data: bytes) -> set[str | bytes]:
    """Those of `values` that stand in `data` in some form."""
    haystack = b"\n\n".join(views(data)).lower()
    return {value for value in values if any(form in haystack for form in forms(value))}


def forms(value: str | bytes) -> set[bytes]:
    r"""How a value can stand in a file, ASCII letters in lower case; bytes stand as they are.

    >>> b"vole^ada" in forms("Vole Ada"), b"v\0o\0" in forms("Vo")
    (True, True)
    """
    if isinstance(value, bytes):
        return {value.lower()}
    separated = {value, *(re.sub(r"[ ^=_]", mark, value) for mark in " ^=_")}
    texts = {cased for text in separated for cased in (text, text.lower(), text.upper())}
    texts |= {quote(value), value.encode("ascii", "xmlcharrefreplace").decode()}
    encoded: set[bytes] = set()
    for text in texts:
        for encoding in _TEXT_ENCODINGS:
            with suppress(UnicodeEncodeError):
                encoded.add(text.encode(encoding).lower())
    return encoded


def views(data: bytes, depth: int = _DEPTH) -> Iterator[bytes]:
    """The bytes themselves and whatever is packed in them, and in that."""
    yield data
    if not depth:
        return
    for packed in (*_inflated(data), *_decoded(data)):
        yield from views(packed, depth - 1)


def _inflated(data: bytes) -> Iterator[bytes]:
    for header, bits in ((_ZLIB_HEADER, zlib.MAX_WBITS), (_GZIP_HEADER, zlib.MAX_WBITS | 16)):
        for found in header.finditer(data):
            plain = b""
            with suppress(zlib.error):
                plain = zlib.decompressobj(bits).decompress(data[found.start() :])
            if plain:
                yield plain


def _decoded(data: bytes) -> Iterator[bytes]:
    for run in _BASE64_RUN.findall(data):
        text = re.sub(rb"[\r\n=]", b"", run)
        for start in range(4):
            whole = text[start : start + (len(text) - start) // 4 * 4]
            with suppress(binascii.Error):
                yield base64.b64decode(whole)
    for run in _HEX_RUN.findall(data):
        digits = re.sub(rb"\s", b"", run)
        yield bytes.fromhex(digits[: len(digits) // 2 * 2].decode())
