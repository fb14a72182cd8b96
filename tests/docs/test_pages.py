"""What the pages show exists: commands, options, make targets, links."""

import re
from pathlib import Path

import pytest

from bme_med.core import Option
from bme_med.core.resources import read_table
from bme_med.engines import prepare
from bme_med.run import is_available, load_profile, ready_made_options
from tests.docs.reading import DOCS, ROOT, commands, examples, options_of, pages

COMMANDS = commands()
TARGETS = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
LINK = re.compile(r"(?<!!)\[[^\]]+\]\(([^)\s]+)\)")


def name(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("page", pages(), ids=name)
def test_every_command_that_a_page_shows_exists(page: Path) -> None:
    for program, *words in examples(page):
        if program == "make":
            assert next(word for word in words if "=" not in word) in TARGETS
            continue
        known = max((w for w in COMMANDS if tuple(words[: len(w)]) == w), key=len)
        assert known or words[0].startswith("-"), words
        options = {word.partition("=")[0] for word in words if word.startswith("--")}
        assert options <= options_of(COMMANDS[known]), words


@pytest.mark.parametrize("page", pages(), ids=name)
def test_every_link_leads_to_a_file(page: Path) -> None:
    for target in LINK.findall(page.read_text(encoding="utf-8")):
        if "://" not in target:
            assert (page.parent / target.partition("#")[0]).exists(), target


def test_every_page_can_be_reached_from_the_index() -> None:
    reached, waiting = set(), [DOCS / "index.md"]
    while waiting:
        page = waiting.pop()
        if page in reached or page.suffix != ".md":
            continue
        reached.add(page)
        targets = LINK.findall(page.read_text(encoding="utf-8"))
        waiting += [(page.parent / t.partition("#")[0]).resolve() for t in targets if "://" not in t]
    assert set(DOCS.rglob("*.md")) <= reached


def test_the_profile_that_a_page_shows_is_sound(tmp_path: Path) -> None:
    text = (DOCS / "tasks" / "write-a-profile.md").read_text(encoding="utf-8")
    shown = tmp_path / "our-study.toml"
    shown.write_text(text.partition("```toml\n")[2].partition("```")[0])
    assert "bme-med profiles check our-study.toml" in text
    prepare(load_profile(str(shown)))


def test_the_two_commands_of_the_readme_are_these() -> None:
    shown = [words for words in examples(ROOT / "README.md") if words[0] == "make"]
    assert shown[:2] == [["make", "demo"], ["make", "test"]]


_HEADINGS = ("What the standard asks", "What we do", "What it costs", "Limits", "Example")
_ONE_SCREEN = 45
_AVAILABLE = {option for option, part in zip(Option, ready_made_options(), strict=True) if is_available(part)}
_OPTION_PAGES = [option for option in Option if (DOCS / "options" / f"{option}.md").exists()]


def test_every_option_that_is_available_or_about_pixels_has_a_page() -> None:
    assert _AVAILABLE | {Option.CLEAN_PIXEL_DATA, Option.CLEAN_VISUAL_FEATURES} <= set(_OPTION_PAGES)


@pytest.mark.parametrize("option", _OPTION_PAGES)
def test_the_page_of_an_option_says_code_part_and_costs_and_its_example_is_sound(
    option: Option, tmp_path: Path
) -> None:
    text = (DOCS / "options" / f"{option}.md").read_text(encoding="utf-8")
    codes = {row["code_meaning"].lower().removesuffix(" option"): row for row in read_table("cid7050.csv")}
    assert f"Code {codes[option.replace('-', ' ')]['code_value']} of CID 7050, PS3.15 E.3." in text
    assert f"`option-{option}`" in text
    assert all(f"\n## {heading}\n" in text for heading in _HEADINGS)
    assert len(text.splitlines()) <= _ONE_SCREEN
    shown = tmp_path / "example.toml"
    shown.write_text(text.partition("```toml\n")[2].partition("```")[0])
    profile = load_profile(str(shown))
    prepare(profile)
    assert option in profile.options or option not in _AVAILABLE
    assert f"options/{option}.md" in (DOCS / "index.md").read_text(encoding="utf-8")
    assert f"options/{option}.md" in (DOCS / "reference" / "options.md").read_text(encoding="utf-8")
