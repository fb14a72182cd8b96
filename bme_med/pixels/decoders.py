"""Whether decoders of compressed pixels are installed; a browser has none of them."""

from importlib.util import find_spec

from bme_med.core import UnsupportedFileError

__all__ = ["are_installed", "require_decoders"]

_DECODERS = ("numpy", "imagecodecs", "PIL")
_ABSENT = (
    "boxes on pixels that are coded like this need decoders that a browser does not have: use the command "
    "line, bme-med redact FILE --out FILE --box X,Y,W,H"
)


def are_installed() -> bool:
    """Whether all are that bme-med installs."""
    try:
        return all(find_spec(name) for name in _DECODERS)
    except ImportError:
        return False


def require_decoders() -> None:
    """Raise where there are none.

    Raises
    ------
    UnsupportedFileError
        With what to do.
    """
    if not are_installed():
        raise UnsupportedFileError(_ABSENT)
