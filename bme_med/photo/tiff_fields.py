"""Values of a TIFF directory: numbers that are asked for, and the fields that stay (TIFF 6.0, 2 and 8)."""

import struct
from fractions import Fraction
from typing import NamedTuple

from bme_med.core.source import Source
from bme_med.photo.errors import DamagedPhotoError
from bme_med.photo.tiff_ifd import LONG, RATIONAL, SHORT, Directory, Entry, Form
from bme_med.photo.tiff_tags import KEPT, Kind, Rule, Tag

__all__ = ["Field", "Fields"]

_DIGITS = 10_000


class Field(NamedTuple):
    """The value of a tag as it is written."""

    type: int
    members: int
    data: bytes


class Fields:
    """The values of one directory."""

    def __init__(self, source: Source, form: Form, directory: Directory) -> None:
        self.source = source
        self.form = form
        self.directory = directory
        self.where = f"IFD{directory.number}"

    def numbers(self, tag: Tag) -> tuple[int, ...]:
        """Whole numbers; none where the tag is absent."""
        entry = self.directory.find(tag)
        if entry is None:
            return ()
        numbers = entry.numbers(self.source, self.form)
        if not all(isinstance(number, int) for number in numbers):
            raise DamagedPhotoError("a value is not a whole number", where=entry.where)
        return tuple(int(number) for number in numbers)

    def number(self, tag: Tag, default: int | None = None) -> int:
        """One whole number."""
        numbers = self.numbers(tag)
        if not numbers and default is None:
            raise DamagedPhotoError(f"{tag.name} is missing", where=self.where)
        return numbers[0] if numbers else default or 0

    def kept(self, samples: int) -> dict[int, Field]:
        """Every tag that stays by a rule alone."""
        fields = {}
        for tag, rule in KEPT.items():
            entry = self.directory.find(tag)
            if entry is None:
                continue
            try:
                field = self._field(entry, rule, samples)
            except DamagedPhotoError:
                if rule.is_needed:
                    raise
                continue
            fields[int(tag)] = field
        return fields

    def _field(self, entry: Entry, rule: Rule, samples: int) -> Field:
        if rule.kind is Kind.FRACTION:
            return self._fractions(entry, rule)
        numbers = entry.numbers(self.source, self.form)
        count = rule.members or (samples if entry.members >= samples else 1)
        count = min(entry.members, samples) if count < 0 else count
        if len(numbers) < count or not all(isinstance(n, int) and n <= rule.highest for n in numbers[:count]):
            raise DamagedPhotoError("a value is not one that is legal", where=entry.where)
        type_ = SHORT if rule.highest <= 0xFFFF else LONG
        letter = "H" if type_ == SHORT else "I"
        kept = (int(number) for number in numbers[:count])
        return Field(type_, count, struct.pack(f"{self.form.order}{count}{letter}", *kept))

    def _fractions(self, entry: Entry, rule: Rule) -> Field:
        """Rational numbers of few digits: what a number says stays, what could be spelt in it goes."""
        if entry.type == RATIONAL:
            parts = struct.unpack(f"{self.form.order}{2 * entry.members}I", entry.read(self.source))
            pairs = list(zip(parts[::2], parts[1::2], strict=True))[: rule.members]
            values = [Fraction(*pair) if pair[1] else Fraction(-1) for pair in pairs]
        else:
            numbers = entry.numbers(self.source, self.form)[: rule.members]
            is_finite = all(abs(number) <= rule.highest for number in numbers)
            values = [Fraction(number) for number in numbers] if is_finite else []
        if len(values) < rule.members or not all(0 <= value <= rule.highest for value in values):
            raise DamagedPhotoError("a value is not one that is legal", where=entry.where)
        data = b"".join(
            struct.pack(f"{self.form.order}II", value.numerator, value.denominator)
            for value in (value.limit_denominator(_DIGITS) for value in values)
        )
        return Field(RATIONAL, rule.members, data)
