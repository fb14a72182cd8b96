"""The outside world: finding files, workers, atomic writing, resume."""

from bme_med.run.boxes import DrawnBoxes, read_boxes
from bme_med.run.converting import Conversion
from bme_med.run.deidentifying import deidentify
from bme_med.run.differing import Differences, compare_profiles, compare_tables, is_table
from bme_med.run.inspecting import Inspection, inspect_path
from bme_med.run.job import Job, make_job
from bme_med.run.keys import create_key, new_key
from bme_med.run.outdated import EarlierRun, earlier_runs
from bme_med.run.profiles import (
    check_profile,
    is_available,
    load_profile,
    profile_settings,
    ready_made_options,
    ready_made_profiles,
)
from bme_med.run.redacting import Redaction, make_redaction, redact
from bme_med.run.stopping import Interruption, StoppedError
from bme_med.run.summary import Summary
from bme_med.run.surveying import Survey

__all__ = [
    "Conversion",
    "Differences",
    "DrawnBoxes",
    "EarlierRun",
    "Inspection",
    "Interruption",
    "Job",
    "Redaction",
    "StoppedError",
    "Summary",
    "Survey",
    "check_profile",
    "compare_profiles",
    "compare_tables",
    "create_key",
    "deidentify",
    "earlier_runs",
    "inspect_path",
    "is_available",
    "is_table",
    "load_profile",
    "make_job",
    "make_redaction",
    "new_key",
    "profile_settings",
    "read_boxes",
    "ready_made_options",
    "ready_made_profiles",
    "redact",
]
