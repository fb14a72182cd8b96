"""Reading the attributes that a profile names: keyword, tag, pattern, private attribute."""

import difflib
import re
from dataclasses import dataclass

from bme_med.core import AttributeRule, Code, Option, Profile, ProfileError
from bme_med.core.resources import read_table
from bme_med.dicom.dictionary import dictionary, private_key

__all__ = ["SAFE_PRIVATE", "Selectors"]

SAFE_PRIVATE = "PS3.15 Table E.3.10-1"
"""The source of a rule that the standard itself gives."""

_TAG = re.compile(r"\(([0-9A-Fa-fxX]{4}),([0-9A-Fa-fxX]{4})\)(?: (.+))?")
_UNSUPPORTED = {
    Option.CLEAN_VISUAL_FEATURES: "leave it out, and take faces out of heads with a tool made for it first",
}


@dataclass(frozen=True, slots=True)
class _Pattern:
    mask: str
    rule: AttributeRule

    def fits(self, digits: str) -> bool:
        return all(want in ("x", digit) for want, digit in zip(self.mask, digits, strict=True))


class Selectors:
    """The exceptions of ``[dicom.attributes]``, most specific first.

    Raises
    ------
    ProfileError
        If a selector names nothing, or an option is not available.
    """

    def __init__(self, profile: Profile) -> None:
        missing = sorted(profile.options & _UNSUPPORTED.keys())
        if missing:
            raise ProfileError(
                f"{missing[0]} is not available in this version; {_UNSUPPORTED[missing[0]]}",
                source=profile.name,
                key="dicom.options",
            )
        self._exact: dict[int, AttributeRule] = {}
        self._patterns: list[_Pattern] = []
        self._private: dict[tuple[str, int], AttributeRule] = {}
        if Option.RETAIN_SAFE_PRIVATE in profile.options:
            for row in read_table("safe_private.csv"):
                selector = f"{row['tag_pattern']} {row['private_creator']}"
                self._add(AttributeRule(selector, Code.K, None, SAFE_PRIVATE))
        for rule in profile.attributes:
            self._add(rule)
        self._patterns.sort(key=lambda pattern: pattern.mask.count("x"))

    @property
    def has_private(self) -> bool:
        """Whether any private attribute may stay."""
        return bool(self._private)

    @property
    def keeps_private(self) -> bool:
        """Whether a value of a private attribute may stay."""
        return any(rule.code in (Code.K, Code.C) for rule in self._private.values())

    @property
    def private_groups(self) -> frozenset[int]:
        """Groups in which a private attribute may stay."""
        return frozenset(tag >> 16 for _, tag in self._private)

    def find(self, tag: int) -> AttributeRule | None:
        """The exception for a standard attribute."""
        exact = self._exact.get(tag)
        if exact or not self._patterns:
            return exact
        digits = f"{tag:08X}"
        return next((pattern.rule for pattern in self._patterns if pattern.fits(digits)), None)

    def find_private(self, creator: str, tag: int) -> AttributeRule | None:
        """The exception for a private attribute of `creator`, whatever block it sits in (PS3.5, 7.8.1)."""
        return self._private.get(private_key(creator, tag))

    def _add(self, rule: AttributeRule) -> None:
        match = _TAG.fullmatch(rule.selector)
        if match is None:
            tag = dictionary().tags.get(rule.selector)
            if tag is None:
                raise _wrong(rule, _no_keyword(rule.selector))
            self._exact[tag] = rule
            return
        group, element, creator = match[1].upper(), match[2].upper(), match[3]
        mask = (group + element).replace("X", "x")
        if creator:
            if "x" in mask[:4] or mask[4:6] != "xx" or "x" in mask[6:] or not int(mask[:4], 16) & 1:
                raise _wrong(rule, "a private attribute is written as (0019,xx0C) CREATOR")
            self._private[creator, int(mask.replace("x", "0"), 16)] = rule
        elif "x" in mask:
            self._patterns.append(_Pattern(mask, rule))
        elif int(mask[:4], 16) & 1:
            raise _wrong(rule, "a private attribute needs its creator: (0019,xx0C) CREATOR")
        else:
            self._exact[int(mask, 16)] = rule


def _no_keyword(word: str) -> str:
    close = difflib.get_close_matches(word, dictionary().tags, n=1)
    hint = f"; did you mean {close[0]!r}?" if close else ""
    return f"no attribute has this keyword{hint}"


def _wrong(rule: AttributeRule, message: str) -> ProfileError:
    return ProfileError(message, source=rule.source, key=f"dicom.attributes.{rule.selector}")
