"""Which of a user's files are tried: a few of each kind, told by content."""

import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from bme_med.core import FileError, Format, sniff
from bme_med.engines import why_no_engine
from bme_med.run.finding import Found, find
from bme_med.run.opening import open_source
from bme_med.run.unwanted import why_unwanted

if TYPE_CHECKING:
    from pydicom.uid import UID

__all__ = ["Sample", "samples_in"]

_EACH = 2
_MOST_INSTANCES, _MOST_PHOTOS = 12, 14
_MOST_LOOKED_AT = 2_000
_MOST_BYTES = 16 << 20


@dataclass(frozen=True, slots=True)
class Sample:
    """One of the user's files; `kind` says what it is."""

    name: str
    kind: str
    format: Format
    data: bytes


def samples_in(folder: Path, accepts: Callable[[Sample], bool]) -> Iterator[Sample]:
    """A few files of each kind below `folder` that are not large; at most 2,000 are looked at.

    What `accepts` refuses takes no place of those that it does not.
    """
    kinds: Counter[str] = Counter()
    accepted: Counter[bool] = Counter()
    for item in _spread(folder):
        sample = _sample(item, kinds, accepted)
        if sample:
            kinds[sample.kind] += 1
            if accepts(sample):
                accepted[sample.format is Format.DICOM] += 1
                yield sample


def _sample(item: Found, kinds: Counter[str], accepted: Counter[bool]) -> Sample | None:
    """The file `item`, unless it is of no use, or there are enough of its kind."""
    with suppress(FileError), open_source(item.path, mapped_from=1) as source:
        format_ = sniff(source)
        is_instance = format_ is Format.DICOM
        if why_no_engine(format_) or why_unwanted(item.name, source, format_):
            return None
        if accepted[is_instance] >= (_MOST_INSTANCES if is_instance else _MOST_PHOTOS):
            return None
        kind = _kind_of(item.path) if is_instance else format_.value
        if kinds[kind] < _EACH:
            return Sample(item.name, kind, format_, bytes(source[0 : len(source)]))
    return None


def _spread(folder: Path) -> list[Found]:
    """What is looked at: at equal distances, where there is more than that."""
    found = [
        item for item in find([folder]) if not (item.refused or item.skipped) and item.size <= _MOST_BYTES
    ]
    return found[:: max(1, -(-len(found) // _MOST_LOOKED_AT))]


def _kind_of(path: str) -> str:
    """SOP Class and transfer syntax, by the standard's names."""
    from pydicom import dcmread
    from pydicom.uid import UID

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            head = dcmread(path, force=True, stop_before_pixels=True)
            syntax = UID(head.file_meta.get("TransferSyntaxUID", ""))
            return f"{_name_of(UID(head.get('SOPClassUID', '')))}, {_name_of(syntax)}"
    except Exception:  # noqa: BLE001 - pydicom raises what it likes; the engines have their own way with it
        return "an instance that pydicom does not read"


def _name_of(uid: "UID") -> str:
    """The standard's name of `uid`; a UID of a site is not repeated."""
    return "not in PS3.6" if uid.name == str(uid) else uid.name
