"""The audit of a run: its lines, writing them, reading them back."""

from bme_med.audit.checking import Finding, check, check_file, is_unfinished
from bme_med.audit.reading import Audit, read, read_file
from bme_med.audit.records import (
    ActionTexts,
    AuditNames,
    NameStyle,
    Record,
    Status,
    footer_text,
    header_text,
    record_text,
)
from bme_med.audit.regions import Outside, boxes_of, outside_of
from bme_med.audit.writing import AuditWriter

__all__ = [
    "ActionTexts",
    "Audit",
    "AuditNames",
    "AuditWriter",
    "Finding",
    "NameStyle",
    "Outside",
    "Record",
    "Status",
    "boxes_of",
    "check",
    "check_file",
    "footer_text",
    "header_text",
    "is_unfinished",
    "outside_of",
    "read",
    "read_file",
    "record_text",
]
