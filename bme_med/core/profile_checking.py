"""Keys of one profile's TOML, each checked: known, of its kind, and one of its choices."""

import difflib
from collections.abc import Mapping
from types import UnionType
from typing import Any

from bme_med.core.boxes import BoxRule
from bme_med.core.boxes_file import read_rule
from bme_med.core.errors import ProfileError
from bme_med.core.naming import check_value
from bme_med.core.plan import Code
from bme_med.core.profile import ATTRIBUTE_CODES, AttributeRule
from bme_med.core.profile_keys import KEYS, Key
from bme_med.core.profile_lists import is_entry

__all__ = ["flat_keys"]

_EXPECTED = {str: "text in quotes", list: "a list of texts", dict: "a table"}


def flat_keys(document: Mapping[str, Any], source: str) -> dict[str, Any]:
    """Keys of a TOML document as dotted paths, each checked against `KEYS`.

    Raises
    ------
    ProfileError
        With the key and what was expected.
    """
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
