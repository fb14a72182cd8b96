"""Where a device burns text: rules by device and size, and what lies outside ultrasound regions.

The rules are data (``pixel_regions.csv``, and a profile's own); all that match are united. Ultrasound regions
are Sequence of Ultrasound Regions (0018,6011), PS3.3, C.8.5.5.
"""

from collections.abc import Iterable, Iterator, Sequence
from functools import cache, lru_cache, partial
from itertools import pairwise
from typing import Literal

from bme_med.core import Box, Region
from bme_med.core.boxes import PATH, BoxRule, BoxSpec, Condition
from bme_med.core.resources import read_table
from bme_med.dicom.dictionary import dictionary
from bme_med.dicom.instance import Instance, text_of

__all__ = [
    "attribute_values",
    "check_names",
    "device_boxes",
    "drawn_boxes",
    "matching_boxes",
    "ultrasound_boxes",
]

_Told = tuple[str, bytes]

_FRAMES, _ROWS, _COLUMNS = 0x00280008, 0x00280010, 0x00280011
_REGIONS = 0x00186011
_LEFT, _TOP, _RIGHT, _BOTTOM = 0x00186018, 0x0018601A, 0x0018601C, 0x0018601E
_NEARLY_ALL = 0.98
"""Share of the image: what lies outside is no margin for text, and regions say nothing of what is inside."""
_MOST = 0.75
"""Share of the image that a rule may cover: one that would cover more was made for larger images."""
_NEARLY_NOTHING = 0.05
"""Share of the image: regions so small belong to another size of it."""


def device_boxes(instance: Instance, own: Iterable[BoxRule]) -> list[Box]:
    """What the table of devices and a profile's `own` rules say of `instance`."""
    rows, columns = instance.number(_ROWS), instance.number(_COLUMNS)
    asked = tuple(map(partial(_told, instance), _asked_tags()))
    known = _known_boxes(asked, instance.charset, instance.coding.byte_order, rows=rows, columns=columns)
    return [*known, *matching_boxes(instance, own)]


def matching_boxes(instance: Instance, rules: Iterable[BoxRule]) -> list[Box]:
    """Boxes of all `rules` that are for `instance`, inside the image and for frames that it has."""
    picture = _picture(instance)
    return [box for rule in _meant(instance, rules) for box in rule.placed(**picture)]


def drawn_boxes(instance: Instance, rules: Iterable[BoxRule]) -> list[Box]:
    """Boxes of all `rules` that are for `instance`, and that somebody drew.

    Raises
    ------
    UnsupportedFileError
        If one of them covers nothing of it.
    """
    picture = _picture(instance)
    return [box for rule in _meant(instance, rules) for box in rule.drawn(**picture)]


def _meant(instance: Instance, rules: Iterable[BoxRule]) -> Iterator[BoxRule]:
    return (rule for rule in rules if rule.applies(lambda name: attribute_values(instance, name)))


def _picture(instance: Instance) -> dict[str, int]:
    """Its size, as rules are asked for it."""
    return {
        "rows": instance.number(_ROWS),
        "columns": instance.number(_COLUMNS),
        "frames": instance.number(_FRAMES, 1),
    }


def ultrasound_boxes(instance: Instance) -> list[Box]:
    """All outside the ultrasound regions; nothing where they are stale, or cover nearly all."""
    rows, columns = instance.number(_ROWS), instance.number(_COLUMNS)
    regions = list(_ultrasound_regions(instance))
    limits = Region(0, 0, rows, columns)
    if not regions or any(_is_stale(region, limits) for region in regions):
        return []
    outside = _outside(regions, limits)
    share = 1 - sum(region.area for region in outside) / max(limits.area, 1)
    if not _NEARLY_NOTHING <= share <= _NEARLY_ALL:
        return []
    return [Box(region, "outside the ultrasound regions (0018,6011)") for region in outside]


def _is_stale(region: Region, limits: Region) -> bool:
    """Whether `region` belongs to an image of another size; some devices count its last pixel from 1."""
    return region.is_empty or region.right > limits.right + 1 or region.bottom > limits.bottom + 1


def attribute_values(instance: Instance, name: str) -> Sequence[str]:
    """Values of a top-level attribute, by keyword or tag in hexadecimal digits.

    Of a sequence, whether it has items.
    """
    told = _told(instance, _tag_of(name))
    return _values(told, instance.charset, instance.coding.byte_order)


