"""A HEIF or AVIF file as boxes, items and properties, each with a name for people (ISO/IEC 23008-12, 10)."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from itertools import accumulate
from typing import NamedTuple

from bme_med.core.errors import FileError, UnsupportedFileError
from bme_med.core.plan import Range
from bme_med.core.source import Source
from bme_med.photo.errors import CONVERT, DamagedPhotoError
from bme_med.photo.heif_boxes import Box, children, top_level
from bme_med.photo.heif_catalog import Catalog, Item, Property, read_catalog
from bme_med.photo.heif_properties import has_profile
from bme_med.photo.spliced import Spliced

__all__ = ["XMP_TYPE", "HeifFile", "Part", "name_item", "read_file"]

_SEQUENCES = (b"msf1", b"hevc", b"hevx", b"avis", b"avcs", b"jpgs", b"vvis", b"evbs")
_BOXES = frozenset(
    b"ftyp meta mdat moov free skip uuid udta mpvd sefd jumb mini hdlr pitm iloc iinf iref iprp idat dinf "
    b"grpl ipro xml bxml".split()
)
_ITEMS = frozenset(
    b"hvc1 av01 grid iden iovl Exif mime uri tmap sato jpeg avc1 j2k1 unci lhv1 hvt1 vvc1 evc1 "
    b"mski iptc".split()
)
_PROPERTIES = frozenset(
    b"hvcC av1C ispe pixi colr pasp clap irot imir auxC lsel a1op a1lx clli mdcv cclv amve uuid udes altt "
    b"crtt mdft itai rloc rref iscl lhvC avcC jpgC j2kH vvcC evcC uncC cmpd cmin cmex oinf tols subs "
    b"free skip".split()
)
XMP_TYPE = b"application/rdf+xml"
"""Content type of an item that is XMP (ISO/IEC 23008-12, A.3.3)."""

_METADATA = (b"Exif", b"mime", b"uri ", b"iptc", b"")


class Part(NamedTuple):
    """A box, item or property, and how people see it named: ``0/ftyp``, ``meta/2/iloc``, ``item 4/Exif``."""

    where: str
    thing: Box | Item | Property


class HeifFile:
    """One file.

    Attributes
    ----------
    boxes
        The boxes of the file, in order.
    meta
        That one of them which declares the pictures; `catalog` is what it says.
    """

    def __init__(self, source: Source, boxes: list[Box], meta: Box) -> None:
        self.source = source
        self.boxes = boxes
        self.meta = meta
        self.catalog: Catalog = read_catalog(source, meta)
        self._media = [(box.body, box.end) for box in boxes if box.type == b"mdat"]

    def content(self, box: Box) -> bytes:
        """The content of a box that is known to be short."""
        return self.source[box.body : box.end]

    def parts(self) -> Iterator[Part]:
        """Every box, but for `meta` those inside it; then every item and every property."""
        for number, box in enumerate(self.boxes):
            if box is self.meta:
                for at, child in enumerate(self.catalog.boxes):
                    yield Part(f"meta/{at}/{_name(child.type, _BOXES)}", child)
            else:
                yield Part(f"{number}/{_name(box.type, _BOXES) if box.type else 'after the last box'}", box)
        for item in self.catalog.items.values():
            yield Part(name_item(item), item)
        for entry in self.catalog.properties:
            yield Part(self._name_property(entry), entry)

    def _name_property(self, entry: Property) -> str:
        box = entry.box
        kind = " ICC" if box.type == b"colr" and has_profile(self.source[box.body : box.body + 4]) else ""
        return f"property {entry.number}/{_name(box.type, _PROPERTIES)}{kind}"

    def data(self, number: int) -> Spliced:
        """The data of an item that the picture needs.

        Raises
        ------
        FileError
            If it does not lie in this file, or outside of the places for data.
        """
        item = self.catalog.items[number]
        location = self.catalog.locations.get(number)
        if location is None:
            return Spliced((), self.source)
        if location.is_outside or location.construction not in (0, 1):
            raise UnsupportedFileError(
                "a part of the picture lies outside of the file: save the picture anew"
            )
        extents = self._extents(number)
        for extent in extents:
            if not extent.start < extent.end or not self._is_data(
                extent, is_stored=bool(location.construction)
            ):
                raise DamagedPhotoError("the picture lies outside of the file's data", where=name_item(item))
        return Spliced(extents, self.source)

    def metadata(self, number: int, limit: int) -> bytes:
        """The first bytes of an item that goes, at most `limit`; empty where it has none here."""
        if number not in self.catalog.locations:
            return b""
        return Spliced(self._extents(number), self.source)[0:limit]

    def _extents(self, number: int) -> list[Range]:
        """Where the extents of an item lie in the file, if it is this file."""
        location = self.catalog.locations[number]
        stored = self.catalog.stored
        base = stored.start if location.construction and stored else 0
        return [Range(base + start, base + start + size) for start, size in location.extents]

    def _is_data(self, extent: Range, *, is_stored: bool) -> bool:
        if is_stored:
            return self.catalog.stored is not None and extent.end <= self.catalog.stored.end
        before = bisect_right(self._media, (extent.start, len(self.source))) - 1
        return before >= 0 and extent.end <= self._media[before][1]

    def check_apart(self, kept: list[int]) -> None:
        """Refuse a file in which data of a kept item is metadata at the same time."""
        metadata = sorted(
            extent
            for number in self.catalog.locations
            if number in self.catalog.items and self.catalog.items[number].type in _METADATA
            for extent in self._extents(number)
        )
        ends = list(accumulate((extent.end for extent in metadata), max, initial=0))
        for number in kept:
            for extent in self._extents(number) if number in self.catalog.locations else ():
                before = bisect_left(metadata, extent.end, key=lambda other: other.start)
                if ends[before] > extent.start:
                    raise DamagedPhotoError("a picture and its metadata lie in the same bytes")


def name_item(item: Item) -> str:
    """How people see an item named.

    >>> name_item(Item(5, b"mime", False, False, b"application/rdf+xml"))
    'item 5/XMP'
    """
    name = "XMP" if item.content == XMP_TYPE else _name(item.type, _ITEMS | {b"uri "})
    return f"item {item.number}/{name}"


def _name(type_: bytes, known: frozenset[bytes]) -> str:
    return type_.decode("ascii").strip() if type_ in known else "unknown"


def read_file(source: Source) -> HeifFile:
    """Read what a file declares.

    Raises
    ------
    FileError
        If it breaks the grammar, or is not a still picture.
    """
    boxes = list(top_level(source))
    if not boxes or boxes[0].type != b"ftyp" or boxes[0].end - boxes[0].body < 8:
        raise DamagedPhotoError("the file does not start with its type")
    types = {box.type for box in boxes}
    if source[boxes[0].body : boxes[0].body + 4] in _SEQUENCES and b"moov" in types:
        raise UnsupportedFileError(
            "the file is a sequence of pictures, such as an animation or a burst: export those that you need"
        )
    if b"mini" in types:
        raise UnsupportedFileError(f"the low-overhead form of a picture: {CONVERT}")
    metas = [box for box in boxes if box.type == b"meta" and _is_of_pictures(source, box)]
    if len(metas) != 1:
        raise DamagedPhotoError("the file does not declare its pictures, or does so twice")
    return HeifFile(source, boxes, metas[0])


def _is_of_pictures(source: Source, meta: Box) -> bool:
    """Whether the handler of a `meta` box is ``pict``."""
    try:
        handlers = [box for box in children(source, meta.body + 4, meta.end) if box.type == b"hdlr"]
    except FileError:
        return False
    return len(handlers) == 1 and source[handlers[0].body + 8 : handlers[0].body + 12] == b"pict"
