"""The lines of an audit: a header, one record a file, a footer (DESIGN: JSON Lines, chained by SHA-256).

The functions here make the text of a line without its last key, ``prev``, which `bme_med.audit.writing` adds.
No value that a file held before is ever part of a line. Names of sources are, unless `AuditNames` hides them.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from bme_med.core import Action, Code, Pseudonyms

__all__ = [
    "VERSION",
    "ActionTexts",
    "AuditNames",
    "NameStyle",
    "Record",
    "Status",
    "footer_text",
    "header_text",
    "record_text",
    "seal",
]

VERSION = "bme-med-audit-v1"
"""First value of a header, so that a reader knows what it holds."""


class Status(StrEnum):
    """What became of one input."""

    WRITTEN = "written"
    REFUSED = "refused"
    SKIPPED = "skipped"


class NameStyle(StrEnum):
    """How an audit names its sources."""

    KEEP = "keep"
    PSEUDONYM = "pseudonym"


@dataclass(frozen=True, slots=True)
class AuditNames:
    """Names and digests of sources as one audit shows them.

    A plain digest of a source confirms a guess about it, so that an audit made to be shared holds keyed ones.

    >>> AuditNames(NameStyle.PSEUDONYM, Pseudonyms(bytes(32))).file("ward 3/knee.jpg")
    'src-3B1FF3122AF9'
    """

    style: NameStyle
    pseudonyms: Pseudonyms

    def file(self, name: str) -> str:
        """How the audit names the source `name`."""
        if self.style is NameStyle.KEEP:
            return name
        return f"src-{self.pseudonyms.hex_name('audit-source', name)}"

    def digest(self, sha256: str) -> str:
        """How the audit gives the digest of a source; empty stays empty."""
        if self.style is NameStyle.KEEP or not sha256:
            return sha256
        return self.pseudonyms.digest("audit-digest", sha256).hex()


@dataclass(frozen=True, slots=True)
class Record:
    """What one line says of one input; `actions` is JSON already, as `ActionTexts` makes it."""

    filename: str
    status: Status
    reason: str = ""
    format: str = ""
    output: str = ""
    source_sha256: str = ""
    output_sha256: str = ""
    actions: str = "[]"
    findings: tuple[str, ...] = ()


class ActionTexts:
    """Actions as JSON. The files of a series share most of theirs, so each is put into JSON once.

    Kept parts (K) are left out: what an audit does not list is as it was.

    >>> ActionTexts().join([Action("APP1/Exif", Code.X, "photo.exif"), Action("DQT", Code.K, "photo.image")])
    '[{"where":"APP1/Exif","code":"X","rule":"photo.exif"}]'
    """

    __slots__ = ("_by_identity", "_by_value")

    _LIMIT = 65_536

    def __init__(self) -> None:
        self._by_identity: dict[int, tuple[str, Action]] = {}
        self._by_value: dict[Action, str] = {}

    def join(self, actions: Iterable[Action]) -> str:
        """The JSON array of all `actions` but K."""
        known = self._by_identity
        texts = [(known.get(id(action)) or self._enter(action))[0] for action in actions]
        return f"[{','.join(filter(None, texts))}]"

    def _enter(self, action: Action) -> tuple[str, Action]:
        """Find `action` among equal ones; an engine uses most objects again, and then `id` is enough."""
        if max(len(self._by_identity), len(self._by_value)) > self._LIMIT:
            self._by_identity.clear()
            self._by_value.clear()
        text = self._by_value.get(action)
        if text is None:
            text = (
                ""
                if action.code is Code.K
                else _dump({"where": action.where, "code": action.code, "rule": action.rule})
            )
            self._by_value[action] = text
        self._by_identity[id(action)] = text, action
        return text, action


def header_text(
    *,
    version: str,
    timestamp: str,
    profile: str,
    profile_sha256: str,
    names: NameStyle,
    inputs: Iterable[str],
    checks: Mapping[str, str],
) -> str:
    """The first line: which run this is.

    `checks` are keyed digests by which a resumed run knows that key and inputs are the same again.
    """
    return _open_ended(
        {
            "audit": VERSION,
            "version": version,
            "timestamp": timestamp,
            "profile": profile,
            "profile_sha256": profile_sha256,
            "names": names,
            "inputs": list(inputs) if names is NameStyle.KEEP else [],
            "checks": dict(checks),
        }
    )


def record_text(record: Record, *, timestamp: str, profile: str, profile_sha256: str) -> str:
    """The line of one input."""
    before = _open_ended(
        {
            "filename": record.filename,
            "timestamp": timestamp,
            "status": record.status,
            "reason": record.reason,
            "format": record.format,
            "output": record.output,
            "source_sha256": record.source_sha256,
            "output_sha256": record.output_sha256,
            "profile": profile,
            "profile_sha256": profile_sha256,
        }
    )
    return f'{before},"actions":{record.actions},"findings":{_dump(record.findings)}'


def footer_text(
    *,
    timestamp: str,
    seconds: float,
    records: int,
    counts: Mapping[str, int],
    prev: str,
    dicomdir_sha256: str = "",
) -> str:
    """The last line: the run is complete, and this is how many.

    It seals itself and its link `prev`, because no later line does. A DICOMDIR that was made for the output
    has no source, and so no line of its own: it stands here.
    """
    body: dict[str, Any] = {
        "timestamp": timestamp,
        "seconds": round(seconds, 3),
        "records": records,
        **counts,
    }
    if dicomdir_sha256:
        body["dicomdir_sha256"] = dicomdir_sha256
    return _open_ended({"end": body, "seal": seal(body, prev)})


def seal(body: Mapping[str, Any], prev: str) -> str:
    """SHA-256 of a footer's `body` and its link."""
    return hashlib.sha256((_dump(body) + prev).encode()).hexdigest()


def _open_ended(document: Mapping[str, Any]) -> str:
    return _dump(document)[:-1]


def _dump(value: Any) -> str:
    """JSON in ASCII: a name may hold bytes that are no text, and they survive as surrogate escapes."""
    return json.dumps(value, separators=(",", ":"))
