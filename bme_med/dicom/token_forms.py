"""Patterns of IDs, places and e-mail addresses, for folded text.

An ID may come with others, with a prefix, a suffix or who assigned it (HL7 v2.5.1, 2.A.14 CX): people type
the part that is the ID, so that each part which tells an ID from a word or a measure is looked for alone.
"""

import re
from collections.abc import Iterator

from bme_med.dicom.folding import fold
from bme_med.dicom.known_words import cut_unknown_words
from bme_med.dicom.name_forms import GAP, RUNS, is_common, letters, whole_token
from bme_med.dicom.vocabulary import is_word, vocabulary

__all__ = ["email_forms", "id_forms", "place_forms", "without_emails"]

_PIECES = re.compile(r"[;,^\r\n\t]+|\s[-–|/]\s")
_DIGIT_GAP = r"[\W_]?"
_LONG_NUMBER = 6
"""Digits that people part with spaces and hyphens."""

_NUMBER_WITHIN = re.compile(rf"\d{{{_LONG_NUMBER},}}")
_SHORT_NUMBER_WITHIN = re.compile(rf"(?<!\d)(?<!\d\.)\d{{{_LONG_NUMBER - 1}}}(?!\d|\.\d)")
"""Five digits that are no component of a UID and no fraction."""

_NO_MEASURE = r"(?!\d|[.,]\d| ?(?:ms|us|s|k?hz|mm|um|k?bq|gy|x)(?![^\W\d_]))"
_TOKEN = re.compile(r"[^\s;,~|^&:/()\[\]{}<>]+")
"""What stands between the marks of lists, of HL7, and brackets."""

_PREFIXED = re.compile(r"[^\W\d_]{2,}[\W_]*\d+")
_AUTHORITIES = (3, 5)
"""Components of an HL7 CX that name who assigned the ID, and where."""

_BEFORE, _AFTER = r"(?<![^\W_])", r"(?![^\W_])"
_EMAIL = re.compile(r"(?P<local>[\w.+-]{1,64})@(?P<domain>[\w.-]{1,253})")
_SHORTEST_LOCAL = 5

_SHORTEST_WORD, _POSTCODE = 4, 5
_SHORTEST_PART, _DIGITS_OF_PART = 5, 3
_LONGEST = 128
"""Characters; what is longer is no ID."""


def id_forms(value: str) -> Iterator[tuple[str, bool]]:
    """An ID, whatever stands between its letters and digits; none where it is a word or a short number.

    A long number in it, and a part that mixes letters and digits, is a form of its own: prefixes, suffixes
    and years are left out when people write.

    >>> any(re.search(pattern, "id zq90210") for pattern, _ in id_forms("ZQ-90210_2"))
    True
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
        yield f"{_BEFORE}{GAP.join(map(letters, runs))}{_AFTER}", True
    else:
        yield GAP.join(map(_padded, runs)), True
    for number in dict.fromkeys(_NUMBER_WITHIN.findall(folded)):
        if number != "".join(runs):
            yield _single(number), True
    if len(runs) > 1:
        yield from ((form, False) for form in _part_forms(folded))
        yield from ((whole_token(name), False) for name in _authorities(value))


def place_forms(value: str) -> Iterator[tuple[str, bool]]:
    """An institution, a department, an address: whole, in its pieces, and its words that are no words."""
    yield from email_forms(value)
    whole, value = value, without_emails(value)
    for piece in dict.fromkeys((whole, *_PIECES.split(value))):
        runs = RUNS.findall(fold(piece).text)
        if len(runs) > 1 and sum(map(len, runs)) <= _LONGEST and not all(map(str.isdigit, runs)):
            yield f"{_BEFORE}{GAP.join(map(letters, runs))}{_AFTER}", True
    for run in dict.fromkeys(RUNS.findall(value)):
        is_postcode = run.isdigit() and len(run) >= _POSTCODE
        is_name = run.isalpha() and len(run) >= _SHORTEST_WORD and not is_common(run)
        if is_postcode or is_name or (len(run) > 1 and not run.isdigit() and RUNS.fullmatch(value.strip())):
            yield from id_forms(run)


def email_forms(value: str) -> Iterator[tuple[str, bool]]:
    """Each e-mail address in `value`, and what stands before its @ where that is long and no word.

    >>> [bool(re.search(pattern, "ask o.quill")) for pattern, _ in email_forms("mailto:o.quill@nib.test")]
    [False, True]
    """
    for address in _EMAIL.finditer(value):
        local = RUNS.findall(address["local"])
        domain = RUNS.findall(address["domain"])
        if not local or not domain:
            continue
        yield f"{_BEFORE}{GAP.join(map(letters, [*local, *domain]))}{_AFTER}", True
        if sum(map(len, local)) >= _SHORTEST_LOCAL and not all(map(is_common, local)):
            yield f"{_BEFORE}{GAP.join(map(letters, local))}{_AFTER}", False


def without_emails(value: str) -> str:
    """`value` with a semicolon, as between the entries of a list, for each e-mail address."""
    return _EMAIL.sub(";", value)


def _part_forms(folded: str) -> Iterator[str]:
    """Parts of an ID: letters with digits, numbers with hyphens, and five digits that no unit follows."""
    for token in dict.fromkeys(_TOKEN.findall(folded)):
        for part in dict.fromkeys((token, *RUNS.findall(token))):
            if part != folded and _is_telling(part):
                yield (r"(?<!\d)" if part[0].isdigit() else "") + _parted(part) + r"(?!\d)"
    for number in dict.fromkeys(_SHORT_NUMBER_WITHIN.findall(folded)):
        yield rf"(?<!\d)(?<!\d[.,]){_padded(number)}{_NO_MEASURE}"


def _is_telling(part: str) -> bool:
    characters = "".join(RUNS.findall(part))
    digits = sum(map(str.isdigit, characters))
    if characters.isdigit():
        return digits >= _LONG_NUMBER and not (part.isdigit() or "." in part)
    return len(characters) >= _SHORTEST_PART and digits >= _DIGITS_OF_PART and not _is_harmless(part)


def _is_harmless(part: str) -> bool:
    """Whether `part` is what protocols are made of, such as 120kV, and no prefix with a number."""
    return not _PREFIXED.fullmatch(part) and cut_unknown_words(part, vocabulary(), set()) == part


def _authorities(value: str) -> Iterator[str]:
    """Names of who assigned the IDs of an HL7 CX, unless they are words."""
    for identifier in value.split("~"):
        for number, component in enumerate(identifier.split("^")):
            if number in _AUTHORITIES:
                names = RUNS.findall(component.partition("&")[0])
                yield from (name for name in names if name.isalpha() and not _is_small(name))


def _is_small(name: str) -> bool:
    return len(name) < _SHORTEST_WORD or is_common(name) or is_word(name)


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
    pattern = _parted(run)
    return f"{_BEFORE}{pattern}{_AFTER}" if len(run) < _SHORTEST_WORD else pattern


def _parted(part: str) -> str:
    """Its letters and its digits, whatever stands between them."""
    return GAP.join(map(_padded, re.findall(r"\d+|[^\W\d_]+", part)))


def _padded(run: str) -> str:
    """A run of letters, or a number with more or fewer zeros before it."""
    stripped = run.lstrip("0")
    if not run.isdigit():
        return _spaced(run)
    return "0{0,12}" + _spaced(stripped if len(stripped) >= _SHORTEST_WORD else run)


def _spaced(run: str) -> str:
    return _DIGIT_GAP.join(run) if run.isdigit() and len(run) >= _LONG_NUMBER else letters(run)
