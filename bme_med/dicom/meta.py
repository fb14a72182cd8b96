"""Writing preamble and file meta information anew, and a file of them (PS3.10, 7.1; PS3.15, E.1.1)."""

from bme_med import __version__
from bme_med.core import Piece, Pieces, splice
from bme_med.core.deflate import stored_blocks
from bme_med.dicom.encoding import EXPLICIT_LE, element
from bme_med.dicom.part10 import DEFLATED, Contents

__all__ = ["IMPLEMENTATION_CLASS_UID", "file_meta", "file_of"]

IMPLEMENTATION_CLASS_UID = "2.25.153268417298170938447213960127445118273"
"""Ours, made once from a random UUID (PS3.5, B.2)."""


def file_meta(sop_class: str, sop_instance: str, transfer_syntax: str) -> bytes:
    """Zeroed preamble, ``DICM`` and group 0002, describing nothing but the output and its writer."""
    group = b"".join(
        element(tag, vr, value, coding=EXPLICIT_LE)
        for tag, vr, value in (
            (0x00020001, "OB", b"\x00\x01"),
            (0x00020002, "UI", sop_class.encode()),
            (0x00020003, "UI", sop_instance.encode()),
            (0x00020010, "UI", transfer_syntax.encode()),
            (0x00020012, "UI", IMPLEMENTATION_CLASS_UID.encode()),
            (0x00020013, "SH", f"BME_MED_{__version__}"[:16].encode()),
        )
    )
    length = len(group).to_bytes(4, "little")
    return bytes(128) + b"DICM" + element(0x00020000, "UL", length, coding=EXPLICIT_LE) + group


def file_of(meta: bytes, dataset: Pieces, contents: Contents) -> tuple[Piece, ...]:
    """The pieces of a file: ranges of the source, or literals where `contents` are a copy.

    A deflated dataset is stored, not compressed, so that its bytes do not depend on a library (PS3.5, A.5).
    """
    if not contents.is_copy:
        return dataset.done(meta)
    literal = splice(dataset.done(), contents.data)
    if contents.transfer_syntax == DEFLATED:
        literal = stored_blocks(literal)
        literal += bytes(len(literal) & 1)
    return meta, literal
