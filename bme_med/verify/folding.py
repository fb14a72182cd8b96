"""Spellings of one text: without accents, umlauts written out, decomposed."""

import unicodedata

__all__ = ["fold", "is_cut_from", "spellings"]

_WRITTEN_OUT = str.maketrans(
    {"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "ø": "oe", "å": "aa", "æ": "ae", "œ": "oe", "þ": "th"}
)
_WITHOUT_MARK = str.maketrans("øłđıæß", "oldias")
"""Letters that do not decompose into a letter and its mark."""


def fold(text: str) -> str:
    """`text` in lower case, without accents.

    >>> fold("Žofie Müller"), fold("Wałęsa")
    ('zofie muller', 'walesa')
    """
    if text.isascii():
        return text.lower()
    parts = unicodedata.normalize("NFKD", text.lower())
    return "".join(part for part in parts if not unicodedata.combining(part)).translate(_WITHOUT_MARK)


def spellings(text: str) -> set[str]:
    """How people write `text`, in lower case.

    >>> sorted(spellings("Müller"))[:2]
    ['mueller', 'muller']
    """
    lowered = text.lower()
    if lowered.isascii():
        return {lowered}
    return {
        lowered,
        fold(lowered),
        fold(lowered.translate(_WRITTEN_OUT)),
        unicodedata.normalize("NFD", lowered),
        unicodedata.normalize("NFC", lowered),
    }


def is_cut_from(after: str, before: str) -> bool:
    """Whether letters and digits were left out, at most.

    >>> is_cut_from("head, for", "head, for Oriana"), is_cut_from("head of Miller", "head of Oriana")
    (True, False)
    """
    rest = iter(before)
    return all(character in rest for character in after if character.isalnum())
