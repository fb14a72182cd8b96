"""The items that stay of a HEIF file, made anew: data that decoding needs, properties cut to their type."""

from bme_med.core.errors import UnsupportedFileError
from bme_med.core.plan import Pieces
from bme_med.core.profile import Profile
from bme_med.photo.errors import CONVERT, DamagedPhotoError
from bme_med.photo.heif_catalog import Item, Property
from bme_med.photo.heif_codecs import CONFIGURATIONS, Codecs
from bme_med.photo.heif_derived import clean_grid, clean_overlay
from bme_med.photo.heif_file import XMP_TYPE, HeifFile, name_item
from bme_med.photo.heif_frame import Frame
from bme_med.photo.heif_properties import (
    Size,
    check_layers,
    clean_property,
    hides_pixels,
    is_kept,
    kind_of,
    read_size,
)
from bme_med.photo.heif_selection import CODED, REFERENCES, select_items
from bme_med.photo.heif_writing import NewItem, NewProperty

__all__ = ["Rebuild"]

_LAYERS = (b"a1lx", b"a1op", b"lsel")

_HIDDEN = (
    "a crop or overlay hides pixels that would stay in the file: export the picture as it is shown, or set "
    'photo.hidden-pixels = "keep"'
)
_UNKNOWN = f"the picture needs a property that is not known here: {CONVERT}"


class Rebuild:
    """What the output will be made of.

    Attributes
    ----------
    numbers
        By number of a kept item in the source, its number in the output.
    properties
        By number of a property that a kept item has, the new one; None where nothing of it stays.
    changed
        Items that stay without a part of their data.
    hides_pixels
        Whether a part of the coded pixels is not shown.
    data_bytes
        How many bytes of data the output has.

    An XMP `packet`, if any, becomes an item of its own, the last.

    Raises
    ------
    FileError
        If the picture cannot be kept with certainty.
    """

    def __init__(self, file: HeifFile, profile: Profile, packet: bytes = b"") -> None:
        self._file = file
        self._catalog = file.catalog
        self.color_profile = profile.color_profile
        kept = select_items(file.source, file.catalog)
        file.check_apart(kept)
        self.numbers = {old: new for new, old in enumerate(kept, 1)}
        self.properties: dict[int, bytes | None] = {}
        self.changed: set[int] = set()
        self.hides_pixels = False
        self._codecs = Codecs(file)
        data = [self._clean_data(number) for number in kept]
        self.items = [self._make(*pair) for pair in zip(kept, data, strict=True)]
        self.data_bytes = sum({item.data: item.size for item in self.items}.values())
        if self.data_bytes > len(file.source):
            raise DamagedPhotoError("the data of several pictures lie in the same bytes")
        if self.hides_pixels and profile.hidden_pixels == "refuse":
            raise UnsupportedFileError(_HIDDEN)
        if packet:
            self._add_xmp(packet)

    def _add_xmp(self, packet: bytes) -> None:
        primary = self.numbers[self._catalog.primary]
        self.items.append(
            NewItem(b"mime", True, (), [(b"cdsc", [primary])], (packet,), len(packet), XMP_TYPE + b"\0")
        )
        self.data_bytes += len(packet)

    def _make(self, number: int, data: Pieces) -> NewItem:
        item = self._catalog.items[number]
        properties = []
        for entry, is_essential in self._properties(number):
            cleaned = self._clean_property(item, entry, is_essential=is_essential)
            if cleaned and not (entry.box.type == b"a1lx" and number in self.changed):
                properties.append(NewProperty(cleaned, is_essential))
            if entry.box.type == b"a1lx":
                check_layers(self._file.content(entry.box), len(self._file.data(number)))
            if entry.box.type == b"clap":
                self.hides_pixels |= hides_pixels(self._file.content(entry.box), self._size(number))
        references = []
        for type_ in REFERENCES:
            ends = self._catalog.references.get((type_, number), ())
            if kept := [self.numbers[end] for end in ends if end in self.numbers]:
                references.append((type_, kept))
        return NewItem(item.type, item.is_hidden, properties, references, data.done(), data.size)

    def _properties(self, number: int) -> list[tuple[Property, bool]]:
        """The properties of an item; of those that may stay, each kind stands once (MIAF, 7.3.6)."""
        found = self._catalog.properties_of(number)
        kinds = [
            kind_of(box.type, self._file.source[box.body : min(box.body + 4, box.end)])
            for (_, box), _ in found
            if is_kept(box.type) or box.type in CONFIGURATIONS.values()
        ]
        if len(set(kinds)) < len(kinds):
            raise DamagedPhotoError("a picture has two properties of one kind")
        return found

    def _property(self, number: int, type_: bytes) -> Property:
        """The one property of `type_` that the item must have."""
        for entry, _ in self._properties(number):
            if entry.box.type == type_:
                return entry
        raise DamagedPhotoError("a picture lacks a property that it needs")

    def _size(self, number: int) -> Size:
        return read_size(self._file.content(self._property(number, b"ispe").box))

    def _clean_property(self, item: Item, entry: Property, *, is_essential: bool) -> bytes | None:
        number, box = entry
        if number in self.properties:
            return self.properties[number]
        if box.type in CONFIGURATIONS.values():
            if CONFIGURATIONS.get(item.type) != box.type:
                return None
            self.properties[number] = self._codecs.encode(entry)
        elif is_kept(box.type):
            content = self._file.content(box)
            self.properties[number] = clean_property(box.type, content, self.color_profile)
        elif is_essential:
            raise UnsupportedFileError(_UNKNOWN)
        return self.properties.get(number)

    def _clean_data(self, number: int) -> Pieces:
        item = self._catalog.items[number]
        if item.type in CODED:
            return self._clean_coded(item)
        out = Pieces()
        if item.type == b"iden":
            return out
        data = self._file.data(number)
        numbers = data[0 : min(len(data), 1 << 20)]
        parts = self._catalog.references[b"dimg", number]
        if item.type == b"iovl":
            self.hides_pixels = True
            new = clean_overlay(numbers, len(parts), name_item(item))
        else:
            new, hides = clean_grid(numbers, [self._size(part) for part in parts], name_item(item))
            self.hides_pixels |= hides
        if new != numbers:
            self.changed.add(number)
        out.literal(new)
        return out

    def _clean_coded(self, item: Item) -> Pieces:
        out, data = Pieces(), self._file.data(item.number)
        configuration = self._property(item.number, CONFIGURATIONS[item.type])
        has_layers = any(entry.box.type in _LAYERS for entry, _ in self._properties(item.number))
        kept = self._codecs.read(item, configuration, data, has_layers=has_layers)
        for start, end in kept.ranges:
            out.keep_from(0, data.pieces(start, end))
        if kept.frame:
            self._check_frame(item, kept.frame)
        if out.size != len(data):
            self.changed.add(item.number)
        return out

    def _check_frame(self, item: Item, frame: Frame) -> None:
        """A coded picture is as large as its `ispe` says, which some transparency lacks (23008-12, 6.5.3)."""
        properties = self._properties(item.number)
        sizes = [self._file.content(entry.box) for entry, _ in properties if entry.box.type == b"ispe"]
        if any(frame.shown != read_size(content) for content in sizes):
            raise DamagedPhotoError("the picture is not as large as the file says", where=name_item(item))
        self.hides_pixels |= frame.hides_pixels
