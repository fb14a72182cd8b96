"""The outside world: finding files, workers, atomic writing, resume."""

from bme_med.run.boxes import DrawnBoxes, read_boxes
from bme_med.run.converting import Conversion
from bme_med.run.deidentifying import deidentify
from bme_med.run.inspecting import Inspection, inspect_path
from bme_med.run.job import Job, make_job
from bme_med.run.keys import create_key, new_key
from bme_med.run.profiles import (
    check_profile,
    is_available,
    load_profile,
    profile_settings,
    ready_made_options,
    ready_made_profiles,
)
from bme_med.run.redacting import Redaction, make_redaction, redact
from bme_med.run.stopping import StoppedError
from bme_med.run.summary import Summary
from bme_med.run.surveying import Survey

__all__ = [
    "Conversion",
    "DrawnBoxes",
    "Inspection",
    "Job",
    "Redaction",
    "StoppedError",
    "Summary",
    "Survey",
    "check_profile",
    "create_key",
    "deidentify",
    "inspect_path",
    "is_available",
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
