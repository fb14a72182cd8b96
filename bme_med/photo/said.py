"""What an output says beside its picture: how to turn it, and the year it was taken, each alone.

Orientation that Exif says stays in Exif, and counts before any other, as for every viewer. One that stands
elsewhere alone (XMP; ImageMagick's raw profile in a PNG) stays in XMP: those that look there follow it, as
before, and those that do not, such as browsers, turn nothing, as before. Exif has no form for a year alone
that readers accept: it stands in XMP too.
"""

from typing import NamedTuple

from bme_med.core.plan import Code
from bme_med.photo.orientation import Turn, orientation_exif
from bme_med.photo.packet import encode_packet
from bme_med.photo.taken import Taken

__all__ = ["Said"]


class Said(NamedTuple):
    """What stays of a photo's metadata; `turn` where it turns the picture."""

    turn: Turn | None
    taken: Taken | None

    @property
    def exif(self) -> bytes:
        """The Exif that holds Orientation and nothing else; empty where none is needed."""
        return orientation_exif(self.turn.orientation) if self.turn and not self.turn.mark else b""

    @property
    def packet(self) -> bytes:
        """The XMP packet that says the rest; empty where none is needed."""
        turn = self.turn if self.turn and self.turn.mark else None
        return encode_packet(turn, self.taken.year if self.taken else "")

    def decide(self, where: str) -> tuple[Code, str] | None:
        """What becomes of a part that tells how to turn the picture, or when it was taken; None of others."""
        turns = self.turn is not None and self.turn.where == where
        has_year = self.taken is not None and self.taken.where == where
        if not (turns or has_year):
            return None
        kept = " and ".join(["Orientation"] * turns + ["the year"] * has_year)
        if self.taken and has_year and self.taken.packet == self.packet:
            return Code.K, f"{kept} it was taken"
        return Code.D, f"replaced by {kept} alone"
