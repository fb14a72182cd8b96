"""Graphics over images: what stays under the Clean Graphics Option (PS3.15, E.3.3; PS3.3, C.9.2 and C.10.5).

Text of annotations is cleaned word by word. The bits of overlay planes and the points of curves may show text
that nothing here can read, so that they go with everything that describes them.
"""

from bme_med.core import Option, Profile

__all__ = ["cleaning_option", "is_plane"]

_CURVES, _OVERLAYS = 0x50, 0x60
_TEXTS = frozenset(
    (
        *("UnformattedTextValue", "TickLabel", "GraphicLayerDescription"),
        *("GraphicGroupLabel", "GraphicGroupDescription"),
    )
)
_WAVEFORMS = "WaveformAnnotationSequence"


def is_plane(tag: int) -> bool:
    """Whether `tag` is part of an overlay plane or a curve."""
    return tag >> 24 in (_CURVES, _OVERLAYS)


def cleaning_option(profile: Profile, keyword: str, path: tuple[str, ...]) -> Option | None:
    """The option of `profile` that cleans the text `keyword` below the sequences `path`."""
    if Option.CLEAN_GRAPHICS in profile.options and keyword in _TEXTS:
        return Option.CLEAN_GRAPHICS
    is_content = keyword == "UnformattedTextValue" and _WAVEFORMS in path
    if is_content and Option.CLEAN_STRUCTURED_CONTENT in profile.options:
        return Option.CLEAN_STRUCTURED_CONTENT
    return None
