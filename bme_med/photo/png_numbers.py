"""Numbers in PNG's ancillary chunks: which are of this world (PNG 3rd ed., 11.3.2 and 11.3.4.3).

A chunk of numbers has room for text of its length. Text gives numbers that no picture has.
"""

import struct

__all__ = ["is_plausible"]

_HIGHEST = {
    b"gAMA": ("I", 10_000_000),
    b"cHRM": ("i", 200_000),
    b"pHYs": ("I", 1_000_000),
    b"cLLI": ("I", 100_000_000),
}
"""By chunk: how its numbers of four bytes are coded, and the highest that is believed."""


def is_plausible(type_: bytes, data: bytes) -> bool:
    """Whether the numbers of a chunk can be those of a picture; chunks of other things are.

    >>> is_plausible(b"pHYs", struct.pack(">IIB", 2835, 2835, 1)), is_plausible(b"pHYs", b"Quillfeat")
    (True, False)
    """
    letter, highest = _HIGHEST.get(type_, ("I", 0))
    if not highest:
        return True
    count = len(data) // 4
    return all(abs(number) <= highest for number in struct.unpack(f">{count}{letter}", data[: 4 * count]))
