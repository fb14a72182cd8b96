"""Conversion: the picture is carried over, upright and in sRGB, and nothing else."""

import io
import struct
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image, ImageChops, ImageCms, ImageStat

from bme_med.core import Code, FileError, Plan, Policy, UsageError, sniff, splice
from bme_med.run import Conversion, deidentify, make_job
from bme_med.run.converting import convert, plan_converted
from tests.photo.heif_making import assemble, coded, metadata, transform
from tests.photo.judging import residue
from tests.photo.making import exif, icc_profile, jpeg, picture, png, policy, token
from tests.run.making import instance, key_file

POLICY = policy()
JPEG, PNG = Conversion("jpeg", 95), Conversion("png", 90)
TOKENS = [token(number) for number in range(12)]


def saved(format_: str, mode: str = "RGB", **options: object) -> bytes:
    """`picture` in a format that Pillow writes."""
    out = io.BytesIO()
    picture(mode).save(out, format_, **options)
    return out.getvalue()


def opened(data: bytes) -> Image.Image:
    """The picture in `data`, decoded."""
    image = Image.open(io.BytesIO(data))
    image.load()
    return image


def converted(source: bytes, conversion: Conversion = PNG, under: Policy = POLICY) -> Image.Image:
    """The picture that comes out."""
    return opened(convert(source, conversion, under.profile).data)


def difference(one: Image.Image, other: Image.Image) -> float:
    """Mean difference of samples."""
    return max(ImageStat.Stat(ImageChops.difference(one.convert("RGB"), other.convert("RGB"))).mean)


def reference(source: bytes, conversion: Conversion) -> Image.Image:
    """What Pillow alone makes of it."""
    out = io.BytesIO()
    opened(source).convert("RGB").save(out, conversion.to, quality=conversion.quality)
    return opened(out.getvalue())


SOURCES: dict[str, bytes] = {
    "jpeg": jpeg(quality=95, exif=b"Exif\0\0" + exif(1), comment=token(9), icc_profile=icc_profile(5)),
    "png": png(),
    "webp": saved("WEBP", lossless=True, exif=exif(1)),
    "tiff": saved("TIFF", description=token(9).decode()),
    "gif": saved("GIF"),
    "bmp": saved("BMP"),
    "heic": assemble([coded(), metadata(b"Exif", exif(1))]),
    "avif": assemble([coded(b"av01"), metadata(b"Exif", exif(1))], brands=b"avif\0\0\0\0mif1avif"),
}


@pytest.mark.parametrize("name", SOURCES)
@pytest.mark.parametrize("conversion", [JPEG, PNG])
def test_the_picture_is_carried_over_and_nothing_else(name: str, conversion: Conversion) -> None:
    source = SOURCES[name]
    result = convert(source, conversion, POLICY.profile)
    image = opened(result.data)
    assert image.format == conversion.to.upper()
    assert difference(image, reference(source, conversion)) < 3
    assert not residue(result.data, TOKENS)
    assert not image.getexif()
    assert "icc_profile" not in image.info
    planned, plan = plan_converted(source, conversion, POLICY)
    assert isinstance(plan, Plan)
    assert splice(plan.pieces, planned) == result.data
    assert plan.format is sniff(source)
    assert [action.code for action in plan.actions] == [Code.C, Code.X]
    assert any("saved anew" in finding for finding in plan.findings)


@pytest.mark.parametrize("number", range(1, 9))
@pytest.mark.parametrize("make", [jpeg, lambda **options: saved("WEBP", lossless=True, **options)])
def test_orientation_is_applied(number: int, make: Callable[..., bytes]) -> None:
    source = make(exif=b"Exif\0\0" + exif(number))
    size = (48, 32) if number < 5 else (32, 48)
    assert converted(source).size == size


