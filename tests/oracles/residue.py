"""Looking for planted values in bytes: in every encoding, through compression, base64 and hexadecimal."""

import re
from collections.abc import Iterable
from contextlib import suppress
from urllib.parse import quote

from bme_med.verify.packed import views

__all__ = ["forms", "residue"]

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
