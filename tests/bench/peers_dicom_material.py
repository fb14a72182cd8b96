"""Instances for the comparison with other tools: made here, of the corpus where it is, and of folders.

Each is there as it is. One of each SOP class is a host as well: for every kind of place there is a copy of it
with tokens in such places, under a SOP Instance UID of its own.
"""

import re
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator
from io import BytesIO
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from PIL import Image
from pydicom import Dataset, FileDataset, dcmread
from pydicom.encaps import encapsulate, generate_frames
from pydicom.uid import JPEGBaseline8Bit

from bme_med.core import Format, sniff
from bme_med.core.resources import read_table
from bme_med.dicom.dictionary import format_tag
from bme_med.selftest.instances import InstanceDraft, instance_places
from bme_med.selftest.places import Numbers, Place
from bme_med.selftest.values import ROOT, word
from bme_med.verify.tables import load_tables
from tests.oracles.planting import ENCODINGS, encode, small_mr
from tests.oracles.residue import residue
from tests.oracles.runs import CORPUS
from tests.oracles.study import study_files

__all__ = ["Instance", "default_folders", "found_in", "instances"]

_MOST_OF_A_FOLDER = 10
_LARGEST_HOST_BYTES = 300_000
_HEAD_BYTES = 144
_TABLE = dict.fromkeys(("AE", "LO", "LT", "PN", "SH", "ST", "UC", "UR", "UT"), "texts of the table")
_TABLE |= {"UI": "UIDs of the table", "DA": "dates of the table", "DT": "dates of the table"}
"""Kinds of places in Table E.1-1; numbers, codes and times are not searched for."""

_ELSEWHERE = {
    "private": "private attributes",
    "preamble": "preamble and file meta",
    "file meta": "preamble and file meta",
    "(50": "overlays and curves",
    "(60": "overlays and curves",
    "(FFFC": "trailing padding",
    "behind the pixels": "behind the pixels",
    "behind the last": "behind the last element",
    "the patient's name in texts": "the patient's name in other texts",
    "a name in ISO_IR 100": "the patient's name in other texts, accents",
    "a name in ISO_IR 192": "the patient's name in other texts, Han, UTF-8",
    "a name in \\ISO 2022 IR 87": "the patient's name in other texts, Han, ISO 2022",
}
"""Kinds of all other places, by how the self-test begins their names; what it has beside them is left out."""


class Instance(NamedTuple):
    """A file, and what is planted where: the kind of place by token. Nothing is planted in one as it is."""

    name: str
    data: bytes
    places: dict[str, str]


def default_folders() -> list[Path]:
    """The corpus, where it lies beside the checkout."""
    return [CORPUS / "dicom"] if (CORPUS / "dicom").is_dir() else []


def instances(folders: list[Path]) -> list[Instance]:
    """Every instance as it is, and hosts with tokens planted; what pydicom does not read is left out."""
    made = [*_made()]
    others = [*(data for _, data in study_files()), *(path.read_bytes() for path in _sample(folders))]
    found: list[tuple[bytes, dict[str, str]]] = []
    numbers, classes, lost = Numbers(), set[str](), 0
    for data in dict.fromkeys([*made, *others]):
        dataset = _read(data)
        if dataset is None:
            lost += 1
            continue
        found.append((data, {}))
        if data in made or (len(data) < _LARGEST_HOST_BYTES and dataset.SOPClassUID not in classes):
            found += _planted(dataset, numbers)
        classes.add(dataset.SOPClassUID)
    print(f"{lost} files left out: pydicom reads no instance of them", file=sys.stderr)
    return [Instance(f"{number:04}.dcm", *each) for number, each in enumerate(found)]


def _made() -> Iterator[bytes]:
    """An MR instance in each encoding, and one of a JPEG frame."""
    for number, syntax in enumerate(ENCODINGS.values()):
        ds = small_mr()
        ds.SOPInstanceUID = f"{ROOT}7{number}"
        yield encode(ds, syntax, load_tables())
    ds = small_mr()
    ds.SOPInstanceUID = f"{ROOT}79"
    ds.Rows = ds.Columns = ds.BitsAllocated = ds.BitsStored = 8
    ds.HighBit = 7
    buffer = BytesIO()
    Image.linear_gradient("L").resize((8, 8)).save(buffer, "JPEG")
    ds.add_new(0x7FE00010, "OB", encapsulate([buffer.getvalue()]))
    yield encode(ds, JPEGBaseline8Bit, load_tables())


