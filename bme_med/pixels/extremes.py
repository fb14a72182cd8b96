"""The smallest and the largest of many samples, by numpy where there is one."""

from typing import Literal

__all__ = ["extremes"]


def extremes(
    samples: bytes, bits: int, byte_order: Literal["little", "big"], *, is_signed: bool, beside: int | None
) -> tuple[int, int] | None:
    r"""The smallest and the largest of the whole samples of `bits` bits; nothing where there is no numpy.

    Samples whose bits are those of the unsigned number `beside` do not count; where none is left, both are 0.

    >>> extremes(b"\x01\x00\xfe\xff\x30\xf8", 16, "little", is_signed=True, beside=0xF830)
    (-2, 1)
    """
    try:
        from numpy import frombuffer
    except ImportError:
        return None
    size = bits // 8
    mark = "<" if byte_order == "little" else ">"
    numbers = frombuffer(samples, f"{mark}u{size}", count=len(samples) // size)
    if beside is not None:
        numbers = numbers[numbers != beside]
    if not numbers.size:
        return 0, 0
    numbers = numbers.view(f"{mark}i{size}") if is_signed else numbers
    return int(numbers.min()), int(numbers.max())
