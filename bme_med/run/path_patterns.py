"""Paths below the input as tables and boxes files name them: they may hold ``*``, ``?`` and ``**``."""

import re
import unicodedata

__all__ = ["normal_path", "path_pattern"]

_MEANING = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}


def normal_path(source: str) -> str:
    """`source` as paths are compared."""
    return unicodedata.normalize("NFC", source.removeprefix("./").strip("/"))


def path_pattern(source: str) -> re.Pattern[str]:
    """What a path or pattern covers: itself and all below it.

    >>> [bool(path_pattern(text).match("ward/a/b.jpg")) for text in ("ward/*", "ward/?", "*.jpg", "**/*.jpg")]
    [True, True, False, True]
    """
    parts = re.split(r"(\*\*/|\*\*|\*|\?)", normal_path(source))
    text = "".join(_MEANING.get(part) or re.escape(part) for part in parts)
    return re.compile(rf"{text}(?:/.*)?\Z", re.DOTALL)
