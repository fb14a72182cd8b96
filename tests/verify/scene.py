"""A folder of two patients, its output and its audit, and how somebody would tamper with them."""

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bme_med.audit.records import seal
from bme_med.verify import Report, audit_beside, verify
from tests.oracles.runs import policy
from tests.photo.making import jpeg, png
from tests.run.making import instance, run

__all__ = ["PROFILE", "Scene", "make"]

PROFILE = "ps315-basic"


class Scene:
    """A folder of sources, its output and its audit."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.source, self.out = folder / "scans", folder / "clean"
        self.audit = folder / "clean.audit.jsonl"

    def check(self, *, with_source: bool = True, with_audit: bool = True) -> Report:
        """What the check says, by default with all there is."""
        profile = policy(PROFILE).profile
        audit = audit_beside(self.out) if with_audit else None
        return verify(self.out, profile, source=self.source if with_source else None, audit=audit)

    def outputs(self, suffix: str = ".dcm") -> list[Path]:
        """The outputs of one kind."""
        return sorted(self.out.rglob(f"*{suffix}"))

    def output_of(self, name: str) -> Path:
        """The output of one source."""
        (record,) = [one for one in self.documents() if one.get("filename") == name]
        return self.out / str(record["output"])

    def documents(self) -> list[dict[str, Any]]:
        """The audit's lines."""
        return [json.loads(line) for line in self.audit.read_bytes().splitlines()]

    def forge(self, edit: Callable[[list[dict[str, Any]]], object]) -> None:
        """An audit that somebody wrote anew, chain and seal included."""
        documents = self.documents()
        edit(documents)
        prev, lines = "", []
        for document in documents:
            document["prev"] = prev
            if "end" in document:
                document["seal"] = seal(document["end"], prev)
            lines.append(json.dumps(document, separators=(",", ":")).encode())
            prev = hashlib.sha256(lines[-1]).hexdigest()
        self.audit.write_bytes(b"".join(line + b"\n" for line in lines))

    def record(self, documents: list[dict[str, Any]], status: str = "written") -> dict[str, Any]:
        """The first record with a status."""
        return next(one for one in documents if one.get("status") == status)

    def renew(self, output: Path, data: bytes) -> None:
        """Another content for an output, and an audit that says that this was written."""
        output.write_bytes(data)
        name = output.relative_to(self.out).as_posix()

        def edit(documents: list[dict[str, Any]]) -> None:
            for one in documents:
                if one.get("output") == name:
                    one["output_sha256"] = hashlib.sha256(data).hexdigest()

        self.forge(edit)


def make(folder: Path, **options: Any) -> Scene:
    """Two patients, two series, photos, a duplicate and a note."""
    scene = Scene(folder)
    ada = {"PatientName": "Quillfeather^Ada", "PatientID": "QF-4711", "ManufacturerModelName": "Model Q"}
    bob = {"PatientName": "Brackenridge^Bob", "PatientID": "BR-0815", "ManufacturerModelName": "Model Q"}
    bob |= {"StudyInstanceUID": "1.2.3.77.1"}
    files = {
        "Quillfeather/a1.dcm": instance(1, 1, **ada),
        "Quillfeather/a2.dcm": instance(2, 1, **ada),
        "Quillfeather/a2 copy.dcm": instance(2, 1, **ada),
        "Brackenridge/b1.dcm": instance(3, 2, **bob),
        "photos/Quillfeather knee.jpg": jpeg(quality=60),
        "photos/b.png": png(),
        "notes.txt": b"Oriana Quillfeather came again.\n",
    }
    for name, data in files.items():
        path = scene.source / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    run(scene.source, scene.out, profile=PROFILE, **options)
    return scene
