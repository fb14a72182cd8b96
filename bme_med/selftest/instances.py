"""Tokens in a copy of an instance: in every attribute that identifies, and in every corner of the file.

Attributes are those of PS3.15 Table E.1-1 and of its gaps, at the top level and three sequences deep.
"""

import re
from collections.abc import Callable, Iterator
from copy import deepcopy
from io import BytesIO
from typing import TYPE_CHECKING, Any

from bme_med.core.resources import read_table
from bme_med.dicom.dictionary import dictionary, format_tag
from bme_med.selftest.places import IN_ITEMS, Numbers, Place
from bme_med.selftest.values import ROOT, Planted, plant, word

if TYPE_CHECKING:
    from pydicom import Dataset

__all__ = ["NEST", "InstanceDraft", "instance_places"]

NEST = (0x00189114, 0x00289145, 0x00209116)
"""Three sequences that no table lists, so that they stay with their items."""

_UNLISTED = ((0x00181020, "LO"), (0x00181250, "SH"), (0x00189910, "UT"), (0x00080063, "SQ"))
_CARRIERS = ((0x00181020, "LO", "Software Versions"), (0x00081090, "LO", "Manufacturer's Model Name"))
_FILE_META = {
    "SourceApplicationEntityTitle": "AE",
    "SendingApplicationEntityTitle": "AE",
    "ImplementationVersionName": "SH",
    "ReceivingPresentationAddress": "UR",
    "ImplementationClassUID": "UI",
    "PrivateInformation": "OB",
}
_MESSAGES = (0x0000, 0x0002)
"""Groups that pydicom writes in items alone, where they have no place either."""

_CHARACTER_SETS = {
    "ISO_IR 100": "Zqéñü",
    "ISO_IR 144": "Зкюжы",
    "ISO_IR 126": "Ζκωψλ",
    "ISO_IR 192": "Zq木漢字",
    "GB18030": "轧青木漢",
    r"\ISO 2022 IR 87": "木漢字青山",
    r"\ISO 2022 IR 149": "김희중홍길",
}
"""Letters of a name that no word of a protocol has."""


class InstanceDraft:
    """A copy of an instance.

    Attributes
    ----------
    tail
        Bytes behind the last element.
    """

    def __init__(self, source: "Dataset") -> None:
        self.dataset: Any = deepcopy(source)
        self.tail = b""

    def node(self, path: tuple[int, ...]) -> Any:
        """The dataset, or the first item below the sequences `path`, made where they are missing."""
        from pydicom import Dataset

        node = self.dataset
        for tag in path:
            if tag not in node or not node[tag].value:
                node.add_new(tag, "SQ", [Dataset()])
            node = node[tag].value[0]
        return node

    def encode(self) -> bytes:
        """The file's bytes."""
        buffer = BytesIO()
        self.dataset.save_as(buffer, enforce_file_format=True)
        return buffer.getvalue() + self.tail


def instance_places(numbers: Numbers) -> dict[str, list[Place]]:
    """The places of an instance, by what they have in common; each group goes into a copy of its own."""
    rows = [*_rows()]
    groups = {
        "attributes": [_attribute(tag, vr, (), numbers) for tag, vr in rows if tag >> 16 not in _MESSAGES],
        "attributes in items": [_attribute(tag, vr, NEST, numbers) for tag, vr in rows],
        "hiding places": [*_hiding_places(numbers)],
        "a name in other texts": _repeated(numbers),
    }
    for charset in _CHARACTER_SETS:
        groups[f"a name in {charset}"] = _named(charset, numbers)
    return groups


def _rows() -> Iterator[tuple[int, str]]:
    """Tag and VR of each row of both tables; of repeating groups the first."""
    for row in (*read_table("ps315_e1_1.csv"), *read_table("ps315_gaps.csv")):
        digits = re.sub(r"[(),]", "", row["tag"])
        if "g" not in digits and digits[:4] != "50xx" and row.get("category") != "file_meta":
            yield int(digits.replace("x", "0"), 16), row["vr"]


def _attribute(tag: int, vr: str, path: tuple[int, ...], numbers: Numbers) -> Place:
    planted = plant(tag, vr, numbers.next())
    is_found_by_bytes = planted.token.startswith(("ZQ", ROOT))
    return Place(
        where=f"{_name(tag)}{IN_ITEMS if path else ''}",
        token=planted.token if is_found_by_bytes else "",
        put=_putting(planted, path),
        tag=tag,
        vr=planted.vr,
        path=path,
        text="" if planted.vr == "SQ" else str(planted.value),
    )


