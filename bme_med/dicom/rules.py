"""What a profile does to each attribute: Table E.1-1, its options, its gaps, a site's exceptions.

A profile is compiled once into an `ActionTable`. For a dataset at some nesting path of some IOD it gives a
`DatasetRules`, in which one look-up by ``(tag, VR)`` decides one element.

Order of authority: what PS3.15, E.1.1 removes whatever the profile says; the profile's own exceptions;
Table E.1-1 with the options (C beats K where they disagree); the attributes that the table forgot; then the
rules by value representation for everything else.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from enum import Enum, auto
from functools import lru_cache

from bme_med.core import Action, AttributeRule, Code, DatePolicy, Option, Profile
from bme_med.core.resources import read_table
from bme_med.dicom.dictionary import dictionary, format_tag, private_key, private_vrs, where
from bme_med.dicom.encoding import CODED_VRS, TEXT_VRS
from bme_med.dicom.graphics import cleaning_option, is_plane
from bme_med.dicom.iods import attribute_type
from bme_med.dicom.layout import Layout
from bme_med.dicom.selectors import SAFE_PRIVATE, Selectors

__all__ = ["ActionTable", "DatasetRules", "Decision", "Do", "action_table"]


class Do(Enum):
    """What the engine does with a value."""

    KEEP = auto()
    REMOVE = auto()
    EMPTY = auto()
    DUMMY = auto()
    UID = auto()
    """Replace each UID that the standard does not register."""
    CLASS_UID = auto()
    """Keep UIDs that name a class, a syntax or a coding scheme, as long as they are UIDs."""
    SHIFT = auto()
    YEAR = auto()
    AGE = auto()
    """Keep, but 90 years and more become ``090Y``."""
    SEARCH = auto()
    """Keep, but cut out what was harvested as identifying."""
    CODED = auto()
    """Keep what fits the VR's repertoire; else a CS is searched, and numbers and times fall back."""
    WORDS = auto()
    """Cut out identifiers, what has their form, and words that the vocabulary does not know."""
    CODE_VALUE = auto()
    """Keep the standard's codes; else as `SEARCH`."""
    CODE_MEANING = auto()
    """Keep where it is what the standard says of the code beside it; else as `WORDS`."""
    ICC = auto()
    LAYER = auto()
    """Keep a name of known words; else a keyed one, the same wherever the layer is named."""
    RECURSE = auto()


@dataclass(frozen=True, slots=True, eq=False)
class Decision:
    """The fate of one attribute. Compared by identity: a table makes each once.

    Attributes
    ----------
    fallback
        What happens where `do` cannot be done, such as to a malformed date.
    value
        Template of the value that `Do.DUMMY` writes, where the profile gives one.
    vr
        Of a private attribute: the VR that its value is read by, also where the file says UN or nothing.
    """

    do: Do
    action: Action
    fallback: "Decision | None" = None
    value: str | None = None
    vr: str = ""


_CLASS_UIDS = frozenset(
    ("ContextUID", "MappingResourceUID", "CodingSchemeUID", "ContextGroupExtensionCreatorUID")
)
_CODE_VALUES = ("CodeValue", "LongCodeValue")
_ALWAYS_REMOVED = {
    0xFFFAFFFA: "PS3.15 E.1.1: digital signatures no longer verify",
    0x4FFE0001: "PS3.15 E.1.1: digital signatures no longer verify",
    0xFFFCFFFC: "PS3.10 7.2: data set trailing padding",
    0x04000500: "PS3.15 E.1.1: holds encrypted original values",
    0x04000561: "PS3.15 E.1.1: holds unencrypted original values",
    0x00080300: "PS3.3 C.12.1.1.7: describes private blocks as they were, their creators included",
}
_OPTION_COLUMNS = {
    "rtn_safe_priv": Option.RETAIN_SAFE_PRIVATE,
    "rtn_uids": Option.RETAIN_UIDS,
    "rtn_dev_id": Option.RETAIN_DEVICE_IDENTITY,
    "rtn_inst_id": Option.RETAIN_INSTITUTION_IDENTITY,
    "rtn_pat_chars": Option.RETAIN_PATIENT_CHARACTERISTICS,
    "clean_desc": Option.CLEAN_DESCRIPTORS,
    "clean_struct_cont": Option.CLEAN_STRUCTURED_CONTENT,
    "clean_graph": Option.CLEAN_GRAPHICS,
}
_RESOLVED = {
    "X": "XZD", "Z": "ZZD", "D": "DDD", "K": "KKK", "U": "UUU", "X/Z": "XZD", "X/D": "XDD",
    "X/Z/D": "XZD", "Z/D": "ZZD", "X/Z/U*": "XZK",
}  # fmt: skip
"""Compound codes for an attribute of Type 3, 2 and 1; plain X and Z give way to a legal value too."""

_GRAPHIC_LAYER = 0x00700002
_MEASURED = 0x0040A300
"""Measured Value Sequence, Type 2: a number that is not there (PS3.3, C.18.1)."""

