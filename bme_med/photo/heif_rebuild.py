"""The items that stay of a HEIF file, made anew: data that decoding needs, properties cut to their type."""

from bme_med.core.errors import UnsupportedFileError
from bme_med.core.plan import Piece, Pieces, size_of
from bme_med.core.profile import Profile
from bme_med.photo import heif_av1, heif_hevc
from bme_med.photo.errors import CONVERT, DamagedPhotoError
from bme_med.photo.heif_catalog import Property
from bme_med.photo.heif_derived import clean_grid, clean_overlay
from bme_med.photo.heif_file import HeifFile, name_item
from bme_med.photo.heif_properties import Size, clean_property, hides_pixels, is_kept, read_size
from bme_med.photo.heif_selection import CODED, REFERENCES, select_items
from bme_med.photo.heif_writing import NewItem, NewProperty
from bme_med.photo.spliced import Spliced

__all__ = ["Rebuild"]

_LAYERS = (b"a1lx", b"a1op", b"lsel")
_SINGLE = (b"hvcC", b"av1C", b"ispe", b"auxC")
_CONFIGURATIONS = {b"hvc1": b"hvcC", b"av01": b"av1C"}

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

    Raises
    ------
    FileError
        If the picture cannot be kept with certainty.
    """

    def __init__(self, file: HeifFile, profile: Profile) -> None:
        self._file = file
        self._catalog = file.catalog
        self.color_profile = profile.color_profile
        kept = select_items(file.source, file.catalog)
        file.check_apart(kept)
        self.numbers = {old: new for new, old in enumerate(kept, 1)}
        self.properties: dict[int, bytes | None] = {}
        self.changed: set[int] = set()
        self.hides_pixels = False
        self.items = [self._make(number) for number in kept]
        if sum(map(size_of, {item.data for item in self.items})) > len(file.source):
            raise DamagedPhotoError("the data of several pictures lie in the same bytes")
        if self.hides_pixels and profile.hidden_pixels == "refuse":
            raise UnsupportedFileError(_HIDDEN)

    def _make(self, number: int) -> NewItem:
        item = self._catalog.items[number]
        found = self._properties(number)
        data = self._clean_data(number, has_layers=any(entry.box.type in _LAYERS for entry, _ in found))
        properties = []
        for entry, is_essential in found:
            cleaned = self._clean_property(entry, is_essential=is_essential)
            if cleaned and not (entry.box.type == b"a1lx" and number in self.changed):
                properties.append(NewProperty(cleaned, is_essential))
            if entry.box.type == b"clap":
                self.hides_pixels |= hides_pixels(self._file.content(entry.box), self._size(number))
        references = []
        for type_ in REFERENCES:
            ends = self._catalog.references.get((type_, number), ())
            if kept := [self.numbers[end] for end in ends if end in self.numbers]:
                references.append((type_, kept))
        return NewItem(item.type, item.is_hidden, properties, references, data)

    def _properties(self, number: int) -> list[tuple[Property, bool]]:
        """The properties of an item; of those that say what it is, each kind stands once."""
        found = self._catalog.properties_of(number)
        types = [entry.box.type for entry, _ in found]
        if any(types.count(type_) > 1 for type_ in _SINGLE):
            raise DamagedPhotoError("a picture has two properties of one kind")
        return found

    def _property(self, number: int, type_: bytes) -> bytes:
        """The content of the one property of `type_` that the item must have."""
        for entry, _ in self._properties(number):
            if entry.box.type == type_:
                return self._file.content(entry.box)
        raise DamagedPhotoError("a picture lacks a property that it needs")

    def _size(self, number: int) -> Size:
        return read_size(self._property(number, b"ispe"))

    def _clean_property(self, entry: Property, *, is_essential: bool) -> bytes | None:
        number, box = entry
        if not is_kept(box.type):
            if is_essential:
                raise UnsupportedFileError(_UNKNOWN)
            return None
        if number not in self.properties:
            content = self._file.content(box)
            self.properties[number] = clean_property(box.type, content, self.color_profile)
        return self.properties[number]

    def _clean_data(self, number: int, *, has_layers: bool) -> tuple[Piece, ...]:
        item = self._catalog.items[number]
        data, where = self._file.data(number), name_item(item)
        if item.type in CODED:
            return self._clean_coded(number, data, where, has_layers=has_layers)
        parts = self._catalog.references[b"dimg", number]
        if item.type == b"iden":
            return ()
        numbers = data[0 : min(len(data), 1 << 20)]
        if item.type == b"iovl":
            self.hides_pixels = True
            new = clean_overlay(numbers, len(parts), where)
        else:
            new, hides = clean_grid(numbers, [self._size(part) for part in parts], where)
            self.hides_pixels |= hides
        if new != numbers:
            self.changed.add(number)
        return (new,)

    def _clean_coded(self, number: int, data: Spliced, where: str, *, has_layers: bool) -> tuple[Piece, ...]:
        type_ = self._catalog.items[number].type
        configuration = self._property(number, _CONFIGURATIONS[type_])
        if type_ == b"hvc1":
            ranges = heif_hevc.keep_units(data, heif_hevc.unit_length_bytes(configuration), where)
        else:
            ranges = heif_av1.keep_units(data, where, has_layers=has_layers)
        pieces = Pieces()
        pieces.keep_from(0, (piece for start, end in ranges for piece in data.pieces(start, end)))
        if pieces.size != len(data):
            self.changed.add(number)
        return pieces.done()
