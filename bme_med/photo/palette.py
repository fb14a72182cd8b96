"""Colour tables: an entry that no pixel uses is a place for text, and is zeroed.

A table that counts up in gray says nothing, whatever the picture uses of it, and such entries stay: programs
tell by them that a picture is gray.
"""

from collections.abc import Set as AbstractSet

__all__ = ["blank_unused", "split_samples"]


def blank_unused(table: bytes, used: AbstractSet[int], entry_bytes: int = 3) -> bytes:
    """`table` with zeros for each entry whose number is not in `used` and whose colour is not its gray.

    >>> blank_unused(b"abcdef" + bytes((2, 2, 2)), {1}).hex(" ", 3)
    '000000 646566 020202'
    """
    entries = len(table) // entry_bytes
    blanked = bytearray(table)
    for number in range(entries):
        start = number * entry_bytes
        grays = (number, 255 * number) if entries == 2 else (number,)
        if number not in used and table[start : start + 3] not in (bytes((gray,)) * 3 for gray in grays):
            blanked[start : start + entry_bytes] = bytes(entry_bytes)
    return bytes(blanked)


def split_samples(values: AbstractSet[int], depth: int, bits: int = 8) -> frozenset[int]:
    """The samples of `depth` bits in bytes of which the first `bits` bits count.

    >>> sorted(split_samples({0x12}, 4)), sorted(split_samples({0x12}, 4, 4))
    ([1, 2], [1])
    """
    mask = (1 << depth) - 1
    return frozenset(
        value >> shift & mask for value in values for shift in range(8 - depth, 7 - bits, -depth)
    )
