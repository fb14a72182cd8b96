"""`bme-med key`."""

from pathlib import Path
from typing import Annotated

import typer  # noqa: TID253 - the command line is made with it

from bme_med.cli.commands import command, new_app

__all__ = ["app"]

app = new_app("Make keys for new names.")


@command(app)
def new(path: Annotated[Path, typer.Argument(metavar="F", help="New file for the key.")]) -> None:
    """Write a new random key, readable by its owner alone.

    The same key gives the same new names on any machine and in any year, so that files of one patient that
    arrive later join the earlier ones. Who has it can test guesses about who is who: keep it on the secure
    side, apart from the output.

    Example:
      bme-med key new study.key
    """
    from bme_med.run import create_key, new_key

    create_key(path, new_key())
    typer.echo(
        f"{path}: a new key. Keep it on the secure side; without it the same names cannot be made again."
    )
