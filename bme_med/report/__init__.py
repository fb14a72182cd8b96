"""The report of a run: one HTML file that a person reads, prints and hands on."""

from bme_med.report.writing import write_report

__all__ = ["write_report"]
