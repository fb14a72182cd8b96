"""Specific Character Set: text from bytes and back (PS3.3, C.12.1.1.2; PS3.5, 6.1.2).

Single sets and UTF-8, GB18030 and GBK by Python's codecs; code extensions (ISO 2022) by escape sequences.
Writers forget escapes: a value is tried in each declared set in turn.
"""

import re
from dataclasses import dataclass

__all__ = ["decode", "encode"]

_SINGLE = {
    "": "ascii",
    "ISO_IR 6": "ascii",
    "ISO_IR 13": "shift_jis",
    "ISO_IR 100": "iso8859_1",
    "ISO_IR 101": "iso8859_2",
    "ISO_IR 109": "iso8859_3",
    "ISO_IR 110": "iso8859_4",
    "ISO_IR 126": "iso8859_7",
    "ISO_IR 127": "iso8859_6",
    "ISO_IR 138": "iso8859_8",
    "ISO_IR 144": "iso8859_5",
    "ISO_IR 148": "iso8859_9",
    "ISO_IR 166": "tis_620",
    "ISO_IR 203": "iso8859_15",
    "ISO_IR 192": "utf_8",
    "GB18030": "gb18030",
    "GBK": "gbk",
}


@dataclass(frozen=True, slots=True)
class _Extension:
    """A set that an escape sequence designates.

    Attributes
    ----------
    is_g0
        Whether it takes the place of ASCII, which must then be designated again.
    """

    escape: bytes
    codec: str
    is_g0: bool = False


_EXTENSIONS = {
    "ISO_IR 100": _Extension(b"\x1b-A", "iso8859_1"),
    "ISO_IR 101": _Extension(b"\x1b-B", "iso8859_2"),
    "ISO_IR 109": _Extension(b"\x1b-C", "iso8859_3"),
    "ISO_IR 110": _Extension(b"\x1b-D", "iso8859_4"),
    "ISO_IR 126": _Extension(b"\x1b-F", "iso8859_7"),
    "ISO_IR 127": _Extension(b"\x1b-G", "iso8859_6"),
    "ISO_IR 138": _Extension(b"\x1b-H", "iso8859_8"),
    "ISO_IR 144": _Extension(b"\x1b-L", "iso8859_5"),
    "ISO_IR 148": _Extension(b"\x1b-M", "iso8859_9"),
    "ISO_IR 166": _Extension(b"\x1b-T", "tis_620"),
    "ISO_IR 203": _Extension(b"\x1b-b", "iso8859_15"),
    "ISO_IR 13": _Extension(b"\x1b)I", "shift_jis"),
    "ISO_IR 87": _Extension(b"\x1b$B", "iso2022_jp", is_g0=True),
    "ISO_IR 159": _Extension(b"\x1b$(D", "iso2022_jp_2", is_g0=True),
    "ISO_IR 149": _Extension(b"\x1b$)C", "euc_kr"),
    "ISO_IR 58": _Extension(b"\x1b$)A", "gb2312"),
}
_ESCAPES = {
    b"\x1b(B": "ascii",
    b"\x1b(J": "shift_jis",
    **{extension.escape: extension.codec for extension in _EXTENSIONS.values()},
}
_ESCAPE = re.compile(rb"\x1b(?:\$[()]?[A-D]|[()-][A-Za-z])")
_DELIMITERS = re.compile(r"([\\\r\n\f\t])")
"""Where each set must be designated anew (PS3.5, 6.1.2.5.3)."""


def decode(raw: bytes, charset: str) -> str | None:
    r"""The text of `raw` under ``(0008,0005)`` = `charset`, or nothing where it does not decode.

    >>> decode(b"M\xfcller", "ISO_IR 100")
    'Müller'
    """
    if raw.isascii() and b"\x1b" not in raw:
        return raw.decode("ascii")
    terms = _terms(charset)
    codecs = [_SINGLE[term] for term in terms if term in _SINGLE]
    for codec in codecs or (["ascii"] if terms[0] in _EXTENSIONS else []):
        try:
            return _decode_extended(raw, codec) if b"\x1b" in raw else raw.decode(codec)
        except UnicodeDecodeError:
            continue
    return None


def encode(text: str, charset: str) -> bytes | None:
    r"""`text` under `charset`, with escape sequences where it declares them; nothing where it cannot be done.

    >>> encode("山", "\\ISO 2022 IR 87")
    b'\x1b$B;3\x1b(B'
    """
    if text.isascii():
        return text.encode("ascii")
    terms = _terms(charset)
    initial = _SINGLE.get(terms[0], "ascii" if terms[0] in _EXTENSIONS else "")
    if not initial:
        return None
    whole = _encode_in(text, initial)
    if whole is not None:
        return whole
    out = bytearray()
    for part in _DELIMITERS.split(text):
        raw = _encode_extended(part, terms, initial)
        if raw is None:
            return None
        out += raw
    return bytes(out)


def _terms(charset: str) -> list[str]:
    return [term.strip().replace("ISO 2022 IR", "ISO_IR") for term in charset.split("\\")]


def _decode_extended(raw: bytes, codec: str) -> str:
    """Text with escape sequences: each run in the set that its escape designates (PS3.5, 6.1.2.5)."""
    parts: list[str] = []
    position, active, escape = 0, codec, b""
    for match in [*_ESCAPE.finditer(raw), None]:
        run = raw[position : match.start() if match else len(raw)]
        if active.startswith("iso2022"):
            parts.append((escape + run + b"\x1b(B").decode(active))
        else:
            parts.append(run.decode(active))
        if match:
            escape = match.group()
            active = _ESCAPES.get(escape, codec)
            position = match.end()
    return "".join(parts)


def _encode_extended(text: str, terms: list[str], initial: str) -> bytes | None:
    """A text without delimiters, character by character, in the first set that has each."""
    sets = [_EXTENSIONS[term] for term in terms if term in _EXTENSIONS]
    home = _EXTENSIONS.get(terms[0])
    back_to_ascii = b"\x1b(J" if initial == "shift_jis" else b"\x1b(B"
    out = bytearray()
    active: _Extension | None = None
    for character in text:
        wanted, raw = _encode_character(character, initial, sets, active)
        if raw is None:
            return None
        if wanted is None and active and not active.is_g0:
            wanted = active if character.isascii() else home
        if wanted is not active:
            out += back_to_ascii if active and active.is_g0 else b""
            out += wanted.escape if wanted else b""
            active = wanted
        out += raw
    return bytes(out + back_to_ascii if active and active.is_g0 else out)


def _encode_character(
    character: str, initial: str, sets: list[_Extension], active: _Extension | None
) -> tuple[_Extension | None, bytes | None]:
    """The set that has `character` and its bytes there; the set in force is asked first."""
    if character.isascii():
        return None, character.encode("ascii")
    for extension in (active, None, *sets):
        raw = _encode_in(character, extension.codec if extension else initial)
        if raw is not None and extension and extension.is_g0:
            raw = raw[len(extension.escape) : -3] if raw.startswith(extension.escape) else None
        if raw is not None:
            return extension, raw
    return None, None


def _encode_in(text: str, codec: str) -> bytes | None:
    """`text` in one set; JIS X 0201 has one byte a character, which Python's codec for it is not held to."""
    try:
        raw = text.encode(codec)
    except UnicodeEncodeError:
        return None
    return None if codec == "shift_jis" and len(raw) != len(text) else raw
