"""From an instance to a plan: every element meets the action table once (PS3.15, Annex E).

Two looks. The first harvests what identifies; the second decides each element, keeps its bytes or writes
new ones, and rebuilds the lengths of sequences whose content changed, bottom-up.
"""

import re
from functools import lru_cache

from bme_med.core import (
    Action,
    Code,
    DatePolicy,
    Format,
    MalformedFileError,
    Option,
    Piece,
    Pieces,
    Plan,
    Policy,
    Range,
    Source,
    UnsupportedFileError,
    splice,
)
from bme_med.core.templates import YEAR, fields_in
from bme_med.dicom import markers
from bme_med.dicom.characteristics import Characteristics, characteristics_of
from bme_med.dicom.claims import claims_of, strongest_temporal
from bme_med.dicom.content import content_rules
from bme_med.dicom.content_items import has_references
from bme_med.dicom.dictionary import where
from bme_med.dicom.encoding import element as encoded
from bme_med.dicom.encoding import header, item_header
from bme_med.dicom.fragments import keep_encapsulated, refuse_other_forms
from bme_med.dicom.freehand import has_freehand_lines
from bme_med.dicom.harvest import harvest, harvest_senders
from bme_med.dicom.identifiers import Mention, identifiers_in
from bme_med.dicom.identity import identity_of, owner_of
from bme_med.dicom.instance import Instance, read_instance
from bme_med.dicom.iods import iod_of
from bme_med.dicom.layout import Section
from bme_med.dicom.lifetime import Lifetime, lifetime_of
from bme_med.dicom.losses import losses
from bme_med.dicom.meta import file_meta, file_of
from bme_med.dicom.offset_tables import EXTENDED_TABLES, has_true_extended_tables
from bme_med.dicom.pixeldata import frames_end, is_encapsulated, lacks_pixels, refuse_contradiction
from bme_med.dicom.private import private_decisions, removed
from bme_med.dicom.risk import burned_in_risk, pixel_findings, refuse_uncleanable
from bme_med.dicom.rules import Decision, Do, action_table
from bme_med.dicom.scope import Scope
from bme_med.dicom.stored_bits import cleared, clearing_reason, stored_bits
from bme_med.dicom.texts import texts_for
from bme_med.dicom.values import values_for
from bme_med.dicom.walker import PIXEL_DATA, PIXEL_TAGS, Element, Item

__all__ = ["plan"]

_SOP_CLASS, _SOP_INSTANCE = 0x00080016, 0x00080018
_PATIENT_ID, _STUDY, _SERIES = 0x00100020, 0x0020000D, 0x0020000E
_STUDY_DATE, _ANNOTATIONS = 0x00080020, 0x00700001
_FIELDS = {
    _PATIENT_ID: "PatientID",
    _STUDY: "StudyInstanceUID",
    _SERIES: "SeriesInstanceUID",
    _SOP_INSTANCE: "SOPInstanceUID",
}
_UID = re.compile(r"[0-9]+(?:\.[0-9]+)+")
"""What may stand in file meta as it stood in the source (PS3.5, 9.1)."""

_NO_ITEMS = Element(markers.DEIDENTIFICATION_METHOD_CODES, "SQ", 0, 0, 0, None)
_LONGEST_METHOD_BYTES = 60_000
"""Of earlier values: together with ours they have to fit a short length (PS3.5, 7.1.2)."""

_Insertions = list[tuple[int, bytes]]


def plan(data: Source, policy: Policy) -> Plan:
    """Plan the de-identified copy of one DICOM file.

    Raises
    ------
    FileError
        If the file is malformed, in an encoding that is not supported, or holds what cannot be cleaned.
    """
    instance = read_instance(data, layout=action_table(policy.profile).layout)
    refuse_uncleanable(instance, policy.profile)
    risk = burned_in_risk(instance)
    if risk and policy.profile.burned_in == "refuse":
        raise UnsupportedFileError(
            f'high risk of burned-in text: {risk}; review it, or set pixels.burned-in = "keep"'
        )
    return _Planner(instance, policy, risk).plan()


