"""Calling the command line as a user does, in this process or as one of its own."""

import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

from bme_med import cli

__all__ = ["Result", "call", "program", "start"]


class Result(NamedTuple):
    """How a call ended."""

    code: int
    out: str
    err: str


def program() -> str:
    """Path of the installed command."""
    return str(Path(sys.executable).with_name("bme-med"))


def call(capsys: pytest.CaptureFixture[str], *words: object) -> Result:
    """Call with `words` in this process, through the door that the installed command uses."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", ["bme-med", *map(str, words)])
        with pytest.raises(SystemExit) as ended:
            cli.main()
    out, err = capsys.readouterr()
    assert ended.value.code is None or isinstance(ended.value.code, int)
    return Result(ended.value.code or 0, out, err)


def start(*words: object) -> "subprocess.Popen[bytes]":
    """Start the installed command with `words`."""
    command = [program(), *map(str, words)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
