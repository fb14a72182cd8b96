"""What is decided about one attribute."""

from dataclasses import dataclass
from enum import Enum, auto

from bme_med.core import Action
from bme_med.dicom.multiplicity import ANY_LENGTH

__all__ = ["NOT_UNDERSTOOD", "Decision", "Do"]

NOT_UNDERSTOOD = "but the value is no"
"""In the rule of an action: what would stay goes, as it is not what its VR promises; the VR follows."""


class Do(Enum):
    """What the engine does with a value."""

    KEEP = auto()
    REMOVE = auto()
    EMPTY = auto()
    DUMMY = auto()
    UID = auto()
    """Replace each UID that the standard does not register."""
    CLASS_UID = auto()
    """Keep UIDs that name a class, a syntax or a coding scheme, unless an identifier stands in one."""
    KEPT_UID = auto()
    """Keep UIDs, as long as they are UIDs."""
    SHIFT = auto()
    YEAR = auto()
    AGE = auto()
    """Keep, but 90 years and more become ``090Y``."""
    SEARCH = auto()
    """Keep, but cut out what was harvested as identifying."""
    CODED = auto()
    """Keep what fits the VR's repertoire; else a CS is searched, and numbers and times fall back."""
    WORDS = auto()
    """Cut out identifiers, what has their form, and words that the vocabulary does not know."""
    CODE_VALUE = auto()
    """Keep the standard's codes; else as `SEARCH`."""
    CODE_MEANING = auto()
    """Keep where it is what the standard says of the code beside it; else as `WORDS`."""
    ICC = auto()
    LAYER = auto()
    """Keep a name of known words; else a keyed one, the same wherever the layer is named."""
    RECURSE = auto()


@dataclass(frozen=True, slots=True, eq=False)
class Decision:
    """The fate of one attribute. Compared by identity: a table makes each once.

    Attributes
    ----------
    fallback
        What happens where `do` cannot be done, such as to a malformed date.
    value
        Template of the value that `Do.DUMMY` writes, where the profile gives one.
    vr
        Of a private attribute: the VR that its value is read by, also where the file says UN or nothing.
    lengths
        Of `Do.KEEP`: how many bytes the value may have.
    is_searched
        Of `Do.KEEP`: whether the bytes have room for a text, so that they are searched for identifiers.
    """

    do: Do
    action: Action
    fallback: "Decision | None" = None
    value: str | None = None
    vr: str = ""
    lengths: range = ANY_LENGTH
    is_searched: bool = False
