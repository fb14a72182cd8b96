"""Boxes files and the regions of a profile: rules read from JSON or TOML tables, each key checked."""

import json
from collections.abc import Mapping
from typing import Any

from bme_med.core.boxes import BoxRule, BoxSpec, Condition, parse_frames
from bme_med.core.errors import UsageError

__all__ = ["boxes_schema", "parse_boxes", "read_rule", "rule_schema"]

_KEYS = ("name", "match", "boxes")
_NUMBERS = ("x", "y", "w", "h")


def parse_boxes(text: str, source: str) -> tuple[BoxRule, ...]:
    """The rules of a boxes file; `source` is its name, for errors, which repeat no value of it.

    Raises
    ------
    UsageError
        With the place and what was expected.
    """
    try:
        document = json.loads(text)
    except json.JSONDecodeError as error:
        raise UsageError(f"{source}: not valid JSON: line {error.lineno}: {error.msg}") from None
    if not isinstance(document, dict) or not isinstance(document.get("files"), list):
        raise UsageError(f"{source}: expected an object with a list `files`")
    if unknown := sorted(set(document) - {"$schema", "files"}):
        raise UsageError(f"{source}: {unknown[0]!r} is not known here; expected `files`")
    rules = []
    for number, table in enumerate(document["files"]):
        try:
            rules.append(read_rule(table, "drawn", str(number + 1)))
        except ValueError as error:
            raise UsageError(f"{source}: files[{number}]: {error}") from None
    return tuple(rules)


def read_rule(table: Any, origin: str, name: str = "") -> BoxRule:
    """The rule in one `table`; `origin` says who drew its boxes, and its name follows, or else `name`.

    Raises
    ------
    ValueError
        With what was expected.
    """
    if not isinstance(table, dict):
        raise ValueError(  # noqa: TRY004 - of the file, not of the caller
            "expected a table with `match` and `boxes`"
        )
    if unknown := sorted(set(table) - set(_KEYS)):
        raise ValueError(f"{unknown[0]!r} is not known here (one of: {', '.join(_KEYS)})")
    boxes, name = table.get("boxes"), table.get("name", name)
    if not isinstance(boxes, list) or not boxes:
        raise ValueError("boxes: expected a list of boxes, such as {x = 0, y = 0, w = 300, h = 40}")
    if not (isinstance(name, str) and name.isascii() and name.isprintable()):
        raise ValueError("name: expected printable ASCII text")
    return BoxRule(
        f"{origin} {name}".strip(), _conditions(table.get("match", {})), tuple(_spec(box) for box in boxes)
    )


def _conditions(match: Any) -> tuple[Condition, ...]:
    if not isinstance(match, dict):
        raise ValueError(  # noqa: TRY004 - of the file, not of the caller
            'match: expected a table of conditions, such as {Modality = "US"}'
        )
    for name, wanted in match.items():
        if not name or isinstance(wanted, bool) or not isinstance(wanted, str | int) or wanted == "":
            raise ValueError(f"match.{name}: expected a text or a number")
    return tuple(Condition(name, str(wanted)) for name, wanted in match.items())


def _spec(box: Any) -> BoxSpec:
    if not isinstance(box, dict) or not set(_NUMBERS) <= set(box) <= {*_NUMBERS, "frames"}:
        raise ValueError("boxes: expected x, y, w, h, and perhaps frames")
    numbers = [box[name] for name in _NUMBERS]
    if any(isinstance(number, bool) or not isinstance(number, int) for number in numbers):
        raise ValueError("boxes: x, y, w and h are whole numbers of pixels")
    frames = box.get("frames", "all")
    x, y, width, height = numbers
    return BoxSpec(x, y, width, height, parse_frames(frames if isinstance(frames, str) else str(frames)))


def boxes_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of a boxes file."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "bme-med boxes",
        "type": "object",
        "required": ["files"],
        "additionalProperties": False,
        "properties": {
            "$schema": {"type": "string"},
            "files": {"type": "array", "items": rule_schema()},
        },
    }


def rule_schema() -> Mapping[str, Any]:
    """The JSON Schema of one rule, in a boxes file or a profile."""
    pixels = {
        "x": "Left edge; below 0 it counts from the right edge of the picture.",
        "y": "Top edge; below 0 it counts from the bottom edge.",
        "w": "Width; at 0 or less the box ends that many pixels before the right edge.",
        "h": "Height; at 0 or less the box ends that many pixels before the bottom edge.",
    }
    box = {
        "type": "object",
        "required": list(pixels),
        "additionalProperties": False,
        "properties": {
            **{name: {"type": "integer", "description": doc} for name, doc in pixels.items()},
            "frames": {
                "description": "Frames, counted from 1: `all`, or such as `1-20` or `1-4,9`.",
                "oneOf": [
                    {"type": "integer", "minimum": 1},
                    {"type": "string", "pattern": r"^(all|[1-9]\d*(-[1-9]\d*)?(,[1-9]\d*(-[1-9]\d*)?)*)$"},
                ],
            },
        },
    }
    return {
        "type": "object",
        "required": ["boxes"],
        "additionalProperties": False,
        "properties": {
            "name": {"type": "string", "description": "What the audit calls these boxes."},
            "match": {
                "type": "object",
                "description": "Conditions that must all hold: `path`, a path or pattern below the input, or "
                "a DICOM keyword with the value that the source has; `~` contains, `^` starts with, `|` "
                "between alternatives, `!` in front for none of them, `*` for any value.",
                "additionalProperties": {"type": ["string", "integer"]},
            },
            "boxes": {"type": "array", "minItems": 1, "items": box},
        },
    }
