"""All commands."""

from typing import Annotated

import typer  # noqa: TID253 - the command line is made with it

from bme_med import __version__
from bme_med.cli import audit, boxes, key, profiles
from bme_med.cli.commands import command, help_of, new_app
from bme_med.cli.convert import convert
from bme_med.cli.deid import deid
from bme_med.cli.inspect import inspect
from bme_med.cli.redact import redact
from bme_med.cli.review import review
from bme_med.cli.selftest import selftest
from bme_med.cli.ui import ui
from bme_med.cli.verify import verify

__all__ = ["app"]

app = new_app("")


def _show_version(value: bool) -> None:
    if value:
        typer.echo(f"bme-med {__version__}")
        raise typer.Exit


def _root(
    _: Annotated[
        bool, typer.Option("--version", help="Show the version.", callback=_show_version, is_eager=True)
    ] = False,
) -> None:
    """De-identify DICOM files and clinic photos where they lie.

    Nothing is uploaded. What cannot be cleaned with certainty is refused, with a reason.

    Start here:
      bme-med inspect scans/                what is in a folder, before anything is done
      bme-med deid scans/ --out clean/      de-identify it into a new folder
      bme-med deid --help                   all options, with examples

    Exit codes:
      0  everything was done
      1  done, but some files were refused, or a check found something
      2  bad usage, profile or key; nothing was written
      3  it stopped early (disk full, interrupted); --resume goes on
    """


app.callback(help=help_of(_root))(_root)
command(app)(deid)
command(app)(inspect)
command(app)(redact)
command(app)(convert)
command(app)(verify)
command(app)(review)
command(app)(selftest)
command(app)(ui)
app.add_typer(profiles.app, name="profiles")
app.add_typer(boxes.app, name="boxes")
app.add_typer(audit.app, name="audit")
app.add_typer(key.app, name="key")
