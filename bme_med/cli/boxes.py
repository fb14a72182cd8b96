"""`bme-med boxes`."""

from pathlib import Path
from typing import Annotated

import typer  # noqa: TID253 - the command line is made with it

from bme_med.cli.commands import command, new_app

__all__ = ["app"]

app = new_app("Boxes files, which say what is painted over in which files.")


@command(app)
def check(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A boxes file.")],
) -> None:
    """Read a boxes file, and say what is wrong with it.

    Examples:
      bme-med boxes check boxes.json
    """
    from bme_med.run import read_boxes

    drawn = read_boxes(file)
    count = sum(len(rule.boxes) for rule in drawn.rules)
    typer.echo(f"{file}: a boxes file, {count} boxes under {len(drawn.rules)} conditions")


@command(app)
def schema() -> None:
    """Print the JSON Schema of a boxes file, for editors and programs that write one.

    Examples:
      bme-med boxes schema > bme-med-boxes.schema.json
    """
    from bme_med.cli.console import print_json
    from bme_med.core.boxes_file import boxes_schema

    print_json(boxes_schema())
