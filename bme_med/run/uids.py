"""Original and new UIDs of a run: read from its sources, and looked for in its outputs."""

from collections.abc import Callable, Sequence
from contextlib import closing
from functools import partial

from bme_med.core import Pseudonyms
from bme_med.dicom import uids_in
from bme_med.run.opening import open_source
from bme_med.workers import chunked, ordered

__all__ = ["find_uids"]

_Pair = tuple[str, str]
_MAPPED_FROM = 1 << 16


def find_uids(
    pairs: Sequence[_Pair], pseudonyms: Pseudonyms, *, workers: int, check: Callable[[], None]
) -> tuple[dict[str, str], int]:
    """New UIDs by their originals, as they stand in the outputs; one that the profile kept is its own.

    Parameters
    ----------
    pairs
        Paths of an instance's source and output.
    pseudonyms
        Of the run.
    workers
        Processes.
    check
        Raises when the run must stop.

    Returns
    -------
    tuple[dict[str, str], int]
        And how many instances could not be read again.
    """
    renamed: dict[str, str] = {}
    missing = 0
    chunks = chunked(pairs, lambda _: 0, workers)
    with closing(
        ordered(partial(_renamed, pseudonyms), chunks, workers=workers, lost=_lost, check=check)
    ) as found:
        for uids in found:
            missing += uids is None
            renamed.update(uids or {})
    return renamed, missing


def _renamed(pseudonyms: Pseudonyms, pair: _Pair) -> dict[str, str] | None:
    """Of one instance; nothing where it cannot be read."""
    try:
        with open_source(pair[0], _MAPPED_FROM) as source, open_source(pair[1], _MAPPED_FROM) as output:
            old, new = uids_in(source), uids_in(output)
    except Exception:  # noqa: BLE001 - the file was read before; now it counts as missing
        return None
    replaced = {uid: pseudonyms.uid(uid) for uid in old if pseudonyms.uid(uid) in new}
    return {uid: uid for uid in old & new} | replaced


def _lost(_: _Pair) -> None:
    """What is known of an instance that its worker died of."""
