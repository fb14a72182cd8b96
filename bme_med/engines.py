"""Which engine answers for which format, and what a person can do about a format that has none."""

from collections.abc import Iterator, Mapping
from typing import Protocol

from bme_med import dicom
from bme_med.core import (
    FileError,
    Format,
    Plan,
    Policy,
    Profile,
    ProfileError,
    Refusal,
    Source,
    UnsupportedFileError,
    sniff,
)
from bme_med.core.describe import Part
from bme_med.core.pseudonyms import PSEUDONYM_LENGTH
from bme_med.photo import bmp, gif, heif, jpeg, png, tiff, webp
from bme_med.photo.errors import RAW_FILE
from bme_med.photo.gate import check_output

__all__ = ["Engine", "describe", "plan", "prepare", "why_no_engine"]


class Engine(Protocol):
    """What every engine offers; each is a module."""

    def plan(self, source: Source, policy: Policy, /) -> Plan | Refusal:
        """Decide what the de-identified copy of `source` is, or why there is none."""
        ...

    def describe(self, source: Source, /) -> Iterator[Part]:
        """The parts of `source` with their values, for a person's own screen."""
        ...


def prepare(profile: Profile, subject_length: int = PSEUDONYM_LENGTH) -> None:
    """Compile `profile`, so that what only an engine can judge in it is found before a run starts.

    Subjects have up to `subject_length` characters: pseudonyms, unless the user gives names.

    Raises
    ------
    ProfileError
        If it names an attribute that does not exist, for example.
    """
    dicom.action_table(profile)
    dicom.check_lengths(profile, subject_length)
    if unknown := dicom.check_names(rule.conditions for rule in profile.regions):
        raise ProfileError(
            f"match.{unknown}: no attribute has this keyword", source=profile.name, key="pixels.regions"
        )


def plan(source: Source, policy: Policy) -> Plan | Refusal:
    """Decide what the de-identified copy of `source` is, or why there is none."""
    format_ = sniff(source)
    engine = _ANSWERS[format_]
    if isinstance(engine, str):
        return Refusal(engine, format_)
    try:
        planned = engine.plan(source, policy)
        if isinstance(planned, Plan) and engine is not dicom:
            check_output(engine.plan, planned, source, policy)
    except FileError as error:
        return Refusal(str(error), format_)
    return planned


def describe(source: Source) -> Iterator[Part]:
    """The parts of `source` with their values.

    Raises
    ------
    FileError
        If there is no engine for the format, or the bytes break its grammar.
    """
    engine = _ANSWERS[sniff(source)]
    if isinstance(engine, str):
        raise UnsupportedFileError(engine)
    return engine.describe(source)


def why_no_engine(format_: Format) -> str:
    """Why files of `format_` are refused, whatever they hold; empty where there is an engine."""
    engine = _ANSWERS[format_]
    return engine if isinstance(engine, str) else ""


_TO_PNG = "photos are not supported: convert them to PNG, which loses nothing, then run again"

_ANSWERS: Mapping[Format, Engine | str] = {
    Format.DICOM: dicom,
    Format.JPEG: jpeg,
    Format.PNG: png,
    Format.WEBP: webp,
    Format.GIF: gif,
    Format.HEIF: heif,
    Format.BMP: bmp,
    Format.TIFF: tiff,
    Format.JPEG_XL: f"JPEG XL {_TO_PNG}",
    Format.JPEG_2000: f"JPEG 2000 {_TO_PNG}",
    Format.RAW: RAW_FILE,
    Format.PSD: "a Photoshop document holds layers and history: export it as PNG or TIFF, then run again",
    Format.PDF: "a PDF document can name a person anywhere: leave it out, or export its pictures as PNG",
    Format.VIDEO: "videos are not supported, nor that of a live photo: sound, faces and captions cannot be "
    "checked; leave it out",
    Format.ARCHIVE: "an archive or office document is not looked into: unpack it, then run again",
    Format.EMPTY: "the file is empty: copy it again from where it came, or leave it out",
    Format.UNKNOWN: "neither DICOM nor a kind of image that is known here: look at it yourself, and leave it "
    "out",
}
"""The engine of each format, or why there is none and what to do; a test holds it complete."""