def _sample(folders: list[Path]) -> Iterator[Path]:
    """The first files of each folder at any depth."""
    for folder in folders:
        by_parent: defaultdict[Path, list[Path]] = defaultdict(list)
        for path in sorted(folder.rglob("*")):
            if path.is_file() and sniff(path.open("rb").read(_HEAD_BYTES)) is Format.DICOM:
                by_parent[path.parent].append(path)
        for paths in by_parent.values():
            yield from islice(paths, _MOST_OF_A_FOLDER)


def _read(data: bytes) -> FileDataset | None:
    """The instance, read to its depth."""
    try:
        dataset = dcmread(BytesIO(data))
        dataset.walk(lambda *_: None)
        InstanceDraft(dataset).encode()
    except Exception:  # noqa: BLE001 - whatever pydicom says of a broken file
        return None
    return dataset if "SOPInstanceUID" in dataset and "SOPClassUID" in dataset else None


def _planted(host: Dataset, numbers: Numbers) -> Iterator[tuple[bytes, dict[str, str]]]:
    """Copies of a host, for every kind of place one."""
    for kind, places in _kinds(numbers).items():
        draft = InstanceDraft(host)
        draft.dataset.SOPInstanceUID = f"{ROOT}8.{numbers.next()}"
        for place in places:
            place.put(draft)
            if kind.startswith("dates"):  # the same day everywhere, so that none becomes another one that was
                draft.node(place.path)[place.tag].value = _token(places[0])
        data = draft.encode()
        yield data, dict.fromkeys(found_in(data, map(_token, places)), kind)
    if host.file_meta.TransferSyntaxUID == JPEGBaseline8Bit:
        yield _commented(host, numbers)


def _kinds(numbers: Numbers) -> dict[str, list[Place]]:
    listed = {row["tag"] for row in read_table("ps315_e1_1.csv")}
    kinds: defaultdict[str, list[Place]] = defaultdict(list)
    for places in instance_places(numbers).values():
        for place in places:
            if kind := _kind(place, listed):
                kinds[kind].append(place)
    return kinds


def _kind(place: Place, listed: set[str]) -> str:
    """Under which kind a place is counted; nothing where a profile may keep what is planted there."""
    if place.tag is None:
        return next((kind for start, kind in _ELSEWHERE.items() if place.where.startswith(start)), "")
    kind = _TABLE.get(place.vr, "") if format_tag(place.tag) in listed else ""
    return f"{kind}, in items" if kind and place.path else kind


def _commented(host: Dataset, numbers: Numbers) -> tuple[bytes, dict[str, str]]:
    """A comment in each compressed frame (ITU-T T.81, B.2.4.5)."""
    draft, token = InstanceDraft(host), word(numbers.next())
    comment = b"\xff\xfe" + (2 + len(token)).to_bytes(2, "big") + token.encode()
    count = int(host.get("NumberOfFrames") or 1)
    frames = [
        frame[:2] + comment + frame[2:] for frame in generate_frames(host.PixelData, number_of_frames=count)
    ]
    draft.dataset.PixelData = encapsulate(frames)
    draft.dataset.SOPInstanceUID = f"{ROOT}8.{numbers.next()}"
    return draft.encode(), {token: "comments of compressed frames"}


def _token(place: Place) -> str:
    """What is looked for; a date stands in its first eight digits, and is of the 19th century."""
    return place.token or place.text[:8]


def found_in(data: bytes, tokens: Iterable[str]) -> set[str]:
    """Those of `tokens` that stand in `data`; digits alone not inside a longer number."""
    tokens = {*tokens}
    dates = {token for token in tokens if token.isdigit()}
    runs = {run[:8].decode() for run in re.findall(rb"(?<![0-9])1[0-9]{7}", data)}
    return dates & runs | {str(each) for each in residue(tokens - dates, data)}
