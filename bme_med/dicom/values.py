"""New values for old ones. Nothing (None) means: it cannot be done, the decision's fallback applies."""

import re
from collections.abc import Callable
from functools import lru_cache

from bme_med.core import Policy
from bme_med.core.icc import sanitize
from bme_med.core.templates import fill
from bme_med.dicom import dates
from bme_med.dicom.decisions import Decision, Do
from bme_med.dicom.defined_terms import is_defined_term
from bme_med.dicom.dictionary import dictionary, registered_uids, settled_vr
from bme_med.dicom.dummies import dummy_items
from bme_med.dicom.encoding import Coding, dummy_value, split_values
from bme_med.dicom.encoding import element as encoded
from bme_med.dicom.lifetime import Lifetime
from bme_med.dicom.scope import Scope
from bme_med.dicom.texts import Texts
from bme_med.dicom.walker import Element

__all__ = ["Values", "values_for"]

_GRAPHIC_LAYER = 0x00700002
_CODE_VALUES, _CODE_SCHEME = (0x00080100, 0x00080119, 0x00080120), 0x00080102
_JUDGED_IN_CONTEXT = (Do.CODE_VALUE, Do.CODE_MEANING)
_AGE_YEARS = re.compile(rb"(\d{1,3})(?![\dDWM])")
_OLDEST_AGE_YEARS = 89
_LAYER = re.compile(rb"[A-Z0-9 _]{1,16}\0?")
_KEYED_LAYER = re.compile(rb"LAYER[0-9A-F]{8} ?\Z")
_SHORT_NUMBER = re.compile(rb"(?<!\d)\d{1,3}(?!\d)")
_STANDARD_ROOT = "1.2.840.10008."
_CONTEXT_GROUP = re.compile(r"1\.2\.840\.10008\.6\.1\.\d{1,4}")
"""UIDs of context groups (PS3.6, Table A-3), which grow with every edition."""

_CACHE_ENTRIES = 4096


@lru_cache(maxsize=64)
def values_for(policy: Policy, person: tuple[str, ...], texts: Texts, lifetime: Lifetime) -> "Values":
    """The values of a patient's instances that share their identifiers, as the slices of a series do.

    `person` keys the patient's pseudonym and date shift; `texts` knows what was harvested;
    `lifetime` tells which years would say the patient's age.
    """
    return Values(policy, person, texts, lifetime)


