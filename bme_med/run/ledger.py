"""Which output a file becomes, seen beside all files before it: names, numbers, duplicates, clashes.

Asked in the sorted order of the sources, so that its answers do not depend on who finished first.
"""

import unicodedata
from collections import Counter
from dataclasses import dataclass
from typing import Any

from bme_med.audit import AuditNames, Status
from bme_med.audit.reasons import DUPLICATE, SAME_INSTANCE, SAME_PATH
from bme_med.core import Profile
from bme_med.core.templates import fields_in
from bme_med.run.naming import instance_in, instance_key, instance_path, is_photo, photo_path
from bme_med.run.working import Outcome

__all__ = ["Ledger", "Verdict"]

_LONGEST_PATH = 1000

_DICOMDIR = "the DICOMDIR"
_TOO_LONG = "its output would have a path that is too long: choose another pattern, or rename it"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What becomes of a file; a reason names other sources as the audit does."""

    status: Status
    reason: str = ""
    output: str = ""


class Ledger:
    """What was written so far, under the names that the audit gives to sources.

    >>> from bme_med.audit import NameStyle
    >>> from bme_med.core import Pseudonyms
    >>> from bme_med.run.profiles import load_profile
    >>> names = AuditNames(NameStyle.KEEP, Pseudonyms(bytes(32)))
    >>> ledger = Ledger(load_profile("ps315-basic"), names)
    >>> photo = Outcome(Status.WRITTEN, format="jpeg", source_sha256="1a", suffix=".jpg")
    >>> ledger.judge("a.jpg", photo).output, ledger.judge("b.jpg", photo).reason
    ('Study_001.jpg', 'an exact duplicate of a.jpg')
    """

    def __init__(self, profile: Profile, names: AuditNames) -> None:
        self.names = names
        self._profile = profile
        self._photos: Counter[str] = Counter()
        self._numbers_subjects = "subject" in fields_in(profile.pattern)
        self._contents: dict[tuple[str, ...], str] = {}
        self._instances: dict[str, str] = {}
        self._outputs: dict[str, str] = {"dicomdir": _DICOMDIR} if profile.dicomdir == "rebuild" else {}
        self._folders: dict[str, str] = {}

    def judge(self, name: str, outcome: Outcome, subject: str = "") -> Verdict:
        """What becomes of the source `name` after `outcome`; `subject` is that of a map's path, if any.

        The same photo of two subjects is a part of both sets, and no duplicate.
        """
        if outcome.status is not Status.WRITTEN:
            return Verdict(outcome.status, outcome.reason)
        content = _content(outcome.format, self.names.digest(outcome.source_sha256), subject)
        if content in self._contents:
            return Verdict(Status.SKIPPED, DUPLICATE + self._contents[content])
        instance = "" if is_photo(outcome.format) else self._key(outcome)
        if instance in self._instances:
            return Verdict(Status.REFUSED, SAME_INSTANCE + self._instances[instance])
        output = self._output(name, outcome, subject)
        if len(output) > _LONGEST_PATH:
            return Verdict(Status.REFUSED, _TOO_LONG)
        if other := self._clash(output):
            return Verdict(Status.REFUSED, SAME_PATH + other)
        self._enter(self.names.file(name), content, instance, output)
        self._count(outcome.format, outcome.fields.get("subject", ""))
        return Verdict(Status.WRITTEN, output=output)

    def restore(self, record: dict[str, Any], subject: str = "") -> None:
        """Enter what an audit's record says of a source of `subject`, if it was written."""
        if record["status"] != Status.WRITTEN:
            return
        output = record["output"]
        instance = "" if is_photo(record["format"]) else instance_in(self._profile, output)
        content = _content(record["format"], record["source_sha256"], subject)
        self._enter(record["filename"], content, instance, output)
        self._count(record["format"], subject)

    def _key(self, outcome: Outcome) -> str:
        return instance_key(self._profile, self.names.pseudonyms, outcome.fields)

    def _count(self, format_: str, subject: str) -> None:
        """Photos are numbered over all, or from 1 for each subject where the pattern names it."""
        if is_photo(format_):
            self._photos[subject if self._numbers_subjects else ""] += 1

    def _output(self, name: str, outcome: Outcome, subject: str) -> str:
        if not is_photo(outcome.format):
            return instance_path(self._profile, self.names.pseudonyms, outcome.fields)
        counted = outcome.fields.get("subject", "") if self._numbers_subjects else ""
        return photo_path(
            self._profile,
            self.names.pseudonyms,
            number=self._photos[counted] + 1,
            name=name,
            content=_content(outcome.format, outcome.source_sha256, subject),
            suffix=outcome.suffix,
            fields=outcome.fields,
        )

    def _clash(self, output: str) -> str:
        """The source whose output is in the way of `output`, as a file or as a folder."""
        path = _folded(output)
        for taken in (path, *_folders(path)):
            if taken in self._outputs:
                return self._outputs[taken]
        return self._folders.get(path, "")

    def _enter(self, name: str, content: tuple[str, ...], instance: str, output: str) -> None:
        self._contents[content] = name
        if instance:
            self._instances[instance] = name
        path = _folded(output)
        self._outputs[path] = name
        for folder in _folders(path):
            self._folders.setdefault(folder, name)


def _content(format_: str, sha256: str, subject: str) -> tuple[str, ...]:
    """What duplicates share; an instance says itself whose it is."""
    return (sha256, subject) if subject and is_photo(format_) else (sha256,)


def _folded(output: str) -> str:
    """`output` as file systems compare names that ignore case and composition of letters."""
    return unicodedata.normalize("NFC", output).casefold()


def _folders(output: str) -> list[str]:
    """The folders above `output`, without OUT itself."""
    parts = output.split("/")
    return ["/".join(parts[:end]) for end in range(1, len(parts))]
