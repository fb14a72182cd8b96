"""Small folders to run on, and what a run left."""

import hashlib
import json
from pathlib import Path
from typing import Any

from pydicom.uid import UID

from bme_med.run import Summary, deidentify, make_job
from tests.dicom.making import encoded, mr_instance
from tests.photo.making import jpeg, png

__all__ = ["KEY", "instance", "key_file", "mixed_folder", "records", "run", "snapshot", "tree"]

KEY = "bme-med-key-v1 AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n"
"""A key file's text."""


def instance(number: int, series: int = 1, **values: object) -> bytes:
    """An MR instance with UIDs of its own; `values` are attributes by keyword."""
    ds = mr_instance()
    ds.SeriesInstanceUID = f"1.2.3.{series}"
    ds.SOPInstanceUID = ds.file_meta.MediaStorageSOPInstanceUID = UID(f"1.2.3.{series}.{number}")
    ds.InstanceNumber = number
    for keyword, value in values.items():
        setattr(ds, keyword, value)
    return encoded(ds)


def mixed_folder(folder: Path, instances: int = 12) -> Path:
    """A folder as the field has it: series, photos, leftovers, broken and foreign files."""
    files: dict[str, bytes] = {
        **{f"scans/s{n % 3}/I{n:03}.dcm": instance(n, n % 3) for n in range(instances)},
        "scans/copy of I000.dcm": instance(0, 0),
        "scans/s1/I001 again.dcm": instance(1, 1, InstanceNumber=77),
        "photos/a knee.jpg": jpeg("RGB", quality=60),
        "photos/b.jpeg": jpeg("RGB", quality=70),
        "photos/same as b.jpeg": jpeg("RGB", quality=70),
        "photos/c.png": png("RGB"),
        "photos/Thumbs.db": b"\xd0\xcf\x11\xe0" + bytes(600),
        "photos/._b.jpeg": b"\0\x05\x16\x07" + bytes(100),
        "photos/cut off.jpg": jpeg("RGB")[:200],
        "notes.txt": b"Oriana Quillfeather came again.\n",
        "empty.dcm": b"",
    }
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return folder


def key_file(folder: Path) -> Path:
    """A key file in `folder`."""
    path = folder / "test.key"
    if not path.exists():
        path.touch(0o600)
        path.write_text(KEY)
    return path


def run(source: Path, out: Path, **options: Any) -> Summary:
    """Run as the command line does; with one worker and the tests' key unless told otherwise."""
    options = {"workers": 1, "key_file": key_file(out.parent), **options}
    return deidentify(make_job([source], out, **options))


def records(audit: Path) -> list[dict[str, Any]]:
    """The lines of an audit between header and footer."""
    lines = [json.loads(line) for line in audit.read_bytes().splitlines()]
    return [line for line in lines if "filename" in line]


def tree(folder: Path) -> dict[str, str]:
    """Every entry below `folder`, with the digest of each file."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""
        for path in sorted(folder.rglob("*"))
    }


def snapshot(folder: Path) -> dict[str, tuple[str, int, int]]:
    """As `tree`, with modes and modification times."""
    return {
        name: (digest, (folder / name).lstat().st_mode, (folder / name).lstat().st_mtime_ns)
        for name, digest in tree(folder).items()
    }
