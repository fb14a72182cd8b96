"""The data dictionary: VR, VM and keyword by tag (PS3.6, chapter 6), UIDs of Annex A, private attributes."""

from dataclasses import dataclass
from functools import cache

from bme_med.core.resources import read_resource, read_table

__all__ = [
    "Dictionary",
    "creator_tag",
    "dictionary",
    "format_tag",
    "implicit_vr",
    "is_private",
    "private_key",
    "private_vrs",
    "registered_uids",
    "settled_vr",
    "where",
]

PRIVATE_CREATOR_ELEMENTS = range(0x0010, 0x0100)


@dataclass(frozen=True, slots=True)
class Dictionary:
    """Standard attributes.

    Attributes
    ----------
    entries
        ``tag -> (VR, keyword, VM)``; the VR may be a choice such as ``US or SS``.
    repeating
        The same by tags in which the digits that repeat are 0, for each mask that leaves the others.
    tags
        ``keyword -> tag``; repeating groups by their first group.
    """

    entries: dict[int, tuple[str, str, str]]
    repeating: dict[int, dict[int, tuple[str, str, str]]]
    tags: dict[str, int]

    def get(self, tag: int) -> tuple[str, str, str] | None:
        """VR, keyword and VM of `tag`, repeating groups such as 6000-601E included."""
        entry = self.entries.get(tag)
        if entry is None and (tag >> 24 in (0x50, 0x60) or tag >> 16 in (0x0020, 0x0028, 0x1000, 0x1010)):
            found = (entries.get(tag & mask) for mask, entries in self.repeating.items())
            return next(filter(None, found), None)
        return entry

    def keyword(self, tag: int) -> str:
        """Keyword of `tag`, or nothing."""
        entry = self.get(tag)
        return entry[1] if entry else ""


@cache
def dictionary() -> Dictionary:
    """The dictionary that ships with the package, read once."""
    entries: dict[int, tuple[str, str, str]] = {}
    repeating: dict[int, dict[int, tuple[str, str, str]]] = {}
    tags: dict[str, int] = {}
    for line in read_resource("dictionary.tsv").splitlines():
        if line.startswith("#"):
            continue
        digits, vr, vm, keyword = line.split("\t")
        if not keyword:  # retired before keywords were: as good as unknown
            continue
        if "x" in digits:
            mask = int("".join("0" if digit == "x" else "F" for digit in digits), 16)
            tag = int(digits.replace("x", "0"), 16)
            repeating.setdefault(mask, {})[tag] = (vr, keyword, vm)
            tags.setdefault(keyword, tag)
        else:
            tag = int(digits, 16)
            entries[tag] = (vr, keyword, vm)
            tags[keyword] = tag
    return Dictionary(entries, repeating, tags)


@cache
def registered_uids() -> frozenset[str]:
    """UIDs that the standard itself assigns (PS3.6, Annex A): they identify no one."""
    return frozenset(row["uid"] for row in read_table("uids.csv"))


@cache
def private_vrs() -> dict[tuple[str, int], str]:
    """VR of known private attributes by `private_key`; a choice such as ``UL or CS`` where lists disagree."""
    vrs = {}
    for line in read_resource("private_dictionary.tsv").splitlines():
        if not line.startswith("#"):
            creator, mask, vr = line.split("\t")
            if "x" in mask[:4]:
                continue
            vrs[creator, int(mask.replace("x", "0"), 16)] = vr
    for row in read_table("safe_private.csv"):
        key = row["private_creator"], int(row["tag_pattern"].strip("()").replace(",xx", "00"), 16)
        if row["vr"] and vrs.setdefault(key, row["vr"]) != row["vr"]:
            vrs[key] = f"{row['vr']} or {vrs[key]}"
    return vrs


def creator_tag(tag: int) -> int:
    """Where the creator of a private attribute's block stands (PS3.5, 7.8.1).

    >>> format_tag(creator_tag(0x0019110C))
    '(0019,0011)'
    """
    return tag & 0xFFFF0000 | (tag >> 8 & 0xFF)


def private_key(creator: str, tag: int) -> tuple[str, int]:
    """What a private attribute is known by, whatever block it sits in (PS3.5, 7.8.1).

    >>> private_key("ACME", 0x0019110C) == private_key("ACME", 0x0019100C) == ("ACME", 0x0019000C)
    True
    """
    return creator, tag & 0xFFFF00FF


def is_private(tag: int) -> bool:
    """Whether the group number is odd (PS3.5, 7.8)."""
    return bool(tag & 0x10000)


def implicit_vr(tag: int) -> str:
    """VR in Implicit VR; choices as PS3.5, A.1 settles them; UN where nothing is known."""
    if tag & 0xFFFF == 0:
        return "UL"
    if is_private(tag):
        return "LO" if tag & 0xFFFF < 0x100 else "UN"
    entry = dictionary().get(tag)
    if entry is None:
        return "UN"
    return settled_vr(entry[0])


def settled_vr(choice: str) -> str:
    """The VR of a standard attribute that is encoded without one: of a choice as PS3.5, A.1 settles it.

    >>> settled_vr("DS"), settled_vr("US or SS"), settled_vr("US or OW"), settled_vr("OB or OW")
    ('DS', 'US', 'OW', 'OW')
    """
    return choice if len(choice) == 2 else "OW" if "OW" in choice else "US"


@cache
def format_tag(tag: int) -> str:
    """The standard's notation.

    >>> format_tag(0x00100010)
    '(0010,0010)'
    """
    return f"({tag >> 16:04X},{tag & 0xFFFF:04X})"


def parse_tag(notation: str) -> int:
    """The tag that the standard's notation means.

    >>> parse_tag("(0010,0010)") == 0x00100010
    True
    """
    return int(notation.strip("()").replace(",", ""), 16)


@cache
def where(tag: int) -> str:
    """How actions name an attribute.

    >>> where(0x00100010)
    '(0010,0010) PatientName'
    """
    return f"{format_tag(tag)} {dictionary().keyword(tag)}".rstrip()
