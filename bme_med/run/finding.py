"""Finding what lies below the inputs: every file, to full depth, in an order that never depends on the disk.

Nothing is left out silently. What must not be opened (a link that leaves the input, a device, a folder that
cannot be read) is found too, with the reason why it is refused or skipped.
"""

import os
import stat
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Found", "find", "is_inside"]

_LEAVES = (
    "a symbolic link that leaves the input: copy what it points to into the input, or name it as an input"
)
_BROKEN = "a symbolic link that leads nowhere: remove it, or bring its target back"
_TWICE = "a symbolic link to something in the input, which is done under its own name"


@dataclass(frozen=True, slots=True)
class Found:
    """One thing below the inputs.

    Attributes
    ----------
    name
        Path below the inputs with ``/``; bytes that are no text are surrogate escapes.
    path
        Absolute path, every link resolved.
    size
        In bytes, as far as planning work needs it.
    refused, skipped
        Why it is not opened; both empty for an ordinary file.
    """

    name: str
    path: str
    size: int = 0
    refused: str = ""
    skipped: str = ""


def find(inputs: Sequence[Path], check: Callable[[], None] = lambda: None) -> list[Found]:
    """Everything below `inputs`, which may be folders and files, sorted by name.

    A name is the path below the one input folder, or below the folder that holds all inputs. What two inputs
    share is found once. `check` is called for every folder; what it raises ends the search.
    """
    roots = [os.path.realpath(path) for path in inputs]
    base = _base(roots)
    found: dict[str, Found] = {}
    for root in roots:
        for item in _walk(root, base, roots, check):
            found[item.name] = item
    return sorted(found.values(), key=lambda item: item.name)


def is_inside(path: str, folder: str) -> bool:
    """Whether `path` is `folder` or lies below it; both absolute, links resolved."""
    return path == folder or path.startswith(folder.rstrip(os.sep) + os.sep)


def _base(roots: Sequence[str]) -> str:
    """The folder that names are relative to."""
    if len(roots) == 1 and Path(roots[0]).is_dir():
        return roots[0]
    return os.path.commonpath([str(Path(root).parent) for root in roots])


def _walk(root: str, base: str, roots: Sequence[str], check: Callable[[], None]) -> Iterator[Found]:
    """Every entry at and below `root`, folders themselves left out."""
    cut = len(base.rstrip(os.sep)) + 1
    if not Path(root).is_dir():
        yield _entry(root, root[cut:], roots)
        return
    folders = [root]
    while folders:
        check()
        folder = folders.pop()
        try:
            with os.scandir(folder) as entries:
                for entry in entries:
                    if entry.is_dir(follow_symlinks=False):
                        folders.append(entry.path)
                    else:
                        yield _entry(entry.path, entry.path[cut:], roots)
        except OSError as error:
            reason = (
                f"the folder cannot be read ({error.strerror}), nothing in it was looked at: make it readable"
            )
            yield Found(folder[cut:] + "/", folder, refused=reason)


def _entry(path: str, name: str, roots: Sequence[str]) -> Found:
    try:
        state = os.lstat(path)
    except OSError as error:
        return Found(name, path, refused=f"the file cannot be looked at ({error.strerror})")
    if stat.S_ISREG(state.st_mode):
        return Found(name, path, state.st_size)
    if stat.S_ISLNK(state.st_mode):
        return _link(path, name, roots)
    return Found(name, path, refused="a device, socket or pipe, not a file: leave it out")


def _link(path: str, name: str, roots: Sequence[str]) -> Found:
    """A link is never followed: what it leads to is found by its own name, or lies outside."""
    try:
        target = os.path.realpath(path, strict=True)
    except OSError:
        return Found(name, path, refused=_BROKEN)
    if any(is_inside(target, root) for root in roots):
        return Found(name, path, skipped=_TWICE)
    return Found(name, path, refused=_LEAVES)
