"""One output and its source, read and judged: what workers do."""

from dataclasses import dataclass, replace
from pathlib import Path

from bme_med.core import Format, Profile, sniff
from bme_med.verify.dicom import DicomJudge
from bme_med.verify.findings import Check, Problem
from bme_med.verify.harvest import NOBODY
from bme_med.verify.judged import Judged, Told
from bme_med.verify.methods import Maker
from bme_med.verify.photo import PhotoJudge
from bme_med.verify.places import name_problems
from bme_med.verify.reading import open_data
from bme_med.verify.tables import load_tables
from bme_med.verify.telling import path_tells

__all__ = ["PHOTOS", "FileJudge", "Pair", "lost"]

PHOTOS = frozenset((Format.JPEG, Format.PNG, Format.WEBP, Format.GIF, Format.BMP, Format.TIFF, Format.HEIF))
_HEAD_BYTES = 144


@dataclass(frozen=True, slots=True)
class Pair:
    """An output, its source where one was found, and what the audit tells of it."""

    name: str
    path: Path
    source: Path | None
    told: Told

    @property
    def bytes(self) -> int:
        """How much there is to read."""
        return sum(path.stat().st_size for path in (self.path, self.source) if path and path.is_file())


class FileJudge:
    """Judges pairs under one profile; `secrets` are words in the names of all sources."""

    def __init__(
        self,
        profile: Profile,
        secrets: frozenset[str],
        *,
        has_own_subjects: bool,
        maker: Maker | None = None,
    ) -> None:
        self.secrets = secrets
        self.dicom = DicomJudge(profile, has_own_subjects=has_own_subjects, maker=maker)
        self.photos = PhotoJudge(profile)

    def __call__(self, pair: Pair) -> Judged:
        """The judgement; what cannot be judged is a problem, and never an exception."""
        try:
            judged = self._judge(pair)
        except Exception as error:  # noqa: BLE001 - readers fail in any way, and their words may hold a value
            judged = _unjudged(f"the check failed on it ({type(error).__name__}): look at it")
        names = name_problems(pair.name, pair.path, pair.source, self.secrets, load_tables())
        if path_tells(pair.name, judged.identifiers):
            names.append(Problem("path", Check.NAME, "an identifier of its source stands in it"))
        return replace(judged, problems=(*names, *judged.problems), identifiers=NOBODY)

    def _judge(self, pair: Pair) -> Judged:
        data, source = open_data(pair.path), open_data(pair.source) if pair.source else None
        format_ = sniff(data[:_HEAD_BYTES])
        if format_ is Format.DICOM:
            judged = self.dicom.judge(data, source, pair.told)
        elif format_ in PHOTOS:
            judged = self.photos.judge(data[:], source[:] if source is not None else None, pair.told)
        else:
            judged = _unjudged("neither a DICOM file nor a photo")
        return replace(judged, format=format_)


def lost(_: Pair) -> Judged:
    """The judgement of a pair that its process died of."""
    return _unjudged("its check was killed: give it more memory, or look at it")


def _unjudged(problem: str) -> Judged:
    return Judged((Problem("", Check.READABLE, problem),))
