"""Every text that still stands in the outputs, once, with the places it stands in, for a person to read.

Left out is what no person has to read: what this application writes by a ready-made profile, and codes of the
standard with the meaning that the standard gives them. What a profile is called that somebody wrote is shown.
"""

import re
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

from pydicom import config, dcmread

from bme_med.core import Format, sniff
from bme_med.verify.elements import TEXT_VRS, Element, Node, node_of, place_of
from bme_med.verify.methods import METHOD, is_ready_made
from bme_med.verify.photo import properties, texts_beside
from bme_med.verify.places import files_below
from bme_med.verify.tables import Tables, load_tables

__all__ = ["Standing", "Survey", "review"]

_HEAD_BYTES = 144
_READ_VRS = TEXT_VRS | {"AE", "CS", "UR"}
_WHOLE_VRS = frozenset({"LT", "ST", "UR", "UT"})
"""VRs in which a backslash divides nothing (PS3.5, 6.4)."""

_CODE_TAGS = frozenset({0x00080100, 0x00080102, 0x00080104})
_OURS = re.compile(r"S-[A-Z2-7]{12}|LAYER[0-9A-F]{8}")
_SAID = {
    0x00080005: re.compile(r"ISO_IR \d{1,3}|ISO 2022 IR \d{1,3}|GBK|GB18030"),
    0x00120062: re.compile(r"YES|NO"),
    0x00280303: re.compile(r"UNMODIFIED|MODIFIED|REMOVED"),
}
"""What the standard lets these say (PS3.3, C.12.1.1.2, C.7.1.1 and C.12.1), at any depth."""

_NUMBERS = re.compile(r"[\d\s/.,-]+")
_OURS_IN_PHOTOS = frozenset(("Exif.Image.Orientation", "Xmp.tiff.Orientation", "Xmp.photoshop.DateCreated"))


@dataclass(frozen=True, slots=True)
class Standing:
    """One value, and where it stands.

    Attributes
    ----------
    places
        Attributes by keyword, or by tag where they have none; properties of photos as Exiv2 names them.
    files
        How many files hold it.
    example
        One of them.
    """

    value: str
    places: tuple[str, ...]
    files: int
    example: str

    def to_json(self) -> dict[str, Any]:
        """For scripts."""
        return {
            "value": self.value,
            "places": list(self.places),
            "files": self.files,
            "example": self.example,
        }


@dataclass(frozen=True, slots=True)
class Survey:
    """What stands in a folder, the rarest value first, and what could not be read."""

    standing: tuple[Standing, ...]
    files: int
    unread: tuple[str, ...]


def review(
    folder: Path,
    progress: Callable[[int, int], None] = lambda done, total: None,  # noqa: ARG005 - nobody looks
) -> Survey:
    """Read every file below `folder`.

    Raises
    ------
    UsageError
        If it is not there.
    """
    files = files_below(folder)
    tables = load_tables()
    places: dict[str, set[str]] = {}
    holders: dict[str, list[str]] = {}
    unread = []
    for done, (name, path) in enumerate(files.items()):
        progress(done, len(files))
        told = _told_by(path, tables)
        if told is None:
            unread.append(name)
            continue
        for place, value in told:
            places.setdefault(value, set()).add(place)
        for value in {value for _, value in told}:
            holders.setdefault(value, []).append(name)
    progress(len(files), len(files))
    standing = [
        Standing(value, tuple(sorted(places[value])), len(names), names[0])
        for value, names in holders.items()
    ]
    standing.sort(key=lambda one: (one.files, one.places, one.value))
    return Survey(tuple(standing), len(files), tuple(unread))


def _told_by(path: Path, tables: Tables) -> list[tuple[str, str]] | None:
    """Places and values of one file; nothing where it is none that can be read."""
    if path.is_symlink() or not path.is_file():
        return None
    data = path.read_bytes()
    format_ = sniff(data[:_HEAD_BYTES])
    if format_ is Format.DICOM:
        return _told_by_instance(data, tables)
    if format_ in (Format.UNKNOWN, Format.EMPTY):
        return None
    told = {**properties(data), **texts_beside(data)}
    texts = {name: text.strip() for name, text in told.items() if name not in _OURS_IN_PHOTOS}
    return [(name, text) for name, text in texts.items() if text and not _NUMBERS.fullmatch(text)]


def _told_by_instance(data: bytes, tables: Tables) -> list[tuple[str, str]] | None:
    before = config.settings.reading_validation_mode
    config.settings.reading_validation_mode = config.IGNORE
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            node = node_of(dcmread(BytesIO(data), force=True), tables)
            return list(_values(node, tables))
    except Exception:  # noqa: BLE001 - whatever it is that pydicom stumbles over
        return None
    finally:
        config.settings.reading_validation_mode = before


def _values(node: Node, tables: Tables) -> Iterator[tuple[str, str]]:
    for _, holder, found in node.walk():
        if found.vr not in _READ_VRS or _is_standard_code(holder, found, tables):
            continue
        place = tables.keyword(found.tag) or place_of("", found.tag)
        for value in [found.text] if found.vr in _WHOLE_VRS else found.values:
            if value and value not in tables.dummies and not _is_ours(found.tag, value):
                yield place, value


def _is_ours(tag: int, value: str) -> bool:
    """Whether a value is one that this application writes, or a term of the standard's that it goes by."""
    if tag == METHOD:
        return is_ready_made(value)
    known = _SAID.get(tag, _OURS)
    return known.fullmatch(value) is not None


def _is_standard_code(holder: Node, found: Element, tables: Tables) -> bool:
    if found.tag not in _CODE_TAGS:
        return False
    return (holder.text(0x00080102), holder.text(0x00080100), holder.text(0x00080104)) in tables.codes
