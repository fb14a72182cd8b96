"""Datasets under decision: every element meets the action table once (PS3.15, Annex E).

An element's bytes are kept, or new ones written; lengths of sequences whose content changed are rebuilt,
bottom-up.
"""

from functools import cached_property, lru_cache
from typing import Protocol

from bme_med.core import Action, Code, MalformedFileError, Pieces
from bme_med.dicom.characteristics import Characteristics, characteristics_of
from bme_med.dicom.content import content_rules
from bme_med.dicom.content_items import has_references
from bme_med.dicom.decisions import Decision, Do
from bme_med.dicom.derived import derived_decisions, is_image_type, new_instance, with_derived
from bme_med.dicom.encoding import header, item_header
from bme_med.dicom.instance import Instance
from bme_med.dicom.kept_pixels import keep_pixel_data
from bme_med.dicom.offset_tables import EXTENDED_TABLES, has_true_extended_tables
from bme_med.dicom.private import private_decisions, removed
from bme_med.dicom.rules import ActionTable
from bme_med.dicom.scope import Scope
from bme_med.dicom.values import Values
from bme_med.dicom.walker import PIXEL_TAGS, Element, Item

__all__ = ["FIELDS", "Decider", "Insertions", "PixelPainter"]

SOP_INSTANCE = 0x00080018
_NEW_INSTANCE = (
    "the pixels changed, so that the instance has a new SOP Instance UID although the profile keeps UIDs: "
    "references to it no longer find it"
)

FIELDS = {
    0x00100020: "PatientID",
    0x0020000D: "StudyInstanceUID",
    0x0020000E: "SeriesInstanceUID",
    0x00080018: "SOPInstanceUID",
}
"""Attributes whose new values an output path may need."""

_DESCRIBES_PIXELS = frozenset(
    (*(0x00280000 | number for number in (0x02, 0x06, 0x10, 0x11)), *range(0x00280100, 0x00280104))
)
"""One number each, without which nobody can read Pixel Data (PS3.3, C.7.6.3.1)."""

Insertions = list[tuple[int, bytes]]
"""Encoded elements to insert, by tag."""


class PixelPainter(Protocol):
    """Writes pixel data with boxes painted over, and the tables that point into it."""

    def write(self, element: Element, scope: Scope, out: Pieces) -> list[Action]:
        """Append what replaces `element`; the actions say what was done."""
        ...


