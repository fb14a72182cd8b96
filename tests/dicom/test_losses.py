"""What PET and dynamic series need stays right, or a finding says that it is lost."""

from datetime import datetime, timedelta

import pytest
from pydicom import Dataset, FileDataset
from pydicom.sequence import Sequence
from pydicom.uid import PositronEmissionTomographyImageStorage

from bme_med.core.resources import read_resource
from tests.dicom.making import encoded, mr_instance, planned

_RESEARCH = "name='p'\nextends='research-longitudinal'\n"
_NEVER_SUV = "SUV cannot be computed"


def _pet(*, explicit: bool = True, by_datetime: bool = False) -> FileDataset:
    """A PET instance: 370 MBq of F-18, acquired an hour and more after injection, around midnight."""
    ds = mr_instance(explicit=explicit)
    ds.SOPClassUID = ds.file_meta.MediaStorageSOPClassUID = PositronEmissionTomographyImageStorage
    ds.Modality = "PT"
    ds.Units, ds.DecayCorrection, ds.SeriesType = "BQML", "START", ["STATIC", "IMAGE"]
    ds.CorrectedImage = ["DECY", "ATTN", "SCAT"]
    ds.PatientWeight = "72.5"
    ds.SeriesDate = ds.AcquisitionDate = "20240301"
    ds.SeriesTime, ds.AcquisitionTime = "003000.25", "003500"
    dose = Dataset()
    dose.RadionuclideTotalDose, dose.RadionuclideHalfLife = "370000000", "6586.2"
    if by_datetime:
        dose.RadiopharmaceuticalStartDateTime = "20240229233000.5"
    else:
        ds.SeriesTime, ds.AcquisitionTime = "103000.25", "103500"
        dose.RadiopharmaceuticalStartTime = "093000.5"
    ds.RadiopharmaceuticalInformationSequence = Sequence([dose])
    return ds


def _moment(date: str, time: str) -> datetime:
    form = "%Y%m%d%H%M%S.%f" if "." in time else "%Y%m%d%H%M%S"
    return datetime.strptime(date + time, form)


def _suv_factor(ds: FileDataset) -> float:
    """Grams per becquerel: body weight over the dose that is left at the start of the series."""
    dose = ds.RadiopharmaceuticalInformationSequence[0]
    start = dose.get("RadiopharmaceuticalStartDateTime")
    injected = (
        _moment(start[:8], start[8:])
        if start
        else _moment(ds.SeriesDate, str(dose.RadiopharmaceuticalStartTime))
    )
    waited = _moment(ds.SeriesDate, str(ds.SeriesTime)) - injected
    decayed = 2 ** (-waited / timedelta(seconds=float(dose.RadionuclideHalfLife)))
    return float(ds.PatientWeight) * 1000 / (float(dose.RadionuclideTotalDose) * decayed)


@pytest.mark.parametrize("explicit", [True, False])
@pytest.mark.parametrize("by_datetime", [True, False])
def test_suv_factors_are_the_same_before_and_after_research_longitudinal(
    explicit: bool, by_datetime: bool
) -> None:
    ds = _pet(explicit=explicit, by_datetime=by_datetime)
    made, out = planned(encoded(ds), _RESEARCH)
    assert 0 < _suv_factor(ds) < 1
    assert _suv_factor(out) == _suv_factor(ds)
    assert out.SeriesDate != ds.SeriesDate
    assert not [finding for finding in made.findings if "PET" in finding]
    for keyword in ("Units", "DecayCorrection", "CorrectedImage", "SeriesType"):
        assert out[keyword].value == ds[keyword].value


