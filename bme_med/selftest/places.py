"""Places that tokens are planted in, and drafts of files that carry them."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from bme_med.selftest.values import word

__all__ = ["IN_ITEMS", "Draft", "Numbers", "Place", "encoded"]


IN_ITEMS = ", in items"
"""What the name of a place in a sequence item ends with."""


class Draft(Protocol):
    """A copy of one of the user's files, on its way to become one that carries tokens."""

    def encode(self) -> bytes:
        """The file's bytes."""
        ...


@dataclass(frozen=True, slots=True)
class Place:
    """One token, and where it is planted.

    Attributes
    ----------
    where
        In the format's own notation.
    token
        What is looked for in the bytes of an output; empty where only the place itself can tell.
    put
        Plants it in a draft.
    tag, vr
        Of an attribute, which a profile may keep; nothing may keep what has no tag.
    path
        Of an attribute: tags of the sequences around it, of each the first item.
    text
        Of an attribute: its value, as text.
    keeper
        Key and value of a profile that keep what is no attribute, such as ``color_profile`` and ``keep``.
    """

    where: str
    token: str
    put: Callable[[Any], None]
    tag: int | None = None
    vr: str = ""
    path: tuple[int, ...] = ()
    text: str = ""
    keeper: tuple[str, str] = ("", "")


class Numbers:
    """Numbers of tokens: each is given once in a self-test."""

    def __init__(self) -> None:
        self.last = 0

    def next(self) -> int:
        """A new number."""
        self.last += 1
        return self.last

    def words(self) -> Iterator[str]:
        """New tokens, without end."""
        while True:
            yield word(self.next())


def encoded(new: Callable[[], Draft], places: Sequence[Place] | Iterable[Place]) -> bytes:
    """A file of a `new` draft that carries a token in each of `places`."""
    draft = new()
    for place in places:
        place.put(draft)
    return draft.encode()
