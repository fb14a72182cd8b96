"""Removed private attributes, one action a block: a scanner writes hundreds, and an audit has a line a file.

The name of a block's creator comes from the file and may be a person's or a site's: it is not repeated.
"""

import re
from collections.abc import Iterable
from functools import lru_cache

from bme_med.core import Action, Code

__all__ = ["attributes_in", "by_block"]

_PRIVATE = re.compile(r"(.*\([0-9A-F]{3}[13579BDF],)(?:00([0-9A-F]{2})|([0-9A-F]{2})[0-9A-F]{2})\)")
_BLOCK = re.compile(r"xx\), (\d+) attributes?$")


def by_block(actions: Iterable[Action]) -> list[Action]:
    """`actions` with those that remove private attributes of one block as one, where the first of them stood.

    >>> removed = [Action(f"(0019,10{n})", Code.X, "private") for n in ("08", "0A")]
    >>> [action.where for action in by_block([Action("(0019,0010)", Code.X, "private"), *removed])]
    ['(0019,10xx), 3 attributes']
    """
    merged: dict[tuple[str, str], int] = {}
    kept: list[Action | tuple[str, str]] = []
    for action in actions:
        block = _block_of(action.where) if action.code is Code.X else ""
        if not block:
            kept.append(action)
            continue
        key = block, action.rule
        if key not in merged:
            kept.append(key)
        merged[key] = merged.get(key, 0) + 1
    return [one if isinstance(one, Action) else _whole(*one, merged[one]) for one in kept]


def attributes_in(where: str) -> int:
    """How many attributes `where` of an action speaks of."""
    match = _BLOCK.search(where) if where.endswith(("attribute", "attributes")) else None
    return int(match[1]) if match else 1


@lru_cache(maxsize=65_536)
def _block_of(where: str) -> str:
    """The block of a private attribute or its creator, such as ``(0019,10xx)``, or nothing."""
    match = _PRIVATE.fullmatch(where)
    return f"{match[1]}{match[2] or match[3]}xx)" if match else ""


@lru_cache(maxsize=65_536)
def _whole(block: str, rule: str, count: int) -> Action:
    return Action(f"{block}, {count} attribute{'' if count == 1 else 's'}", Code.X, rule)
