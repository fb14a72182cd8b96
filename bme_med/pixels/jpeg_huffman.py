"""Huffman tables of JPEG (ITU-T T.81, annexes C and K.3), and the few that painted pictures are written with.

A table made for one picture tells how often each symbol occurs in it, so also in what was painted over.
Painted pictures therefore carry fixed tables: those of annex K.3, or complete ones where they do not do.
"""

from collections.abc import Mapping
from functools import cache
from typing import NamedTuple, TypeVar

__all__ = [
    "AC_CHROMINANCE",
    "AC_COMPLETE",
    "AC_LUMINANCE",
    "AC_REFINING",
    "CODE_BITS",
    "DC_CHROMINANCE",
    "DC_COMPLETE",
    "DC_LUMINANCE",
    "NO_CODES",
    "HuffmanTable",
    "MissingSymbolError",
    "difference_bits",
]

CODE_BITS = 16
"""The longest code (C.2)."""


T = TypeVar("T")


class MissingSymbolError(Exception):
    """A fixed table has no code for a symbol of the picture; a complete table has. Never leaves this room."""


class HuffmanTable(NamedTuple):
    """BITS and HUFFVAL of one table: how many codes each length has, and their symbols (B.2.4.2)."""

    counts: bytes
    symbols: bytes

    def code(self, symbol: int) -> str:
        """The code of `symbol`, as zeros and ones.

        >>> DC_LUMINANCE.code(6)
        '1110'
        """
        try:
            return _codes(self)[symbol]
        except KeyError:
            raise MissingSymbolError from None

    def spread(self, meanings: Mapping[int, T]) -> list[T | None]:
        """For each window of 16 bits, what the symbol that it starts with means; None where that is nothing.

        >>> DC_LUMINANCE.spread({symbol: symbol for symbol in range(12)})[0b1110_0110_0000_0000]
        6
        """
        spread: list[T | None] = []
        lengths = (length for length, count in enumerate(self.counts, 1) for _ in range(count))
        for symbol, length in zip(self.symbols, lengths, strict=True):
            spread += [meanings.get(symbol)] * (1 << CODE_BITS - length)
        return spread + [None] * ((1 << CODE_BITS) - len(spread))


@cache
def _codes(table: HuffmanTable) -> dict[int, str]:
    """Symbol to code (C.2)."""
    codes, code, symbols = {}, 0, iter(table.symbols)
    for length, count in enumerate(table.counts, 1):
        for _ in range(count):
            codes[next(symbols)] = f"{code:0{length}b}"
            code += 1
        code <<= 1
    return codes


def difference_bits(table: HuffmanTable, difference: int) -> str:
    """A DC difference as coded by `table`, in zeros and ones (F.1.2.1).

    >>> difference_bits(DC_LUMINANCE, -3)
    '01100'
    """
    size = abs(difference).bit_length()
    amplitude = difference if difference >= 0 else difference + (1 << size) - 1
    return table.code(size) + (f"{amplitude:0{size}b}" if size else "")


def _table(counts: str, symbols: str) -> HuffmanTable:
    return HuffmanTable(bytes.fromhex(counts), bytes.fromhex(symbols))


DC_LUMINANCE = _table("00010501010101010100000000000000", "000102030405060708090a0b")
DC_CHROMINANCE = _table("00030101010101010101010000000000", "000102030405060708090a0b")
AC_LUMINANCE = _table(
    "0002010303020403050504040000017d",
    "01020300041105122131410613516107227114328191a1082342b1c11552d1f02433627282090a161718191a25262728292a3435"
    "363738393a434445464748494a535455565758595a636465666768696a737475767778797a838485868788898a92939495969798"
    "999aa2a3a4a5a6a7a8a9aab2b3b4b5b6b7b8b9bac2c3c4c5c6c7c8c9cad2d3d4d5d6d7d8d9dae1e2e3e4e5e6e7e8e9eaf1f2f3f4"
    "f5f6f7f8f9fa",
)
AC_CHROMINANCE = _table(
    "00020102040403040705040400010277",
    "000102031104052131061241510761711322328108144291a1b1c109233352f0156272d10a162434e125f11718191a262728292a"
    "35363738393a434445464748494a535455565758595a636465666768696a737475767778797a82838485868788898a9293949596"
    "9798999aa2a3a4a5a6a7a8a9aab2b3b4b5b6b7b8b9bac2c3c4c5c6c7c8c9cad2d3d4d5d6d7d8d9dae2e3e4e5e6e7e8e9eaf2f3f4"
    "f5f6f7f8f9fa",
)

NO_CODES = HuffmanTable(bytes(CODE_BITS), b"")
"""The table of what is not coded."""
DC_COMPLETE = _table("00000701010101010101010100000000", "000102030405060708090a0b0c0d0e0f")
"""All differences of 8 and of 12 bits."""
AC_COMPLETE = _table(
    "000004020407070a0a0b0d0d0e0f9101",
    "000102111221031322310405101423324115202430334251060716253440435261f0081726354450536271811827364554606370"
    "728291090a19283746556473808392a10b1a293847566574849093a2b11b2a39485766758594a0a3b0b2c10c1c2b3a4958677686"
    "95a4b3c0c2d10d0f1d1e1f2c2d2e2f3b3c3d3e3f4a4b4c4d4e4f595a5b5c5d5e5f68696a6b6c6d6e6f7778797a7b7c7d7e7f8788"
    "898a8b8c8d8e8f969798999a9b9c9d9e9fa5a6a7a8a9aaabacadaeafb4b5b6b7b8b9babbbcbdbebfc3c4c5c6c7c8c9cacbcccdce"
    "cfd0d2d3d4d5d6d7d8d9dadbdcdddedfe0e1e2e3e4e5e6e7e8e9eaebecedeeeff1f2f3f4f5f6f7f8f9fafbfcfdfeff0e",
)
"""All runs and sizes of 8 and of 12 bits, and all runs of ends of band (G.1.2.2)."""
AC_REFINING = _table(
    "00000207060406020301010000000000",
    "0111001020213141513040617181f0506091a17080b1c1d1e190f1a0b0c0d0e0",
)
"""What a refining scan of a progressive picture can hold (G.1.2.3)."""
