"""The built edition in Chromium: the command line's bytes, with the server dead, and from a file."""

import hashlib
import json
import shutil
import zipfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from typer.testing import CliRunner

from bme_med.cli.app import app
from bme_med.run.keys import create_key
from tests.oracles.runs import CORPUS, KEY
from tests.web.browsing import drop, served
from tests.web.building import ROOT, built_site
from tests.web.choosing import link_corpus

PROFILE = "ps315-basic"
PATIENT_MS = 300_000

pytestmark = pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus is not beside this checkout")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """200 instances and 50 photos, of every kind that is in the corpus."""
    return link_corpus(tmp_path_factory.mktemp("corpus") / "input", 200, 50)


@pytest.fixture(scope="module")
def key(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("key") / "study.key"
    create_key(path, KEY)
    return path


def by_command_line(source: Path, key: Path, out: Path, *options: str) -> dict[str, str]:
    """SHA-256 of each output of the command line, by its path."""
    command = ["deid", str(source), "--out", str(out), "--profile", PROFILE, "--key-file", str(key), *options]
    done = CliRunner().invoke(app, command)
    assert done.exit_code in (0, 1), done.output
    found = {path.relative_to(out).as_posix(): path.read_bytes() for path in out.rglob("*") if path.is_file()}
    return {name: hashlib.sha256(data).hexdigest() for name, data in found.items()}


@pytest.fixture(scope="module")
def expected(folder: Path, key: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    digests = by_command_line(folder, key, tmp_path_factory.mktemp("cli") / "out")
    assert len(digests) > 150
    return digests


def opened(browser: Browser, address: str) -> Page:
    """The page, when it has proved its lock."""
    page = browser.new_context(viewport={"width": 1280, "height": 860}).new_page()
    page.goto(address)
    expect(page.locator("#lock")).to_have_text("Network lock: verified", timeout=PATIENT_MS)
    return page


@pytest.fixture(scope="module")
def single(browser: Browser) -> Iterator[Page]:
    """The single file, opened by double-click; tests use it one after the other."""
    built_site()
    page = opened(browser, (ROOT / "dist" / "bme-med.html").as_uri())
    yield page
    page.context.close()


def take(page: Page, source: Path, key: Path) -> None:
    page.get_by_role("navigation").get_by_role("button", name="Files").click()
    if page.locator("#clear").count():
        page.click("#clear")
    page.get_by_role("radio", name=PROFILE).check()
    page.locator("#key").set_input_files(key)
    expect(page.get_by_text("New names are made with the key")).to_be_visible()
    drop(page, "#drop", source)
    expect(page.locator("#found")).to_contain_text("patient", timeout=PATIENT_MS)


def saved(page: Page) -> dict[str, str]:
    """SHA-256 of each member of the ZIP that the page saves, by its path."""
    page.get_by_role("navigation").get_by_role("button", name="Save").click()
    with page.expect_download(timeout=PATIENT_MS) as download:
        page.click("#save-zip")
    with zipfile.ZipFile(Path(download.value.path())) as archive:
        return {name: hashlib.sha256(archive.read(name)).hexdigest() for name in archive.namelist()}


def test_a_folder_gives_the_bytes_of_the_command_line_with_the_server_dead(
    browser: Browser, folder: Path, key: Path, expected: dict[str, str]
) -> None:
    with ExitStack() as server:
        page = opened(browser, server.enter_context(served(built_site())))
        assert page.evaluate("navigator.serviceWorker.ready.then(() => true)")
        server.close()
        page.reload()
        expect(page.locator("#lock")).to_have_text("Network lock: verified", timeout=PATIENT_MS)
        take(page, folder, key)
        assert saved(page) == expected
    page.context.close()


@pytest.mark.nightly
def test_the_single_file_gives_the_same_bytes_by_double_click(
    single: Page, folder: Path, key: Path, tmp_path: Path
) -> None:
    some = tmp_path / "some"
    some.mkdir()
    for number, path in enumerate(sorted(path for path in folder.rglob("*") if path.is_file())[::6]):
        shutil.copyfile(path, some / f"{number:03}{path.suffix}")
    take(single, some, key)
    digests = by_command_line(some, key, tmp_path / "out")
    assert saved(single) == digests
    assert len(digests) > 30


def ready(page: Page, name: str) -> tuple[int, int]:
    """The editor with that file in it; columns and rows of its picture."""
    page.get_by_role("navigation").get_by_role("button", name="Boxes").click()
    for index in range(page.get_by_label("Series or kind").locator("option").count()):
        page.get_by_label("Series or kind").select_option(str(index))
        if page.get_by_role("option", name=name).count():
            page.get_by_role("option", name=name).click()
    stage = page.locator("bme-stage canvas")
    expect(stage).to_be_visible(timeout=PATIENT_MS)
    return int(stage.get_attribute("width") or 0), int(stage.get_attribute("height") or 0)


def boxes_of(page: Page, place: Path) -> Path:
    with page.expect_download() as download:
        page.click("#store")
    download.value.save_as(place)
    return place


@pytest.mark.parametrize("way", ["pointer", "keyboard"])
@pytest.mark.parametrize("kind", ["instance", "photo"])
def test_a_box_gives_the_bytes_of_the_command_line_with_the_same_boxes_file(
    single: Page, key: Path, tmp_path: Path, way: str, kind: str
) -> None:
    sample = ROOT / "sample_data" / "input"
    source = next(sample.rglob("quillfeather_ct.dcm" if kind == "instance" else "Oriana*.jpg"))
    some = tmp_path / "some"
    some.mkdir()
    shutil.copyfile(source, some / source.name)
    page = single
    take(page, some, key)
    columns, rows = ready(page, source.name)
    if way == "pointer":
        area = page.locator("bme-stage svg").bounding_box()
        assert area
        page.mouse.move(area["x"] + area["width"] * 0.1, area["y"] + area["height"] * 0.2)
        page.mouse.down()
        page.mouse.move(area["x"] + area["width"] * 0.6, area["y"] + area["height"] * 0.4, steps=3)
        page.mouse.up()
    else:
        page.locator("bme-stage .stage").press("n")
        for keys in ("ArrowLeft", "Shift+ArrowDown"):
            page.locator("bme-stage .box").press(keys)
    boxes = boxes_of(page, tmp_path / "boxes.json")
    (rule,) = json.loads(boxes.read_text())["files"]
    (box,) = rule["boxes"]
    assert 0 < box["x"] < columns
    assert 0 < box["y"] + box["h"] < rows
    digests = by_command_line(some, key, tmp_path / "out", "--boxes", str(boxes))
    assert digests != by_command_line(some, key, tmp_path / "plain")
    assert saved(page) == digests