_FAMILIES = (
    ("CS", "LO", "SH", "ST", "LT", "UT", "UC", "UR", "AE", "PN"),
    ("US", "SS", "UL", "SL", "UV", "SV", "FL", "FD", "DS", "IS"),
    ("TM", "DT", "DA"),
    ("US", "SS", "UL", "SL", "UV", "SV", "AT", "OB", "OW", "OL", "OV"),
    ("FL", "FD", "OF", "OD", "OW"),
    ("UI",),
    ("AS",),
    ("SQ",),
)
"""VRs that devices mistake for each other, from harmless to identifying."""

_GOES = (Do.REMOVE, Do.EMPTY, Do.DUMMY, Do.UID)
_GOING = ("PN", "AE", "UR", "UN")
_BYTES = ("OB", "OD", "OF", "OL", "OV", "OW")


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
        maker = _Maker(self.profile, tag, vr, attribute_type(iod, path, dictionary().keyword(tag)))
        always = _removed_always(tag)
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
                maker = _Maker(self.profile, tag, vr, 3)
                is_kept = maker.coded(exception.code, exception.selector).do not in _GOES
                if is_kept and self._by_tables(maker, tag, ()).do in _GOES:
                    found.add(tag)
        return frozenset(found)

    def _by_tables(self, maker: "_Maker", tag: int, path: tuple[str, ...]) -> Decision:
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
        maker = _Maker(self.profile, tag, vr, 1)
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
            maker = _Maker(self.profile, tag, vr, 3, private_vrs().get(private_key(creator, tag)))
            decision = self._private[key] = maker.vouched(exception)
        return decision

    def declared(self, creator: str, tag: int, vr: str, code: Code) -> Decision:
        """Decide a private attribute that the file itself calls identifying."""
        maker = _Maker(self.profile, tag, vr, 3, private_vrs().get(private_key(creator, tag)))
        rule = "PS3.15 E.3.10: the file calls it identifying"
        return replace(maker.coded(code, rule), vr=maker.vr)


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


def _removed_always(tag: int) -> str | None:
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


