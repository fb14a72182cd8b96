"""Coded pictures: which bytes of their data stay, and the configurations that decoders need for them."""

from collections import defaultdict

from bme_med.core.errors import UnsupportedFileError
from bme_med.photo import heif_av1
from bme_med.photo.errors import CONVERT
from bme_med.photo.heif_boxes import encode_box
from bme_med.photo.heif_catalog import Item, Property
from bme_med.photo.heif_file import HeifFile, name_item
from bme_med.photo.heif_frame import Kept
from bme_med.photo.heif_hevc import Configuration, read_configuration
from bme_med.photo.spliced import Spliced

__all__ = ["CONFIGURATIONS", "Codecs"]

CONFIGURATIONS = {b"hvc1": b"hvcC", b"av01": b"av1C"}
"""By type of a coded item, the property that configures its decoder."""

_MAX_CONFIGURATIONS = 64


class Codecs:
    """Reads the data of all items first; then a configuration can be cut to what some item uses."""

    def __init__(self, file: HeifFile) -> None:
        self._file = file
        self._hevc: dict[int, Configuration] = {}
        self._pictures: dict[int, set[int]] = defaultdict(set)

    def read(self, item: Item, configuration: Property, data: Spliced, *, has_layers: bool) -> Kept:
        """What stays of the data of `item`.

        Raises
        ------
        FileError
            If it is not exactly one picture, or is coded in a way that is not known here.
        """
        where, number = name_item(item), configuration.number
        if item.type == b"av01":
            return heif_av1.keep_units(data, where, has_layers=has_layers)
        if number not in self._hevc:
            if len(self._hevc) == _MAX_CONFIGURATIONS:
                raise UnsupportedFileError(f"the parts of the picture are coded in too many ways: {CONVERT}")
            self._hevc[number] = read_configuration(self._file.content(configuration.box))
        coded = self._hevc[number].read_data(data, where)
        self._pictures[number] |= coded.pictures
        return Kept(coded.ranges, self._hevc[number].frame(coded.pictures))

    def encode(self, configuration: Property) -> bytes:
        """The new box of a configuration of an item that was read."""
        number, box = configuration
        if box.type == b"hvcC":
            return encode_box(b"hvcC", self._hevc[number].encode(self._pictures[number]))
        return encode_box(b"av1C", heif_av1.clean_configuration(self._file.content(box)))
