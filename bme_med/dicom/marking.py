"""Marking an instance: the attributes that say what was done, inserted anew (PS3.15, E.1.1)."""

from typing import NamedTuple

from bme_med.core import Action, Code, Pieces, splice
from bme_med.dicom import markers
from bme_med.dicom.claims import claims_of, strongest_temporal
from bme_med.dicom.deciding import Decider, Insertions
from bme_med.dicom.dictionary import where
from bme_med.dicom.encoding import element
from bme_med.dicom.instance import Instance
from bme_med.dicom.scope import Scope
from bme_med.dicom.texts import Texts
from bme_med.dicom.walker import Element

__all__ = ["Marking", "PixelClaims", "rewritten_tags"]

_NO_ITEMS = Element(markers.DEIDENTIFICATION_METHOD_CODES, "SQ", 0, 0, 0, None)
_DONE = "says what was done"
_SAID = {
    "NO": "NO, as text was covered or looked for, and none is known to be left",
    "YES": "YES, as text is likely and may be left",
}
_LONGEST_METHOD_BYTES = 60_000
"""Of earlier values: together with ours they have to fit a short length (PS3.5, 7.1.2)."""


class PixelClaims(NamedTuple):
    """What is known of burned-in text: why it is likely, whether that was met, whether none is left."""

    risk: str | None
    is_answered: bool
    is_clean: bool

    def annotation(self, said: str) -> str:
        """What Burned In Annotation is to say, where it says `said`; nothing where it stays as it is."""
        if self.is_clean:
            return "NO"
        return "YES" if self.risk and said == "NO" else ""


def rewritten_tags(instance: Instance, pixels: PixelClaims) -> frozenset[int]:
    """Attributes that go from the main dataset, to be inserted anew."""
    tags = frozenset(markers.MARKER_TAGS)
    is_new = pixels.annotation(instance.first(markers.BURNED_IN_ANNOTATION))
    return tags | {markers.BURNED_IN_ANNOTATION} if is_new else tags


class Marking:
    """Makes the marks of one instance; what they do not claim becomes an action or a finding of `decider`."""

    def __init__(self, instance: Instance, decider: Decider, texts: Texts, pixels: PixelClaims) -> None:
        self._instance = instance
        self._decider = decider
        self._texts = texts
        self._pixels = pixels
        self._claims = claims_of(decider.table)

    def insertions(self, top: Scope) -> Insertions:
        """The encoded elements, by tag; `top` is the main dataset."""
        instance, profile = self._instance, self._decider.table.profile
        temporal = strongest_temporal(profile, instance.first(markers.TEMPORAL_INFORMATION))
        method, vr, codes = self._method_text(), *self._method_codes(top)
        values = [
            (markers.DEIDENTIFICATION_METHOD, "LO", method),
            *([(markers.DEIDENTIFICATION_METHOD_CODES, vr, codes)] if codes else []),
            (markers.TEMPORAL_INFORMATION, "CS", temporal.encode()),
        ]
        if self._is_identity_removed():
            values.insert(0, (markers.IDENTITY_REMOVED, "CS", b"YES"))
        elif markers.IDENTITY_REMOVED in instance.by_tag:
            self._note(markers.IDENTITY_REMOVED, Code.X, "not claimed of this copy")
        annotation = self._pixels.annotation(instance.first(markers.BURNED_IN_ANNOTATION))
        if annotation:
            values.insert(-1, (markers.BURNED_IN_ANNOTATION, "CS", annotation.encode()))
        for tag, _, _ in values:
            is_of_text = tag == markers.BURNED_IN_ANNOTATION
            self._note(tag, Code.D, _SAID[annotation] if is_of_text else _DONE)
        return [(tag, element(tag, vr, value, coding=instance.coding)) for tag, vr, value in values]

    def _note(self, tag: int, code: Code, rule: str) -> None:
        self._decider.actions.append(Action(where(tag), code, f"PS3.15 E.1.1: {rule}"))

    def _is_identity_removed(self) -> bool:
        """Whether (0012,0062) may be YES; what speaks against it becomes a finding."""
        findings = self._decider.findings
        is_risky = self._pixels.risk and not self._pixels.is_answered
        if is_risky:
            findings.append(f"high risk of burned-in text, kept by the profile: {self._pixels.risk}")
        if not self._claims.identity_removed:
            findings.append("the profile keeps what names the patient: (0012,0062) is not YES")
        return self._claims.identity_removed and not is_risky

    def _method_text(self) -> bytes:
        """De-identification Method: earlier values, searched for identifiers, and ours."""
        raw = self._instance.raw(markers.DEIDENTIFICATION_METHOD)
        earlier = self._texts.search(raw, self._instance.charset) or b""
        values = [value for value in (part.strip(b" \0") for part in earlier.split(b"\\")) if value]
        if sum(map(len, values), len(values)) > _LONGEST_METHOD_BYTES:
            values = []
        return b"\\".join((*values, *(ours for ours in self._claims.method if ours not in values)))

    def _method_codes(self, top: Scope) -> tuple[str, bytes]:
        """VR and value of De-identification Method Code Sequence: earlier items, cleaned, and ours.

        Earlier items in UN are implicit (PS3.5, 6.2.2): the sequence stays UN, and ours are written alike.
        """
        tag = markers.DEIDENTIFICATION_METHOD_CODES
        data, earlier = self._instance.by_tag.get(tag, (b"", _NO_ITEMS))
        coding = earlier.items.coding if earlier.items else top.coding
        kept = Pieces()
        present: set[tuple[str, ...]] = set()
        for number, item in enumerate(earlier.items.items if earlier.items else ()):
            scope = top._replace(data=data).below(earlier, item, number)
            self._decider.item(scope, item, kept)
            present.add(tuple(scope.text(code) for code in (markers.CODE_VALUE, markers.CODE_SCHEME)))
        added = [
            markers.code_item(value, "DCM", meaning, coding=coding)
            for value, meaning in self._claims.codes_for(is_clean=self._pixels.is_clean)
            if (value, "DCM") not in present
        ]
        vr = "SQ" if coding is top.coding else "UN"
        return vr, splice(kept.done(), data) + b"".join(added)
