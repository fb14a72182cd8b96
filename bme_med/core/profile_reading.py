"""Reading profiles from TOML: profiles put over those that they extend, and what their keys mean together."""

import hashlib
import json
import tomllib
from collections.abc import Callable
from typing import Any

from bme_med.core.errors import ProfileError
from bme_med.core.naming import check_dicom_path, check_pattern, default_path, default_pattern
from bme_med.core.profile import DatePolicy, Descriptors, Option, Profile, WordList
from bme_med.core.profile_checking import flat_keys
from bme_med.core.profile_keys import KEYS
from bme_med.core.profile_lists import shipped_list, with_lists

__all__ = ["parse_profile"]


def _as_it_is(_source: str, name: str) -> str:
    return name


def parse_profile(
    name: str,
    read: Callable[[str], tuple[str, str]],
    seen_from: Callable[[str, str], str] = _as_it_is,
    read_list: Callable[[str, str], str] = shipped_list,
) -> Profile:
    """Read a profile and those that it extends.

    Of two that say the same key, the one named later in ``extends`` wins, and the profile itself over all;
    options and attributes add up, and a title speaks for its own profile only.

    Parameters
    ----------
    name
        What the user asked for.
    read
        Gives ``(source, text)`` for a name: where it was found and its TOML.
    seen_from
        Gives the name to `read` for what the profile at a source calls by some name.
    read_list
        Gives the text of a file of words or private attributes, from its name and the source of the profile
        that names it.

    Raises
    ------
    ProfileError
        With the profile, the key and what was expected.
    """
    said, source = _Resolver(read, seen_from, read_list).resolve(name, ())
    return _profile({key.path: key.default for key in KEYS} | said, source)


def _profile(values: dict[str, Any], source: str) -> Profile:
    """The profile that says `values`, if they agree with each other."""
    digest = hashlib.sha256(json.dumps(values, sort_keys=True, default=str).encode())
    options = frozenset(Option(option) for option in values["dicom.options"])
    dates = _date_policy(options, values["dates.policy"], source)
    has_years = dates is not DatePolicy.REMOVE
    names, dicomdir = values["files.names"], values["files.dicomdir"]
    pattern = values["files.pattern"] or default_pattern(names)
    dicom_path = values["files.dicom-path"] or default_path(dicomdir)
    check_pattern(pattern, names, source, has_years=has_years)
    check_dicom_path(dicom_path, dicomdir, source, has_years=has_years)
    return Profile(
        name=values["name"],
        title=values["title"],
        options=options,
        attributes=tuple(values["dicom.attributes"].values()),
        descriptors=Descriptors(values["dicom.descriptors"]),
        words=tuple(values["dicom.words"]),
        word_lists=tuple(WordList(*words) for words in values["dicom.vocabulary"]),
        safe_private=tuple(values["dicom.safe-private"]),
        structured_reports=values["dicom.structured-reports"],
        orientation=values["photo.orientation"],
        color_profile=values["photo.color-profile"],
        dates=dates,
        hidden_pixels=values["photo.hidden-pixels"],
        faces=values["photo.faces"],
        photo_text=values["photo.text"],
        burned_in=_burned_in(options, values["pixels.burned-in"], source),
        suspect=values["pixels.suspect"],
        marks=values["pixels.marks"],
        regions=tuple(values["pixels.regions"]),
        unused_bits=values["pixels.unused-bits"],
        names=names,
        pattern=pattern,
        dicom_path=dicom_path,
        dicomdir=dicomdir,
        unlisted=values["subjects.unlisted"],
        sha256=digest.hexdigest(),
    )


class _Resolver:
    """Puts profiles over those that they extend."""

    def __init__(
        self,
        read: Callable[[str], tuple[str, str]],
        seen_from: Callable[[str, str], str],
        read_list: Callable[[str, str], str],
    ) -> None:
        self._read = read
        self._seen_from = seen_from
        self._read_list = read_list

    def resolve(self, name: str, above: tuple[str, ...]) -> tuple[dict[str, Any], str]:
        """All keys that `name` and what it extends say, and where it was found."""
        source, text = self._read(name)
        if source in above:
            circle = " -> ".join((*above[above.index(source) :], source))
            raise ProfileError(
                f"profiles extend each other in a circle: {circle}", source=source, key="extends"
            )
        own = with_lists(_parsed(text, source), source, self._read_list)
        parents = own.get("extends") or []
        values: dict[str, Any] = {
            "dicom.options": [],
            "dicom.attributes": {},
            "dicom.words": [],
            "dicom.vocabulary": [],
            "dicom.safe-private": [],
            "pixels.regions": [],
        }
        for parent in [parents] if isinstance(parents, str) else parents:
            below, _ = self.resolve(self._seen_from(source, parent), (*above, source))
            values = _over(values, below)
        values.pop("title", None)
        return _over(values, own), source


def _parsed(text: str, source: str) -> dict[str, Any]:
    """The keys of one profile's text, checked."""
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ProfileError(f"not valid TOML: {error}", source=source) from None
    own = flat_keys(document, source)
    if "name" not in own:
        raise ProfileError("a profile needs a name", source=source, key="name")
    return own


def _over(values: dict[str, Any], later: dict[str, Any]) -> dict[str, Any]:
    """`later` over `values`: options, attributes and words add up, all else is replaced."""
    return {
        **values,
        **later,
        "dicom.options": sorted({*values["dicom.options"], *later.get("dicom.options", [])}),
        "dicom.attributes": {**values["dicom.attributes"], **later.get("dicom.attributes", {})},
        "pixels.regions": [*values["pixels.regions"], *later.get("pixels.regions", [])],
        "dicom.words": sorted({*values["dicom.words"], *later.get("dicom.words", [])}),
        **{
            key: list(dict.fromkeys((*values[key], *later.get(key, []))))
            for key in ("dicom.vocabulary", "dicom.safe-private")
        },
    }


def _burned_in(options: frozenset[Option], burned_in: str, source: str) -> str:
    """The policy on burned-in text; the Clean Pixel Data Option needs one that cleans."""
    if Option.CLEAN_PIXEL_DATA in options and burned_in not in ("rules", "detect"):
        raise ProfileError(
            f"{burned_in!r} contradicts the option clean-pixel-data in dicom.options: "
            'write "rules" or "detect", or leave the option out',
            source=source,
            key="pixels.burned-in",
        )
    return burned_in


def _date_policy(options: frozenset[Option], policy: str | None, source: str) -> DatePolicy:
    """The policy that options and ``dates.policy`` agree on; full and modified exclude (PS3.15, E.3.6)."""
    if {Option.FULL_DATES, Option.MODIFIED_DATES} <= options:
        raise ProfileError(
            "the options for full and for modified dates exclude each other",
            source=source,
            key="dicom.options",
        )
    implied = None
    if Option.FULL_DATES in options:
        implied = DatePolicy.KEEP
    elif Option.MODIFIED_DATES in options:
        implied = DatePolicy.SHIFT
    if implied and policy not in (None, implied):
        raise ProfileError(
            f"{policy!r} contradicts the temporal option in dicom.options; leave one of them out, "
            "or start from a profile without dates.policy",
            source=source,
            key="dates.policy",
        )
    return implied or DatePolicy(policy or DatePolicy.REMOVE)
