"""The third screen: boxes by pointer, by keyboard and by number, in the command line's file."""

import json
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.web.screens import drag, drawn, editing, runs, step


def test_a_box_is_drawn_moved_and_resized_by_pointer(page: Page, scans: Path) -> None:
    editing(page, scans)
    drag(page, (10.5, 20.5), (59.5, 39.5))
    assert drawn(page) == [{"match": {"path": "ct/000.dcm"}, "boxes": [{"x": 10, "y": 20, "w": 50, "h": 20}]}]
    drag(page, (30, 30), (50, 20))
    drag(page, (80, 30), (120, 60))
    assert drawn(page)[0]["boxes"] == [{"x": 30, "y": 10, "w": 90, "h": 50}]
    step(page, "Save")
    page.click("#save-zip")
    expect(page.locator("bme-result")).to_contain_text("Done")
    assert json.loads(runs(page)[0]["boxes"])["files"][0]["boxes"] == [{"x": 30, "y": 10, "w": 90, "h": 50}]


def test_a_box_is_drawn_moved_resized_and_deleted_by_keyboard(page: Page, scans: Path) -> None:
    editing(page, scans)
    page.locator("bme-stage .stage").focus()
    page.keyboard.press("n")
    box = page.locator("bme-stage .box")
    expect(box).to_be_focused()
    for keys in ("ArrowLeft", "ArrowUp", "Alt+ArrowDown", "Shift+ArrowRight", "Alt+Shift+ArrowDown"):
        page.keyboard.press(keys)
        expect(box).to_be_focused()
    assert drawn(page)[0]["boxes"] == [{"x": 117, "y": 85, "w": 83, "h": 26}]
    box.focus()
    page.keyboard.press("Delete")
    expect(box).to_have_count(0)
    expect(page.locator("bme-stage .stage")).to_be_focused()
    for keys, boxes in (("Control+z", 1), ("Control+Shift+z", 0), ("Control+z", 1), ("Control+y", 0)):
        page.keyboard.press(keys)
        expect(box).to_have_count(boxes)


def test_a_box_is_set_by_its_numbers_and_a_wrong_one_is_not_taken(page: Page, scans: Path) -> None:
    editing(page, scans)
    page.locator("bme-stage .stage").press("n")
    for words, number in (("left", "0"), ("width", "9999"), ("top", "-5"), ("height", "12")):
        page.get_by_label(f"Box 1, {words}").fill(number)
        page.get_by_label(f"Box 1, {words}").press("Tab")
    assert drawn(page)[0]["boxes"] == [{"x": 0, "y": 87, "w": 320, "h": 12}]


def test_a_box_is_for_a_frame_a_file_or_a_series(page: Page, scans: Path) -> None:
    editing(page, scans)
    page.locator("bme-stage .stage").press("PageDown")
    expect(page.get_by_label("this frame (2 of 3)")).to_be_visible()
    page.locator("bme-stage .stage").press("n")
    box = page.locator("bme-stage .box")
    expect(box).to_have_count(1)
    page.get_by_label("this frame (2 of 3)").check()
    assert drawn(page)[0]["boxes"][0]["frames"] == 2
    box.press("PageDown")
    expect(box).to_have_count(0)
    page.locator("bme-stage .stage").press("PageUp")
    expect(box).to_have_count(1)
    box.focus()
    page.get_by_label("all files and frames of the series").check()
    assert drawn(page) == [
        {"match": {"SeriesInstanceUID": "1.2.3"}, "boxes": [{"x": 120, "y": 87, "w": 80, "h": 25}]}
    ]
    page.get_by_role("option", name="ct/001.dcm").click()
    expect(box).to_have_count(1)


def test_a_boxes_file_of_the_command_line_is_loaded_and_what_is_not_shown_is_kept(
    page: Page, scans: Path, tmp_path: Path
) -> None:
    document = {
        "files": [
            {"name": "band", "match": {"path": "ct/000.dcm"}, "boxes": [{"x": -20, "y": 0, "w": 0, "h": 10}]},
            {"match": {"Manufacturer": "~ZIEHM"}, "boxes": [{"x": 0, "y": 0, "w": 0, "h": 9}]},
        ]
    }
    file = tmp_path / "boxes.json"
    file.write_text(json.dumps(document))
    editing(page, scans).locator("#boxes").set_input_files(file)
    expect(page.get_by_label("Box 1, left")).to_have_value("300")
    expect(page.get_by_text("1 further rule of the boxes file is")).to_be_visible()
    assert drawn(page) == document["files"]
    file.write_text('{"boxes": []}')
    page.locator("#boxes").set_input_files(file)
    expect(page.locator("#said")).to_contain_text("The boxes file was not taken: expected an object")
    assert drawn(page) == document["files"]
