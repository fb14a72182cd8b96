"""WebP: which chunks stay (RFC 9649, 2.5 to 2.7).

The image chunks stay, of an animation those inside its frames; their headers are written anew, each exactly
as long as it is defined, reserved bits zero. The colour profile follows the policy, Orientation stays in an
EXIF or XMP that holds nothing else, and by policy the year in such an XMP. Everything else goes, and nothing
follows the RIFF.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

from bme_med.core import icc
from bme_med.core.describe import Part
from bme_med.core.plan import Action, Code, Pieces, Plan
from bme_med.core.policy import Policy
from bme_med.core.profile import DatePolicy, Profile
from bme_med.core.sniff import Format
from bme_med.core.source import Source
from bme_med.photo.color import treat_profile
from bme_med.photo.errors import DamagedPhotoError
from bme_med.photo.findings import (
    ALPHA_KEPT,
    MORE_IMAGES,
    NOT_LOOKED_FOR,
    PROFILE_DROPPED,
    TRAILER_DROPPED,
)
from bme_med.photo.orientation import Turn, exif_turn, read_exif_orientation, xmp_turn
from bme_med.photo.said import Said
from bme_med.photo.taken import webp_metadata, year_to_keep
from bme_med.photo.webp_chunks import FILE_HEADER_BYTES, Chunk, encode_header, number24, walk, wrap
from bme_med.photo.webp_image import MAX_PIXELS, Image, ImageWriter, Whole, find_image

__all__ = ["PlannedPart", "describe", "plan", "plan_part"]

_ANIMATED, _XMP, _EXIF, _ALPHA, _PROFILE = 0x02, 0x04, 0x08, 0x10, 0x20
_EXTENDED_BYTES, _ANIM_BYTES, _FRAME_BYTES = 10, 6, 16
_MAX_PIXELS = (1 << 32) - 1
_MAX_METADATA_BYTES = 1 << 20

_KEPT = Code.K, "needed to show the picture"
_DROPPED = Code.X, "not needed to show the picture"


def describe(source: Source) -> Iterator[Part]:
    """Yield every part of a WebP, in file order."""
    for chunk in _flat(walk(source)):
        value = f"{chunk.size:,} bytes"
        if chunk.type == b"EXIF":
            value += f", Orientation {read_exif_orientation(_read(source, chunk)) or 'absent'}"
        yield Part(chunk.where, value)


def plan(source: Source, policy: Policy) -> Plan:
    """Decide what stays of a WebP.

    Raises
    ------
    FileError
        If the file breaks the grammar, or holds no picture.
    """
    return _Planner(source, policy.profile, tuple(walk(source))).plan()


class PlannedPart(NamedTuple):
    """The plan of a WebP inside another container, its size, and what is left of the pixels it may cost."""

    plan: Plan
    width: int
    height: int
    pixels_left: int


def plan_part(source: Source, profile: Profile, pixels: int) -> PlannedPart:
    """Decide what stays of a WebP that is a part of another container's picture.

    Up to that many `pixels` of lossless data are read to find its end. Neither Orientation, a
    colour profile nor the year stays, as the container has its own.

    Raises
    ------
    FileError
        As `plan` does, and if it is an animation.
    """
    plain = replace(profile, orientation="drop", color_profile="drop", dates=DatePolicy.REMOVE)
    planner = _Planner(source, plain, tuple(walk(source)), pixels)
    planned = planner.plan()
    if planner.size is None:
        raise DamagedPhotoError("an animation inside another picture")
    return PlannedPart(planned, *planner.size, planner.writer.left)


def _flat(chunks: Iterator[Chunk]) -> Iterator[Chunk]:
    for chunk in chunks:
        yield chunk
        yield from chunk.parts


def _read(source: Source, chunk: Chunk) -> bytes:
    """The payload of a metadata chunk, or its first megabyte."""
    return source[chunk.data.start : min(chunk.data.end, chunk.data.start + _MAX_METADATA_BYTES)]


class _Planner:
    """Writes what stays, and notes each decision by the chunk's place."""

    def __init__(
        self, source: Source, profile: Profile, chunks: tuple[Chunk, ...], pixels: int = MAX_PIXELS
    ) -> None:
        self.source = source
        self.profile = profile
        self.chunks = chunks
        self.decided: dict[str, tuple[Code, str]] = {}
        self.flags = 0
        self.size: tuple[int, int] | None = None
        self.writer = ImageWriter(source, pixels)
        self.findings = {NOT_LOOKED_FOR: None}

    def plan(self) -> Plan:
        """The plan: header, then the chunks in the order that RFC 9649 asks for."""
        first = self.chunks[0].type if self.chunks else b""
        if first not in (b"VP8X", b"VP8 ", b"VP8L"):
            raise DamagedPhotoError("the file does not start with an image or an extended header")
        body = self._write_extended() if first == b"VP8X" else self._write_image(self.chunks[:1], None)
        if self.flags & _ALPHA:
            self.findings[ALPHA_KEPT] = None
        out = Pieces()
        out.literal(encode_header(b"RIFF", FILE_HEADER_BYTES - 8 + body.size) + b"WEBP")
        out.extend(body)
        actions = tuple(Action(chunk.where, *self._decision(chunk)) for chunk in _flat(iter(self.chunks)))
        measured = self.writer.measured
        return Plan(Format.WEBP, out.done(), actions, ".webp", tuple(self.findings), measured=measured)

    def _decision(self, chunk: Chunk) -> tuple[Code, str]:
        if chunk.type:
            return self.decided.get(chunk.where, _DROPPED)
        self.findings[TRAILER_DROPPED] = None
        return Code.X, "after the end of the image"

    def _write_extended(self) -> Pieces:
        """VP8X and what it announces."""
        header = self.chunks[0]
        head = self.source[header.data.start : min(header.data.end, header.data.start + _EXTENDED_BYTES)]
        if len(head) < _EXTENDED_BYTES:
            raise DamagedPhotoError("the extended header is too short", where=header.where)
        self.flags = head[0] & (_ANIMATED | _ALPHA)
        canvas = 1 + number24(head, 4), 1 + number24(head, 7)
        if canvas[0] * canvas[1] > _MAX_PIXELS:
            raise DamagedPhotoError("the picture is larger than WebP allows", where=header.where)
        profile = self._write_profile()
        is_animated = self.flags & _ANIMATED
        image = self._write_frames(canvas) if is_animated else self._write_image(self.chunks, canvas)
        metadata = self._write_metadata()
        extended = encode_header(b"VP8X", _EXTENDED_BYTES) + bytes((self.flags, 0, 0, 0)) + head[4:]
        is_plain = header.size == _EXTENDED_BYTES and head[:4] == extended[8:12]
        self.decided[header.where] = _KEPT if is_plain else (Code.C, "written anew")
        out = Pieces()
        out.literal(extended)
        for part in (profile, image, metadata):
            out.extend(part)
        return out

    def _write_image(self, chunks: tuple[Chunk, ...], canvas: tuple[int, int] | None) -> Pieces:
        """The one image of a file that is not animated."""
        image = find_image(self.source, chunks)
        if image is None:
            raise DamagedPhotoError("the file holds no picture")
        if canvas not in (None, (image.width, image.height)):
            raise DamagedPhotoError("the image is not as large as declared", where=image.bitstream.where)
        out = Pieces()
        self.size = image.width, image.height
        self._note_image(image, self.writer.write(out, image))
        self.flags |= _ALPHA if image.has_alpha else 0
        return out

    def _note_image(self, image: Image, is_whole: Whole) -> None:
        cut = Code.C, "bytes behind the image data cut"
        self.decided[image.bitstream.where] = (Code.K, "the picture") if is_whole.bitstream else cut
        if image.alpha:
            kept = Code.K, "the picture's transparency"
            self.decided[image.alpha.where] = kept if is_whole.alpha else cut

    def _write_frames(self, canvas: tuple[int, int]) -> Pieces:
        """ANIM and the frames of an animation."""
        out = Pieces()
        frames = 0
        has_header = False
        for chunk in self.chunks:
            if chunk.type == b"ANIM" and not has_header:
                has_header = True
                self._write_animation_header(out, chunk)
            elif chunk.type == b"ANMF":
                if not has_header:
                    raise DamagedPhotoError("a frame precedes the header of the animation", where=chunk.where)
                self._write_frame(out, chunk, canvas)
                frames += 1
        if not frames:
            raise DamagedPhotoError("the animation has no frame")
        if frames > 1:
            self.findings[MORE_IMAGES] = None
        return out

    def _write_animation_header(self, out: Pieces, chunk: Chunk) -> None:
        """Background and number of loops."""
        if chunk.size < _ANIM_BYTES:
            raise DamagedPhotoError("the header of the animation is too short", where=chunk.where)
        payload = Pieces()
        payload.keep(chunk.data.start, chunk.data.start + _ANIM_BYTES)
        wrap(out, b"ANIM", payload)
        self.decided[chunk.where] = _KEPT if chunk.size == _ANIM_BYTES else (Code.C, "cut to its fields")

    def _write_frame(self, out: Pieces, chunk: Chunk, canvas: tuple[int, int]) -> None:
        """One frame: where it stands, how long it is shown, and its image."""
        start = chunk.data.start
        head = self.source[start : start + _FRAME_BYTES]
        left, top = 2 * number24(head, 0), 2 * number24(head, 3)
        size = 1 + number24(head, 6), 1 + number24(head, 9)
        image = find_image(self.source, chunk.parts)
        if image is None or (image.width, image.height) != size:
            raise DamagedPhotoError("a frame without an image of its size", where=chunk.where)
        if left + size[0] > canvas[0] or top + size[1] > canvas[1]:
            raise DamagedPhotoError("a frame reaches outside the picture", where=chunk.where)
        payload = Pieces()
        payload.literal(head[:15] + bytes((head[15] & 3,)))
        self._note_image(image, self.writer.write(payload, image))
        wrap(out, b"ANMF", payload)
        is_plain = payload.size == chunk.size and head[15] < 4
        self.decided[chunk.where] = _KEPT if is_plain else (Code.C, "rebuilt from its image")

    def _write_profile(self) -> Pieces:
        """The colour profile, as the policy says; the first one counts."""
        out = Pieces()
        chunk = next((chunk for chunk in self.chunks if chunk.type == b"ICCP"), None)
        if chunk is None:
            return out
        end = min(chunk.data.end, chunk.data.start + icc.MAX_PROFILE_BYTES + 1)
        treated = treat_profile(self.source[chunk.data.start : end], self.profile.color_profile)
        self.decided[chunk.where] = treated.code, treated.rule
        if treated.is_lost:
            self.findings[PROFILE_DROPPED] = None
        if treated.profile:
            self.flags |= _PROFILE
            payload = Pieces()
            payload.literal(treated.profile)
            wrap(out, b"ICCP", payload)
        return out

    def _write_metadata(self) -> Pieces:
        """Orientation and the year, with nothing else."""
        out = Pieces()
        said = Said(self._turn(), year_to_keep(self.profile, webp_metadata(self.source, self.chunks)))
        for type_, flag, payload in ((b"EXIF", _EXIF, said.exif), (b"XMP ", _XMP, said.packet)):
            if payload:
                out.literal(encode_header(type_, len(payload)) + payload + bytes(len(payload) % 2))
                self.flags |= flag
        for chunk in self.chunks:
            if decision := said.decide(chunk.where):
                self.decided[chunk.where] = decision
        return out

    def _turn(self) -> Turn | None:
        """How viewers turn the picture: EXIF counts before XMP."""
        if self.profile.orientation == "drop":
            return None
        for types, read in (((b"EXIF",), exif_turn), ((b"XMP ", b"XMP\0"), xmp_turn)):
            chunk = next((chunk for chunk in self.chunks if chunk.type in types), None)
            if chunk and (turn := read(chunk.where, _read(self.source, chunk))):
                return turn if turn.orientation != 1 else None
        return None
