"""The first look at a file's head and the engine's look at all of it name one patient."""

from pathlib import Path

from pydicom.data import get_testdata_files

from bme_med.core import Format, Policy, Pseudonyms, Refusal, parse_profile, sniff
from bme_med.core.resources import read_resource
from bme_med.dicom import glance, glance_layout, identity_of
from bme_med.engines import plan
from tests.oracles.runs import CORPUS, KEY

_LENIENT = (
    'name = "lenient"\nextends = "research-longitudinal"\n'
    '[dicom]\nstructured-reports = "empty"\n[pixels]\nburned-in = "keep"\n'
)
_LARGEST_BYTES = 8 << 20


def _read(name: str) -> tuple[str, str]:
    return name, _LENIENT if name == "lenient" else read_resource(f"{name}.toml")


def _instances() -> list[bytes]:
    paths = [*map(Path, get_testdata_files()), *(CORPUS / "dicom").rglob("*")]
    small = [path for path in paths if path.is_file() and path.stat().st_size < _LARGEST_BYTES]
    return [data for data in map(Path.read_bytes, small) if sniff(data) is Format.DICOM]


def test_the_first_look_and_the_engine_name_the_same_patient() -> None:
    policy = Policy(parse_profile("lenient", _read), Pseudonyms(KEY))
    layout = glance_layout()
    written = 0
    for data in _instances():
        planned = plan(data, policy)
        if isinstance(planned, Refusal):
            continue
        owner = glance(data, layout)
        assert owner
        assert policy.subject(identity_of(owner, {})) == planned.fields["subject"]
        written += 1
    assert written > 50
