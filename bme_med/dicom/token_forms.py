"""Patterns of IDs, places and telephone numbers, for folded text."""

import re
from collections.abc import Iterator

from bme_med.dicom.folding import fold
from bme_med.dicom.name_forms import GAP, RUNS, is_common, letters, whole_token

__all__ = ["id_forms", "phone_forms", "place_forms"]

_PIECES = re.compile(r"[;,^\r\n\t]+|\s[-–|/]\s")
_DIGIT_GAP = r"[\W_]?"
_LONG_NUMBER = 6
"""Digits that people part with spaces and hyphens."""

_NUMBER_WITHIN = re.compile(rf"\d{{{_LONG_NUMBER},}}")

_SHORTEST_WORD, _POSTCODE = 4, 5
_LOCAL_PHONE = 7
_LONGEST = 128
"""Characters; what is longer is no ID."""


def id_forms(value: str) -> Iterator[tuple[str, bool]]:
    """An ID, whatever stands between its letters and digits; none where it is a word or a short number.

    A long number in it is a form of its own: prefixes and years are left out when people write.

    >>> [bool(re.search(pattern, "id zq90210")) for pattern, _ in id_forms("ZQ-90210")]
    [True]
    >>> [bool(re.search(pattern, "no. 4711023")) for pattern, _ in id_forms("ZQ-4711023")]
    [False, True]
    """
    folded = fold(value).text
    runs = RUNS.findall(folded)
    length = sum(map(len, runs))
    if not 2 <= length <= _LONGEST or all(map(_says_nothing, runs)):
        return
    if len(runs) == 1:
        yield _single(runs[0]), True
    elif length < _SHORTEST_WORD:
        yield rf"(?<![^\W_]){GAP.join(map(letters, runs))}(?![^\W_])", True
    else:
        yield GAP.join(map(_padded, runs)), True
    for number in dict.fromkeys(_NUMBER_WITHIN.findall(folded)):
        if number != "".join(runs):
            yield _single(number), True


def place_forms(value: str) -> Iterator[tuple[str, bool]]:
    """An institution, a department, an address: whole, in its pieces, and its words that are no words."""
    for piece in dict.fromkeys((value, *_PIECES.split(value))):
        runs = RUNS.findall(fold(piece).text)
        if len(runs) > 1 and sum(map(len, runs)) <= _LONGEST and not all(map(str.isdigit, runs)):
            yield rf"(?<![^\W_]){GAP.join(map(letters, runs))}(?![^\W_])", True
    for run in dict.fromkeys(RUNS.findall(value)):
        is_postcode = run.isdigit() and len(run) >= _POSTCODE
        is_name = run.isalpha() and len(run) >= _SHORTEST_WORD and not is_common(run)
        if is_postcode or is_name or (len(run) > 1 and not run.isdigit() and RUNS.fullmatch(value.strip())):
            yield from id_forms(run)


def phone_forms(value: str) -> Iterator[tuple[str, bool]]:
    """A telephone number from its last digits on, with what stands before them; else as an ID."""
    digits = "".join(filter(str.isdigit, fold(value).text))
    if len(digits) < _LONG_NUMBER:
        yield from id_forms(value)
        return
    core = r"[\W_]{0,2}".join(digits[:15][-_LOCAL_PHONE:])
    yield rf"(?:[+(]{{0,2}}\d[\d()\-./ ]{{0,14}})?{core}(?:\d| ?x ?\d{{1,5}})*", True
    for run in RUNS.findall(value):
        if run.isalpha() and len(run) >= _SHORTEST_WORD and not is_common(run):
            yield whole_token(run), False


def _says_nothing(run: str) -> bool:
    """Whether `run` is a word or a number so short that it stands in any text."""
    return is_common(run) or len(run) == 1 or (run.isdigit() and len(run) < 2)


def _single(run: str) -> str:
    if not run.isdigit():
        return whole_token(run) if run.isalpha() else _mixed(run)
    if len(run) < _SHORTEST_WORD:
        return whole_token(run)
    if len(run) < _LONG_NUMBER:
        return rf"(?<!\d){_padded(run)}(?!\d)"
    return _padded(run)


def _mixed(run: str) -> str:
    """Letters and digits in one run: parted or not where one turns into the other."""
    pattern = GAP.join(map(_padded, re.findall(r"\d+|\D+", run)))
    return rf"(?<![^\W_]){pattern}(?![^\W_])" if len(run) < _SHORTEST_WORD else pattern


def _padded(run: str) -> str:
    """A run of letters, or a number with more or fewer zeros before it."""
    stripped = run.lstrip("0")
    if not run.isdigit():
        return _spaced(run)
    return "0{0,12}" + _spaced(stripped if len(stripped) >= _SHORTEST_WORD else run)


def _spaced(run: str) -> str:
    return _DIGIT_GAP.join(run) if run.isdigit() and len(run) >= _LONG_NUMBER else letters(run)
