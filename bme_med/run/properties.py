"""Metadata properties of a photo, as an independent reader (Exiv2) sees them: Exif, IPTC, XMP, comment."""

from collections.abc import Iterable
from dataclasses import dataclass

from bme_med.core import Action, Source

__all__ = ["Property", "container_of", "read_properties"]

_CONTAINERS = {
    "Exif": ("Exif", "eXIf", "tEXt", "zTXt", "iTXt"),
    "Iptc": ("Photoshop", "tEXt", "zTXt", "iTXt"),
    "Xmp": ("XMP", "iTXt", "tEXt"),
    "Comment": ("COM", "tEXt", "zTXt", "iTXt"),
}
"""By group of properties: what the names of the parts that may hold them contain, the likeliest first."""


@dataclass(frozen=True, slots=True)
class Property:
    """One property, such as ``Exif.GPSInfo.GPSLatitude``."""

    name: str
    value: str


def read_properties(source: Source) -> list[Property]:
    """All properties; none where the reader cannot read the photo."""
    import pyexiv2  # type: ignore[import-untyped]

    pyexiv2.set_log_level(4)
    try:
        with pyexiv2.ImageData(source[0 : len(source)]) as image:
            groups = [image.read_exif(), image.read_iptc(), image.read_xmp()]
            comment = image.read_comment()
    except (RuntimeError, UnicodeDecodeError):
        return []
    found = [Property(name, _text(value)) for group in groups for name, value in group.items()]
    return [*found, Property("Comment", comment)] if comment else found


def container_of(item: Property, actions: Iterable[Action]) -> Action | None:
    """The action on the part of the photo that `item` stands in."""
    actions = list(actions)
    for word in _CONTAINERS[item.name.partition(".")[0]]:
        for action in actions:
            if word in action.where:
                return action
    return None


def _text(value: object) -> str:
    if isinstance(value, dict):
        return "; ".join(str(text) for text in value.values())
    return "; ".join(map(str, value)) if isinstance(value, list) else str(value)