class Values:
    """Makes new values, and remembers the elements that it made: slices of a series repeat them."""

    def __init__(self, policy: Policy, person: tuple[str, ...], texts: Texts, lifetime: Lifetime) -> None:
        self._pseudonyms = policy.pseudonyms
        self._person = person
        self._subject = policy.subject(person)
        self._texts = texts
        self._lifetime = lifetime
        self._made: dict[tuple[Decision, str, Coding, bytes], bytes | None] = {}
        self._makers: dict[Do, Callable[[Element, Decision, Scope], bytes | None]] = {
            Do.EMPTY: self._empty,
            Do.DUMMY: self._dummy,
            Do.UID: self._uid,
            Do.CLASS_UID: self._class_uid,
            Do.KEPT_UID: self._kept_uid,
            Do.SHIFT: self._shifted,
            Do.YEAR: self._year,
            Do.AGE: self._age,
            Do.SEARCH: self._searched,
            Do.WORDS: self._words,
            Do.CODED: self._coded,
            Do.CODE_VALUE: self._code_value,
            Do.CODE_MEANING: self._code_meaning,
            Do.ICC: self._icc,
            Do.LAYER: self._layer_name,
        }

    def make(self, element: Element, decision: Decision, scope: Scope) -> bytes | None:
        """The encoded element that replaces `element`."""
        if decision.do in _JUDGED_IN_CONTEXT:
            return self._encode(element, decision, scope)
        key = (decision, scope.charset, scope.coding, scope.data[element.start : element.end])
        if key not in self._made:
            if len(self._made) >= _CACHE_ENTRIES:
                self._made.clear()
            self._made[key] = self._encode(element, decision, scope)
        return self._made[key]

    def identify(self, element: Element, scope: Scope) -> bool:
        """Whether an identifier of the instance stands in the bytes of `element`."""
        return self._texts.identify(scope.data, element.value, element.end)

    def _encode(self, element: Element, decision: Decision, scope: Scope) -> bytes | None:
        new = self._makers[decision.do](element, decision, scope)
        if new is None:
            return None
        return encoded(element.tag, _written_vr(element), new, coding=scope.coding)

    def _empty(self, _element: Element, _decision: Decision, _scope: Scope) -> bytes:
        return b""

    def _dummy(self, element: Element, decision: Decision, scope: Scope) -> bytes:
        if decision.value is not None:
            return fill(decision.value, {"subject": self._subject}).encode()
        if element.vr == "SQ":
            layer = self._layer(element, scope)
            return dummy_items(element, layer=layer, coding=scope.coding)
        return dummy_value(_read_vr(element, decision))

    def _layer(self, element: Element, scope: Scope) -> bytes:
        """The graphic layer of the first annotation in `element`, as their own sequence names it."""
        for item in element.items.items if element.items else ():
            for inner in item.elements:
                if inner.tag == _GRAPHIC_LAYER:
                    return self._clean_layer(scope.raw(inner))
        return dummy_value("CS")

    def _layer_name(self, element: Element, _decision: Decision, scope: Scope) -> bytes:
        return self._clean_layer(scope.raw(element))

    def _clean_layer(self, raw: bytes) -> bytes:
        """A layer's name, or a keyed one: layers are matched by name (PS3.3, C.10.7)."""
        words = _SHORT_NUMBER.sub(b"", raw).rstrip(b" \0")
        is_harmless = _LAYER.fullmatch(raw) and self._texts.search(raw, "") == raw
        if (
            not raw.strip(b" \0")
            or _KEYED_LAYER.match(raw)
            or (is_harmless and self._texts.clean(words, "") == words)
        ):
            return raw
        name = self._pseudonyms.hex_name("layer", raw.decode("latin-1").strip(" \0"))
        return f"LAYER{name[:8]}".encode()

    def _uid(self, element: Element, _decision: Decision, scope: Scope) -> bytes:
        return "\\".join(map(self._new_uid, split_values(scope.raw(element)))).encode("ascii", "replace")

    def _new_uid(self, uid: str) -> str:
        return uid if uid in registered_uids() or not uid else self._pseudonyms.uid(uid)

    def _kept_uid(self, element: Element, decision: Decision, scope: Scope) -> bytes:
        raw = scope.raw(element)
        is_uid = raw.translate(None, b".\\\0 ").isdigit()
        return raw if is_uid or not raw else self._uid(element, decision, scope)

    def class_uid(self, uid: str) -> str:
        """A UID that names a class: as it is, unless it is not the standard's and tells who it is about."""
        if uid in registered_uids() or _CONTEXT_GROUP.fullmatch(uid):
            return uid
        return self._new_uid(uid) if self._texts.is_in_uid(uid.removeprefix(_STANDARD_ROOT)) else uid

    def _class_uid(self, element: Element, decision: Decision, scope: Scope) -> bytes:
        raw = self._kept_uid(element, decision, scope)
        old = split_values(raw)
        new = list(map(self.class_uid, old))
        return raw if new == old else "\\".join(new).encode("ascii", "replace")

    def _shifted(self, element: Element, decision: Decision, scope: Scope) -> bytes | None:
        vr, days = _read_vr(element, decision), self._pseudonyms.shift_days(*self._person)
        return _each_date(scope.raw(element), lambda value: dates.shift(value, vr, days))

    def _year(self, element: Element, decision: Decision, scope: Scope) -> bytes | None:
        vr = _read_vr(element, decision)
        tells = self._lifetime.is_told_by
        return _each_date(
            scope.raw(element), lambda value: None if tells(value) else dates.to_year(value, vr)
        )

    def _age(self, element: Element, decision: Decision, scope: Scope) -> bytes | None:
        raw = self._coded(element, decision, scope)
        return raw and b"\\".join(b"090Y" if _is_old(value) else value for value in raw.split(b"\\"))

    def _searched(self, element: Element, _decision: Decision, scope: Scope) -> bytes | None:
        raw = scope.raw(element)
        return raw if is_defined_term(element.tag, raw) else self._texts.search(raw, scope.charset)

    def _words(self, element: Element, _decision: Decision, scope: Scope) -> bytes | None:
        return self._texts.clean(scope.raw(element), scope.charset)

    def _coded(self, element: Element, decision: Decision, scope: Scope) -> bytes | None:
        return self._texts.coded(_read_vr(element, decision), scope.raw(element))

    def _icc(self, element: Element, _decision: Decision, scope: Scope) -> bytes | None:
        return sanitize(scope.raw(element))

    def _code_value(self, element: Element, _decision: Decision, scope: Scope) -> bytes | None:
        scheme = _ascii(scope, _CODE_SCHEME)
        return self._texts.code_value(scope.raw(element), scope.charset, scheme)

    def _code_meaning(self, element: Element, _decision: Decision, scope: Scope) -> bytes | None:
        code = next(filter(None, (_ascii(scope, tag) for tag in _CODE_VALUES)), "")
        return self._texts.meaning(scope.raw(element), scope.charset, _ascii(scope, _CODE_SCHEME), code)


def _ascii(scope: Scope, tag: int) -> str:
    """The value of an attribute beside the one under decision, or nothing."""
    raw = next((scope.raw(other) for other in scope.elements if other.tag == tag), b"")
    return raw.decode("ascii", "replace").strip(" \0")


def _is_old(age: bytes) -> bool:
    years = _AGE_YEARS.match(age)
    return years is not None and int(years[1]) > _OLDEST_AGE_YEARS


def _written_vr(element: Element) -> str:
    """The VR a new value is written with: the element's, or the dictionary's where that is UN."""
    if element.vr != "UN":
        return element.vr
    entry = dictionary().get(element.tag)
    return settled_vr(entry[0]) if entry else "UN"


def _read_vr(element: Element, decision: Decision) -> str:
    """The VR a value is read by: of a private attribute, the one that its decision was made for."""
    return decision.vr or _written_vr(element)


def _each_date(raw: bytes, change: Callable[[str], str | None]) -> bytes | None:
    new: list[str] = []
    for value in split_values(raw):
        changed = change(value) if value else ""
        if changed is None:
            return None
        new.append(changed)
    return "\\".join(new).encode()
