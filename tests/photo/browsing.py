"""How a browser shows photos: Chromium, without a window."""

import json
import re
import subprocess
from pathlib import Path
from typing import NamedTuple

from tests.oracles.runs import tool

__all__ = ["Shown", "look"]

_PAGE = """<!doctype html><body>IMAGES<script>
const look = image => {
  if (!image.naturalWidth) return [image.title, 0, 0, []];
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = 8;
  const context = canvas.getContext("2d");
  context.drawImage(image, 0, 0, 8, 8);
  return [image.title, image.naturalWidth, image.naturalHeight, [...context.getImageData(0, 0, 8, 8).data]];
};
addEventListener("load", () => {
  document.body.textContent = JSON.stringify([...document.images].map(look));
});
</script>"""
"""Photos are loaded before the page is, and looked at in one go: then Chromium prints what the page says."""


class Shown(NamedTuple):
    """Size on the screen, no more than 0 where it is not shown, and the picture in eight by eight pixels."""

    width: int
    height: int
    pixels: tuple[int, ...]

    def is_like(self, other: "Shown", steps: int = 2) -> bool:
        """Whether no colour is off by more than `steps` of 255."""
        near = (abs(mine - theirs) <= steps for mine, theirs in zip(self.pixels, other.pixels, strict=True))
        return self[:2] == other[:2] and all(near)


def look(photos: dict[str, bytes], folder: Path) -> dict[str, Shown]:
    """What Chromium shows of each of `photos`, by name; `folder` is empty."""
    (folder / "photos").mkdir(parents=True)
    for name, data in photos.items():
        (folder / "photos" / name).write_bytes(data)
    page = folder / "page.html"
    images = "".join(f'<img src="photos/{name}" title="{name}">' for name in photos)
    page.write_text(_PAGE.replace("IMAGES", images), encoding="utf-8")
    command = [tool("chromium") or "chromium", "--headless", "--no-sandbox", "--disable-gpu"]
    command += [f"--user-data-dir={folder / 'profile'}", "--allow-file-access-from-files"]
    command += ["--dump-dom", page.as_uri()]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
    found = re.search(r"<body>(\[.*\])</body>", done.stdout, re.DOTALL)
    assert found, "Chromium did not show the page"
    return {name: Shown(width, height, tuple(pixels)) for name, width, height, pixels in json.loads(found[1])}
