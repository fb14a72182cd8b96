"""Photos with boxes: in the coordinates of a viewer, with nothing of the old picture left."""

import io
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import pillow_heif
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageOps
from PIL.PngImagePlugin import PngInfo

from bme_med.core import Code, Plan, Policy, Pseudonyms, Refusal, Region, splice
from bme_med.core.boxes import BoxRule, BoxSpec, Condition
from bme_med.core.detection import FacesFound, Shown
from bme_med.photo.findings import NOT_LOOKED_FOR
from bme_med.run import load_profile
from bme_med.run.painted_photos import plan_any
from bme_med.run.pictures import decode_pictures
from bme_med.run.redacting import make_redaction, redact
from bme_med.verify.audits import told_of
from bme_med.verify.photo import PhotoJudge
from tests.oracles.runs import KEY

pillow_heif.register_heif_opener()

_BOX = "7,5,16,10"
_REGION = Region(5, 7, 15, 23)
_BLOCKS = Region(0, 0, 16, 24)
"""The blocks of a JPEG that it reaches."""
_SIZE = (96, 64)
_ORIENTATION = 0x0112


@dataclass(frozen=True)
class _Text:
    confirmed: tuple[Region, ...] = ()
    suspect: tuple[Region, ...] = ()
    marks: tuple[Region, ...] = ()


@dataclass(frozen=True)
class _Detector:
    faces: FacesFound = field(default_factory=FacesFound)
    text: _Text = field(default_factory=_Text)

    def find_text(
        self, _read: Callable[[int], Any], _count: int, _shown: Shown, _is_identifier: Callable[[str], bool]
    ) -> _Text:
        return self.text

    def find_photo_text(self, _: bytes) -> _Text:
        return self.text

    def find_faces(self, _: bytes) -> FacesFound:
        return self.faces


_FACE = FacesFound(eyes=(Region(8, 10, 12, 20),), faces=(_REGION,))


def _policy(*boxes: str, detector: _Detector | None = None, **keys: Any) -> Policy:
    said = {key.replace("__", ".").replace("_", "-"): value for key, value in keys.items()}
    rules = (BoxRule("drawn", (), tuple(map(BoxSpec.parse, boxes))),) if boxes else ()
    return Policy(load_profile("ps315-basic", said), Pseudonyms(KEY), boxes=rules, detector=detector)


def _picture(seed: int = 1) -> Image.Image:
    """Noise without black, so that a box shows; `seed` changes what the box covers alone."""
    random = np.random.default_rng(5)
    samples = random.integers(40, 255, (_SIZE[1], _SIZE[0], 3)).astype("u1")
    inside = np.random.default_rng(seed).integers(40, 255, (_REGION.bottom - _REGION.top, 16, 3))
    samples[_REGION.top : _REGION.bottom, _REGION.left : _REGION.right] = inside
    return Image.fromarray(samples)


def _photo(format_: str, image: Image.Image | None = None, orientation: int = 1, **options: Any) -> bytes:
    """A photo that shows `image` the right way round, stored as `orientation` says."""
    image = image or _picture()
    exif = Image.Exif()
    if orientation > 1:
        turned = {2: 2, 3: 3, 4: 4, 5: 5, 6: 8, 7: 7, 8: 6}[orientation]
        turning = Image.Exif()
        turning[_ORIENTATION] = turned
        image.info["exif"] = turning.tobytes()
        image = ImageOps.exif_transpose(Image.open(io.BytesIO(_saved(image, "PNG", exif=turning))))
        exif[_ORIENTATION] = orientation
    return _saved(image, format_, exif=exif.tobytes() if format_ == "HEIF" else exif, **options)


def _saved(image: Image.Image, format_: str, **options: Any) -> bytes:
    out = io.BytesIO()
    image.info.clear()
    image.save(out, format_, **options)
    return out.getvalue()


def _shown(photo: bytes) -> NDArray[np.uint8]:
    return np.asarray(ImageOps.exif_transpose(Image.open(io.BytesIO(photo))).convert("RGB"))


def _painted(photo: bytes, policy: Policy) -> tuple[Plan, bytes]:
    source, plan = plan_any(photo, policy)
    assert isinstance(plan, Plan), plan
    return plan, splice(plan.pieces, source)


def _assert_black(output: bytes, region: Region = _REGION) -> None:
    inside = _shown(output)[region.top : region.bottom, region.left : region.right]
    assert inside.max() == 0


def _assert_equal_outside(photo: bytes, output: bytes, around: Region = _REGION) -> None:
    outside = np.ones((_SIZE[1], _SIZE[0]), bool)
    outside[around.top : around.bottom, around.left : around.right] = False
    assert np.array_equal(_shown(photo)[outside], _shown(output)[outside])


