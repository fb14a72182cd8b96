"""The detector of text and faces, as engines ask for it: models of the extra ``bme-med[detect]``."""

import hashlib
from collections.abc import Callable
from typing import Any

from bme_med.core import Profile, Region
from bme_med.core.detection import FacesFound, Shown
from bme_med.pixels.detect import TextFound, is_installed
from bme_med.run.pictures import decode_pictures, shown_pictures

__all__ = ["InstalledDetector", "detector_for"]

_LONGEST = 2560
"""Pixels of the longer side that a picture keeps where it is made smaller to look for faces."""


def detector_for(profile: Profile) -> "InstalledDetector | None":
    """The detector, where `profile` asks for one and it is installed."""
    is_wanted = (
        profile.burned_in == "detect"
        or profile.photo_text == "burn"
        or profile.faces in ("refuse", "eyes", "face")
    )
    return InstalledDetector() if is_wanted and is_installed() else None


class InstalledDetector:
    """A `Detector` of what is installed; models are loaded when they are first asked."""

    def find_text(
        self,
        read_frame: Callable[[int], Any],
        count: int,
        shown: Shown,
        is_identifier: Callable[[str], bool],
    ) -> TextFound:
        """Text in any of `count` frames."""
        import numpy as np

        from bme_med.pixels.detect import Appearance, find_text_in_frames

        palette = np.array(shown.palette, np.uint16) if shown.palette else None
        appearance = Appearance(
            shown.photometric, shown.windows, shown.slope, shown.intercept, palette, shown.first_entry
        )
        return find_text_in_frames(read_frame, count, appearance, is_identifier)

    def find_photo_text(self, photo: bytes) -> TextFound:
        """Text in all pictures of a photo, as they are shown."""
        from bme_med.pixels.detect import find_text

        return find_text(decode_pictures(photo))

    def find_faces(self, photo: bytes) -> FacesFound:
        """Faces in all pictures of a photo, as they are shown; each of those that look equal counts once."""
        from bme_med.pixels.detect import face_regions, find_faces, is_unsure

        eyes: list[Region] = []
        faces: list[Region] = []
        unsure, seen = False, set[bytes]()
        for picture in shown_pictures(photo):
            looked_at, size = picture.reduced(_LONGEST), (picture.rows, picture.columns)
            digest = hashlib.sha256(repr(size).encode() + looked_at.tobytes()).digest()
            if digest in seen:
                continue
            seen.add(digest)
            found = find_faces(looked_at, of=size)
            eyes += face_regions(found, "eyes")
            faces += face_regions(found, "face")
            unsure = unsure or is_unsure(found)
        return FacesFound(tuple(eyes), tuple(faces), unsure)
