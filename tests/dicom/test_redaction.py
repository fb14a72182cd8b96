"""What is decided about burned-in text, and what an instance says of it afterwards."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from io import BytesIO
from typing import Any

import pydicom
import pytest
from pydicom import Dataset, FileDataset
from pydicom.uid import UID

from bme_med.core import Plan, Policy, ProfileError, Region, UnsupportedFileError, splice
from bme_med.core.boxes import BoxRule, BoxSpec, Condition
from bme_med.core.detection import FacesFound, Shown
from bme_med.dicom import plan
from tests.dicom.making import encoded, mr_instance, policy_of

_CLEAN, _BASIC = "113101", "113100"
_BASE = 'name = "p"\nextends = "ps315-basic"\n'


@dataclass(frozen=True)
class _Found:
    confirmed: tuple[Region, ...] = ()
    suspect: tuple[Region, ...] = ()
    marks: tuple[Region, ...] = ()


class _Detector:
    """Finds what it is told to, and remembers what it was shown."""

    def __init__(self, found: _Found) -> None:
        self.found = found
        self.frames: list[Any] = []
        self.knows: list[bool] = []
        self.shown: Shown | None = None

    def find_text(
        self, read_frame: Callable[[int], Any], count: int, shown: Shown, is_identifier: Callable[[str], bool]
    ) -> _Found:
        self.frames = [read_frame(number) for number in range(1, count + 1)]
        self.knows = [is_identifier(words) for words in ("Oriana", "QUILLFEATHER", "ZQ-90210", "spleen")]
        self.shown = shown
        return self.found

    def find_photo_text(self, _: bytes) -> _Found:
        return self.found

    def find_faces(self, _: bytes) -> FacesFound:
        return FacesFound()


def _screen(frames: int = 2, **values: object) -> FileDataset:
    """An ultrasound image of 8 by 12, at high risk of text."""
    ds = mr_instance()
    ds.SOPClassUID = ds.file_meta.MediaStorageSOPClassUID = UID("1.2.840.10008.5.1.4.1.1.3.1")
    ds.Modality, ds.Rows, ds.Columns, ds.NumberOfFrames = "US", 8, 12, frames
    ds.BitsAllocated = ds.BitsStored = 8
    ds.HighBit = 7
    ds.PixelData = bytes(1 if n % 96 == 95 else 10 + n % 240 for n in range(96 * frames))
    for keyword, value in values.items():
        setattr(ds, keyword, value)
    return ds


def _policy(keys: str, *boxes: str, detector: _Detector | None = None, name: str = "p") -> Policy:
    rules = (BoxRule("drawn", (), tuple(map(BoxSpec.parse, boxes))),) if boxes else ()
    return replace(policy_of(_BASE + keys), boxes=rules, detector=detector)


def _pixels(burned_in: str, more: str = "") -> str:
    return f'[pixels]\nburned-in = "{burned_in}"\n{more}\n'


def _made(ds: FileDataset, policy: Policy) -> tuple[Plan, FileDataset]:
    source = encoded(ds)
    made = plan(source, policy)
    return made, pydicom.dcmread(BytesIO(splice(made.pieces, source)))


def _codes(out: FileDataset) -> set[str]:
    return {item.CodeValue for item in out.DeidentificationMethodCodeSequence}


def _painted(out: FileDataset) -> list[str]:
    """What of each frame of a `_screen` was painted, as a box."""
    count = int(out.NumberOfFrames)
    before = _screen(count).pixel_array.reshape(count, 8, 12)
    found = []
    for old, new in zip(before, out.pixel_array.reshape(count, 8, 12), strict=True):
        rows, columns = (old != new).nonzero()
        region = Region(int(rows.min()), int(columns.min()), int(rows.max()) + 1, int(columns.max()) + 1)
        assert rows.size == region.area
        assert (new[old != new] == 1).all()
        found.append(str(region))
    return found


def test_drawn_boxes_answer_the_risk_and_the_instance_says_so() -> None:
    made, out = _made(_screen(BurnedInAnnotation="YES"), _policy(_pixels("refuse"), "2,1,5,3"))
    assert _painted(out) == ["2,1,5,3", "2,1,5,3"]
    assert out.BurnedInAnnotation == "NO"
    assert out.PatientIdentityRemoved == "YES"
    assert _codes(out) == {_BASIC, _CLEAN}
    assert out.ImageType[0] == "DERIVED"
    assert not [text for text in made.findings if "burned-in" in text]


def test_boxes_hold_for_their_frames_only() -> None:
    _, out = _made(_screen(3), _policy(_pixels("keep"), "0,0,3,2@2"))
    changed = out.pixel_array != _screen(3).pixel_array
    assert [int(frame.sum()) for frame in changed] == [0, 6, 0]


@pytest.mark.parametrize("keys", [_pixels("refuse"), _pixels("rules"), _pixels("detect")])
def test_without_an_answer_a_risk_is_refused_with_what_to_do(keys: str) -> None:
    with pytest.raises(UnsupportedFileError, match=r"high risk of burned-in text.*--boxes"):
        _made(_screen(), _policy(keys))


def test_a_missing_detector_is_named_with_the_command_that_installs_it() -> None:
    with pytest.raises(UnsupportedFileError, match=r"pip install 'bme-med\[detect\]'"):
        _made(_screen(), _policy(_pixels("detect")))


def test_kept_by_choice_is_never_called_clean() -> None:
    _, out = _made(_screen(BurnedInAnnotation="NO"), _policy(_pixels("keep")))
    assert "PatientIdentityRemoved" not in out
    assert out.BurnedInAnnotation == "YES"
    assert _codes(out) == {_BASIC}


def test_boxes_for_other_files_are_no_answer() -> None:
    policy = _policy(_pixels("refuse"))
    other = BoxRule("drawn", (Condition("SOPInstanceUID", "1.2.3"),), (BoxSpec(0, 0, 1, 1),))
    with pytest.raises(UnsupportedFileError):
        _made(_screen(), replace(policy, boxes=(other,)))
    this = replace(other, conditions=(Condition("SOPInstanceUID", "1.2.3.4.5"), Condition("Rows", "8")))
    _, out = _made(_screen(), replace(policy, boxes=(this,)))
    assert _painted(out) == ["0,0,1,1", "0,0,1,1"]


@pytest.mark.parametrize("box", ["0,0,3,2@9", "500,0,3,2"])
def test_boxes_that_lie_nowhere_are_no_answer(box: str) -> None:
    with pytest.raises(UnsupportedFileError, match="covers nothing of the picture"):
        _made(_screen(2), _policy(_pixels("refuse"), box))


def test_rules_answer_the_risk_by_ultrasound_regions() -> None:
    ds = _screen()
    region = Dataset()
    region.RegionLocationMinX0, region.RegionLocationMinY0 = 2, 3
    region.RegionLocationMaxX1, region.RegionLocationMaxY1 = 10, 6
    ds.SequenceOfUltrasoundRegions = [region]
    made, out = _made(ds, _policy(_pixels("rules")))
    frame = out.pixel_array[0]
    assert (frame[3:7, 2:11] == pydicom.dcmread(BytesIO(encoded(ds))).pixel_array[0, 3:7, 2:11]).all()
    assert (frame[:3] == frame.min()).all()
    assert out.BurnedInAnnotation == "NO"
    assert {
        action.rule for action in made.actions if action.where.startswith("(7FE0,0010) PixelData all")
    } == {"outside the ultrasound regions (0018,6011)"}


def test_under_detection_a_rule_alone_claims_nothing_and_makes_the_detector_look() -> None:
    ds = mr_instance()
    keys = _pixels("detect") + "[[pixels.regions]]\nboxes = [{ x = 0, y = 0, w = 1, h = 1 }]\n"
    made, out = _made(ds, _policy(keys))
    assert any(action.rule == "region of the profile" for action in made.actions)
    assert _codes(out) == {_BASIC}
    assert "BurnedInAnnotation" not in out
    detector = _Detector(_Found())
    _, out = _made(ds, _policy(keys, detector=detector))
    assert detector.frames
    assert out.BurnedInAnnotation == "NO"


def test_the_detector_sees_every_frame_and_knows_the_identifiers_of_the_file() -> None:
    detector = _Detector(_Found(confirmed=(Region(1, 2, 4, 7),)))
    _, out = _made(_screen(3), _policy(_pixels("detect"), detector=detector))
    assert len(detector.frames) == 3
    assert detector.frames[1].shape == (8, 12)
    assert detector.knows == [True, True, True, False]
    assert detector.shown
    assert detector.shown.photometric == "MONOCHROME2"
    assert _painted(out) == ["2,1,5,3"] * 3
    assert out.BurnedInAnnotation == "NO"
    assert _CLEAN in _codes(out)


def test_what_may_be_text_is_listed_and_nothing_is_called_clean() -> None:
    detector = _Detector(_Found(suspect=(Region(1, 2, 4, 7),), marks=(Region(0, 0, 1, 1),)))
    made, out = _made(_screen(), _policy(_pixels("detect"), detector=detector))
    assert "what may be text was left, look at it: 2,1,5,3" in made.findings
    assert out.PatientIdentityRemoved == "YES"
    assert _codes(out) == {_BASIC}
    assert "BurnedInAnnotation" not in out
    assert bytes(out.PixelData) == bytes(_screen().PixelData)
    assert out.ImageType[0] == "ORIGINAL"


def test_a_strict_profile_covers_what_may_be_text_and_marks() -> None:
    detector = _Detector(_Found(suspect=(Region(1, 2, 4, 7),), marks=(Region(5, 2, 8, 7),)))
    keys = _pixels("detect", 'suspect = "burn"\nmarks = "burn"')
    made, out = _made(_screen(), _policy(keys, detector=detector))
    frame = out.pixel_array[0]
    assert (frame[1:4, 2:7] == frame.min()).all()
    assert (frame[5:8, 2:7] == frame.min()).all()
    assert out.BurnedInAnnotation == "NO"
    assert not [text for text in made.findings if "may be" in text]


def test_a_suspect_place_that_a_box_covers_is_no_longer_one() -> None:
    detector = _Detector(_Found(suspect=(Region(1, 2, 4, 7),)))
    made, out = _made(_screen(), _policy(_pixels("detect"), "0,0,0,5", detector=detector))
    assert out.BurnedInAnnotation == "NO"
    assert not [text for text in made.findings if "may be" in text]


def test_nothing_found_is_checked_and_says_so() -> None:
    _, out = _made(_screen(), _policy(_pixels("detect"), detector=_Detector(_Found())))
    assert out.BurnedInAnnotation == "NO"
    assert _CLEAN in _codes(out)
    assert bytes(out.PixelData) == bytes(_screen().PixelData)


def test_plain_slices_are_not_looked_at_unless_the_option_asks_for_all() -> None:
    detector = _Detector(_Found())
    _, out = _made(mr_instance(), _policy(_pixels("detect"), detector=detector))
    assert not detector.frames
    assert "BurnedInAnnotation" not in out
    assert _codes(out) == {_BASIC}
    every = '[dicom]\noptions = ["clean-pixel-data"]\n' + _pixels("detect")
    _, out = _made(mr_instance(), _policy(every, detector=detector))
    assert detector.frames
    assert _codes(out) == {_BASIC, _CLEAN}
    with pytest.raises(UnsupportedFileError, match="asks for clean pixels"):
        _made(mr_instance(), _policy(every))


def test_an_instance_of_possible_text_is_looked_at_and_not_refused() -> None:
    ds = mr_instance()
    ds.Modality = "XA"
    detector = _Detector(_Found())
    made, _ = _made(ds, _policy(_pixels("detect"), detector=detector))
    assert detector.frames
    assert not [text for text in made.findings if "text in the pixels" in text]
    made, _ = _made(ds, _policy(_pixels("detect")))
    assert [text for text in made.findings if "text in the pixels" in text]


def test_the_option_without_a_way_to_clean_is_an_error_of_the_profile() -> None:
    with pytest.raises(ProfileError, match="contradicts the option clean-pixel-data"):
        _policy('[dicom]\noptions = ["clean-pixel-data"]\n')


def test_an_instance_without_pixels_needs_no_answer() -> None:
    ds = _screen()
    del ds.PixelData
    _made(ds, _policy(_pixels("detect"), "0,0,1,1"))


@pytest.mark.parametrize(
    ("region", "told"), [(Region(0, 0, 1, 4), False), (Region(0, 0, 2, 5), True), (Region(0, 0, 2, 12), True)]
)
def test_what_a_detector_painted_is_told_where_it_is_much(region: Region, *, told: bool) -> None:
    made, out = _made(_screen(), _policy(_pixels("detect"), detector=_Detector(_Found(confirmed=(region,)))))
    assert _painted(out) == [str(region)] * 2
    assert any("was painted over" in text for text in made.findings) is told


def test_more_than_a_quarter_of_a_picture_is_painted_only_where_somebody_looked() -> None:
    detector = _Detector(_Found(confirmed=(Region(0, 0, 2, 12), Region(1, 0, 3, 6))))
    with pytest.raises(UnsupportedFileError, match=r"covers 31% of the picture.*--boxes"):
        _made(_screen(), _policy(_pixels("detect"), detector=detector))
    made, _ = _made(_screen(), _policy(_pixels("detect"), "0,0,12,3", detector=detector))
    assert any("31% of the picture" in text for text in made.findings)
