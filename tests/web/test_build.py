"""The built edition: the same bytes wherever it is built, and what it carries."""

import hashlib
import re
import shutil
from pathlib import Path

import pytest

from tests.web.building import ROOT, WEB, build, built_site

SINGLE = "bme-med.html"


def test_the_single_file_comes_with_its_digest() -> None:
    built_site()
    page = (ROOT / "dist" / SINGLE).read_bytes()
    assert (
        ROOT / "dist" / f"{SINGLE}.sha256"
    ).read_text() == f"{hashlib.sha256(page).hexdigest()}  {SINGLE}\n"


def test_the_single_file_asks_for_nothing_beside_it() -> None:
    built_site()
    page = (ROOT / "dist" / SINGLE).read_text(encoding="utf-8")
    markup = re.sub(r"<(script|style)\b([^>]*)>.*?</\1>", r"<\1\2>", page, flags=re.DOTALL)
    assert not re.search(r"\b(src|href)=", markup)
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]+)"', markup)
    assert policy
    assert policy[1].startswith("default-src 'none'; ")
    assert "connect-src" not in policy[1]
    assert markup.index(policy[0]) < markup.index("<script")


def test_the_policies_allow_no_code_from_elsewhere() -> None:
    policies = [(built_site() / "policy.txt").read_text()]
    policies += re.findall(
        r'content="(default-src[^"]+)"', (ROOT / "dist" / SINGLE).read_text(encoding="utf-8")
    )
    assert len(policies) == 2
    for policy in policies:
        assert "default-src 'none'" in policy
        for loose in ("'unsafe-eval'", "'unsafe-inline'", "http:", "https:", "*", "data: 'self'"):
            assert loose not in policy


@pytest.mark.parametrize(
    "name", ["pyodide 314.0.7: MPL-2.0", "lit 3", "client-zip 2", "pydicom 3", "jinja2 3"]
)
def test_licences_of_what_the_page_carries_go_along(name: str) -> None:
    for path in (built_site() / "NOTICE.txt", ROOT / "dist" / SINGLE):
        text = path.read_text(encoding="utf-8")
        assert name in text
        assert "https://github.com/pyodide/pyodide" in text


def test_nothing_of_this_machine_stands_in_what_is_built() -> None:
    for path in sorted(built_site().rglob("*")):
        if path.suffix in (".js", ".html", ".txt"):
            assert str(ROOT) not in path.read_text(encoding="utf-8"), path


def test_the_lock_names_no_registry() -> None:
    text = (WEB / "package-lock.json").read_text()
    assert '"resolved"' not in text


@pytest.mark.nightly
def test_another_checkout_builds_the_same_bytes(tmp_path: Path) -> None:
    built_site()
    for name in ("bme_med", "profiles"):
        made = shutil.ignore_patterns("node_modules", "site", "__pycache__")
        shutil.copytree(ROOT / name, tmp_path / name, ignore=made)
    shutil.copy(ROOT / "LICENSE", tmp_path / "LICENSE")
    shutil.copytree(WEB / "node_modules", tmp_path / "bme_med" / "web" / "node_modules", symlinks=True)
    build(tmp_path / "bme_med" / "web")
    assert (tmp_path / "dist" / SINGLE).read_bytes() == (ROOT / "dist" / SINGLE).read_bytes()
    others = {path.relative_to(tmp_path) for path in (tmp_path / "bme_med" / "web" / "site").rglob("*")}
    assert others == {path.relative_to(ROOT) for path in built_site().rglob("*")}