_FORMATS: dict[str, dict[str, Any]] = {
    "PNG": {},
    "WEBP": {"lossless": True, "exact": True},
    "TIFF": {},
    "BMP": {},
    "GIF": {},
    "JPEG": {"quality": 95, "subsampling": 0},
}


@pytest.mark.parametrize("format_", _FORMATS)
def test_a_box_is_black_and_all_else_as_before(format_: str) -> None:
    photo = _photo(format_, **_FORMATS[format_])
    plan, output = _painted(photo, _policy(_BOX))
    if format_ == "GIF":  # its palette may have no black: the darkest entry stands there
        inside = _shown(output)[_REGION.top : _REGION.bottom, _REGION.left : _REGION.right]
        assert len(np.unique(inside.reshape(-1, 3), axis=0)) == 1
    else:
        _assert_black(output)
    _assert_equal_outside(photo, output, _BLOCKS if format_ == "JPEG" else _REGION)
    redacted = [(action.where, action.rule) for action in plan.actions if action.code is Code.REDACT]
    assert redacted[0] == (f"pixels: {_BOX}", "drawn")
    assert redacted[1][0] == "pixels: outside the boxes"


@pytest.mark.parametrize("format_", [name for name in _FORMATS if name not in ("JPEG", "GIF")])
def test_two_photos_that_differ_in_the_box_alone_give_one_output(format_: str) -> None:
    outputs = {
        _painted(_photo(format_, _picture(seed), **_FORMATS[format_]), _policy(_BOX))[1] for seed in (1, 2)
    }
    assert len(outputs) == 1


_TURNED: dict[str, dict[str, Any]] = {name: _FORMATS[name] for name in ("JPEG", "PNG", "WEBP", "TIFF")}
_TURNED |= {
    "HEIF": {"quality": -1, "chroma": 444, "matrix_coefficients": 0},
    "AVIF": {"quality": 100, "subsampling": "4:4:4"},
}


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("format_", _TURNED)
def test_boxes_lie_where_a_viewer_shows_them(format_: str, orientation: int, tmp_path: Path) -> None:
    photo = _photo(format_, orientation=orientation, **_TURNED[format_])
    assert np.abs(_shown(photo).astype(int) - np.asarray(_picture())).max() < 40
    source, out = tmp_path / "photo", tmp_path / "clean"
    source.write_bytes(photo)
    assert redact(make_redaction(source, out, box=["75,41,15,10"])).exit_code == 0
    output, corner = out.read_bytes(), Region(41, 75, 51, 90)
    _assert_black(output, corner)
    around = Region(40, 72, 56, 96) if format_ == "JPEG" else corner
    _assert_equal_outside(photo, output, around)


def _turned_by_xmp(format_: str, said: str) -> bytes:
    """A photo in which XMP alone says how to turn it."""
    xmp = f"<x:xmpmeta><rdf:Description tiff:Orientation{said}/></x:xmpmeta>".encode()
    text = PngInfo()
    text.add_itxt("XML:com.adobe.xmp", xmp.decode())
    by_format: dict[str, dict[str, Any]] = {"PNG": {"pnginfo": text}, "TIFF": {"tiffinfo": {700: xmp}}}
    return _saved(_picture(), format_, **by_format.get(format_, {"xmp": xmp}), **_TURNED[format_])


_SPELLINGS = ["='6'", '="6"', ' = "6"']


@pytest.mark.parametrize("said", _SPELLINGS)
@pytest.mark.parametrize("format_", ["JPEG", "PNG", "WEBP", "TIFF"])
def test_boxes_drawn_on_a_photo_that_viewers_turn_differently_are_refused(format_: str, said: str) -> None:
    _, plan = plan_any(_turned_by_xmp(format_, said), _policy(_BOX))
    assert isinstance(plan, Refusal)
    assert "XMP alone turns this photo" in plan.reason


@pytest.mark.parametrize("said", _SPELLINGS)
@pytest.mark.parametrize("format_", ["JPEG", "PNG", "WEBP", "TIFF"])
def test_a_face_in_a_photo_that_xmp_turns_is_covered_where_the_detector_saw_it(
    format_: str, said: str
) -> None:
    photo = _turned_by_xmp(format_, said)
    shown = _shown(photo)
    assert (shown.shape[0] > shown.shape[1]) is (said == '="6"')
    plan, output = _painted(photo, _policy(detector=_Detector(_FACE), photo__faces="face"))
    after = _shown(output)
    assert after.shape == shown.shape
    _assert_black(output)
    around = np.ones(after.shape[:2], bool)
    reached = _BLOCKS if format_ == "JPEG" else _REGION
    around[reached.top : reached.bottom, reached.left : reached.right] = False
    assert np.array_equal(after[around], shown[around])
    lines = [{"where": one.where, "code": str(one.code), "rule": one.rule} for one in plan.actions]
    judge = PhotoJudge(load_profile("ps315-basic"))
    assert judge.judge(output, None, told_of({"actions": lines})).problems == ()


