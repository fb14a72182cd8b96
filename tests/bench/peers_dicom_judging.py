"""What is left of tokens, and of the instance: pydicom, dciodvfy and a search of the bytes are the judges."""

import re
import warnings
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from pydicom import FileDataset, dcmread

from bme_med.core import Box
from bme_med.verify.elements import Node, node_of
from bme_med.verify.painted import decoded_problems
from bme_med.verify.tables import load_tables
from bme_med.verify.tools import EXPECTED_ERRORS
from tests.bench.peers_dicom_material import Instance, found_in
from tests.oracles.references import references_of
from tests.oracles.runs import iod_errors

__all__ = ["Verdict", "judge"]

_PIXELS = (0x7FE00008, 0x7FE00009, 0x7FE00010)
_REQUIRED = re.compile(r"(Missing attribute|Empty attribute \(no value\)) Type . Required")
"""How dciodvfy complains of what every instance of the class needs."""


@dataclass(frozen=True)
class Verdict:
    """Of one output.

    Attributes
    ----------
    left
        How many tokens still stand in it, by the kind of place that they were planted in.
    damage
        What is wrong with it and not with its source.
    ratio
        Bytes of it to those of the source.
    """

    left: Mapping[str, int]
    damage: tuple[str, ...]
    ratio: float


def judge(
    instances: Iterable[Instance],
    source: Path,
    outputs: Mapping[str, Path],
    boxes: Mapping[str, tuple[Box, ...]],
) -> dict[str, Verdict]:
    """A verdict on every output, by name; the files lie in `source`, `boxes` are what was covered of them."""
    written = [one for one in instances if one.name in outputs]
    dangling = _dangling(written, outputs)
    verdicts = {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for one in written:
            errors = iod_errors(outputs[one.name]) - iod_errors(source / one.name) - EXPECTED_ERRORS
            damage = [*_nonconformance(errors), *(["a reference leads nowhere"] * (one.name in dangling))]
            verdicts[one.name] = _judge(one, outputs[one.name].read_bytes(), boxes.get(one.name, ()), damage)
    return verdicts


def _judge(one: Instance, output: bytes, boxes: Sequence[Box], damage: Sequence[str]) -> Verdict:
    left = Counter(one.places[token] for token in found_in(output, one.places))
    return Verdict(left, (*_pixels(one.data, output, boxes), *damage), len(output) / len(one.data))


def _nonconformance(errors: set[str]) -> Iterator[str]:
    """What errors that the source does not have are called in the table.

    That nobody registered the arc of a new UID is not counted: it is as unique as others.
    """
    errors = {error for error in errors if "Illegal root for UID" not in error}
    required = {error for error in errors if _REQUIRED.search(error)}
    if required:
        yield "a required attribute (Type 1, 2) is missing"
    if errors - required:
        yield "other errors of dciodvfy"


def _pixels(source: bytes, output: bytes, boxes: Sequence[Box]) -> list[str]:
    """Whether the frames that pydicom decodes are others outside the regions that were covered."""
    before, after = _read(source), _read(output)
    if before is None or after is None:
        return ["pydicom cannot read it"]
    if not any(tag in before for tag in _PIXELS):
        return []
    if any("cannot be decoded" in problem for problem in decoded_problems(before, before, ())):
        return [] if _stored(before) == _stored(after) else ["pixels changed"]
    return ["pixels changed"] if any(decoded_problems(before, after, boxes)) else []


def _read(data: bytes) -> FileDataset | None:
    try:
        return dcmread(BytesIO(data))
    except Exception:  # noqa: BLE001 - whatever it is that pydicom stumbles over
        return None


def _stored(dataset: FileDataset) -> bytes:
    return next((dataset[tag].value for tag in _PIXELS if tag in dataset), b"")


def _dangling(written: Sequence[Instance], outputs: Mapping[str, Path]) -> set[str]:
    """Files, not planted, with a reference that led to another one that was written and now leads nowhere."""
    as_they_are = [one for one in written if not one.places]
    before = references_of((one.name, _node(one.data)) for one in as_they_are).resolved
    after = references_of((one.name, _node(outputs[one.name].read_bytes())) for one in as_they_are).dangling
    return {name for name, place in before & after}


def _node(data: bytes) -> Node:
    found = _read(data)
    return node_of(found, load_tables()) if found is not None else Node({})
