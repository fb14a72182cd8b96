"""What an IOD demands is there after de-identification, whatever the table does to it (PS3.5, 7.4)."""

import pytest

from bme_med.core import Policy, Refusal
from bme_med.verify.elements import Element, Node, node_of
from bme_med.verify.tables import load_tables
from tests.dicom.test_conformance import under
from tests.dicom.typed import every_iod, tag_of
from tests.docs.conformance import NO_OPTION
from tests.oracles.reading import read
from tests.oracles.runs import NIGHTLY_BUT_ONE, deidentify, policy, without_refusing

LEAST_SEEN = 4_000
"""Places with an attribute of Type 1 or 2 whose item is left in the output."""

POLICIES: dict[str, Policy] = {
    "no option": under(NO_OPTION),
    "clean-descriptors": under("clean-descriptors"),
    "ps315-basic": without_refusing(policy("ps315-basic")),
    "hipaa-safe-harbor": without_refusing(policy("hipaa-safe-harbor")),
    "research-longitudinal": without_refusing(policy("research-longitudinal")),
    "tcia-research": without_refusing(policy("tcia-research")),
}


def stays(item: Node, source: Node, path: str) -> bool:
    """Whether the item is the source's, and not a dummy that took its place."""
    before = found_at(source, path)
    return not path or (before is not None and item.elements.keys() <= before.elements.keys())


def found_at(node: Node, path: str) -> Node | None:
    """The first item at the end of a path of sequences, where none of them is gone."""
    for step in path.split(".") if path else []:
        sequence = node.elements.get(tag_of(step))
        if sequence is None or not sequence.items:
            return None
        node = sequence.items[0]
    return node


def is_enough(found: Element | None, type_: int) -> bool:
    """Type 1 has a value, Type 2 may be empty."""
    return found is not None and (type_ == 2 or not found.is_empty)


@pytest.mark.parametrize(
    "name",
    [
        "no option",
        pytest.param("clean-descriptors", marks=pytest.mark.nightly),
        *NIGHTLY_BUT_ONE,
    ],
)
def test_an_attribute_of_type_1_or_2_is_there_in_every_iod_after_de_identification(name: str) -> None:
    tables = load_tables()
    missing, seen = set(), 0
    for iod, typed, source in every_iod():
        output = deidentify(source, POLICIES[name])
        if isinstance(output, Refusal):
            continue
        before, root = node_of(read(source), tables), node_of(read(output), tables)
        for path, keyword in typed:
            item = found_at(root, path)
            if item is None or not stays(item, before, path):
                continue
            seen += 1
            if not is_enough(item.elements.get(tag_of(keyword)), tables.types[iod, path, keyword]):
                missing.add((iod, path, keyword))
    assert missing == set()
    assert seen > LEAST_SEEN
