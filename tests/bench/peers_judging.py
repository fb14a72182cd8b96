"""What is left of metadata, and of the picture: exiftool, Pillow and a search of the bytes are the judges."""

import io
import re
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageChops, ImageCms, ImageOps, ImageStat

from tests.bench.peers_material import Photo
from tests.oracles.residue import residue
from tests.photo.judging import decoded, properties

__all__ = ["Verdict", "judge"]

_BARELY = 2
"""Steps of 255 that a conversion of colours may be off."""

_NEITHER = re.compile(
    r"ICC|File:|ExifTool:|.*:(ProfileName|Warning|PageNumber|MetaImageSize|Unknown_grpl)=|Track\d+:"
    r"|QuickTime:(?!UUID|MotionPhoto|Unknown)"
)
"""What tells nothing of a person: colour profiles, of which what was planted counts, and how parts lie."""

_TURNS = tuple(Image.Transpose)
_SMALL = (24, 24)


@dataclass(frozen=True)
class Verdict:
    """Of one output.

    Attributes
    ----------
    left
        Places whose token still stands in it, also compressed.
    listed
        Metadata that exiftool lists of it.
    damage
        How the picture differs.
    ratio
        Bytes of it to those of the source.
    """

    left: frozenset[str]
    listed: tuple[str, ...]
    damage: tuple[str, ...]
    ratio: float

    @property
    def leaks(self) -> bool:
        """Whether anything identifying may be left."""
        return bool(self.left or self.listed)


def judge(photos: Iterable[Photo], outputs: Mapping[str, Path], work: Path) -> dict[str, Verdict]:
    """A verdict on every output, by the name of its source."""
    work.mkdir()
    for name, path in outputs.items():
        shutil.copyfile(path, work / name)
    listed = properties(work)
    return {
        photo.name: _judge(photo, (work / photo.name).read_bytes(), listed.get(photo.name, []))
        for photo in photos
        if photo.name in outputs
    }


def _judge(photo: Photo, output: bytes, listed: list[str]) -> Verdict:
    found = residue((each.decode() for each in photo.places), output)
    left = frozenset(place for each, place in photo.places.items() if each.decode() in found)
    odd = tuple(line for line in listed if not _NEITHER.match(line))
    return Verdict(left, odd, tuple(_damage(photo.data, output)), len(output) / len(photo.data))


def _damage(source: bytes, output: bytes) -> list[str]:
    """In the words of the table; no more than the first where frames are lost or nothing can be opened."""
    try:
        before, after = ([_comparable(*frame) for frame in decoded(data)] for data in (source, output))
        if len(before) != len(after):
            return ["frames or pages lost"]
        damage = ["pixels changed"] if before != after else []
        if _is_turned(source, output):
            damage.append("turned")
        elif not damage and not _looks_alike(source, output):
            damage.append("colours changed")
    except (OSError, ValueError, SyntaxError):
        return ["unreadable"]
    return damage


def _is_turned(source: bytes, output: bytes) -> bool:
    """Whether viewers turn the first picture in another way; compression may have changed it."""
    before, after = (_upright(data) for data in (source, output))
    if before.size != after.size:
        return True
    first, second = before.resize(_SMALL), after.resize(_SMALL)
    turned = min(_distance(first.transpose(turn), second) for turn in _TURNS)
    return 2 * turned < _distance(first, second) - _BARELY


def _upright(data: bytes) -> Image.Image:
    with Image.open(io.BytesIO(data)) as image:
        return ImageOps.exif_transpose(image).convert("RGB")


def _distance(first: Image.Image, second: Image.Image) -> float:
    """Mean difference of two pictures of the same size."""
    return sum(ImageStat.Stat(ImageChops.difference(first, second)).mean)


def _comparable(mode: str, size: tuple[int, int], data: bytes) -> tuple[tuple[int, int], bytes]:
    """Size and colours, so that a grey picture stored with three colours is the same."""
    kind = "RGBA" if mode in ("P", "PA") else mode
    image = Image.frombytes(kind, size, data)
    return size, data if kind in ("CMYK", "I;16", "I;16B", "I", "F") else image.convert("RGBA").tobytes()


def _looks_alike(source: bytes, output: bytes) -> bool:
    """Whether the first picture has the same colours on an sRGB screen."""
    first, second = _on_screen(source), _on_screen(output)
    return all(high <= _BARELY for _, high in ImageStat.Stat(ImageChops.difference(first, second)).extrema)


def _on_screen(data: bytes) -> Image.Image:
    with Image.open(io.BytesIO(data)) as image:
        image.load()
        profile = image.info.get("icc_profile")
        if not profile or image.mode not in ("RGB", "RGBA", "L", "CMYK"):
            return image.convert("RGB")
        try:
            shown = ImageCms.profileToProfile(
                image, io.BytesIO(profile), ImageCms.createProfile("sRGB"), outputMode="RGB"
            )
        except ImageCms.PyCMSError:  # a profile for another kind of picture: viewers pass it over
            return image.convert("RGB")
    return shown if shown else image.convert("RGB")
