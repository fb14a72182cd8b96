"""Colours by number (ITU-T H.273, 8.1 to 8.3): the values that are defined; all others could spell a text."""

__all__ = ["MATRICES", "PRIMARIES", "TRANSFERS", "UNSPECIFIED"]

UNSPECIFIED = 2
PRIMARIES = frozenset((1, UNSPECIFIED, *range(4, 13), 22))
TRANSFERS = frozenset((1, UNSPECIFIED, *range(4, 19)))
MATRICES = frozenset((0, 1, UNSPECIFIED, *range(4, 18)))
