"""A dummy item has what its sequence's items must have, by the modules of PS3.3 as highdicom copied them."""

import json
from functools import cache
from importlib.resources import files

import pytest

from bme_med.core import Refusal
from bme_med.verify.elements import Node, node_of
from bme_med.verify.tables import load_tables
from tests.dicom.test_conformance import under
from tests.dicom.typed import every_iod
from tests.docs.conformance import NO_OPTION
from tests.oracles.reading import read
from tests.oracles.runs import deidentify

DUMMIES = (
    "GraphicAnnotationSequence",
    "InstitutionCodeSequence",
    "OperatorIdentificationSequence",
    "ROIInterpreterSequence",
    "ReferencedPerformedProcedureStepSequence",
    "AsserterIdentificationSequence",
    "WaveformAnnotationSequence",
)
"""Sequences that some IOD demands and the table removes; of content trees each value type asks for others."""

Demands = dict[str, set[frozenset[str]]]


@cache
def demanded() -> Demands:
    """By keyword of a sequence, the attributes of Type 1 or 2 in its items: one set for each module."""
    text = (files("highdicom") / "_standard" / "module_attribute_map.json").read_text()
    found: dict[tuple[str, str, tuple[str, ...]], set[str]] = {}
    for module, attributes in json.loads(text).items():
        for attribute in attributes:
            path = tuple(attribute["path"])
            if path and path[-1] in DUMMIES and attribute["type"] in {"1", "2"}:
                found.setdefault((path[-1], module, path), set()).add(attribute["keyword"])
    demands: Demands = {}
    for (keyword, _, _), keywords in found.items():
        demands.setdefault(keyword, set()).add(frozenset(keywords))
    return demands


@cache
def dummies() -> dict[str, set[frozenset[str]]]:
    """By keyword of a sequence, the keywords in the items that took the place of a source's."""
    tables = load_tables()
    made: dict[str, set[frozenset[str]]] = {}
    for _, _, source in every_iod():
        output = deidentify(source, under(NO_OPTION))
        if isinstance(output, Refusal):
            continue
        before = {place: found for place, _, found in node_of(read(source), tables).walk()}
        for place, _, found in node_of(read(output), tables).walk():
            keyword = tables.keyword(found.tag)
            if keyword not in DUMMIES or not found.items or place not in before:
                continue
            if words(found.items[0]) - words(*(before[place].items or ())):
                made.setdefault(keyword, set()).add(words(found.items[0]))
    return made


def words(*items: Node) -> frozenset[str]:
    return frozenset(load_tables().keyword(tag) for item in items for tag in item.elements)


@pytest.mark.parametrize("keyword", DUMMIES)
def test_a_dummy_item_has_what_every_module_demands(keyword: str) -> None:
    assert dummies()[keyword]
    for item in dummies()[keyword]:
        for attributes in demanded().get(keyword, ()):
            assert attributes <= item
