"""One photo of the output, as pyexiv2 and Pillow read it: its container, its colour profile, its picture."""

import io
import re
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pyexiv2  # type: ignore[import-untyped]
from PIL import Image, ImageCms

from bme_med.core import DatePolicy, Format, Profile, sniff
from bme_med.verify.claimed import OTHER, is_claim_of_photo
from bme_med.verify.colours import foreign_in_profile
from bme_med.verify.containers import foreign_parts, hidden_parts
from bme_med.verify.findings import Check, Problem
from bme_med.verify.harvest import NOBODY, Identifiers, date_forms, spaced
from bme_med.verify.judged import Judged, Told
from bme_med.verify.pictured import Picture, differences
from bme_med.verify.search import needles_of
from bme_med.verify.tables import load_tables

__all__ = ["PhotoJudge", "properties", "texts_beside"]

_HEAD_BYTES = 144
_ORIENTATION = ("Exif.Image.Orientation", "Xmp.tiff.Orientation")
_YEAR = "Xmp.photoshop.DateCreated"
_PROFILE_TEXTS = {"Colour profile", "Removed", "", None}
"""Texts of a colour profile that was rebuilt."""

_PROFILE_FIELDS = ("profile_description", "copyright", "manufacturer", "model", "target", "viewing_condition")
_IDENTIFYING = re.compile(
    r"artist|author|byline|creator|owner|copyright|credit|contact|person|name|serial|unique|title|caption|"
    r"description|subject|keyword|comment|headline|city|location|country|state|address|phone|email|web|gps|"
    r"software|make|model|id$|history|document|source|instructions|label",
    re.IGNORECASE,
)
_DATE = re.compile(r"(\d{4})[:-](\d\d)[:-](\d\d)")
_SHORTEST_WORD = 6
_OWN_WORDS = frozenset(
    (
        *("xpacket", "xmpmeta", "adobe", "description", "orientation", "datecreated", "photoshop"),
        *("colour", "profile", "removed"),
    )
)
"""Words that an output may hold: of a packet of XMP, and of a colour profile that was rebuilt."""


class PhotoJudge:
    """Judges photos under one profile."""

    def __init__(self, profile: Profile) -> None:
        self.profile = profile
        self._vocabulary = load_tables().vocabulary

    def judge(self, data: bytes, source: bytes | None, told: Told) -> Judged:
        """All that is wrong with the output `data`."""
        format_ = sniff(data[:_HEAD_BYTES])
        problems = [Problem(place, Check.CONTAINER, text) for place, text in foreign_parts(data, format_)]
        if self.profile.hidden_pixels == "refuse":
            problems += [Problem(place, Check.CONTAINER, text) for place, text in hidden_parts(data, format_)]
        problems += self._properties(data, format_)
        picture = Picture.of(data)
        if picture is None:
            problems.append(Problem("", Check.READABLE, "Pillow cannot show it"))
        else:
            problems += self._colours(picture.profile)
        if picture is not None and self.profile.orientation == "keep":
            problems += _untrue_claims(data, picture, told, format_)
        identifiers = NOBODY
        if source is not None:
            if picture is not None and not told.was_converted:
                problems += differences(source, picture, told.boxes, format_)
            identifiers = self._identifiers(source)
            needles = needles_of(identifiers)
            if any(True for _ in needles.found_in(data)):
                problems.append(
                    Problem("", Check.IDENTIFIER, "an identifier of the source stands in the bytes")
                )
        digest = picture.digest() if picture is not None else ""
        is_named = self.profile.names != "keep"
        return Judged(
            tuple(problems),
            digest=digest,
            has_source=source is not None,
            identifiers=identifiers if is_named else NOBODY,
        )

    def _properties(self, data: bytes, format_: Format) -> Iterator[Problem]:
        for name, value in properties(data).items():
            is_structure = format_ is Format.TIFF and name.startswith("Exif.Image")
            if name in _ORIENTATION and self.profile.orientation == "keep":
                continue
            if name == _YEAR and self.profile.dates is DatePolicy.YEAR and re.fullmatch(r"\d{4}", value):
                continue
            if not is_structure:
                yield Problem(name, Check.CONTAINER, "a property that no picture needs")

    def _colours(self, profile: bytes) -> Iterator[Problem]:
        if not profile or self.profile.color_profile == "keep":
            return
        if self.profile.color_profile == "drop":
            yield Problem("ICC", Check.CONTAINER, "a colour profile, which goes under this profile")
            return
        yield from (Problem("ICC", Check.CONTAINER, text) for text in foreign_in_profile(profile))
        with suppress(ImageCms.PyCMSError, OSError, TypeError):
            opened = ImageCms.getOpenProfile(io.BytesIO(profile)).profile
            for field in _PROFILE_FIELDS:
                if str(getattr(opened, field, None) or "").strip() not in _PROFILE_TEXTS:
                    yield Problem(f"ICC {field}", Check.CONTAINER, "a text in the colour profile")

    def _identifiers(self, source: bytes) -> Identifiers:
        """What a source says of people, places, times and devices."""
        parts: set[str] = set()
        dates: set[str] = set()
        told = {**properties(source), **texts_beside(source)}
        for name, value in told.items():
            for year, month, day in _DATE.findall(value):
                dates |= date_forms(year + month + day)
            if _IDENTIFYING.search(name):
                whole = value.strip().lower()
                parts |= {whole} if len(whole) < 200 else set()
                parts |= {word for word in spaced(value).split() if len(word) >= _SHORTEST_WORD}
        sought = {part for part in parts if len(part) >= _SHORTEST_WORD and not self._is_common(part)}
        return Identifiers(frozenset(sought), frozenset(), frozenset(dates), frozenset())

    def _is_common(self, part: str) -> bool:
        if part.isdigit():
            return False
        words = spaced(part).split()
        return all(word in self._vocabulary or word in _OWN_WORDS or word.isdigit() for word in words)


def properties(data: bytes) -> dict[str, str]:
    """Exif, IPTC and XMP properties, comment and thumbnail, as Exiv2 names them; none that it cannot read."""
    pyexiv2.set_log_level(4)
    found: dict[str, str] = {}
    with suppress(RuntimeError, UnicodeDecodeError), pyexiv2.ImageData(data) as image:
        for read in (image.read_exif, image.read_iptc, image.read_xmp):
            with suppress(RuntimeError, UnicodeDecodeError):
                found |= {name: str(value) for name, value in (read() or {}).items()}
        with suppress(RuntimeError, UnicodeDecodeError):
            if comment := image.read_comment():
                found["Comment"] = str(comment)
            if image.read_thumbnail():
                found["Thumbnail"] = ""
    return found


def texts_beside(data: bytes) -> dict[str, str]:
    """Texts that Pillow finds beside a picture: text chunks of a PNG, comments."""
    with suppress(Exception), Image.open(io.BytesIO(data)) as image:
        texts: dict[str, Any] = {"comment": image.info.get("comment"), **getattr(image, "text", {})}
        return {
            f"{key} comment": value.decode("latin-1") if isinstance(value, bytes) else str(value)
            for key, value in texts.items()
            if value
        }
    return {}


def _untrue_claims(data: bytes, after: Picture, told: Told, format_: Format) -> Iterator[Problem]:
    """What the audit says of a photo that was painted over, seen without its source."""
    if told.outside is not None and not is_claim_of_photo(
        data, told.boxes, told.outside, frames=len(after.frames), is_jpeg=format_ is Format.JPEG
    ):
        yield Problem("", Check.AUDIT, OTHER)
