"""What people see and do on the screens; the engine answers at once (`pages/fake.ts`)."""

import re
import zipfile
from pathlib import Path

import pytest
from playwright.sync_api import Dialog, Page, expect

from bme_med.run.finding import find
from tests.web.browsing import drop
from tests.web.screens import FOUND, WRITTEN, editing, given, in_folder, runs, step, zipped

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
          const root = await navigator.storage.getDirectory()
          const folder = await root.getDirectoryHandle("in", { create: true })
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


def test_where_the_input_lies_unknown_no_folder_is_written(page: Page, scans: Path) -> None:
    expect(page.locator("#folder")).to_be_enabled()
    page.evaluate("delete DataTransferItem.prototype.getAsFileSystemHandle")
    step(given(page, scans), "Save")
    expect(page.locator("#save-folder")).to_be_disabled()
    expect(page.get_by_text("does not tell where the input lies")).to_be_visible()


def test_an_audit_that_nobody_has_is_not_lost_by_closing_the_page(page: Page, scans: Path) -> None:
    asked: list[str] = []

    def leave(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.accept()

    page.on("dialog", leave)
    zipped(given(page, scans))
    with page.expect_download():
        page.click("#audit")
    page.reload()
    assert asked == []
    zipped(given(page, scans))
    page.reload()
    assert asked == ["beforeunload"]


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
    counted = {
        line.split("\n")[1]: line.split("\n")[0] for line in page.locator(".tiles li").all_inner_texts()
    }
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


CONTROLS = {
    "button",
    "textbox",
    "spinbutton",
    "radio",
    "combobox",
    "listbox",
    "grid",
    "option",
    "progressbar",
    "application",
}


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
        for text in re.findall(
            r'"[A-Z][^"\n]* [^"\n]*"|>[A-Z][^<$\n]* [^<$\n]*<', path.read_text(encoding="utf-8")
        ):
            assert "!" not in text, (path.name, text)
