"""Files that nobody wants in a clean copy: what operating systems leave behind, and old DICOMDIRs.

A name alone decides nothing: a photo called ``Thumbs.db`` is a photo, and a DICOMDIR is one under any name.
"""

from bme_med.core import Format, Source

__all__ = ["why_unwanted"]

_LEFTOVERS = {
    "thumbs.db": "a thumbnail cache that Windows left behind",
    "desktop.ini": "a folder setting that Windows left behind",
    ".ds_store": "a folder setting that macOS left behind",
}
_APPLE_DOUBLE = "an AppleDouble file that macOS left behind"
_DICOMDIR = "an old DICOMDIR: it names patients, and it lists files that get other names here"
_MEDIA_STORAGE = b"\x02\0\x02\0UI"
_DIRECTORY_CLASS = b"1.2.840.10008.1.3.10"


def why_unwanted(name: str, source: Source, format_: Format) -> str:
    """Why the file called `name` is skipped; empty for one that is not."""
    base = name.rpartition("/")[2].lower()
    if format_ in (Format.UNKNOWN, Format.EMPTY):
        return _APPLE_DOUBLE if base.startswith("._") else _LEFTOVERS.get(base, "")
    is_directory = format_ is Format.DICOM and _media_storage_class(source) == _DIRECTORY_CLASS
    return _DICOMDIR if is_directory else ""


def _media_storage_class(source: Source) -> bytes:
    """Media Storage SOP Class UID (0002,0002), which stands near the start (PS3.10, 7.1)."""
    head = source[132:1024]
    _, found, rest = head.partition(_MEDIA_STORAGE)
    if not found:
        return b""
    length = int.from_bytes(rest[:2], "little")
    return rest[2 : 2 + length].rstrip(b"\0 ")
