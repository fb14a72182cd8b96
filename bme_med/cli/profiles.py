"""`bme-med profiles`."""

from pathlib import Path
from typing import Annotated

import typer  # noqa: TID253 - the command line is made with it

from bme_med.cli.commands import command, new_app
from bme_med.cli.options import JsonOption

__all__ = ["app"]

app = new_app("List, show, check and compare profiles.")


@command(app, "list")
def list_(json: JsonOption = False) -> None:
    """List the ready-made profiles, and the options that a profile can add to them.

    Example:
      bme-med profiles list
    """
    from bme_med.cli.console import print_json
    from bme_med.cli.profile import print_profiles
    from bme_med.run import is_available, ready_made_options, ready_made_profiles

    found = {"profile": ready_made_profiles(), "option": ready_made_options()}
    if json:
        print_json(
            [
                {"kind": kind, "name": one.name, "title": one.title, "available": is_available(one)}
                for kind in found
                for one in found[kind]
            ]
        )
    else:
        print_profiles("Profiles", found["profile"])
        print_profiles('Options, for extends = ["a profile", "an option", ...]', found["option"])


@command(app)
def show(
    name: Annotated[str, typer.Argument(metavar="NAME|FILE", help="Ready-made profile, or a TOML file.")],
    json: JsonOption = False,
) -> None:
    """Show all that a profile says, with what it extends.

    Example:
      bme-med profiles show hipaa-safe-harbor
    """
    from bme_med.cli.console import print_json
    from bme_med.cli.profile import print_profile
    from bme_med.run import load_profile, profile_settings

    settings = profile_settings(load_profile(name))
    if json:
        print_json(settings)
    else:
        print_profile(settings)


@command(app)
def check(
    path: Annotated[str, typer.Argument(metavar="FILE", help="TOML file, or a ready-made profile.")],
) -> None:
    """Check a profile: its keys, values, attributes and what it extends.

    Example:
      bme-med profiles check ours.toml
    """
    from bme_med.run import check_profile

    profile = check_profile(path)
    typer.echo(f"{path}: profile {profile.name!r} is sound")


@command(app)
def schema() -> None:
    """Print the JSON Schema of profiles, with which editors complete and check them.

    Example:
      bme-med profiles schema > bme-med-profile.schema.json
    """
    from bme_med.cli.console import print_json
    from bme_med.core.profile_keys import json_schema

    print_json(json_schema())


@command(app)
def diff(
    first: Annotated[str, typer.Argument(metavar="A", help="Profile, or an edition of Table E.1-1 (.csv).")],
    second: Annotated[str, typer.Argument(metavar="B", help="The same, to compare it with.")],
    outputs: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Outputs of a run by A, or a folder of several with their audits."),
    ] = None,
    json: JsonOption = False,
) -> None:
    """Show what two profiles treat differently: each attribute as it is resolved, and other keys.

    Two CSV files are compared as editions of PS3.15 Table E.1-1; ps315_e1_1.csv is the one that ships. With
    --outputs: which earlier outputs B would treat differently, and so need another run. Exit code 1: there
    are some.

    Examples:
      bme-med profiles diff ps315-basic hipaa-safe-harbor
      bme-med profiles diff ours-2025.toml ours-2026.toml --outputs clean/
      bme-med profiles diff old/ps315_e1_1.csv ps315_e1_1.csv
    """
    from bme_med.cli.console import print_json
    from bme_med.cli.differences import print_differences, print_runs
    from bme_med.run import check_profile, compare_profiles, compare_tables, earlier_runs, is_table

    profiles = None if is_table(first) and is_table(second) else (check_profile(first), check_profile(second))
    found = compare_profiles(*profiles) if profiles else compare_tables(first, second)
    runs = earlier_runs(outputs, found, *(profiles or (None, None))) if outputs else []
    if json:
        told = {"runs": [run.to_json() for run in runs]} if outputs else {}
        print_json({**found.to_json(), **told})
    else:
        print_differences(found)
        print_runs(runs)
    raise typer.Exit(1 if any(run.outdated or run.refused for run in runs) else 0)
