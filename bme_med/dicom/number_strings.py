"""Decimal and Integer Strings (PS3.5, 6.2): which stay as they are, and which become legal.

Devices write more than the standard allows. What every reader takes for the number it is stays; what can mean
one number only is rewritten; the rest is not understood.
"""

import re

__all__ = ["count", "is_legal", "legible"]

_NUMBERS = {
    "DS": rb"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[Ee][+-]?\d+)?",
    "IS": rb"[+-]?(?:\d+(?:\.\d*)?|\.\d+)",
}
_LEGAL = {"DS": rb"(?=[^\\]{0,16}(?:\\|\Z))" + _NUMBERS["DS"], "IS": rb"[+-]?\d{1,12}"}
_PADDING = b" \t\n\v\f\r\0"
_DECIMAL_COMMA = re.compile(rb"[+-]?\d*,\d+")
_THOUSANDS = re.compile(rb"[+-]?[1-9]\d{0,2},\d{3}")
"""What may be a thousand times the number with a decimal comma."""

_COUNT = re.compile(r"\+?\d{1,12}")


def _values(number: bytes) -> re.Pattern[bytes]:
    """Any number of values, each empty or one of those, padded with spaces; one NUL may end them all."""
    value = rb" *+(?:" + number + rb" *+)?"
    return re.compile(value + rb"(?:\\" + value + rb")*\0?")


_STAYING = {vr: _values(number) for vr, number in _NUMBERS.items()}
_WITHIN_LIMITS = {vr: _values(number) for vr, number in _LEGAL.items()}


def is_legal(vr: str, raw: bytes) -> bool:
    """Whether all values keep to the VR, its length included; empty ones and padding are no matter."""
    return _WITHIN_LIMITS[vr].fullmatch(raw) is not None


def legible(vr: str, raw: bytes) -> bytes | None:
    r"""`raw` where every reader understands it, else its legal form; nothing where that is in doubt.

    >>> legible("DS", b"0,66\\0,66"), legible("DS", b"-1024.0\t"), legible("IS", b"7.0")
    (b'0.66\\0.66', b'-1024.0', b'7.0')
    >>> legible("DS", b"1,024"), legible("DS", b"NaN"), legible("DS", b"12.03.1978")
    (None, None, None)
    """
    if _STAYING[vr].fullmatch(raw):
        return raw
    values = [value.strip(_PADDING) for value in raw.split(b"\\")]
    if any(map(_THOUSANDS.fullmatch, values)):
        return None
    new = b"\\".join(v.replace(b",", b".") if _DECIMAL_COMMA.fullmatch(v) else v for v in values)
    return new if _STAYING[vr].fullmatch(new) else None


def count(value: str) -> int:
    """An Integer String that counts something; 0 where it is no number, or a negative one.

    >>> count("+15"), count("15"), count("-15"), count("1e1")
    (15, 15, 0, 0)
    """
    return int(value) if value.isascii() and _COUNT.fullmatch(value) else 0
