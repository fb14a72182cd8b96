"""`bme-med audit`."""

from pathlib import Path
from typing import Annotated

import typer  # noqa: TID253 - the command line is made with it

from bme_med.cli.commands import command, new_app
from bme_med.cli.options import JsonOption

__all__ = ["app"]

app = new_app("Show and check the audit of a run.")

_File = Annotated[Path, typer.Argument(metavar="F", help="Audit file, such as clean.audit.jsonl.")]


@command(app)
def show(path: _File, json: JsonOption = False) -> None:
    """Show what became of every file.

    Example:
      bme-med audit show clean.audit.jsonl
    """
    from bme_med.audit import read_file
    from bme_med.cli.audits import print_audit
    from bme_med.cli.console import print_json

    audit = read_file(path)
    if json:
        print_json(audit.to_json())
    else:
        print_audit(audit)


@command(app)
def check(path: _File, json: JsonOption = False) -> None:
    """Check that no line of an audit was changed, removed, moved or cut off since it was written.

    The chain of SHA-256 shows accidents and clumsy edits; who rewrites the whole file can forge it.

    Example:
      bme-med audit check clean.audit.jsonl
    """
    from bme_med.audit import check_file
    from bme_med.cli.audits import print_findings
    from bme_med.cli.console import print_json

    findings = check_file(path)
    if json:
        print_json([{"line": finding.line, "problem": finding.problem} for finding in findings])
    else:
        print_findings(path, findings)
    raise typer.Exit(1 if findings else 0)
