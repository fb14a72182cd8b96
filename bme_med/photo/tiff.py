"""TIFF and BigTIFF: which directory entries stay (TIFF 6.0; BigTIFF; Adobe TIFF Technical Notes).

The file is written anew: page after page of the main chain, each with the entries that decoding needs and its
strips or tiles. Whatever else an offset pointed to, or none, is not copied: Exif, GPS, XMP, IPTC, Photoshop,
subdirectories, private tags, smaller versions of a page, gaps. Orientation stays where it is, in its tag or
in XMP that says nothing else; the colour profile follows the policy, and so does the year, in such an XMP.
"""

from collections.abc import Iterator
from contextlib import suppress

from bme_med.core import icc
from bme_med.core.describe import Part
from bme_med.core.plan import Action, Code, Pieces, Plan
from bme_med.core.policy import Policy
from bme_med.core.profile import Profile
from bme_med.core.sniff import Format
from bme_med.core.source import Source
from bme_med.photo.color import TreatedProfile, treat_profile
from bme_med.photo.errors import DamagedPhotoError
from bme_med.photo.findings import ALPHA_KEPT, MORE_IMAGES, NOT_LOOKED_FOR, PROFILE_DROPPED
from bme_med.photo.orientation import Turn, xmp_turn
from bme_med.photo.palette import split_samples
from bme_med.photo.said import Said
from bme_med.photo.taken import Taken, tiff_metadata, year_to_keep
from bme_med.photo.tiff_coding import JPEG, WEBP
from bme_med.photo.tiff_fields import Field
from bme_med.photo.tiff_ifd import BYTE, LONG, SHORT, UNDEFINED, Directory, Entry, Form, read_form, walk
from bme_med.photo.tiff_jpeg import JpegUnits
from bme_med.photo.tiff_old_jpeg import OldJpegParts, write_old_jpeg
from bme_med.photo.tiff_page import Page, read_page
from bme_med.photo.tiff_selection import check_overlap, choose
from bme_med.photo.tiff_tags import Tag
from bme_med.photo.tiff_units import UnitWriter
from bme_med.photo.tiff_webp import WebpUnits
from bme_med.photo.tiff_write import PageParts, write_pages

__all__ = ["describe", "plan"]

_MAX_METADATA_BYTES = 1 << 20

_MARGIN_KEPT = "tiles reach beyond the picture; what lies there was kept"
_CHANNELS_KEPT = (
    "the picture has channels beside its colours, which most programs do not show; they were kept"
)
_SMALLER_DROPPED = "smaller versions of a page were removed"
_LAYOUT_DROPPED = (
    "a description was removed that said how pages make a stack; programs will show them one by one"
)
_MAX_DESCRIPTION_BYTES = 1 << 12
_MAX_PALETTE_BITS = 16
_ALPHA = (1, 2)
_MAX_SHOWN = 4
_TEXT = 2
_STRIPS = (Tag.StripOffsets, Tag.StripByteCounts)
_TEXT_TYPES = (1, _TEXT, 7)
_LAYOUTS = (b"ImageJ=", b"<OME", b"SCI=")


def describe(source: Source) -> Iterator[Part]:
    """Yield every directory entry of the main chain, in file order."""
    form, _ = read_form(source)
    for directory in walk(source):
        for entry in directory.entries:
            yield Part(entry.where, _describe(source, form, entry))


def _describe(source: Source, form: Form, entry: Entry) -> str:
    """A text, a number or a few of them as they are, else how long the value is."""
    with suppress(DamagedPhotoError):
        if entry.type == _TEXT:
            text = entry.read(source, _MAX_DESCRIPTION_BYTES).rstrip(b"\0")
            return text.decode("utf-8", "replace")
        if entry.type in (SHORT, LONG) and entry.members <= _MAX_SHOWN:
            return " ".join(map(str, entry.numbers(source, form)))
    return f"{entry.value.end - entry.value.start:,} bytes"


