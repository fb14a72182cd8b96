"""The self-test: plant, run, search. All of it in a temporary folder, which is deleted."""

import tempfile
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from io import BytesIO
from pathlib import Path

from bme_med import engines
from bme_med.audit import Status, read_file
from bme_med.audit.reasons import reason_group
from bme_med.core import Format, Option, Plan, Policy, Profile, Pseudonyms, Refusal, UsageError
from bme_med.run import StoppedError, check_profile, deidentify, make_job, new_key
from bme_med.selftest.allowing import why_allowed
from bme_med.selftest.instances import InstanceDraft, instance_places
from bme_med.selftest.photos import PhotoDraft, photo_places
from bme_med.selftest.places import Draft, Numbers, Place, encoded
from bme_med.selftest.results import Result
from bme_med.selftest.sampling import Sample, samples_in
from bme_med.selftest.searching import surviving
from bme_med.selftest.values import ROOT, word

__all__ = ["selftest"]

_NOT_COPIED = "it cannot be written anew, so nothing could be planted in it"


def selftest(folder: Path, profile: str) -> Result:
    """Try `profile` on copies of files below `folder`, in which tokens are planted.

    Raises
    ------
    UsageError, ProfileError
        If `folder` is none, or the profile cannot be used.
    StoppedError
        If the run was interrupted, or the disk is full.
    """
    if not folder.is_dir():
        raise UsageError(f"{folder} is no folder: give one that holds files like yours")
    tester = _Tester(check_profile(profile))
    with tempfile.TemporaryDirectory(prefix="bme-med-selftest-") as home:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tester.plant_all(folder, Path(home) / "in")
        if tester.planted:
            tester.run(Path(home), profile)
    return tester.result


def _looking_at_no_pixels(profile: Profile) -> Profile:
    """`profile`, and no detector has to look at every frame: nothing is planted in pixels."""
    return replace(profile, options=profile.options - {Option.CLEAN_PIXEL_DATA})


@dataclass(frozen=True, slots=True)
class _Carrier:
    """A file that was planted: what it is a copy of, and its places."""

    kind: str
    is_instance: bool
    places: tuple[Place, ...]


class _Tester:
    """Plants, runs, and counts."""

    def __init__(self, profile: Profile) -> None:
        self.profile = _looking_at_no_pixels(profile)
        self.result = Result(profile.name)
        self.planted: dict[str, _Carrier] = {}
        self._numbers = Numbers()
        self._policy = Policy(self.profile, Pseudonyms(new_key()))

    def plant_all(self, samples: Path, folder: Path) -> None:
        """Write copies of files below `samples` into `folder`, with a token in each place that takes one."""
        for sample in samples_in(samples, self._is_accepted):
            try:
                groups, new = self._places(sample)
                encoded(new, ())
            except Exception:  # noqa: BLE001 - pydicom raises what it likes
                self.result.refuse(sample.kind, _NOT_COPIED)
                continue
            for places in groups.values():
                for data, taken in self._accepted(sample, new, places):
                    self._write(folder, sample, data, taken)

    def _is_accepted(self, sample: Sample) -> bool:
        """Whether the profile refuses `sample` as it is, which then counts as refused."""
        self.result.kinds[sample.kind] += 1
        planned = engines.plan(sample.data, self._policy)
        if isinstance(planned, Refusal):
            self.result.refuse(sample.kind, reason_group(planned.reason))
        return isinstance(planned, Plan)

    def _places(self, sample: Sample) -> tuple[dict[str, list[Place]], Callable[[], Draft]]:
        """What can be planted in `sample`, and how a copy of it is made."""
        if sample.format is not Format.DICOM:
            return photo_places(sample.data, sample.format, self._numbers), lambda: PhotoDraft(sample.data)
        from pydicom import dcmread

        dataset = dcmread(BytesIO(sample.data), force=True)
        return instance_places(self._numbers), lambda: self._instance(InstanceDraft(dataset))

    def _instance(self, draft: InstanceDraft) -> InstanceDraft:
        """`draft` under a UID of its own: it is an instance beside the others."""
        draft.dataset.SOPInstanceUID = f"{ROOT}{self._numbers.next()}"
        return draft

    def _accepted(
        self, sample: Sample, new: Callable[[], Draft], places: Sequence[Place]
    ) -> Iterator[tuple[bytes, list[Place]]]:
        """Copies that the profile does not refuse, and what is planted in each; of the others, halves."""
        reason = ""
        try:
            data = encoded(new, places)
            planned = engines.plan(data, self._policy)
            if isinstance(planned, Plan):
                found = surviving(places, data, is_instance=sample.format is Format.DICOM)
                self.result.unplanted += len(places) - len(found)
                if found:
                    yield data, found
                return
            reason = reason_group(planned.reason)
        except Exception:  # noqa: BLE001 - pydicom and Exiv2 raise what they like
            reason = ""
        if len(places) > 1:
            half = len(places) // 2
            yield from self._accepted(sample, new, places[:half])
            yield from self._accepted(sample, new, places[half:])
        elif reason:
            self.result.refuse(f"a copy with {places[0].where}", reason)
        else:
            self.result.unplanted += 1

    def _write(self, folder: Path, sample: Sample, data: bytes, places: Sequence[Place]) -> None:
        token = word(self._numbers.next())
        name = Place("name of folder and file", token, lambda _: None, keeper=("names", "keep"))
        path = folder / token / f"{token}.bin"
        path.parent.mkdir(parents=True)
        path.write_bytes(data)
        is_instance = sample.format is Format.DICOM
        self.planted[f"{token}/{path.name}"] = _Carrier(sample.kind, is_instance, (*places, name))

    def run(self, home: Path, profile: str) -> None:
        """De-identify what was planted, as `bme-med deid` does, and search the outputs."""
        job = make_job([home / "in"], home / "out", profile=profile)
        job = replace(job, profile=_looking_at_no_pixels(job.profile))
        summary = deidentify(job)
        if summary.stopped:
            raise StoppedError(summary.stopped)
        for name, record in read_file(job.places.audit).records.items():
            carrier = self.planted[name]
            if record["status"] != Status.WRITTEN:
                self.result.refuse(carrier.kind, reason_group(record["reason"]))
                continue
            self.result.files += 1
            self.result.planted += len(carrier.places)
            for place in self._left(carrier, home / "out", record["output"]):
                why = why_allowed(self.profile, place)
                (self.result.allowed if why else self.result.leaked)[place.where, why or carrier.kind] += 1

    def _left(self, carrier: _Carrier, out: Path, output: str) -> Iterator[Place]:
        *places, name = carrier.places
        yield from surviving(places, (out / output).read_bytes(), is_instance=carrier.is_instance)
        if name.token.lower() in output.lower():
            yield name
