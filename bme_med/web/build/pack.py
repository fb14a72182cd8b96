"""Packs Python into one archive, compiled by the Python that will run it; runs in Pyodide.

Nothing in the archive depends on the clock, on paths, or on the order of a folder.
"""

import io
import json
import py_compile
import sys
import zipfile
from pathlib import Path

DATE = (1980, 1, 1, 0, 0, 0)
COMPILED = Path("/compiled.pyc")


def packed(name: str, path: Path, stub: bool) -> tuple[str, bytes]:
    """A file as it stands in the archive; an emptied module keeps its place."""
    if path.suffix != ".py":
        return name, path.read_bytes()
    source = path
    if stub:
        source = Path("/stub.py")
        source.write_text("")
    py_compile.compile(
        str(source),
        cfile=str(COMPILED),
        dfile=name,
        doraise=True,
        optimize=0,
        invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH,
    )
    return f"{name}c", COMPILED.read_bytes()


def main(listed: list[tuple[str, str, bool]]) -> bytes:
    """The archive of all files that are listed: name, path, and whether it is emptied."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for listed_as, path, stub in sorted(listed):
            name, data = packed(listed_as, Path(path), stub)
            archive.writestr(zipfile.ZipInfo(name, DATE), data, zipfile.ZIP_DEFLATED)
    return made.getvalue()


if sys.flags.hash_randomization:
    sys.exit("sets of constants would be in another order each time")
Path("/app.zip").write_bytes(main(json.loads(Path("/listed.json").read_text())))