@pytest.mark.parametrize("orientation", [1, 6])
def test_that_browsers_do_not_turn_webp_is_a_finding(orientation: int) -> None:
    plan, _ = _painted(_photo("WEBP", orientation=orientation, lossless=True), _policy(_BOX))
    assert any("browsers do not turn WebP" in text for text in plan.findings) is (orientation > 1)


def test_a_second_page_that_is_turned_another_way_is_refused() -> None:
    turned = _picture(2)
    turned.encoderinfo = {"tiffinfo": {_ORIENTATION: 6}}
    photo = _saved(_picture(), "TIFF", save_all=True, append_images=[turned])
    assert len({page.shape for page in decode_pictures(photo)}) == 2
    _, plan = plan_any(photo, _policy("70,2,10,5"))
    assert isinstance(plan, Refusal)
    assert "save each page as a file of its own" in plan.reason


def test_thumbnails_of_the_old_picture_go() -> None:
    exif = Image.Exif()
    exif[0x010F] = "ZQ camera"
    thumbnail = _saved(_picture().resize((32, 21)), "JPEG")
    photo = _photo("JPEG", quality=95)
    segment = b"Exif\0\0" + exif.tobytes()[6:] + thumbnail
    photo = photo[:2] + b"\xff\xe1" + (len(segment) + 2).to_bytes(2, "big") + segment + photo[2:]
    _, output = _painted(photo, _policy(_BOX))
    assert thumbnail[20:60] not in output
    assert b"ZQ camera" not in output
    assert output.count(b"\xff\xd8\xff") == 1


def test_colour_under_transparent_pixels_goes_too() -> None:
    image = _picture().convert("RGBA")
    image.putalpha(0)
    _, output = _painted(_saved(image, "PNG"), _policy(_BOX))
    samples = np.asarray(Image.open(io.BytesIO(output)).convert("RGBA"))
    assert samples[_REGION.top : _REGION.bottom, _REGION.left : _REGION.right, :3].max() == 0


def test_every_frame_of_an_animation_is_painted() -> None:
    out = io.BytesIO()
    frames = [_picture(seed).quantize(64) for seed in (1, 2, 3)]
    frames[0].save(out, "GIF", save_all=True, append_images=frames[1:], disposal=2)
    _, output = _painted(out.getvalue(), _policy(_BOX))
    opened = Image.open(io.BytesIO(output))
    for number in range(getattr(opened, "n_frames", 1)):
        opened.seek(number)
        inside = np.asarray(opened.convert("RGB"))[_REGION.top : _REGION.bottom, _REGION.left : _REGION.right]
        assert len(np.unique(inside.reshape(-1, 3), axis=0)) == 1


def test_a_box_for_instances_is_none_for_photos() -> None:
    policy = _policy()
    rule = BoxRule("drawn", (Condition("Modality", "!US"),), (BoxSpec(1, 1, 5, 5),))
    photo = _photo("PNG")
    plan, output = _painted(photo, replace(policy, boxes=(rule,)))
    assert not [action for action in plan.actions if action.code is Code.REDACT]
    assert np.array_equal(_shown(output), _shown(photo))


@pytest.mark.parametrize(("what", "region"), [("face", _REGION), ("eyes", Region(8, 10, 12, 20))])
def test_faces_or_eyes_are_covered_as_the_profile_says(what: str, region: Region) -> None:
    plan, output = _painted(_photo("PNG"), _policy(detector=_Detector(_FACE), photo__faces=what))
    _assert_black(output, region)
    assert plan.findings[0] == "burned-in text was not looked for"
    assert (f"pixels: {region}", what) in [(action.where, action.rule) for action in plan.actions]


def test_an_uncertain_face_is_covered_and_listed_for_review() -> None:
    found = replace(_FACE, is_unsure=True)
    plan, _ = _painted(_photo("PNG"), _policy(detector=_Detector(found), photo__faces="face"))
    assert "whether all faces were found is uncertain, look at it" in plan.findings


@pytest.mark.parametrize("is_unsure", [False, True])
def test_a_face_that_nothing_covers_is_refused_with_the_choices(*, is_unsure: bool) -> None:
    detector = _Detector(replace(_FACE, is_unsure=is_unsure))
    _, plan = plan_any(_photo("PNG"), _policy(detector=detector, photo__faces="refuse"))
    assert isinstance(plan, Refusal)
    assert ("uncertain" in plan.reason) is is_unsure
    for choice in ('"eyes"', '"face"', '"reviewed"', "--boxes"):
        assert choice in plan.reason


def test_a_face_whose_eyes_are_drawn_over_is_not_refused() -> None:
    policy = _policy("9,7,12,6", detector=_Detector(_FACE), photo__faces="refuse")
    _, output = _painted(_photo("PNG"), policy)
    _assert_black(output, Region(8, 10, 12, 20))


