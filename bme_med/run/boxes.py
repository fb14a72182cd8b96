"""A user's boxes: read from a file or the command line, and which of them are for one source."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bme_med.core import UsageError
from bme_med.core.boxes import PATH, BoxRule, BoxSpec
from bme_med.core.boxes_file import parse_boxes
from bme_med.dicom import check_names
from bme_med.run.path_patterns import normal_path, path_pattern

__all__ = ["DrawnBoxes", "boxes_for", "drawn_boxes", "read_boxes", "unpack_boxes"]


@dataclass(frozen=True, slots=True)
class DrawnBoxes:
    """The rules of a boxes file, and the SHA-256 of what they were read from."""

    rules: tuple[BoxRule, ...]
    sha256: str


def read_boxes(path: Path) -> DrawnBoxes:
    """The boxes in the file at `path`.

    Raises
    ------
    UsageError
        If it cannot be read, or is no boxes file.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise UsageError(
            f"{path}: the boxes file cannot be read ({error.strerror}): check its path and rights"
        ) from None
    return unpack_boxes(data, str(path))


def unpack_boxes(data: bytes, source: str) -> DrawnBoxes:
    """The boxes that the boxes file `source` holds.

    Raises
    ------
    UsageError
        If it is no boxes file.
    """
    try:
        rules = parse_boxes(data.decode("utf-8-sig"), source)
    except UnicodeDecodeError:
        raise UsageError(f"{source}: not UTF-8 text, which JSON is") from None
    if unknown := check_names(rule.conditions for rule in rules):
        raise UsageError(f"{source}: match.{unknown}: no attribute has this keyword, and it is not {PATH!r}")
    return DrawnBoxes(rules, hashlib.sha256(data).hexdigest())


def drawn_boxes(texts: Sequence[str]) -> tuple[BoxRule, ...]:
    """The boxes of a command line, for every file.

    Raises
    ------
    UsageError
        If one is none.
    """
    try:
        specs = tuple(map(BoxSpec.parse, texts))
    except ValueError as error:
        raise UsageError(f"--box: {error}") from None
    return (BoxRule("drawn", (), specs),) if specs else ()


def boxes_for(rules: Sequence[BoxRule], name: str) -> tuple[BoxRule, ...]:
    """Those of `rules` whose path covers the source `name`, without that condition: engines know no paths."""
    return tuple(
        BoxRule(rule.origin, tuple(c for c in rule.conditions if c.name != PATH), rule.boxes)
        for rule in rules
        if all(path_pattern(c.wanted).match(normal_path(name)) for c in rule.conditions if c.name == PATH)
    )
