"""Planning a folder in a process where nothing but the standard library's plain part can be imported.

``python -m tests.pure_planning FOLDER`` plans twice. The first round loads tables; the second, under another
key, is `watched`, and its outcomes are printed.
"""

import importlib.resources
import inspect
import json
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import FrameType, ModuleType

__all__ = ["BLOCKED", "OutsideError", "block", "watched"]

BLOCKED = frozenset(
    (
        *("PIL", "ctypes", "highdicom", "multiprocessing", "numpy", "pydicom", "pyexiv2"),
        *("random", "rich", "socket", "ssl", "subprocess", "typer"),
    )
)

_OUTSIDE = frozenset(("_io", "io", "nt", "posix", "time"))
"""Modules in C whose functions reach files, environment, system or clock."""

_CLOCKS = (datetime.now, datetime.utcnow, datetime.today, date.today)
_ENVIRONMENT = frozenset(
    function.__code__ for function in (os.getenv, *vars(os._Environ).values()) if inspect.isfunction(function)
)


class OutsideError(Exception):
    """Something was asked for that no argument gave."""


@contextmanager
def watched() -> Iterator[None]:
    """Context in which a look at the clock, the environment or a file raises OutsideError."""
    sys.setprofile(_watch)
    try:
        yield
    finally:
        sys.setprofile(None)


def _watch(frame: FrameType, event: str, called: object) -> None:
    is_outside = frame.f_code in _ENVIRONMENT
    if event == "c_call":
        is_outside = getattr(called, "__module__", None) in _OUTSIDE or called in _CLOCKS
    if is_outside and not _is_reading_table(frame):
        raise OutsideError(f"{frame.f_code.co_filename}:{frame.f_lineno}")


def _is_reading_table(frame: FrameType | None) -> bool:
    """Whether `frame` works for the one function that reads what ships with the package."""
    from bme_med.core.resources import read_resource

    while frame and frame.f_code is not read_resource.__code__:
        frame = frame.f_back
    return frame is not None


class _Blocker:
    """Stands before all finders of modules."""

    def find_spec(
        self, name: str, _path: Sequence[str] | None, _target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if name.partition(".")[0] in BLOCKED:
            raise ImportError(f"{name} has no place in the core")
        return None


def block() -> None:
    """Make the modules of `BLOCKED` impossible to import; what other modules hold of them is theirs."""
    importlib.resources.files("json")
    for name in [name for name in sys.modules if name.partition(".")[0] in BLOCKED]:
        del sys.modules[name]
    sys.meta_path.insert(0, _Blocker())


def _main(folder: Path) -> None:
    block()
    import bme_med.core
    import bme_med.dicom
    import bme_med.engines
    import bme_med.photo  # noqa: F401 - so that all its modules are loaded
    from tests.pyodide.planning import KEY, outcomes, policies, read_files

    files = read_files(folder)
    outcomes(files, policies(bytes(32)))
    under = policies(KEY)
    with watched():
        planned = outcomes(files, under)
    print(json.dumps(planned))


if __name__ == "__main__":
    _main(Path(sys.argv[1]))
