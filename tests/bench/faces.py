"""How many faces are found: ``python -m tests.bench.faces``; writes its table into docs/detection.md.

Photos of packages (extra ``bme-med[bench]``) and of the corpus; what is in them was seen by a person.
"""

import time
from collections.abc import Callable, Iterator
from statistics import mean
from typing import NamedTuple

import numpy as np
import pillow_heif
from numpy.typing import NDArray
from PIL import Image, ImageOps
from pydicom import dcmread
from pydicom.pixels.processing import apply_color_lut
from pydicom.uid import ImplicitVRLittleEndian

from bme_med.pixels.detect import face_regions, find_faces, is_unsure
from tests.bench.burned_in import CORPUS, package_folder
from tests.bench.detection import PAGE, painted, put_into

__all__ = ["main"]

Photo = NDArray[np.uint8]


class Portrait(NamedTuple):
    """A photo of one person, its face (top, left, bottom, right) and its eyes (row, column)."""

    photo: Photo
    face: tuple[int, int, int, int]
    eyes: tuple[tuple[int, int], tuple[int, int]]


def portraits() -> Iterator[Portrait]:
    """Three persons."""
    astronaut = Image.open(package_folder("skimage") / "data" / "astronaut.png")
    yield Portrait(np.asarray(astronaut.convert("RGB")), (60, 182, 176, 268), ((102, 203), (104, 247)))
    samples = package_folder("matplotlib") / "mpl-data" / "sample_data" / "grace_hopper.jpg"
    hopper = Image.open(samples).convert("RGB")
    yield Portrait(np.asarray(hopper), (140, 185, 330, 352), ((200, 238), (200, 306)))
    ds = dcmread(package_folder("data_store") / "data" / "OT-PAL-8-face.dcm", force=True)
    ds.file_meta.TransferSyntaxUID = ImplicitVRLittleEndian
    colours = apply_color_lut(ds.pixel_array, ds)
    palette = (colours >> 8 if colours.itemsize > 1 else colours).astype(np.uint8)
    yield Portrait(palette, (70, 190, 360, 430), ((151, 255), (151, 363)))


def _cut(photo: Photo, portrait: Portrait) -> Photo:
    top, left, bottom, right = portrait.face
    return photo[top:bottom, left:right]


