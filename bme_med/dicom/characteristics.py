"""What a file says of its own private blocks (PS3.3, C.12.1.1.7: Private Data Element Characteristics).

A maker may declare private elements safe or identifying. A file's word is taken in one direction only:
what it calls identifying is removed or replaced as it recommends (PS3.15, E.3.10); that it calls an element
safe keeps nothing.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from bme_med.core import Code, Source
from bme_med.dicom.encoding import Coding
from bme_med.dicom.instance import Instance
from bme_med.dicom.walker import Item

__all__ = ["CHARACTERISTICS", "Characteristics", "characteristics_of"]

CHARACTERISTICS = 0x00080300
_GROUP, _CREATOR, _STATUS, _SAFE = 0x00080301, 0x00080302, 0x00080303, 0x00080304
_ACTIONS, _IDENTIFYING, _ACTION = 0x00080305, 0x00080306, 0x00080307
_CODES = {b"X": Code.X, b"Z": Code.Z, b"D": Code.D, b"U": Code.U}


@dataclass(frozen=True, slots=True)
class _Block:
    """What one item says; elements by the low byte of their number."""

    group: int
    creator: str
    status: bytes
    safe: frozenset[int]
    actions: tuple[tuple[int, Code], ...]

    def action(self, tag: int) -> Code | None:
        element = tag & 0xFF
        for number, code in self.actions:
            if number == element:
                return code
        is_unsafe = self.status == b"UNSAFE" or (self.status == b"MIXED" and element not in self.safe)
        return Code.X if is_unsafe else None


@dataclass(frozen=True, slots=True)
class Characteristics:
    """What the blocks of one instance are declared to be."""

    blocks: tuple[_Block, ...] = ()

    def action(self, creator: str, tag: int) -> Code | None:
        """What is recommended for a private element that the file calls identifying, else nothing."""
        found = (b.action(tag) for b in self.blocks if (b.creator, b.group) == (creator, tag >> 16))
        return next((code for code in found if code), None)


def characteristics_of(instance: Instance) -> Characteristics:
    """What `instance` declares at its top level, where PS3.3, C.12.1 has it."""
    if CHARACTERISTICS not in instance.by_tag:
        return Characteristics()
    data, sequence = instance.by_tag[CHARACTERISTICS]
    if sequence.items is None:
        return Characteristics()
    read = _Reader(data, sequence.items.coding)
    return Characteristics(tuple(read.block(item) for item in sequence.items.items))


class _Reader:
    """Reads items of one coding."""

    def __init__(self, data: Source, coding: Coding) -> None:
        self._data = data
        self._coding = coding

    def block(self, item: Item) -> _Block:
        actions = (
            (number, _CODES.get(self._text(inner, _ACTION), Code.X))
            for inner in self._items(item, _ACTIONS)
            for number in self._numbers(inner, _IDENTIFYING)
        )
        return _Block(
            group=next(self._numbers(item, _GROUP), 0),
            creator=self._text(item, _CREATOR).decode("ascii", "replace"),
            status=self._text(item, _STATUS),
            safe=frozenset(self._numbers(item, _SAFE)),
            actions=tuple(actions),
        )

    def _raw(self, item: Item, tag: int) -> bytes:
        return next((self._data[e.value : e.end] for e in item.elements if e.tag == tag), b"")

    def _text(self, item: Item, tag: int) -> bytes:
        return self._raw(item, tag).strip(b" \0")

    def _numbers(self, item: Item, tag: int) -> Iterator[int]:
        raw = self._raw(item, tag)
        for start in range(0, len(raw), 2):
            yield int.from_bytes(raw[start : start + 2], self._coding.byte_order)

    def _items(self, item: Item, tag: int) -> list[Item]:
        found = next((e.items for e in item.elements if e.tag == tag), None)
        return found.items if found else []
