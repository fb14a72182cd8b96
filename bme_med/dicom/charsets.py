"""Character sets of text values (PS3.3, C.12.1.1.2; PS3.5, 6.1).

Pure Python codecs serve all of them; code extensions (ISO 2022) are split at their escape sequences.
Writers forget escapes: a value is tried in each declared set in turn.
"""

import re

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

_ESCAPES = {
    b"\x1b(B": "ascii",
    b"\x1b-A": "iso8859_1",
    b"\x1b-B": "iso8859_2",
    b"\x1b-C": "iso8859_3",
    b"\x1b-D": "iso8859_4",
    b"\x1b-F": "iso8859_7",
    b"\x1b-G": "iso8859_6",
    b"\x1b-H": "iso8859_8",
    b"\x1b-L": "iso8859_5",
    b"\x1b-M": "iso8859_9",
    b"\x1b-T": "tis_620",
    b"\x1b-b": "iso8859_15",
    b"\x1b)I": "shift_jis",
    b"\x1b(J": "shift_jis",
    b"\x1b$B": "iso2022_jp",
    b"\x1b$(D": "iso2022_jp_2",
    b"\x1b$)C": "euc_kr",
    b"\x1b$)A": "gb2312",
}
_ESCAPE = re.compile(rb"\x1b(?:\$[()]?[A-D]|[()-][A-Za-z])")


def decode(raw: bytes, charset: str) -> str | None:
    r"""The text of `raw` under ``(0008,0005)`` = `charset`, or nothing where it does not decode.

    >>> decode(b"M\xfcller", "ISO_IR 100")
    'Müller'
    """
    if raw.isascii() and b"\x1b" not in raw:
        return raw.decode("ascii")
    terms = [term.strip().replace("ISO 2022 IR", "ISO_IR") for term in charset.split("\\")]
    for codec in (_SINGLE[term] for term in terms if term in _SINGLE):
        try:
            return _decode_extended(raw, codec) if b"\x1b" in raw else raw.decode(codec)
        except UnicodeDecodeError:
            continue
    return None


def encode(text: str, charset: str) -> bytes | None:
    """`text` under `charset`, or nothing where that takes code extensions or cannot be done."""
    if text.isascii():
        return text.encode("ascii")
    codec = _SINGLE.get(charset.strip())
    try:
        return text.encode(codec) if codec else None
    except UnicodeEncodeError:
        return None


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
