"""`bme-med inspect`."""

from pathlib import Path
from typing import Annotated

import typer  # noqa: TID253 - the command line is made with it

from bme_med.cli.options import DEFAULT_PROFILE, JsonOption, ProfileOption

__all__ = ["inspect"]


def inspect(
    path: Annotated[Path, typer.Argument(metavar="FILE|DIR", help="File or folder to look at.")],
    profile: ProfileOption = DEFAULT_PROFILE,
    json: JsonOption = False,
) -> None:
    """Show what a profile would do; nothing is written.

    Of a file: every attribute or property before, what is done to it and by which rule, and after. Of a
    folder: what is in it, per patient, study, series and kind, and what a run would refuse. Both show what
    identifies people: look at it on your own screen only.

    Examples:
      bme-med inspect scans/0001.dcm
      bme-med inspect photo.jpg --profile research-longitudinal
      bme-med inspect scans/
    """
    from bme_med.cli.console import print_json
    from bme_med.cli.inspection import print_inspection, print_survey
    from bme_med.run import Inspection, inspect_path, load_profile

    result = inspect_path(path, load_profile(profile))
    if json:
        print_json(result.to_json())
    elif isinstance(result, Inspection):
        print_inspection(result)
    else:
        print_survey(result)
