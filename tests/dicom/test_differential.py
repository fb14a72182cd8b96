"""Our walker against pydicom, which nobody here wrote.

Both find the same elements, or the file is not well-formed and takes the tolerant way, or is refused.
"""

import struct
import warnings
from collections.abc import Iterator
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any, NamedTuple

import pydicom
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydicom import Dataset, dcmread
from pydicom.dataelem import RawDataElement
from pydicom.errors import BytesLengthException
from pydicom.filereader import read_dataset
from pydicom.uid import DeflatedExplicitVRLittleEndian

from bme_med.core import FileError, Format, Plan, Refusal, sniff
from bme_med.dicom.instance import Instance, read_instance, read_strictly
from bme_med.dicom.walker import Element
from bme_med.verify.tables import load_tables
from tests.oracles.planting import ENCODINGS, encode, nested, small_mr
from tests.oracles.runs import CORPUS, plan, policy, without_refusing

PYDICOM = Path(pydicom.__file__).parent / "data"
UNDER = without_refusing(policy("hipaa-safe-harbor"))
_DELIMITER_BYTES = 8
_UNDEFINED = 0xFFFFFFFF


class Found(NamedTuple):
    """One element: its bytes, or its items."""

    tag: int
    vr: str | None
    value: bytes
    items: "list[list[Found]] | None"


def ours(instance: Instance) -> list[Found]:
    """The elements as we found them; VRs where the file names them."""
    return list(_ours(instance.data, instance.elements, explicit=instance.coding.explicit))


def _ours(data: Any, elements: list[Element], *, explicit: bool) -> Iterator[Found]:
    for element in elements:
        vr = element.vr if explicit else None
        tail = _DELIMITER_BYTES if data[element.value - 4 : element.value] == b"\xff\xff\xff\xff" else 0
        value = data[element.value : element.end - tail]
        if element.items is None:
            yield Found(element.tag, vr, value, None)
        else:
            inner = element.items.coding.explicit
            items = [list(_ours(data, item.elements, explicit=inner)) for item in element.items.items]
            yield Found(element.tag, vr, value, items)


def theirs(data: bytes, instance: Instance) -> Dataset:
    """The file as pydicom reads it; where it lacks what precedes a dataset, the dataset that we found."""
    if data[128:132] == b"DICM":
        return dcmread(BytesIO(data))
    dataset = BytesIO(instance.data[instance.contents.start : len(instance.data)])
    return read_dataset(dataset, not instance.coding.explicit, instance.coding.byte_order == "little")


def difference(found: list[Found], dataset: Dataset, place: str = "") -> str | None:
    """The first place where both disagree; zero bytes behind a dataset are elements for pydicom."""
    tags = [int(element.tag) for element in dataset.elements()]
    if [one.tag for one in found if one.tag] != [tag for tag in tags if tag]:
        return f"{place}: other tags"
    for one in found:
        here = f"{place}({one.tag:08X})"
        raw = dataset.get_item(one.tag, keep_deferred=True)
        if isinstance(raw, RawDataElement):
            if one.vr != raw.VR:
                return f"{here}: another VR"
            if one.value != (raw.value or b""):
                return f"{here}: other bytes"
        elif one.items is None and raw.VR == "SQ":
            return f"{here}: a sequence for pydicom alone"
        if one.items is not None and (problem := _items_differ(one.items, dataset, one.tag, here)):
            return problem
    return None


def _items_differ(items: list[list[Found]], dataset: Dataset, tag: int, place: str) -> str | None:
    element = dataset[tag]
    if element.VR != "SQ":
        return None  # a private sequence in UN or implicit VR, which pydicom leaves as bytes
    if len(items) != len(element.value):
        return f"{place}: another number of items"
    pairs = zip(items, element.value, strict=True)
    return next((found for one, other in pairs if (found := difference(one, other, place))), None)


def made_up(found: list[Found], dataset: Dataset, place: str = "") -> str | None:
    """The first element of a mended dataset whose bytes, but for padding, are not those that pydicom read."""
    for one in found:
        here = f"{place}({one.tag:08X})"
        raw = dataset.get_item(one.tag, keep_deferred=True) if one.tag in dataset else None
        if raw is None:
            return f"{here}: not there"
        if one.items is None and isinstance(raw, RawDataElement) and raw.length != _UNDEFINED:
            old = raw.value or b""
            if one.value[: len(old)] != old or len(one.value) > len(old) + 1:
                return f"{here}: made up"
        elif one.items is not None and (element := dataset[one.tag]).VR == "SQ":
            if len(one.items) != len(element.value):
                return f"{here}: another number of items"
            pairs = zip(one.items, element.value, strict=True)
            if problem := next((p for item, other in pairs if (p := made_up(item, other, here))), None):
                return problem
    return None


def outcome(data: bytes) -> str:
    """How one file went: ``agrees``, ``mended``, ``refused`` or ``no judge``; or what is wrong."""
    planned = plan(data, UNDER)
    if sniff(data) is not Format.DICOM:
        return "refused"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return _read(data) or _mended(data, planned)
        except (ValueError, TypeError, NotImplementedError, BytesLengthException, OSError, struct.error):
            return "no judge"  # what pydicom cannot convert on its way, or reads beyond the end


