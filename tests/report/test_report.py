"""A report tells what an audit tells, and nothing of the sources."""

import base64
import hashlib
import json
import re
from functools import cache
from pathlib import Path

import pytest

from bme_med.audit import Audit, read_file
from bme_med.core import UsageError
from bme_med.report import write_report
from bme_med.run import deidentify, make_job
from tests.oracles.residue import residue
from tests.report.making import Page, audit_of, page_of, png_chunks, record

SAMPLE = Path(__file__).parents[2] / "sample_data"
INPUT = SAMPLE / "input"


@pytest.fixture(scope="module", params=["keep", "pseudonym"])
def run(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Audit, Path]:
    out = tmp_path_factory.mktemp("run") / "out"
    deidentify(make_job([INPUT], out, audit_names=request.param, workers=1))
    return read_file(out.with_name("out.audit.jsonl")), out


@pytest.fixture(scope="module")
def page(run: tuple[Audit, Path], tmp_path_factory: pytest.TempPathFactory) -> Page:
    return page_of(tmp_path_factory.mktemp("report"), *run, source=INPUT)


@cache
def planted() -> list[str | bytes]:
    told = json.loads((SAMPLE / "planted.json").read_text(encoding="utf-8"))
    values = [
        entry["value"] if "value" in entry else bytes.fromhex(entry["hex"])
        for entry in told["identifiers"]
        if "hipaa-safe-harbor" in entry["promised_by"]
    ]
    return [*values, *(path.name for path in INPUT.rglob("*")), str(INPUT)]


def test_nothing_planted_in_the_sources_stands_in_the_page_or_its_pictures(page: Page) -> None:
    assert len(planted()) > 100
    for content in (page.text.encode(), *page.pictures):
        assert residue(planted(), content) == set()


def test_the_search_would_find_a_name_in_a_page(run: tuple[Audit, Path]) -> None:
    names = [name for name in run[0].records if residue(planted(), name.encode())]
    assert bool(names) == (run[0].header["names"] == "keep")


def test_pictures_hold_nothing_but_a_picture(page: Page) -> None:
    assert len(page.pictures) > 10
    for picture in page.pictures:
        assert set(png_chunks(picture)) <= {b"IHDR", b"PLTE", b"IDAT", b"IEND"}


def test_counts_are_those_of_the_audit(run: tuple[Audit, Path], page: Page) -> None:
    for name, count in run[0].counts().items():
        assert f"{count} {name}" in page.shown
    removed = sum(action["code"] == "U" for record in run[0].records.values() for action in record["actions"])
    row = re.findall(r"New UID: which part.*?(?=What nobody wants)", page.shown)[0]
    assert sum(map(int, re.findall(r" (\d+) \d+(?= \(|$| Skipped)", row))) == removed


def test_the_page_needs_nothing_from_elsewhere(page: Page) -> None:
    assert "http" not in page.text.replace("http-equiv", "")
    assert {"script", "link", "iframe", "object", "a", "form"}.isdisjoint(tag for tag, _ in page.tags)
    for _, attrs in page.tags:
        assert attrs.get("src", "data:").startswith("data:image/png;base64,") or "src" not in attrs
        assert not any(name.startswith("on") or name in ("href", "style") for name in attrs)


def test_the_policy_of_the_page_allows_its_own_style_and_no_other(page: Page) -> None:
    style = page.text.partition("<style>")[2].partition("</style>")[0]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    [policy] = [meta["content"] for meta in page.all("meta") if "http-equiv" in meta]
    assert policy.startswith(f"default-src 'none'; img-src data:; style-src 'sha256-{digest}';")
    assert "url(" not in style
    assert "@import" not in style


def test_the_page_can_be_used_without_eyes(page: Page) -> None:
    assert page.all("html") == [{"lang": "en"}]
    assert len(page.all("h1")) == 1
    assert len(page.all("caption")) == len(page.all("table")) > 5
    assert all(image["alt"] for image in page.all("img"))
    assert all("scope" in head for head in page.all("th"))
    assert all("aria-label" in chart or chart["aria-hidden"] == "true" for chart in page.all("svg"))


def test_both_themes_have_enough_contrast() -> None:
    style = (Path(__file__).parents[2] / "bme_med/report/report.css").read_text()
    themes = [dict(re.findall(r"--(\w+): (#\w+);", block)) for block in style.split("@media")[:2]]
    assert len(themes) == 2
    for theme in themes:
        for text in ("text", "quiet", "good", "bad", "warn"):
            for ground in ("page", "card"):
                assert _contrast(theme[text], theme[ground]) >= 4.5, (text, ground)


