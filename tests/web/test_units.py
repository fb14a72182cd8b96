"""What the screens decide, without a browser: boxes, undo, names, keys, ZIP, going on after a stop."""

import re
import subprocess
from pathlib import Path

import pytest

from tests.nodes import node_for
from tests.web.browsing import bundled
from tests.web.building import WEB

UNITS = sorted((Path(__file__).parent / "unit").glob("*.test.ts"))
STYLES = (WEB / "src" / "ui" / "styles.ts").read_text(encoding="utf-8")


def test_every_unit_test_holds(tmp_path: Path) -> None:
    bundled(UNITS, tmp_path, "--platform=node", "--out-extension:.js=.mjs")
    command = [node_for(WEB), "--test", "--test-reporter=tap", *map(str, sorted(tmp_path.glob("*.mjs")))]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout[-4000:]
    counted = re.search(r"^# tests (\d+)$", done.stdout, re.MULTILINE)
    written = sum(path.read_text(encoding="utf-8").count("\ntest(") for path in UNITS)
    assert counted
    assert int(counted[1]) == written > 20


def themes() -> list[dict[str, str]]:
    """The colours by name, in light and in dark."""
    light, dark = STYLES.split("prefers-color-scheme: dark")
    found = [dict(re.findall(r"--(\w[\w-]*): (#[0-9a-f]{6})", text)) for text in (light, dark)]
    return [found[0], {**found[0], **found[1]}]


def luminance(colour: str) -> float:
    """Relative luminance (WCAG 2.2)."""
    parts = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """Contrast ratio (WCAG 2.2)."""
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("colours", themes(), ids=["light", "dark"])
def test_every_text_stands_out_from_what_is_behind_it(colours: dict[str, str]) -> None:
    texts = ("text", "quiet", "link", "good", "bad", "warn", "X", "Z", "D", "K", "C", "U", "redact")
    for name in texts:
        for behind in ("page", "card"):
            assert contrast(colours[name], colours[behind]) >= 4.5, (name, behind)
    assert contrast(colours["on-link"], colours["link"]) >= 4.5
    assert contrast(colours["edge"], colours["page"]) >= 3
