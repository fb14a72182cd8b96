"""Contact sheets: a few pictures of each series and of the photos, after and, if asked for, before.

However many files a run has, a report shows at most `_MOST_PICTURES` of them: it stays a page that opens.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bme_med.audit import Audit, Status, boxes_of
from bme_med.core import Box
from bme_med.report.contents import Sources
from bme_med.report.thumbnails import Thumbnail, thumbnail_of

__all__ = ["Picture", "Sheet", "sheets"]

_MOST_PICTURES = 96
_PER_SERIES = 3
_PHOTOS = 24
_MOST_SOURCE_BYTES = 1 << 28
"""Larger sources are not read a second time for a thumbnail."""

_Record = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Picture:
    """One output, its thumbnails, and the regions that were painted over in it.

    Attributes
    ----------
    why_not
        Why there is no thumbnail of the output or of its source; empty where there is, or none was asked for.
    """

    output: str
    source: str
    after: Thumbnail | None
    before: Thumbnail | None
    regions: tuple[str, ...]
    why_not: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """Pictures of one folder of outputs, which is a series as a rule, or of the photos."""

    title: str
    folder: str
    files: int
    pictures: tuple[Picture, ...]


def sheets(audit: Audit, sources: Sources, out: Path, source: Path | None) -> tuple[list[Sheet], int]:
    """The sheets of the outputs at `out`, and of how many series there is none.

    With `source`, and an audit that names what lies there, each picture is shown as it was too.
    """
    groups = _groups(audit)
    shown, each = _share(list(groups))
    maker = _Maker(sources, out, source if sources.are_named else None)
    made = [
        Sheet(
            title="Photos" if is_photo else f"Series {number}",
            folder=folder,
            files=len(groups[is_photo, folder]),
            pictures=tuple(map(maker.make, _chosen(groups[is_photo, folder], _PHOTOS if is_photo else each))),
        )
        for number, (is_photo, folder) in enumerate(shown, 1)
    ]
    return made, len(groups) - len(shown)


def _groups(audit: Audit) -> dict[tuple[bool, str], list[_Record]]:
    """Written files: instances by their folder, photos together at the end."""
    groups: dict[tuple[bool, str], list[_Record]] = {}
    for record in audit.records.values():
        if record["status"] == Status.WRITTEN:
            is_photo = record["format"] != "dicom"
            folder = "" if is_photo else record["output"].rpartition("/")[0]
            groups.setdefault((is_photo, folder), []).append(record)
    return dict(sorted(groups.items()))


def _share(groups: Sequence[tuple[bool, str]]) -> tuple[list[tuple[bool, str]], int]:
    """Which groups are shown, spread evenly, and how many pictures each series gets."""
    series = [group for group in groups if not group[0]]
    photos = [group for group in groups if group[0]]
    left = _MOST_PICTURES - (_PHOTOS if photos else 0)
    shown = _spread(series, left)
    return [*shown, *photos], max(1, min(_PER_SERIES, left // max(len(shown), 1)))


def _chosen(records: Sequence[_Record], count: int) -> list[_Record]:
    """First, middle and last, or so; where regions were painted over, of those files alone."""
    painted = [record for record in records if boxes_of(record["actions"])]
    return _spread(painted or records, count)


def _spread(items: Sequence[Any], count: int) -> list[Any]:
    """At most `count` of `items`, at equal distances.

    >>> _spread(range(9), 3), _spread(range(9), 1), _spread(range(2), 3)
    ([0, 4, 8], [4], [0, 1])
    """
    if len(items) <= count:
        return list(items)
    if count == 1:
        return [items[len(items) // 2]]
    return [items[round(at * (len(items) - 1) / (count - 1))] for at in range(count)]


class _Maker:
    """Makes pictures of outputs, and of their sources where these are what the audit knows."""

    def __init__(self, sources: Sources, out: Path, source: Path | None) -> None:
        self._sources = sources
        self._out = out
        self._source = source

    def make(self, record: _Record) -> Picture:
        """The picture of one record."""
        boxes = boxes_of(record["actions"])
        after = thumbnail_of(self._out / record["output"], record["format"], boxes, is_covered=False)
        before, why_not = (
            None,
            "" if after else "not shown: it holds no picture, nothing here decodes it, or it is missing",
        )
        if self._source:
            path = self._source / record["filename"]
            if not _is_source(path, self._source, record["source_sha256"]):
                why_not = why_not or "no longer there as the run found it, or too large to be read again"
            else:
                before = thumbnail_of(path, record["format"], boxes, is_covered=True)
        return Picture(
            output=self._sources.output(record["output"]),
            source=self._sources.call(record["filename"]),
            after=after,
            before=before,
            regions=tuple(map(_in_words, boxes)),
            why_not=why_not,
        )


def _is_source(path: Path, folder: Path, sha256: str) -> bool:
    """Whether what lies at `path`, below `folder`, is what the audit knows by `sha256`."""
    try:
        if not path.resolve().is_relative_to(folder.resolve()) or path.stat().st_size > _MOST_SOURCE_BYTES:
            return False
        with open(path, "rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest() == sha256
    except OSError:
        return False


def _in_words(box: Box) -> str:
    """Where a box lies, and who says so.

    >>> from bme_med.core import Region
    >>> _in_words(Box(Region(top=2, left=3, bottom=12, right=103), "drawn"))
    '100 × 10 pixels at column 3, row 2: drawn'
    """
    top, left, bottom, right = box.region
    return f"{right - left} × {bottom - top} pixels at column {left}, row {top}: {box.origin}"
