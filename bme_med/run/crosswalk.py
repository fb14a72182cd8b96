"""The crosswalk: original and new IDs, a line for each patient of whom something was written.

It undoes what a run did, for an honest broker on the secure side. So it has mode 0600, never lies inside OUT,
and comes to its name only when it is complete. New IDs are read from the outputs themselves.
"""

import csv
import io
from collections.abc import Mapping
from pathlib import Path

from bme_med.core import DatePolicy, Policy
from bme_med.dicom import glance_layout
from bme_med.run.owners import owner_in
from bme_med.run.writing import put_in_place

__all__ = ["COLUMNS", "Crosswalk"]

COLUMNS = (
    "issuer_of_patient_id",
    "patient_id",
    "study_instance_uid",
    "subject",
    "new_patient_id",
    "date_offset_days",
)
"""The study stands there for a patient without an ID; the offset only where dates are shifted."""


class Crosswalk:
    """Makes the table; `identities` are the patients of all sources by name."""

    def __init__(self, identities: Mapping[str, tuple[str, ...]], policy: Policy) -> None:
        self._identities = identities
        self._policy = policy

    def write(self, path: Path, out: Path, instances: Mapping[str, str]) -> int:
        """Write the table of all patients to `path`.

        Parameters
        ----------
        path, out
            Of the table, and of the folder that holds the outputs.
        instances
            Paths of outputs below `out`, by the names of their sources.

        Returns
        -------
        int
            How many instances are left out, because the first look could not read whose they are.
        """
        outputs: dict[tuple[str, ...], str] = {}
        missing = 0
        for name, output in instances.items():
            if name in self._identities:
                outputs.setdefault(self._identities[name], output)
            else:
                missing += 1
        text = io.StringIO()
        table = csv.writer(text)
        table.writerow(COLUMNS)
        table.writerows(self._row(who, out / outputs[who]) for who in sorted(outputs))
        data = text.getvalue().encode("utf-8", "surrogateescape")
        put_in_place(data, path, path.with_name(f".{path.name}.part"), 0o600)
        return missing

    def _row(self, identity: tuple[str, ...], output: Path) -> tuple[str, ...]:
        person = self._policy.person(identity)
        new = owner_in(str(output), glance_layout())
        is_shifted = self._policy.profile.dates is DatePolicy.SHIFT
        days = str(self._policy.pseudonyms.shift_days(*person)) if is_shifted else ""
        issuer, patient, study = ("", "", identity[1]) if identity[0] == "study" else (*identity[1:], "")
        return issuer, patient, study, self._policy.subject(person), new.patient if new else "", days
