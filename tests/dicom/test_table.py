"""Every row of PS3.15 Table E.1-1, and every attribute that it leaves out, with a value planted in it."""

from collections.abc import Callable, Iterator
from functools import cache

import pytest
from pydicom import Dataset
from pydicom._dicom_dict import DicomDictionary

from bme_med.core import DatePolicy, Plan, Profile, Refusal, splice
from bme_med.core.resources import read_table
from bme_med.verify.findings import Problem
from bme_med.verify.instance import check
from bme_med.verify.tables import COLUMNS, Row, Tables, load_tables
from tests.dicom.typed import every_iod
from tests.oracles.planting import ENCODINGS, Planted, encode, nested, plant, small_mr
from tests.oracles.reading import read
from tests.oracles.runs import NIGHTLY_BUT_ONE, PROFILE_NAMES, deidentify, plan, policy, without_refusing

SHAPES: dict[str, Callable[[list[Planted]], Dataset]] = {"top level": small_mr, "three deep": nested}

LISTED_ROWS = 657
GAP_ROWS = 180

DOCUMENT = 0x00420011
"""Encapsulated Document: D in the table, and fail closed where no dummy document is written."""

every_profile = pytest.mark.parametrize("name", PROFILE_NAMES)
every_encoding = pytest.mark.parametrize("encoding", ENCODINGS)
every_shape = pytest.mark.parametrize("shape", SHAPES)


@cache
def tables() -> Tables:
    return load_tables()


@cache
def rows() -> dict[int, Row]:
    """Each row of both tables by tag; groups 0000 to 0004 do not belong into an instance."""
    return {tag: row for tag, row in (tables().gaps | tables().listed).items() if tag >> 16 > 4}


@cache
def planted_rows() -> tuple[Planted, ...]:
    tags = sorted(rows().keys() - {DOCUMENT})
    return tuple(plant(tag, number, tables()) for number, tag in enumerate(tags, 1))


@cache
def planted_others() -> tuple[Planted, ...]:
    """Every attribute of the dictionary that no row speaks of, but those that lay out pixels or text."""
    layout = small_mr().keys() | {0x00080005, 0x00280008, 0x00280004}
    others = [
        tag
        for tag in sorted(DicomDictionary.keys() | tables().additions.keys())
        if tag not in rows() and tag not in layout and tag >> 16 not in {0, 2, 4, 0x7FE0, 0xFFFE}
    ]
    return tuple(plant(tag, number, tables()) for number, tag in enumerate(others, 1) if tag & 0xFFFF)


def run(source: bytes, name: str) -> tuple[bytes, Plan, list[Problem]]:
    """Output, plan and problems of one instance."""
    under = without_refusing(policy(name))  # some rows raise a suspicion of burned-in text, or are a report
    planned = plan(source, under)
    assert isinstance(planned, Plan), planned
    output = splice(planned.pieces, source)
    return output, planned, check(read(source), read(output), under.profile, tables())


def may_stay(row: Row, profile: Profile) -> bool:
    """Whether the row alone leaves room for the value, or a part of it, under the profile."""
    if row.get("suggested_action") == "C" or (profile.dates is DatePolicy.SHIFT and _is_shifted(row)):
        return True
    return any(row.get(column) for option, column in COLUMNS.items() if option in profile.options)


def _is_shifted(row: Row) -> bool:
    """Dates move to days that other tokens may have, and times of day stay."""
    return row["vr"] in {"DA", "DT", "TM"}


def surviving(planted: tuple[Planted, ...], output: bytes) -> Iterator[str]:
    """Tags whose token stands in the output."""
    lowered = output.lower()
    for one in planted:
        if one.token and one.token.lower().encode() in lowered:
            yield f"({one.tag >> 16:04X},{one.tag & 0xFFFF:04X})"


def test_the_tables_are_complete() -> None:
    listed, gaps = read_table("ps315_e1_1.csv"), read_table("ps315_gaps.csv")
    assert (len(listed), len(gaps)) == (LISTED_ROWS, GAP_ROWS)
    assert {row["tag"] for row in listed}.isdisjoint(row["tag"] for row in gaps)


@every_profile
@every_encoding
@every_shape
def test_every_row_is_obeyed(name: str, encoding: str, shape: str) -> None:
    source = encode(SHAPES[shape](list(planted_rows())), ENCODINGS[encoding], tables())
    _, _, problems = run(source, name)
    assert problems == []


@every_profile
@every_encoding
@every_shape
def test_no_value_survives_that_its_row_removes(name: str, encoding: str, shape: str) -> None:
    source = encode(SHAPES[shape](list(planted_rows())), ENCODINGS[encoding], tables())
    output, _, _ = run(source, name)
    profile = policy(name).profile
    leaving = tuple(one for one in planted_rows() if not may_stay(rows()[one.tag], profile))
    assert len(leaving) > 400
    assert list(surviving(leaving, output)) == []


