"""PNG and APNG: which chunks stay (PNG 3rd ed., 5.6, 11.2 and 11.3).

The critical chunks stay, and of the ancillary ones those that change how the picture looks, if they have
exactly their legal length and stand before the image data. The colour profile follows the policy,
Orientation stays in an eXIf or XMP that holds nothing else, and by policy the year in such an XMP.
Everything else goes, whatever it is called.
"""

from collections.abc import Iterator

from bme_med.core import icc
from bme_med.core.describe import Part
from bme_med.core.plan import Action, Code, Pieces, Plan
from bme_med.core.policy import Policy
from bme_med.core.profile import Profile
from bme_med.core.sniff import Format
from bme_med.core.source import Source
from bme_med.photo.errors import DamagedPhotoError
from bme_med.photo.findings import ALPHA_KEPT, NOT_LOOKED_FOR, PROFILE_DROPPED, TRAILER_DROPPED
from bme_med.photo.orientation import Turn
from bme_med.photo.png_animation import Animation
from bme_med.photo.png_chunks import SIGNATURE, Run, encode_chunk, read_chunk, walk
from bme_med.photo.png_image import inflate, measure_data, read_header, read_rows, store, write_data
from bme_med.photo.png_metadata import FORMS, XMP_IN_PNG, find_form, read_text, read_turn
from bme_med.photo.png_numbers import NUMBERS, plain_numbers
from bme_med.photo.png_rows import has_spare_bits, zero_spare_bits
from bme_med.photo.said import Said
from bme_med.photo.taken import png_metadata, year_to_keep

__all__ = ["describe", "plan"]

_PALETTE, _ALPHA = 3, (4, 6)
_TEXTS = (b"tEXt", b"zTXt", b"iTXt")
_MOST_NUMBER_BYTES = 256

_IMAGE_APART = "the first image is not part of the animation, and some programs show it alone"


def describe(source: Source) -> Iterator[Part]:
    """Yield every part of a PNG, in file order."""
    for run in walk(source):
        value = f"{run.size:,} bytes"
        if run.type == b"IHDR":
            header = read_header(source, run)
            value = f"{header.width:,} x {header.height:,} pixels, {header.depth} bits"
        elif run.type in _TEXTS:
            value = read_text(source, run)
        elif len(run.chunks) > 1:
            value += f" in {len(run.chunks):,} chunks"
        yield Part(run.where, value)


def plan(source: Source, policy: Policy) -> Plan:
    """Decide what stays of a PNG.

    Raises
    ------
    FileError
        If the file breaks the grammar, a CRC is wrong, or the image data is not exactly the picture.
    """
    runs = list(walk(source))
    planner = _Planner(source, policy.profile, runs)
    actions = tuple(Action(run.where, *planner.decide(run)) for run in runs)
    return planner.finish(actions)


def _find_turn(source: Source, runs: list[Run]) -> tuple[Turn | None, bool]:
    """The Orientation that decoders follow: eXIf before a raw profile before XMP.

    With it, whether it is an eXIf behind the image data: it may stand there (5.6), but browsers do not
    follow it.
    """
    turns: dict[str, tuple[Turn | None, bool]] = {}
    has_image = False
    for run in runs:
        has_image = has_image or run.type == b"IDAT"
        form = find_form(source, run)
        if form and form not in turns:
            turns[form] = read_turn(source, run, form), has_image and form == "eXIf"
    for form in FORMS:
        turn, is_late = turns.get(form, (None, False))
        if turn:
            return (turn, is_late) if turn.orientation != 1 else (None, False)
    return None, False


