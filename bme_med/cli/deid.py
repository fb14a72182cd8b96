"""`bme-med deid`."""

from pathlib import Path
from typing import Annotated, Literal

import typer  # noqa: TID253 - the command line is made with it

from bme_med.cli.options import DEFAULT_PROFILE, JsonOption, KeyFileOption, ProfileOption, WorkersOption

__all__ = ["deid"]


def deid(
    inputs: Annotated[
        list[Path], typer.Argument(metavar="INPUT", help="Folders, read to their depth, and files.")
    ],
    out: Annotated[Path, typer.Option(metavar="DIR", help="New folder for the clean files.")],
    profile: ProfileOption = DEFAULT_PROFILE,
    key_file: KeyFileOption = None,
    subjects: Annotated[
        Path | None,
        typer.Option(metavar="F.csv", help="Your own subject names: a table with columns source,subject."),
    ] = None,
    boxes: Annotated[
        Path | None,
        typer.Option(metavar="F.json", help="Boxes to paint over, by file, series or device."),
    ] = None,
    crosswalk: Annotated[
        Path | None,
        typer.Option(
            metavar="F",
            help="New table of original and new patient IDs, and two more beside it, for your eyes only.",
        ),
    ] = None,
    audit: Annotated[
        Path | None, typer.Option(metavar="F", help="Audit file.  [default: DIR.audit.jsonl]")
    ] = None,
    audit_names: Annotated[
        Literal["keep", "pseudonym"],
        typer.Option(help="How the audit names sources; one with pseudonyms can be shared."),
    ] = "keep",
    workers: WorkersOption = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with a run that stopped.")] = False,
    retry_refused: Annotated[
        bool, typer.Option("--retry-refused", help="With --resume: try again what was refused.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Plan everything, write nothing.")] = False,
    json: JsonOption = False,
) -> None:
    """De-identify DICOM files and photos into a new folder.

    The input is never changed. What cannot be cleaned with certainty is refused: nothing of it is written,
    and the audit says why. The audit names the sources, so it lies beside DIR, not in it.

    Examples:
      bme-med deid scans/ --out clean/
      bme-med deid scans/ photos/ --out clean/ --profile research-longitudinal --key-file study.key
      bme-med deid scans/ photos/ --out clean/ --subjects subjects.csv --crosswalk crosswalk.csv
      bme-med deid scans/ --out clean/ --boxes boxes.json
      bme-med deid scans/ --out clean/ --dry-run --json
      bme-med deid scans/ --out clean/ --resume      after a power cut or Ctrl-C
    """
    from bme_med.cli.running import run_job
    from bme_med.run import make_job

    job = make_job(
        inputs,
        out,
        profile=profile,
        key_file=key_file,
        subjects=subjects,
        boxes=boxes,
        crosswalk=crosswalk,
        audit=audit,
        audit_names=audit_names,
        workers=workers,
        resume=resume,
        retry_refused=retry_refused,
        dry_run=dry_run,
    )
    run_job(job, "planning" if dry_run else "de-identifying", json=json)