@pytest.mark.parametrize("name", NIGHTLY_BUT_ONE)
@every_encoding
@every_shape
def test_an_attribute_that_no_row_lists_goes_or_stays_by_its_vr(name: str, encoding: str, shape: str) -> None:
    source = encode(SHAPES[shape](list(planted_others())), ENCODINGS[encoding], tables())
    output, _, problems = run(source, name)
    assert problems == []
    persons = tuple(one for one in planted_others() if one.vr in {"PN", "AE", "UR", "UN"})
    assert persons
    assert list(surviving(persons, output)) == []


@every_profile
@every_shape
@every_encoding
def test_elements_of_a_directory_go_from_an_instance(name: str, encoding: str, shape: str) -> None:
    planted = [
        Planted(0x00041130, "CS", "ZQFILESET", "ZQFILESET"),
        Planted(0x00041500, "CS", ["ZQFOLDER", "ZQFILE"], "ZQFOLDER"),
        plant(0x00041511, 1, tables()),
    ]
    output, _, problems = run(encode(SHAPES[shape](planted), ENCODINGS[encoding], tables()), name)
    assert problems == []
    assert list(surviving(tuple(planted), output)) == []


@every_profile
@every_shape
def test_an_encapsulated_document_is_refused_or_replaced(name: str, shape: str) -> None:
    document = Planted(DOCUMENT, "OB", b"ZQDOCUMENT", "ZQDOCUMENT")
    source = encode(SHAPES[shape]([document]), ENCODINGS["explicit"], tables())
    output = deidentify(source, policy(name))
    assert isinstance(output, Refusal) or not [*surviving((document,), output)]


@every_profile
def test_a_plan_never_carries_a_value(name: str) -> None:
    everything = planted_rows()
    _, planned, _ = run(encode(small_mr(everything), ENCODINGS["explicit"], tables()), name)
    told = repr((planned.actions, planned.findings, planned.fields)).encode()
    assert list(surviving(everything, told)) == []


@every_profile
@every_encoding
def test_private_elements_go_whatever_their_creator(name: str, encoding: str) -> None:
    creators = sorted({row["private_creator"] for row in read_table("safe_private.csv")})
    planted = [Planted(0x00090010, "LO", "ZQ CREATOR", "ZQ CREATOR")]
    for number, creator in enumerate(creators):
        group = 0x0011 + 2 * number
        planted.append(Planted(group << 16 | 0x0010, "LO", creator, creator))
        planted += [
            Planted(group << 16 | 0x1000 + low, "LO", f"ZQPRIVATE{number}", f"ZQPRIVATE{number}")
            for low in (0x01, 0x0C, 0x23)
        ]
    item = small_mr()
    item.ManufacturerModelName = "ZQNESTED"
    planted.append(Planted(0x00091001, "SQ", [Dataset(item)], "ZQNESTED"))
    planted.append(Planted(0x00091002, "UN", b"ZQUNKNOWN.", "ZQUNKNOWN"))
    for shape in SHAPES.values():
        source = encode(shape(planted), ENCODINGS[encoding], tables())
        output, _, problems = run(source, name)
        assert problems == []
        assert list(surviving(tuple(planted), output)) == []


@every_profile
@every_encoding
def test_curves_and_overlays_go_in_all_of_their_groups(name: str, encoding: str) -> None:
    planted = []
    for group in range(0x5000, 0x5020, 2):
        planted.append(Planted(group << 16 | 0x3000, "OW", b"ZQCURVE.", "ZQCURVE"))
        planted.append(Planted(group << 16 | 0x0022, "LO", "ZQLABEL", "ZQLABEL"))
    for group in range(0x6000, 0x6020, 2):
        planted.append(Planted(group << 16 | 0x3000, "OW", b"ZQOVERLY", "ZQOVERLY"))
        planted.append(Planted(group << 16 | 0x4000, "LT", "ZQCOMMENT", "ZQCOMMENT"))
    for shape in SHAPES.values():
        source = encode(shape(planted), ENCODINGS[encoding], tables())
        output, _, problems = run(source, name)
        assert problems == []
        assert list(surviving(tuple(planted), output)) == []


@pytest.mark.parametrize("name", NIGHTLY_BUT_ONE)
def test_a_compound_code_gives_what_the_type_in_each_iod_asks_for(name: str) -> None:
    seen = 0
    under = without_refusing(policy(name))
    for iod, typed, source in every_iod():
        output = deidentify(source, under)
        if isinstance(output, Refusal):
            continue
        assert (iod, check(read(source), read(output), under.profile, tables())) == (iod, [])
        seen += len(typed)
    assert seen > 5000
