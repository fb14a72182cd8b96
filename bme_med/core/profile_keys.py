"""The keys that a profile may have.

`KEYS` is the one schema: validation, defaults, the JSON Schema for editors and the documentation are made
from it.
"""

from dataclasses import dataclass
from types import UnionType
from typing import Any

from bme_med.core.boxes_file import rule_schema
from bme_med.core.profile import ATTRIBUTE_CODES, DatePolicy, Descriptors, Option

__all__ = ["KEYS", "Key", "json_schema"]


@dataclass(frozen=True, slots=True)
class Key:
    """One key that a profile may have."""

    path: str
    kind: type[Any] | UnionType
    doc: str
    choices: tuple[str, ...] = ()
    default: Any = None


KEYS: tuple[Key, ...] = (
    Key("name", str, "Name, as `--profile` takes it."),
    Key("title", str, "One line for people.", default=""),
    Key(
        "extends", str | list, "Profile that this one starts from, or a list of profiles and `option-` parts."
    ),
    Key("dicom.options", list, "Options of PS3.15, E.3; added to those of `extends`.", tuple(Option), []),
    Key(
        "dicom.attributes",
        dict,
        "Exceptions by keyword, tag, pattern such as `(60xx,3000)`, or private attribute such as "
        "`(0019,xx0C) SIEMENS MR HEADER`: an action code, or a table with `action` and `value`.",
        default={},
    ),
    Key(
        "dicom.descriptors",
        str,
        "What stays of texts that are cleaned: words of the vocabulary, or all but identifiers and what has "
        "their form.",
        tuple(Descriptors),
        Descriptors.VOCABULARY,
    ),
    Key(
        "dicom.words",
        list,
        "Words of your own that identify no one, such as names of protocols; added to those of `extends`.",
        default=[],
    ),
    Key(
        "dicom.vocabulary",
        list,
        "Files of such words, seen from this one: a line holds words, or scheme, code and meaning with tabs "
        "between; added to those of `extends`.",
        default=[],
    ),
    Key(
        "dicom.safe-private",
        list,
        "Files of private attributes that stay, seen from this one: CSV with the columns `private_creator` "
        "and `tag_pattern`, such as `(0019,xx0A)`; other columns are notes. Each is K, as if "
        "`dicom.attributes` said so; a line there wins. Added to those of `extends`.",
        default=[],
    ),
    Key(
        "dicom.structured-reports",
        str,
        "SR and KO documents without `clean-structured-content`: refuse them, or write them with an emptied "
        "content tree.",
        ("refuse", "empty"),
        "refuse",
    ),
    Key(
        "photo.orientation",
        str,
        "Keep the picture the right way round by a minimal Exif or XMP of our own, or drop that too.",
        ("keep", "drop"),
        "keep",
    ),
    Key(
        "photo.color-profile",
        str,
        "ICC profile: keep as it is, rebuild without what identifies, or drop.",
        ("keep", "sanitize", "drop"),
        "sanitize",
    ),
    Key(
        "photo.hidden-pixels",
        str,
        "HEIC and AVIF photos whose crop or overlay hides pixels that stay in the file: refuse, or keep.",
        ("refuse", "keep"),
        "refuse",
    ),
    Key(
        "dates.policy",
        str,
        "Dates: remove, keep the year, or shift by whole days per patient. A photo tells its year in XMP "
        "that says nothing else; shifted, it tells none, but in its name if the map names its subject.",
        (DatePolicy.REMOVE, DatePolicy.YEAR, DatePolicy.SHIFT),
    ),
    Key(
        "photo.faces",
        str,
        "Faces: not looked for; refuse photos that show one, or in which that is uncertain; cover eyes; "
        "cover faces; or a person has looked at these photos. Where no detector is installed, `refuse` "
        "writes photos with a finding, and `eyes` and `face` refuse them.",
        ("off", "refuse", "eyes", "face", "reviewed"),
        "off",
    ),
    Key(
        "photo.text",
        str,
        "Text in photos: not looked for, or covered.",
        ("off", "burn"),
        "off",
    ),
    Key(
        "pixels.burned-in",
        str,
        "Instances at high risk of burned-in text: keep and do not claim (0012,0062) = YES; refuse; cover "
        "what rules for the device and its ultrasound regions say, and refuse where none applies; or look "
        "for text as well and cover it, and refuse where no detector is installed.",
        ("keep", "refuse", "rules", "detect"),
        "refuse",
    ),
    Key(
        "pixels.suspect",
        str,
        "What may be text, though no letters could be read: list it for review, or cover it as well.",
        ("review", "burn"),
        "review",
    ),
    Key(
        "pixels.marks",
        str,
        "Harmless marks that the detector reads, such as R, L and scale ticks: keep, or cover.",
        ("keep", "burn"),
        "keep",
    ),
    Key(
        "pixels.regions",
        list,
        "Regions of your own devices, which `rules` and `detect` cover: tables `[[pixels.regions]]` with "
        '`name`, `match`, such as `{ Manufacturer = "~ZIEHM", Rows = 1024 }`, and `boxes`, such as '
        "`[{ x = 0, y = 0, w = 0, h = 60 }]`; added to those of `extends`.",
        default=[],
    ),
    Key(
        "pixels.unused-bits",
        str,
        "Bits of Pixel Data outside Bits Stored that hold anything but zero or the sign, although no overlay "
        "is declared in them: refuse, clear, or keep. A declared overlay is always cleared. Compressed "
        "samples cannot be cleared, and are refused unless they are kept.",
        ("refuse", "clear", "keep"),
        "refuse",
    ),
    Key(
        "subjects.unlisted",
        str,
        "With `--subjects`: a patient, or a photo, that the map does not name. Refuse it, or give it a "
        "pseudonym.",
        ("refuse", "pseudonym"),
        "refuse",
    ),
    Key(
        "files.names",
        str,
        "Names of photos: by number, by keyed hash, or as they were.",
        ("sequential", "hash", "keep"),
        "sequential",
    ),
    Key(
        "files.pattern",
        str,
        "Pattern of photo names: `{n:03}` for `sequential`, `{hash}` for `hash`; also `{subject}`, and "
        "`{date:year}` unless dates are removed. With `{subject}`, each subject is numbered from 1.",
    ),
    Key(
        "files.dicom-path",
        str,
        "Path of an instance below OUT, from its new values: `{PatientID}`, `{StudyInstanceUID}`, "
        "`{SeriesInstanceUID}`, `{SOPInstanceUID}`, `{subject}`, `{date:year}` of the study unless dates are "
        "removed, or, eight capital letters and digits each, `{patient}`, `{study}`, `{series}`, "
        "`{instance}`. It holds `{SOPInstanceUID}` or `{instance}`.",
    ),
    Key(
        "files.dicomdir",
        str,
        "DICOMDIR: none, or one that is made anew for the output.",
        ("none", "rebuild"),
        "none",
    ),
)


