"""One DICOM output as pydicom reads it: counted to the last byte, held against table and source, searched."""

import warnings
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import cast

from pydicom import FileDataset, config
from pydicom.dataelem import RawDataElement
from pydicom.uid import DeflatedExplicitVRLittleEndian

from bme_med.core import Profile
from bme_med.verify.elements import Element, Node
from bme_med.verify.findings import Check, Problem
from bme_med.verify.instance import Instance, check_instance, context_of, instance_of, uids_in
from bme_med.verify.judged import Judged, Told
from bme_med.verify.marks import SUBJECT_TAGS
from bme_med.verify.methods import METHOD, Maker, without_ours
from bme_med.verify.pixels import PIXEL_TAGS, claim_problems, pixel_digest, pixel_problems
from bme_med.verify.reading import Data, read_dataset
from bme_med.verify.rules import names_class
from bme_med.verify.search import Needles, needles_of, numbers_in, words_in
from bme_med.verify.seen import Seen
from bme_med.verify.tables import Tables, load_tables
from bme_med.verify.values import Context

__all__ = ["DicomJudge"]

_META_START = 132
_GROUP_LENGTH_BYTES = 12
_DELIMITER_BYTES = 8
_EXEMPT_VRS = frozenset({"CS", "IS", "DS"})
"""What stays as it is by every profile, and is not searched: code strings and numbers."""

_NUMERIC_VRS = frozenset({"AT", "DA", "DS", "DT", "FD", "FL", "IS", "SL", "SS", "SV", "TM", "UI", "UL", "US"})


@dataclass(frozen=True, slots=True)
class _Bytes:
    """The bytes of a file.

    Attributes
    ----------
    head
        Preamble and file meta.
    content
        The dataset without long pixel values, inflated where it was deflated.
    pixels
        Those values.
    size, unused
        Of the dataset, and of what lies behind a deflated one.
    """

    head: bytes
    content: bytes
    pixels: tuple[bytes, ...]
    size: int
    unused: int

    @classmethod
    def of(cls, data: Data, dataset: FileDataset) -> "_Bytes":
        length = dataset.file_meta.get("FileMetaInformationGroupLength")
        end = _META_START + _GROUP_LENGTH_BYTES + int(length or 0)
        if dataset.file_meta.get("TransferSyntaxUID") != DeflatedExplicitVRLittleEndian:
            content, pixels = _parted(data, end, dataset)
            return cls(data[:end], content, pixels, len(data) - end, 0)
        stream = zlib.decompressobj(-zlib.MAX_WBITS)
        inflated = stream.decompress(data[end:])
        content, pixels = _parted(inflated, 0, dataset)
        return cls(data[:end], content, pixels, len(inflated), len(stream.unused_data.rstrip(b"\0")))


def _parted(data: Data, start: int, dataset: FileDataset) -> tuple[bytes, tuple[bytes, ...]]:
    """What lies beside long pixel values, and those."""
    found = [dataset.get_item(tag) for tag in PIXEL_TAGS]
    raw = cast("list[RawDataElement]", [item for item in found if isinstance(item, RawDataElement)])
    pixels, beside = list[bytes](), list[bytes]()
    for item in sorted(raw, key=lambda item: item.value_tell):
        if item.value is not None and len(item.value) > _DELIMITER_BYTES:
            pixels.append(item.value)
            beside.append(data[start : item.value_tell])
            start = item.value_tell + len(item.value)
    return b"".join((*beside, data[start:])), tuple(pixels)


class DicomJudge:
    """Judges instances one by one under a profile; what they share, whoever asks compares."""

    def __init__(
        self, profile: Profile, *, has_own_subjects: bool = False, maker: Maker | None = None
    ) -> None:
        self.profile = profile
        self._maker = maker
        self.tables = load_tables()
        self._has_own_subjects = has_own_subjects

    def judge(self, data: Data, source: Data | None, told: Told) -> Judged:
        """All that is wrong with the output `data`, and what of it the others are compared with."""
        if told.boxes:  # to decode what was painted over, pydicom wants bytes
            data, source = bytes(data[:]), source if source is None else bytes(source[:])
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            after = self._read(data)
            before = self._read(source, force=True) if source is not None else None
            if after is None:
                return Judged((Problem("", Check.READABLE, "pydicom cannot read it"),))
            return self._judge(data, after, before, told)

    def _judge(self, data: Data, after: Instance, before: Instance | None, told: Told) -> Judged:
        context = context_of(
            before,
            self.profile,
            self.tables,
            Seen(),
            has_own_subjects=self._has_own_subjects,
            told=told,
            maker=self._maker,
        )
        parts = _Bytes.of(data, after.dataset)
        problems = [*_layout(data, parts, after), *check_instance(before, after, context)]
        problems += claim_problems(after.dataset, told, is_alone=before is None)
        if before is not None:
            problems += pixel_problems(before.dataset, after.dataset, told.boxes)
            known = {problem.place for problem in problems if problem.check is Check.IDENTIFIER}
            problems += _residue(parts, after, context, known)
        texts = _texts_of(after.node, context.maker)
        own = words_in(_texts_of(before.node, context.maker)) if before else set()
        return Judged(
            problems=tuple(problems),
            words=frozenset(words_in(texts) - own),
            uids=frozenset((*_uids_of(after.node, self.tables), *uids_in(texts.decode("latin-1")))),
            source_words=frozenset(_names_of(before.node) if before else ()),
            source_uids=frozenset(_uids_of(before.node, self.tables, context.kept) if before else ()),
            digest=pixel_digest(after.dataset),
            has_source=before is not None,
            seen=context.seen,
            instance=after.node.text(0x00080018),
            series=after.node.text(0x0020000E),
            identifiers=context.named,
        )

    def _read(self, data: Data, *, force: bool = False) -> Instance | None:
        """The instance; nothing where pydicom fails."""
        before = config.settings.reading_validation_mode
        config.settings.reading_validation_mode = config.IGNORE
        try:
            return instance_of(read_dataset(data, force=force), self.tables)
        except Exception:  # noqa: BLE001 - whatever it is that pydicom stumbles over
            return None
        finally:
            config.settings.reading_validation_mode = before


