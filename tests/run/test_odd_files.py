"""One series in every shape that the field has: its files stay together, and the audit says how each went."""

from pathlib import Path

from pydicom import dcmread

from tests.run.making import instance, records, run

WAYS = {
    "a regular.dcm": [],
    "bare": ["no file meta information names the transfer syntax: it was found by looking at the dataset"],
    "irregular.dcm": ["read the tolerant way: odd value length in (0008,0060)"],
}


def _folder(folder: Path) -> Path:
    whole = [instance(number) for number in range(4)]
    start = 144 + int.from_bytes(whole[1][140:144], "little")
    files = {
        "a regular.dcm": whole[0],
        "bare": whole[1][start:],
        "irregular.dcm": whole[2].replace(b"CS\2\0MR", b"CS\3\0MR "),
        "cut off.dcm": whole[3][:-9],
    }
    folder.mkdir()
    for name, data in files.items():
        (folder / name).write_bytes(data)
    return folder


def test_the_audit_says_which_way_a_file_went(tmp_path: Path) -> None:
    summary = run(_folder(tmp_path / "in"), tmp_path / "out")
    assert summary.exit_code == 1
    audit = {record["filename"]: record for record in records(tmp_path / "out.audit.jsonl")}
    for name, findings in WAYS.items():
        assert audit[name]["status"] == "written"
        assert audit[name]["findings"] == findings
    places = [action["where"] for action in audit["irregular.dcm"]["actions"]]
    assert "main dataset" in places
    assert audit["cut off.dcm"]["status"] == "refused"
    assert "copy it again" in audit["cut off.dcm"]["reason"]


def test_files_of_one_series_stay_together_whatever_their_shape(tmp_path: Path) -> None:
    run(_folder(tmp_path / "in"), tmp_path / "out")
    written = [dcmread(path) for path in sorted((tmp_path / "out").rglob("*.dcm"))]
    assert len(written) == 3
    for keyword in ("PatientID", "StudyInstanceUID", "SeriesInstanceUID"):
        assert len({str(ds[keyword].value) for ds in written}) == 1
    assert len({ds.SOPInstanceUID for ds in written}) == 3
