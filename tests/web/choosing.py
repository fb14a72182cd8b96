"""A folder of real files: so many instances and photos, spread evenly over the corpus."""

from collections.abc import Iterator
from pathlib import Path

from tests.oracles.runs import CORPUS

__all__ = ["link_corpus"]

_MOST_BYTES = 8 << 20


def link_corpus(folder: Path, instances: int, photos: int) -> Path:
    """Copies in `folder`, which has no links out of itself: a run refuses those."""
    for kind, count in (("dicom", instances), ("photos", photos)):
        for path in _spread(kind, count):
            copy = folder / path.relative_to(CORPUS)
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes(path.read_bytes())
    return folder


def _spread(kind: str, count: int) -> Iterator[Path]:
    fit = sorted(
        path
        for path in (CORPUS / kind).rglob("*")
        if path.is_file() and path.suffix != ".tsv" and path.stat().st_size <= _MOST_BYTES
    )
    yield from (fit[n * len(fit) // count] for n in range(min(count, len(fit))))
