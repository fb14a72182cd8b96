"""The four screens, with an engine that answers at once (`pages/fake.ts`): what people see and do there."""

import io
import json
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from bme_med.core.boxes_file import parse_boxes
from bme_med.run.finding import find
from tests.web.browsing import bundled, chromium, drop, served

POLICY = "default-src 'none'; script-src 'self'; img-src blob:; form-action 'none'; base-uri 'none'"
PAGES = Path(__file__).parent / "pages"
SLICES = 130  # more than a browser lists at a time
OTHERS = ("ct/deep/Müller.jpg", "photo.jpg", "refused.jpg", "Thumbs.db", ".DS_Store")
FOUND = SLICES + len(OTHERS)
WRITTEN = FOUND - 1

FOLDERS = """
const root = navigator.storage.getDirectory()
window.showDirectoryPicker = async ({ id }) => {
  const [input, output] = (window.picked ?? "|").split("|")
  let folder = await root
  for (const name of (id === "bme-med-input" ? input : output).split("/")) {
    if (name) folder = await folder.getDirectoryHandle(name, { create: true })
  }
  return folder
}
"""
"""The picker waits for a person; a folder of the origin private file system is of the same class."""

LISTED = """async () => {
  const found = []
  const walk = async (folder, path) => {
    for await (const child of folder.values()) {
      if (child.kind === "directory") await walk(child, `${path}${child.name}/`)
      else found.push([path + child.name, await (await child.getFile()).text()])
    }
  }
  await walk(await navigator.storage.getDirectory(), "")
  return found
}"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as one:
        yield one


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("site")
    bundled([PAGES / "fake.ts"], folder)
    (folder / "policy.txt").write_text(POLICY)
    (folder / "index.html").write_text(
        '<!doctype html><html lang="en"><meta charset="utf-8"><title>bme-med</title><main></main>'
        '<script type="module" src="/fake.js"></script></html>'
    )
    with served(folder) as address:
        yield address


@pytest.fixture
def page(browser: Browser, site: str) -> Iterator[Page]:
    """The first screen; nothing that a test does may be against the page's policy, or raise an error."""
    context = browser.new_context(viewport={"width": 1280, "height": 860})
    complaints: list[str] = []
    context.add_init_script(FOLDERS)
    page = context.new_page()
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(site)
    yield page
    context.close()
    assert complaints == []


