"""The DICOM engine: PS3.15 Annex E over the bytes of PS3.5 and PS3.10."""

from bme_med.dicom.describe import describe
from bme_med.dicom.device_regions import check_names
from bme_med.dicom.engine import plan
from bme_med.dicom.identity import Owner, fits_issuer, glance, glance_layout, identity_of, patients_by_study
from bme_med.dicom.lengths import check_lengths
from bme_med.dicom.rules import action_table
from bme_med.dicom.summary import Summary, summarize
from bme_med.dicom.uids import uids_in

__all__ = [
    "Owner",
    "Summary",
    "action_table",
    "check_lengths",
    "check_names",
    "describe",
    "fits_issuer",
    "glance",
    "glance_layout",
    "identity_of",
    "patients_by_study",
    "plan",
    "summarize",
    "uids_in",
]
