"""BMP: headers written anew, colour table, pixels (Microsoft, "Bitmap Storage"; OS/2 2.x bitmaps).

A BMP has no place for metadata, but many for bytes that nothing shows: gaps, reserved fields, unused colours,
what pads rows, what follows the pixels, and a colour profile that is a path to a file. All of that goes.
"""

from collections.abc import Iterator
from typing import NamedTuple

from bme_med.core import icc
from bme_med.core.describe import Part
from bme_med.core.plan import Action, Code, Pieces, Plan
from bme_med.core.policy import Policy
from bme_med.core.sniff import Format
from bme_med.core.source import Source
from bme_med.photo.bmp_color import Calibration
from bme_med.photo.bmp_header import Header, encode_header, read_header
from bme_med.photo.bmp_pixels import Pixels, write_pixels
from bme_med.photo.color import treat_profile
from bme_med.photo.errors import DamagedPhotoError
from bme_med.photo.findings import ALPHA_KEPT, NOT_LOOKED_FOR, PROFILE_DROPPED, TRAILER_DROPPED
from bme_med.photo.palette import blank_unused

__all__ = ["describe", "plan"]

_HEADERS, _PALETTE, _GAP, _PIXELS, _PROFILE = "headers", "palette", "gap", "pixels", "ICC"
_TRAILER = "after the pixels"


class _Layout(NamedTuple):
    """A BMP as it was read, its pixels already written into `body`."""

    header: Header
    body: Pieces
    pixels: Pixels
    profile: bytes

    @property
    def palette_end(self) -> int:
        return self.header.palette_start + self.header.palette_entries * self.header.entry_bytes


def describe(source: Source) -> Iterator[Part]:
    """Yield every part of a BMP, in file order."""
    layout = _read_layout(source)
    header = layout.header
    for where, size in _parts(source, layout):
        value = f"{size:,} bytes"
        if where == _HEADERS:
            value = f"{header.width:,} x {header.height:,} pixels, {header.depth} bits"
        yield Part(where, value)


def plan(source: Source, policy: Policy) -> Plan:
    """Decide what stays of a BMP.

    Raises
    ------
    FileError
        If the file breaks the grammar, or its pixels could hide something.
    """
    layout = _read_layout(source)
    header, color_profile = layout.header, policy.profile.color_profile
    findings = {NOT_LOOKED_FOR: None}
    treated = treat_profile(layout.profile, color_profile)
    is_lost = bool(header.calibration.profile_bytes) and color_profile != "drop" and not treated.profile
    if is_lost or header.calibration.is_linked:
        findings[PROFILE_DROPPED] = None
    if header.masks[3]:
        findings[ALPHA_KEPT] = None
    if not treated.profile and (color_profile == "drop" or header.calibration.profile_bytes):
        header = header._replace(calibration=Calibration())
    out = Pieces()
    head = encode_header(header, layout.body.size, len(treated.profile))
    decided = {_PROFILE: (treated.code, treated.rule)}
    decided[_HEADERS] = _write(source, out, 0, head)
    decided[_PALETTE] = _write(source, out, header.palette_start, _palette(source, layout))
    out.extend(layout.body)
    out.literal(treated.profile)
    whole, cut = (Code.K, "the picture"), (Code.C, "bits that no pixel owns zeroed")
    decided[_PIXELS] = whole if layout.pixels.is_whole else cut
    decided[_GAP] = Code.X, "belongs to no part of the picture"
    decided[_TRAILER] = Code.X, "after the end of the image"
    parts = [where for where, _ in _parts(source, layout)]
    if _TRAILER in parts:
        findings[TRAILER_DROPPED] = None
    actions = tuple(Action(where, *decided[where]) for where in parts)
    return Plan(Format.BMP, out.done(), actions, ".bmp", tuple(findings))


def _read_layout(source: Source) -> _Layout:
    header = read_header(source)
    if header.depth <= 8 and not header.palette_entries:
        raise DamagedPhotoError("the palette is missing")
    body = Pieces()
    pixels = write_pixels(source, body, header)
    start = header.calibration.profile_start
    size = min(header.calibration.profile_bytes, icc.MAX_PROFILE_BYTES + 1)
    return _Layout(header, body, pixels, source[start : min(start + size, len(source))] if size else b"")


def _parts(source: Source, layout: _Layout) -> Iterator[tuple[str, int]]:
    """Name and size of every part, in file order."""
    header = layout.header
    yield _HEADERS, header.palette_start
    if header.palette_entries:
        yield _PALETTE, layout.palette_end - header.palette_start
    if layout.palette_end < header.pixel_start:
        yield _GAP, header.pixel_start - layout.palette_end
    yield _PIXELS, layout.pixels.end - header.pixel_start
    rest = len(source) - layout.pixels.end
    if layout.profile:
        yield _PROFILE, len(layout.profile)
        rest -= len(layout.profile) if header.calibration.profile_start >= layout.pixels.end else 0
    if rest > 0:
        yield _TRAILER, rest


def _palette(source: Source, layout: _Layout) -> bytes:
    """The colour table; entries that no pixel uses, and the reserved byte of each, are zero."""
    table = bytearray(source[layout.header.palette_start : layout.palette_end])
    if layout.header.entry_bytes == 4:
        table[3::4] = bytes(len(table) // 4)
    return blank_unused(bytes(table), layout.pixels.colors, layout.header.entry_bytes)


def _write(source: Source, out: Pieces, start: int, content: bytes) -> tuple[Code, str]:
    """Write `content` in the place of what stands at `start`."""
    if out.size == start and source[start : start + len(content)] == content:
        out.keep(start, start + len(content))
        return Code.K, "needed to show the picture"
    out.literal(content)
    return Code.C, "rebuilt from what shows the picture"