@pytest.fixture(scope="module")
def scans(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("in") / "scans"
    (folder / "ct" / "deep").mkdir(parents=True)
    for number in range(SLICES):
        (folder / "ct" / f"{number:03}.dcm").write_text(f"slice {number}")
    for name in OTHERS:
        (folder / name).write_text(name)
    return folder


def given(page: Page, *paths: Path) -> Page:
    drop(page, "#drop", *paths)
    expect(page.locator("#next")).to_be_visible()
    return page


def step(page: Page, words: str) -> None:
    page.get_by_role("navigation").get_by_role("button", name=words).click()


def zipped(page: Page) -> dict[str, str]:
    """The members of the ZIP that the page saves."""
    step(page, "Save")
    with page.expect_download() as download:
        page.click("#save-zip")
    with zipfile.ZipFile(io.BytesIO(Path(download.value.path()).read_bytes())) as archive:
        assert archive.testzip() is None
        assert {member.date_time for member in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        return {name: archive.read(name).decode() for name in archive.namelist()}


def runs(page: Page) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = page.evaluate("wishes.runs")
    return found


def drawn(page: Page) -> Any:
    """What the boxes file says."""
    with page.expect_download() as download:
        page.click("#store")
    text = Path(download.value.path()).read_text(encoding="utf-8")
    parse_boxes(text, "boxes.json")
    return json.loads(text)["files"]


def editing(page: Page, scans: Path, name: str = "ct/000.dcm") -> Page:
    """The editor, with a frame of 320 by 200 pixels."""
    step(given(page, scans), "Boxes")
    page.get_by_role("option", name=name).click()
    expect(page.locator("bme-stage svg")).to_be_visible()
    page.wait_for_function("document.querySelector('bme-app').shadowRoot.querySelector('bme-boxes').picture")
    return page


def point(page: Page, x: float, y: float) -> tuple[float, float]:
    """Where a place of the picture is on the screen."""
    box = page.locator("bme-stage svg").bounding_box()
    assert box
    return box["x"] + x * box["width"] / 320, box["y"] + y * box["height"] / 200


def drag(page: Page, start: tuple[float, float], end: tuple[float, float]) -> None:
    page.mouse.move(*point(page, *start))
    page.mouse.down()
    page.mouse.move(*point(page, *end), steps=4)
    page.mouse.up()


def test_no_file_is_taken_while_the_lock_is_not_proved(page: Page, site: str, scans: Path) -> None:
    page.goto(f"{site}#unlocked")
    page.reload()
    expect(page.locator("#lock")).to_have_text("Network lock: not proved")
    expect(page.get_by_role("alert")).to_contain_text("no file is taken")
    drop(page, "#drop", scans)
    expect(page.locator("#folder")).to_be_disabled()
    expect(page.get_by_text("Nothing yet.")).to_be_visible()
    expect(page.locator("#next")).to_have_count(0)


def test_a_dropped_folder_has_the_names_that_the_command_line_gives(page: Page, scans: Path) -> None:
    members = zipped(given(page, scans))
    names = [item.name for item in find([scans])]
    assert runs(page)[0]["names"] == names
    assert set(members) == {f"out/{name}" for name in names if name != "refused.jpg"}
    assert len(names) == FOUND
    assert members["out/ct/007.dcm"] == "clean slice 7"


def test_several_things_have_the_names_that_the_command_line_gives(page: Page, scans: Path) -> None:
    inputs = [scans / "ct", scans / "photo.jpg"]
    zipped(given(page, *inputs))
    assert runs(page)[0]["names"] == [item.name for item in find(inputs)]


def test_a_browser_without_handles_takes_a_folder_too(page: Page, scans: Path) -> None:
    expect(page.locator("#folder")).to_be_enabled()
    page.evaluate("delete window.showDirectoryPicker; window.showDirectoryPicker = undefined")
    with page.expect_file_chooser() as chooser:
        page.click("#folder")
    chooser.value.set_files(scans)
    expect(page.locator("#found")).to_contain_text(f"{FOUND} files: 1 patient, 1 study.")
    zipped(page)
    assert runs(page)[0]["names"] == [item.name for item in find([scans])]


def test_things_of_one_name_are_not_taken_together(page: Page, scans: Path, tmp_path: Path) -> None:
    other = tmp_path / "photo.jpg"
    other.write_text("another")
    given(page, scans / "photo.jpg")
    drop(page, "#drop", other)
    expect(page.get_by_role("alert")).to_contain_text("Two things of the same name")
    expect(page.locator("#found")).to_contain_text("1 file:")


def test_ten_thousand_rows_are_shown_a_few_at_a_time_and_all_can_be_reached(page: Page, scans: Path) -> None:
    step(given(page, scans), "Before and after")
    grid = page.get_by_role("grid")
    expect(grid).to_have_attribute("aria-rowcount", "10000")
    assert grid.get_by_role("row").count() < 60
    grid.get_by_role("row").first.click()
    page.keyboard.press("End")
    last = grid.get_by_role("row", name="Part9999", exact=False)
    expect(last).to_be_focused()
    expect(page.locator("bme-table .why")).to_contain_text("rule 9999 of hipaa-safe-harbor")
    page.keyboard.press("ArrowUp")
    expect(page.locator("bme-table .why")).to_contain_text("before 9998")
    assert grid.get_by_role("row").count() < 60


def test_rows_are_filtered_by_what_is_done(page: Page, scans: Path) -> None:
    step(given(page, scans), "Before and after")
    page.get_by_role("button", name="removed 1,667").click()
    grid = page.get_by_role("grid")
    expect(grid).to_have_attribute("aria-rowcount", "1667")
    assert {row.split("\n")[2] for row in grid.get_by_role("row").all_inner_texts()} == {"removed"}
    expect(page.locator("#said")).to_have_text("1,667 parts shown.")


def test_a_file_that_would_be_refused_says_why(page: Page, scans: Path) -> None:
    step(given(page, scans), "Before and after")
    page.get_by_label("Series or kind").select_option("1")
    page.get_by_role("option", name="refused.jpg").click()
    expect(page.locator("#refusal")).to_contain_text("it is damaged")


def test_a_preset_decides_again(page: Page, scans: Path) -> None:
    given(page, scans).get_by_role("radio", name="ps315-basic").check()
    step(page, "Before and after")
    expect(page.locator("bme-table .why")).to_contain_text("of ps315-basic")


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


def in_folder(page: Page, picked: str) -> None:
    step(page, "Save")
    page.evaluate(f"window.picked = {picked!r}")
    page.click("#save-folder")


def test_files_go_into_a_new_folder_with_audit_and_report_beside_it(page: Page, scans: Path) -> None:
    given(page, scans)
    for number, name in enumerate(("deidentified", "deidentified-2")):
        if number:
            page.click("#again")
        in_folder(page, "|out")
        expect(page.locator("bme-result")).to_contain_text(f"the new folder “{name}” in “out”")
        found = dict(page.evaluate(LISTED))
        assert found[f"out/{name}/out/ct/007.dcm"] == "clean slice 7"
        assert {f"out/{name}.audit.jsonl", f"out/{name}.report.html"} <= set(found)
        assert sum(path.startswith(f"out/{name}/") for path in found) == WRITTEN


@pytest.mark.parametrize("output", ["in", "in/deeper"])
def test_nothing_is_ever_written_into_the_input(page: Page, output: str) -> None:
    expect(page.locator("#folder")).to_be_enabled()
    page.evaluate(
        """async () => {
          const folder = await (await navigator.storage.getDirectory()).getDirectoryHandle("in", { create: true })
          const stream = await (await folder.getFileHandle("a.jpg", { create: true })).createWritable()
          await stream.write("a")
          await stream.close()
          window.picked = "in|"
        }"""
    )
    page.click("#folder")
    expect(page.locator("#found")).to_contain_text("1 file:")
    in_folder(page, f"|{output}")
    expect(page.get_by_role("alert")).to_contain_text("clean files never go among the originals")
    assert page.evaluate(LISTED) == [["in/a.jpg", "a"]]
    assert runs(page) == []


def test_after_a_stop_the_rest_is_done_with_the_same_key(page: Page, scans: Path) -> None:
    given(page, scans)
    page.evaluate("wishes.stopAt = 5")
    in_folder(page, "|out")
    expect(page.locator("bme-result")).to_contain_text("the disk is full")
    page.click("#on")
    expect(page.locator("bme-result")).to_contain_text("Done, but some files were refused")
    first, second = runs(page)
    assert (first["earlier"], len(second["earlier"].split())) == ("", 5)
    assert first["key"] == second["key"]
    assert len(set(first["key"].split(","))) > 8
    found = dict(page.evaluate(LISTED))
    assert sum(path.startswith("out/deidentified/") for path in found) == WRITTEN
    assert len(found["out/deidentified.audit.jsonl"].split()) == FOUND
    counted = {line.split("\n")[1]: line.split("\n")[0] for line in page.locator(".tiles li").all_inner_texts()}
    assert counted == {"found": str(FOUND), "written": str(WRITTEN), "refused": "1", "skipped": "0"}


def test_a_zip_that_was_stopped_is_whole_and_the_next_one_has_the_rest(page: Page, scans: Path) -> None:
    given(page, scans)
    page.evaluate("wishes.stopAt = 5")
    first = zipped(page)
    with page.expect_download() as download:
        page.click("#on")
    assert download.value.suggested_filename == "deidentified-2.zip"
    with zipfile.ZipFile(Path(download.value.path())) as archive:
        second = set(archive.namelist())
    assert len(first) == 5
    assert len(second) == WRITTEN - 5
    assert not second & set(first)


def test_a_run_is_stopped_by_a_button(page: Page, scans: Path) -> None:
    given(page, scans)
    page.evaluate("wishes.slow = 30")
    in_folder(page, "|out")
    expect(page.get_by_role("progressbar")).to_be_visible()
    expect(page.get_by_role("navigation").get_by_role("button", name="Boxes")).to_be_disabled()
    page.click("#cancel")
    expect(page.locator("bme-result")).to_contain_text("it was stopped")
    expect(page.locator("#on")).to_be_visible()


def test_files_that_were_refused_are_listed_with_the_reason(page: Page, scans: Path) -> None:
    zipped(given(page, scans))
    expect(page.locator("bme-result")).to_contain_text("Done, but some files were refused")
    page.get_by_text("1 file: it is damaged: copy it again").click()
    expect(page.get_by_role("listitem").filter(has_text="refused.jpg")).to_be_visible()
    for button, name in (("#audit", "clean.audit.jsonl"), ("#report", "report.html")):
        with page.expect_download() as download:
            page.click(button)
        assert download.value.suggested_filename == name


CONTROLS = {"button", "textbox", "spinbutton", "radio", "combobox", "listbox", "grid", "option", "progressbar", "application"}


def unnamed(page: Page) -> list[str]:
    """Controls that a screen reader could not name."""
    session = page.context.new_cdp_session(page)
    nodes = session.send("Accessibility.getFullAXTree")["nodes"]
    session.detach()
    shown = [node for node in nodes if not node["ignored"] and node["role"]["value"].lower() in CONTROLS]
    assert len(shown) > 4
    return [node["role"]["value"] for node in shown if not node.get("name", {}).get("value")]


def test_every_control_has_a_name(page: Page, scans: Path) -> None:
    editing(page, scans)
    page.locator("bme-stage .stage").press("n")
    for words in ("Files", "Before and after", "Boxes", "Save"):
        step(page, words)
        page.wait_for_timeout(100)
        assert unnamed(page) == [], words
    zipped(page)
    assert unnamed(page) == []


def test_the_way_through_needs_no_pointer(page: Page, scans: Path) -> None:
    given(page, scans)
    page.evaluate("document.activeElement?.blur()")
    for name in ("Look at what changes", "Draw boxes", "Save all", "Save as a ZIP"):
        for _ in range(60):
            page.keyboard.press("Tab")
            focused = page.evaluate(
                """() => {
                  let one = document.activeElement
                  while (one?.shadowRoot?.activeElement) one = one.shadowRoot.activeElement
                  return one?.textContent.trim().replace(/\\s+/g, " ") ?? ""
                }"""
            )
            if focused == name:
                break
        assert focused == name
        if name != "Save as a ZIP":
            page.keyboard.press("Enter")
    with page.expect_download():
        page.keyboard.press("Enter")


def test_the_page_speaks_in_plain_sentences() -> None:
    sources = Path(__file__).parents[2] / "bme_med" / "web" / "src" / "ui"
    for path in sources.rglob("*.ts"):
        for text in re.findall(r'"[A-Z][^"\n]* [^"\n]*"|>[A-Z][^<$\n]* [^<$\n]*<', path.read_text(encoding="utf-8")):
            assert "!" not in text, (path.name, text)
