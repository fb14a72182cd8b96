"""The independent check of outputs. It shares no parsing with the engines that it judges."""

from bme_med.verify.findings import Check, Finding
from bme_med.verify.verifying import Report, audit_beside, verify

__all__ = ["Check", "Finding", "Report", "audit_beside", "verify"]
