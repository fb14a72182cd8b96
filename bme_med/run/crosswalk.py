"""The crosswalk: original and new IDs, a line for each patient of whom something was written.

It undoes what a run did, for an honest broker on the secure side. So it has mode 0600, never lies inside OUT,
and comes to its name only when it is complete. New IDs are read from the outputs themselves.

Beside it lie two tables with the columns `MAPPING`, of patient IDs and of UIDs, as the validation script of
TCIA's MIDI-B benchmark reads them.
"""

import csv
import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

from bme_med.core import DatePolicy, Policy
from bme_med.dicom import glance_layout
from bme_med.run.owners import owner_in
from bme_med.run.places import mappings
from bme_med.run.uids import find_uids
from bme_med.run.writing import put_in_place

__all__ = ["COLUMNS", "MAPPING", "Crosswalk"]

COLUMNS = (
    "issuer_of_patient_id",
    "patient_id",
    "study_instance_uid",
    "subject",
    "new_patient_id",
    "date_offset_days",
)
"""The study stands there for a patient without an ID; the offset only where dates are shifted."""

MAPPING = ("id_old", "id_new")

_ID, _NEW_ID = COLUMNS.index("patient_id"), COLUMNS.index("new_patient_id")


class Crosswalk:
    """Makes the tables.

    Parameters
    ----------
    identities
        The patients of all sources, by name.
    policy
        Of the run.
    workers
        Processes that read instances again.
    check
        Raises when the run must stop.
    """

    def __init__(
        self,
        identities: Mapping[str, tuple[str, ...]],
        policy: Policy,
        *,
        workers: int,
        check: Callable[[], None],
    ) -> None:
        self._identities = identities
        self._policy = policy
        self._workers = workers
        self._check = check

    def write(self, path: Path, out: Path, instances: Mapping[str, str], sources: Mapping[str, str]) -> int:
        """Write the table of all patients to `path`, and the other two beside it.

        Parameters
        ----------
        path, out
            Of the table, and of the folder that holds the outputs.
        instances
            Paths of outputs below `out`, by the names of their sources.
        sources
            Paths of the sources, by their names.

        Returns
        -------
        int
            How many instances are left out, because they could not be read again.
        """
        outputs: dict[tuple[str, ...], str] = {}
        for name, output in instances.items():
            if name in self._identities:
                outputs.setdefault(self._identities[name], output)
        known = [name for name in instances if name in self._identities and name in sources]
        pairs = [(sources[name], str(out / instances[name])) for name in known]
        uids, unread = find_uids(pairs, self._policy.pseudonyms, workers=self._workers, check=self._check)
        rows = [self._row(who, out / outputs[who]) for who in sorted(outputs)]
        patients = {(row[_ID], row[_NEW_ID]): None for row in rows if row[_ID]}
        patients_path, uids_path = mappings(path)
        _write(patients_path, MAPPING, patients)
        _write(uids_path, MAPPING, sorted(uids.items()))
        _write(path, COLUMNS, rows)
        return len(instances) - len(known) + unread

    def _row(self, identity: tuple[str, ...], output: Path) -> tuple[str, ...]:
        person = self._policy.person(identity)
        new = owner_in(str(output), glance_layout())
        is_shifted = self._policy.profile.dates is DatePolicy.SHIFT
        days = str(self._policy.pseudonyms.shift_days(*person)) if is_shifted else ""
        issuer, patient, study = ("", "", identity[1]) if identity[0] == "study" else (*identity[1:], "")
        return issuer, patient, study, self._policy.subject(person), new.patient if new else "", days


def _write(path: Path, head: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    text = io.StringIO()
    table = csv.writer(text)
    table.writerow(head)
    table.writerows(rows)
    data = text.getvalue().encode("utf-8", "surrogateescape")
    put_in_place(data, path, path.with_name(f".{path.name}.part"), 0o600)
