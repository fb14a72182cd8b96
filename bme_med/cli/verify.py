"""`bme-med verify`."""

from pathlib import Path
from typing import Annotated

import typer  # noqa: TID253 - the command line is made with it

from bme_med.cli.options import JsonOption, WorkersOption

__all__ = ["verify"]


def verify(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Folder of clean files.")],
    source: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="The sources: what identifies in them is searched in every output."),
    ] = None,
    audit: Annotated[
        Path | None, typer.Option(metavar="F", help="Audit of the run.  [default: DIR.audit.jsonl, if there]")
    ] = None,
    profile: Annotated[
        str | None,
        typer.Option(metavar="NAME|FILE", help="Profile of the run.  [default: what the audit names]"),
    ] = None,
    report: Annotated[
        Path | None,
        typer.Option(metavar="F.html", help="Report of the run and of this check, one HTML file."),
    ] = None,
    workers: WorkersOption = None,
    json: JsonOption = False,
) -> None:
    """Check clean files with other eyes: nothing here shares a parser with what made them.

    DICOM is read by pydicom, photos by Exiv2 and Pillow; exiftool and dciodvfy help where they are installed.
    Every attribute must be in a state that the profile allows, marks must be true, nothing may lie in a photo
    that its picture does not need, and the audit must account for every file. With the sources at hand,
    names, IDs, dates and the like are taken from them and searched in every byte, and pixels are compared.

    A finding names file, place and check, never the value. Exit code 1 if there is any.

    Examples:
      bme-med verify clean/
      bme-med verify clean/ --source scans/
      bme-med verify clean/ --source scans/ --report report.html
      bme-med verify clean/ --source scans/ --profile ours.toml --json
    """
    from bme_med.audit import read_file
    from bme_med.cli.console import print_json
    from bme_med.cli.progress import shown_progress
    from bme_med.cli.verification import chosen_profile, print_report
    from bme_med.core import UsageError
    from bme_med.report import write_report
    from bme_med.verify import audit_beside
    from bme_med.verify import verify as check

    audit = audit or audit_beside(folder)
    if report and audit is None:
        raise UsageError("--report tells what a run did: give the audit of that run with --audit")
    chosen = chosen_profile(profile, audit)
    with shown_progress("checking") as progress:
        result = check(folder, chosen, source=source, audit=audit, workers=workers, progress=progress)
    if report and audit:
        findings = [(found.file, found.place, found.check) for found in result.findings]
        write_report(report, read_file(audit), folder, source=source, findings=findings)
    if json:
        print_json(result.to_json())
    else:
        print_report(result)
    raise typer.Exit(1 if result.findings else 0)
