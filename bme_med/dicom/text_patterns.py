"""What identifies by its form alone: dates, times, phones, mail, numbers of people, ages over 89, addresses.

Looked for in texts that are cleaned (PS3.15, code C). Measures are left alone: ``5.0 B30f`` and ``0.5 sec``
are no numbers of a person.
"""

import re
from collections.abc import Iterator
from functools import cache

from bme_med.dicom.date_notations import find_dates
from bme_med.dicom.folding import fold
from bme_med.dicom.vocabulary import is_word

__all__ = ["age_spans", "identifying_spans"]

_OF_A_PERSON = (
    r"\d{3}-\d{2}-\d{4}"  # US SSN
    r"|(?!\d?\d[05]0 )(?:\d{3} \d{3} \d{4}|\d{4} \d{3} \d{3})"  # UK NHS; Ontario; no b values
    r"|[a-z]{2} ?\d{2} ?\d{2} ?\d{2} ?[a-d]"  # UK national insurance
    r"|[a-z]\d{9}|[ac-z] ?\d{3} \d{3} \d{3}"  # German KVNR
    r"|[12] ?\d{2} ?[01]\d ?(?:\d{2}|2[ab]) ?\d{3} ?\d{3}(?: ?\d{2})?"  # French NIR
    r"|[a-z]{6}\d{2}[a-z]\d{2}[a-z]\d{3}[a-z]"  # Italian codice fiscale
    r"|\d{8}-?[a-z]|[xyz]-?\d{7}-?[a-z]"  # Spanish DNI, NIE
    r"|756\.?\d{4}\.?\d{4}\.?\d{2}"  # Swiss AHV
    r"|\d{6}[-+a]\d{3}[0-9a-z]"  # Nordic personal numbers
    r"|\d{2}\.\d{2}\.\d{2}-\d{3}\.\d{2}"  # Belgian
    r"|(?!\d\d[05]0 )\d{4} \d{4} \d{4}(?: \d{4})?|[a-z]{5}\d{4}[a-z]"  # Indian Aadhaar, PAN; card numbers
    r"|\d{3}\.\d{3}\.\d{3}-\d{2}"  # Brazilian CPF
    r"|\d{17}[\dx]|\d{6}-\d{7}"  # Chinese, Korean
    r"|\d{3}-\d{3}-\d{3}|(?!\d[05]0 )\d{3} \d{3} \d{3}|\d{4}[- ]\d{5}[- ]\d"  # Canada, Australia
    r"|[abceghj-nprstvxy]\d[abceghj-nprstv-z] ?\d[abceghj-nprstv-z]\d"  # Canadian post code
    r"|[a-z]{2}\d{2} ?(?:[a-z]{4} ?)?(?:\d{4} ?){2,6}(?:[a-z\d]{1,3})?"  # IBAN
)
_LABELS = (
    r"mrn|pid|pat(?:ient)?[ ._-]{0,2}(?:id|nr|no|number)|ssn|nhs(?: no| number)?|kvnr|nhc|historia|dossier|id"
    r"|acc(?:ession)?(?: ?(?:no|nr|num|number))?|fall ?nr|fallnummer|auftrag(?:s ?nr)?|s/n|sn|room"
    r"|dob|birth ?date|(?:case|visit|admission|order) ?(?:no|nr|number)|serial(?: ?(?:no|nr|number))?"
    r"|born|geb|nee? le|tel|phone|fon|fax|mobile"
)
"""What stands before a number of a person."""