class Decider:
    """Decides the datasets of one instance, and notes what it does.

    Attributes
    ----------
    actions, findings, fields
        Of the plan, so far.
    rewritten
        Top-level attributes that go without a word: they are inserted anew.
    painter
        Writes top-level pixel data, where boxes are painted over.
    """

    def __init__(
        self,
        instance: Instance,
        table: ActionTable,
        values: Values,
        rewritten: frozenset[int],
        painter: PixelPainter | None = None,
    ) -> None:
        self.instance = instance
        self.painter = painter
        self.table = table
        self.values = values
        self.rewritten = rewritten
        self.content = content_rules(table.profile)
        self.has_references = False
        self.declared = Characteristics()
        if table.selectors.has_private:
            self.declared = characteristics_of(instance)
        self.actions: list[Action] = []
        self.findings: list[str] = []
        self.fields = dict.fromkeys(FIELDS.values(), "")

    def dataset(self, scope: Scope, out: Pieces, pending: Insertions | None = None) -> None:
        """Decide every element of `scope`; what is `pending`, last first, takes its place in tag order."""
        rules, actions, is_top = scope.rules, self.actions, not scope.prefix
        special = self._private(scope)
        if self.content and scope.prefix:
            special = special | self.content.values(scope)
        if self.painter:
            special = special | self._derived(scope, special)
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

    def _derived(self, scope: Scope, private: dict[int, Decision]) -> dict[int, Decision]:
        """What follows for attributes of `scope` from pixels that are painted over."""
        special = derived_decisions(scope, private)
        for element in scope.elements if not scope.prefix else ():
            if element.tag == SOP_INSTANCE and (new := new_instance(scope.rules[element.tag, element.vr])):
                special[element.tag] = new
                self.findings.append(_NEW_INSTANCE)
        return special

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
            if decision.do is Do.KEEP:
                if self._is_plain(element, decision, scope):
                    return True
            elif self.values.make(element, decision, scope) is not None:
                return True
            decision = decision.fallback
        return False

    def _keep(self, element: Element, decision: Decision, scope: Scope, out: Pieces) -> None:
        code = decision.action.code
        if not self._is_plain(element, decision, scope):
            self._fall_back(element, decision, scope, out)
            return
        if self.painter and element.tag in PIXEL_TAGS:
            self.actions.extend(self.painter.write(element, scope, out))
            return
        if element.tag in EXTENDED_TABLES and not self._has_true_tables:
            self.actions.append(scope.placed(decision.action, Code.X))
            return
        if element.tag not in PIXEL_TAGS:
            out.keep(element.start, element.end)
        else:
            was_more, findings = keep_pixel_data(
                element, scope, self.instance, self.table.profile.unused_bits, out
            )
            self.findings.extend(findings)
            code = Code.C if was_more else code
        self._note(element, decision, scope, code)

    def _is_plain(self, element: Element, decision: Decision, scope: Scope) -> bool:
        """Whether bytes are what their VR and VM promise, and no identifier stands in them."""
        if element.end - element.value not in decision.lengths:
            return False
        return not decision.is_searched or not self.values.identify(element, scope)

    @cached_property
    def _has_true_tables(self) -> bool:
        """Whether extended offset tables beside Pixel Data point to frames."""
        return has_true_extended_tables(self.instance)

    def _change(self, element: Element, decision: Decision, scope: Scope, out: Pieces) -> None:
        """Write a new value, or keep the bytes where the new value is the old one."""
        literal = self.values.make(element, decision, scope)
        if literal is None:
            self._fall_back(element, decision, scope, out)
            return
        if self.painter and is_image_type(element.tag):
            literal = with_derived(element, literal[8:], scope)
        code = decision.action.code
        if scope.data[element.start : element.end] == literal:
            out.keep(element.start, element.end)
            code = code if code is Code.D or code is Code.Z else Code.K
        else:
            out.literal(literal)
            code = Code.C if code is Code.K else code
        self._note(element, decision, scope, code, literal)

    def _fall_back(self, element: Element, decision: Decision, scope: Scope, out: Pieces) -> None:
        """Do what the decision says of a value that is not what it should be.

        Raises
        ------
        MalformedFileError
            If the picture could not be read without it.
        """
        if element.tag in _DESCRIBES_PIXELS:
            raise MalformedFileError(
                "more than the one number that describes the picture: export it again from where it came",
                where=decision.action.where,
            )
        fallback = decision.fallback or _left_empty(decision)
        if fallback.do is Do.REMOVE:
            self.actions.append(scope.placed(fallback.action))
        else:
            self._change(element, fallback, scope, out)

    def _note(
        self, element: Element, decision: Decision, scope: Scope, code: Code, literal: bytes = b""
    ) -> None:
        """Record what happened, and new values that an output path may need."""
        self.actions.append(scope.placed(decision.action, code))
        if not scope.prefix and element.tag in FIELDS:
            raw = literal[8:] or scope.raw(element)
            self.fields[FIELDS[element.tag]] = raw.decode("ascii", "replace").strip(" \0")

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
                self.item(inner, item, content)
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

    def item(self, scope: Scope, item: Item, out: Pieces) -> None:
        """Decide every element of `item`, and rebuild its length."""
        body = Pieces()
        self.dataset(scope, body)
        tail = 8 if item.has_delimiter else 0
        if tail or body.size == item.end - item.start - 8:
            out.keep(item.start, item.start + 8)
        else:
            out.literal(item_header(body.size, coding=scope.coding))
        out.extend(body)
        out.keep(item.end - tail, item.end)


@lru_cache(maxsize=4096)
def _left_empty(decision: Decision) -> Decision:
    """What follows where cleaning leaves nothing and the rule has no fallback of its own."""
    return Decision(Do.DUMMY, Action(decision.action.where, Code.D, "nothing was left that may stay"))
