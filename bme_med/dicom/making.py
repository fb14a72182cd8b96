"""How one attribute is decided: a row of Table E.1-1, a gap of it, or its VR (PS3.15, Annex E).

Action codes become what can be done to a value of the attribute's VR and Type.
"""

from dataclasses import replace

from bme_med.core import Action, AttributeRule, Code, DatePolicy, Option, Profile
from bme_med.dicom.decisions import NOT_UNDERSTOOD, Decision, Do
from bme_med.dicom.dictionary import dictionary, settled_vr, where
from bme_med.dicom.encoding import CODED_VRS, TEXT_VRS
from bme_med.dicom.multiplicity import ANY_LENGTH, MOST_BYTES, NUMBER_BYTES, number_lengths
from bme_med.dicom.selectors import SAFE_PRIVATE

__all__ = ["Maker"]

_CLASS_UIDS = frozenset(
    ("ContextUID", "MappingResourceUID", "CodingSchemeUID", "ContextGroupExtensionCreatorUID")
)
_CODE_VALUES = ("CodeValue", "LongCodeValue")
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

_GOING = ("PN", "AE", "UR", "UN")
_BYTES = ("OB", "OD", "OF", "OL", "OV", "OW")
_UNSEARCHED_BYTES = 4
"""Room for a number or two, and for no identifier that could be told from numbers."""

_PIXELS = (0x7FE00008, 0x7FE00009, 0x7FE00010)


class Maker:
    """Makes the decision about one attribute; holds what each step would otherwise pass on."""

    def __init__(
        self,
        profile: Profile,
        tag: int,
        vr: str,
        type_: int,
        private_vr: str | None = None,
        private_vm: str = "",
    ) -> None:
        entry = dictionary().get(tag)
        self.profile = profile
        self.keyword = entry[1] if entry else ""
        self.known_vr = entry[0] if entry else ""
        self.is_known = entry is not None
        self.is_bytes = any(vr in (private_vr or "") for vr in _BYTES)
        self.where = where(tag)
        self.type = type_
        encoded = settled_vr(self.known_vr) if entry and vr == "UN" else vr
        self.vr = _judged_vr(encoded, self.known_vr or private_vr)
        self.encoded_vr = self.vr if vr == "UN" else vr
        self.multiplicity = entry[2] if entry else private_vm
        self.is_pixels = tag in _PIXELS

    def make(self, do: Do, code: Code, rule: str, fallback: Decision | None = None) -> Decision:
        """The decision to `do` this, noted under `code` and `rule`."""
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
            return self.make(Do.KEPT_UID, Code.K, rule)
        if self.vr in TEXT_VRS:
            return self.make(Do.CODE_VALUE if self.keyword in _CODE_VALUES else Do.SEARCH, Code.K, rule)
        if self.encoded_vr in NUMBER_BYTES or self.vr in _BYTES:
            return self._kept_binary(rule)
        if self.vr in CODED_VRS:
            going = self._not_understood(rule, self.vr)
            is_aging = self.vr == "AS" and self.profile.dates is DatePolicy.YEAR
            return self.make(Do.AGE if is_aging else Do.CODED, Code.K, rule, going)
        if self.vr == "UN" and self.is_known:
            return self._not_understood(rule, self.known_vr)
        return self.make(Do.KEEP, Code.K, rule)

    def _not_understood(self, rule: str, vr: str) -> Decision:
        """What becomes of a value that would stay, were it what `vr` promises."""
        return self.resolved("X/Z/D", f"{rule}, {NOT_UNDERSTOOD} {vr}")

    def _kept_binary(self, rule: str) -> Decision:
        """Numbers as many as there may be; what has room for a text is searched for identifiers."""
        decision = self.make(Do.KEEP, Code.K, rule)
        if self.is_pixels:
            return decision
        going = self._not_understood(rule, self.vr)
        if self.vr in _BYTES:
            most = MOST_BYTES.get(self.keyword)
            lengths = ANY_LENGTH if most is None else range(most + 1)
        else:
            lengths = number_lengths(self.encoded_vr, self.multiplicity)
        return replace(
            decision, fallback=going, lengths=lengths, is_searched=lengths.stop > _UNSEARCHED_BYTES
        )

    def cleaned(self, rule: str, fallback: Decision) -> Decision:
        """C: text and codes word by word, sequences item by item; what nothing here can clean falls back."""
        if self.vr in TEXT_VRS or self.vr == "CS":
            return self.make(Do.WORDS, Code.C, rule, fallback)
        return self.make(Do.RECURSE, Code.C, rule) if self.vr == "SQ" else fallback

    def dated(self, rule: str, otherwise: Decision) -> Decision:
        """A date or time under the profile's date policy (PS3.15, E.3.6)."""
        policy = self.profile.dates
        if policy is DatePolicy.KEEP:
            return self._kept_date(f"{rule}: full dates", otherwise)
        if policy is DatePolicy.SHIFT and (self.vr == "TM" or self.keyword == "TimezoneOffsetFromUTC"):
            return self._kept_date(f"{rule}: dates are shifted by whole days", otherwise)
        if self.vr in ("DA", "DT") and policy is not DatePolicy.REMOVE:
            do = Do.SHIFT if policy is DatePolicy.SHIFT else Do.YEAR
            return self.make(do, Code.C, f"{rule}: modified dates ({policy})", otherwise)
        return otherwise

    def _kept_date(self, rule: str, otherwise: Decision) -> Decision:
        """A date or time that stays where it is one."""
        kept = self.kept(rule)
        return replace(kept, fallback=otherwise) if kept.do is Do.CODED else kept

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
        if vr == "UN" and self.is_known:
            return self._not_understood(rule, self.known_vr)
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
