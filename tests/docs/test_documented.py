"""Everything that a user can say has its place in the reference."""

import re

import pytest

from bme_med.core import Code, Option
from bme_med.core.profile_keys import KEYS, Key
from bme_med.core.resources import profile_names
from tests.docs.reading import DOCS, ROOT, commands, options_of, section

REFERENCE = DOCS / "reference"
COMMANDS = commands()


def read(name: str) -> str:
    return (REFERENCE / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_every_command_is_documented_with_its_options(words: tuple[str, ...]) -> None:
    below = section(read("cli.md"), " ".join(("## bme-med", *words)))
    for option in options_of(COMMANDS[words]):
        assert re.search(rf"(?<!\S){option}(?!\S)", below), option


@pytest.mark.parametrize("words", [words for words in COMMANDS if words], ids=" ".join)
def test_every_command_that_does_something_has_an_example(words: tuple[str, ...]) -> None:
    command = COMMANDS[words]
    if not hasattr(command, "commands"):
        assert f"  bme-med {' '.join(words)}" in command.help


@pytest.mark.parametrize("key", KEYS, ids=lambda key: key.path)
def test_every_profile_key_is_documented_with_its_choices(key: Key) -> None:
    below = section(read("profile-keys.md"), f"### `{key.path}`")
    assert key.doc in below
    for choice in key.choices:
        assert f"`{choice}`" in below


@pytest.mark.parametrize("code", Code)
def test_every_action_code_is_documented(code: Code) -> None:
    assert f"\n| `{code}` | " in read("action-codes.md")


@pytest.mark.parametrize("option", Option)
def test_every_option_of_the_standard_is_documented(option: Option) -> None:
    assert f"\n| `{option}` | 1131" in read("options.md")


@pytest.mark.parametrize("name", profile_names())
def test_every_ready_made_profile_is_documented(name: str) -> None:
    assert f"\n**`{name}`** " in read("profiles.md")


@pytest.mark.parametrize("code", range(4))
def test_every_exit_code_is_documented_in_the_words_of_the_help(code: int) -> None:
    said = re.search(rf"^  {code}  (.+)$", COMMANDS[()].help, re.MULTILINE)
    assert said
    meaning = said[1].replace("--resume", "`--resume`")
    for page in (ROOT / "README.md", REFERENCE / "cli.md"):
        assert f"\n| {code} | {meaning} |\n" in page.read_text(encoding="utf-8")


def test_every_test_that_the_conformance_page_names_exists() -> None:
    text = section(read("conformance.md"), "## What shows it")
    named = re.findall(r"`(test_\w+\.py)`: ((?:`test_\w+`(?:, )?)+)", text)
    assert len(named) > 5
    for file, tests in named:
        code = (ROOT / "tests" / "dicom" / file).read_text(encoding="utf-8")
        for test in re.findall(r"`(\w+)`", tests):
            assert f"def {test}(" in code, test
