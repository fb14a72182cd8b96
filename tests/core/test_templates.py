import pytest
from hypothesis import given
from hypothesis import strategies as st

from bme_med.core.templates import check_file_id, check_path, check_template, fields_in, fill

KNOWN = ("n", "subject", "date:year")
SHORT = ("patient", "study", "series", "instance")


@pytest.mark.parametrize(
    "template",
    [
        "{n:3}",
        "{n:>03}",
        "{n:0}",
        "{n:010}",
        "{n!r}",
        "{n.real}",
        "{n[0]}",
        "{n:{n}}",
        "{}",
        "{0}",
        "{{n}}",
        "{n",
        "n}",
        "{date}",
        "{date:month}",
        "{subject:>99}",
        "{PatientName}",
    ],
)
def test_a_field_has_no_other_form_than_the_documented_one(template: str) -> None:
    with pytest.raises(ValueError, match=r"\{n"):
        check_template(template, KNOWN)


@given(st.text(), st.integers(1, 10**6))
def test_what_passes_the_check_can_be_filled_in(text: str, number: int) -> None:
    template = f"{text}{{subject}}/{{date:year}}_{{n:03}}"
    try:
        check_template(template, KNOWN)
    except ValueError:
        assert "{" in text or "}" in text
        return
    assert fields_in(template) == ["subject", "date:year", "n"]
    values = {"subject": "K-1", "date:year": "2024", "n": str(number)}
    assert fill(template, values) == f"{text}K-1/2024_{number:03}"


@pytest.mark.parametrize(
    "path",
    [
        *("/{n}", "//{n}", "a//{n}", "{n}/", "", "../{n}", "a/../{n}", "./{n}", "C:{n}", "C:/{n}"),
        *("a\\{n}", ".hidden/{n}", "_{n}", "a /{n}"),
    ],
)
def test_a_path_leads_below_its_folder_and_nowhere_else(path: str) -> None:
    with pytest.raises(ValueError, match=r"folder"):
        check_path(path)


@pytest.mark.parametrize(
    "path",
    [
        *("{PatientID}/{instance}", "{patient}_{study}/{instance}", "images/{instance}", "{instance}.dcm"),
        *("A{instance}", "/".join(["A"] * 8) + "/{instance}"),
    ],
)
def test_a_path_that_a_dicomdir_cannot_refer_to_is_an_error(path: str) -> None:
    with pytest.raises(ValueError, match=r"PS3\.10, 8\.2"):
        check_file_id(path, SHORT)


def test_a_path_of_file_ids_passes() -> None:
    check_file_id("DICOM/{patient}/{study}/{series}/{instance}", SHORT)
