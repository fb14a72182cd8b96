"""The command line. Everything but typer is imported when a command needs it, so that help comes at once."""

import os
import signal
import sys
from types import FrameType

__all__ = ["main"]


def main() -> None:
    """Run `bme-med`; an error ends with one line and an exit code, never with a traceback."""
    from bme_med.cli.app import app

    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _interrupted)
    try:
        app(prog_name="bme-med")
    except SystemExit:
        raise
    except BaseException as error:  # noqa: BLE001 - the last place where an error can become a sentence
        sys.exit(_explain(error))


def _interrupted(number: int, _: FrameType | None) -> None:
    from bme_med.run.stopping import Interruption

    raise Interruption(f"interrupted by {signal.Signals(number).name}")


def _explain(error: BaseException) -> int:
    """Say what went wrong; the exit code."""
    from bme_med.core import BmeError
    from bme_med.run.stopping import Interruption, StoppedError

    if isinstance(error, BrokenPipeError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 3
    if isinstance(error, BmeError | Interruption):
        print(f"bme-med: {error}", file=sys.stderr)
        return 3 if isinstance(error, StoppedError | Interruption) else 2
    if os.environ.get("BME_MED_DEBUG"):
        raise error
    print(
        f"bme-med: internal error ({type(error).__name__}): this is a fault of bme-med, please report it. "
        "BME_MED_DEBUG=1 shows where; look for names before you pass that on.",
        file=sys.stderr,
    )
    return 3
