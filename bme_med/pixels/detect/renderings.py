"""Pictures of 8 bits that a detector looks at, made so that no window hides a text from it.

* The range that nearly all samples lie in. Where that is flat and the samples are not, such as a text of
  -1000 on air of -1024, each neighbourhood is stretched to full contrast of its own: little is lost there,
  and a picture more would double the time of a look.
* Each VOI window (PS3.3, C.11.2) that shows much less than that: it is what a person has seen.
* The same range, stretched also where it shows little: faint letters are clear there, and anatomy is torn.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Samples = NDArray[np.integer[Any] | np.floating[Any]]
    Values = NDArray[np.floating[Any]]
    Picture = NDArray[np.uint8]

__all__ = ["Appearance", "renderings_of"]

_TAIL = 0.5
"""Per cent of the samples at each end that nearly all are without."""
_NARROWER = 0.7
"""Share of a range that a window must be below to show anything better."""
_BLOCK = 16
"""Pixels of a block's side; a neighbourhood is 3 x 3 of them, without those that are not flat."""
_FLAT, _FAINT = 24, 64
"""Grey levels that a block spans in a picture where a text would be hard to see, and where it may be."""


@dataclass(frozen=True, slots=True)
class Appearance:
    """What the attributes of an image say of how its samples are shown.

    Attributes
    ----------
    photometric
        What the decoded samples are: Photometric Interpretation (0028,0004), or ``RGB`` where the decoder
        converted them (as it does for YBR_RCT and YBR_ICT).
    windows
        Window Center and Width (0028,1050), (0028,1051), in pairs.
    slope, intercept
        Rescale Slope and Intercept (0028,1053), (0028,1052).
    palette
        For PALETTE COLOR: (entries, 3); `first_entry` is the sample that the first one is for (0028,1101).
    """

    photometric: str
    windows: tuple[tuple[float, float], ...] = ()
    slope: float = 1.0
    intercept: float = 0.0
    palette: "NDArray[np.integer[Any]] | None" = None
    first_entry: int = 0


def renderings_of(samples: "Samples", appearance: Appearance, *, with_faint: bool = True) -> "list[Picture]":
    """What a detector looks at: (rows, columns) or (rows, columns, 3). None if all samples are the same.

    Parameters
    ----------
    samples
        One decoded frame: (rows, columns), or (rows, columns, 3) interleaved; signed where Pixel
        Representation says so, bits above Bits Stored cleared.
    appearance
        How they are shown.
    with_faint
        Whether to bring out faint letters in a picture of its own, the last one, where there may be any.
    """
    values = _finite(samples)
    if values.min() == values.max():
        return []
    colours = _colours(values, appearance)
    seen, windows = (values, _windows(appearance)) if colours is None else (colours, iter(()))
    shown = [_scaled(seen, low, high) for low, high in _ranges(seen, windows)]
    single = values @ (1, 2, 4) if values.ndim == 3 else values
    spans = _spans(shown[0])
    found = [_stretched(shown[0], single, spans < _FLAT), *shown[1:]]
    if with_faint and ((spans >= _FLAT) & (spans < _FAINT)).any():
        found.append(_stretched(shown[0], single, spans < _FAINT))
    return [255 - picture for picture in found] if appearance.photometric == "MONOCHROME1" else found


def _finite(samples: "Samples") -> "Values":
    """`samples` as floats that hold each of them exactly; what is no number lies a little beside them."""
    import numpy as np

    values: Values = samples.astype(np.float32 if samples.itemsize <= 2 else np.float64)
    known = values[np.isfinite(values)]
    if known.size == values.size:
        return values
    least, greatest = (float(known.min()), float(known.max())) if known.size else (0.0, 0.0)
    beside = (greatest - least) / 100 or 1
    finite: Values = np.nan_to_num(
        values, nan=least - beside, neginf=least - beside, posinf=greatest + beside
    )
    return finite


def _ranges(values: "Values", windows: Iterator[tuple[float, float]]) -> list[tuple[float, float]]:
    """What is black and what is white in each picture, as stored."""
    import numpy as np

    least, greatest = float(values.min()), float(values.max())
    low, high = (float(each) for each in np.percentile(values[::2, ::2], [_TAIL, 100 - _TAIL]))
    ranges = [(low, high) if low < high else (least, max(greatest, least + 1))]
    for low, high in windows:
        low, high = max(low, least), min(high, greatest)
        if low < high and not any(_is_alike((low, high), other) for other in ranges):
            ranges.append((low, high))
    return ranges