def _contrast(one: str, other: str) -> float:
    """Contrast ratio of WCAG 2.2."""
    high, low = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_what_an_audit_holds_is_text_never_markup(tmp_path: Path) -> None:
    audit = audit_of(record("a", status="refused", reason="<script>alert(1)</script>", format="<b>"))
    audit.header["profile"] = '"><img src=x>'
    page = page_of(tmp_path, audit, tmp_path / "out")
    assert page.all("script") == page.all("img") == []
    assert "<script>alert(1)</script>" in page.shown


def test_a_reason_that_names_another_source_loses_it(tmp_path: Path) -> None:
    copy = record("b", status="skipped", reason="an exact duplicate of ward/Quillfeather.dcm")
    page = page_of(
        tmp_path,
        audit_of(record("ward/Quillfeather.dcm", output="S/1.dcm", format="dicom"), copy),
        tmp_path / "out",
    )
    assert "an exact duplicate of another file" in page.shown
    assert "Quillfeather" not in page.text


def test_findings_stand_first_and_call_files_as_the_report_does(tmp_path: Path) -> None:
    audit = audit_of(record("ward/Quillfeather.dcm", output="S/1.dcm", format="dicom"))
    findings = [
        ("S/1.dcm", "(0010,0010)", "identifier"),
        ("ward/Quillfeather.dcm", "", "audit"),
        ("Quillfeather.txt", "", "name"),
        ("Quillfeather.audit.jsonl", "", "audit"),
    ]
    page = page_of(tmp_path, audit, tmp_path / "out", findings=findings)
    assert page.shown.index("4 findings") < page.shown.index("The run")
    assert "S/1.dcm (0010,0010) identifier" in page.shown
    assert "source 1 audit" in page.shown.replace("\N{NO-BREAK SPACE}", " ")
    assert "a file that the audit does not list name" in page.shown
    assert "the audit audit" in page.shown
    assert "Quillfeather" not in page.text


def test_a_name_that_a_profile_kept_is_not_repeated(tmp_path: Path) -> None:
    kept = record("ward/Quillfeather.jpg", output="ward/Quillfeather.jpg", format="jpeg")
    other = record("ward/Quillfeather", output="ward/Quillfeather.png", format="png")
    findings = [("ward/Quillfeather.png", "", "name")]
    page = page_of(tmp_path, audit_of(kept, other), tmp_path / "out", findings=findings)
    assert page.shown.count("under the name of its source") == 3
    assert "Quillfeather" not in page.text


@pytest.mark.parametrize(("findings", "said"), [(None, "Not verified"), ([], "Verified: nothing was found")])
def test_a_report_says_whether_anyone_checked(
    findings: list[tuple[str, str, str]] | None, said: str, tmp_path: Path
) -> None:
    assert said in page_of(tmp_path, audit_of(), tmp_path / "out", findings=findings).shown


def test_an_audit_without_a_footer_is_told(tmp_path: Path) -> None:
    audit = audit_of(record("a", status="refused", reason="why"))
    audit.end = None
    assert "The run did not complete" in page_of(tmp_path, audit, tmp_path / "out").shown


def test_a_report_never_lies_among_outputs_or_sources(tmp_path: Path) -> None:
    for folder in ("out", "in"):
        with pytest.raises(UsageError, match="outside"):
            write_report(
                tmp_path / folder / "sub" / "r.html",
                audit_of(),
                tmp_path / "out",
                source=tmp_path / "in",
                findings=None,
            )


def test_a_report_that_cannot_be_written_is_an_error_with_a_reason(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="No such file"):
        page_of(tmp_path / "missing", audit_of(), tmp_path / "out")


def test_a_report_of_twenty_thousand_slices_stays_small(tmp_path: Path) -> None:
    actions = [{"where": f"(0010,{n:04X}) Name", "code": "X", "rule": "why"} for n in range(20)]
    records = [
        record(f"{n}.dcm", format="dicom", output=f"S/{n // 100}/{n}.dcm", actions=actions, findings=["seen"])
        for n in range(20_000)
    ]
    page = page_of(tmp_path, audit_of(*records), tmp_path / "out")
    assert len(page.text) < 1_000_000
    assert "20,000 written" in page.shown
    assert "104 more series are not shown here" in page.shown
