"""What a profile does to each attribute: Table E.1-1, its options, its gaps, a site's exceptions.

A profile is compiled once into an `ActionTable`. For a dataset at some nesting path of some IOD it gives a
`DatasetRules`, in which one look-up by ``(tag, VR)`` decides one element.

Order of authority: what PS3.15, E.1.1 removes whatever the profile says; the profile's own exceptions;
Table E.1-1 with the options (C beats K where they disagree); the attributes that the table forgot; then the
rules by value representation for everything else.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import lru_cache

from bme_med.core import Code, Option, Profile
from bme_med.core.resources import read_table
from bme_med.dicom.decisions import Decision, Do
from bme_med.dicom.dictionary import dictionary, format_tag, private_key, private_vrs
from bme_med.dicom.encoding import TEXT_VRS
from bme_med.dicom.graphics import cleaning_option, is_plane
from bme_med.dicom.iods import attribute_type
from bme_med.dicom.layout import Layout
from bme_med.dicom.making import Maker
from bme_med.dicom.multiplicity import private_multiplicity
from bme_med.dicom.selectors import Selectors

__all__ = ["NESTED_PIXELS", "ActionTable", "DatasetRules", "action_table"]


NESTED_PIXELS = "PS3.3 C.7.6.3: pixels in an item, which nobody looks at"
"""Why Pixel Data, and what describes its bytes, goes from items."""
_PIXEL_GROUP = 0x7FE0

_ALWAYS_REMOVED = {
    0xFFFAFFFA: "PS3.15 E.1.1: digital signatures no longer verify",
    0x4FFE0001: "PS3.15 E.1.1: digital signatures no longer verify",
    0xFFFCFFFC: "PS3.10 7.2: data set trailing padding",
    0x04000500: "PS3.15 E.1.1: holds encrypted original values",
    0x04000561: "PS3.15 E.1.1: holds unencrypted original values",
    0x00880200: "PS3.3 C.7.6.1.1.6: a smaller copy of the pixels, which nobody looks at",
    0x00080300: "PS3.3 C.12.1.1.7: describes private blocks as they were, their creators included",
}
_GRAPHIC_LAYER = 0x00700002
_MEASURED = 0x0040A300
"""Measured Value Sequence, Type 2: a number that is not there (PS3.3, C.18.1)."""

_GOES = (Do.REMOVE, Do.EMPTY, Do.DUMMY, Do.UID)


class DatasetRules(dict[tuple[int, str], Decision]):
    """Decisions for the elements of datasets at one path of one IOD, made when first asked for."""

    def __init__(self, table: "ActionTable", iod: str, path: tuple[str, ...]) -> None:
        super().__init__()
        self.table = table
        self.iod = iod
        self.path = path
        self._below: dict[str, DatasetRules] = {}

    def __missing__(self, key: tuple[int, str]) -> Decision:
        decision = self[key] = self.table.decide(key[0], key[1], self.iod, self.path)
        return decision

    def below(self, tag: int) -> "DatasetRules":
        """Rules for the items of the sequence `tag`."""
        keyword = dictionary().keyword(tag) or format_tag(tag)
        rules = self._below.get(keyword)
        if rules is None:
            rules = self._below[keyword] = DatasetRules(self.table, self.iod, (*self.path, keyword))
        return rules


class ActionTable:
    """A profile, compiled."""

    def __init__(self, profile: Profile) -> None:
        self.profile = profile
        self._rows = {row["tag"]: row for row in read_table("ps315_e1_1.csv")}
        self._gaps = {row["tag"]: row["suggested_action"] for row in read_table("ps315_gaps.csv")}
        self.selectors = Selectors(profile)
        self._datasets: dict[str, DatasetRules] = {}
        self._private: dict[tuple[str, int, str], Decision] = {}
        self.layout = Layout(apart=self.selectors.private_groups)

    def dataset(self, iod: str) -> DatasetRules:
        """Rules for the main dataset of an instance."""
        rules = self._datasets.get(iod)
        if rules is None:
            rules = self._datasets[iod] = DatasetRules(self, iod, ())
        return rules

    def decide(self, tag: int, vr: str, iod: str, path: tuple[str, ...]) -> Decision:
        """Decide one standard attribute, encoded with `vr`, below the sequences `path` of `iod`."""
        return self.of_type(tag, vr, attribute_type(iod, path, dictionary().keyword(tag)), path)

    def of_type(self, tag: int, vr: str, type_: int, path: tuple[str, ...] = ()) -> Decision:
        """Decide one standard attribute where it has that Type, below the sequences `path`."""
        maker = Maker(self.profile, tag, vr, type_)
        always = _removed_always(tag, is_nested=bool(path))
        if always:
            return maker.make(Do.REMOVE, Code.X, always)
        exception = self.selectors.find(tag)
        if exception:
            return maker.coded(exception.code, f"profile: {exception.selector}", exception.value)
        return self._by_tables(maker, tag, path)

    @property
    def loosened(self) -> frozenset[int]:
        """Attributes of Table E.1-1 that an exception keeps although table and options do not."""
        found = set()
        for tag, vr in _listed_tags(self._rows.values()):
            exception = self.selectors.find(tag)
            if exception and not _removed_always(tag):
                maker = Maker(self.profile, tag, vr, 3)
                is_kept = maker.coded(exception.code, exception.selector).do not in _GOES
                if is_kept and self._by_tables(maker, tag, ()).do in _GOES:
                    found.add(tag)
        return frozenset(found)

    def _by_tables(self, maker: "Maker", tag: int, path: tuple[str, ...]) -> Decision:
        """What Table E.1-1, the options, the gaps and the VR say."""
        if is_plane(tag) and Option.CLEAN_GRAPHICS in self.profile.options:
            return maker.make(Do.REMOVE, Code.X, "PS3.15 E.3.3: nothing can tell whether a plane shows text")
        if tag == _GRAPHIC_LAYER:
            return maker.make(
                Do.LAYER, Code.K, "names a layer of graphics, which people may name as they like"
            )
        option = cleaning_option(self.profile, maker.keyword, path)
        if option:
            rule = f"PS3.15 E.3, {option}: C"
            is_needed = maker.keyword == "UnformattedTextValue"
            return maker.cleaned(rule, maker.resolved("D" if is_needed else "X/Z/D", rule))
        notation = _table_notation(tag)
        if notation in self._rows:
            return maker.listed(self._rows[notation])
        if tag >> 24 == 0x60 and tag & 0xFFFF != 0x3000:
            return maker.make(Do.REMOVE, Code.X, "PS3.3 C.9.2: nothing of an overlay plane without its data")
        if notation in self._gaps:
            return maker.gap(self._gaps[notation])
        return maker.unlisted()

    def content(self, tag: int, vr: str, code: Code, rule: str) -> Decision:
        """Decide the value of a content item, which must not be left without one (PS3.15, E.3.4)."""
        maker = Maker(self.profile, tag, vr, 1)
        going = maker.make(Do.EMPTY, Code.Z, rule) if vr == "SQ" and tag == _MEASURED else None
        going = going or maker.coded(Code.D, rule)
        if code is Code.D:
            return going
        if maker.vr in ("DA", "DT", "TM"):
            return maker.dated(rule, going)
        if maker.vr in TEXT_VRS and code is Code.C:
            return maker.cleaned(rule, going)
        return going if code is Code.C and maker.vr in ("PN", "UI") else maker.kept(rule)

    def private(self, creator: str, tag: int, vr: str) -> Decision | None:
        """Decide a private attribute that the profile names, else nothing: it is removed."""
        exception = self.selectors.find_private(creator, tag)
        if exception is None:
            return None
        key = creator, tag, vr
        decision = self._private.get(key)
        if decision is None:
            maker = self._private_maker(creator, tag, vr)
            decision = self._private[key] = maker.vouched(exception)
        return decision

    def declared(self, creator: str, tag: int, vr: str, code: Code) -> Decision:
        """Decide a private attribute that the file itself calls identifying."""
        maker = self._private_maker(creator, tag, vr)
        rule = "PS3.15 E.3.10: the file calls it identifying"
        return replace(maker.coded(code, rule), vr=maker.vr)

    def _private_maker(self, creator: str, tag: int, vr: str) -> Maker:
        listed_vr = private_vrs().get(private_key(creator, tag))
        return Maker(self.profile, tag, vr, 3, listed_vr, private_multiplicity(creator, tag))


def _listed_tags(rows: Iterable[dict[str, str]]) -> Iterator[tuple[int, str]]:
    """Tag and VR of each row; repeating groups by their first, and none for private attributes."""
    for row in rows:
        digits = row["tag"].strip("()").replace(",", "").replace("x", "0")
        if "g" not in digits:
            yield int(digits, 16), row["vr"][:2] or "OW"


@lru_cache(maxsize=8)
def action_table(profile: Profile) -> ActionTable:
    """The compiled `profile`.

    Raises
    ------
    ProfileError
        If ``dicom.attributes`` or ``dicom.options`` asks for something that does not exist here.
    """
    return ActionTable(profile)


def _removed_always(tag: int, *, is_nested: bool = False) -> str | None:
    """Why an attribute goes whatever the profile says.

    Of pictures in items, the standard knows icons alone, and those are Type 3 (PS3.3, C.7.6.1.1.6): without
    them every instance is as valid as before.
    """
    if is_nested and tag >> 16 == _PIXEL_GROUP:
        return NESTED_PIXELS
    if tag & 0xFFFF == 0:
        return "PS3.5 7.2: group length, retired"
    if tag >> 16 in (0x0000, 0x0002, 0x0004):
        return "PS3.10 7.1 and 8.6: messages, file meta and directories are not part of a dataset"
    return _ALWAYS_REMOVED.get(tag)


def _table_notation(tag: int) -> str:
    if tag >> 24 == 0x50:
        return "(50xx,xxxx)"
    if tag >> 24 == 0x60:
        return f"(60xx,{tag & 0xFFFF:04X})"
    return format_tag(tag)
