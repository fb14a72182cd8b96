"""`bme-med selftest`."""

from pathlib import Path
from typing import Annotated

import typer  # noqa: TID253 - the command line is made with it

from bme_med.cli.options import DEFAULT_PROFILE, JsonOption, ProfileOption

__all__ = ["selftest"]


def selftest(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Folder with files like those of a run.")],
    profile: ProfileOption = DEFAULT_PROFILE,
    json: JsonOption = False,
) -> None:
    """Try a profile on copies of your own files, with tokens planted wherever something can identify.

    A few files of each kind are copied into a temporary folder. Each copy gets tokens: in every attribute of
    PS3.15 Table E.1-1, at the top and in items, in private blocks, file meta, overlays, padding, and in every
    place of a photo that holds metadata. They are de-identified as by deid; what is left is shown, and why
    the profile allows it. The folder is deleted; nothing else is written. Exit code 1: something was left
    that the profile does not allow, or nothing could be tried.

    Examples:
      bme-med selftest scans/
      bme-med selftest scans/ --profile our-study.toml
    """
    from bme_med.cli.console import print_json
    from bme_med.cli.selftests import print_selftest
    from bme_med.selftest import selftest

    result = selftest(folder, profile)
    if json:
        print_json(result.to_json())
    else:
        print_selftest(result)
    raise typer.Exit(result.exit_code)
