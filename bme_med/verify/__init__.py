"""The independent check of outputs. It shares no parsing with the engines that it judges."""

from bme_med.verify.approving import add_approved, check_place, read_approved, unapproved
from bme_med.verify.findings import Check, Finding
from bme_med.verify.reviewing import Standing, Survey, review
from bme_med.verify.verifying import Report, audit_beside, verify

__all__ = [
    "Check",
    "Finding",
    "Report",
    "Standing",
    "Survey",
    "add_approved",
    "audit_beside",
    "check_place",
    "read_approved",
    "review",
    "unapproved",
    "verify",
]
