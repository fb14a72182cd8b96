"""The wheel: what a user gets, installed without anything that development needs."""

import shutil
import subprocess
import sys
import venv
import zipfile
from importlib.metadata import Distribution, distribution, distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).parents[1]
SHIPPED = ("bme_med", "profiles", "docs", "pyproject.toml", "README.md", "LICENSE", ".gitignore")
TABLES = {".toml", ".csv", ".tsv", ".json", ".txt"}
PAGE = ("index.html", "policy.txt", "assets/worker.js")
LOCAL = "profiles/of_our_ward.toml"
DEVELOPMENT = ("onnxruntime", "highdicom", "hypothesis", "pytest")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built from a copy of the checkout that holds one more profile, which git ignores."""
    tree = tmp_path_factory.mktemp("checkout")
    left = shutil.ignore_patterns("node_modules", "site")
    for name in SHIPPED:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, tree / name, ignore=left)
        else:
            shutil.copy(ROOT / name, tree / name)
    for name in PAGE:
        path = tree / "bme_med" / "web" / "site" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("built")
    (tree / LOCAL).write_text('name = "of-our-ward"\n')
    with (tree / ".gitignore").open("a") as ignored:
        ignored.write(f"/{LOCAL}\n")
    command = [
        sys.executable,
        "-m",
        "build",
        "--wheel",
        "--no-isolation",
        "--outdir",
        str(tree / "dist"),
        str(tree),
    ]
    subprocess.run(command, check=True, capture_output=True)
    (path,) = (tree / "dist").glob("*.whl")
    return path


@pytest.fixture(scope="module")
def fresh(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Commands of a virtual environment that holds the wheel and what it says it depends on, as links."""
    folder = tmp_path_factory.mktemp("venv")
    venv.create(folder, symlinks=True)
    python = folder / "bin" / "python"
    command = [sys.executable, "-m", "pip", "--python", str(python), "install", "--no-deps", str(wheel)]
    subprocess.run(command, check=True, capture_output=True)
    (site,) = folder.glob("lib/python*/site-packages")
    (ours,) = distributions(name="bme-med", path=[str(site)])
    for needed in needed_by(ours, {}).values():
        for top in {file.parts[0] for file in needed.files or ()} - {"..", "__pycache__"}:
            if not (site / top).exists():
                (site / top).symlink_to(str(needed.locate_file(top)))
    return folder / "bin"


def needed_by(one: Distribution, found: dict[str, Distribution]) -> dict[str, Distribution]:
    """What `one` needs without its extras, and what that needs in turn."""
    for requirement in map(Requirement, one.requires or ()):
        wanted = not requirement.marker or requirement.marker.evaluate({"extra": ""})
        if wanted and requirement.name not in found:
            found[requirement.name] = distribution(requirement.name)
            needed_by(found[requirement.name], found)
    return found


def run(*command: str | Path, cwd: Path) -> str:
    """What `command` prints; it must end well."""
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=cwd)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_every_profile_and_table_is_in_the_wheel_and_nothing_local(wheel: Path) -> None:
    packed = {name for name in zipfile.ZipFile(wheel).namelist() if name.startswith("bme_med/profiles/")}
    tables = {path.name for path in (ROOT / "profiles").iterdir() if path.suffix in TABLES}
    assert packed == {f"bme_med/profiles/{name}" for name in tables}


def test_nothing_but_the_package_is_in_the_wheel(wheel: Path) -> None:
    tops = {name.split("/")[0] for name in zipfile.ZipFile(wheel).namelist()}
    assert tops == {"bme_med", wheel.name.removesuffix("-py3-none-any.whl") + ".dist-info"}


def test_the_built_page_is_in_the_wheel_and_its_sources_are_not(wheel: Path) -> None:
    folder = "bme_med/web/"
    packed = {
        name.removeprefix(folder) for name in zipfile.ZipFile(wheel).namelist() if name.startswith(folder)
    }
    modules = {path.name for path in (ROOT / folder).glob("*.py")}
    assert packed == {*modules, *(f"site/{name}" for name in PAGE)}


def test_the_face_model_is_in_the_wheel_with_its_notice_and_not_the_script_that_made_it(wheel: Path) -> None:
    folder = "bme_med/pixels/detect/weights/"
    packed = {name for name in zipfile.ZipFile(wheel).namelist() if name.startswith(folder)}
    assert packed == {folder + "centerface.onnx", folder + "NOTICE.txt"}


def test_the_command_works_without_development_packages(fresh: Path, tmp_path: Path) -> None:
    for package in DEVELOPMENT:
        done = subprocess.run([fresh / "python", "-c", f"import {package}"], capture_output=True, check=False)
        assert b"ModuleNotFoundError" in done.stderr, package
    assert "deid" in run(fresh / "bme-med", "--help", cwd=tmp_path)
    listed = run(fresh / "bme-med", "profiles", "list", cwd=tmp_path)
    for profile in (ROOT / "profiles").glob("*.toml"):
        assert profile.stem in listed
    shown = run(fresh / "bme-med", "profiles", "show", "hipaa-safe-harbor", cwd=tmp_path)
    assert "year" in shown


def test_the_installed_command_de_identifies(fresh: Path, tmp_path: Path) -> None:
    sample = next((ROOT / "sample_data" / "input").rglob("IM0001.dcm"))
    run(fresh / "bme-med", "deid", sample, "--out", tmp_path / "clean", cwd=tmp_path)
    assert len(list((tmp_path / "clean").rglob("*.dcm"))) == 1


_REPORT = """
import sys
from pathlib import Path
from bme_med.audit import read_file
from bme_med.report import write_report
out, page = map(Path, sys.argv[1:])
write_report(page, read_file(out.with_name(out.name + ".audit.jsonl")), out, source=None, findings=None)
"""


def test_an_installation_can_test_itself_and_write_a_report(fresh: Path, tmp_path: Path) -> None:
    scans = tmp_path / "scans"
    scans.mkdir()
    shutil.copy(next((ROOT / "sample_data" / "input").rglob("IM0001.dcm")), scans)
    told = run(fresh / "bme-med", "selftest", scans, cwd=tmp_path)
    assert "0 though it does not" in told
    run(fresh / "bme-med", "deid", scans, "--out", tmp_path / "clean", cwd=tmp_path)
    run(fresh / "python", "-c", _REPORT, tmp_path / "clean", tmp_path / "report.html", cwd=tmp_path)
    assert "<b>1</b>written" in (tmp_path / "report.html").read_text()
