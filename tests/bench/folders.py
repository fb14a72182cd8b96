"""How long a folder takes: ``python -m tests.bench.folders [--work DIR] [--rounds N] [--json]``.

5,000 MR slices against ``cp -r`` and ``gdcmanon -e``; 200 photos against ``cp -r`` and ``exiftool -all=``.
"""

import argparse
import json
import shutil
import subprocess
import sys
from pathlib import Path

from tests.bench.material import default_folder, photo_folder, slice_folder
from tests.bench.timing import Command, Series, bme_med, measure, table

__all__ = ["certificate", "main"]

_PROFILE = Path(__file__).with_name("without-detection.toml")
"""A look for faces takes 2 s a photo."""


def main() -> None:
    """Measure, and print tables or JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path, default=default_folder(), help="where the material is kept")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", choices=("slices", "photos"))
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    options.work.mkdir(parents=True, exist_ok=True)
    results: dict[str, dict[str, Series]] = {}
    if options.only != "photos":
        results["5,000 MR slices, 1 GB"] = _slices(options.work, options.rounds)
    if options.only != "slices":
        results["200 photos, 0.5 GB"] = _photos(options.work, options.rounds)
    if options.json:
        document = {
            title: {name: of.to_json() for name, of in series.items()} for title, series in results.items()
        }
        print(json.dumps(document, indent=1))
    else:
        print("\n\n".join(table(title, series) for title, series in results.items()))


def _slices(work: Path, rounds: int) -> dict[str, Series]:
    folder, out = slice_folder(work), work / "gdcmanon"
    commands = _ours_and_copies(folder, work)
    if _has("gdcmanon") and _has("openssl"):
        line: list[str | Path] = ["gdcmanon", "-e", "-c", certificate(work), "-r", "--continue"]
        line += ["-i", folder, "-o", out]
        commands["gdcmanon -e"] = Command(line, folder, [out], needs_folder=True)
    return measure(commands, rounds)


def _photos(work: Path, rounds: int) -> dict[str, Series]:
    folder, out = photo_folder(work), work / "exiftool"
    commands = _ours_and_copies(folder, work)
    if _has("exiftool"):
        line: list[str | Path] = ["exiftool", "-q", "-r", "-all=", "-o", f"{out}/", folder]
        commands["exiftool -all="] = Command(line, folder, [out])
    return measure(commands, rounds)


def _ours_and_copies(folder: Path, work: Path) -> dict[str, Command]:
    """`deid` waits until its output is on disk; a plain copy leaves that to the system."""
    out, copy, flushed = work / "clean", work / "copy", work / "flushed"
    traces = [out, work / "clean.audit.jsonl", work / "clean.run"]
    return {
        "bme-med deid": Command(
            [bme_med(), "deid", folder, "--out", out, "--profile", _PROFILE], folder, traces
        ),
        "cp -r": Command(["cp", "-r", folder, copy], folder, [copy]),
        "cp -r, then sync": Command(
            ["sh", "-c", 'cp -r "$0" "$1" && sync -f "$1"', folder, flushed], folder, [flushed]
        ),
    }


def _has(tool: str) -> bool:
    if not shutil.which(tool):
        print(f"{tool} is not installed: left out", file=sys.stderr)
        return False
    return True


def certificate(work: Path) -> Path:
    """A self-signed certificate, which gdcmanon encrypts the original attributes for."""
    certificate = work / "certificate.pem"
    if not certificate.exists():
        line: list[str | Path] = [
            "openssl",
            "req",
            "-x509",
            "-newkey",
            "rsa:2048",
            "-nodes",
            "-batch",
            "-days",
            "3650",
        ]
        line += ["-subj", "/CN=bench", "-keyout", work / "key.pem", "-out", certificate]
        subprocess.run(line, capture_output=True, check=True)
    return certificate


if __name__ == "__main__":
    main()
