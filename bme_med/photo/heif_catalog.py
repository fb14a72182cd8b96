"""What the `meta` box of a HEIF file declares (ISO/IEC 14496-12, 8.11; ISO/IEC 23008-12, 9.3).

Items, where their data lies, what they refer to, and which properties belong to which. Everything is read
strictly, for what two readers understand differently could show one picture here and another there.
"""

from dataclasses import dataclass, field
from typing import NamedTuple

from bme_med.core.errors import UnsupportedFileError
from bme_med.core.plan import Range
from bme_med.core.source import Source
from bme_med.photo.errors import DamagedPhotoError
from bme_med.photo.heif_boxes import Box, Fields, children
from bme_med.photo.heif_locations import Location, read_locations

__all__ = ["Association", "Catalog", "Item", "Property", "read_catalog"]

_MAX_META_BYTES = 32 << 20
_MAX_REFERENCES = 200_000
_READ = (b"hdlr", b"pitm", b"iloc", b"iinf", b"iref", b"iprp", b"idat")


class Item(NamedTuple):
    """An entry of `iinf`. `content` is the MIME type of an item of type ``mime``."""

    number: int
    type: bytes
    is_hidden: bool
    is_protected: bool
    content: bytes


class Association(NamedTuple):
    """A property of an item, by its number, from 1; it may be essential to show the item."""

    number: int
    is_essential: bool


class Property(NamedTuple):
    """A property, numbered from 1, and its box."""

    number: int
    box: Box


@dataclass(slots=True)
class Catalog:
    """All that one `meta` box says.

    Attributes
    ----------
    boxes
        The boxes right inside `meta`, in file order.
    stored
        Where ``idat`` lies, which holds data of items.
    references
        By type and item, those that it refers to, in order.
    """

    boxes: list[Box]
    primary: int = 0
    items: dict[int, Item] = field(default_factory=dict)
    locations: dict[int, Location] = field(default_factory=dict)
    references: dict[tuple[bytes, int], list[int]] = field(default_factory=dict)
    properties: list[Property] = field(default_factory=list)
    associations: dict[int, list[Association]] = field(default_factory=dict)
    stored: Range | None = None

    def properties_of(self, number: int) -> list[tuple[Property, bool]]:
        """The properties of an item, in order, and whether each is essential to show it.

        Raises
        ------
        DamagedPhotoError
            If it has one that does not exist.
        """
        associations = self.associations.get(number, ())
        if any(association.number > len(self.properties) for association in associations):
            raise DamagedPhotoError("a picture has a property that does not exist")
        return [(self.properties[number - 1], is_essential) for number, is_essential in associations]


def read_catalog(source: Source, meta: Box) -> Catalog:
    """Read a `meta` box.

    Raises
    ------
    FileError
        If it breaks the grammar, or says one thing twice.
    """
    if meta.end - meta.body > _MAX_META_BYTES:
        raise UnsupportedFileError("the file declares too many items: save the picture anew")
    catalog = Catalog(list(children(source, meta.body + 4, meta.end)))
    found: dict[bytes, Box] = {}
    for box in catalog.boxes:
        if box.type in _READ and box.type in found:
            raise DamagedPhotoError("a box that may stand once stands twice", offset=box.start)
        found[box.type] = box
    if not {b"pitm", b"iloc", b"iinf", b"iprp"} <= found.keys():
        raise DamagedPhotoError("the file does not say which picture it shows")
    catalog.primary = _read_primary(_fields(source, found[b"pitm"]))
    catalog.items = _read_items(source, found[b"iinf"])
    catalog.locations = read_locations(_fields(source, found[b"iloc"]))
    if iref := found.get(b"iref"):
        catalog.references = _read_references(source, iref)
    _read_properties(source, found[b"iprp"], catalog)
    if idat := found.get(b"idat"):
        catalog.stored = Range(idat.body, idat.end)
    return catalog


def _fields(source: Source, box: Box) -> Fields:
    return Fields(source[box.body : box.end], f"meta/{box.type.decode('ascii')}")


def _read_primary(fields: Fields) -> int:
    version, _ = fields.full_box()
    return fields.number(4 if version else 2)


def _read_items(source: Source, box: Box) -> dict[int, Item]:
    start = box.body + (8 if source[box.body : box.body + 1] != b"\0" else 6)
    items: dict[int, Item] = {}
    for entry in children(source, min(start, box.end), box.end):
        if entry.type != b"infe":
            continue
        item = _read_item(Fields(source[entry.body : entry.end], "meta/iinf"))
        if item.number in items:
            raise DamagedPhotoError("two items have one number", where="meta/iinf")
        items[item.number] = item
    return items


def _read_item(fields: Fields) -> Item:
    version, flags = fields.full_box()
    number = fields.number(4 if version == 3 else 2)
    is_protected = bool(fields.number(2))
    if version < 2:
        return Item(number, b"", bool(flags & 1), is_protected, b"")
    type_ = fields.take(4)
    content = fields.rest().split(b"\0")[1:2] if type_ == b"mime" else []
    return Item(number, type_, bool(flags & 1), is_protected, content[0] if content else b"")


def _read_references(source: Source, box: Box) -> dict[tuple[bytes, int], list[int]]:
    size = 4 if source[box.body : box.body + 1] != b"\0" else 2
    references: dict[tuple[bytes, int], list[int]] = {}
    total = 0
    for entry in children(source, min(box.body + 4, box.end), box.end):
        fields = Fields(source[entry.body : entry.end], "meta/iref")
        key = entry.type, fields.number(size)
        if key in references:
            raise DamagedPhotoError("an item refers twice in one way", where="meta/iref")
        references[key] = [fields.number(size) for _ in range(fields.number(2))]
        total += len(references[key])
        if total > _MAX_REFERENCES:
            raise UnsupportedFileError("the file declares too many references: save the picture anew")
    return references


def _read_properties(source: Source, box: Box, catalog: Catalog) -> None:
    parts = list(children(source, box.body, box.end))
    containers = [part for part in parts if part.type == b"ipco"]
    if len(containers) != 1:
        raise DamagedPhotoError("the properties do not stand in one place", where="meta/iprp")
    boxes = children(source, containers[0].body, containers[0].end)
    catalog.properties = [Property(number, box) for number, box in enumerate(boxes, 1)]
    for part in parts:
        if part.type == b"ipma":
            _read_associations(Fields(source[part.body : part.end], "meta/iprp"), catalog.associations)


def _read_associations(fields: Fields, associations: dict[int, list[Association]]) -> None:
    version, flags = fields.full_box()
    index_bytes = 2 if flags & 1 else 1
    essential = 0x80 << 8 * (index_bytes - 1)
    for _ in range(fields.number(4)):
        number = fields.number(4 if version else 2)
        if number in associations:
            raise DamagedPhotoError("the properties of an item stand twice", where="meta/iprp")
        values = [fields.number(index_bytes) for _ in range(fields.number(1))]
        associations[number] = [
            Association(value & essential - 1, bool(value & essential))
            for value in values
            if value & essential - 1
        ]