_ADDRESSES = (
    r"\d{1,5}[a-z]?,? (?:[^\W\d_][\w.'-]*,? ){0,3}"
    r"(?:street|road|avenue|lane|drive|boulevard|blvd|ave|ln|rd|st)\b\.?",
    r"[^\W\d_][\w-]{0,40}(?:strasse|str\.|gasse|platz|allee|weg|straat|laan|gatan|gata|vagen|vej)"
    r" ?\d{1,4} ?[a-z]?\b",
    r"(?:[^\W\d_]{1,40}er )?(?:strasse|str\.|allee|platz) \d{1,4}[a-z]?\b",
    r"\d{1,4},? (?:bis |ter )?(?:rue|avenue|boulevard|chemin|impasse|place)(?: [^\W\d_]+){1,4}",
    r"(?:calle|avenida|paseo|plaza|via|viale|piazza|rua|rue|ulica|ul\.)"
    r"(?: [^\W\d_]+){1,4},? (?:n[o.]? ?)?\d{1,4}\b",
    r"p\.? ?o\.? ?box \d+",
)
_NETWORK = (
    r"[\w.+-]{1,64} ?(?:@|[(\[{]at[)\]}]) ?[\w-]+(?:\.[\w-]+)*",
    r"(?:[a-z][a-z0-9+.-]{0,20}://|www\.)\S*[^\s,;:.)\]]",
    r"(?<![\w.-])[\w-]+(?:\.[\w-]+)*\.(?:com|org|net|edu|gov|mil|int|info|local|[a-z]{2})\b[/:]\S*",
    r"(?<![\w.-])[\w-]+(?:\.[\w-]+)*\.(?:com|org|net|edu|gov|mil|info|local|de|at|ch|fr|uk|es|it|nl|jp|cn|kr|br)\b",
    r"(?<![\w/])/(?:[\w.-]+/)+[\w.-]*|\b[a-z]:/\S+",  # paths
    r"(?<![\d.])(?:\d{1,3}\.){2}\d{1,3}\.\d{2,3}(?![\d.])|(?:[\da-f]{2}[:-]){5}[\da-f]{2}",  # IP, MAC
)
_TIMES = (
    r"(?:(?<=\d)t|(?<![\d.:]))(?:[01]?\d|2[0-4])[:h][0-5]\d(?::[0-5]\d(?:[.,]\d+)?)?"
    r"(?: ?(?:[ap]\.?m\b\.?|uhr|z|h\b|hrs))?(?!\d)",
    r"(?<![\d.])(?:0?\d|1[0-2])(?:\.[0-5]\d)? ?[ap]\.?m\b|(?<!\d)\d{1,2}(?:\.\d{2})? ?uhr\b",
    r"(?:(?:上午|下午|午前|午後) ?)?\d{1,2} ?[時时点](?: ?\d{1,2} ?分?)?",
    r"(?<![\d./])(?:0[1-9]|[12]\d|3[01])\.(?:0[1-9]|1[0-2])\.(?![\d.])",  # day and month
    r"(?<![\d.])(?<!\d[./-])(?:0\d/[0-3]?\d|[0-3]?\d/0\d)(?![\d./])",
    r"(?<![^\W_])'\d\d(?![\w'])",
    r"(?<![^\W_])(?<!\.)(?<!jpeg )(?:19\d\d|20[0-4]\d)(?![^\W_])(?![.:]\d)",  # a year
)
_NUMBERS = (
    rf"(?<![^\W_])(?:{_OF_A_PERSON})(?![^\W_])",
    rf"(?<![^\W_])(?:{_LABELS})(?![^\W_])[\s.:=#_-]{{0,3}}(?:no|nr|number)?[\s.:=#_-]{{0,3}}"
    r"(?=[^\W_]*\d)[^\W_]+(?:[-/.][^\W_]+)*",
    r"(?<![^\W_])(?:\+|00)\d[\d ()./-]{5,18}\d",  # phones
    r"(?<![\d.])\(?0\d{1,5}\)?[ /-]+\d[\d -]{3,20}\d|(?<![\d.])\(\d{2,4}\) ?\d[\d -]{4,20}\d",
    r"(?<![\d.])(?:1[-. ])?\(?(?!\d[05]0 )\d{3}\)?[-. ]\d{3}[-. ]\d{4}(?: ?(?:x|ext\.?) ?\d+)?(?!\d)",
    r"(?<![\d.-])\d{3}-\d{4}(?![\d-])",
    r"(?<![^\W_])(?<!\.)(?=(?:\d-?){7})\d+(?:-\d+)+(?![.]?\d)",
    r"(?<![\d.])(?<!\d,)\d{5,}|(?<=[a-z]\.)\d{5,}",
    r"(?<![^\W_])[a-z]{1,6}[-_#]?\d{5,}[a-z]{0,3}(?![^\W_])",
)
_OVER_89 = r"(?:9\d|1[0-3]\d)"
_REACHED = r"(?:9\d|1[01]\d)"
"""Years beside a single letter: 120 to 139 are measures there."""

_YEARS = (
    r"years?|yrs?|ys|y/?o?|jae?hr(?:en?|ig(?:e[rnms]?)?)?|jarige?|j|ans?|anos|anni|jaar|ar|aring"
    r"|let(?:n[^\W\d_]{1,8})?|лет(?:н[^\W\d_]{1,4})?|года?"
)
_AGE_OF = (
    r"(?:(?:pat(?:ient)?s?)?age[ds]?|alter|alder|edad|idade|leeftijd|возраст)(?: of| von| de)?[\s:=_-]{0,3}"
    rf"(?:[(\[](?:{_YEARS}|a)\.?[)\]][\s:=_-]{{0,3}})?"
)
_NO_NUCLIDE = r"(?!99m[ ^_-]?te?c)" + "".join(
    rf"(?<!{before})" for before in ("tc", r"tc[ ^_-]", r"technetium[ ^_-]")
)
"""No technetium 99m."""

