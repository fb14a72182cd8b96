"""Whether many samples lie within bounds, by numpy where there is one."""

from typing import Literal

__all__ = ["lie_within"]


def lie_within(
    samples: bytes | memoryview,
    values: range,
    bits: int,
    byte_order: Literal["little", "big"],
    *,
    beside: int | None,
) -> bool | None:
    r"""Whether the whole samples of `bits` bits are all in `values`; nothing where there is no numpy.

    Samples are signed where `values` start below zero. Those whose bits are the unsigned number `beside` do
    not count.

    >>> lie_within(b"\x01\x00\xfe\xff\x30\xf8", range(-2, 2), 16, "little", beside=0xF830)
    True
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
        return True
    if values.start == 0:
        return bool(numbers.max() < values.stop)
    numbers = numbers.view(f"{mark}i{size}")
    return bool(numbers.min() >= values.start and numbers.max() < values.stop)
