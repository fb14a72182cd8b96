"""Every row of PS3.15 Table E.1-1 under the basic profile and under each option alone.

Twice judged: against a reading of the table that shares nothing with the engine, and against the page that
documentation shows.
"""

from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from bme_med.core import Option, Policy, ProfileError, Pseudonyms, parse_profile
from bme_med.core.resources import read_table
from bme_med.dicom import action_table
from bme_med.verify.elements import Element, Node, node_of
from bme_med.verify.instance import check
from bme_med.verify.tables import load_tables, tags_of
from tests.dicom.test_table import DOCUMENT, SHAPES
from tests.docs.conformance import NO_OPTION, Row, headings, page_rows
from tests.oracles.planting import EVERY_ENCODING, NEST, Planted, encode, plant
from tests.oracles.reading import read
from tests.oracles.runs import KEY, deidentify, without_refusing

COLUMN_COUNT = 11
IOD = "mr-image"
"""Of the instances that carry the rows."""

HARMLESS = "HEAD"
"""A word that Clean Descriptors leaves."""

UNLISTED = "ZQUNSEEN"
LEAST_SAFE = 440
"""Private attributes and creators that stay, of 479 and their blocks; dates go."""

_MODEL = 0x00081090
_WORDY = {"CS", "LO", "LT", "SH", "ST", "UC", "UT"}
_DATES = {"DA", "DT"}

every_part = pytest.mark.parametrize("heading", headings())
every_encoding = pytest.mark.parametrize("encoding", EVERY_ENCODING)
every_shape = pytest.mark.parametrize("shape", SHAPES)


@cache
def under(heading: str) -> Policy:
    """The basic profile with one option or none, of the ready-made profiles' exceptions nothing."""
    options = [] if heading == NO_OPTION else [str(heading)]
    text = f'name = "alone"\n[dicom]\noptions = {options!r}\n'
    profile = parse_profile("alone", lambda name: (name, text))
    return without_refusing(Policy(profile, Pseudonyms(KEY)))


@cache
def planted_rows() -> tuple[Planted, ...]:
    """A value for every listed attribute that can stand in an instance."""
    tags = [tag for tag in sorted(load_tables().listed) if tag >> 16 > 4 and tag != DOCUMENT]
    return tuple(with_a_word(plant(tag, number, load_tables())) for number, tag in enumerate(tags, 1))


def with_a_word(planted: Planted) -> Planted:
    """Free text says something harmless too, so that cleaning has something to leave."""
    if planted.vr not in _WORDY:
        return planted
    return replace(planted, value=f"{HARMLESS} {planted.value}")


@cache
def source(encoding: str, shape: str) -> bytes:
    return encode(SHAPES[shape](list(planted_rows())), EVERY_ENCODING[encoding], load_tables())


@cache
def output(heading: str, encoding: str, shape: str) -> bytes:
    made = deidentify(source(encoding, shape), under(heading))
    assert isinstance(made, bytes), made
    return made


def rows_by_tag(heading: str) -> dict[int, Row]:
    return {tag: row for row in page_rows(heading) for tag in tags_of(row.tag)}


def deepest(node: Node, path: tuple[str, ...] = ()) -> tuple[Node, tuple[str, ...]]:
    """The item that carries the rows, and the sequences around it."""
    tables = load_tables()
    nest = [found for found in node.elements.values() if tables.keyword(found.tag) in NEST]
    if not nest:
        return node, path
    assert nest[0].items
    return deepest(nest[0].items[0], (*path, tables.keyword(nest[0].tag)))


def became(before: Element, after: Element | None) -> str:
    """The letter of what is left of an element, told from its values alone."""
    if after is None:
        return "X"
    if after.is_empty:
        return "Z"
    if before.items is not None:
        assert after.items is not None
        return "K" if after.items[0].text(_MODEL) == before.items[0].text(_MODEL) else "D"
    if after.raw == before.raw:
        return "K"
    if before.vr == "UI":
        return "U"
    if before.vr in _DATES:
        return "D" if after.text in load_tables().dummies else "C"
    return "C" if after.text == HARMLESS else "D"


def test_the_page_has_every_row_and_every_column() -> None:
    rows = read_table("ps315_e1_1.csv")
    assert sorted(row.tag for row in page_rows(NO_OPTION)) == sorted(row["tag"] for row in rows)
    columns = list(rows[0])[list(rows[0]).index("basic") :]
    assert len(columns) == COLUMN_COUNT
    said = {heading: {row.tag: row.letter for row in page_rows(heading)} for heading in headings()}
    for column in columns:
        letters = {row["tag"]: row[column] for row in rows if row[column]}
        assert letters in said.values() or is_missing(column), column


