"""Loading profiles: ready-made ones by name, others by path."""

import difflib
from pathlib import Path
from typing import Any

from bme_med import engines
from bme_med.core import Profile, ProfileError, parse_profile
from bme_med.core.resources import profile_names, read_resource

__all__ = ["check_profile", "load_profile", "profile_settings", "ready_made_profiles"]


def load_profile(name: str) -> Profile:
    """The profile `name`: a ready-made one, or a TOML file.

    What a file extends is a ready-made profile, or a path seen from that file.

    Raises
    ------
    ProfileError
        If there is none, or it says something that a profile cannot say.

    >>> load_profile("hipaa-safe-harbor").dates
    <DatePolicy.YEAR: 'year'>
    """
    return parse_profile(name, _Reader())


class _Reader:
    """Gives the text of one profile after the other, as `extends` leads from each to the next."""

    def __init__(self) -> None:
        self._folder = Path()

    def __call__(self, name: str) -> tuple[str, str]:
        if name in profile_names():
            return name, read_resource(f"{name}.toml")
        path = self._folder / name
        if not name.endswith(".toml") and "/" not in name and not path.is_file():
            raise ProfileError(_unknown(name), source=name)
        self._folder = path.parent
        try:
            return str(path), path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            raise ProfileError("not UTF-8 text, which TOML is", source=str(path)) from None
        except OSError as error:
            raise ProfileError(f"the profile cannot be read ({error.strerror})", source=str(path)) from None


def _unknown(name: str) -> str:
    known = profile_names()
    close = difflib.get_close_matches(name, known, n=1)
    hint = f"; did you mean {close[0]!r}?" if close else ""
    return f"neither a ready-made profile ({', '.join(known)}) nor a file{hint}"


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


def ready_made_profiles() -> list[Profile]:
    """All ready-made profiles, by name."""
    return [load_profile(name) for name in profile_names()]


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
            "structured-reports": profile.structured_reports,
        },
        "photo": {"orientation": profile.orientation, "color-profile": profile.color_profile},
        "dates": {"policy": profile.dates.value},
        "pixels": {"burned-in": profile.burned_in},
        "subjects": {"unlisted": profile.unlisted},
        "files": {
            "names": profile.names,
            "pattern": profile.pattern,
            "dicom-path": profile.dicom_path,
            "dicomdir": profile.dicomdir,
        },
    }
