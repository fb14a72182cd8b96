"""De-identification Method (0012,0063): one value of this application, and those that stood there before.

PS3.15, E.1.1, has the de-identifier say how; what an earlier one said stays, without what identifies.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from bme_med.core.resources import profile_names
from bme_med.verify.findings import Check, Problem
from bme_med.verify.folding import is_cut_from
from bme_med.verify.harvest import Identifiers
from bme_med.verify.reasons import may_be_cleaned

__all__ = ["EXCEPTIONS", "METHOD", "Maker", "is_ready_made", "method_problems", "without_ours"]

METHOD = 0x00120063
EXCEPTIONS = "exceptions keep more than PS3.15 Table E.1-1 does"

_PLACE = "(0012,0063)"
_LONGEST = 64
"""Characters of VR LO (PS3.5, 6.2)."""

_VERSION = re.compile(r"\d{1,3}(\.\d{1,3}){1,2}((a|b|rc)\d{1,3})?(\.post\d{1,3})?(\.dev\d{1,3})?")
"""As releases are numbered (PEP 440), without a local label, which could say anything."""


@dataclass(frozen=True, slots=True)
class Maker:
    """Which version made an output, any where it is empty, and by which profile."""

    profile: str
    version: str = ""

    def wrote(self, value: str) -> bool:
        """Whether `value` is what it writes.

        >>> [Maker("x", version).wrote("bme-med 0.1.0 x") for version in ("", "0.1.0", "0.2.0")]
        [True, True, False]
        """
        version = value.partition(" ")[2].partition(" ")[0]
        is_known = version == (self.version or version) and _VERSION.fullmatch(version)
        return bool(is_known) and value == f"bme-med {version} {self.profile}"[:_LONGEST].replace("\\", " ")


def is_ready_made(value: str) -> bool:
    """Whether some version wrote `value` by a ready-made profile, or of a profile's exceptions."""
    return value == EXCEPTIONS or any(Maker(name).wrote(value) for name in profile_names())


def without_ours(text: str, maker: Maker) -> str:
    """The values that a person or another application wrote."""
    return "\\".join(value for value in _values(text) if value != EXCEPTIONS and not maker.wrote(value))


def method_problems(
    before: str | None, after: str, maker: Maker, identifiers: Identifiers, *, is_loose: bool
) -> Iterator[Problem]:
    """What is wrong with the text `after`; `before` is the source's, where that is at hand."""
    values = _values(after)
    earlier = _values(before or "")
    ours = [value for value in values if maker.wrote(value)]
    if not _is_one_new(ours, earlier, maker) or any(len(value) > _LONGEST for value in values):
        yield Problem(_PLACE, Check.MARKS, "not one value of this application, its version and the profile")
    if is_loose != (EXCEPTIONS in values) and EXCEPTIONS not in earlier:
        yield Problem(_PLACE, Check.MARKS, "does not say whether exceptions keep more than the table")
    added = {EXCEPTIONS, *ours}
    may_be_cut = may_be_cleaned(before or "", identifiers)
    others = [value for value in values if value not in added]
    if before is not None and not _are_from(others, earlier, may_be_cut=may_be_cut):
        yield Problem(_PLACE, Check.MARKS, "a value that is neither the source's nor this application's")


def _is_one_new(ours: Sequence[str], earlier: Iterable[str], maker: Maker) -> bool:
    """Whether one of `ours` is new, or stood there from an earlier pass; of several versions, each once."""
    known = [value for value in earlier if maker.wrote(value)]
    if maker.version or not known:
        return 0 < len(ours) == max(len(known), len(set(ours)))
    return len(ours) - len(known) in (0, 1)


def _values(text: str) -> list[str]:
    return [value for part in text.split("\\") if (value := part.strip(" \0"))]


def _are_from(values: Sequence[str], earlier: Iterable[str], *, may_be_cut: bool) -> bool:
    """Whether each of `values` is one of `earlier`, in their order, whole or with something cut out of it."""
    rest = iter(earlier)
    return all(any(new == old or (may_be_cut and is_cut_from(new, old)) for old in rest) for new in values)