def _left_half(photo: Photo, portrait: Portrait) -> Photo:
    return photo[:, : (portrait.face[1] + portrait.face[3]) // 2]


def _small(photo: Photo, portrait: Portrait) -> Photo:
    share = 40 / (portrait.face[2] - portrait.face[0])
    size = round(photo.shape[1] * share), round(photo.shape[0] * share)
    return np.asarray(Image.fromarray(photo).resize(size, Image.Resampling.BOX))


def _eyes_alone(photo: Photo, portrait: Portrait) -> Photo:
    (row, left), (_, right) = portrait.eyes
    reach = right - left
    return photo[max(0, row - reach // 2) : row + reach // 2, max(0, left - reach // 2) : right + reach // 2]


CHANGES: dict[str, Callable[[Photo, Portrait], Photo]] = {
    "as it is": lambda photo, _: photo,
    "grey": lambda photo, _: np.repeat(photo.mean(axis=2).astype(np.uint8)[..., None], 3, axis=2),
    "a quarter as bright": lambda photo, _: photo // 4,
    "turned by 90 degrees": lambda photo, _: np.rot90(photo),
    "turned by 180 degrees": lambda photo, _: np.rot90(photo, 2),
    "face of 40 pixels": _small,
    "face fills the photo": _cut,
    "left half of the face": _left_half,
    "eyes alone": _eyes_alone,
}


def _covered(portrait: Portrait, change: Callable[[Photo, Portrait], Photo]) -> tuple[float, float, bool]:
    """Shares of the face and of the eyes that are covered, and whether a person is asked to look."""
    changed = change(portrait.photo, portrait)
    faces = find_faces(changed)
    shares = []
    for what, mask in (("face", _face(portrait)), ("eyes", _eyes(portrait))):
        shown = change(mask, portrait).max(axis=2) > 0
        regions = face_regions(faces, "face" if what == "face" else "eyes")
        rows, columns = shown.shape
        cover = painted(shown.shape, (region.clipped(rows=rows, columns=columns) for region in regions))
        shares.append(float(cover[shown].mean()))
    return shares[0], shares[1], is_unsure(faces)


def _face(portrait: Portrait) -> Photo:
    mask = np.zeros_like(portrait.photo)
    top, left, bottom, right = portrait.face
    mask[top:bottom, left:right] = 255
    return mask


def _eyes(portrait: Portrait) -> Photo:
    """Squares around the eyes, as wide as a third of their distance."""
    mask = np.zeros_like(portrait.photo)
    reach = (portrait.eyes[1][1] - portrait.eyes[0][1]) // 6
    for row, column in portrait.eyes:
        mask[row - reach : row + reach, column - reach : column + reach] = 255
    return mask


def portraits_table() -> str:
    """How much of three faces is covered, changed in ways that photos are."""
    lines = [
        "| three portraits | face covered, mean | eyes covered, mean | listed for a look |",
        "|---|---|---|---|",
    ]
    known = list(portraits())
    for name, change in CHANGES.items():
        faces, eyes, unsure = zip(*(_covered(portrait, change) for portrait in known), strict=True)
        lines.append(f"| {name} | {mean(faces):.3f} | {mean(eyes):.3f} | {sum(unsure)} of {len(known)} |")
    return "\n".join(lines)


NO_FACES = (
    *("Pillow/exif-72dpi-int.jpg", "c2pa-python/test.webp", "c2pa-rs/P1000827.jpg", "c2pa-rs/sample1.webp"),
    *("exif-orientation-examples/Landscape_4.jpg", "exifr/heic-iphone7.heic", "exifr/heic-single.heic"),
    *("exifr/xmp depth map.jpg", "libavif/fox.profile1.8bpc.yuv444.avif", "c2pa-python/C.jpg"),
    *("libavif/kodim03_grayscale_gamma1.6.png", "libavif/paris_exif_xmp_gainmap_bigendian.jpg"),
    *("libavif/seine_hdr_gainmap_small_srgb.avif", "libultrahdr/apple_gainmap_new.jpg"),
    *("libultrahdr/minnie-320x240-rgb.jpg", "motion-photos-filereader/PXL_20200710_061629144.MP.jpg"),
)
"""Photos of the corpus: landscapes, houses, a statue of a fox, a flower, a shirt, a keyboard."""

NO_FACES_OF_SKIMAGE = (
    "chelsea.png",
    "coffee.png",
    "rocket.jpg",
    "retina.jpg",
    "motorcycle_left.png",
    "ihc.png",
)
"""A cat, a cup, a rocket, a retina, a motorcycle, a stained section."""


def _without_faces() -> Iterator[Photo]:
    pillow_heif.register_heif_opener()
    paths = [CORPUS.parent / "photos" / name for name in NO_FACES]
    paths += [package_folder("skimage") / "data" / name for name in NO_FACES_OF_SKIMAGE]
    for path in paths:
        yield np.asarray(ImageOps.exif_transpose(Image.open(path)).convert("RGB"))


def others_table() -> str:
    """Photos without faces, and faces of 25 x 25 pixels."""
    lines = ["| photos | a face was found in | a face was found in, certain |", "|---|---|---|"]
    tiny = np.load(package_folder("skimage") / "data" / "lfw_subset.npy")
    kinds = {
        "without faces": list(_without_faces()),
        "faces of 25 x 25 pixels, enlarged four times": [_enlarged(each) for each in tiny[:100]],
        "other things of 25 x 25 pixels, enlarged four times": [_enlarged(each) for each in tiny[100:]],
    }
    for name, photos in kinds.items():
        found = [find_faces(photo) for photo in photos]
        some, certain = sum(map(bool, found)), sum(any(face.score >= 0.5 for face in each) for each in found)
        lines.append(f"| {name} | {some} of {len(photos)} | {certain} |")
    return "\n".join(lines)


def _enlarged(tiny: NDArray[np.float64]) -> Photo:
    """In the middle of a grey photo."""
    side = tiny.shape[0] * 4
    large = Image.fromarray((tiny * 255).astype(np.uint8)).resize((side, side), Image.Resampling.BICUBIC)
    photo = np.full((2 * side, 2 * side, 3), 128, np.uint8)
    photo[side // 2 : side // 2 + side, side // 2 : side // 2 + side] = np.asarray(large)[..., None]
    return photo


def seconds_table() -> str:
    """Seconds of one processor for a photo of 12 megapixels."""
    photo = np.asarray(Image.fromarray(next(portraits()).photo).resize((4000, 3000)))
    started = time.process_time()
    find_faces(photo)
    return f"A photo of 12 megapixels takes {time.process_time() - started:.1f} seconds of one processor."


def main() -> None:
    """Measure, and write the tables."""
    put_into(PAGE, "portraits", portraits_table())
    put_into(PAGE, "other photos", others_table())
    put_into(PAGE, "seconds of faces", seconds_table())


if __name__ == "__main__":
    main()
