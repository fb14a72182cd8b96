"""The audit's lines of a run: which run it is, and what became of each source."""

import os
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from bme_med import __version__
from bme_med.audit import AuditNames, Record, Status, header_text, record_text
from bme_med.core import Profile
from bme_med.run.ledger import Verdict
from bme_med.run.working import Outcome

__all__ = ["key_checks", "run_text", "source_text", "timestamp"]


def timestamp() -> str:
    """Now, in UTC, as ISO 8601."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def key_checks(names: AuditNames, inputs: Sequence[Path]) -> dict[str, str]:
    """Keyed digests that are equal when key and inputs are, and say nothing about them."""
    roots = map(os.path.realpath, inputs)
    return {
        "key": names.pseudonyms.digest("audit-key").hex(),
        "inputs": names.pseudonyms.digest("audit-inputs", *roots).hex(),
    }


def run_text(profile: Profile, names: AuditNames, inputs: Sequence[Path], checks: Mapping[str, str]) -> str:
    """The header: `checks` are those of `key_checks` and what else a resumed run must find again."""
    return header_text(
        version=__version__,
        timestamp=timestamp(),
        profile=profile.name,
        profile_sha256=profile.sha256,
        names=names.style,
        inputs=map(str, inputs),
        checks=checks,
    )


def source_text(profile: Profile, names: AuditNames, source: str, outcome: Outcome, verdict: Verdict) -> str:
    """The line of one source: what a worker did with it, and what the run made of that."""
    is_written = verdict.status is Status.WRITTEN
    record = Record(
        filename=names.file(source),
        status=verdict.status,
        reason=verdict.reason,
        format=outcome.format,
        output=verdict.output,
        source_sha256=names.digest(outcome.source_sha256),
        output_sha256=outcome.output_sha256 if is_written else "",
        actions=outcome.actions if is_written else "[]",
        findings=outcome.findings if is_written else (),
    )
    return record_text(record, timestamp=timestamp(), profile=profile.name, profile_sha256=profile.sha256)
