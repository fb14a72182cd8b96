"""From an instance to a plan, in two looks (PS3.15, Annex E).

The first look harvests what identifies; the second decides each element (`deciding`) and inserts the marks
of what was done (`marking`).
"""

import re
from collections.abc import Callable, Iterator

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
    Source,
)
from bme_med.core.templates import YEAR, fields_in
from bme_med.dicom.content import content_rules
from bme_med.dicom.deciding import Decider
from bme_med.dicom.decisions import Do
from bme_med.dicom.dictionary import where
from bme_med.dicom.freehand import has_freehand_lines
from bme_med.dicom.given_subjects import refuse_telling_subject
from bme_med.dicom.harvest import harvest, harvest_senders
from bme_med.dicom.identifiers import Mention, identifiers_in
from bme_med.dicom.identity import identity_of, owner_of
from bme_med.dicom.instance import Instance, read_instance
from bme_med.dicom.iods import iod_of
from bme_med.dicom.layout import Section
from bme_med.dicom.lifetime import Lifetime, lifetime_of
from bme_med.dicom.losses import losses
from bme_med.dicom.marking import Marking, PixelClaims, rewritten_tags
from bme_med.dicom.meta import file_meta, file_of
from bme_med.dicom.pixeldata import lacks_pixels
from bme_med.dicom.redaction import redaction_of
from bme_med.dicom.repainting import Repainting
from bme_med.dicom.risk import burned_in_risk, pixel_findings, refuse_uncleanable
from bme_med.dicom.rules import NESTED_PIXELS, action_table
from bme_med.dicom.scope import Scope
from bme_med.dicom.texts import Texts, texts_for
from bme_med.dicom.values import values_for
from bme_med.dicom.walker import Element

__all__ = ["plan"]

_MANUFACTURER, _MODEL = 0x00080070, 0x00081090
_SOP_CLASS, _SOP_INSTANCE = 0x00080016, 0x00080018
_STUDY, _SERIES = 0x0020000D, 0x0020000E
_STUDY_DATE, _ANNOTATIONS = 0x00080020, 0x00700001
_UID = re.compile(r"[0-9]+(?:\.[0-9]+)+")
"""What may stand in file meta as it stood in the source (PS3.5, 9.1)."""