def test_without_a_detector_photos_are_written_with_the_finding() -> None:
    plan, _ = _painted(_photo("PNG"), _policy(photo__faces="refuse"))
    assert NOT_LOOKED_FOR in plan.findings


@pytest.mark.parametrize(
    "keys", [{"photo__faces": "eyes"}, {"photo__faces": "face"}, {"photo__text": "burn"}]
)
def test_what_must_be_covered_is_refused_without_a_detector(keys: dict[str, Any]) -> None:
    _, plan = plan_any(_photo("PNG"), _policy(**keys))
    assert isinstance(plan, Refusal)
    assert "pip install 'bme-med[detect]'" in plan.reason


def test_what_a_person_has_reviewed_is_not_looked_at() -> None:
    plan, _ = _painted(_photo("PNG"), _policy(detector=_Detector(_FACE), photo__faces="reviewed"))
    assert not [text for text in plan.findings if "looked for" in text]


def test_text_is_covered_and_what_may_be_text_listed() -> None:
    text = _Text(confirmed=(_REGION,), suspect=(Region(40, 40, 50, 60),), marks=(Region(0, 0, 3, 3),))
    plan, output = _painted(_photo("PNG"), _policy(detector=_Detector(text=text), photo__text="burn"))
    _assert_black(output)
    assert "what may be text was left, look at it: 40,40,20,10" in plan.findings
    strict = {"photo__text": "burn", "pixels__suspect": "burn", "pixels__marks": "burn"}
    plan, output = _painted(_photo("PNG"), _policy(detector=_Detector(text=text), **strict))
    for region in (_REGION, Region(40, 40, 50, 60), Region(0, 0, 3, 3)):
        _assert_black(output, region)
    assert not [text for text in plan.findings if "may be" in text]


def test_a_photo_that_would_be_refused_anyway_is_not_decoded() -> None:
    _, plan = plan_any(_photo("JPEG")[:200], _policy(_BOX))
    assert isinstance(plan, Refusal)


def test_what_a_person_should_know_about_the_painting_is_a_finding() -> None:
    plan, _ = _painted(_photo("WEBP", quality=80), _policy(_BOX))
    assert len([text for text in plan.findings if "coded without" in text]) == 1


def test_further_pictures_of_a_jpeg_go() -> None:
    others = [_picture(2), _picture(3)]
    photo = _saved(_picture(), "MPO", quality=95, subsampling=0, save_all=True, append_images=others)
    assert getattr(Image.open(io.BytesIO(photo)), "n_frames", 1) == 3
    _, output = _painted(photo, _policy(_BOX))
    _assert_black(output)
    assert output.count(b"\xff\xd8\xff") == 1


def test_findings_about_what_painting_already_removed_stay() -> None:
    photo = _photo("PNG") + b"ZQ behind the end"
    _, unpainted = plan_any(photo, _policy())
    plan, output = _painted(photo, _policy(_BOX))
    assert isinstance(unpainted, Plan)
    told = set(unpainted.findings) - {NOT_LOOKED_FOR}
    assert told
    assert told <= set(plan.findings)
    assert b"ZQ behind" not in output


@pytest.mark.parametrize("is_progressive", [False, True])
@pytest.mark.parametrize("subsampling", [0, 2])
@pytest.mark.parametrize("is_optimized", [False, True])
def test_jpegs_that_differ_in_blocks_under_the_box_alone_give_one_output(
    *, is_progressive: bool, subsampling: int, is_optimized: bool
) -> None:
    said = {"progressive": is_progressive, "subsampling": subsampling, "optimize": is_optimized}
    photos = []
    for color in ("red", "white"):
        image = _picture()
        image.paste(color, (8, 8, 24, 16))
        photos.append(_photo("JPEG", image, quality=90, **said))
    outputs = {_painted(photo, _policy("8,8,16,8"))[1] for photo in photos}
    assert len(set(photos)) == 2
    assert len(outputs) == 1


@pytest.mark.parametrize("format_", ["HEIF", "AVIF", "GIF"])
def test_stills_that_differ_in_the_box_alone_give_one_output(format_: str) -> None:
    pictures = [_picture(seed) for seed in (1, 2)]
    if format_ == "GIF":
        palette = _picture().quantize(64, dither=Image.Dither.NONE)
        pictures = [picture.quantize(palette=palette, dither=Image.Dither.NONE) for picture in pictures]
    options: dict[str, Any] = {"optimize": False} if format_ == "GIF" else _TURNED[format_]
    photos = {_photo(format_, picture, **options) for picture in pictures}
    assert len(photos) == 2
    assert len({_painted(photo, _policy(_BOX))[1] for photo in photos}) == 1