@pytest.mark.parametrize("type_", [b"hvc1", b"av01"])
def test_the_container_alone_turns_a_heif_picture(type_: bytes) -> None:
    item = coded(type_)
    turned = item._replace(properties=[*item.properties, transform(b"irot", b"\1")])
    brands = b"heic\0\0\0\0mif1heic" if type_ == b"hvc1" else b"avif\0\0\0\0mif1avif"
    xmp = metadata(b"mime", b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><tiff:Orientation="6"/></x:xmpmeta>')
    for extra in (metadata(b"Exif", exif(6)), xmp):
        assert converted(assemble([item, extra], brands=brands)).size == (128, 64)
        assert converted(assemble([turned, extra], brands=brands)).size == (64, 128)


def swapped_profile() -> bytes:
    """An sRGB profile in which red and blue change places."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    return profile.replace(b"rXYZ", b"zXYZ").replace(b"bXYZ", b"rXYZ").replace(b"zXYZ", b"bXYZ")


def test_colours_are_brought_to_srgb_or_the_profile_is_kept() -> None:
    profile = swapped_profile()
    source = saved("PNG", icc_profile=profile)
    red, green, blue = opened(source).split()
    expected = Image.merge("RGB", (blue, green, red))
    assert difference(converted(source), expected) < 3
    kept = converted(source, under=policy(color="keep"))
    assert kept.info["icc_profile"] == profile
    assert difference(kept, opened(source)) == 0


def test_a_profile_that_cannot_be_applied_is_said() -> None:
    result = convert(saved("PNG", icc_profile=b"no profile"), PNG, POLICY.profile)
    assert any("colour profile" in finding for finding in result.findings)
    assert difference(opened(result.data), picture()) == 0


def test_transparency_stays_in_png_and_is_white_in_jpeg() -> None:
    image = picture("RGBA")
    image.putalpha(0)
    out = io.BytesIO()
    image.save(out, "PNG", icc_profile=icc_profile(1))
    source = out.getvalue()
    assert converted(source).getchannel("A").getextrema() == (0, 0)
    result = convert(source, JPEG, POLICY.profile)
    assert opened(result.data).getextrema() == ((255, 255),) * 3
    assert any("white" in finding for finding in result.findings)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "I;16"])
@pytest.mark.parametrize("conversion", [JPEG, PNG])
def test_every_mode_of_pixels_is_converted(mode: str, conversion: Conversion) -> None:
    source = saved("TIFF", mode)
    image = converted(source, conversion)
    assert image.size == (48, 32)
    assert image.mode in ("L", "LA", "RGB", "RGBA")


def test_sixteen_bits_become_eight_of_the_same_brightness() -> None:
    out = io.BytesIO()
    Image.new("I;16", (8, 8), 0x8000).save(out, "PNG")
    assert converted(out.getvalue()).getextrema() == (128, 128)


@pytest.mark.parametrize("limit", [16, 24, 48, 900])
def test_the_longest_side_is_limited_and_nothing_grows(limit: int) -> None:
    image = converted(jpeg(), Conversion("jpeg", 90, limit))
    assert max(image.size) == min(limit, 48)
    assert image.size[1] == round(image.size[0] * 2 / 3)


def test_quality_is_as_asked() -> None:
    sizes = [
        len(convert(png(), Conversion("jpeg", quality), POLICY.profile).data) for quality in (30, 60, 95)
    ]
    assert sizes == sorted(sizes)
    assert sizes[0] < sizes[2]


def test_one_of_several_pictures_is_converted_and_that_is_said() -> None:
    out = io.BytesIO()
    picture().save(out, "TIFF", save_all=True, append_images=[picture("L")])
    assert any(
        "several pictures" in finding for finding in convert(out.getvalue(), PNG, POLICY.profile).findings
    )


REFUSED = {
    "a DICOM file": (instance(1), "DICOM"),
    "a document": (b"%PDF-1.7", "PDF"),
    "an empty file": (b"", "empty"),
    "a damaged photo": (jpeg()[:300], "decoded"),
    "a damaged HEIC": (assemble([coded()._replace(data=b"ZQ")]), "decoded"),
    "a huge picture": (
        b"BM" + struct.pack("<IIIIiiHHIIiiII", 54, 0, 54, 40, 30_000, 30_000, 1, 24, 0, 0, 0, 0, 0, 0),
        "pixels",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_converted_is_refused(name: str) -> None:
    source, word = REFUSED[name]
    with pytest.raises(FileError, match=word) as caught:
        convert(source, PNG, POLICY.profile)
    assert "ZQ" not in str(caught.value)


def test_a_run_without_the_conversion_does_not_go_on_with_one(tmp_path: Path) -> None:
    source, out, key = tmp_path / "in", tmp_path / "out", key_file(tmp_path)
    source.mkdir()
    (source / "a.png").write_bytes(png())
    deidentify(make_job([source], out, key_file=key, workers=1, conversion=PNG))
    for other in (None, JPEG):
        with pytest.raises(UsageError, match="another conversion"):
            deidentify(make_job([source], out, key_file=key, workers=1, resume=True, conversion=other))
