"""`bme-med convert`."""

from pathlib import Path
from typing import Annotated, Literal

import typer  # noqa: TID253 - the command line is made with it

from bme_med.cli.options import DEFAULT_PROFILE, JsonOption, ProfileOption

__all__ = ["convert"]


def convert(
    inputs: Annotated[
        list[Path], typer.Argument(metavar="INPUT", help="Folders, read to their depth, and photos.")
    ],
    out: Annotated[Path, typer.Option(metavar="DIR", help="New folder for the converted photos.")],
    to: Annotated[Literal["jpeg", "png"], typer.Option(help="Format of the converted photos.")],
    max_side: Annotated[
        int | None,
        typer.Option(metavar="N", min=16, max=65_500, help="Longest side in pixels; larger photos shrink."),
    ] = None,
    quality: Annotated[int, typer.Option(metavar="Q", min=1, max=100, help="Quality of a JPEG.")] = 90,
    profile: ProfileOption = DEFAULT_PROFILE,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with a run that stopped.")] = False,
    json: JsonOption = False,
) -> None:
    """Convert photos to JPEG or PNG, de-identified in the same step.

    HEIC, AVIF, WebP, TIFF, GIF, BMP, JPEG and PNG are decoded and saved anew, the right way round, in sRGB.
    Nothing but the picture is carried over. The audit beside DIR says that pixels were saved anew.

    Examples:
      bme-med convert photos/ --out slides/ --to jpeg --max-side 1920
      bme-med convert scan.tiff --out clean/ --to png
    """
    from bme_med.cli.running import run_job
    from bme_med.run import Conversion, make_job

    conversion = Conversion(to, quality, max_side)
    job = make_job(inputs, out, profile=profile, resume=resume, conversion=conversion)
    run_job(job, "converting", json=json)
