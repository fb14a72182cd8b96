"""What an engine reads from: anything with a length whose slices are `bytes`.

`bytes` and `mmap.mmap` fit as they are, so native code pays for no wrapper. A browser's blob needs a
class with two methods.
"""

from typing import Protocol, cast

__all__ = ["Source", "Viewed", "view_of"]


class Source(Protocol):
    """A file's bytes, addressed by offset."""

    def __len__(self) -> int:
        """Size in bytes."""
        ...

    def __getitem__(self, key: slice, /) -> bytes:
        """Bytes from ``key.start`` to ``key.stop``; shorter where the source ends before."""
        ...


class Viewed(Protocol):
    """A source whose slices are buffers, and copies only where it cannot be helped."""

    def __getitem__(self, key: slice, /) -> bytes | memoryview:
        """What `Source` gives, to be read and soon let go."""
        ...


def view_of(source: Source) -> Viewed:
    """`source` to be read in long slices.

    >>> bytes(view_of(b"abcdef")[2:4])
    b'cd'
    """
    try:
        return memoryview(cast("bytes", source))
    except TypeError:
        return source
