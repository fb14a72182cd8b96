"""Elements written byte by byte, as no library would write them."""

from pydicom.uid import ExplicitVRLittleEndian

from bme_med.verify.tables import load_tables
from tests.oracles.planting import encode, small_mr

__all__ = ["WORD", "explicit", "implicit", "item", "with_element"]

WORD = "ZQTOKENQ"
"""A name that `with_element` makes known, so that it is looked for everywhere."""


def explicit(tag: int, vr: bytes, value: bytes) -> bytes:
    """One element in explicit VR little endian."""
    head = (tag >> 16).to_bytes(2, "little") + (tag & 0xFFFF).to_bytes(2, "little") + vr
    if vr in {b"OB", b"OD", b"OF", b"OL", b"OV", b"OW", b"SQ", b"UN", b"UT"}:
        return head + b"\0\0" + len(value).to_bytes(4, "little") + value
    return head + len(value).to_bytes(2, "little") + value


def implicit(tag: int, value: bytes) -> bytes:
    """One element in implicit VR little endian."""
    head = (tag >> 16).to_bytes(2, "little") + (tag & 0xFFFF).to_bytes(2, "little")
    return head + len(value).to_bytes(4, "little") + value


def item(content: bytes) -> bytes:
    return b"\xfe\xff\x00\xe0" + len(content).to_bytes(4, "little") + content


def tag_of(raw: bytes) -> int:
    return int.from_bytes(raw[:2], "little") << 16 | int.from_bytes(raw[2:4], "little")


def with_element(raw: bytes) -> bytes:
    """A small explicit instance with one raw element, or a few, put in behind all lower tags."""
    ds = small_mr()
    ds.OperatorsName = f"{WORD}^Ada"
    whole = encode(ds, ExplicitVRLittleEndian, load_tables())
    after = next(tag for tag in sorted(ds.keys()) if tag > tag_of(raw) or tag == 0x7FE00010)
    mark = (after >> 16).to_bytes(2, "little") + (after & 0xFFFF).to_bytes(2, "little")
    at = whole.index(mark, 132)
    return whole[:at] + raw + whole[at:]
