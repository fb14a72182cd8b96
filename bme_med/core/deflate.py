"""Deflate streams without compression: the same bytes from every build of zlib (RFC 1951, 3.2.4)."""

import struct

__all__ = ["stored_blocks"]

_BLOCK_BYTES = 0xFFFF
"""Longest stored block."""


def stored_blocks(data: bytes) -> bytes:
    """`data` as a raw deflate stream.

    >>> stored_blocks(b"AB").hex(" ")
    '01 02 00 fd ff 41 42'
    """
    blocks = [data[start : start + _BLOCK_BYTES] for start in range(0, len(data), _BLOCK_BYTES)] or [b""]
    return b"".join(
        struct.pack("<BHH", number == len(blocks), len(block), len(block) ^ 0xFFFF) + block
        for number, block in enumerate(blocks, 1)
    )
