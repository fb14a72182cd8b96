"""The table of transfer syntaxes says what the program does, and leaves none out."""

import re

import pytest

from bme_med.core.resources import read_table
from bme_med.pixels.syntaxes import CODECS, DCT, JPEG_XL_SYNTAXES, NATIVE, RLE
from tests.docs.reading import DOCS

_ROW = re.compile(r"^\| [^|]+ \| (1\.2\.840\.10008\.1\.2[\d.]*?)(?: to \.(\d+))? \| ([^|]+) \|", re.MULTILINE)
_ARITHMETIC = {f"1.2.840.10008.1.2.4.{last}" for last in (52, 54, 56)}
_PACKED = "1.2.840.10008.1.2.4.111"
_OTHERS = "1.2.840.10008.1.2.6."
"""MIME and XML encodings."""


def _rows() -> dict[str, str]:
    """What the page says of each UID."""
    rows = {}
    for first, last, by_whom in _ROW.findall((DOCS / "reference" / "transfer-syntaxes.md").read_text()):
        stem, _, start = first.rpartition(".")
        uids = [f"{stem}.{n}" for n in range(int(start), int(last) + 1)] if last else [first]
        rows.update(dict.fromkeys(uids, by_whom))
    return rows


def _registered() -> set[str]:
    uids = {row["uid"] for row in read_table("uids.csv") if f"{row['uid']}.".startswith("1.2.840.10008.1.2.")}
    return {re.sub(r"(4\.10\d)\.1$", r"\1", uid) for uid in uids if not uid.startswith(_OTHERS)}


def test_every_registered_transfer_syntax_is_in_the_table() -> None:
    assert _registered() <= set(_rows())


@pytest.mark.parametrize("uid", _rows())
def test_a_row_says_what_becomes_of_frames(uid: str) -> None:
    said = _rows()[uid]
    if uid in _ARITHMETIC:
        assert said == "**native**"
    elif uid in {*NATIVE, *DCT, RLE, _PACKED}:
        assert "us" in said or "our blocks" in said
    else:
        assert (said == "**refused**") == (uid not in {*CODECS, *JPEG_XL_SYNTAXES})
