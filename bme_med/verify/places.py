"""The files of a check: outputs, sources, and what names, times and attributes of files tell."""

import os
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

from bme_med.core import UsageError
from bme_med.verify.findings import Check, Problem
from bme_med.verify.tables import Tables

__all__ = ["empty_folders", "files_below", "name_problems", "words_of_path"]

_WORD = re.compile(r"[^\W_]{5,}")
_ATTRIBUTES = "user."


def files_below(folder: Path) -> dict[str, Path]:
    """Every entry below `folder` that is no folder, by its name with ``/``; a file is below its own folder.

    Raises
    ------
    UsageError
        If there is none.
    """
    if folder.is_file():
        return {folder.name: folder}
    if not folder.is_dir():
        raise UsageError(f"there is no folder {folder}: check its path")
    return dict(sorted(_walk(str(folder))))


def _walk(root: str) -> Iterator[tuple[str, Path]]:
    """Links are entries, and not followed."""
    cut = len(root.rstrip(os.sep)) + 1
    folders = [root]
    while folders:
        try:
            with os.scandir(folders.pop()) as entries:
                for entry in entries:
                    if entry.is_dir(follow_symlinks=False):
                        folders.append(entry.path)
                    else:
                        yield entry.path[cut:].replace(os.sep, "/"), Path(entry.path)
        except OSError:
            continue  # the audit has the folder as a refused entry


def empty_folders(folder: Path, files: Iterable[str]) -> Counter[str]:
    """How many folders that hold no file to their depth lie in each that holds `files`, by its name.

    What they are called is left out: that is all that they could tell.
    """
    full = {""} | {parent for name in files for parent in _parents(name)}
    return Counter(
        parent
        for parent in full
        for entry in _folders_in(folder / parent)
        if (f"{parent}/{entry}" if parent else entry) not in full
    )


def _parents(name: str) -> list[str]:
    parts = name.split("/")
    return ["/".join(parts[:end]) for end in range(1, len(parts))]


def _folders_in(folder: Path) -> list[str]:
    try:
        with os.scandir(folder) as entries:
            return [entry.name for entry in entries if entry.is_dir(follow_symlinks=False)]
    except OSError:
        return []


def words_of_path(name: str, tables: Tables) -> set[str]:
    """Words of a path that could name somebody: of five and more letters, and none of the standard's.

    >>> from bme_med.verify.tables import load_tables
    >>> sorted(words_of_path("QUILLFEATHER_Oriana_19310211/series 3/IM0001.dcm", load_tables()))
    ['19310211', 'oriana', 'quillfeather']
    """
    words = {word for word in _WORD.findall(name.lower()) if not re.fullmatch(r"[a-z]{0,3}\d{1,7}", word)}
    return words - tables.vocabulary


def name_problems(
    name: str, path: Path, source: Path | None, secrets: frozenset[str], tables: Tables
) -> list[Problem]:
    """What the name, the times and the attributes of an output tell; `secrets` are words of the sources."""
    problems = []
    if not words_of_path(name, tables).isdisjoint(secrets):
        problems.append(Problem("path", Check.NAME, "a word of a source stands in it"))
    if hasattr(os, "listxattr") and any(one.startswith(_ATTRIBUTES) for one in os.listxattr(path)):
        problems.append(Problem("extended attributes", Check.NAME, "there are some"))
    if path.is_symlink():
        problems.append(Problem("", Check.NAME, "a link, and no file"))
    elif source is not None and source.exists() and path.stat().st_mtime_ns == source.stat().st_mtime_ns:
        problems.append(Problem("modification time", Check.NAME, "that of the source"))
    return problems
