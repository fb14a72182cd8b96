"""Cutting parts out of a text, so that what is left reads as if they had never been there."""

import re
from collections.abc import Iterable

__all__ = ["CUT", "CUT_NUMBER", "UNREADABLE", "cut_spans", "tidied", "without_marks"]

CUT, CUT_NUMBER = "\ue000", "\ue001"
"""Stand where something was cut, with a digit in it or without, until the text is tidied."""

UNREADABLE = "\ufffd"
"""Stands for what no character set explains: a part of an unknown word."""

_CUT = f"[{CUT}{CUT_NUMBER}]"
_SEPARATORS = r"[ \t_^,;:=/|+&-]"
_IN_BRACKETS = re.compile(rf"[(\[{{<]{_SEPARATORS}*{_CUT}[ \t_^,;:=/|.+&-]*[)\]}}>]")
_NEIGHBOURS = re.compile(rf"{_CUT}(?:['’]?s\b|[ \t_^,;:=/|.+&'’-])*(?={_CUT})")
_OWNED = re.compile(rf"{_CUT}['’]s?(?![^\W\d_])")
_ALONE = re.compile(rf"({_SEPARATORS}{{0,32}}){_CUT}([ \t_^,;:=/|.+&-]*)")


def cut_spans(text: str, spans: Iterable[tuple[int, int]]) -> str:
    """`text` with a mark in place of each of `spans`; they may overlap."""
    parts: list[str] = []
    position = 0
    for start, end in sorted(spans):
        if start >= position:
            parts += text[position:start], CUT_NUMBER if any(map(str.isdigit, text[start:end])) else CUT
        position = max(position, end)
    return "".join(parts) + text[position:]


def tidied(text: str) -> str:
    """`text` without marks and what they leave behind: empty brackets, separators, genitives.

    >>> tidied(f"scan ({CUT}), {CUT}'s head for_{CUT}_3mm {CUT}")
    'scan head for_3mm'
    """
    return re.sub(
        r"[^\\\r\n\f]+", lambda line: _tidied_line(line[0]) if re.search(_CUT, line[0]) else line[0], text
    )


def without_marks(text: str) -> str:
    """`text` as it comes from a file, where the marks mean nothing."""
    return re.sub(_CUT, UNREADABLE, text)


def _tidied_line(line: str) -> str:
    for before in (_IN_BRACKETS, _OWNED):
        line = before.sub(CUT, line)
    line = _ALONE.sub(_join, _NEIGHBOURS.sub("", line))
    return re.sub(r"[ \t]{2,}", " ", line)


def _join(match: re.Match[str]) -> str:
    """What stays between the neighbours of a cut: one of the separators, nothing at an end."""
    left, right = match[1], match[2].lstrip(".'’")
    if match.start() == 0 or match.end() == len(match.string):
        return ""
    if match.string[match.start() - 1] in "([{<" or match.string[match.end()] in ")]}>":
        return ""
    if not left and not right:
        around = match.string[match.start() - 1] + match.string[match.end()]
        return " " if around.isalnum() else ""
    if not left or not right:
        return left or right
    return right if left.isspace() else left