def is_missing(column: str) -> bool:
    """Whether no profile can ask for the option of a column."""
    (name,) = (row["code_meaning"] for row in read_table("cid7050.csv") if row["e1_1_column"] == column)
    option = Option(name.lower().removesuffix(" option").replace(" ", "-"))
    try:
        action_table(under(option).profile)
    except ProfileError:
        return True
    return False


@every_part
@every_shape
@every_encoding
def test_every_row_is_obeyed_under_each_option(heading: str, shape: str, encoding: str) -> None:
    made = output(heading, encoding, shape)
    assert check(read(source(encoding, shape)), read(made), under(heading).profile, load_tables()) == []


@every_part
@every_shape
@every_encoding
def test_every_row_becomes_what_the_page_says(heading: str, shape: str, encoding: str) -> None:
    tables, rows = load_tables(), rows_by_tag(heading)
    before, path = deepest(node_of(read(source(encoding, shape)), tables))
    after, _ = deepest(node_of(read(output(heading, encoding, shape)), tables))
    wrong = {}
    for planted in planted_rows():
        if planted.tag in rows:
            type_ = tables.type_of(IOD, path, tables.keyword(planted.tag))
            said = rows[planted.tag].seen(type_)
            seen = became(before.elements[planted.tag], after.elements.get(planted.tag))
            may_lose_all = said == "C" and planted.tag in tables.identifying
            if seen != said and not may_lose_all:
                wrong[f"{planted.tag:08X}"] = (said, seen)
    assert wrong == {}


@every_shape
@every_encoding
def test_of_private_attributes_those_of_the_table_stay(shape: str, encoding: str) -> None:
    planted = [*private_blocks()]
    before = encode(SHAPES[shape](planted), EVERY_ENCODING[encoding], load_tables())
    made = deidentify(before, under(Option.RETAIN_SAFE_PRIVATE))
    assert isinstance(made, bytes), made
    assert check(read(before), read(made), under(Option.RETAIN_SAFE_PRIVATE).profile, load_tables()) == []
    after, _ = deepest(node_of(read(made), load_tables()))
    kept = sum(one.token != UNLISTED and one.tag in after.elements for one in planted if one.vr not in _DATES)
    assert kept > LEAST_SAFE
    assert not [one for one in planted if one.token == UNLISTED and one.tag in after.elements]
    assert UNLISTED.encode() not in made


def private_blocks() -> Iterator[Planted]:
    """Every attribute of Table E.3.10-1 in a block of its creator, and beside them one that is not listed."""
    blocks: dict[tuple[str, str], int] = {}
    for number, row in enumerate(read_table("safe_private.csv")):
        group, element = row["tag_pattern"].strip("()").split(",")
        key = group, row["private_creator"]
        if key not in blocks:
            blocks[key] = 0x10 + sum(known == group for known, _ in blocks)
            yield Planted(int(f"{group}00{blocks[key]:02X}", 16), "LO", row["private_creator"], "")
            yield Planted(int(f"{group}{blocks[key]:02X}FE", 16), "LO", UNLISTED, UNLISTED)
        yield plant(int(f"{group}{blocks[key]:02X}{element[2:]}", 16), number, load_tables(), row["vr"][:2])


@every_part
def test_every_row_that_differs_from_the_letter_says_why(heading: str) -> None:
    for row in page_rows(heading):
        assert "no reason" not in row.why, row.tag
        if row.letter in {"X", "Z", "D", "U", "K", "C"} and {done[0] for done in row.done.values()} != {
            row.letter
        }:
            assert row.why, row.tag


def test_no_row_keeps_what_the_letter_removes() -> None:
    for heading in headings():
        for row in page_rows(heading):
            if not set(row.letter) & set("KC*"):
                assert not {done[0] for done in row.done.values()} & {"K", "C"}, row.tag


def test_every_reason_is_somebody_s() -> None:
    text = (Path(__file__).parents[2] / "docs" / "deviations.csv").read_text(encoding="utf-8")
    reasons = {line.rsplit(',"', 1)[1].strip('"') for line in text.splitlines()[1:]}
    assert reasons == {row.why for heading in headings() for row in page_rows(heading)} - {""}
