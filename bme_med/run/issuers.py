"""A first look at all sources: who issued the patient IDs of each study (`bme_med.dicom.identity`).

One patient must have one pseudonym although some files of a study leave out the issuer, and no worker sees
more than its own file.
"""

from collections.abc import Callable, Sequence
from contextlib import closing
from functools import partial

from bme_med.core import Format, sniff
from bme_med.dicom import Owner, glance, glance_layout, issuers_by_study
from bme_med.dicom.layout import Layout
from bme_med.run.finding import Found
from bme_med.run.opening import open_source
from bme_med.run.pool import chunked, ordered

__all__ = ["study_issuers"]

_MAPPED_FROM = 1 << 16


def study_issuers(
    found: Sequence[Found], *, workers: int, check: Callable[[], None]
) -> dict[tuple[str, str], str]:
    """``(study, patient ID) -> issuer`` over all sources; `check` raises when the run must stop."""
    chunks = chunked(found, lambda _: 0, workers)
    with closing(
        ordered(partial(_owner, glance_layout()), chunks, workers=workers, lost=_nobody, check=check)
    ) as owners:
        return issuers_by_study(owner for owner in owners if owner)


def _owner(layout: Layout, found: Found) -> Owner | None:
    if found.refused or found.skipped:
        return None
    try:
        with open_source(found.path, _MAPPED_FROM) as source:
            return glance(source, layout) if sniff(source) is Format.DICOM else None
    except Exception:  # noqa: BLE001 - the second look at the file says what is wrong with it
        return None


def _nobody(_: Found) -> None:
    """What is known of a file that its worker died of."""
