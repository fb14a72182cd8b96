"""Options that several commands have, and mean the same by."""

from pathlib import Path
from typing import Annotated

import typer  # noqa: TID253 - the command line is made with it

__all__ = ["DEFAULT_PROFILE", "JsonOption", "KeyFileOption", "ProfileOption", "WorkersOption"]

DEFAULT_PROFILE = "hipaa-safe-harbor"

ProfileOption = Annotated[str, typer.Option(metavar="NAME|FILE", help="Ready-made profile, or a TOML file.")]
KeyFileOption = Annotated[
    Path | None,
    typer.Option(metavar="F", help="Key for new names; without it a random one is used and forgotten."),
]
WorkersOption = Annotated[
    int | None, typer.Option(metavar="N", min=1, help="Processes.  [default: all processors]")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
