"""Photos with boxes: painted over first, then planned like any other photo.

Boxes are drawn, or cover faces and text that a detector finds. They lie in it as a viewer shows it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import cached_property

from bme_med import engines
from bme_med.core import (
    Action,
    Box,
    Code,
    FileError,
    Format,
    Plan,
    Policy,
    Profile,
    Refusal,
    Region,
    Source,
    UnsupportedFileError,
    sniff,
)
from bme_med.core.detection import FacesFound
from bme_med.photo.findings import NOT_LOOKED_FOR
from bme_med.photo.orientation import stored_region
from bme_med.pixels.decoders import are_installed
from bme_med.run.painted_outside import look_at
from bme_med.run.pictures import PictureForm, check_sizes, is_turned_by_xmp_alone, read_picture_form
from bme_med.run.plain_pictures import compare_plainly

__all__ = ["plan_any"]

_WAYS = (
    'set photo.faces = "eyes" or "face" to cover it, or "reviewed" where a person has looked; or draw boxes '
    "(--boxes)"
)
_FACE = f"a face shows in this photo; {_WAYS}"
_UNSURE = f"a face may show in this photo, but that is uncertain; {_WAYS}"
_NO_DETECTOR = "no detector is installed: pip install 'bme-med[detect]', or set {} = \"off\""
_MAYBE_FACE = "whether all faces were found is uncertain, look at it"
_MAYBE_TEXT = "what may be text was left, look at it"
_TURNED_BY_XMP = (
    "XMP alone turns this photo, and viewers disagree about that: open it, save it anew, and use that"
)
_TURNED_WEBP = (
    "boxes lie in the picture as Exif turns it, but browsers do not turn WebP: look whether they lie right"
)
_RECODED = "pixels outside the boxes were coded again, and differ a little from before"
_FAULT = "painting changed pixels outside the boxes: this is a fault of bme-med, please report it"
_UNCOVERED = "painting did not cover all of a box: this is a fault of bme-med, please report it"
_LOSSY = (Format.HEIF,)
_LAYERED = (Format.GIF, Format.PNG, Format.WEBP)
"""Frames of these lie on each other, and some cover a part of the picture alone."""
_CHROMA_EDGE = 2
"""Pixels inside a box of a JPEG whose chroma decoders mix from both sides of its edge."""
_BLOCK = 40
"""Pixels around a box of a JPEG that may change: the largest MCU, and what chroma is mixed from."""


def plan_any(source: Source, policy: Policy) -> tuple[Source, Plan | Refusal]:
    """What is planned, `source` or a photo painted over, and the plan; the DICOM engine paints by itself."""
    plan = engines.plan(source, policy)
    format_ = sniff(source)
    if isinstance(plan, Refusal) or format_ is Format.DICOM or not _is_asked(policy):
        return source, plan
    try:
        photo = source[0 : len(source)]
        painter = _Painter(photo, format_, policy)
        painted = painter.paint()
    except FileError as error:
        return source, Refusal(str(error), format_)
    if painted is not photo:
        before, plan = plan.findings, engines.plan(painted, policy)
        if isinstance(plan, Plan):  # painting removes things too, such as what followed the picture
            plan = replace(plan, findings=tuple(dict.fromkeys((*before, *plan.findings))))
    return painted, painter.told(plan)


def _is_asked(policy: Policy) -> bool:
    profile = policy.profile
    return bool(policy.boxes) or profile.faces != "off" or profile.photo_text != "off"


class _Painter:
    """Finds the boxes of one photo, and paints them over."""

    def __init__(self, photo: bytes, format_: Format, policy: Policy) -> None:
        self._photo = photo
        self._format = format_
        self._profile = policy.profile
        self._detector = policy.detector
        self._actions: list[Action] = []
        self._findings: list[str] = []
        self._boxes = list(self._drawn(policy))
        self._boxes += [*self._text(), *self._faces()]

    @cached_property
    def _form(self) -> PictureForm:
        return read_picture_form(self._photo)

    def _drawn(self, policy: Policy) -> Iterable[Box]:
        """What the user drew; rules that ask for attributes are for instances.

        Raises
        ------
        UnsupportedFileError
            If viewers show the photo in different ways, so that nobody knows where the user drew; if a box
            covers nothing of it.
        """
        rules = [rule for rule in policy.boxes if not rule.conditions]
        if rules and is_turned_by_xmp_alone(self._photo):
            raise UnsupportedFileError(_TURNED_BY_XMP)
        if rules and self._format is Format.WEBP and self._form.orientation > 1:
            self._findings.append(_TURNED_WEBP)
        for rule in rules:
            yield from rule.drawn(rows=self._form.shown_rows, columns=self._form.shown_columns)

    def _text(self) -> Iterable[Box]:
        """What covers text.

        Raises
        ------
        UnsupportedFileError
            If it is asked for, and no detector is installed.
        """
        if self._profile.photo_text == "off":
            return
        if self._detector is None:
            raise UnsupportedFileError(_NO_DETECTOR.format("photo.text"))
        found = self._detector.find_photo_text(self._photo)
        burned = [("text", found.confirmed)]
        if self._profile.marks == "burn":
            burned.append(("mark", found.marks))
        if self._profile.suspect == "burn":
            burned.append(("what may be text", found.suspect))
        elif found.suspect:
            self._findings.append(f"{_MAYBE_TEXT}: {'; '.join(map(str, found.suspect))}")
        for origin, regions in burned:
            yield from (Box(region, origin) for region in regions)

    def _faces(self) -> Iterable[Box]:
        """What covers faces or eyes.

        Raises
        ------
        UnsupportedFileError
            If a face is to be seen by a person first.
        """
        what = self._profile.faces
        if what not in ("refuse", "eyes", "face"):
            return ()
        if self._detector is None:
            if what == "refuse":
                return ()
            raise UnsupportedFileError(_NO_DETECTOR.format("photo.faces"))
        found = self._detector.find_faces(self._photo)
        if what == "refuse":
            self._refuse_uncovered(found)
            return ()
        if found.is_unsure:
            self._findings.append(_MAYBE_FACE)
        return (Box(region, what) for region in (found.eyes if what == "eyes" else found.faces))

    def _refuse_uncovered(self, found: FacesFound) -> None:
        """Raise where a face is found whose eyes no box covers yet."""
        limits = {"rows": self._form.shown_rows, "columns": self._form.shown_columns}
        for eyes, face in zip(found.eyes, found.faces, strict=True):
            shown = [region.clipped(**limits) for region in (eyes, face)]
            if not any(box.region.covers(region) for box in self._boxes for region in shown):
                raise UnsupportedFileError(_UNSURE if found.is_unsure else _FACE)

    def paint(self) -> bytes:
        """The photo with all boxes painted over; the same object where there are none.

        Raises
        ------
        FileError
            If it cannot be painted over.
        """
        if not self._boxes:
            return self._photo
        form = self._form
        limits = {"rows": form.shown_rows, "columns": form.shown_columns}
        shown = [region for box in self._boxes if not (region := box.region.clipped(**limits)).is_empty]
        if not shown:
            return self._photo
        from bme_med.pixels.photo import paint_photo

        if are_installed():
            check_sizes(self._photo)
        stored = [
            stored_region(region, form.orientation, rows=form.rows, columns=form.columns) for region in shown
        ]
        made = paint_photo(self._photo, self._format, stored)
        if made.note:
            self._findings.append(made.note)
        self._actions = [
            Action(f"pixels: {box.region.clipped(**limits)}", Code.REDACT, box.origin) for box in self._boxes
        ]
        if are_installed():
            self._compare(made.data, shown)
        else:
            self._note_equal(*compare_plainly(self._photo, made.data, stored))
        return made.data

    def _note_equal(self, what: str, digest: str) -> None:
        rule = f"as before, SHA-256 of the {what} {digest}"
        self._actions.append(Action("pixels: outside the boxes", Code.REDACT, rule))

    def _compare(self, painted: bytes, regions: Sequence[Region]) -> None:
        """Decode both pictures, and note that nothing outside changed.

        Raises
        ------
        UnsupportedFileError
            If something did, and the format is one that loses nothing; or if not all inside is of one colour.
        """
        margin = _BLOCK if self._format is Format.JPEG else 0
        edge = _CHROMA_EDGE if self._format is Format.JPEG else 0
        around = [region.grown(margin, margin) for region in regions]
        inside = [region.grown(-edge, -edge) for region in regions]
        before, after = look_at(self._photo, around), look_at(painted, around, inside)
        if not after.are_covered and not (self._format in _LAYERED and len(after.sizes) > 1):
            raise UnsupportedFileError(_UNCOVERED)
        if before.sizes == after.sizes and before.outside == after.outside:
            self._note_equal("samples", after.outside)
        elif self._format in _LOSSY:
            self._findings.append(_RECODED)
        else:
            raise UnsupportedFileError(_FAULT)

    def told(self, plan: Plan | Refusal) -> Plan | Refusal:
        """`plan` with what was painted, and what a person should know."""
        if isinstance(plan, Refusal):
            return plan
        found = (text for text in plan.findings if text != NOT_LOOKED_FOR)
        findings = (
            *_not_looked_for(self._profile, has_detector=self._detector is not None),
            *found,
            *self._findings,
        )
        return replace(plan, actions=(*self._actions, *plan.actions), findings=findings)


def _not_looked_for(profile: Profile, *, has_detector: bool) -> Iterable[str]:
    """What nobody looked for in a photo."""
    is_seen = profile.faces == "reviewed"
    has_text = is_seen or profile.photo_text == "burn"
    has_faces = is_seen or (has_detector and profile.faces != "off")
    if not (has_text or has_faces):
        yield NOT_LOOKED_FOR
    elif not has_text:
        yield "burned-in text was not looked for"
    elif not has_faces:
        yield "faces were not looked for"