def plan(data: Source, policy: Policy) -> Plan:
    """Plan the de-identified copy of one DICOM file.

    Raises
    ------
    FileError
        If the file is malformed, in an encoding that is not supported, or holds what cannot be cleaned.
    """
    instance = read_instance(data, layout=action_table(policy.profile).layout)
    refuse_uncleanable(instance, policy.profile)
    return _Planner(data, instance, policy).plan()


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

    def __init__(self, data: Source, instance: Instance, policy: Policy) -> None:
        self.instance = instance
        self.profile = policy.profile
        self.risk = risk = burned_in_risk(instance)
        table = action_table(policy.profile)
        self.rules = table.dataset(iod_of(instance.first(_SOP_CLASS)))
        self.charset = instance.charset
        texts = texts_for(policy.profile, identifiers_in(self._harvest()))
        lifetime = lifetime_of(instance) if self.profile.dates is DatePolicy.YEAR else Lifetime()
        person = policy.person(identity_of(owner_of(instance), policy.patients))
        if person[0] == "subject":
            refuse_telling_subject(instance, policy.subject(person))
        values = values_for(policy, person, texts, lifetime)
        redaction = redaction_of(instance, policy, risk, self._knows(texts))
        painter = None
        if redaction.boxes:
            self.instance = instance = read_instance(data)  # in one section: what slices share changes here
            painter = Repainting(instance, redaction.boxes, policy.profile.unused_bits)
        pixels = PixelClaims(risk, redaction.is_answered, redaction.is_clean)
        self.painter = painter
        self.redaction = redaction
        rewritten = rewritten_tags(instance, pixels) | (painter.rewritten if painter else frozenset())
        self.decider = Decider(instance, table, values, rewritten, painter)
        self.decider.fields["subject"] = policy.subject(person)
        self.marking = Marking(instance, self.decider, texts, pixels)

    def _knows(self, texts: Texts) -> Callable[[str], bool]:
        """Whether words hold an identifier of this instance."""

        def knows(words: str) -> bool:
            raw = words.encode()
            return texts.search(raw, "ISO_IR 192") != raw

        return knows

    def plan(self) -> Plan:
        instance, decider = self.instance, self.decider
        sop_class = _class_of(instance)
        body = self._body()
        syntax = self.painter.transfer_syntax if self.painter else instance.transfer_syntax
        meta = file_meta(decider.values.class_uid(sop_class), decider.fields["SOPInstanceUID"], syntax)
        decider.actions.append(Action("preamble and file meta", Code.D, "PS3.15 E.1.1: written anew"))
        if instance.contents.mended:
            rule = f"read the tolerant way: {instance.contents.mended}"
            decider.actions.append(Action("main dataset", Code.C, rule))
        if YEAR in fields_in(self.profile.dicom_path):
            decider.fields[YEAR] = self._study_year()
        actions = tuple(decider.actions)
        pieces = file_of(meta, body, instance.contents)
        return Plan(Format.DICOM, pieces, actions, ".dcm", tuple(self._findings()), decider.fields)

    def _body(self) -> Pieces:
        """The main dataset, with the marks in their places."""
        body, instance = Pieces(), self.instance
        made = self.painter.insertions() if self.painter else []
        pending = sorted((*self.marking.insertions(self._top(b"", [])), *made), reverse=True)
        for base, section in instance.sections:
            if section.is_run:
                while pending and pending[-1][0] < section.elements[0].tag:
                    body.literal(pending.pop()[1])
                pieces, actions = self._run(section)
                body.keep_from(base, pieces)
                self.decider.actions.extend(actions)
            else:
                self.decider.dataset(self._top(section.data, section.elements), body, pending)
        for _, literal in reversed(pending):
            body.literal(literal)
        return body

    def _findings(self) -> Iterator[str]:
        """What a person should know, in the order of their places."""
        instance = self.instance
        yield from instance.contents.notes
        yield from self.decider.findings
        if any(action.rule == NESTED_PIXELS for action in self.decider.actions):
            yield "pixels in sequence items were removed, as nobody looks at them"
        yield from self.redaction.findings
        if self.painter:
            yield from self.painter.findings
        if instance.contents.mended:
            yield f"read the tolerant way: {instance.contents.mended}"
        if lacks_pixels(instance):
            yield "no Pixel Data, though an image is described: the source may be cut off"
        yield from losses(instance, self.profile, self.decider.actions)
        if self._has_freehand_lines():
            yield "freehand lines of annotations stay: look whether they are handwriting"
        if not self.risk:
            yield from pixel_findings(instance, is_looked_at=self.redaction.is_answered)

    def _study_year(self) -> str:
        """The year in Study Date as it stands in the output; empty where there is none."""
        if _STUDY_DATE not in self.instance.by_tag:
            return ""
        data, element = self.instance.by_tag[_STUDY_DATE]
        decision = self.rules[element.tag, element.vr]
        new: bytes | None = data[element.start : element.end]
        if decision.do is not Do.KEEP:
            scope = self._top(data, [])
            is_gone = decision.do is Do.REMOVE or decision.do is Do.RECURSE
            new = None if is_gone else self.decider.values.make(element, decision, scope)
        year = (new or b"")[8:12]
        return year.decode() if len(year) == 4 and year.isdigit() else ""

    def _top(self, data: Source, elements: list[Element]) -> Scope:
        """The main dataset, as far as `elements` are concerned."""
        return Scope(data, self.rules, elements, "", self.instance.coding, self.charset)

    def _harvest(self) -> tuple[Mention, ...]:
        """What identifies, of all sections; runs were looked at before."""
        maker = f"{self.instance.text(_MANUFACTURER)} {self.instance.text(_MODEL)}"
        mentions = dict.fromkeys(harvest_senders(self.instance.contents.senders, maker))
        content = content_rules(self.profile)
        for _, section in self.instance.sections:
            creators = tuple(map(self.instance.raw, section.creators))
            key = self.rules.iod, self.charset, creators
            found = section.mentions.get(key)
            if found is None:
                top = self._top(section.data, section.elements)
                found = section.mentions[key] = harvest(top, content, self.instance.raw)
            mentions.update(dict.fromkeys(found))
        return tuple(mentions)

    def _run(self, section: Section) -> tuple[tuple[Piece, ...], tuple[Action, ...]]:
        """Pieces and actions of a run, decided when it is first seen."""
        decider = self.decider
        key = self.rules.iod, self.charset, decider.values, decider.declared
        decided = section.decided.get(key)
        if decided is None:
            section.make_room()
            pieces, actions, decider.actions = Pieces(), decider.actions, []
            decider.dataset(self._top(section.data, section.elements), pieces)
            decided = section.decided[key] = pieces.done(), tuple(decider.actions)
            decider.actions = actions
        return decided

    def _has_freehand_lines(self) -> bool:
        """Whether graphics stay that may be handwriting."""
        if Option.CLEAN_GRAPHICS not in self.profile.options or _ANNOTATIONS not in self.instance.by_tag:
            return False
        data, annotations = self.instance.by_tag[_ANNOTATIONS]
        return has_freehand_lines(self._top(data, [annotations]))