def _layout(data: Data, parts: _Bytes, after: Instance) -> Iterator[Problem]:
    """Whether elements account for every byte, in ascending order, each once (PS3.5, 7.1; PS3.10, 7.2)."""
    if data[128:132] != b"DICM":
        yield Problem("preamble", Check.FILE_META, "no DICM behind it")
    if parts.size != after.node.size or parts.unused:
        yield Problem("", Check.READABLE, "bytes that belong to no element, or elements that are cut off")
    for place, node, _ in after.node.walk():
        if not node.is_in_order:
            yield Problem(place, Check.READABLE, "elements are not in ascending order")
            return


def _residue(parts: _Bytes, after: Instance, context: Context, known: set[str]) -> Iterator[Problem]:
    """Identifiers of the source in any byte; places that are `known` already are not named again."""
    needles = needles_of(context.identifiers)
    if any(needles.found_in_pixels(part) for part in parts.pixels):
        yield Problem("(7FE0,0010)", Check.IDENTIFIER, "an identifier of the source stands in its bytes")
    forms = {*needles.found_in(parts.content), *needles.found_in(parts.head)}
    yield from _places(forms, parts, after.node, known, context.maker)
    yield from _packed(needles, after.node, known)
    yield from _numbers(needles, after.node, context, known)


def _places(forms: set[bytes], parts: _Bytes, node: Node, known: set[str], maker: Maker) -> Iterator[Problem]:
    """Where the forms stand; what stands where nothing is ever changed is no finding."""
    for form in forms:
        is_placed = False
        for place, _, found in node.walk():
            if found.tag not in PIXEL_TAGS and found.items is None and form in found.raw.lower():
                is_placed = True
                is_ours = found.tag in SUBJECT_TAGS or form not in _written(found, maker).lower()
                if place not in known and found.vr not in _EXEMPT_VRS and not is_ours:
                    yield Problem(place, Check.IDENTIFIER, "an identifier of the source stands in its bytes")
        if not is_placed:
            where = "file meta" if form in parts.head.lower() else "between elements, or packed"
            yield Problem(where, Check.IDENTIFIER, "an identifier of the source stands in the bytes")


def _packed(needles: Needles, node: Node, known: set[str]) -> Iterator[Problem]:
    """Identifiers inside what single elements hold packed."""
    for place, _, found in node.walk():
        is_bytes = found.vr in {"OB", "OW", "UN"} and found.tag not in PIXEL_TAGS and len(found.raw) > 8
        if is_bytes and place not in known and any(True for _ in needles.found_in(found.raw)):
            yield Problem(place, Check.IDENTIFIER, "an identifier of the source stands in its bytes")


def _numbers(needles: Needles, node: Node, context: Context, known: set[str]) -> Iterator[Problem]:
    """IDs and dates of digits alone, in what is no number and no date itself."""
    sought = needles.numbers | {date.encode() for date in context.identifiers.dates if date.isdigit()}
    for place, _, found in node.walk():
        if found.items is not None or found.vr in _NUMERIC_VRS or found.tag in (*PIXEL_TAGS, *SUBJECT_TAGS):
            continue
        raw = _written(found, context.maker)
        if place not in known and len(raw) > 5 and not sought.isdisjoint(numbers_in(raw)):
            yield Problem(place, Check.IDENTIFIER, "a number or date of the source stands in it")


def _written(found: Element, maker: Maker) -> bytes:
    """The bytes of an element, without what this application says of itself."""
    if found.tag != METHOD:
        return found.raw
    return without_ours(found.raw.decode("latin-1"), maker).encode("latin-1")


def _texts_of(node: Node, maker: Maker) -> bytes:
    """What stands in texts, for comparing words."""
    return b"\n".join(
        _written(found, maker) for _, _, found in node.walk() if found.items is None and _is_worded(found)
    )


def _is_worded(found: Element) -> bool:
    return found.vr not in _NUMERIC_VRS and found.tag not in PIXEL_TAGS and len(found.raw) < 65_536


def _names_of(node: Node) -> Iterator[bytes]:
    """Words of the source that name its patient."""
    for tag in (0x00100010, 0x00100020, 0x00101001, 0x00101005, 0x00101060):
        if tag in node.elements:
            yield from words_in(node.elements[tag].text.encode())


def _uids_of(node: Node, tables: Tables, kept: frozenset[int] = frozenset()) -> Iterator[str]:
    """UIDs of everything but classes and what is `kept`."""
    for _, _, found in node.walk():
        if found.vr != "UI" or found.tag in kept or names_class(tables.keyword(found.tag)):
            continue
        if found.items is None:
            yield from (uid for uid in found.values if uid and uid not in tables.registered)
