"""Loading profiles: ready-made ones by name, others by path."""

import difflib
import json
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from bme_med import engines
from bme_med.core import Option, Profile, ProfileError, parse_profile
from bme_med.core.profile_lists import shipped_list
from bme_med.core.resources import option_names, profile_names, read_resource

__all__ = [
    "check_profile",
    "is_available",
    "load_profile",
    "profile_settings",
    "ready_made_options",
    "ready_made_profiles",
]

_OVER = "options of the command line"


def load_profile(name: str, keys: Mapping[str, str] = MappingProxyType({})) -> Profile:
    """The profile `name`: a ready-made one, or a TOML file; `keys` are said over it.

    What a file extends is a ready-made profile, or a path seen from that file.

    Raises
    ------
    ProfileError
        If there is none, or it says something that a profile cannot say.

    >>> load_profile("hipaa-safe-harbor").dates
    <DatePolicy.YEAR: 'year'>
    """
    if name in option_names():
        example = f'extends = ["ps315-basic", "{name}"]'
        raise ProfileError(f"an option alone is no profile: write one that says {example}", source=name)
    if not keys:
        return parse_profile(name, _read, _seen_from, _read_list)
    own = {"name": load_profile(name).name, "extends": name}
    text = "\n".join(f"{key} = {json.dumps(value)}" for key, value in {**own, **keys}.items())

    def read(asked: str) -> tuple[str, str]:
        return (_OVER, text) if asked == _OVER else _read(asked)

    return parse_profile(_OVER, read, _seen_from, _read_list)


def _is_ready_made(name: str) -> bool:
    return name in profile_names() or name in option_names()


def _seen_from(source: str, name: str) -> str:
    """The path of what the profile at `source` calls `name`; ready-made ones keep their names."""
    return name if _is_ready_made(name) or _is_ready_made(source) else str(Path(source).parent / name)


def _read(name: str) -> tuple[str, str]:
    """Where a profile is, and its text."""
    if _is_ready_made(name):
        return name, read_resource(f"{name}.toml")
    path = Path(name)
    if not name.endswith(".toml") and not path.is_file():
        raise ProfileError(_unknown(name), source=name)
    try:
        return str(path), path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise ProfileError("not UTF-8 text, which TOML is", source=str(path)) from None
    except OSError as error:
        raise ProfileError(
            f"the profile cannot be read ({error.strerror}): give the path of a file that you may read, "
            "or a name of `bme-med profiles list`",
            source=str(path),
        ) from None


def _read_list(name: str, source: str) -> str:
    """The text of the file `name`, seen from the profile at `source`."""
    if _is_ready_made(source):
        return shipped_list(name, source)
    try:
        return (Path(source).parent / name).read_text(encoding="utf-8")
    except UnicodeDecodeError:
        reason = "is not UTF-8 text"
    except OSError as error:
        reason = f"cannot be read ({error.strerror})"
    raise ProfileError(f"{name} {reason}", source=source) from None


def _unknown(name: str) -> str:
    """What is ready-made, and which of it was probably meant."""
    known = [*profile_names(), *option_names()]
    close = difflib.get_close_matches(Path(name).name, known, n=1)
    hint = f"; did you mean {close[0]!r}?" if close else ""
    return f"neither a ready-made profile ({', '.join(profile_names())}), an option of one, nor a file{hint}"


def check_profile(name: str) -> Profile:
    """The profile `name`, seen by the engines too, which know what attributes there are.

    Raises
    ------
    ProfileError
        If it cannot be used.
    """
    profile = load_profile(name)
    engines.prepare(profile)
    return profile


def is_available(profile: Profile) -> bool:
    """Whether this version can do all that `profile` asks for, such as an option of PS3.15."""
    try:
        engines.prepare(profile)
    except ProfileError:
        return False
    return True


def ready_made_profiles() -> list[Profile]:
    """All ready-made profiles, by name."""
    return [load_profile(name) for name in profile_names()]


def ready_made_options() -> list[Profile]:
    """The parts that profiles are composed of, one an option of PS3.15, in the order of the standard."""
    parts = {f"option-{option}": option for option in Option}
    return [parse_profile(name, _read) for name in parts]


def profile_settings(profile: Profile) -> dict[str, Any]:
    """All that `profile` says, under the keys that a profile file has."""
    attributes = {
        rule.selector: {"action": rule.code.value} | ({"value": rule.value} if rule.value else {})
        for rule in profile.attributes
    }
    return {
        "name": profile.name,
        "title": profile.title,
        "sha256": profile.sha256,
        "dicom": {
            "options": sorted(profile.options),
            "attributes": attributes,
            "descriptors": profile.descriptors.value,
            "words": list(profile.words),
            "vocabulary": [words.name for words in profile.word_lists],
            "safe-private": list(profile.safe_private),
            "structured-reports": profile.structured_reports,
        },
        "photo": {
            "orientation": profile.orientation,
            "color-profile": profile.color_profile,
            "hidden-pixels": profile.hidden_pixels,
            "faces": profile.faces,
            "text": profile.photo_text,
        },
        "dates": {"policy": profile.dates.value},
        "pixels": {
            "burned-in": profile.burned_in,
            "suspect": profile.suspect,
            "marks": profile.marks,
            "regions": [rule.origin for rule in profile.regions],
            "unused-bits": profile.unused_bits,
        },
        "subjects": {"unlisted": profile.unlisted},
        "files": {
            "names": profile.names,
            "pattern": profile.pattern,
            "dicom-path": profile.dicom_path,
            "dicomdir": profile.dicomdir,
        },
    }
