"""`bme-med redact`."""

from pathlib import Path
from typing import Annotated

import typer  # noqa: TID253 - the command line is made with it

from bme_med.cli.options import DEFAULT_PROFILE, JsonOption, KeyFileOption, ProfileOption

__all__ = ["redact"]


def redact(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A DICOM file or a photo.")],
    out: Annotated[Path, typer.Option(metavar="FILE", help="New file for the clean copy.")],
    box: Annotated[
        list[str] | None,
        typer.Option(
            metavar="X,Y,W,H[@FRAMES]",
            help="Box in pixels: left, top, width, height; can be given again. Frames: @all, @7, @1-20.",
        ),
    ] = None,
    boxes: Annotated[
        Path | None, typer.Option(metavar="F.json", help="Boxes file, as deid takes it.")
    ] = None,
    detect: Annotated[
        str, typer.Option(metavar="text,faces", help="What is to be found and painted over.")
    ] = "",
    profile: ProfileOption = DEFAULT_PROFILE,
    key_file: KeyFileOption = None,
    audit: Annotated[
        Path | None, typer.Option(metavar="F", help="Audit file.  [default: FILE.audit.jsonl]")
    ] = None,
    json: JsonOption = False,
) -> None:
    """Paint boxes over in one file, and de-identify it in the same step.

    What is painted over is gone for good: solid black, in every frame that the box is for, and in no copy
    or thumbnail left. All other pixels stay as they were. In a photo, boxes lie in the picture as a viewer
    shows it; in a DICOM file, in its frames. Negative X and Y count from the right and bottom edge; W or H
    of 0 reach to it.

    Examples:
      bme-med redact echo.dcm --out clean.dcm --box 0,0,0,60
      bme-med redact echo.dcm --out clean.dcm --box 0,0,300,40@1-20 --box=-200,0,0,40@all
      bme-med redact arm.jpg --out clean.jpg --box 120,80,400,90
      bme-med redact capture.dcm --out clean.dcm --detect text
    """
    from bme_med.cli.console import print_json
    from bme_med.cli.summary import print_summary
    from bme_med.run import make_redaction
    from bme_med.run import redact as run_redaction

    asked = make_redaction(
        file,
        out,
        box=box or (),
        boxes=boxes,
        detect=detect,
        profile=profile,
        key_file=key_file,
        audit=audit,
    )
    summary = run_redaction(asked)
    if json:
        print_json(summary.to_json())
    else:
        print_summary(summary)
    raise typer.Exit(summary.exit_code)