@pytest.mark.parametrize("explicit", [True, False])
@pytest.mark.parametrize("block", [0x10, 0xE1])
def test_the_factors_of_philips_stay_under_research_longitudinal(explicit: bool, block: int) -> None:
    ds = _pet(explicit=explicit)
    ds.Units = "CNTS"
    ds.add_new(0x70530000 | block, "LO", "Philips PET Private Group")
    for low, vr, value in ((0x00, "DS", "0.000551"), (0x09, "DS", "1.625"), (0x03, "ST", "Quillfeather")):
        ds.add_new(0x70530000 | block << 8 | low, vr, value)
    made, out = planned(encoded(ds), _RESEARCH)
    left = {int(e.tag) & 0xFF: str(e.value) for e in out if e.tag.group == 0x7053 and e.tag.element > 0xFF}
    assert left == {0x00: "0.000551", 0x09: "1.625"}
    assert not [finding for finding in made.findings if "PET" in finding]
    assert "113111" in {item.CodeValue for item in out.DeidentificationMethodCodeSequence}
    lost = planned(encoded(ds), "name='p'\nextends='ps315-basic'\n[dates]\npolicy='shift'")[0].findings
    assert [f for f in lost if "maker's factor" in f and _NEVER_SUV in f]


@pytest.mark.parametrize("name", ["ps315-basic", "hipaa-safe-harbor"])
def test_a_finding_says_that_suv_is_lost_with_dates_and_with_weight(name: str) -> None:
    findings = planned(encoded(_pet()), f"name='p'\nextends='{name}'")[0].findings
    assert f"PET: dates and times were removed, {_NEVER_SUV} from this copy" in findings
    assert f"PET: the patient's weight was removed, {_NEVER_SUV} from this copy" in findings


def test_shifted_dates_without_the_weight_lose_suv_and_say_so() -> None:
    text = "name='p'\nextends='ps315-basic'\n[dates]\npolicy='shift'"
    made, out = planned(encoded(_pet()), text)
    assert "PatientWeight" not in out
    assert [f for f in made.findings if "PET" in f] == [
        f"PET: the patient's weight was removed, {_NEVER_SUV} from this copy"
    ]


def test_a_date_time_cut_to_its_year_is_lost_too() -> None:
    text = "name='p'\nextends='hipaa-safe-harbor'\n[dicom]\noptions=['retain-patient-characteristics']"
    made, _ = planned(encoded(_pet(by_datetime=True)), text)
    assert [f for f in made.findings if "dates and times" in f]
    assert not [f for f in made.findings if "weight" in f]


def _dynamic(number: int) -> FileDataset:
    ds = mr_instance()
    ds.NumberOfTemporalPositions = 40
    ds.TemporalPositionIdentifier = number
    ds.AcquisitionDate, ds.AcquisitionTime = "20240229", f"2359{number:02}.5"
    ds.AcquisitionDateTime = f"202402292359{number:02}.5"
    ds.TriggerTime = str(1000 * number)
    return ds


def test_intervals_of_a_dynamic_series_are_the_same_before_and_after_research_longitudinal() -> None:
    outputs = [planned(encoded(_dynamic(number)), _RESEARCH) for number in (1, 31)]
    times = [_moment(out.AcquisitionDate, str(out.AcquisitionTime)) for _, out in outputs]
    assert times[1] - times[0] == timedelta(seconds=30)
    moments = [
        _moment(str(out.AcquisitionDateTime)[:8], str(out.AcquisitionDateTime)[8:]) for _, out in outputs
    ]
    assert moments == times
    assert not any("dynamic" in finding for made, _ in outputs for finding in made.findings)


@pytest.mark.parametrize("name", ["ps315-basic", "hipaa-safe-harbor"])
def test_a_finding_says_that_dynamic_timing_is_lost(name: str) -> None:
    findings = planned(encoded(_dynamic(1)), f"name='p'\nextends='{name}'")[0].findings
    assert "dynamic series: acquisition times were removed from this copy" in findings
    pet = _pet()
    pet.SeriesType = ["DYNAMIC", "IMAGE"]
    assert findings[-1] in planned(encoded(pet), f"name='p'\nextends='{name}'")[0].findings


def test_the_factors_of_philips_are_those_of_the_standards_table() -> None:
    listed = read_resource("safe_private.csv")
    for selector in ("(7053,xx00)", "(7053,xx09)"):
        assert f'Philips PET Private Group,"{selector}"' in listed
        assert f'"{selector} Philips PET Private Group" = "K"' in read_resource("research-longitudinal.toml")
