"""Which tokens an output still holds: in its bytes, packed or not, and where they were planted."""

import base64
import binascii
import re
import warnings
import zlib
from collections.abc import Iterable, Iterator
from contextlib import suppress
from io import BytesIO
from typing import Any

from bme_med.selftest.places import Place
from bme_med.selftest.values import ROOT

__all__ = ["surviving"]

_TOKEN = re.compile(rb"zq\d{5}q|" + re.escape(ROOT.encode()) + rb"\d+")
_WIDE = re.compile(rb"(?:[zq\d]\0){8}|(?:\0[zq\d]){8}")
_ENCODINGS = (
    "utf-8",
    "latin-1",
    "iso8859-5",
    "iso8859-7",
    "gb18030",
    "iso2022_jp",
    "euc_kr",
    "utf-16-le",
    "utf-16-be",
)
_ZLIB = re.compile(rb"\x78[\x01\x5e\x9c\xda]|\x1f\x8b\x08")
_BASE64 = re.compile(rb"[A-Za-z0-9+/\r\n]{12,}={0,2}")
_HEX = re.compile(rb"(?:[0-9A-Fa-f]{2}\s?){8,}")
_DEPTH = 3
_DEFLATED = b"1.2.840.10008.1.2.1.99"


def surviving(places: Iterable[Place], output: bytes, *, is_instance: bool) -> list[Place]:
    """Those of `places` whose token stands in `output`."""
    places = list(places)
    data = output + _deflated(output) if is_instance else output
    found = {token.decode() for view in _views(data, _DEPTH) for token in _tokens(view)}
    if not is_instance:
        return [place for place in places if _stands(place, found, data)]
    dataset = _read(output)
    texts = "\n".join(_texts(dataset))
    return [
        place
        for place in places
        if _stands(place, found, data) or _is_kept(place, dataset) or (place.token and place.token in texts)
    ]


def _deflated(output: bytes) -> bytes:
    """The dataset of an instance whose transfer syntax packs it (PS3.5, A.5)."""
    length = int.from_bytes(output[140:144], "little")
    if _DEFLATED not in output[: 144 + length]:
        return b""
    with suppress(zlib.error):
        return zlib.decompressobj(-zlib.MAX_WBITS).decompress(output[144 + length :])
    return b""


def _stands(place: Place, found: set[str], output: bytes) -> bool:
    if place.token.isascii():
        return bool(place.token) and place.token.lower() in found
    return any(form in output for form in _forms(place.token))


def _forms(token: str) -> Iterator[bytes]:
    for encoding in _ENCODINGS:
        with suppress(UnicodeEncodeError):
            yield token.encode(encoding)


def _tokens(view: bytes) -> Iterator[bytes]:
    lowered = view.lower()
    yield from _TOKEN.findall(lowered)
    for wide in _WIDE.findall(lowered):
        yield from _TOKEN.findall(wide.replace(b"\0", b""))


def _views(data: bytes, depth: int) -> Iterator[bytes]:
    """The bytes, and what is packed in them."""
    yield data
    if depth:
        for packed in (*_inflated(data), *_decoded(data)):
            yield from _views(packed, depth - 1)


def _inflated(data: bytes) -> Iterator[bytes]:
    for found in _ZLIB.finditer(data):
        with suppress(zlib.error):
            yield zlib.decompressobj(zlib.MAX_WBITS | 32).decompress(data[found.start() :], 1 << 24)


def _decoded(data: bytes) -> Iterator[bytes]:
    for run in _BASE64.findall(data):
        text = re.sub(rb"[\r\n=]", b"", run)
        for start in range(4):
            with suppress(binascii.Error):
                yield base64.b64decode(text[start : start + (len(text) - start) // 4 * 4])
    for run in _HEX.findall(data):
        digits = re.sub(rb"\s", b"", run)
        yield binascii.unhexlify(digits[: len(digits) // 2 * 2])


def _read(output: bytes) -> Any:
    from pydicom import dcmread

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return dcmread(BytesIO(output), force=True)


def _texts(dataset: Any) -> Iterator[str]:
    """Every value as pydicom decodes it, by the character set in force; what it cannot decode is left out."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for tag in sorted(dataset.keys()):
            with suppress(Exception):
                element = dataset[tag]
                if element.VR != "SQ":
                    yield str(element.value)
                    continue
                for item in element.value:
                    yield from _texts(item)


def _is_kept(place: Place, dataset: Any) -> bool:
    """Whether an attribute has its planted value, which is too short or too common to be searched for."""
    if place.tag is None or not place.text:
        return False
    node = dataset
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for tag in place.path:
            if tag not in node or not node[tag].value:
                return False
            node = node[tag].value[0]
        return place.tag in node and str(node[place.tag].value) == place.text