class _Planner:
    """Decides each run once, in file order."""

    def __init__(self, source: Source, profile: Profile, runs: list[Run]) -> None:
        if runs[0].type != b"IHDR":
            raise DamagedPhotoError("the file does not start with IHDR", where=runs[0].where)
        self.source = source
        self.color_profile = profile.color_profile
        self.header = read_header(source, runs[0])
        turn, self.is_late = (None, False) if profile.orientation == "drop" else _find_turn(source, runs)
        self.said = Said(turn, year_to_keep(profile, png_metadata(source, runs)))
        self.out = Pieces()
        self.out.keep(0, len(SIGNATURE))
        self.seen: set[bytes] = set()
        self.palette_entries = 0
        self.animation: Animation | None = None
        self.findings = {NOT_LOOKED_FOR: None}

    def decide(self, run: Run) -> tuple[Code, str]:
        """Write what stays of `run`, and say what was done."""
        is_first, has_image = run.type not in self.seen, b"IDAT" in self.seen
        self.seen.add(run.type)
        match run.type:
            case b"IHDR" | b"PLTE" | b"tRNS" | b"acTL" if not is_first:
                raise DamagedPhotoError("a chunk that may stand once stands twice", where=run.where)
            case b"IHDR":
                return self._keep(run)
            case b"PLTE" if self.header.color == _PALETTE:
                return self._decide_palette(run)
            case b"IDAT" if is_first:
                return self._decide_image(run)
            case b"acTL" | b"fcTL" | b"fdAT":
                return self._decide_animation(run, has_image=has_image)
            case b"iCCP" if is_first and not has_image and self.color_profile != "drop":
                return self._decide_profile(run)
            case b"IEND":
                self._write_exif(is_late=True)
                self.out.literal(encode_chunk(b"IEND", b""))
                return (Code.C, "cut to nothing") if run.data_bytes else (Code.K, "end of the image")
            case b"":
                self.findings[TRAILER_DROPPED] = None
                return Code.X, "after the end of the image"
        if is_first and not has_image and (action := self._decide_numbers(run)):
            return action
        return self.said.decide(run.where) or (Code.X, "not needed to show the picture")

    def finish(self, actions: tuple[Action, ...]) -> Plan:
        """The plan, once every run is decided."""
        if b"IDAT" not in self.seen:
            raise DamagedPhotoError("the file holds no image data")
        if self.animation:
            self.animation.finish()
        if self.header.color in _ALPHA:
            self.findings[ALPHA_KEPT] = None
        return Plan(Format.PNG, self.out.done(), actions, ".png", tuple(self.findings))

    def _keep(self, run: Run) -> tuple[Code, str]:
        (chunk,) = run.chunks
        read_chunk(self.source, chunk)
        self.out.keep(chunk.start, chunk.end)
        return Code.K, "needed to show the picture"

    def _decide_numbers(self, run: Run) -> tuple[Code, str] | None:
        """Write what stays of an ancillary chunk of numbers; None if that is nothing, or it is none."""
        data, plain = b"", None
        if run.type in NUMBERS and run.data_bytes <= _MOST_NUMBER_BYTES:
            data = read_chunk(self.source, run.chunks[0])
            plain = plain_numbers(run.type, data, self.header, self.palette_entries)
        if run.type == b"tRNS" and self.header.color not in _ALPHA and plain is None:
            raise DamagedPhotoError("the transparency does not fit the picture", where=run.where)
        if plain is None:
            return None
        if plain == data:
            return self._keep(run)
        self.out.literal(encode_chunk(run.type, plain))
        return Code.C, "bits that mean nothing zeroed"

    def _decide_palette(self, run: Run) -> tuple[Code, str]:
        self.palette_entries, rest = divmod(run.data_bytes, 3)
        if rest or not 1 <= self.palette_entries <= 1 << self.header.depth:
            raise DamagedPhotoError("the palette has an impossible length", where=run.where)
        return self._keep(run)

    def _decide_image(self, run: Run) -> tuple[Code, str]:
        """Write Exif, XMP and the image data."""
        header = self.header
        if header.color == _PALETTE and not self.palette_entries:
            raise DamagedPhotoError("the palette is missing", where=run.where)
        if self.animation and not self.animation.has_frames:
            self.findings[_IMAGE_APART] = None
        self._write_exif(is_late=False)
        if self.said.packet:
            self.out.literal(encode_chunk(b"iTXt", XMP_IN_PNG + self.said.packet))
        size = header.width, header.height
        used = measure_data(self.source, run, header.raw_bytes(*size))
        if has_spare_bits(header, *size) and (
            rows := zero_spare_bits(header, *size, read_rows(self.source, run, used))
        ):
            self.out.literal(encode_chunk(b"IDAT", store(rows)))
            return Code.C, "bits that no pixel owns zeroed"
        write_data(self.source, self.out, run, used)
        return _data_action(is_whole=used == run.data_bytes)

    def _write_exif(self, *, is_late: bool) -> None:
        """Orientation alone, on the side of the image data where it stood."""
        if self.said.exif and self.is_late == is_late:
            self.out.literal(encode_chunk(b"eXIf", self.said.exif))

    def _decide_animation(self, run: Run, *, has_image: bool) -> tuple[Code, str]:
        if run.type == b"acTL" and not has_image and not self.animation and run.data_bytes == 8:
            frames = int.from_bytes(read_chunk(self.source, run.chunks[0])[:4], "big")
            if frames:
                self.animation = Animation(self.source, self.header, self.out, frames)
                return self._keep(run)
        if run.type == b"acTL" or not self.animation:
            return Code.X, "not part of an animation"
        if run.type == b"fcTL":
            self.animation.read_control(run, is_first_image=not has_image)
            return Code.K, "a frame of the animation"
        return _data_action(is_whole=self.animation.read_data(run))

    def _decide_profile(self, run: Run) -> tuple[Code, str]:
        """Write the colour profile under a name that says nothing, as the policy asks."""
        profile = None
        if run.data_bytes <= icc.MAX_PROFILE_BYTES:
            compressed = read_chunk(self.source, run.chunks[0]).partition(b"\0")[2]
            profile = inflate(compressed[1:], icc.MAX_PROFILE_BYTES) if compressed[:1] == b"\0" else None
        if profile and self.color_profile == "sanitize":
            profile = icc.sanitize(profile)
        if not profile:
            self.findings[PROFILE_DROPPED] = None
            return Code.X, "colour profile that cannot be read"
        self.out.literal(encode_chunk(b"iCCP", b"icc\0\0" + store(profile)))
        is_kept = self.color_profile == "keep"
        return Code.C, "colour profile kept, its name replaced" if is_kept else "colour profile sanitised"


def _data_action(*, is_whole: bool) -> tuple[Code, str]:
    return (Code.K, "the picture") if is_whole else (Code.C, "bytes after the end of the image data cut")
