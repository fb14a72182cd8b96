"""`bme-med profiles`."""

from typing import Annotated

import typer  # noqa: TID253 - the command line is made with it

from bme_med.cli.commands import command, new_app

__all__ = ["app"]

app = new_app("List, show and check profiles.")

_Json = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]


@command(app, "list")
def list_(json: _Json = False) -> None:
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
    json: _Json = False,
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
