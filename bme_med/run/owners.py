"""A first look at all sources: whose each instance is (`bme_med.dicom.identity`).

One patient must have one new name although some files of a study leave out the issuer, and no worker sees
more than its own file.
"""

from collections.abc import Callable, Sequence
from contextlib import closing
from functools import partial

from bme_med.core import Format, sniff
from bme_med.dicom import Owner, glance, glance_layout
from bme_med.dicom.layout import Layout
from bme_med.run.finding import Found
from bme_med.run.opening import open_source
from bme_med.workers import chunked, ordered

__all__ = ["find_owners", "owner_in"]

_MAPPED_FROM = 1 << 16


def find_owners(found: Sequence[Found], *, workers: int, check: Callable[[], None]) -> dict[str, Owner]:
    """The owner of each instance, by the name of its source; `check` raises when the run must stop."""
    chunks = chunked(found, lambda _: 0, workers)
    known: dict[Owner, Owner] = {}
    with closing(
        ordered(partial(_owner, glance_layout()), chunks, workers=workers, lost=_nobody, check=check)
    ) as owners:
        return {
            item.name: known.setdefault(owner, owner)
            for item, owner in zip(found, owners, strict=True)
            if owner
        }


def owner_in(path: str, layout: Layout) -> Owner | None:
    """The owner of the instance at `path`; nothing where it is none, or cannot be read."""
    try:
        with open_source(path, _MAPPED_FROM) as source:
            return glance(source, layout) if sniff(source) is Format.DICOM else None
    except Exception:  # noqa: BLE001 - the second look at the file says what is wrong with it
        return None


def _owner(layout: Layout, found: Found) -> Owner | None:
    return None if found.refused or found.skipped else owner_in(found.path, layout)


def _nobody(_: Found) -> None:
    """What is known of a file that its worker died of."""
