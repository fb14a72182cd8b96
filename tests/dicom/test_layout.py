"""What is remembered from file to file changes nothing but the time."""

from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bme_med.core import FileError, Plan, Policy, Pseudonyms, parse_profile, splice
from bme_med.core.resources import read_resource
from bme_med.dicom import action_table, glance, glance_layout, plan
from bme_med.dicom.encoding import EXPLICIT_LE
from tests.dicom.making import encoded, mr_instance

_SAMPLE = Path(__file__).parents[2] / "sample_data" / "input"
_SOURCES = [
    data
    for data in (path.read_bytes() for path in sorted(_SAMPLE.rglob("*")) if path.is_file())
    if data[128:132] == b"DICM"
]
_BASE = "name='p'\nextends='ps315-basic'\n"
_TEXTS = (
    _BASE,
    _BASE + "[dates]\npolicy='shift'",
    _BASE + "[dicom]\noptions=['retain-safe-private','clean-descriptors']\n[dates]\npolicy='year'",
)


def _policy(text: str) -> Policy:
    """A new profile, of which nothing is remembered yet."""
    return Policy(
        parse_profile("p", lambda name: (name, text if name == "p" else read_resource(f"{name}.toml"))),
        Pseudonyms(bytes(32)),
    )


def _decided(source: bytes, policy: Policy) -> Plan | str:
    try:
        return plan(source, policy)
    except FileError as error:
        return str(error)


def _slice(number: int, patient: str = "ZQ-90210", model: str = "Aurora") -> bytes:
    ds = mr_instance()
    ds.SOPInstanceUID = f"1.2.3.4.{number}"
    ds.file_meta.MediaStorageSOPInstanceUID = ds.SOPInstanceUID
    ds.InstanceNumber = number
    ds.PatientID = patient
    ds.Manufacturer = "ACME"
    ds.ManufacturerModelName = model
    ds.SoftwareVersions = "V1 for XY-55310"
    return encoded(ds)


def test_slices_that_repeat_are_read_as_runs() -> None:
    policy = _policy(_BASE)
    for number in range(4):
        plan(_slice(number), policy)
    sections = action_table(policy.profile).layout.read(_slice(9), _start(_slice(9)), coding=EXPLICIT_LE)
    assert sum(section.is_run for _, section in sections) >= 2


def _start(data: bytes) -> int:
    return data.index(b"\x08\x00\x08\x00CS")


def test_an_identifier_of_one_patient_is_still_cut_from_a_text_that_the_slices_before_kept() -> None:
    policy = _policy(_BASE)
    for number in range(4):
        kept = splice(plan(_slice(number), policy).pieces, _slice(number))
        assert b"V1 for XY-55310" in kept
    source = _slice(9, patient="XY-55310")
    assert b"XY-55310" not in splice(plan(source, policy).pieces, source)


def test_files_in_any_order_get_the_plans_that_they_get_alone() -> None:
    for text in _TEXTS:
        warm = _policy(text)
        for source in [*_SOURCES, *reversed(_SOURCES), *_SOURCES[::3]]:
            assert _decided(source, warm) == _decided(source, _policy(text))


@settings(max_examples=75, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_mutated_slices_get_the_plans_and_owners_that_they_get_alone(draw: st.DataObject) -> None:
    text = draw.draw(st.sampled_from(_TEXTS))
    warm, layout = _policy(text), glance_layout()
    base = draw.draw(st.sampled_from(_SOURCES))
    for _ in range(4):
        data = bytearray(base)
        for _ in range(draw.draw(st.integers(0, 3))):
            data[draw.draw(st.integers(132, min(len(data), 6000) - 1))] = draw.draw(st.integers(0, 255))
        source = bytes(data[: draw.draw(st.sampled_from([None, None, None, len(data) // 2]))])
        assert _decided(source, warm) == _decided(source, _policy(text))
        assert glance(source, layout) == glance(source, glance_layout())
