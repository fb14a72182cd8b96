"""What becomes of burned-in text in one instance: which boxes cover it, and what may be said afterwards.

Boxes come from the user, from rules for devices, from ultrasound regions and from a detector; all are united.
An instance that is likely to hold text, and that none of them covered or looked at, is refused.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from bme_med.core import Box, Option, Policy, Profile, Region, UnsupportedFileError
from bme_med.core.detection import Detector, TextFound
from bme_med.core.regions import covered_area
from bme_med.dicom.decoded_frames import frame_reader, pixel_element
from bme_med.dicom.device_regions import device_boxes, drawn_boxes, ultrasound_boxes
from bme_med.dicom.instance import Instance
from bme_med.dicom.pixel_form import shown_of
from bme_med.dicom.risk import is_medium_risk

__all__ = ["Redaction", "redaction_of", "why_unanswered"]

MAYBE_TEXT = "what may be text was left, look at it"
_MUCH, _TOO_MUCH = 0.05, 0.25
"""Shares of a picture that a detector may paint over unsaid, and at most: structures in anatomy are at times
taken for letters, and of a page of text nothing would be left to see."""
_ROWS, _COLUMNS = 0x00280010, 0x00280011
_REVIEW = 'review it and draw boxes (--boxes), or set pixels.burned-in = "keep"'
_NO_RULE = (
    "no rule covers this device and size: add [[pixels.regions]] to the profile, draw boxes (--boxes), or "
    'set pixels.burned-in = "detect"'
)
_NO_DETECTOR = (
    "no detector of text is installed: pip install 'bme-med[detect]', draw boxes (--boxes), or set "
    'pixels.burned-in = "rules"'
)


@dataclass(frozen=True, slots=True)
class Redaction:
    """Boxes for one instance, and what they are worth.

    Attributes
    ----------
    boxes
        What is painted over.
    is_answered
        Whether the risk of text was met: somebody drew boxes, a rule applied, or a detector looked.
    is_clean
        Whether nothing is known to be left, so that the instance may say so.
    """

    boxes: tuple[Box, ...] = ()
    is_answered: bool = False
    is_clean: bool = False
    findings: tuple[str, ...] = ()


def redaction_of(
    instance: Instance, policy: Policy, risk: str | None, is_identifier: Callable[[str], bool]
) -> Redaction:
    """The redaction of `instance`; `risk` says why text is likely, and `is_identifier` knows the file's own.

    Raises
    ------
    UnsupportedFileError
        If text is likely, and nothing that the profile names covers it; if a box that is for `instance`
        covers nothing of it.
    """
    if pixel_element(instance) is None:
        return Redaction()
    profile, detector = policy.profile, policy.detector
    boxes = drawn_boxes(instance, policy.boxes)
    if not boxes and (why := why_unanswered(instance, profile, risk, has_detector=detector is not None)):
        raise UnsupportedFileError(why)
    is_drawn, ruled = bool(boxes), []
    if profile.burned_in in ("rules", "detect"):
        ruled = _rule_boxes(instance, profile)
    is_met = is_drawn or (bool(ruled) and profile.burned_in == "rules")
    made = Redaction((*boxes, *ruled), is_answered=is_met, is_clean=is_met)
    is_suspicious = bool(ruled) or _is_looked_at(instance, profile, risk)
    if detector and profile.burned_in == "detect" and is_suspicious:
        found = _find_text(instance, detector, is_identifier)
        return _told(_with_text(made, found, profile), _painted_share(instance, found), is_drawn=is_drawn)
    return made


def why_unanswered(instance: Instance, profile: Profile, risk: str | None, *, has_detector: bool) -> str:
    """Why a run refuses `instance`, for which nobody drew boxes, for its text; empty where it does not."""
    must_be_clean = profile.burned_in == "detect" and Option.CLEAN_PIXEL_DATA in profile.options
    if profile.burned_in == "keep" or not (risk or must_be_clean) or pixel_element(instance) is None:
        return ""
    why = f"high risk of burned-in text: {risk}" if risk else "the profile asks for clean pixels"
    if profile.burned_in == "detect":
        return "" if has_detector else f"{why}; {_NO_DETECTOR}"
    if profile.burned_in == "rules":
        return "" if _rule_boxes(instance, profile) else f"{why}; {_NO_RULE}"
    return f"{why}; {_REVIEW}"


def _rule_boxes(instance: Instance, profile: Profile) -> list[Box]:
    """What rules for the device and its ultrasound regions cover."""
    return [*device_boxes(instance, profile.regions), *ultrasound_boxes(instance)]


def _is_looked_at(instance: Instance, profile: Profile, risk: str | None) -> bool:
    """Whether a detector has to look: text is likely or possible, or the option asks for every instance."""
    return bool(risk) or is_medium_risk(instance) or Option.CLEAN_PIXEL_DATA in profile.options


def _find_text(instance: Instance, detector: Detector, is_identifier: Callable[[str], bool]) -> TextFound:
    reader = frame_reader(instance)
    shown = shown_of(instance, reader.form, reader.photometric)
    return detector.find_text(reader.read, reader.form.frames, shown, is_identifier)


def _told(made: Redaction, share: float, *, is_drawn: bool) -> Redaction:
    """`made`, which says what share of the picture a detector takes for text.

    Raises
    ------
    UnsupportedFileError
        If that is too much to be painted over unseen; where somebody drew boxes, the picture was seen.
    """
    if share > _TOO_MUCH and not is_drawn:
        raise UnsupportedFileError(
            f"what looks like text covers {share:.0%} of the picture: look at it, and draw boxes (--boxes) "
            'or set pixels.burned-in = "keep"'
        )
    if share <= _MUCH:
        return made
    told = f"what looks like text was painted over, {share:.0%} of the picture: look at it"
    return replace(made, findings=(*made.findings, told))


def _painted_share(instance: Instance, found: TextFound) -> float:
    """Share of the picture that is text for a detector."""
    pixels = instance.number(_ROWS) * instance.number(_COLUMNS)
    return covered_area(found.confirmed) / pixels if pixels else 0.0


def _with_text(made: Redaction, found: TextFound, profile: Profile) -> Redaction:
    """`made`, and what a detector found beside it."""
    burned = [("text", region) for region in found.confirmed]
    if profile.marks == "burn":
        burned += [("mark", region) for region in found.marks]
    if profile.suspect == "burn":
        burned += [("what may be text", region) for region in found.suspect]
    boxes = (*made.boxes, *(Box(region, origin) for origin, region in burned))
    left = list(_uncovered(found.suspect, boxes))
    findings = (f"{MAYBE_TEXT}: {'; '.join(left)}",) if left else ()
    return Redaction(boxes, is_answered=True, is_clean=not left, findings=findings)


def _uncovered(regions: tuple[Region, ...], boxes: tuple[Box, ...]) -> Iterator[str]:
    """Those of `regions` that no box on all frames covers whole, as people write them."""
    for region in regions:
        if not any(not box.frames and box.region.covers(region) for box in boxes):
            yield str(region)
