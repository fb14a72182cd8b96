"""`bme-med review`."""

from pathlib import Path
from typing import Annotated

import typer  # noqa: TID253 - the command line is made with it

from bme_med.cli.options import JsonOption

__all__ = ["review"]


def review(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Folder of clean files.")],
    approved: Annotated[
        Path | None, typer.Option(metavar="F", help="List of approved values: those are not shown.")
    ] = None,
    approve: Annotated[
        Path | None,
        typer.Option(metavar="F", help="The same, and what is shown now is added to it; made if not there."),
    ] = None,
    rule: Annotated[
        str | None,
        typer.Option(metavar="VALUE", help="Print lines for a profile that take this value away."),
    ] = None,
    json: JsonOption = False,
) -> None:
    """List every text that still stands in clean files, once, with its places and how many files hold it.

    The rarest come first: what stands in one file of thousands names somebody more often than what stands in
    all. Left out is what bme-med wrote itself, and codes of the standard with the meaning that it gives them.

    Exit code 1 if anything is shown that is not approved.

    Examples:
      bme-med review clean/                            read it
      bme-med review clean/ --approve approved.txt     approve all that is shown
      bme-med review more/ --approved approved.txt     what is new
      bme-med review clean/ --rule "as Dr. likes it"   lines for your profile
    """
    from bme_med.cli.console import print_json
    from bme_med.cli.progress import shown_progress
    from bme_med.cli.standing import print_rule, print_survey
    from bme_med.verify import add_approved, check_place, read_approved, unapproved
    from bme_med.verify import review as survey_of

    known = read_approved(approved) if approved else frozenset()
    if approve:
        check_place(approve)
    if approve and approve.exists():
        known |= read_approved(approve)
    with shown_progress("reading") as progress:
        survey = survey_of(folder, progress)
    if rule is not None:
        print_rule(survey, rule)
        return
    shown = unapproved(survey.standing, known)
    if json:
        print_json(
            {"files": survey.files, "unread": survey.unread, "values": [one.to_json() for one in shown]}
        )
    else:
        print_survey(survey, shown)
    if approve:
        add_approved(approve, shown)
    raise typer.Exit(1 if shown and not approve else 0)
