"""Keyed, stateless pseudonyms.

Every new name is an HMAC-SHA-256 of the original under the run's key, with a label that keeps the
kinds of name apart. The same key and original give the same name on every machine and in every year;
without the key nothing can be undone, guessed or confirmed. No table is kept.

UIDs are ``2.25.`` and the decimal form of a UUID (PS3.5, B.2). The UUID has version 8 (RFC 9562, 5.8):
version 4 promises random bits and version 5 an SHA-1 of a name, and ours are neither; version 8 is the one
for application-defined content, so that nobody is misled about where the bits came from.
"""

import base64
import hmac

__all__ = ["KEY_BYTES", "PSEUDONYM_LENGTH", "Pseudonyms"]

KEY_BYTES = 32
"""Length of a key."""

PSEUDONYM_LENGTH = 14
"""Characters of a patient's pseudonym."""

_CACHE_ENTRIES = 65_536


class Pseudonyms:
    """New names for old ones, under one key.

    >>> names = Pseudonyms(bytes(32))
    >>> names.uid("1.2.840.1")
    '2.25.211031181215772327725468510813152463761'
    >>> names.subject("", "4711")
    'S-B5Z6ZCZE6GUA'
    """

    __slots__ = ("_key", "_uids")

    def __init__(self, key: bytes) -> None:
        if len(key) != KEY_BYTES:
            raise ValueError(f"a key has {KEY_BYTES} bytes")
        self._key = key
        self._uids: dict[str, str] = {}

    def digest(self, label: str, *parts: str) -> bytes:
        """The 32 bytes that stand for `parts` under `label`; each part is prefixed by its length."""
        message = bytearray()
        for part in (label, *parts):
            data = part.encode("utf-8", "surrogateescape")
            message += len(data).to_bytes(8, "big") + data
        return hmac.digest(self._key, bytes(message), "sha256")

    def uid(self, original: str) -> str:
        """The UID that replaces `original`, at most 44 characters."""
        known = self._uids.get(original)
        if known is None:
            number = int.from_bytes(self.digest("uid", original)[:16], "big")
            number = number & ~(0xF << 76) | 8 << 76
            number = number & ~(0x3 << 62) | 2 << 62
            known = f"2.25.{number}"
            if len(self._uids) >= _CACHE_ENTRIES:
                self._uids.clear()
            self._uids[original] = known
        return known

    def subject(self, *identity: str) -> str:
        """The pseudonym of a patient: 14 characters, legal in SH, LO, PN and in file names."""
        return "S-" + base64.b32encode(self.digest("subject", *identity)).decode()[:12]

    def shift_days(self, *identity: str) -> int:
        """Whole days, -1 to -3650, by which every date of one patient moves."""
        return -1 - int.from_bytes(self.digest("dates", *identity)[:8], "big") % 3650

    def file_id(self, kind: str, name: str) -> str:
        """Eight capital letters and digits for a `name` of some `kind`: a part of a File ID (PS3.10, 8.2)."""
        return base64.b32encode(self.digest("file-id", kind, name)).decode()[:8]

    def hex_name(self, label: str, *parts: str) -> str:
        """Twelve upper-case hex digits that stand for `parts`."""
        return self.digest(label, *parts)[:6].hex().upper()
