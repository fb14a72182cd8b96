"""A small audit, whole."""

from pathlib import Path

from bme_med.audit import AuditWriter, NameStyle, Record, Status, footer_text, header_text, record_text

__all__ = ["audit_lines", "write_audit"]

TIME = "2026-01-02T03:04:05.678Z"
PROFILE = {"profile": "test", "profile_sha256": "ab" * 32}

RECORDS = (
    Record(
        "a.dcm",
        Status.WRITTEN,
        format="dicom",
        output="S/1.dcm",
        source_sha256="1" * 64,
        output_sha256="2" * 64,
    ),
    Record(
        "b.jpg",
        Status.WRITTEN,
        format="jpeg",
        output="Study_001.jpg",
        source_sha256="3" * 64,
        findings=("seen",),
    ),
    Record("c.txt", Status.REFUSED, reason="no engine", format="unknown"),
    Record("d.jpg", Status.SKIPPED, reason="an exact duplicate of b.jpg", source_sha256="3" * 64),
    Record(
        "e\udcff.jpg", Status.REFUSED, reason="no engine", actions='[{"where":"APP1","code":"X","rule":"r"}]'
    ),
)
COUNTS = {"found": 5, "written": 2, "refused": 2, "skipped": 1}


def write_audit(path: Path, *, complete: bool = True) -> None:
    """Write the audit of a run over five files."""
    audit = AuditWriter.create(path)
    header = header_text(
        version="0", timestamp=TIME, names=NameStyle.KEEP, inputs=["in"], checks={"key": "k"}, **PROFILE
    )
    audit.append([header])
    audit.append(record_text(record, timestamp=TIME, **PROFILE) for record in RECORDS)
    if complete:
        footer = footer_text(timestamp=TIME, seconds=1.5, records=5, counts=COUNTS, prev=audit.prev)
        audit.append([footer])
    audit.flush()
    audit.close()


def audit_lines(folder: Path) -> list[bytes]:
    """The lines of that audit."""
    write_audit(folder / "audit")
    return (folder / "audit").read_bytes().splitlines(keepends=True)
