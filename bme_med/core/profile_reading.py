"""Reading profiles from TOML: each key checked, and profiles put over those that they extend."""

import difflib
import hashlib
import json
import tomllib
from collections.abc import Callable, Mapping
from types import UnionType
from typing import Any

from bme_med.core.boxes import BoxRule
from bme_med.core.boxes_file import read_rule
from bme_med.core.errors import ProfileError
from bme_med.core.naming import check_dicom_path, check_pattern, check_value, default_path, default_pattern
from bme_med.core.plan import Code
from bme_med.core.profile import (
    ATTRIBUTE_CODES,
    AttributeRule,
    DatePolicy,
    Descriptors,
    Option,
    Profile,
    WordList,
)
from bme_med.core.profile_keys import KEYS, Key
from bme_med.core.profile_lists import is_entry, shipped_list, with_lists

__all__ = ["parse_profile"]

_EXPECTED = {str: "text in quotes", list: "a list of texts", dict: "a table"}


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
    values = {key.path: key.default for key in KEYS} | said
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
    own = _flatten(document, source)
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


def _flatten(document: Mapping[str, Any], source: str) -> dict[str, Any]:
    """Keys of a TOML document as dotted paths, each checked against `KEYS`."""
    known = {key.path: key for key in KEYS}
    sections = {path.split(".")[0] for path in known if "." in path}
    flat: dict[str, Any] = {}
    for name, value in document.items():
        if name in sections:
            if not isinstance(value, dict):
                raise ProfileError("expected a table", source=source, key=name)
            flat.update({f"{name}.{inner}": inner_value for inner, inner_value in value.items()})
        else:
            flat[name] = value
    for path, value in flat.items():
        if path not in known:
            raise ProfileError(_unknown(path, known), source=source, key=path)
        flat[path] = _checked(known[path], value, source)
    return flat


def _unknown(word: str, known: Mapping[str, Any] | tuple[str, ...]) -> str:
    close = difflib.get_close_matches(word, [str(choice) for choice in known], n=1)
    hint = f"; did you mean {close[0]!r}?" if close else ""
    return f"{word!r} is not known here{hint}"


def _checked(key: Key, value: Any, source: str) -> Any:
    if key.path == "pixels.regions":
        return _regions(value, source)
    kinds = key.kind.__args__ if isinstance(key.kind, UnionType) else (key.kind,)
    if not isinstance(value, kinds) or (isinstance(value, list) and not _are_texts(value)):
        expected = " or ".join(_EXPECTED[kind] for kind in kinds)
        raise ProfileError(f"expected {expected}", source=source, key=key.path)
    if key.path == "dicom.attributes":
        return {selector: _attribute_rule(selector, rule, source) for selector, rule in value.items()}
    if key.path == "dicom.words" and not all(map(is_entry, value)):
        raise ProfileError(
            "expected words, or scheme, code and meaning with tabs between", source=source, key=key.path
        )
    if key.choices:
        for word in value if isinstance(value, list) else [value]:
            if word not in key.choices:
                allowed = ", ".join(str(choice) for choice in key.choices)
                raise ProfileError(
                    f"{_unknown(str(word), key.choices)} (one of: {allowed})",
                    source=source,
                    key=key.path,
                )
    return value


def _regions(value: Any, source: str) -> list[BoxRule]:
    """The rules of ``[[pixels.regions]]``."""
    if not isinstance(value, list):
        raise ProfileError("expected tables [[pixels.regions]]", source=source, key="pixels.regions")
    rules = []
    for number, table in enumerate(value):
        try:
            rules.append(read_rule(table, "region of the profile"))
        except ValueError as error:
            raise ProfileError(str(error), source=source, key=f"pixels.regions[{number}]") from None
    return rules


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


def _are_texts(values: list[Any]) -> bool:
    return all(isinstance(value, str) for value in values)


def _attribute_rule(selector: str, rule: Any, source: str) -> AttributeRule:
    path = f"dicom.attributes.{selector}"
    table = {"action": rule} if isinstance(rule, str) else rule
    if not isinstance(table, dict):
        raise ProfileError("expected an action code or a table", source=source, key=path)
    for name in table:
        if name not in ("action", "value"):
            raise ProfileError(_unknown(name, ("action", "value")), source=source, key=path)
    if table.get("action") not in ATTRIBUTE_CODES:
        raise ProfileError(
            f"action must be one of {', '.join(ATTRIBUTE_CODES)}", source=source, key=f"{path}.action"
        )
    value = table.get("value")
    if value is not None and not (isinstance(value, str) and value.isascii() and value.isprintable()):
        raise ProfileError("expected printable ASCII text", source=source, key=f"{path}.value")
    if value is not None and table["action"] != Code.D:
        raise ProfileError("a value goes with action D only", source=source, key=f"{path}.value")
    if value is not None:
        check_value(value, f"{path}.value", source)
    return AttributeRule(selector, Code(table["action"]), value, source)


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
