"""Our walker against pydicom, which nobody here wrote."""

import warnings
from io import BytesIO
from itertools import islice
from pathlib import Path
from typing import Any

import pydicom
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydicom.dataelem import RawDataElement
from pydicom.dataset import Dataset

from bme_med.core import FileError, MalformedFileError
from bme_med.dicom.encoding import EXPLICIT_LE
from bme_med.dicom.instance import read_instance, read_strictly
from bme_med.dicom.walker import Element, walk
from tests.dicom.making import encoded, mr_instance
from tests.oracles.runs import CORPUS

_PYDICOM_FILES = sorted(
    path for path in (Path(pydicom.__file__).parent / "data").rglob("*") if path.is_file()
)


def _ours(elements: list[Element]) -> Any:
    return [
        (e.tag, [_ours(item.elements) for item in e.items.items])
        if e.items is not None
        else (e.tag, e.end - e.value)
        for e in elements
    ]


def _theirs(ds: Dataset) -> Any:
    listed: list[Any] = []
    for tag in sorted(ds.keys()):
        raw = ds.get_item(tag)
        if isinstance(raw, RawDataElement) and raw.VR != "SQ" and not _becomes_sequence(ds, raw):
            listed.append((int(tag), None if raw.length == 0xFFFFFFFF else raw.length))
        elif ds[tag].VR == "SQ":
            listed.append((int(tag), [_theirs(item) for item in ds[tag].value]))
        else:
            listed.append((int(tag), None))
    return listed


def _becomes_sequence(ds: Dataset, raw: RawDataElement) -> bool:
    return raw.VR in (None, "UN") and (raw.length == 0xFFFFFFFF or ds[raw.tag].VR == "SQ")


def _agree(ours: Any, theirs: Any) -> bool:
    """Equal but for what pydicom does not tell: lengths of encapsulated values, sequences in UN."""
    if [tag for tag, _ in ours] != [tag for tag, _ in theirs]:
        return False
    for (_, mine), (_, other) in zip(ours, theirs, strict=True):
        if isinstance(mine, list) and isinstance(other, list):
            if len(mine) != len(other) or not all(map(_agree, mine, other)):
                return False
        elif isinstance(mine, int) and isinstance(other, int) and mine != other:
            return False
    return True


def _compare(data: bytes) -> bool | None:
    """Whether walker and pydicom agree; nothing where the walker refuses."""
    try:
        instance = read_strictly(data)
    except FileError:
        return None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        ds = pydicom.dcmread(BytesIO(data), force=True)
        return _agree(_ours(instance.elements), _theirs(ds))


def test_the_walker_agrees_with_pydicom_on_its_test_files() -> None:
    results = [_compare(Path(name).read_bytes()) for name in _PYDICOM_FILES]
    assert False not in results
    assert results.count(True) >= 40


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the shared corpus is not here")
def test_the_walker_agrees_with_pydicom_on_the_corpus() -> None:
    files = sorted(path for path in (CORPUS / "dicom").rglob("*") if path.is_file())
    results = [_compare(path.read_bytes()) for path in files]
    assert False not in results
    assert results.count(True) >= 450


_SAMPLES = [
    data for data in (path.read_bytes() for path in _PYDICOM_FILES) if len(data) < 40_000 and _compare(data)
]


@settings(max_examples=500, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_on_mutated_files_the_walker_agrees_or_refuses(draw: st.DataObject) -> None:
    data = bytearray(draw.draw(st.sampled_from(_SAMPLES)))
    for _ in range(draw.draw(st.integers(1, 4))):
        place = draw.draw(st.integers(132, len(data) - 1))
        data[place] = draw.draw(st.integers(0, 255))
    cut = draw.draw(st.one_of(st.none(), st.integers(132, len(data))))
    try:
        read_instance(bytes(data[:cut]))
    except FileError:
        return


def test_elements_lie_side_by_side_from_first_to_last() -> None:
    for data in islice(_SAMPLES, 10):
        instance = read_instance(data)
        position = instance.contents.start
        for element in instance.elements:
            assert element.start == position <= element.value <= element.end
            position = element.end
        assert not any(data[position:])


@pytest.mark.parametrize(
    ("bytes_", "message"),
    [
        (b"\x10\0\x10\0PN\x04\0AB", "beyond its dataset"),
        (b"\x10\0\x10\0PN\x03\0ABC", "odd value length"),
        (b"\x10\0\x20\0LO\x02\0AB\x10\0\x10\0PN\x02\0AB", "ascending order"),
        (b"\x10\0\x10\0??\x02\0AB", "unknown VR"),
        (b"\x10\0\x10\0LO\x02\0ABjunk!", "follow the dataset"),
        (b"\x10\0\x10\0UT\0\0\xff\xff\xff\xffABCD", "undefined length"),
        (b"\x08\0\x40\x11SQ\0\0\xff\xff\xff\xff\xfe\xff\x00\xe0\0\0\0\0", "without its delimiter"),
        (b"\x08\0\x40\x11SQ\0\0\x08\0\0\0\x08\0\x10\0\0\0\0\0", "expected a sequence item"),
    ],
)
def test_what_breaks_the_encoding_is_refused(bytes_: bytes, message: str) -> None:
    with pytest.raises(MalformedFileError, match=message):
        walk(bytes_, 0, len(bytes_), coding=EXPLICIT_LE)


def test_a_bomb_of_nested_items_is_refused_before_the_stack_ends() -> None:
    opening = b"\x08\0\x40\x11SQ\0\0\xff\xff\xff\xff\xfe\xff\x00\xe0\xff\xff\xff\xff"
    with pytest.raises(MalformedFileError, match="nested deeper"):
        walk(opening * 5000, 0, len(opening) * 5000, coding=EXPLICIT_LE)


def test_zero_bytes_behind_the_dataset_are_no_element() -> None:
    data = encoded(mr_instance()) + bytes(300)
    assert read_instance(data).elements[-1].tag == 0x7FE00010
