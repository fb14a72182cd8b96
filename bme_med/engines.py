"""Which engine answers for which format, and what a person can do about a format that has none."""

from collections.abc import Iterator
from typing import Protocol, assert_never

from bme_med import dicom
from bme_med.core import (
    FileError,
    Format,
    Plan,
    Policy,
    Profile,
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


def plan(source: Source, policy: Policy) -> Plan | Refusal:
    """Decide what the de-identified copy of `source` is, or why there is none."""
    format_ = sniff(source)
    engine = _engine_for(format_)
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
    engine = _engine_for(sniff(source))
    if isinstance(engine, str):
        raise UnsupportedFileError(engine)
    return engine.describe(source)


def why_no_engine(format_: Format) -> str:
    """Why files of `format_` are refused, whatever they hold; empty where there is an engine."""
    engine = _engine_for(format_)
    return engine if isinstance(engine, str) else ""


def _engine_for(format_: Format) -> Engine | str:
    """The engine of `format_`, or why there is none and what to do."""
    match format_:
        case Format.DICOM:
            return dicom
        case Format.JPEG:
            return jpeg
        case Format.PNG:
            return png
        case Format.WEBP:
            return webp
        case Format.GIF:
            return gif
        case Format.HEIF:
            return heif
        case Format.BMP:
            return bmp
        case Format.JPEG_XL | Format.JPEG_2000:
            name = {
                Format.JPEG_XL: "JPEG XL",
                Format.JPEG_2000: "JPEG 2000",
            }[format_]
            return (
                f"{name} photos are not supported: convert them to PNG, which loses nothing, then run again"
            )
        case Format.RAW:
            return RAW_FILE
        case Format.TIFF:
            return tiff
        case Format.PSD:
            return "a Photoshop document holds layers and history: export it as PNG or TIFF, then run again"
        case Format.PDF:
            return "a PDF document can name a person anywhere: leave it out, or export its pictures as PNG"
        case Format.VIDEO:
            return (
                "videos are not supported, nor that of a live photo: sound, faces and captions cannot be "
                "checked; leave it out"
            )
        case Format.ARCHIVE:
            return "an archive or office document is not looked into: unpack it, then run again"
        case Format.EMPTY:
            return "the file is empty: copy it again from where it came, or leave it out"
        case Format.UNKNOWN:
            return (
                "neither DICOM nor a kind of image that is known here: look at it yourself, and leave it out"
            )
        case _:
            assert_never(format_)