def _read(data: bytes) -> str:
    """The outcome of a file that the walker accepts; of any other, nothing."""
    try:
        instance = read_strictly(data)
    except FileError:
        return ""
    return difference(ours(instance), theirs(data, instance)) or "agrees"


def _mended(data: bytes, planned: Plan | Refusal) -> str:
    if isinstance(planned, Refusal):
        return "refused"
    if not any("read the tolerant way" in finding for finding in planned.findings):
        return "not said"
    if data[128:132] != b"DICM":
        return "mended"
    return made_up(ours(read_instance(data)), dcmread(BytesIO(data))) or "mended"


def _files(root: Path) -> list[Path]:
    return sorted(path for path in root.rglob("*") if path.is_file())


def _outcomes(root: Path) -> dict[str, list[str]]:
    by_outcome: dict[str, list[str]] = {}
    for path in _files(root):
        by_outcome.setdefault(outcome(path.read_bytes()), []).append(path.name)
    return by_outcome


def test_both_find_the_same_elements_in_pydicom_s_files() -> None:
    outcomes = _outcomes(PYDICOM)
    assert {*outcomes} == {"agrees", "mended", "refused"}
    assert len(outcomes["agrees"]) >= 150


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the shared corpus is not here")
def test_both_find_the_same_elements_in_the_corpus() -> None:
    outcomes = _outcomes(CORPUS / "dicom")
    assert {*outcomes} <= {"agrees", "mended", "refused"}
    assert len(outcomes["agrees"]) >= 450


@cache
def samples() -> tuple[bytes, ...]:
    """Small files of every encoding that are read strictly, with sequences and without."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        small = [data for path in _files(PYDICOM) if len(data := path.read_bytes()) < 20_000]
        syntaxes = (*ENCODINGS.values(), DeflatedExplicitVRLittleEndian)
        made = [encode(make(), syntax, load_tables()) for syntax in syntaxes for make in (small_mr, _nested)]
        return (*made, *(data for data in small if outcome(data) == "agrees"))


def _nested() -> Dataset:
    """Sequences of defined and of undefined length."""
    ds = nested([])
    ds.ReferencedImageSequence = [Dataset(), Dataset()]
    ds.ReferencedImageSequence[0].ReferencedSOPInstanceUID = "1.2.3"
    ds["ReferencedImageSequence"].is_undefined_length = True
    ds.ReferencedImageSequence[1].is_undefined_length_sequence_item = True
    return ds


@cache
def boundaries(number: int) -> tuple[int, ...]:
    """Where elements of a sample start, at any depth."""
    instance = read_instance(samples()[number])
    if instance.contents.is_copy:
        return (instance.contents.start,)

    def starts(elements: list[Element]) -> Iterator[int]:
        for element in elements:
            yield element.start
            for item in element.items.items if element.items else ():
                yield item.start
                yield from starts(item.elements)

    return tuple(starts(instance.elements))


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    """A sample with bytes changed, cut out, doubled or put in, mostly in headers."""
    number = draw(st.integers(0, len(samples()) - 1))
    data = bytearray(samples()[number])
    header = st.sampled_from(boundaries(number)).flatmap(lambda start: st.integers(start, start + 12))
    for _ in range(draw(st.sampled_from((1, 1, 1, 2, 3)))):
        place = min(draw(st.one_of(header, header, st.integers(0, len(data)))), len(data) - 1)
        size = draw(st.sampled_from((1, 1, 2, 4, 8, 16)))
        match draw(st.sampled_from(("change", "change", "cut", "double", "put", "end"))):
            case "change":
                byte = st.sampled_from((0, 1, 2, 0xFF, 0xFE, 0x53, 0x51)) | st.integers(0, 255)
                data[place] = draw(byte)
            case "cut":
                del data[place : place + size]
            case "double":
                data[place:place] = data[place : place + size]
            case "put":
                data[place:place] = draw(st.binary(min_size=size, max_size=size))
            case _:
                del data[max(place, 140) :]
    return bytes(data)


def _check(data: bytes) -> None:
    assert outcome(data) in ("agrees", "mended", "refused", "no judge")


THOROUGH = settings(max_examples=20_000, deadline=None, suppress_health_check=list(HealthCheck))
USUAL = settings(THOROUGH, max_examples=1_000)


@USUAL
@given(mutated())
def test_on_mutated_files_both_agree_or_the_file_is_mended_or_refused(data: bytes) -> None:
    _check(data)


@pytest.mark.nightly
@THOROUGH
@given(mutated())
def test_on_many_mutated_files_both_agree_or_the_file_is_mended_or_refused(data: bytes) -> None:
    _check(data)


@USUAL
@given(
    st.binary(max_size=400),
    st.sampled_from((b"", bytes(128) + b"DICM", b"\x08\0\x05\0CS", b"\0\x08\0\x05CS")),
)
def test_any_bytes_get_a_plan_or_a_reason(data: bytes, start: bytes) -> None:
    assert isinstance(plan(start + data, UNDER), Plan | Refusal)


def test_elements_lie_side_by_side_from_first_to_last() -> None:
    for data in samples():
        instance = read_strictly(data)
        position = instance.contents.start
        for element in instance.elements:
            assert element.start == position <= element.value <= element.end
            position = element.end
        assert not any(instance.data[position : len(instance.data)])
