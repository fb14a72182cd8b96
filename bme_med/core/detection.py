"""What engines ask a detector of text and faces, which they get with the policy and never make themselves."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from bme_med.core.regions import Region

__all__ = ["Detector", "FacesFound", "Shown", "TextFound"]


@dataclass(frozen=True, slots=True)
class Shown:
    """How the samples of an image are shown, so that no window hides a text.

    Attributes
    ----------
    photometric
        Photometric Interpretation (0028,0004) of the decoded samples.
    windows
        Window Center and Width (0028,1050), (0028,1051), in pairs.
    slope, intercept
        Rescale Slope and Intercept (0028,1053), (0028,1052).
    palette
        Of PALETTE COLOR: red, green and blue of each entry; `first_entry` is the sample of the first.
    """

    photometric: str
    windows: tuple[tuple[float, float], ...] = ()
    slope: float = 1.0
    intercept: float = 0.0
    palette: tuple[tuple[int, int, int], ...] = ()
    first_entry: int = 0


class TextFound(Protocol):
    """Regions of text, of what may be text, and of harmless marks. What was read there is not kept."""

    @property
    def confirmed(self) -> tuple[Region, ...]:
        """Text."""
        ...

    @property
    def suspect(self) -> tuple[Region, ...]:
        """What may be text."""
        ...

    @property
    def marks(self) -> tuple[Region, ...]:
        """R, L, strokes of a scale."""
        ...


@dataclass(frozen=True, slots=True)
class FacesFound:
    """Faces in a photo: what covers their eyes, what covers them whole, and whether a person should look."""

    eyes: tuple[Region, ...] = ()
    faces: tuple[Region, ...] = ()
    is_unsure: bool = False


class Detector(Protocol):
    """Looks at decoded pixels. `picture` and what `read_frame` gives are arrays, unknown to engines.

    Whatever cannot be looked at raises a `FileError`.
    """

    def find_text(
        self,
        read_frame: Callable[[int], Any],
        count: int,
        shown: Shown,
        is_identifier: Callable[[str], bool],
    ) -> TextFound:
        """Text in any of `count` frames, counted from 1; the regions hold for all of them."""
        ...

    def find_photo_text(self, photo: bytes, /) -> TextFound:
        """Text in a photo, in the coordinates that a viewer shows."""
        ...

    def find_faces(self, photo: bytes, /) -> FacesFound:
        """Faces in a photo, in the coordinates that a viewer shows."""
        ...
