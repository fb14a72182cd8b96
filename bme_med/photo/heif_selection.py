"""Which items of a HEIF file stay: the primary picture and its parts (ISO/IEC 23008-12, 6.4 and 6.6).

From the primary item, along ``dimg`` to the tiles of a grid or the layers of an overlay, and back along
``auxl`` to transparency. No other picture, auxiliary or not, and no metadata is reached.
"""

from collections import defaultdict
from collections.abc import Iterator

from bme_med.core.errors import UnsupportedFileError
from bme_med.core.source import Source
from bme_med.photo.errors import CONVERT, DamagedPhotoError
from bme_med.photo.heif_catalog import Catalog, Item
from bme_med.photo.heif_properties import ALPHA, auxiliary_type

__all__ = ["CODED", "DERIVED", "REFERENCES", "select_items"]

CODED = (b"hvc1", b"av01")
"""Types of items that hold a coded picture that can be cleaned."""

DERIVED = (b"grid", b"iden", b"iovl")
"""Types of items that are made of others."""

REFERENCES = (b"dimg", b"auxl", b"prem")
"""References that stay: is made of, is the transparency of, is premultiplied by."""

_MAX_ITEMS = 4_000
_MAX_DEPTH = 4
_ELSEWHERE = (b"pred", b"base", b"exbl")
"""References without which a coded picture cannot be decoded, or is only a part."""


def select_items(source: Source, catalog: Catalog) -> list[int]:
    """The numbers of the items that stay, ascending.

    Raises
    ------
    FileError
        If the picture needs what cannot be cleaned, or the file contradicts itself.
    """
    primary = catalog.items.get(catalog.primary)
    if primary is None:
        raise DamagedPhotoError("the picture that the file shows does not exist")
    if (b"thmb", primary.number) in catalog.references or (b"auxl", primary.number) in catalog.references:
        raise DamagedPhotoError("the picture that the file shows is declared to be part of another one")
    transparency = _find_transparency(source, catalog)
    kept: set[int] = set()
    waiting = [catalog.primary]
    while waiting:
        number = waiting.pop()
        if number in kept:
            continue
        if len(kept) == _MAX_ITEMS:
            raise UnsupportedFileError("the picture is made of too many others: save it anew")
        _check_item(catalog.items.get(number), catalog)
        kept.add(number)
        waiting += _parts(catalog, number)
        waiting += transparency.get(number, ())
    _check_depth(catalog, kept)
    return sorted(kept)


def _find_transparency(source: Source, catalog: Catalog) -> dict[int, list[int]]:
    """By item, the items that are its transparency."""
    found: dict[int, list[int]] = defaultdict(list)
    for (type_, number), masters in catalog.references.items():
        if type_ == b"auxl" and any(kind in ALPHA for kind in _auxiliary_types(source, catalog, number)):
            for master in masters:
                found[master].append(number)
    return found


def _auxiliary_types(source: Source, catalog: Catalog, number: int) -> Iterator[bytes]:
    for (_, box), _ in catalog.properties_of(number):
        if box.type == b"auxC":
            yield auxiliary_type(source[box.body : box.end])


def _check_item(item: Item | None, catalog: Catalog) -> None:
    if item is None:
        raise DamagedPhotoError("the picture is made of one that does not exist")
    if item.is_protected:
        raise UnsupportedFileError("the picture is encrypted: save it without protection, then run again")
    if item.type not in CODED + DERIVED:
        raise UnsupportedFileError(
            f"the picture is neither HEVC nor AV1 nor made of such pictures: {CONVERT}"
        )
    if any((type_, item.number) in catalog.references for type_ in _ELSEWHERE):
        raise UnsupportedFileError(f"the picture is coded as the difference to another one: {CONVERT}")


def _parts(catalog: Catalog, number: int) -> list[int]:
    """What a derived item is made of."""
    parts = catalog.references.get((b"dimg", number), [])
    if bool(parts) != (catalog.items[number].type in DERIVED):
        raise DamagedPhotoError("a picture does not say what it is made of")
    return parts


def _check_depth(catalog: Catalog, kept: set[int]) -> None:
    """Refuse pictures made of themselves, and towers of pictures made of pictures."""
    level = kept
    for _ in range(_MAX_DEPTH):
        level = {part for number in level for part in catalog.references.get((b"dimg", number), ())}
    if level:
        raise DamagedPhotoError("the picture is made of itself, or in too many steps")
