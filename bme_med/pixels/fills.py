"""The samples that look black (PS3.3, C.7.6.3.1.2, C.7.5.1.1.2).

A fill never depends on what it covers: it follows from the attributes, and from samples that stay.
"""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from math import isfinite
from typing import NamedTuple

from bme_med.core import MalformedFileError, UnsupportedFileError
from bme_med.pixels.form import PixelForm
from bme_med.pixels.palettes import Palette

__all__ = ["Fill", "Rendering", "black", "is_low_white", "wants_outside"]

_COLORS = {
    "RGB": (0, 0, 0),
    "YBR_RCT": (0, 0, 0),
    "YBR_ICT": (0, 0, 0),
    "XYB": (0, 0, 0),
    "HSV": (0, 0, 0),
    "ARGB": (0, 0, 0, 0),
    "YBR_FULL": (0, 128, 128),
    "YBR_FULL_422": (0, 128, 128),
    "YBR_PARTIAL_422": (16, 128, 128),
    "YBR_PARTIAL_420": (16, 128, 128),
    "CMYK": (0, 0, 0, 255),
}
"""Black in eight bits, as samples are native or decoders hand them out: of YBR_RCT, YBR_ICT, XYB as RGB."""
_GRAYS = frozenset(("MONOCHROME1", "MONOCHROME2"))


class Fill(NamedTuple):
    """What each sample of a painted pixel holds.

    >>> Fill((0, 128, 128)).samples
    (0, 128, 128)
    """

    samples: tuple[int | float, ...]


@dataclass(frozen=True, slots=True)
class Rendering:
    """What beside the form decides which sample looks black.

    Attributes
    ----------
    palette
        Of PALETTE COLOR images.
    padding
        Lowest and highest sample that pads, as Pixel Padding Value and its Range Limit say (0028,0120) to
        (0028,0125): no fill is one of them.
    is_inverse
        Whether Presentation LUT Shape (2050,0020) is INVERSE, as it is for MONOCHROME1 (PS3.3, C.11.6.1).
    has_negative_slope
        Whether Rescale Slope (0028,1053) turns the grays round.
    """

    palette: Palette | None = None
    padding: tuple[float, float] | None = None
    is_inverse: bool = False
    has_negative_slope: bool = field(default=False, kw_only=True)

    def pads(self, sample: float) -> bool:
        """Whether `sample` is no part of the image."""
        return self.padding is not None and self.padding[0] <= sample <= self.padding[1]


def wants_outside(form: PixelForm) -> bool:
    """Whether black is better chosen with a look at the samples that stay: of grays of more than one bit."""
    return form.photometric in _GRAYS and form.allocated > 1


def is_low_white(form: PixelForm, rendering: Rendering) -> bool:
    """Whether low samples look white, so that black is a high one."""
    is_inverse = form.photometric == "MONOCHROME1" or rendering.is_inverse
    return is_inverse != rendering.has_negative_slope


def black(
    form: PixelForm, rendering: Rendering | None = None, outside: AbstractSet[float] = frozenset()
) -> Fill:
    """What looks black; of grays the darkest that occurs outside, so that automatic windows stay as they are.

    `outside` are samples of a frame that are not painted over, and never any that is.

    Raises
    ------
    MalformedFileError
        If Bits Stored is no number of bits.
    UnsupportedFileError
        If nothing is known to look black.

    >>> grays = PixelForm(rows=2, columns=2, samples=1, allocated=16, stored=12, high=11, is_signed=True,
    ...                   photometric="MONOCHROME2")
    >>> black(grays), black(grays, Rendering(padding=(-2000, -2000)), {-2000, -1024, 7})
    (Fill(samples=(-2048,)), Fill(samples=(-1024,)))
    """
    rendering = rendering or Rendering()
    if form.stored < 1:
        raise MalformedFileError("nothing says how many bits a sample has", where="(0028,0101)")
    if form.photometric in _GRAYS and form.samples == 1:
        return Fill((_darkest(form, rendering, outside),))
    if form.photometric == "PALETTE COLOR" and form.samples == 1 and rendering.palette:
        return Fill((_darkest_index(form, rendering.palette, rendering),))
    color = _COLORS.get(form.photometric)
    if color is None or len(color) != form.samples or form.is_float:
        raise UnsupportedFileError(
            "no sample is known to look black in this Photometric Interpretation (0028,0004): "
            "convert the image to RGB with another tool, then run again"
        )
    highest = (1 << form.stored) - 1
    return Fill(tuple(highest if part == 255 else (part << form.stored) >> 8 for part in color))


def _darkest(form: PixelForm, rendering: Rendering, outside: AbstractSet[float]) -> int | float:
    """The darkest legal sample outside, or the darkest legal one where nothing is outside."""
    choose = max if is_low_white(form, rendering) else min
    if form.is_float:
        return choose((s for s in outside if isfinite(s) and not rendering.pads(s)), default=0.0)
    legal = _legal(form)
    fitting = [int(sample) for sample in outside if sample in legal and not rendering.pads(sample)]
    return choose(fitting) if fitting else _end(legal, rendering, is_high=choose is max)


def _legal(form: PixelForm) -> range:
    """Samples that Bits Stored and Pixel Representation allow."""
    half = 1 << form.stored - 1
    return range(-half, half) if form.is_signed else range(2 * half)


def _end(legal: range, rendering: Rendering, *, is_high: bool) -> int:
    """The first or last legal sample that does not pad."""
    end = legal[-1] if is_high else legal[0]
    if not rendering.pads(end) or rendering.padding is None:
        return end
    beside = int(rendering.padding[0]) - 1 if is_high else int(rendering.padding[1]) + 1
    return beside if beside in legal else end


def _darkest_index(form: PixelForm, palette: Palette, rendering: Rendering) -> int:
    """The first sample whose entry is the darkest (Rec. ITU-R BT.601 luma)."""
    legal = _legal(form)
    entries = (
        (299 * red + 587 * green + 114 * blue, sample)
        for sample, red, green, blue in palette.entries()
        if sample in legal and not rendering.pads(sample)
    )
    return min(entries, default=(0, legal[0]))[1]
