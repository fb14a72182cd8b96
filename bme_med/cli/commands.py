"""Registering a function as a command: its docstring is its help."""

from collections.abc import Callable
from inspect import cleandoc
from typing import TypeVar

import typer  # noqa: TID253 - the command line is made with it

__all__ = ["command", "help_of", "new_app"]

F = TypeVar("F", bound=Callable[..., None])


def new_app(help_: str) -> typer.Typer:
    """A group of commands. Plain help: rich would double the time until it shows."""
    return typer.Typer(
        help=help_, no_args_is_help=True, rich_markup_mode=None, pretty_exceptions_enable=False
    )


def command(app: typer.Typer, name: str | None = None) -> Callable[[F], F]:
    """Decorator that makes a function a command of `app`."""

    def register(function: F) -> F:
        return app.command(name, help=help_of(function))(function)

    return register


def help_of(function: Callable[..., None]) -> str:
    """The docstring, whose blocks under a heading with a colon, such as ``Examples:``, keep their lines."""
    paragraphs = cleandoc(function.__doc__ or "").split("\n\n")
    return "\n\n".join(
        f"\b\n{paragraph}" if paragraph.partition("\n")[0].endswith(":") else paragraph
        for paragraph in paragraphs
    )