def _is_alike(one: tuple[float, float], other: tuple[float, float]) -> bool:
    """Whether the second shows all that the first does, with hardly less contrast."""
    spans = one[1] - one[0], other[1] - other[0]
    slack = 0.05 * spans[0]
    return other[0] <= one[0] + slack and one[1] - slack <= other[1] and spans[0] >= _NARROWER * spans[1]


def _windows(appearance: Appearance) -> Iterator[tuple[float, float]]:
    """The windows as stored values (PS3.3, C.11.1.1 and C.11.2.1.2)."""
    for center, width in appearance.windows:
        if appearance.slope and width >= 1:
            ends = [
                (center + half - appearance.intercept) / appearance.slope for half in (-width / 2, width / 2)
            ]
            yield min(ends), max(ends)


def _scaled(values: "Values", low: float, high: float) -> "Picture":
    import numpy as np

    picture: Picture = np.clip((values - low) * (255 / (high - low)), 0, 255).astype(np.uint8)
    return picture


def _colours(values: "Values", appearance: Appearance) -> "Values | None":
    """Red, green and blue of an image in colour."""
    import numpy as np

    if appearance.palette is not None and values.ndim == 2:
        entries = np.clip(values - appearance.first_entry, 0, len(appearance.palette) - 1)
        return appearance.palette[entries.astype(np.int64)].astype(np.float32)
    if values.ndim == 2:
        return None
    return _from_ybr(values, appearance.photometric) if _is_ybr(appearance.photometric) else values


def _is_ybr(photometric: str) -> bool:
    return photometric.startswith(("YBR_FULL", "YBR_PARTIAL"))


def _from_ybr(values: "Values", photometric: str) -> "Values":
    """Red, green and blue (PS3.3, C.7.6.3.1.2)."""
    import numpy as np

    whole = 255 if values.max() < 256 else 65535
    light, blue, red = np.moveaxis(values - [0, (whole + 1) // 2, (whole + 1) // 2], 2, 0)
    if photometric.startswith("YBR_PARTIAL"):
        light, blue, red = (light - whole / 16) * 255 / 219, blue * 255 / 224, red * 255 / 224
    colours = (light + 1.402 * red, light - 0.344136 * blue - 0.714136 * red, light + 1.772 * blue)
    clipped: Values = np.clip(np.stack(colours, axis=2), 0, whole)
    return clipped


def _spans(picture: "Picture") -> "NDArray[np.int16]":
    """Grey levels that each block spans."""
    import numpy as np

    darkest, brightest = _blocks(picture if picture.ndim == 2 else picture.max(axis=2))
    spans: NDArray[np.int16] = brightest.astype(np.int16) - darkest
    return spans


def _stretched(picture: "Picture", values: "Values", flat: "NDArray[np.bool_]") -> "Picture":
    """`picture` with the neighbourhoods of the blocks that are `flat` from black to white."""
    import numpy as np

    least, greatest = _blocks(values)
    low = _around(np.where(flat, least, np.inf)).min(axis=(2, 3))
    high = _around(np.where(flat, greatest, -np.inf)).max(axis=(2, 3))
    hidden = flat & (high > low)
    if not hidden.any():
        return picture
    rows, columns = values.shape
    low, high, wanted = (
        np.repeat(np.repeat(each, _BLOCK, 0), _BLOCK, 1)[:rows, :columns]
        for each in (np.where(hidden, low, 0), np.where(hidden, high, 1), hidden)
    )
    stretched = np.where(wanted, (values - low) * 255 / (high - low), 0).astype(np.uint8)
    if picture.ndim == 3:
        wanted, stretched = wanted[..., None], stretched[..., None]
    return np.where(wanted, stretched, picture)


def _blocks(picture: "NDArray[Any]") -> "tuple[NDArray[Any], NDArray[Any]]":
    """The least and the greatest value in each block."""
    import numpy as np

    rows, columns = picture.shape
    whole = np.pad(picture, ((0, -rows % _BLOCK), (0, -columns % _BLOCK)), mode="edge")
    high, wide = (side // _BLOCK for side in whole.shape)
    blocks = whole.reshape(high, _BLOCK, wide, _BLOCK)
    return blocks.min(axis=(1, 3)), blocks.max(axis=(1, 3))


def _around(blocks: "NDArray[Any]") -> "NDArray[Any]":
    """For each block it and its eight neighbours, in two more axes."""
    import numpy as np

    return np.lib.stride_tricks.sliding_window_view(np.pad(blocks, 1, mode="edge"), (3, 3))
