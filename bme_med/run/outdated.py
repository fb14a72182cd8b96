"""Earlier outputs that would be treated differently today, told from their audits and from what they hold.

An audit lists what was changed. What stayed is in the output itself, whose attributes are read by pydicom.
"""

import re
import warnings
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bme_med.audit import Audit, Status, read_file
from bme_med.core import DatePolicy, Option, Profile, UsageError
from bme_med.run.differing import Differences

__all__ = ["EarlierRun", "Outdated", "earlier_runs"]

_YEAR = DatePolicy.YEAR.value
"""The only policy under which photos tell a date."""

_SUFFIX = ".audit.jsonl"
_TAG = re.compile(r"\(([0-9A-Fa-f]{4}),([0-9A-Fa-f]{4})\)")
_PRIVATE = re.compile(r"\([0-9A-Fa-f]{3}[13579BDFbdf],")
_CLEANING = ("dicom.descriptors", "dicom.words", "dicom.vocabulary")
_REFUSING = ("pixels.", "dicom.structured-reports", "dicom.options", "photo.")
_WITHIN = {Option.CLEAN_STRUCTURED_CONTENT: 0x0040A730, Option.CLEAN_GRAPHICS: 0x00700001}
"""Options that decide by place: sequences that instances have for which they matter."""

_GONE = "the output is not there, so that nothing tells what it holds"
_MOST_NAMES = 4


@dataclass(frozen=True, slots=True)
class Outdated:
    """An output, and what of it would be treated differently."""

    output: str
    why: str


@dataclass(frozen=True, slots=True)
class EarlierRun:
    """An earlier run.

    Attributes
    ----------
    state
        ``first`` or ``second``: which of the two profiles it ran by; ``other``: neither of them, and nothing
        was compared; ``edition``: two editions of the standard were compared.
    outdated
        Outputs that need another run.
    refused
        Sources that were refused, and may be judged differently.
    """

    audit: str
    profile: str
    state: str
    written: int
    outdated: tuple[Outdated, ...] = ()
    refused: int = 0

    def to_json(self) -> dict[str, Any]:
        """For scripts."""
        return {
            "audit": self.audit,
            "profile": self.profile,
            "state": self.state,
            "written": self.written,
            "outdated": [{"output": one.output, "why": one.why} for one in self.outdated],
            "refused_to_try_again": self.refused,
        }


def earlier_runs(
    outputs: Path, differences: Differences, first: Profile | None, second: Profile | None
) -> list[EarlierRun]:
    """The runs whose audit lies beside `outputs` or in it, and what of theirs `differences` concern.

    Raises
    ------
    UsageError
        If there is no audit.
    AuditError
        If one cannot be read.
    """
    own = outputs.absolute().with_name(outputs.absolute().name + _SUFFIX)
    audits = [*([own] if own.is_file() else []), *sorted(outputs.glob(f"*{_SUFFIX}"))]
    if not audits:
        raise UsageError(
            f"no audit lies at {own}, and none in {outputs}: give the folder of a run, or of several"
        )
    return [_judged(path, read_file(path), differences, first, second) for path in audits]


def _judged(
    path: Path, audit: Audit, differences: Differences, first: Profile | None, second: Profile | None
) -> EarlierRun:
    digests = {profile.sha256: name for name, profile in (("second", second), ("first", first)) if profile}
    state = digests.get(audit.header["profile_sha256"], "other" if digests else "edition")
    written = audit.counts()[Status.WRITTEN]
    about = str(path), audit.header["profile"], state, written
    if state not in ("first", "edition"):
        return EarlierRun(*about)
    look = _Look(differences, first, second)
    out = path.with_name(path.name.removesuffix(_SUFFIX))
    records = [record for record in audit.records.values() if record["status"] == Status.WRITTEN]
    found = [(record["output"], look.why(record, out)) for record in records]
    refused = audit.counts()[Status.REFUSED] if look.may_refuse_otherwise else 0
    return EarlierRun(*about, tuple(Outdated(output, why) for output, why in found if why), refused)


class _Look:
    """Tells why one output would be treated differently."""

    def __init__(self, differences: Differences, first: Profile | None, second: Profile | None) -> None:
        self._names = {one.tag: one.what for one in differences.attributes if one.tag is not None}
        self._keys = [one.what for one in differences.keys]
        self._photo_keys = [
            one.what
            for one in differences.keys
            if one.what.startswith("photo.")
            or (one.what == "dates.policy" and _YEAR in (one.first, one.second))
        ]
        options = first.options ^ second.options if first and second else frozenset()
        self._names |= {tag: str(option) for option, tag in _WITHIN.items() if option in options}
        private = [key for key in self._keys if key.startswith("dicom.attributes.")]
        self._private = private[0] if private else ""
        if Option.RETAIN_SAFE_PRIVATE in options:
            self._private = str(Option.RETAIN_SAFE_PRIVATE)
        self.may_refuse_otherwise = any(key.startswith(_REFUSING) for key in self._keys)

    def why(self, record: Mapping[str, Any], out: Path) -> str:
        """What of an output would be treated differently; empty where nothing would."""
        if record["format"] != "dicom":
            return self._named(self._photo_keys)
        if reason := self._named(self._by_actions(record)):
            return reason
        if not (self._names or self._private):
            return ""
        tags = _tags_in(out / record["output"])
        return _GONE if tags is None else self._named(self._by_tags(tags))

    def _by_actions(self, record: Mapping[str, Any]) -> Iterator[str]:
        """What the audit alone tells."""
        yield from (key for key in self._keys if key.startswith("pixels."))
        if any(action["code"] == "C" for action in record["actions"]):
            yield from (key for key in self._keys if key in _CLEANING)
        places = [action["where"] for action in record["actions"]]
        if self._private and any(map(_PRIVATE.search, places)):
            yield self._private
        tags = {int(group + element, 16) for place in places for group, element in _TAG.findall(place)}
        yield from self._by_tags(tags)

    def _by_tags(self, tags: set[int]) -> Iterator[str]:
        yield from (self._names[tag] for tag in sorted(tags & self._names.keys()))
        if self._private and any(tag & 0x10000 for tag in tags):
            yield self._private

    def _named(self, reasons: Iterable[str]) -> str:
        names = [*dict.fromkeys(reasons)]
        more = len(names) - _MOST_NAMES
        return ", ".join(names[:_MOST_NAMES]) + (f" and {more} more" if more > 0 else "")


def _tags_in(path: Path) -> set[int] | None:
    """Every attribute of the instance at `path`, at any depth; nothing where it cannot be read."""
    from pydicom import dcmread

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            dataset = dcmread(path, stop_before_pixels=True)
            return {int(element.tag) for element in dataset.iterall()}
    except Exception:  # noqa: BLE001 - pydicom raises what it likes
        return None
