"""Which pages of a TIFF stay, and that their pictures lie apart (TIFF 6.0, 8; Exif 3.0, 4.6.2)."""

from bme_med.core.errors import UnsupportedFileError
from bme_med.core.plan import Range
from bme_med.core.source import Source
from bme_med.photo.errors import RAW_FILE, DamagedPhotoError
from bme_med.photo.tiff_ifd import Directory, Form
from bme_med.photo.tiff_page import Page
from bme_med.photo.tiff_tags import Tag

__all__ = ["check_overlap", "choose"]

_REDUCED = 2


def choose(directories: list[Directory], source: Source, form: Form) -> list[Directory]:
    """The pages that are not smaller versions of others.

    Raises
    ------
    FileError
        If there is none, or they are a camera's raw file.
    """
    if not directories:
        raise DamagedPhotoError("the file holds no picture")
    for directory in directories:
        if directory.find(Tag.DNGVersion):
            raise UnsupportedFileError(RAW_FILE)
    full = [directory for directory in directories if not _is_reduced(directory, source, form)]
    if not full and any(directory.find(Tag.SubIFDs) for directory in directories):
        raise UnsupportedFileError(RAW_FILE)
    return full or directories


def _is_reduced(directory: Directory, source: Source, form: Form) -> bool:
    """Whether a page is a smaller version of another.

    So NewSubfileType says, or SubfileType before it, or it is a thumbnail of Exif (3.0, 4.6.2), which does
    not say how large it is.
    """
    if directory.find(Tag.JPEGInterchangeFormat) and not directory.find(Tag.ImageWidth):
        return True
    flags, kind = (
        entry.numbers(source, form)[0] if entry and entry.members == 1 else 0
        for entry in (directory.find(Tag.NewSubfileType), directory.find(Tag.SubfileType))
    )
    return (isinstance(flags, int) and bool(flags & 1)) or kind == _REDUCED


def check_overlap(pages: list[Page], directories: list[Directory], header_bytes: int) -> None:
    """Refuse strips or tiles that share bytes with another, or with what is not a picture.

    Raises
    ------
    DamagedPhotoError
        If some do.
    """
    others = [Range(0, header_bytes)] + [directory.place for directory in directories]
    others += [entry.value for directory in directories for entry in directory.entries]
    places = [(place.start, place.end, False) for place in others if place.end > place.start]
    places += [(place.start, place.end, True) for page in pages for place in page.places]
    units_end = all_end = 0
    for start, end, is_unit in sorted(places):
        if start < (all_end if is_unit else units_end):
            raise DamagedPhotoError("strips or tiles share bytes with another part of the file")
        all_end = max(all_end, end)
        units_end = max(units_end, end) if is_unit else units_end