class _Maker:
    """Makes the decision about one attribute; holds what each step would otherwise pass on."""

    def __init__(
        self, profile: Profile, tag: int, vr: str, type_: int, private_vr: str | None = None
    ) -> None:
        entry = dictionary().get(tag)
        self.profile = profile
        self.keyword = entry[1] if entry else ""
        self.is_known = entry is not None
        self.is_bytes = any(vr in (private_vr or "") for vr in _BYTES)
        self.where = where(tag)
        self.type = type_
        self.vr = _judged_vr(vr, entry[0] if entry else private_vr)

    def make(self, do: Do, code: Code, rule: str, fallback: Decision | None = None) -> Decision:
        return Decision(do, Action(self.where, code, rule), fallback)

    def coded(self, code: Code, rule: str, value: str | None = None) -> Decision:
        """The plain meaning of a resolved code."""
        if code is Code.K:
            return self.kept(rule)
        if code is Code.C:
            return self.cleaned(rule, self.resolved("X/Z/D", rule))
        if code is Code.U or (code is Code.D and self.vr == "UI"):
            return self.make(Do.UID, code, rule)
        if code is Code.D:
            return Decision(Do.DUMMY, Action(self.where, code, rule), None, value)
        return self.make(Do.EMPTY if code is Code.Z else Do.REMOVE, code, rule)

    def resolved(self, compound: str, rule: str) -> Decision:
        """A compound code, resolved by the attribute's Type in the IOD."""
        code = Code(_RESOLVED[compound][3 - self.type])
        return self.coded(
            code, f"{rule}, Type {self.type}" if len(compound) > 1 or code != compound else rule
        )

    def kept(self, rule: str) -> Decision:
        """K: the value stays if it is what its VR promises; a sequence's items are decided one by one."""
        if self.vr == "SQ":
            return self.make(Do.RECURSE, Code.K, rule)
        if self.vr == "UI":
            return self.make(Do.CLASS_UID, Code.K, rule)
        if self.vr in TEXT_VRS:
            return self.make(Do.CODE_VALUE if self.keyword in _CODE_VALUES else Do.SEARCH, Code.K, rule)
        if self.vr in CODED_VRS:
            going = self.resolved("X/Z/D", f"{rule}, but the value is no {self.vr}")
            is_aging = self.vr == "AS" and self.profile.dates is DatePolicy.YEAR
            return self.make(Do.AGE if is_aging else Do.CODED, Code.K, rule, going)
        return self.make(Do.KEEP, Code.K, rule)

    def cleaned(self, rule: str, fallback: Decision) -> Decision:
        """C: free text word by word, sequences item by item; what nothing here can clean falls back."""
        if self.vr in TEXT_VRS:
            return self.make(Do.WORDS, Code.C, rule, fallback)
        return self.make(Do.RECURSE, Code.C, rule) if self.vr == "SQ" else fallback

    def dated(self, rule: str, otherwise: Decision) -> Decision:
        """A date or time under the profile's date policy (PS3.15, E.3.6)."""
        policy = self.profile.dates
        if policy is DatePolicy.KEEP:
            return self.kept(f"{rule}: full dates")
        if policy is DatePolicy.SHIFT and (self.vr == "TM" or self.keyword == "TimezoneOffsetFromUTC"):
            return self.kept(f"{rule}: dates are shifted by whole days")
        if self.vr in ("DA", "DT") and policy is not DatePolicy.REMOVE:
            do = Do.SHIFT if policy is DatePolicy.SHIFT else Do.YEAR
            return self.make(do, Code.C, f"{rule}: modified dates ({policy})", otherwise)
        return otherwise

    def listed(self, row: dict[str, str]) -> Decision:
        """A row of Table E.1-1."""
        basic = self.resolved(row["basic"], f"PS3.15 Table E.1-1: {row['basic']}")
        if row["rtn_long_modif_dates"]:
            decision = self.dated("PS3.15 Table E.1-1", basic)
            if decision is not basic:
                return decision
        cells = {
            option: row[column]
            for column, option in _OPTION_COLUMNS.items()
            if row[column] and option in self.profile.options
        }
        for option, cell in cells.items():
            if cell == "C":
                return self.cleaned(f"PS3.15 Table E.1-1, {option}: C", basic)
        for option in cells:
            return self.kept(f"PS3.15 Table E.1-1, {option}: K")
        return basic

    def gap(self, suggestion: str) -> Decision:
        """An attribute that Table E.1-1 leaves out although it can identify."""
        rule = "identifying, though not in PS3.15 Table E.1-1"
        if suggestion.startswith("U"):
            return self.kept(rule) if Option.RETAIN_UIDS in self.profile.options else self.coded(Code.U, rule)
        going = self.resolved("X/Z/D", rule)
        if self.keyword == "CodeMeaning":
            return self.make(Do.CODE_MEANING, Code.C, rule, self.coded(Code.D, rule))
        if self.keyword == "ICCProfile":
            return self.make(Do.ICC, Code.C, rule, going)
        if self.vr in ("DA", "DT", "TM"):
            return self.dated(rule, going)
        is_cleaned = suggestion == "C" or (
            "Descriptors" in suggestion and Option.CLEAN_DESCRIPTORS in (self.profile.options)
        )
        return self.cleaned(rule, going) if is_cleaned else going

    def unlisted(self, rule: str = "not in PS3.15 Table E.1-1", *, known: bool = False) -> Decision:
        """An attribute that no table names, by its VR; `known` says that a profile vouches for it."""
        if not (self.is_known or known):
            return self.make(Do.REMOVE, Code.X, "not in the data dictionary")
        vr = self.vr
        if self.keyword == "URNCodeValue":
            return self.coded(Code.D, f"{rule}: {vr}")
        if vr in _GOING:
            return self.resolved("X/Z/D", f"{rule}: {vr}")
        if vr in ("DA", "DT", "TM"):
            return self.dated(f"{rule}: {vr}", self.resolved("X/Z/D", f"{rule}: {vr}"))
        if vr == "UI":
            return self._unlisted_uid(rule)
        return self.kept(f"{rule}: {vr}")

    def vouched(self, exception: AttributeRule) -> Decision:
        """A private attribute that the profile names: K as any attribute of its VR, but bytes are no text.

        What nothing can be searched in stays only where the table says that it is bytes, or a site does.
        """
        is_safe = exception.source == SAFE_PRIVATE
        rule = f"{SAFE_PRIVATE}, retain-safe-private" if is_safe else f"profile: {exception.selector}"
        if exception.code is not Code.K:
            return replace(self.coded(exception.code, rule, exception.value), vr=self.vr)
        if is_safe and self.vr in _BYTES and not self.is_bytes:
            return self.make(Do.REMOVE, Code.X, f"{rule}, but no {self.vr}")
        decision = self.unlisted(rule, known=True)
        going = self.make(Do.REMOVE, Code.X, f"{rule}: nothing was left that may stay")
        return replace(decision, fallback=decision.fallback or going, vr=self.vr)

    def _unlisted_uid(self, rule: str) -> Decision:
        is_class = (
            "SOPClass" in self.keyword or "TransferSyntax" in self.keyword or self.keyword in _CLASS_UIDS
        )
        if is_class:
            return self.make(Do.CLASS_UID, Code.K, f"{rule}: names a class")
        if Option.RETAIN_UIDS in self.profile.options:
            return self.kept(f"{rule}: UI, retain-uids")
        return self.coded(Code.U, f"{rule}: UI")


def _judged_vr(vr: str, dictionary_vr: str | None) -> str:
    """The VR to judge by: the more identifying one where file and dictionary differ, UN where they clash.

    Bytes in place of numbers clash: bytes can be a text, and nothing looks for it there.
    """
    if dictionary_vr is None or vr in dictionary_vr:
        return vr
    if vr in _BYTES and not any(known in dictionary_vr for known in _BYTES):
        return "UN"
    if vr == "UN":
        return dictionary_vr if len(dictionary_vr) == 2 else "UN"
    for family in _FAMILIES:
        if vr in family and dictionary_vr[:2] in family:
            return max(vr, dictionary_vr[:2], key=family.index)
    return "UN"
