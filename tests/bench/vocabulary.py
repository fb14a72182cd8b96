"""What cleaning keeps and removes: ``python -m tests.bench.vocabulary [--held-out] [--lost] [--corpus DIR]``.

Names of protocols, and the descriptions of real files, are cleaned as they are, and with an invented
identifier among their words. Counted are the harmless words that stay and the identifiers that go.
``--lost`` prints what was lost and what stayed: use it where the files may be looked at.
"""

import argparse
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pydicom.data
from pydicom import Dataset, dcmread
from pydicom.errors import InvalidDicomError

from bme_med.dicom.folding import fold
from bme_med.dicom.identifiers import Identifiers, Kind, Mention
from bme_med.dicom.name_forms import is_common
from bme_med.dicom.texts import Texts
from tests.dicom.making import profile

__all__ = ["Count", "Measured", "Planted", "descriptions", "main", "measure", "planted", "protocols"]

TEXTS = Path(__file__).with_name("texts")
PAIRINGS = 12
"""Protocols and templates that each identifier is planted into."""

_FORMS = (
    "{family}, {given}",
    "{given} {family}",
    "{FAMILY} {GIVEN}",
    "{family}^{given}",
    "{initial}. {family}",
    "{family}",
)
_RUN = re.compile(r"[^\W_]+")
_LABELS = frozenset(
    (
        *(
            "dr",
            "prof",
            "mr",
            "mrs",
            "frau",
            "van",
            "von",
            "der",
            "den",
            "de",
            "la",
            "da",
            "del",
            "dela",
            "al",
        ),
        *("bin", "los", "mrn", "pid", "acc", "sn", "fallnr", "dob", "born", "tel"),
    )
)
"""What tells nothing of a person alone."""

_KINDS = {"person": Kind.PERSON, "id": Kind.ID, "phone": Kind.PHONE, "date": Kind.DATE}


@dataclass(frozen=True, slots=True)
class Planted:
    """An identifier as it is typed into a text.

    Attributes
    ----------
    kind
        What the table calls it.
    mention
        What the dataset itself says of it, where it does.
    """

    kind: str
    text: str
    mention: Mention | None = None

    def stands_in(self, text: str, around: str) -> bool:
        """Whether a part of it stands in `text` that does not stand `around` it anyway."""
        left = set(_RUN.findall(fold(text).text))
        return bool(self.secrets & left - set(_RUN.findall(fold(around).text)))

    @property
    def secrets(self) -> set[str]:
        """Its words and numbers, without titles, labels and single characters."""
        runs = (run for run in _RUN.findall(fold(self.text).text) if len(run) > 1 and run not in _LABELS)
        return {run for run in runs if self.kind.startswith("person") or not is_common(run)}


@dataclass(slots=True)
class Count:
    """So many of so many."""

    good: int = 0
    total: int = 0

    def add(self, *, good: int, total: int = 1) -> None:
        """Count once more."""
        self.good += good
        self.total += total

    def __str__(self) -> str:
        """For a table."""
        return f"{100 * self.good / self.total:.2f} % of {self.total:,}" if self.total else ""


@dataclass(slots=True)
class Measured:
    """Words kept, by what was cleaned; identifiers removed, by kind and by how."""

    kept: dict[str, Count] = field(default_factory=dict)
    removed: dict[tuple[str, str], Count] = field(default_factory=dict)
    lost: Counter[str] = field(default_factory=Counter)
    stayed: list[str] = field(default_factory=list)


def read_lines(name: str) -> list[str]:
    """Lines of a list of texts, notes left out."""
    lines = (TEXTS / name).read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def protocols(*, held_out: bool = False) -> list[str]:
    """Names of protocols; those held out were looked at only when the vocabulary was finished."""
    return read_lines("protocols_held_out.txt" if held_out else "protocols.txt")


def planted(*, held_out: bool = False) -> list[Planted]:
    """Persons in several forms, and other identifiers."""
    persons = read_lines("persons_held_out.txt" if held_out else "persons.txt")
    found = [each for row in persons for each in _person(*row.split("\t"))]
    rows = [] if held_out else [row.split("\t") for row in read_lines("identifiers.txt")]
    return [*found, *(Planted(kind, text, _mention(kind, text)) for kind, text in rows)]


def _person(_culture: str, name: str) -> Iterator[Planted]:
    mention = Mention(Kind.PERSON, "ISO_IR 192", name.encode())
    for group in name.split("="):
        family, given, *_ = group.split("^")
        parts = {"family": family, "given": given, "FAMILY": family.upper(), "GIVEN": given.upper()}
        for form in _FORMS:
            is_word = form == "{family}" and all(map(is_common, _RUN.findall(family)))
            text = form.format(initial=given[0], **parts)
            yield Planted("person, a family name that is a word" if is_word else "person", text, mention)


def _mention(kind: str, text: str) -> Mention | None:
    if kind == "date":
        value = "19610304" if "61" in text else "20240309"
        return None if ":" in text or "Uhr" in text else Mention(Kind.DATE, "", value.encode())
    if kind not in _KINDS or kind == "person":
        return None
    value = text if kind == "phone" else max(re.findall(r"[\w-]*\d[\w.-]*(?: \d[\d ]*)?", text), key=len)
    return Mention(_KINDS[kind], "", value.encode())


