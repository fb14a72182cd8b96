"""What cog puts into README and docs/reference/, so that it says what the program says (``make docs``)."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import typer
from typer.testing import CliRunner

from bme_med.cli.app import app
from bme_med.core import DatePolicy, Option, parse_profile
from bme_med.core.naming import default_path
from bme_med.core.profile_keys import KEYS, Key
from bme_med.core.resources import profile_names, read_resource, read_table
from bme_med.run import is_available, ready_made_options

__all__ = ["cli", "options", "profile_keys", "profiles"]

_EFFECTS = {
    Option.CLEAN_PIXEL_DATA: "paints over text in pixels",
    Option.CLEAN_VISUAL_FEATURES: "removes faces and what else is recognisable",
    Option.CLEAN_GRAPHICS: "keeps graphic annotations, their text reduced to known words; overlay planes go",
    Option.CLEAN_STRUCTURED_CONTENT: "keeps structured reports and key objects, cleaned item by item",
    Option.CLEAN_DESCRIPTORS: "keeps descriptions and comments, reduced to known words that identify no one",
    Option.FULL_DATES: "keeps dates and times; sets the date policy, and excludes the next option",
    Option.MODIFIED_DATES: "shifts dates by whole days per patient; sets the date policy to `shift`",
    Option.RETAIN_PATIENT_CHARACTERISTICS: "keeps sex, age, size, weight, smoking status and the like",
    Option.RETAIN_DEVICE_IDENTITY: "keeps serial numbers, station names and other identity of devices",
    Option.RETAIN_UIDS: "keeps UIDs, so that whoever has both can match outputs with sources",
    Option.RETAIN_SAFE_PRIVATE: "keeps the private attributes of Table E.3.10-1",
    Option.RETAIN_INSTITUTION_IDENTITY: "keeps name, address and department of the institution",
}


def table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    """A Markdown table."""
    lines = [head, ("---",) * len(head), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def cli() -> str:
    """The help of every command, as a terminal of 88 columns shows it."""
    return "\n".join(_help(*names) for names in _commands(typer.main.get_command(app)))


def _commands(command: Any, *names: str) -> Iterator[tuple[str, ...]]:
    """The words of `command` and of every command below it."""
    yield names
    for name, below in getattr(command, "commands", {}).items():
        yield from _commands(below, *names, name)


def _help(*names: str) -> str:
    result = CliRunner().invoke(app, [*names, "--help"], prog_name="bme-med", env={"COLUMNS": "88"})
    lines = (line.rstrip() for line in result.output.strip().splitlines())
    return f"## {' '.join(('bme-med', *names))}\n\n```text\n{chr(10).join(lines)}\n```\n"


def profile_keys() -> str:
    """Every key that a profile may have, one section a table of TOML."""
    text, section = "", None
    for key in KEYS:
        *tables, _ = key.path.split(".")
        if tables != section:
            section = tables
            text += f"\n## [{'.'.join(tables)}]\n" if tables else "\n## At the top\n"
        text += f"\n### `{key.path}`\n\n{key.doc}\n\n* {_values(key)}\n* {_default(key)}\n"
    return text.lstrip("\n")


def _values(key: Key) -> str:
    if key.choices:
        words = ", ".join(f"`{choice}`" for choice in key.choices)
        return f"Any of {words}." if key.kind is list else f"One of {words}."
    if key.kind is dict:
        return "A table."
    return "Text." if key.kind is str else "Text, or a list of texts."


def _default(key: Key) -> str:
    if key.path == "name":
        return "Must be there."
    if key.default is None:
        return {
            "extends": "Without it: the defaults on this page.",
            "dates.policy": f"Without it: what a temporal option implies, else `{DatePolicy.REMOVE}`.",
            "files.pattern": "Without it: `Study_{n:03}` for `sequential`, `Case_{hash}` for `hash`.",
            "files.dicom-path": f"Without it: `{default_path('none')}`, and with a DICOMDIR "
            f"`{default_path('rebuild')}`.",
        }[key.path]
    return f"Default: `{key.default}`." if key.default else "Default: empty."


def options() -> str:
    """The options of PS3.15, E.3: our name, code of CID 7050, whether this version has it, what it does."""
    codes = {
        row["code_meaning"].lower().removesuffix(" option").replace(" ", "-"): row["code_value"]
        for row in read_table("cid7050.csv")
    }
    rows = [
        (
            f"`{option}`",
            codes[option],
            "yes" if is_available(part) else "**no**",
            f"{_EFFECTS[option]}{_page(option)}",
        )
        for option, part in zip(Option, ready_made_options(), strict=True)
    ]
    return table(("`dicom.options`", "code", "available", "what it does"), rows)


def _page(option: Option) -> str:
    """Link to the page of `option`, as the reference sees it."""
    page = Path(__file__).parent / "options" / f"{option}.md"
    return f": [more](../options/{page.name})" if page.is_file() else ""


def profiles() -> str:
    """The ready-made profiles."""
    loaded = [parse_profile(name, _read) for name in profile_names()]
    rows = [(f"`{p.name}`", p.title, f"`{p.dates}`", f"`{p.burned_in}`") for p in loaded]
    return table(("profile", "what for", "dates", "risk of burned-in text"), rows)


def _read(name: str) -> tuple[str, str]:
    return name, read_resource(f"{name}.toml")
