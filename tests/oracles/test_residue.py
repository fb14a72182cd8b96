"""The search is searched: a value is found however it was packed."""

import base64
import zlib
from collections.abc import Callable

import pytest

from tests.oracles.residue import residue

VALUE = "Quillfeather Zebedee"

PACKED: dict[str, Callable[[str], bytes]] = {
    "as it is": str.encode,
    "in capitals": lambda text: text.upper().encode(),
    "with a caret": lambda text: text.replace(" ", "^").encode(),
    "in UTF-16, little endian": lambda text: b"x" + text.encode("utf-16-le"),
    "in UTF-16, big endian": lambda text: text.upper().encode("utf-16-be"),
    "in a URL": lambda text: text.replace(" ", "%20").encode(),
    "compressed": lambda text: b"tEXt" + zlib.compress(text.encode() * 9, 9) + b"tail",
    "compressed a little": lambda text: zlib.compress(text.encode(), 1),
    "in base64": lambda text: b"data:" + base64.b64encode(b"x" + text.encode()),
    "in base64 in lines": lambda text: base64.encodebytes(text.encode() * 9),
    "in hexadecimal": lambda text: b"exif " + text.encode().hex().encode() + b"\n",
    "in hexadecimal, compressed": lambda text: zlib.compress(text.encode().hex().encode()),
}


@pytest.mark.parametrize("how", PACKED)
def test_a_value_is_found(how: str) -> None:
    packed = b"\0before\0" + PACKED[how](VALUE) + b"\0after"
    assert residue([VALUE, "Vole Ada"], packed) == {VALUE}


def test_bytes_are_found_as_bytes() -> None:
    assert residue([b"\0\1\2A"], b"xx\0\1\2Ayy") == {b"\0\1\2A"}


def test_a_value_that_is_not_there_is_not_found() -> None:
    assert residue([VALUE], b"Quill feather" * 100) == set()