def measure(names: list[str], identifiers: list[Planted]) -> Measured:
    """Clean everything."""
    measured = Measured()
    nobody = Identifiers(())
    by_words, by_forms = (
        Texts(profile(f"[dicom]\ndescriptors = '{how}'"), nobody) for how in ("vocabulary", "patterns")
    )
    for name in names:
        _count_words(measured, "texts alone", name, _cleaned(by_words, name))
    templates = read_lines("templates.txt")
    for number, each in enumerate(identifiers):
        own = Texts(profile(), Identifiers([each.mention])) if each.mention else None
        for turn in range(PAIRINGS):
            name = names[(number * 7 + turn * 31) % len(names)]
            template = templates[(number + turn) % len(templates)]
            text = template.format(p=name, i=each.text)
            around = template.format(p=name, i="")
            outputs = {
                "cleaned, word by word": _cleaned(by_words, text),
                "cleaned, by form": _cleaned(by_forms, text),
            }
            if own:
                raw = own.search(text.encode(), "ISO_IR 192")
                outputs["kept, searched"] = raw.decode() if raw else ""
                outputs["cleaned and harvested"] = _cleaned(own, text)
                _count_words(measured, "texts with an identifier", name, outputs["cleaned and harvested"])
            for how, output in outputs.items():
                stays = each.stands_in(output, around)
                measured.removed.setdefault((each.kind, how), Count()).add(good=not stays)
                if stays:
                    measured.stayed.append(f"{each.kind} | {how} | {text} -> {output}")
    return measured


def _cleaned(texts: Texts, text: str) -> str:
    raw = texts.clean(text.encode(), "ISO_IR 192")
    return raw.decode() if raw else ""


_PYDICOM = [Path(pydicom.data.__file__).parent / name for name in ("test_files", "charset_files")]
DESCRIPTIONS = frozenset(
    (
        *("SeriesDescription", "StudyDescription", "ProtocolName", "PerformedProcedureStepDescription"),
        *("RequestedProcedureDescription", "ScheduledProcedureStepDescription", "ImageComments", "ROIName"),
        *("AcquisitionDeviceProcessingDescription", "DerivationDescription", "ContentDescription"),
        *("SegmentLabel", "DimensionDescriptionLabel", "ContrastBolusAgent", "ConvolutionKernel"),
        *("FilterType", "ReceiveCoilName", "SequenceName", "PulseSequenceName", "BeamName"),
    )
)
"""Code Meanings are not among them: standard ones stay whatever their words are."""


def descriptions(folders: list[Path]) -> list[str]:
    """Different descriptions of the files in `folders`, without what identifies in the same file."""
    found: dict[str, None] = {}
    for path in sorted(path for folder in folders for path in folder.rglob("*") if path.is_file()):
        try:
            ds = dcmread(path, stop_before_pixels=True)
            texts = Texts(profile(), Identifiers(_mentions(ds)))
            for element in ds.iterall():
                if element.keyword in DESCRIPTIONS and element.VR != "CS":
                    for value in element.value if element.VM > 1 else [element.value]:
                        raw = texts.search(str(value).encode(), "ISO_IR 192")
                        found.update({raw.decode(): None} if raw else {})
        except (InvalidDicomError, EOFError, AttributeError, ValueError, NotImplementedError, TypeError):
            continue
    return list(found)


def _mentions(ds: Dataset) -> list[Mention]:
    """What `ds` says of persons."""
    persons = [str(element.value) for element in ds.iterall() if element.VR == "PN" and element.value]
    persons_and_ids = [(Kind.PERSON, name) for name in persons] + [(Kind.ID, str(ds.get("PatientID", "")))]
    return [Mention(kind, "ISO_IR 192", text.encode()) for kind, text in persons_and_ids]


def _count_words(measured: Measured, what: str, name: str, output: str) -> None:
    words, left = _RUN.findall(name), Counter(_RUN.findall(output))
    lost = Counter(words) - left
    measured.kept.setdefault(what, Count()).add(good=len(words) - lost.total(), total=len(words))
    measured.lost.update({f"{what} | {word} | {name} -> {output}": times for word, times in lost.items()})


HOWS = ("kept, searched", "cleaned and harvested", "cleaned, word by word", "cleaned, by form")


def table(measured: Measured) -> str:
    """Markdown."""
    lines = ["| harmless words kept | share |", "|---|---|"]
    lines += [f"| {what} | {count} |" for what, count in measured.kept.items()]
    lines += ["", f"| identifiers removed | {' | '.join(HOWS)} |", "|---" * (len(HOWS) + 1) + "|"]
    for kind in dict.fromkeys(kind for kind, _ in measured.removed):
        cells = (str(measured.removed.get((kind, how), "")) for how in HOWS)
        lines.append(f"| {kind} | {' | '.join(cells)} |")
    return "\n".join(lines)


def main() -> None:
    """Measure, and print tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--held-out", action="store_true")
    parser.add_argument("--lost", action="store_true")
    parser.add_argument("--corpus", type=Path, help="take descriptions of the files here, and of pydicom's")
    options = parser.parse_args()
    folders = [options.corpus, *_PYDICOM] if options.corpus else []
    names = descriptions(folders) if options.corpus else protocols(held_out=options.held_out)
    measured = measure(names, planted(held_out=options.held_out))
    print(table(measured))
    if options.lost:
        print("\n".join([*measured.lost, *measured.stayed]))


if __name__ == "__main__":
    main()
