"""Names of outputs. Nothing that came from a file reaches a path unchecked.

Instances are named from their new values, photos as the profile says. Every component of a path holds only
characters that every file system takes, is never empty, and never means a folder above.
"""

import re
from collections.abc import Mapping, Sequence

from bme_med.core import Format, Profile, Pseudonyms
from bme_med.core.templates import YEAR, fields_in, fill

__all__ = ["instance_in", "instance_key", "instance_path", "is_photo", "photo_path"]

_LONGEST = 240
"""Of one component; file systems take 255 bytes."""

_UNDATED = "undated"
_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")
_FIELD = re.compile(r"\{([\w:]+)\}")
_EQUAL_SUFFIXES = (
    {".jpg", ".jpeg", ".jpe", ".jfif"},
    {".tif", ".tiff", ".btf", ".tf8"},
    {".bmp", ".dib"},
)
_SHORT_OF = {
    "patient": "subject",
    "study": "StudyInstanceUID",
    "series": "SeriesInstanceUID",
    "instance": "SOPInstanceUID",
}
"""What the short fields of a path stand for."""


def instance_path(profile: Profile, pseudonyms: Pseudonyms, fields: Mapping[str, str]) -> str:
    """Path of an instance below OUT, from its new values.

    A value cannot make a folder: its slashes are replaced before the pattern is filled in.
    """
    template = profile.dicom_path
    return _joined(fill(template, {name: _value(name, pseudonyms, fields) for name in fields_in(template)}))


def _value(field: str, pseudonyms: Pseudonyms, fields: Mapping[str, str]) -> str:
    if field in _SHORT_OF:
        return pseudonyms.file_id(field, fields.get(_SHORT_OF[field], ""))
    value = fields.get(field, "")
    return value or _UNDATED if field == YEAR else _safe(value)


def instance_key(profile: Profile, pseudonyms: Pseudonyms, fields: Mapping[str, str]) -> str:
    """What tells one instance from all others in a path: its new SOP Instance UID, or the short form."""
    return _value(_key_field(profile), pseudonyms, fields) if fields.get("SOPInstanceUID") else ""


def _key_field(profile: Profile) -> str:
    names = fields_in(profile.dicom_path)
    return "SOPInstanceUID" if "SOPInstanceUID" in names else "instance"


def instance_in(profile: Profile, output: str) -> str:
    """The `instance_key` in a path that `instance_path` made."""
    seen: set[str] = set()

    def group(match: re.Match[str]) -> str:
        name = match[1].replace(":", "_")
        if name in seen:
            return f"(?P={name})"
        seen.add(name)
        return rf"(?P<{name}>[^/]*?)"

    parts = re.split(r"(\{[\w:]+\})", profile.dicom_path)
    pattern = "".join(_FIELD.sub(group, p) if p[:1] == "{" else re.escape(_literal(p)) for p in parts)
    found = re.fullmatch(pattern, output)
    return found[_key_field(profile)] if found else ""


def _literal(text: str) -> str:
    """What the pattern itself says, as it stands in a path."""
    return "/".join(_UNSAFE.sub("_", part) for part in text.split("/"))


def photo_path(
    profile: Profile,
    pseudonyms: Pseudonyms,
    *,
    number: int,
    name: str,
    content: Sequence[str],
    suffix: str,
    fields: Mapping[str, str],
) -> str:
    """Path of a photo below OUT.

    `number` counts written photos, this one included; `name` is the source's, `content` its SHA-256, with its
    subject where a map names one; `suffix`, with its dot, is the output's; `fields` holds its subject, and
    perhaps its year.
    """
    if profile.names == "keep":
        return _kept(name, suffix)
    values = {
        "n": str(number),
        "hash": pseudonyms.hex_name("photo", *content),
        "subject": fields.get("subject", ""),
        YEAR: fields.get(YEAR, "") or _UNDATED,
    }
    return _joined(fill(profile.pattern, values) + suffix)


def is_photo(format_: str) -> bool:
    """Whether outputs of `format_` are named as photos."""
    return format_ != Format.DICOM


def _kept(name: str, suffix: str) -> str:
    """The source's own path, with what no path may hold replaced; a wrong suffix gets the right one added."""
    path = "/".join("".join(c if c.isprintable() else "_" for c in part) for part in name.split("/"))
    equal = next((group for group in _EQUAL_SUFFIXES if suffix in group), {suffix})
    has_suffix = any(path.lower().endswith(other) for other in equal)
    if has_suffix:
        return path
    folder, slash, stem = path.rpartition("/")
    room = 255 - len(suffix)
    return f"{folder}{slash}{stem.encode()[:room].decode(errors='ignore')}{suffix}"


def _joined(path: str) -> str:
    """`path` with each of its components made safe."""
    return "/".join(_safe(part) for part in path.split("/"))


def _safe(part: str) -> str:
    """One component: safe characters, not hidden, not too long; what tells names apart stands at the end.

    >>> _safe("../a b"), _safe(""), _safe("..")
    ('a_b', 'unnamed', 'unnamed')
    """
    return _UNSAFE.sub("_", part).strip("._")[-_LONGEST:] or "unnamed"
