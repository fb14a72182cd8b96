"""What an engine reads from: anything with a length whose slices are `bytes`.

`bytes` and `mmap.mmap` fit as they are, so native code pays for no wrapper. A browser's blob needs a
class with two methods.
"""

from typing import Protocol

__all__ = ["Source"]


class Source(Protocol):
    """A file's bytes, addressed by offset."""

    def __len__(self) -> int:
        """Size in bytes."""
        ...

    def __getitem__(self, key: slice, /) -> bytes:
        """Bytes from ``key.start`` to ``key.stop``; shorter where the source ends before."""
        ...