def _class_of(instance: Instance) -> str:
    """SOP Class UID of what has one name and one place in study and series.

    Raises
    ------
    MalformedFileError
        If it lacks a UID, or has more than one.
    """
    sop_class = instance.first(_SOP_CLASS)
    if not (_UID.fullmatch(sop_class) and instance.first(_SOP_INSTANCE)):
        raise MalformedFileError(
            "SOP Class UID or SOP Instance UID is missing, or is no UID: it is no instance, leave it out"
        )
    for tag in (_SOP_CLASS, _SOP_INSTANCE, _STUDY, _SERIES):
        if len(instance.values(tag)) > 1:
            raise MalformedFileError(
                "several UIDs where an instance has one: export it again from where it came", where=where(tag)
            )
    return sop_class


class _Planner:
    """Plans one instance."""

    def __init__(self, instance: Instance, policy: Policy, risk: str | None) -> None:
        self.instance = instance
        self.profile = policy.profile
        self.table = action_table(policy.profile)
        self.content = content_rules(policy.profile)
        self.has_references = False
        self.claims = claims_of(self.table)
        self.risk = risk
        self.actions: list[Action] = []
        self.findings = list(instance.contents.notes)
        self.fields = dict.fromkeys(_FIELDS.values(), "")
        self.rules = self.table.dataset(iod_of(instance.first(_SOP_CLASS)))
        self.charset = instance.charset
        self.rewritten = set(markers.MARKER_TAGS)
        if self._is_unfounded_no():
            self.rewritten.add(markers.BURNED_IN_ANNOTATION)
        self.declared = Characteristics()
        if self.table.selectors.has_private:
            self.declared = characteristics_of(instance)
        self.texts = texts_for(policy.profile, identifiers_in(self._harvest()))
        lifetime = lifetime_of(instance) if self.profile.dates is DatePolicy.YEAR else Lifetime()
        person = policy.person(identity_of(owner_of(instance), policy.patients))
        self.fields["subject"] = policy.subject(person)
        self.values = values_for(policy, person, self.texts, lifetime)

    def plan(self) -> Plan:
        instance = self.instance
        sop_class = _class_of(instance)
        body = Pieces()
        pending = self._markers()[::-1]
        for base, section in instance.sections:
            if section.is_run:
                while pending and pending[-1][0] < section.elements[0].tag:
                    body.literal(pending.pop()[1])
                pieces, actions = self._run(section)
                body.keep_from(base, pieces)
                self.actions.extend(actions)
            else:
                self._dataset(self._top(section), body, pending)
        for _, literal in reversed(pending):
            body.literal(literal)
        meta = file_meta(sop_class, self.fields["SOPInstanceUID"], instance.transfer_syntax)
        self.actions.append(Action("preamble and file meta", Code.D, "PS3.15 E.1.1: written anew"))
        if instance.contents.mended:
            rule = f"read the tolerant way: {instance.contents.mended}"
            self.actions.append(Action("main dataset", Code.C, rule))
            self.findings.append(rule)
        if lacks_pixels(instance):
            self.findings.append("no Pixel Data, though an image is described: the source may be cut off")
        self.findings.extend(losses(instance, self.profile, self.actions))
        if YEAR in fields_in(self.profile.dicom_path):
            self.fields[YEAR] = self._study_year()
        self._find_lines()
        if not self.risk:
            self.findings.extend(pixel_findings(instance))
        pieces = file_of(meta, body, instance.contents)
        return Plan(Format.DICOM, pieces, tuple(self.actions), ".dcm", tuple(self.findings), self.fields)

    def _study_year(self) -> str:
        """The year in Study Date as it stands in the output; empty where there is none."""
        if _STUDY_DATE not in self.instance.by_tag:
            return ""
        data, element = self.instance.by_tag[_STUDY_DATE]
        decision = self.rules[element.tag, element.vr]
        new: bytes | None = data[element.start : element.end]
        if decision.do is not Do.KEEP:
            scope = Scope(data, self.rules, [], "", self.instance.coding, self.charset)
            is_gone = decision.do is Do.REMOVE or decision.do is Do.RECURSE
            new = None if is_gone else self.values.make(element, decision, scope)
        year = (new or b"")[8:12]
        return year.decode() if len(year) == 4 and year.isdigit() else ""

    def _top(self, section: Section) -> Scope:
        return Scope(section.data, self.rules, section.elements, "", self.instance.coding, self.charset)

    def _harvest(self) -> tuple[Mention, ...]:
        """What identifies, of all sections; runs were looked at before."""
        mentions = dict.fromkeys(harvest_senders(self.instance.contents.senders))
        key = self.rules.iod, self.charset
        for _, section in self.instance.sections:
            found = section.mentions.get(key)
            if found is None:
                found = section.mentions[key] = harvest(self._top(section), self.content)
            mentions.update(dict.fromkeys(found))
        return tuple(mentions)

    def _run(self, section: Section) -> tuple[tuple[Piece, ...], tuple[Action, ...]]:
        """Pieces and actions of a run, decided when it is first seen."""
        key = self.rules.iod, self.charset, self.values, self.declared
        decided = section.decided.get(key)
        if decided is None:
            section.make_room()
            pieces, actions, self.actions = Pieces(), self.actions, []
            self._dataset(self._top(section), pieces)
            decided = section.decided[key] = pieces.done(), tuple(self.actions)
            self.actions = actions
        return decided

    def _dataset(self, scope: Scope, out: Pieces, pending: _Insertions | None = None) -> None:
        """Decide every element of `scope`; what is `pending`, last first, takes its place in tag order."""
        rules, actions, is_top = scope.rules, self.actions, not scope.prefix
        special = self._private(scope)
        if self.content and scope.prefix:
            special = special | self.content.values(scope)
        for element in scope.elements:
            tag = element.tag
            while pending and pending[-1][0] <= tag:
                out.literal(pending.pop()[1])
            if is_top and tag in self.rewritten:
                continue
            decision = special.get(tag) or (removed(tag) if tag & 0x10000 else rules[tag, element.vr])
            if decision.do is Do.REMOVE:
                actions.append(scope.placed(decision.action))
            elif decision.do is Do.KEEP:
                self._keep(element, decision, scope, out)
            elif decision.do is Do.RECURSE:
                self._sequence(element, decision, scope, out)
            else:
                self._change(element, decision, scope, out)

    def _private(self, scope: Scope) -> dict[int, Decision]:
        """Private elements of which something stays, and their creators."""
        if not self.table.selectors.has_private:
            return {}
        return private_decisions(scope, self.table, self.declared, self._is_left)

    def _is_left(self, element: Element, decision: Decision | None, scope: Scope) -> bool:
        """Whether anything of `element` reaches the output, under `decision` or what it falls back to."""
        while decision and decision.do is not Do.REMOVE:
            if decision.do is Do.RECURSE:
                return element.items is not None
            if decision.do is Do.KEEP or self.values.make(element, decision, scope) is not None:
                return True
            decision = decision.fallback
        return False

    def _keep(self, element: Element, decision: Decision, scope: Scope, out: Pieces) -> None:
        code = decision.action.code
        if element.tag in EXTENDED_TABLES and not self._has_true_tables(scope):
            self.actions.append(scope.placed(decision.action, Code.X))
            return
        if element.tag not in PIXEL_TAGS:
            out.keep(element.start, element.end)
        elif self._pixel_data(element, scope, out):
            code = Code.C
        self._note(element, decision, scope, code)

    def _has_true_tables(self, scope: Scope) -> bool:
        """Whether extended offset tables point to frames; in an item there are none."""
        return not scope.prefix and has_true_extended_tables(self.instance)

    def _pixel_data(self, element: Element, scope: Scope, out: Pieces) -> bool:
        """Keep the frames and nothing else; says whether anything else was there."""
        if not scope.prefix:
            refuse_contradiction(scope.data, element, self.instance.contents)
        if is_encapsulated(scope.data, element):
            refuse_other_forms(scope.data, element, self.instance.transfer_syntax)
            findings = keep_encapsulated(scope.data, element, out)
            self.findings.extend(findings)
            return bool(findings)
        described = self._described(scope)
        end = frames_end(described, element)
        if end > element.end:
            self.findings.append(
                "Pixel Data is shorter than its frames: compare the source with the original"
            )
        if end >= element.end:
            out.keep(element.start, element.value)
        else:
            self.findings.append("Pixel Data was longer than its frames and was cut")
            out.literal(header(element.tag, element.vr, end - element.value, coding=scope.coding))
        samples = Range(element.value, min(end, element.end))
        if element.tag == PIXEL_DATA and self._samples(described, samples, out):
            return True
        if element.tag != PIXEL_DATA:
            out.keep(samples.start, samples.end)
        return end < element.end

    def _samples(self, described: Instance, samples: Range, out: Pieces) -> bool:
        """Keep native samples, their unused bits cleared where the profile or an overlay asks for it."""
        finding = clearing_reason(described, samples, self.profile.unused_bits)
        bits = stored_bits(described)
        if bits is None or finding is None:
            out.keep(samples.start, samples.end)
            return False
        self.findings.append(finding)
        out.render(cleared(samples, bits))
        return True

    def _described(self, scope: Scope) -> Instance:
        """Where the attributes that describe the pixels of `scope` stand."""
        if not scope.prefix:
            return self.instance
        return self.instance.within(scope.data, scope.elements, scope.coding)

    def _change(self, element: Element, decision: Decision, scope: Scope, out: Pieces) -> None:
        """Write a new value, or keep the bytes where the new value is the old one."""
        literal = self.values.make(element, decision, scope)
        if literal is None:
            fallback = decision.fallback or _left_empty(decision)
            if fallback.do is Do.REMOVE:
                self.actions.append(scope.placed(fallback.action))
            else:
                self._change(element, fallback, scope, out)
            return
        code = decision.action.code
        if scope.data[element.start : element.end] == literal:
            out.keep(element.start, element.end)
            code = code if code is Code.D or code is Code.Z else Code.K
        else:
            out.literal(literal)
            code = Code.C if code is Code.K else code
        self._note(element, decision, scope, code, literal)

    def _note(
        self, element: Element, decision: Decision, scope: Scope, code: Code, literal: bytes = b""
    ) -> None:
        """Record what happened, and new values that an output path may need."""
        self.actions.append(scope.placed(decision.action, code))
        if not scope.prefix and element.tag in _FIELDS:
            raw = literal[8:] or scope.raw(element)
            self.fields[_FIELDS[element.tag]] = raw.decode("ascii", "replace").strip(" \0")

    def _sequence(self, element: Element, decision: Decision, scope: Scope, out: Pieces) -> None:
        """Keep a sequence; its items' elements are decided one by one."""
        if element.items is None:
            self.actions.append(scope.placed(decision.action, Code.X))
            return
        self.actions.append(scope.placed(decision.action))
        content = Pieces()
        removals = self._removals(element, scope)
        for number, item in enumerate(element.items.items):
            inner = scope.below(element, item, number)
            if number in removals:
                self.actions.append(Action(inner.prefix[:-1], Code.X, removals[number]))
            else:
                self._item(inner, item, content)
        tail = 8 if element.items.has_delimiter else 0
        if tail or content.size == element.end - element.value:
            out.keep(element.start, element.value)
        else:
            out.literal(header(element.tag, element.vr, content.size, coding=scope.coding))
        out.extend(content)
        out.keep(element.end - tail, element.end)

    def _removals(self, sequence: Element, scope: Scope) -> dict[int, str]:
        """Content items of `sequence` that go as a whole, with the rule; none where others count on them.

        Where items refer to each other by position, or no item would be left, their values are replaced.
        """
        if not (self.content and sequence.items):
            return {}
        if not scope.prefix:
            self.has_references = has_references(sequence.items)
        if self.has_references:
            return {}
        items = sequence.items.items
        rules = (self.content.removal(scope.below(sequence, item, n)) for n, item in enumerate(items))
        removals = {number: rule for number, rule in enumerate(rules) if rule}
        return removals if len(removals) < len(items) else {}

    def _item(self, scope: Scope, item: Item, out: Pieces) -> None:
        body = Pieces()
        self._dataset(scope, body)
        tail = 8 if item.has_delimiter else 0
        if tail or body.size == item.end - item.start - 8:
            out.keep(item.start, item.start + 8)
        else:
            out.literal(item_header(body.size, coding=scope.coding))
        out.extend(body)
        out.keep(item.end - tail, item.end)

    def _markers(self) -> _Insertions:
        """The attributes that say what was done, by tag (PS3.15, E.1.1)."""
        instance = self.instance
        temporal = strongest_temporal(self.profile, instance.first(markers.TEMPORAL_INFORMATION))
        method, vr, codes = self._method_text(), *self._method_codes()
        values = [
            (markers.DEIDENTIFICATION_METHOD, "LO", method),
            *([(markers.DEIDENTIFICATION_METHOD_CODES, vr, codes)] if codes else []),
            (markers.TEMPORAL_INFORMATION, "CS", temporal.encode()),
        ]
        if self._is_identity_removed():
            values.insert(0, (markers.IDENTITY_REMOVED, "CS", b"YES"))
        elif markers.IDENTITY_REMOVED in instance.by_tag:
            self._note_marker(markers.IDENTITY_REMOVED, Code.X, "not claimed of this copy")
        if self._is_unfounded_no():
            values.insert(-1, (markers.BURNED_IN_ANNOTATION, "CS", b"YES"))
        for tag, _, _ in values:
            self._note_marker(tag, Code.D, "says what was done")
        return [(tag, encoded(tag, vr, value, coding=instance.coding)) for tag, vr, value in values]

    def _note_marker(self, tag: int, code: Code, rule: str) -> None:
        self.actions.append(Action(where(tag), code, f"PS3.15 E.1.1: {rule}"))

    def _is_identity_removed(self) -> bool:
        """Whether (0012,0062) may be YES; what speaks against it becomes a finding."""
        if self.risk:
            self.findings.append(f"high risk of burned-in text, kept by the profile: {self.risk}")
        if not self.claims.identity_removed:
            self.findings.append("the profile keeps what names the patient: (0012,0062) is not YES")
        return self.claims.identity_removed and not self.risk

    def _method_text(self) -> bytes:
        """De-identification Method: earlier values, searched for identifiers, and ours."""
        raw = self.instance.raw(markers.DEIDENTIFICATION_METHOD)
        earlier = self.texts.search(raw, self.instance.charset) or b""
        values = [value for value in (part.strip(b" \0") for part in earlier.split(b"\\")) if value]
        if sum(map(len, values), len(values)) > _LONGEST_METHOD_BYTES:
            values = []
        return b"\\".join((*values, *(ours for ours in self.claims.method if ours not in values)))

    def _method_codes(self) -> tuple[str, bytes]:
        """VR and value of De-identification Method Code Sequence: earlier items, cleaned, and ours.

        Earlier items in UN are implicit (PS3.5, 6.2.2): the sequence stays UN, and ours are written alike.
        """
        tag = markers.DEIDENTIFICATION_METHOD_CODES
        data, earlier = self.instance.by_tag.get(tag, (b"", _NO_ITEMS))
        top = Scope(data, self.rules, [], "", self.instance.coding, self.charset)
        coding = earlier.items.coding if earlier.items else top.coding
        kept = Pieces()
        present: set[tuple[str, ...]] = set()
        for number, item in enumerate(earlier.items.items if earlier.items else ()):
            scope = top.below(earlier, item, number)
            self._item(scope, item, kept)
            present.add(tuple(scope.text(code) for code in (markers.CODE_VALUE, markers.CODE_SCHEME)))
        added = [
            markers.code_item(value, "DCM", meaning, coding=coding)
            for value, meaning in self.claims.codes
            if (value, "DCM") not in present
        ]
        vr = "SQ" if coding is top.coding else "UN"
        return vr, splice(kept.done(), data) + b"".join(added)

    def _find_lines(self) -> None:
        """Say where graphics stay that may be handwriting."""
        if Option.CLEAN_GRAPHICS not in self.profile.options or _ANNOTATIONS not in self.instance.by_tag:
            return
        data, annotations = self.instance.by_tag[_ANNOTATIONS]
        scope = Scope(data, self.rules, [annotations], "", self.instance.coding, self.charset)
        if has_freehand_lines(scope):
            self.findings.append("freehand lines of annotations stay: look whether they are handwriting")

    def _is_unfounded_no(self) -> bool:
        """Whether Burned In Annotation says NO of pixels that are likely to hold text."""
        return bool(self.risk) and self.instance.first(markers.BURNED_IN_ANNOTATION) == "NO"


@lru_cache(maxsize=4096)
def _left_empty(decision: Decision) -> Decision:
    """What follows where cleaning leaves nothing and the rule has no fallback of its own."""
    return Decision(Do.DUMMY, Action(decision.action.where, Code.D, "nothing was left that may stay"))
