"""What becomes of each part of a HEIF file, and what a person should know about it."""

from bme_med.core.plan import Code
from bme_med.photo.findings import ALPHA_KEPT, NOT_LOOKED_FOR, PROFILE_DROPPED, TRAILER_DROPPED
from bme_med.photo.heif_boxes import Box, encode_box
from bme_med.photo.heif_catalog import Item, Property
from bme_med.photo.heif_file import HeifFile, name_item
from bme_med.photo.heif_properties import has_profile
from bme_med.photo.heif_rebuild import Rebuild
from bme_med.photo.orientation import read_exif_orientation, read_xmp_orientation
from bme_med.photo.said import Said

__all__ = ["Judge"]

_HIDDEN_KEPT = "a crop or overlay hides pixels, and they were kept"
_OTHERS_DROPPED = (
    "further pictures in the file were removed, such as a gain map, a depth map or those of a burst"
)
_DISAGREE = (
    "metadata and container disagree about orientation; the container's was kept, as decoders follow it"
)
_VIDEO_DROPPED = "a video or sequence beside the picture was removed"

_PICTURES = frozenset(b"hvc1 av01 grid iden iovl tmap jpeg avc1 j2k1 unci lhv1 hvt1 vvc1 evc1".split())
_VIDEOS = (b"moov", b"mpvd")
_METADATA = (b"Exif", b"mime")
_TRANSFORMS = (b"irot", b"imir")
_UNTURNED = encode_box(b"irot", b"\0")
_MAX_METADATA_BYTES = 1 << 20

_DATA = "the data of what stays"
_NOT_NEEDED = "not needed to show the picture"


class Judge:
    """Decides each part once.

    Parameters
    ----------
    boxes
        The boxes of the output that may be those of the source, by type.
    said
        What the output says beside the picture, and where it stood.

    Attributes
    ----------
    findings
        What a person should know, once all parts are decided.
    """

    def __init__(self, file: HeifFile, rebuild: Rebuild, boxes: dict[bytes, bytes], said: Said) -> None:
        self._said = said
        self._file = file
        self._rebuild = rebuild
        self._boxes = boxes
        self.findings = {NOT_LOOKED_FOR: None}
        if any(type_ == b"auxl" for item in rebuild.items for type_, _ in item.references):
            self.findings[ALPHA_KEPT] = None
        if rebuild.hides_pixels:
            self.findings[_HIDDEN_KEPT] = None

    def decide(self, thing: Box | Item | Property) -> tuple[Code, str]:
        """What becomes of one part, and why."""
        match thing:
            case Item():
                return self._decide_item(thing)
            case Property():
                return self._decide_property(thing)
            case Box():
                return self._decide_box(thing)

    def _decide_box(self, box: Box) -> tuple[Code, str]:
        if box.type == b"mdat":
            is_same = box.end - box.body == self._rebuild.data_bytes
            return (Code.K, _DATA) if is_same else (Code.C, "cut to the data of what stays")
        if new := self._boxes.pop(box.type, None):
            is_same = self._file.source[box.start : box.end] == new
            return (Code.K, _DATA) if is_same else (Code.C, "written anew for what stays")
        if box.type in _VIDEOS:
            self.findings[_VIDEO_DROPPED] = None
        if not box.type:
            self.findings[TRAILER_DROPPED] = None
            return Code.X, "after the last box"
        return Code.X, _NOT_NEEDED

    def _decide_item(self, item: Item) -> tuple[Code, str]:
        if item.number in self._rebuild.changed:
            return Code.C, "the picture, without what decoding skips"
        if item.number in self._rebuild.numbers:
            return Code.K, "the picture"
        if self._is_turned(item):
            self.findings[_DISAGREE] = None
        if (b"thmb", item.number) in self._file.catalog.references:
            return Code.X, "a thumbnail"
        if item.type in _PICTURES:
            if not item.is_hidden or (b"auxl", item.number) in self._file.catalog.references:
                self.findings[_OTHERS_DROPPED] = None
            return Code.X, "another picture, or a part of it"
        return self._said.decide(name_item(item)) or (Code.X, _NOT_NEEDED)

    def _is_turned(self, item: Item) -> bool:
        """Whether Exif or XMP asks for a turn, and the container does none."""
        catalog = self._file.catalog
        of = catalog.references.get((b"cdsc", item.number), ())
        if item.type not in _METADATA or catalog.primary not in of:
            return False
        primary = self._rebuild.items[self._rebuild.numbers[catalog.primary] - 1]
        if any(box[4:8] in _TRANSFORMS and box != _UNTURNED for box, _ in primary.properties):
            return False
        data = self._file.metadata(item.number, _MAX_METADATA_BYTES)
        if item.type == b"Exif":
            return (read_exif_orientation(data[4 + int.from_bytes(data[:4], "big") :]) or 1) != 1
        return (read_xmp_orientation(data) or 1) != 1

    def _decide_property(self, entry: Property) -> tuple[Code, str]:
        number, box = entry
        if number not in self._rebuild.properties:
            return Code.X, _NOT_NEEDED
        new = self._rebuild.properties[number]
        is_profile = box.type == b"colr" and has_profile(self._file.content(box))
        if new is None:
            if is_profile and self._rebuild.color_profile != "drop":
                self.findings[PROFILE_DROPPED] = None
            return Code.X, "colour profile" if is_profile else _NOT_NEEDED
        is_same = self._file.source[box.start : box.end] == new
        if is_profile:
            return (Code.K, "colour profile") if is_same else (Code.C, "colour profile sanitised")
        return (
            (Code.K, "needed to show the picture") if is_same else (Code.C, "cut to what its type declares")
        )