_AGES = (
    rf"(?<![\d.]){_OVER_89} ?-?(?:{_YEARS}|y/?o?/?[fmw])(?![^\W_])(?:[- ]?old)?",
    rf"(?<![\d.]){_OVER_89} ?[歳岁세]|(?<![^\W_])0{_OVER_89}y(?![^\W_])",
    rf"(?<![^\W_]){_AGE_OF}(?:{_OVER_89}(?!\d)|0{_OVER_89}(?![\ddmw]))y?",  # 093M is months (PS3.5, 6.2)
    r"(?<![^\W_])(?:nonagen|centen)(?:arian|aire)(?![^\W_])",
    r"(?<![^\W_])ninety(?:[ -][a-z]{3,5})?[ -]years?(?:[- ]old)?(?![^\W_])",
    rf"(?<![^\W_])(?<!\d[.,/]){_NO_NUCLIDE}{_REACHED}(?:/?[fmw]| ?a\.)(?![^\W_])",
    rf"(?<![^\W_])[fm]/{_REACHED}(?![^\W_])(?![.,]\d)",
    r"(?<![\d.])(?:10[89]\d|1[1-6]\d\d) ?-?(?:mos?|months?|monate?n?|mois|meses|mesi|maanden)"
    r"(?![^\W_])(?:[- ]?old)?",
)
_CAPITAL = "[A-ZÄÖÜÉÈÁÍÓÚÑÇŠŽŁØÅ]"
_NAME = r"[^\W\d_]+(?:['’-][^\W\d_]+)*"
_NEXT_NAME = rf"(?:[\s.,_^]{{1,2}}(?:{_CAPITAL}[a-zà-žß]+(?:['’-][A-Z]?[a-zà-ž]+)*|[A-Z]\b\.?(?!\d))){{0,2}}"
_HONORIFICS = (
    "Dr Prof Mr Mrs Ms Mx Miss Herr Herrn Frau Hr Mme Mlle Sra Srta Sig Dott Dra Don Doña Dña Fru"
).replace(" ", "|")
_DEGREES = r"med|habil|rer|nat|phil|dent|h\.?c"
_PERSONS = (
    rf"(?<![^\W_])(?:{_HONORIFICS})\.?[ _^]+(?:(?:{_HONORIFICS}|{_DEGREES})\.?[ _^]+)*"
    rf"(?={_CAPITAL}){_NAME}{_NEXT_NAME}",
    rf"(?<![^\W_])(?i:dr|prof|mr|mrs|ms|hr|fr|sra?)\.[ _^]*(?:(?i:dr|prof|{_DEGREES})\.?[ _^]+)*"
    rf"{_NAME}{_NEXT_NAME}",
    r"(?<![^\W\d_])[^\W\d_]{1,64}\^[^\W\d_]{1,64}(?:\^[^\W\d_]*)+",
)
_LED = (
    r"(?<![^\W_])(?:[Pp]atient(?:in)?|PATIENT|[Pp]t|[Nn]ame|NAME|Schwester|Nurse|Sister|Pfleger|[Ff]or|FOR|[Bb]y|BY)"
    rf"[.:=]{{0,2}}[ _]+(?P<name>(?={_CAPITAL}){_NAME}){_NEXT_NAME}"
)
"""A name that follows a word which says whose it is."""


@cache
def _folded_patterns() -> tuple[re.Pattern[str], ...]:
    """One expression a kind: what is one kind's may overlap another's."""
    return tuple(re.compile("|".join(kind)) for kind in (_NETWORK, _TIMES, _NUMBERS, _AGES, _ADDRESSES))


@cache
def _person_patterns() -> re.Pattern[str]:
    return re.compile("|".join((*_PERSONS, _LED)))


@cache
def _age_pattern() -> re.Pattern[str]:
    return re.compile("|".join(_AGES))


def age_spans(text: str) -> Iterator[tuple[int, int]]:
    """Where in `text` an age over 89 stands.

    >>> [text[a:b] for text in ["97 year old, 45 years"] for a, b in age_spans(text)]
    ['97 year old']
    """
    folded = fold(text)
    return (folded.span(*match.span()) for match in _age_pattern().finditer(folded.text))


def identifying_spans(text: str) -> Iterator[tuple[int, int]]:
    """Where in `text` something stands that has the form of an identifier.

    >>> [text[a:b] for text in ["seen 9.3.24 at 10:15"] for a, b in identifying_spans(text)]
    ['9.3.24', '10:15']
    """
    for match in _person_patterns().finditer(text):
        if not (match["name"] and is_word(match["name"])):
            yield match.span()
    folded = fold(text)
    for found in find_dates(folded.text):
        if found.is_plain:
            yield folded.span(found.start, found.end)
    for pattern in _folded_patterns():
        for match in pattern.finditer(folded.text):
            yield folded.span(*match.span())
