"""A multi-frame instance of 2 GB, every frame of it painted over, in constant memory."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.dicom.making import encoded, mr_instance

FRAMES, SIDE = 4096, 512
LONGEST_KB = 100 * 1024

_RUN = """
import json, re, sys, threading, time
from pathlib import Path
from bme_med.run import make_redaction, redact

peak, is_over = 0, False

def watch():
    global peak
    while not is_over:
        peak = max(peak, int(re.search(r"RssAnon:\\s+(\\d+)", open("/proc/self/status").read())[1]))
        time.sleep(0.02)

watcher = threading.Thread(target=watch)
watcher.start()
try:
    asked = make_redaction(Path(sys.argv[1]), Path(sys.argv[2]), box=["0,0,200,40"], profile="ps315-basic")
    code = redact(asked).exit_code
finally:
    is_over = True
    watcher.join()
print(json.dumps({"code": code, "peak": peak}))
"""


@pytest.mark.nightly
@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_two_gigabytes_are_painted_over_in_constant_memory(tmp_path: Path) -> None:
    ds = mr_instance()
    ds.Rows = ds.Columns = SIDE
    ds.NumberOfFrames, ds.PixelData, ds.BurnedInAnnotation = FRAMES, b"", "YES"
    head = encoded(ds)
    size = FRAMES * SIDE * SIDE * 2
    source, out = tmp_path / "cine.dcm", tmp_path / "clean.dcm"
    with source.open("wb") as file:
        file.write(head[:-4] + size.to_bytes(4, "little"))
        file.truncate(len(head) + size)
    done = subprocess.run(
        [sys.executable, "-c", _RUN, source, out], capture_output=True, text=True, check=True
    )
    result = json.loads(done.stdout)
    assert result["code"] == 0
    assert result["peak"] < LONGEST_KB
    assert out.stat().st_size > size
