"""Colours by number, as the check knows them (ITU-T H.273, 8.1 to 8.3)."""

__all__ = ["are_defined"]

_LAST_TRANSFER, _LAST_MATRIX = 18, 17
_PRIMARIES = frozenset((1, 2, 4, 5, 6, 7, 8, 9, 10, 11, 12, 22))


def are_defined(primaries: int, transfer: int, matrix: int) -> bool:
    """Whether all three numbers mean something."""
    is_transfer = transfer not in (0, 3) and transfer <= _LAST_TRANSFER
    return primaries in _PRIMARIES and is_transfer and matrix != 3 and matrix <= _LAST_MATRIX
