"""HEIC, HEIF and AVIF: which boxes, items and properties stay (ISO/IEC 14496-12, 23008-12; AVIF 1.1; MIAF).

The primary picture stays, with the tiles and the transparency that it is made of, and of their properties
those that decoding, turning and colouring need; by policy the year in an XMP that holds nothing else. A new
file is written around their data: nothing of the old `meta`, and no byte of the old `mdat` that belongs to
nothing, is copied. Every other picture, thumbnail, gain map, depth map, Exif, XMP, video and box goes,
whatever it is called.
"""

from collections.abc import Iterator
from contextlib import suppress

from bme_med.core.describe import Part
from bme_med.core.plan import Action, Plan
from bme_med.core.policy import Policy
from bme_med.core.sniff import Format
from bme_med.core.source import Source
from bme_med.photo.errors import DamagedPhotoError
from bme_med.photo.heif_boxes import Box
from bme_med.photo.heif_catalog import Item, Property
from bme_med.photo.heif_file import HeifFile, read_file
from bme_med.photo.heif_judging import Judge
from bme_med.photo.heif_properties import read_size
from bme_med.photo.heif_rebuild import Rebuild
from bme_med.photo.heif_writing import encode_brands, write_file
from bme_med.photo.said import Said
from bme_med.photo.taken import heif_metadata, year_to_keep

__all__ = ["describe", "plan"]

_SUFFIXES = {True: ".avif", False: ".heic"}


def describe(source: Source) -> Iterator[Part]:
    """Yield every box, item and property of a HEIF file."""
    file = read_file(source)
    for where, thing in file.parts():
        yield Part(where, _describe(file, thing))


def _describe(file: HeifFile, thing: Box | Item | Property) -> str:
    if isinstance(thing, Item):
        location = file.catalog.locations.get(thing.number)
        size = sum(length for _, length in location.extents) if location else 0
        if (b"thmb", thing.number) in file.catalog.references:
            return f"{size:,} bytes, a thumbnail"
        return f"{size:,} bytes" + (", the picture shown" if thing.number == file.catalog.primary else "")
    box = thing.box if isinstance(thing, Property) else thing
    if box.type == b"ispe":
        with suppress(DamagedPhotoError):  # of a picture that goes, perhaps
            shown = read_size(file.content(box))
            return f"{shown.width:,} x {shown.height:,} pixels"
    return f"{box.end - box.start:,} bytes"


def plan(source: Source, policy: Policy) -> Plan:
    """Decide what stays of a HEIF file.

    Raises
    ------
    FileError
        If the file breaks the grammar, or its picture cannot be kept with certainty.
    """
    file = read_file(source)
    said = Said(None, year_to_keep(policy.profile, heif_metadata(file)))
    rebuild = Rebuild(file, policy.profile, said.packet)
    ftyp = encode_brands(file.content(file.boxes[0]))
    boxes, out = write_file(ftyp, rebuild.items, rebuild.numbers[file.catalog.primary])
    judge = Judge(file, rebuild, {b"ftyp": ftyp, **boxes}, said)
    actions = tuple(Action(where, *judge.decide(thing)) for where, thing in file.parts())
    suffix = _SUFFIXES[any(item.type == b"av01" for item in rebuild.items)]
    return Plan(Format.HEIF, out.done(), actions, suffix, tuple(judge.findings))