def plan(source: Source, policy: Policy) -> Plan:
    """Decide what stays of a TIFF.

    Raises
    ------
    FileError
        If the file breaks the grammar, or holds what cannot be looked through.
    """
    planner = _Planner(source, policy.profile)
    directories = list(walk(source))
    kept = choose(directories, source, planner.form)
    pages = [read_page(source, planner.form, directory) for directory in kept]
    check_overlap(pages, directories, len(planner.form.header) + planner.form.inline_bytes)
    taken = year_to_keep(policy.profile, tiff_metadata(source, kept))
    parts = [planner.write_page(page, taken if page is pages[0] else None) for page in pages]
    if len(pages) > 1:
        planner.findings[MORE_IMAGES] = None
    if len(kept) < len(directories):
        planner.findings[_SMALLER_DROPPED] = None
    actions = tuple(
        Action(entry.where, *planner.decision(directory, entry))
        for directory in directories
        for entry in directory.entries
    )
    out = write_pages(planner.form, parts)
    findings, measured = tuple(planner.findings), planner.webp.measured | planner.units.measured
    return Plan(Format.TIFF, out.done(), actions, ".tif", findings, measured=measured)


class _Planner:
    """Writes pages, and notes each decision by the entry's place."""

    def __init__(self, source: Source, profile: Profile) -> None:
        self.source = source
        self.profile = profile
        self.form, _ = read_form(source)
        self.webp = WebpUnits(source, profile)
        self.units = UnitWriter(source)
        self.decided: dict[str, tuple[Code, str]] = {}
        self.kept: set[int] = set()
        self.profiles: dict[bytes, TreatedProfile] = {}
        self.findings = {NOT_LOOKED_FOR: None}

    def decision(self, directory: Directory, entry: Entry) -> tuple[Code, str]:
        """What was done to an entry."""
        if directory.number not in self.kept:
            return Code.X, "a smaller version of another page"
        return self.decided.get(entry.where, (Code.X, "not needed to show the picture"))

    def write_page(self, page: Page, taken: Taken | None) -> PageParts:
        """Fields and strips or tiles of one page, in the output's form."""
        self.kept.add(page.directory.number)
        fields = dict(page.fields)
        said = Said(self._turn(page, fields), taken)
        jpeg = JpegUnits(self.source, self.profile, page.directory.find(Tag.JPEGTables))
        old_jpeg = self._write_old_jpeg(page)
        units, values = self._write_units(page, jpeg)
        self._write_colors(page, fields, values)
        if page.coding.compression == JPEG and (tables := jpeg.tables()):
            fields[Tag.JPEGTables] = Field(UNDEFINED, len(tables), tables)
        if old_jpeg:
            fields.update(old_jpeg.fields)
        self._write_profile(page, fields)
        for tag, field in fields.items():
            self._note_field(page, tag, field)
        self._say(page, fields, said)
        self._look_for_more(page)
        if old_jpeg:
            return PageParts(fields, old_jpeg.units, page.is_tiled, old_jpeg.apart, old_jpeg.within)
        return PageParts(fields, units, page.is_tiled)

    def _write_old_jpeg(self, page: Page) -> OldJpegParts | None:
        """The parts of a JPEG of before 1995."""
        if page.old_jpeg is None:
            return None
        where = f"IFD{page.directory.number}"
        parts = write_old_jpeg(self.source, self.form, self.profile, page.old_jpeg, where)
        self._note_places(page, *parts.apart, is_whole=parts.is_whole)
        return parts

    def _note_places(self, page: Page, *tags: int, is_whole: bool) -> None:
        """What was done to the picture."""
        done = (Code.K, "the picture") if is_whole else (Code.C, "cut to the picture")
        places = (Tag.TileOffsets, Tag.TileByteCounts) if page.is_tiled else _STRIPS
        for tag in (*places, *tags):
            if entry := page.directory.find(tag):
                self.decided[entry.where] = done

    def _write_units(self, page: Page, jpeg: JpegUnits) -> tuple[tuple[Pieces, ...], frozenset[int]]:
        """The strips or tiles, and the values of the bytes that they decode to."""
        where = f"IFD{page.directory.number}"
        is_whole, values = True, frozenset[int]()
        units = []
        for unit in page.units:
            out = Pieces()
            if page.coding.compression == JPEG:
                jpeg.write(out, unit, where)
            elif page.coding.compression == WEBP:
                self.webp.write(out, unit, where)
            else:
                values |= self.units.write(out, unit, page.coding, where)
            is_whole = is_whole and not unit.is_cut and out.done() == (unit.place,)
            units.append(out)
        if units:
            self._note_places(page, is_whole=is_whole)
        return tuple(units), values

    def _turn(self, page: Page, fields: dict[int, Field]) -> Turn | None:
        """Orientation that stands in XMP alone; one in its tag stays a field."""
        field = fields.pop(Tag.Orientation, None)
        if self.profile.orientation == "drop":
            return None
        if field and any(field.data):
            fields[Tag.Orientation] = field
        xmp = page.directory.find(Tag.XMP)
        if field or xmp is None:
            return None
        turn = xmp_turn(xmp.where, xmp.read(self.source, _MAX_METADATA_BYTES))
        return turn if turn and turn.orientation != 1 else None

    def _say(self, page: Page, fields: dict[int, Field], said: Said) -> None:
        """Orientation and the year in XMP, and what became of the entries that told them."""
        if said.packet:
            fields[Tag.XMP] = Field(BYTE, len(said.packet), said.packet)
        for entry in page.directory.entries:
            if decision := said.decide(entry.where):
                self.decided[entry.where] = decision

    def _write_colors(self, page: Page, fields: dict[int, Field], values: frozenset[int]) -> None:
        """The colour map, entries that no pixel uses zeroed where it is told what they use."""
        entry = page.directory.find(Tag.ColorMap)
        if not page.coding.is_palette:
            return
        depth = page.bits[0]
        if entry is None or entry.type != SHORT or depth > _MAX_PALETTE_BITS or entry.members != 3 << depth:
            raise DamagedPhotoError(
                "the colour map does not fit the picture", where=f"IFD{page.directory.number}"
            )
        colors = bytearray(entry.read(self.source))
        if page.predictor == 1 and values:
            unused = set(range(1 << depth)) - split_samples(values, depth)
            for number in unused:
                for plane in range(3):
                    start = 2 * ((plane << depth) + number)
                    colors[start : start + 2] = b"\0\0"
        fields[Tag.ColorMap] = Field(SHORT, entry.members, bytes(colors))

    def _write_profile(self, page: Page, fields: dict[int, Field]) -> None:
        """The colour profile, as the policy says."""
        entry = page.directory.find(Tag.ICCProfile)
        if entry is None:
            return
        try:
            profile = entry.read(self.source, icc.MAX_PROFILE_BYTES + 1)
        except DamagedPhotoError:
            profile = b""
        if profile not in self.profiles:
            self.profiles[profile] = treat_profile(profile, self.profile.color_profile)
        treated = self.profiles[profile]
        self.decided[entry.where] = treated.code, treated.rule
        if treated.is_lost:
            self.findings[PROFILE_DROPPED] = None
        if treated.profile:
            fields[Tag.ICCProfile] = Field(UNDEFINED, len(treated.profile), treated.profile)

    def _note_field(self, page: Page, tag: int, field: Field) -> None:
        """Whether a field that stays is the source's own."""
        entry = page.directory.find(tag)
        if entry is None or entry.where in self.decided:
            return
        is_same = (entry.type, entry.members) == (field.type, field.members)
        is_same = is_same and entry.read(self.source) == field.data
        kept, rebuilt = (Code.K, "needed to show the picture"), (Code.C, "rebuilt from what it may say")
        self.decided[entry.where] = kept if is_same else rebuilt

    def _look_for_more(self, page: Page) -> None:
        """Say what stays that a viewer does not show, and what is lost beside the pictures."""
        if page.has_margin:
            self.findings[_MARGIN_KEPT] = None
        if page.extra_samples:
            is_alpha = len(page.extra_samples) == 1 and page.extra_samples[0] in _ALPHA
            self.findings[ALPHA_KEPT if is_alpha else _CHANNELS_KEPT] = None
        description = page.directory.find(Tag.ImageDescription)
        if description and description.type in _TEXT_TYPES:
            try:
                text = description.read(self.source, _MAX_DESCRIPTION_BYTES)
            except DamagedPhotoError:
                return
            if any(word in text for word in _LAYOUTS):
                self.findings[_LAYOUT_DROPPED] = None