def json_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of a profile, so that editors complete and check."""
    code = {"enum": list(ATTRIBUTE_CODES)}
    rule = {
        "oneOf": [
            code,
            {
                "type": "object",
                "properties": {"action": code, "value": {"type": "string"}},
                "required": ["action"],
                "additionalProperties": False,
            },
        ]
    }
    root: dict[str, Any] = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "bme-med profile",
        "type": "object",
        "required": ["name"],
        "additionalProperties": False,
        "properties": {},
    }
    for key in KEYS:
        *section, name = key.path.split(".")
        table = root
        for part in section:
            table = table["properties"].setdefault(
                part, {"type": "object", "additionalProperties": False, "properties": {}}
            )
        choices = [str(choice) for choice in key.choices]
        if key.path == "extends":
            entry: dict[str, Any] = {
                "oneOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]
            }
        elif key.kind is dict:
            entry = {"type": "object", "additionalProperties": rule}
        elif key.path == "pixels.regions":
            entry = {"type": "array", "items": rule_schema()}
        elif key.kind is list:
            items = {"enum": choices} if choices else {"type": "string"}
            entry = {"type": "array", "items": items, "uniqueItems": True}
        else:
            entry = {"enum": choices} if choices else {"type": "string"}
        table["properties"][name] = {"description": key.doc, **entry}
    return root