def _told(instance: Instance, tag: int) -> _Told | None:
    """VR and bytes of a top-level attribute; of a sequence, that it is one, and whether it has items."""
    found = instance.by_tag.get(tag)
    if found is None:
        return None
    data, (_, vr, _, value, end, items) = found
    return (vr, data[value:end]) if items is None else ("", b"present" if items.items else b"")


def _values(told: _Told | None, charset: str, byte_order: Literal["little", "big"]) -> Sequence[str]:
    if told is None or told == ("", b""):
        return []
    vr, raw = told
    if vr == "US":
        return [str(int.from_bytes(raw[:2], byte_order))]
    return [value.strip(" \0") for value in text_of(raw, charset).split("\\")]


def check_names(conditions: Iterable[Iterable[Condition]]) -> str:
    """The first name in `conditions` that is no path and that no attribute has; empty if there is none."""
    names = (condition.name for group in conditions for condition in group)
    return next((name for name in names if name != PATH and not _tag_of(name)), "")


@cache
def _tag_of(name: str) -> int:
    """The tag of a keyword, or of eight hexadecimal digits; 0 where there is none."""
    if len(name) == 8 and all(digit in "0123456789ABCDEFabcdef" for digit in name):
        return int(name, 16)
    return dictionary().tags.get(name, 0)


@cache
def _table() -> tuple[BoxRule, ...]:
    return tuple(
        BoxRule(f"rule {row['source']}: {row['name']}", _conditions(row["match"]), _specs(row["boxes"]))
        for row in read_table("pixel_regions.csv")
    )


def _conditions(match: str) -> tuple[Condition, ...]:
    parts = (part.partition(" ") for part in match.split(" & "))
    return tuple(Condition(name, wanted) for name, _, wanted in parts)


def _specs(boxes: str) -> tuple[BoxSpec, ...]:
    return tuple(map(BoxSpec.parse, boxes.split(";")))


@cache
def _asked() -> tuple[str, ...]:
    """The attributes that the table asks for."""
    return tuple(dict.fromkeys(condition.name for rule in _table() for condition in rule.conditions))


@cache
def _asked_tags() -> tuple[int, ...]:
    return tuple(map(_tag_of, _asked()))


@lru_cache(maxsize=256)
def _known_boxes(
    asked: tuple[_Told | None, ...],
    charset: str,
    byte_order: Literal["little", "big"],
    *,
    rows: int,
    columns: int,
) -> tuple[Box, ...]:
    """Boxes by the values of what the table asks for, which the slices of a series share."""
    values = (_values(told, charset, byte_order) for told in asked)
    by_name = dict(zip(_asked(), values, strict=True))
    return tuple(
        box
        for rule in _table()
        if rule.applies(by_name.__getitem__)
        for box in rule.placed(rows=rows, columns=columns)
        if box.region.area < _MOST * rows * columns
    )


def _ultrasound_regions(instance: Instance) -> Iterator[Region]:
    """The regions that hold data; both corners of each belong to it."""
    data, sequence = instance.by_tag.get(_REGIONS, (b"", None))
    for item in sequence.items.items if sequence and sequence.items else ():
        numbers = {
            element.tag: int.from_bytes(data[element.value : element.end], instance.coding.byte_order)
            for element in item.elements
            if element.tag in (_LEFT, _TOP, _RIGHT, _BOTTOM)
        }
        if len(numbers) == 4:
            yield Region(numbers[_TOP], numbers[_LEFT], numbers[_BOTTOM] + 1, numbers[_RIGHT] + 1)


def _outside(regions: Sequence[Region], limits: Region) -> list[Region]:
    """What of `limits` no region covers: bands from top to bottom, each cut into its gaps."""
    edges = sorted({limits.top, limits.bottom, *(edge for r in regions for edge in (r.top, r.bottom))})
    found: list[Region] = []
    for top, bottom in pairwise(edges):
        covered = sorted((r.left, r.right) for r in regions if r.top <= top < r.bottom)
        left = limits.left
        for start, end in (*covered, (limits.right, limits.right)):
            if start > left:
                found.append(Region(top, left, bottom, start))
            left = max(left, end)
    return _joined(found)


def _joined(bands: Sequence[Region]) -> list[Region]:
    """`bands`, with those that continue one from above joined to it."""
    joined: list[Region] = []
    for band in bands:
        place = band.left, band.right, band.top
        above = next((n for n, r in enumerate(joined) if (r.left, r.right, r.bottom) == place), None)
        if above is None:
            joined.append(band)
        else:
            joined[above] = joined[above]._replace(bottom=band.bottom)
    return joined