def _putting(planted: Planted, path: tuple[int, ...]) -> Callable[[InstanceDraft], None]:
    def put(draft: InstanceDraft) -> None:
        draft.node(path).add_new(planted.tag, planted.vr, planted.value)

    return put


def _name(tag: int) -> str:
    return f"{format_tag(tag)} {dictionary().keyword(tag)}".strip()


def _hiding_places(numbers: Numbers) -> Iterator[Place]:
    """Everywhere but in attributes that a table lists."""
    yield from (_attribute(tag, vr, path, numbers) for tag, vr in _UNLISTED for path in ((), NEST))
    yield _preamble(word(numbers.next()))
    yield from (_file_meta(keyword, vr, numbers) for keyword, vr in _FILE_META.items())
    for path in ((), NEST):
        yield from _private(path, numbers)
    for group in (*range(0x5000, 0x5020, 2), *range(0x6000, 0x6020, 2)):
        for element, vr in ((0x0022, "LO"), (0x3000, "OW"), (0x4000, "LT")):
            yield _untabled(group << 16 | element, vr, (), numbers)
    yield _untabled(0xFFFCFFFC, "OB", (), numbers)
    yield _behind("behind the pixels", word(numbers.next()), _pad_pixels)
    yield _behind("behind the last element", word(numbers.next()), _append)


def _untabled(tag: int, vr: str, path: tuple[int, ...], numbers: Numbers) -> Place:
    """An element that goes under every profile."""
    planted = plant(tag, vr, numbers.next())
    return Place(f"{_name(tag)}{IN_ITEMS if path else ''}", planted.token, _putting(planted, path))


def _private(path: tuple[int, ...], numbers: Numbers) -> Iterator[Place]:
    """A block of a creator that nobody knows."""
    planted = [plant(0x00990010, "LO", numbers.next())]
    vrs = ("LO", "PN", "UN", "SQ", "UI")
    planted += [plant(0x00991000 + number, vr, numbers.next()) for number, vr in enumerate(vrs)]
    for one in planted:
        where = f"private {_name(one.tag)}{IN_ITEMS if path else ''}"
        yield Place(where, one.token, _putting(one, path))


def _preamble(token: str) -> Place:
    def put(draft: InstanceDraft) -> None:
        draft.dataset.preamble = (token.encode() * 16)[:128]

    return Place("preamble", token, put)


def _file_meta(keyword: str, vr: str, numbers: Numbers) -> Place:
    planted = plant(0, vr, numbers.next())

    def put(draft: InstanceDraft) -> None:
        setattr(draft.dataset.file_meta, keyword, planted.value)
        if keyword == "PrivateInformation":
            draft.dataset.file_meta.PrivateInformationCreatorUID = f"{ROOT}1"

    return Place(f"file meta: {keyword}", planted.token, put)


def _behind(where: str, token: str, put: Callable[[InstanceDraft, bytes], None]) -> Place:
    return Place(where, token, lambda draft: put(draft, token.encode()))


def _pad_pixels(draft: InstanceDraft, data: bytes) -> None:
    if "PixelData" in draft.dataset and not draft.dataset.file_meta.TransferSyntaxUID.is_encapsulated:
        draft.dataset["PixelData"].value += data


def _append(draft: InstanceDraft, data: bytes) -> None:
    draft.tail += data


def _repeated(numbers: Numbers) -> list[Place]:
    """A patient's name in texts that stay."""
    token = word(numbers.next())

    def put(draft: InstanceDraft) -> None:
        draft.dataset.PatientName = f"{token.capitalize()}^Ina"
        for tag, vr, _ in _CARRIERS:
            draft.dataset.add_new(tag, vr, f"scanned for {token.lower()}")
            draft.node(NEST).add_new(tag, vr, f"for Ina {token}")

    return [Place("the patient's name in texts that no table lists", token, put)]


def _named(charset: str, numbers: Numbers) -> list[Place]:
    """The same in a character set, with a name of letters that ASCII lacks."""
    letters, number = _CHARACTER_SETS[charset], numbers.next()
    name = letters + "".join(letters[int(digit) % len(letters)] for digit in f"{number:05d}")

    def put(draft: InstanceDraft) -> None:
        draft.dataset.SpecificCharacterSet = charset.split("\\")
        draft.dataset.add_new(0x00100010, "PN", name)
        draft.dataset.add_new(0x00081090, "LO", f"for {name}")

    return [Place(f"a name in {charset}", name, put)]
