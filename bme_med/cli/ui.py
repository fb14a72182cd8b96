"""`bme-med ui`."""

from typing import Annotated

import typer  # noqa: TID253 - the command line is made with it

__all__ = ["ui"]

_PORT = 8642
"""The same each time, so that a browser finds again what it kept for offline use."""


def ui(
    port: Annotated[
        int, typer.Option("--port", metavar="N", min=0, max=65535, help="Port on 127.0.0.1; 0: any free one.")
    ] = _PORT,
    no_browser: Annotated[
        bool, typer.Option("--no-browser", help="Only say where the page is, open no browser.")
    ] = False,
) -> None:
    """Show the browser edition: the same engine in a page, for people who would rather see than type.

    The page comes from 127.0.0.1 and works on files inside the browser. Nothing is uploaded: the server has
    nothing that would take a file, and the page proves at its start that it can reach no network. Ctrl-C
    ends it.

    Example:
      bme-med ui
    """
    import webbrowser

    from bme_med.run import Interruption
    from bme_med.web.server import SITE, SiteServer

    with SiteServer(SITE, port) as server:
        typer.echo(f"bme-med is at {server.url} on this computer alone; Ctrl-C ends it.")
        if not no_browser:
            webbrowser.open(server.url)
        try:
            server.serve_forever()
        except Interruption:
            typer.echo("ended", err=True)
