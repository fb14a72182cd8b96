"""Writing the report: one HTML file without scripts, fonts or anything from elsewhere, for screen and paper.

Every text is escaped; a Content Security Policy forbids all but the page's own style and its own pictures.
"""

from base64 import b64encode
from collections import Counter
from collections.abc import Sequence
from hashlib import sha256
from importlib.resources import files
from pathlib import Path
from typing import Any

from bme_med import __version__
from bme_med.audit import Audit, Status
from bme_med.core import UsageError
from bme_med.core.resources import read_resource
from bme_med.report import contents
from bme_med.report.sheets import sheets
from bme_med.report.words import CODES

__all__ = ["render_report", "write_report"]

_MOST_ROWS = 300
_MOST_FINDINGS = 1000


def write_report(
    path: Path,
    audit: Audit,
    out: Path,
    *,
    source: Path | None,
    findings: Sequence[tuple[str, str, str]] | None,
) -> None:
    """Write the report of a run.

    Parameters
    ----------
    path
        Of the report; it replaces a report that is there.
    audit
        Of the run.
    out
        The outputs.
    source
        Where the sources lie; with it the contact sheets show what was there before, too.
    findings
        Of a check of the outputs: file, place and check of each; None where there was no check.

    Raises
    ------
    UsageError
        If `path` lies in one of the two folders, or cannot be written.
    """
    for folder in filter(None, (out, source)):
        if path.resolve().is_relative_to(folder.resolve()):
            raise UsageError(f"the report {path} would lie in {folder}: give a path outside it")
    text = render_report(audit, out, source, findings)
    part = path.with_name(f".{path.name}.part")
    try:
        part.write_bytes(text)
        part.replace(path)
    except OSError as error:
        raise UsageError(f"the report {path} cannot be written ({error.strerror})") from None


def render_report(
    audit: Audit,
    out: Path | None,
    source: Path | None = None,
    findings: Sequence[tuple[str, str, str]] | None = None,
) -> bytes:
    """The report as HTML in UTF-8; without `out` it has no pictures."""
    from jinja2 import Environment, StrictUndefined

    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    environment.filters["number"] = "{:,}".format
    template = environment.from_string(_resource("report.html.j2"))
    page = template.render(_context(audit, out, source, findings))
    return page.encode("utf-8", "backslashreplace")


def _context(
    audit: Audit, out: Path | None, source: Path | None, findings: Sequence[tuple[str, str, str]] | None
) -> dict[str, Any]:
    """What the template shows."""
    sources = contents.Sources(audit)
    made, hidden = sheets(audit, sources, out, source) if out else ([], 0)
    groups = contents.action_groups(audit)
    kinds = contents.kinds(groups)
    formats = Counter(record["format"] for record in audit.records.values() if record["output"])
    return {
        **_style(),
        "version": __version__,
        "edition": _edition(audit),
        "header": audit.header,
        "is_complete": audit.end is not None,
        "seconds": audit.end.get("seconds") if audit.end else None,
        "sources": sources,
        "counts": audit.counts(),
        "formats": formats.most_common(),
        "findings": None if findings is None else contents.findings_of(sources, findings),
        "refused": contents.counted(audit, sources, Status.REFUSED),
        "skipped": contents.counted(audit, sources, Status.SKIPPED),
        "notes": contents.counted(audit, sources, Status.WRITTEN),
        "codes": CODES,
        "kinds": kinds,
        "used": [code for code in CODES if any(kind.counts[code] for kind in kinds)],
        "most": max((sum(kind.counts.values()) for kind in kinds), default=1),
        "tables": contents.applied(groups),
        "sheets": made,
        "hidden": hidden,
        "source_asked": source is not None,
        "has_before": any(picture.before for sheet in made for picture in sheet.pictures),
        "most_rows": _MOST_ROWS,
        "most_findings": _MOST_FINDINGS,
    }


def _style() -> dict[str, Any]:
    """The style sheet, and the digest by which the page's policy allows it."""
    from markupsafe import Markup

    style = _resource("report.css")
    digest = b64encode(sha256(style.encode()).digest()).decode()
    return {"style": Markup(style), "style_hash": f"sha256-{digest}"}  # noqa: S704 - our own file


def _edition(audit: Audit) -> str:
    """Which edition the rules come from; another version of the program may have had another one."""
    note = read_resource("ps315_e1_1.csv").partition("\n")[0]
    edition = note.rpartition("PS3.15 ")[2].rstrip(".")
    if audit.header["version"] == __version__:
        return f"DICOM PS3.15, {edition}"
    return f"DICOM PS3.15, in the edition of bme-med {audit.header['version']}"


def _resource(name: str) -> str:
    return (files("bme_med.report") / name).read_text(encoding="utf-8")
